// SPDX-License-Identifier: Apache-2.0
// httpdctl platforms: the systems that are known, and what their linkers and loaders do.
#include "output.h"
#include "platform/targets/render.h"
#include "verb.h"

namespace httpd::ctl {
namespace {

int Run(const Invocation& invocation) {
  return Print(invocation.json() ? targets::TableJson() : targets::TableText()) ? kGood : kRefused;
}

}  // namespace

extern const Verb kPlatforms;
constexpr Verb kPlatforms = {
    "platforms",
    "",
    "what is known of each system's linker and loader",
    "Lists the systems of the table that this server is built by: how objects look,\n"
    "how modules are called, where the loader looks for libraries, whether an\n"
    "executable can export its symbols, and which interface opens modules. The\n"
    "system of this build is marked. \"unknown\" means that no source was found;\n"
    "docs/porting.md says how a row is added. --json has all fields of all rows.\n",
    {},
    Run,
};

}  // namespace httpd::ctl
