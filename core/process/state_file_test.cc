// SPDX-License-Identifier: Apache-2.0
// The state file is JSON whatever the configuration held, and only its writer removes it.
#include "process/state_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace httpd::process {
namespace {

ServerState Example() {
  ServerState state;
  state.version = "0.1.0";
  state.pid = 123;
  state.pid_file = "/run/a.pid";
  state.server_root = "/srv/\"q\"\n\\";
  state.generation = 2;
  state.state = "serving";
  state.addresses = {{"127.0.0.1:0", "127.0.0.1", 40123, 2}};
  state.generations = {{2, 130, "serving", {{0, 131}, {1, 132}}}};
  state.modules = {{"mime", "/x/mod_mime.so", "/y/mod_mime.so"}};
  state.files = {"/srv/a.conf", "/srv/q\""};
  state.last_error = "caf\xc3\xa9 \xff\xc3";
  return state;
}

TEST(StateJsonTest, HasEveryKeyInItsPlace) {
  EXPECT_EQ(StateJson(Example()),
            "{\"version\":\"0.1.0\",\"pid\":123,\"pid_file\":\"/run/a.pid\","
            "\"server_root\":\"/srv/\\\"q\\\"\\u000a\\\\\",\"generation\":2,\"state\":\"serving\","
            "\"addresses\":[{\"listen\":\"127.0.0.1:0\",\"address\":\"127.0.0.1\",\"port\":40123,"
            "\"slots\":2}],\"generations\":[{\"id\":2,\"pid\":130,\"state\":\"serving\","
            "\"workers\":[{\"slot\":0,\"pid\":131},{\"slot\":1,\"pid\":132}]}],"
            "\"modules\":[{\"name\":\"mime\",\"file\":\"/x/mod_mime.so\",\"copy\":"
            "\"/y/mod_mime.so\"}],\"files\":[\"/srv/a.conf\",\"/srv/"
            "q\\\"\"],\"last_error\":\"caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd\","
            "\"reload_count\":0,\"failed_reload_count\":0}\n");
}

class StateFileTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/state_file_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
  Problem problem_;
};

TEST_F(StateFileTest, IsWrittenWithItsFolderAndReplaced) {
  const std::string path = folder_ + "/run/httpd.state";
  ASSERT_TRUE(WriteStateFile(path, Example(), &problem_)) << RenderProblem(problem_);
  ServerState next = Example();
  next.generation = 3;
  ASSERT_TRUE(WriteStateFile(path, next, &problem_));
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), StateJson(next));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  RemoveStateFile(path, 999);
  EXPECT_TRUE(std::filesystem::exists(path)) << "another server's file";
  RemoveStateFile(path, 123);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(StateFileTest, AFolderThatCannotBeMadeIsNamed) {
  EXPECT_FALSE(WriteStateFile(folder_ + "/a/b/httpd.state", Example(), &problem_));
  EXPECT_NE(problem_.fix.find(folder_ + "/a/b"), std::string::npos);
}

}  // namespace
}  // namespace httpd::process
