// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "integration/json.h"

namespace httpd::testing {

struct CtlOutcome {
  int status = -1;
  std::string out;    // standard output
  std::string error;  // standard error
};

// A copy of the built installation in a folder of its own: what is found is found from there.
class CtlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/httpd-ctl-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    chmod(root_.c_str(), 0755);
    for (const char* folder : {"bin", "libexec", "conf", "logs", "run"}) {
      std::filesystem::create_directory(Path(folder));
    }
    const std::string build = HTTPD_BUILD_DIR;
    for (const char* file : {"bin/httpdctl", "bin/httpd", "libexec/libhttpd.ep",
                             "libexec/libhttpd.so", "libexec/libhttpd_inspect.so"}) {
      if (std::filesystem::exists(build + "/" + file)) Copy(build + "/" + file, file);
    }
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string Path(const std::string& relative) const { return root_ + "/" + relative; }
  void Copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(from, Path(to), std::filesystem::copy_options::overwrite_existing);
  }
  void Write(const std::string& relative, const std::string& text) {
    std::ofstream(Path(relative)) << text;
  }
  void Member(const std::string& name) {
    Copy(std::string(HTTPD_MEMBERS) + "/mod_" + name + ".so", "libexec/mod_" + name + ".so");
  }
  // A configuration that loads these, in this order.
  void Configure(const std::vector<std::string>& modules) {
    std::string text = "Listen 127.0.0.1:0\nServerName localhost\n";
    if (geteuid() == 0) text += "User nobody\nGroup nogroup\n";
    for (const std::string& name : modules) {
      Member(name);
      text += "LoadModule " + name + "_module libexec/mod_" + name + ".so\n";
    }
    Write("conf/httpd.conf", text);
  }
  static std::string Fixture(const std::string& name) {
    return std::string(HTTPD_FIXTURES) + "/" + name;
  }

  // Runs a shell command; the arguments may be quoted for it.
  CtlOutcome Shell(const std::string& command) const {
    const std::string errors = Path("error-output");
    CtlOutcome outcome;
    FILE* pipe = popen((command + " 2>" + errors).c_str(), "re");
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) outcome.out.append(buffer, n);
    const int status = pclose(pipe);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::stringstream text;
    text << std::ifstream(errors).rdbuf();
    outcome.error = text.str();
    return outcome;
  }
  CtlOutcome Ctl(const std::string& arguments) const {
    return Shell(Path("bin/httpdctl") + " " + arguments);
  }
  Json CtlJson(const std::string& arguments) const {
    const CtlOutcome outcome = Ctl(arguments + " --json");
    const Json json = Json::Parse(outcome.out);
    EXPECT_TRUE(json.IsObject()) << outcome.out << outcome.error;
    return json;
  }
  // Text with the folder of this run as ROOT.
  std::string Plain(std::string text) const {
    for (size_t at; (at = text.find(root_)) != std::string::npos;) {
      text.replace(at, root_.size(), "ROOT");
    }
    return text;
  }

  std::string root_;
};

inline bool TextHas(const Json& list, const std::string& text) {
  for (const Json& item : list.Items()) {
    if (item.String() == text) return true;
  }
  return false;
}

inline bool HasCode(const Json& findings, const std::string& code) {
  for (const Json& item : findings.Items()) {
    if (item["code"].String() == code) return true;
  }
  return false;
}

}  // namespace httpd::testing
