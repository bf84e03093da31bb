// SPDX-License-Identifier: Apache-2.0
// Installed modules: which file counts for a name, and what is read of it.
#include "module/installed.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "module/directive_provider.h"

namespace httpd::module {
namespace {

std::string Bytes(std::string_view name, std::string_view more) {
  std::string bytes =
      "\x7f"
      "ELF junk";
  bytes += '\0';
  bytes += "name=" + std::string(name);
  bytes += '\0';
  bytes += "abi=1.0";
  bytes += '\0';
  bytes += more;
  bytes += '\0';
  bytes += '\0';
  return bytes + "directive=Behind";
}

class InstalledTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/installed_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    for (const char* name : {"/a", "/b"}) std::filesystem::create_directory(folder_ + name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& file, const std::string& bytes) {
    std::ofstream(folder_ + "/" + file, std::ios::binary) << bytes;
  }
  std::vector<std::string> Directories() const {
    return {folder_ + "/a", folder_ + "/absent", folder_ + "/b"};
  }
  std::string folder_;
};

TEST_F(InstalledTest, TheFirstDirectoryCounts) {
  for (const char* file :
       {"a/mod_two.so", "b/mod_two.so", "b/mod_one.so", "b/mod_one.la", "b/libx.so", "b/mod_.so"}) {
    Write(file, "");
  }
  const auto files = FindModuleFiles(Directories());
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "one");
  EXPECT_EQ(files[1].path, folder_ + "/a/mod_two.so");
}

TEST_F(InstalledTest, ALineForADirectiveAndForAProvider) {
  Write("a/mod_damaged.so", "name=damaged");
  Write("a/mod_alias.so", Bytes("alias", "directive=Alias, AliasMatch"));
  Write("b/mod_memory.so", Bytes("memory", "provides=store.memory/1.2 authz_ldap_group/1"));
  Write("b/mod_other.so", Bytes("stranger", "directive=Stranger"));
  const std::string alias = "LoadModule alias_module a/mod_alias.so";
  const std::string memory = "LoadModule memory_module b/mod_memory.so";
  EXPECT_EQ(FindProvider("aliasmatch", Directories(), folder_), alias);
  EXPECT_EQ(FindProvider("Ali", Directories(), folder_), "");
  EXPECT_EQ(FindProvider("Behind", Directories(), folder_), "") << "not in the manifest";
  EXPECT_EQ(FindProvider("Stranger", Directories(), folder_), "") << "not found by that name";
  EXPECT_EQ(FindProvider("Require ldap-group", Directories(), folder_), memory);
  EXPECT_EQ(FindOffer("store.memory/1", Directories(), folder_), memory);
  EXPECT_EQ(FindOffer("store.memory/2", Directories(), folder_), "");
  EXPECT_EQ(FindOffer("store.memory/1", Directories(), "/elsewhere"),
            "LoadModule memory_module " + folder_ + "/b/mod_memory.so");
}

}  // namespace
}  // namespace httpd::module
