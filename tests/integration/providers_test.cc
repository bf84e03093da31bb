// SPDX-License-Identifier: Apache-2.0
//
// What modules offer each other: two versions at once, and what is said when one is missing.

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

class Providers : public ModuleTest {};

TEST_F(Providers, TwoVersionsAtOnce) {
  server_.modules = {"mime", "provider_user", "provider_v1", "provider_v2"};
  server_.extra = "Greeting 1.0\nGreeting 2.0\n";
  Begin();
  EXPECT_EQ(Body("/greeting"), "hello goodbye 42");
}

TEST_F(Providers, MissingOneIsNamedWithTheLineThatLoadsIt) {
  server_.modules = {"mime", "provider_user"};
  server_.CopyModule("provider_v1");
  ExpectRefused(
      "ModulePath libexec\nGreeting 1.0\n",
      "it needs provider greeting/polite version 1.0; no loaded module offers anything in "
      "group greeting",
      "LoadModule provider_v1_module libexec/mod_provider_v1.so");
}

TEST_F(Providers, OtherVersionsAreNamed) {
  server_.modules = {"mime", "provider_user", "provider_v1"};
  ExpectRefused("Greeting 2.0\n",
                "it needs provider greeting/polite version 2.0; there is version 1.1 (module "
                "provider_v1)",
                "load a module that provides greeting/polite in version 2.x");
  ExpectRefused("Greeting 1.2\n", "version 1.2; there is version 1.1");
}

}  // namespace
}  // namespace httpd::testing
