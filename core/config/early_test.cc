// SPDX-License-Identifier: Apache-2.0
// The early evaluation: text order, variables, includes, conditions, every early directive, and
// that all errors come out with their places.
#include "config/early.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "config/early_evaluator.h"
#include "config/fake_files.h"

namespace httpd::config {
namespace {

class EarlyTest : public testing::Test {
 protected:
  EarlyTest() {
    input_.prefix = "/srv";
    input_.environment = [](const char* name) -> const char* {
      return std::string(name) == "HOME_OF_TEST" ? "/home/test" : nullptr;
    };
    input_.find_user = [](const std::string& name) -> std::optional<Account> {
      if (name == "root" || name == "toor" || name == "#0") return Account{0, 0};
      if (name == "www-data") return Account{33, 34};
      return std::nullopt;
    };
    input_.find_group = [](const std::string& name) -> std::optional<Account> {
      if (name == "www") return Account{50, 50};
      return std::nullopt;
    };
  }

  bool Load(const std::string& text) {
    files_.files["/srv/conf/httpd.conf"] = text;
    return LoadEarly(input_, &files_, &sources_, &diagnostics_, &config_);
  }
  std::string Rendered() const { return diagnostics_.Render(sources_, false); }
  // Names of the active tree, sections as <Name>…</Name>.
  std::string Active() const { return Names(config_.active); }
  // The code of each error, in order.
  std::string Codes() const {
    std::string codes;
    for (const Diagnostic& diagnostic : diagnostics_.all()) codes += diagnostic.code + " ";
    return codes;
  }

  static std::string Names(const Tree& tree) {
    std::string out;
    for (const Node& node : tree) {
      out += node.name;
      if (node.section) out += "(" + Names(node.children) + ")";
      out += " ";
    }
    return out;
  }

  EarlyInput input_;
  FakeFiles files_;
  SourceMap sources_;
  Diagnostics diagnostics_;
  EarlyConfig config_;
};

TEST_F(EarlyTest, Defaults) {
  ASSERT_TRUE(Load("Listen 80\n")) << Rendered();
  EXPECT_EQ(config_.config_file, "/srv/conf/httpd.conf");
  EXPECT_EQ(config_.server_root.value, "/srv");
  EXPECT_EQ(config_.pid_file.value, "/srv/run/httpd.pid");
  EXPECT_EQ(config_.error_log.value, "/srv/logs/error_log");
  EXPECT_FALSE(config_.error_log.position.valid());
  EXPECT_EQ(config_.workers.value, 0u);
  EXPECT_EQ(config_.graceful_shutdown_timeout.value, 0u);
  EXPECT_EQ(config_.module_load_timeout.value, 30u);
  ASSERT_EQ(config_.module_path.size(), 1u);
  EXPECT_EQ(config_.module_path[0].value, "/srv/libexec");
  ASSERT_EQ(config_.listen.size(), 1u);
  EXPECT_EQ(config_.listen[0].host, "");
  EXPECT_EQ(config_.listen[0].port, 80);
  EXPECT_EQ(config_.listen[0].protocol, "http");
  EXPECT_FALSE(config_.user_account.has_value());
}

TEST_F(EarlyTest, EveryDirective) {
  files_.directories.insert("/opt/web");
  ASSERT_TRUE(
      Load("ServerRoot /opt/web/\nListen 127.0.0.1:0\nListen [::1]:8080 http\nUser www-data\n"
           "Group www\nPidFile run/p\nErrorLog /var/log/e\nWorkers 3\n"
           "GracefulShutdownTimeout 5\nModuleLoadTimeout 7\nModulePath libexec /opt/m\n"
           "LoadModule mime_module libexec/mod_mime.so\nLoadModule mod_dir.c\nLoadModule alias\n"
           "LoadFile lib/libx.so\n<VirtualHost *>\nErrorLog logs/v\n</VirtualHost>\n"))
      << Rendered();
  EXPECT_EQ(config_.server_root.value, "/opt/web");
  EXPECT_EQ(config_.pid_file.value, "/opt/web/run/p");
  EXPECT_EQ(config_.error_log.value, "/var/log/e");
  EXPECT_EQ(config_.error_log.position, (Position{0, 7, 10}));
  EXPECT_EQ(config_.workers.value, 3u);
  EXPECT_EQ(config_.graceful_shutdown_timeout.value, 5u);
  EXPECT_EQ(config_.module_load_timeout.value, 7u);
  EXPECT_EQ(config_.user_account->id, 33u);
  EXPECT_EQ(config_.group_account->id, 50u);
  ASSERT_EQ(config_.module_path.size(), 2u);
  EXPECT_EQ(config_.module_path[0].value, "/opt/web/libexec");
  ASSERT_EQ(config_.modules.size(), 3u);
  EXPECT_EQ(config_.modules[0].name, "mime");
  EXPECT_EQ(config_.modules[0].record, "mime_module");
  EXPECT_EQ(config_.modules[0].path, "/opt/web/libexec/mod_mime.so");
  EXPECT_EQ(config_.modules[1].name, "dir");
  EXPECT_EQ(config_.modules[1].path, "");
  EXPECT_EQ(config_.modules[2].name, "alias");
  EXPECT_EQ(config_.load_files[0].value, "/opt/web/lib/libx.so");
  ASSERT_EQ(config_.vhost_error_logs.size(), 1u);
  EXPECT_EQ(config_.vhost_error_logs[0].value, "/opt/web/logs/v");
  EXPECT_EQ(config_.listen[1].host, "::1");
  EXPECT_TRUE(config_.listen[1].ipv6);
  EXPECT_EQ(config_.active.size(), 16u) << Active();
}

TEST_F(EarlyTest, VariablesInTextOrder) {
  ASSERT_TRUE(
      Load("Listen 80\nDefine ROOT \"/srv/a b\"\nDocumentRoot ${ROOT}/x\nDefine ROOT /c\n"
           "Alias \"${ROOT}\" ${HOME_OF_TEST}\nUnDefine ROOT\nServerName ${ROOT}${map:x}\n"))
      << Rendered();
  EXPECT_EQ(config_.active[2].args.size(), 1u);
  EXPECT_EQ(config_.active[2].args[0].text, "/srv/a b/x");
  EXPECT_EQ(config_.active[4].args[0].text, "/c");
  EXPECT_EQ(config_.active[4].args[1].text, "/home/test");
  EXPECT_EQ(config_.active[4].raw, "\"/c\" /home/test");
  EXPECT_EQ(config_.active[6].args[0].text, "${ROOT}${map:x}");
  ASSERT_EQ(diagnostics_.warning_count(), 1) << Rendered();
  EXPECT_EQ(diagnostics_.all()[0].code, "HC-13");
  EXPECT_EQ(diagnostics_.all()[0].position, (Position{0, 7, 12}));
}

TEST_F(EarlyTest, ConditionsFollowTheText) {
  input_.defines = {"SSL", "PORT=8081"};
  input_.builtin_modules = {"core", "mod_so.c"};
  ASSERT_TRUE(
      Load("<IfDefine SSL>\nListen ${PORT}\n</IfDefine>\n<IfDefine !SSL>\nListen 82\n</IfDefine>\n"
           "<IfModule mime_module>\nTooEarly\n</IfModule>\nLoadModule mime\n"
           "<IfModule mod_mime.c>\n<IfModule so_module>\nNow\n</IfModule>\n</IfModule>\n"
           "<IfModule !mod_mime.c>\n<Broken\n</Broken>\n</IfModule>\n<IfFile conf/httpd.conf>\n"
           "File\n</IfFile>\n<IfFile !conf>\nNoFile\n</IfFile>\n") == false);
  // The broken line is an error even where it does not apply, as the text itself is wrong.
  EXPECT_EQ(Codes(), "HC-06 ") << Rendered();
  EXPECT_EQ(Active(), "Listen LoadModule Now File ");
  ASSERT_EQ(config_.listen.size(), 1u);
  EXPECT_EQ(config_.listen[0].port, 8081);
  EXPECT_TRUE(config_.IsDefined("SSL"));
  EXPECT_FALSE(config_.IsDefined("TLS"));
}

TEST_F(EarlyTest, ListenInAnInactiveSectionIsNotBoundAndExplains) {
  EXPECT_FALSE(Load("<IfModule ssl_module>\nListen 443\n</IfModule>\n"));
  EXPECT_TRUE(config_.listen.empty());
  EXPECT_EQ(Codes(), "HC-14 ");
  EXPECT_NE(Rendered().find("httpd.conf:2:1: note: this Listen is in a section that does not"),
            std::string::npos)
      << Rendered();
}

TEST_F(EarlyTest, IncludesAreSortedAndKeepTheirContext) {
  files_.files["/srv/conf/extra/b.conf"] = "B\n";
  files_.files["/srv/conf/extra/a.conf"] = "A\nInclude conf/extra/sub\n";
  files_.files["/srv/conf/extra/.hidden.conf"] = "Hidden\n";
  files_.files["/srv/conf/extra/sub/z"] = "Z\n";
  files_.files["/srv/conf/extra/sub/deep/y"] = "Y\n";
  files_.files["/srv/conf/v/1/x.conf"] = "X1\n";
  files_.files["/srv/conf/v/2/x.conf"] = "X2\n";
  ASSERT_TRUE(
      Load("Listen 80\n<VirtualHost *>\nInclude conf/extra/*.conf\n</VirtualHost>\n"
           "Include conf/v/*/x.conf\nIncludeOptional none/*\nIncludeOptional none.conf\n"))
      << Rendered();
  EXPECT_EQ(Active(), "Listen VirtualHost(A Y Z B ) X1 X2 ");
}

TEST_F(EarlyTest, MissingIncludesSayWhereTheyLooked) {
  files_.files["/srv/conf/secret.conf"] = "A\n";
  files_.unreadable.insert("/srv/conf/secret.conf");
  EXPECT_FALSE(
      Load("Listen 80\nInclude conf/none.conf\nInclude conf/no/*.conf\n"
           "Include conf/secret.conf\nListen 81\n"));
  EXPECT_EQ(Codes(), "HC-11 HC-11 HC-01 ") << Rendered();
  EXPECT_NE(Rendered().find("nothing at /srv/conf/none.conf"), std::string::npos) << Rendered();
  EXPECT_EQ(config_.listen.size(), 2u);
}

TEST_F(EarlyTest, IncludeLoopsShowTheirChain) {
  files_.files["/srv/a.conf"] = "Include b.conf\n";
  files_.files["/srv/b.conf"] = "\nInclude ./a.conf\n";
  EXPECT_FALSE(Load("Listen 80\nInclude a.conf\n"));
  EXPECT_EQ(Codes(), "HC-12 ");
  const std::string text = Rendered();
  EXPECT_NE(text.find("/srv/b.conf:2:9: error: /srv/a.conf includes itself"), text.npos) << text;
  EXPECT_NE(text.find("note: /srv/b.conf was included here"), text.npos) << text;
  EXPECT_NE(text.find("note: /srv/a.conf was included here"), text.npos) << text;
}

TEST_F(EarlyTest, IncludeDepthAndFanOutAreLimited) {
  for (int i = 0; i < 40; ++i) {
    const std::string next = "Include f" + std::to_string(i + 1) + "\n";
    files_.files["/srv/f" + std::to_string(i)] = next + next;
  }
  files_.files["/srv/f40"] = "X\n";
  EXPECT_FALSE(Load("Listen 80\nInclude f0\n"));
  // The depth is reported at each place until the number of files ends it.
  EXPECT_NE(Rendered().find("included too deeply"), std::string::npos);
  EXPECT_LT(sources_.size(), 10050u);
}

TEST_F(EarlyTest, AllErrorsOfTheEarlyDirectives) {
  EXPECT_FALSE(
      Load("Listen\nListen 99999\nListen localhost:80\nListen ::1:80\nListen 80 https\n"
           "Listen 127.0.0.1:80\nListen 80\nUser root\nUser toor\nUser \"#0\"\nUser nosuch\n"
           "Group nosuch\nServerRoot relative\nServerRoot /nowhere\nWorkers none\n"
           "LoadModule libexec/mod_x.so\nLoadModule x mod_x.so\nErrorLog |prog\nChrootDir /x\n"
           "Define a:b c\n<Directory />\nListen 81\n</Directory>\nPidFile \"run/x\n"
           "PidFile \"\"\n"));
  EXPECT_EQ(Codes(),
            "HC-08 HC-16 HC-16 HC-16 HC-20 HC-15 HC-17 HC-17 HC-17 HC-18 HC-18 HC-10 HC-10 HC-10 "
            "HC-10 HC-10 HC-20 HC-23 HC-22 HC-09 HC-07 HC-10 ")
      << Rendered();
  const std::string text = Rendered();
  EXPECT_NE(text.find("fix: User www-data\n"), text.npos) << text;
  EXPECT_NE(text.find("fix: LoadModule x_module libexec/mod_x.so\n"), text.npos) << text;
  EXPECT_NE(text.find("an IPv6 address in brackets: [::1]:80"), text.npos) << text;
  EXPECT_NE(text.find("fix: Listen [::1]:80\n"), text.npos) << text;
  EXPECT_NE(text.find("fix: Listen 127.0.0.1:80\n"), text.npos) << text;
}

TEST_F(EarlyTest, ModulesTwiceBuiltInAndPartsOfTheCore) {
  input_.builtin_modules = {"mime"};
  EXPECT_FALSE(
      Load("Listen 80\nLoadModule a_module x/mod_a.so\nLoadModule a_module x//mod_a.so\n"
           "LoadModule a_module y/mod_a.so\nLoadModule mime\n"
           "LoadModule authz_core_module modules/mod_authz_core.so\n"
           "LoadModule mpm_event_module modules/mod_mpm_event.so\n"
           "<IfModule mod_authz_core.c>\nYes\n</IfModule>\n"
           "<IfModule mpm_event_module>\nThreadsPerChild 5\n</IfModule>\n"));
  EXPECT_EQ(diagnostics_.error_count(), 1) << Rendered();
  EXPECT_EQ(diagnostics_.warning_count(), 4) << Rendered();
  ASSERT_EQ(config_.modules.size(), 1u);
  EXPECT_EQ(config_.modules[0].name, "a");
  EXPECT_NE(Active().find("Yes"), std::string::npos);
  EXPECT_EQ(Active().find("ThreadsPerChild"), std::string::npos);
}

std::string ModuleNames(const EarlyConfig& config) {
  std::string names;
  for (const ModuleRequest& module : config.modules) names += module.name + " ";
  return names;
}

TEST_F(EarlyTest, ModuleOrderTakesNamesInAllSpellings) {
  ASSERT_TRUE(
      Load("Listen 80\nLoadModule a_module x.so\n"
           "ModuleOrder mod_core.c mod_b.c a_module\nModuleOrder c\n"))
      << Rendered();
  ASSERT_EQ(config_.module_order.size(), 3u);
  EXPECT_EQ(config_.module_order[0].value, "b");
  EXPECT_EQ(config_.module_order[0].position.line, 3u);
  EXPECT_EQ(config_.module_order[1].value, "a");
  EXPECT_EQ(config_.module_order[2].value, "c");
}

TEST_F(EarlyTest, ClearModuleListLeavesWhatAddModuleNames) {
  input_.builtin_modules = {"core", "mod_so.c", "mod_static.c", "mod_other.c"};
  ASSERT_TRUE(
      Load("Listen 80\nLoadModule a_module a.so\nLoadModule b_module b.so\n"
           "LoadModule c_module c.so\n<IfModule mod_c.c>\nBefore\n</IfModule>\n"
           "ClearModuleList\n<IfModule mod_a.c>\nCleared\n</IfModule>\n"
           "<IfModule mod_so.c>\nCore\n</IfModule>\n"
           "AddModule http_core.c mod_so.c mod_b.c\nAddModule mod_a.c mod_static.c mod_b.c\n"
           "<IfModule mod_a.c>\nAdded\n</IfModule>\n<IfModule mod_c.c>\nLost\n</IfModule>\n"
           "<IfModule mod_other.c>\nOther\n</IfModule>\nLoadModule d_module d.so\n"))
      << Rendered();
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  EXPECT_EQ(ModuleNames(config_), "b a d ");
  EXPECT_EQ(config_.modules[1].file, "a.so");
  EXPECT_EQ(config_.inactive_builtin, std::vector<std::string>{"other"});
  const std::string active = Active();
  EXPECT_NE(active.find("Before "), active.npos);
  EXPECT_EQ(active.find("Cleared"), active.npos);
  EXPECT_NE(active.find("Core "), active.npos);
  EXPECT_NE(active.find("Added "), active.npos);
  EXPECT_EQ(active.find("Lost"), active.npos);
  EXPECT_EQ(active.find("Other"), active.npos);
}

TEST_F(EarlyTest, AClearedModuleMayBeLoadedAgain) {
  input_.builtin_modules = {"mod_static.c"};
  ASSERT_TRUE(
      Load("Listen 80\nLoadModule a_module a.so\nClearModuleList\n"
           "LoadModule a_module other.so\nLoadModule static_module x.so\nAddModule mod_a.c\n"))
      << Rendered();
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  ASSERT_EQ(ModuleNames(config_), "a ");
  EXPECT_EQ(config_.modules[0].file, "other.so");
  EXPECT_TRUE(config_.inactive_builtin.empty());
}

TEST_F(EarlyTest, AddModuleOfWhatIsNotThereNamesTheLine) {
  EXPECT_FALSE(Load("Listen 80\nClearModuleList now\nAddModule mod_env.c\n"));
  EXPECT_EQ(Codes(), "HC-08 HC-10 ");
  EXPECT_NE(Rendered().find("AddModule names a module that is not there: mod_env.c"),
            std::string::npos);
  EXPECT_NE(Rendered().find("fix: LoadModule env_module libexec/mod_env.so"), std::string::npos)
      << Rendered();
}

TEST_F(EarlyTest, CommandLineDirectivesAndFile) {
  input_.directives_before = {"Define WHERE 8088", "<VirtualHost *>", "ServerName a",
                              "</VirtualHost>"};
  input_.directives_after = {"Listen 8089", "Workers x"};
  input_.server_root = "/srv/./";
  input_.config_file = "other.conf";
  files_.files["/srv/other.conf"] = "Listen ${WHERE}\n";
  EXPECT_FALSE(LoadEarly(input_, &files_, &sources_, &diagnostics_, &config_));
  EXPECT_EQ(config_.listen.size(), 2u);
  EXPECT_EQ(config_.config_file, "/srv/other.conf");
  EXPECT_NE(Rendered().find("option -c:2:9: error: Workers cannot be \"x\" [HC-10]"),
            std::string::npos)
      << Rendered();
}

TEST_F(EarlyTest, MissingMainFileIsOneError) {
  EXPECT_FALSE(LoadEarly(input_, &files_, &sources_, &diagnostics_, &config_));
  EXPECT_EQ(Codes(), "HC-01 ");
  EXPECT_NE(Rendered().find("/srv/conf/httpd.conf"), std::string::npos);
}

TEST(ListenTest, Addresses) {
  ListenAddress address;
  std::string wanted;
  for (const char* good : {"80", "*:80", "0.0.0.0:0", "[::]:80", "[fe80::1%eth0]:80", "[::1]:1"}) {
    EXPECT_TRUE(ParseListenAddress(good, &address, &wanted)) << good << ": " << wanted;
  }
  for (const char* bad : {"", ":80", "80:", "-1", "65536", "000080", "1.2.3:80", "[::1]", "[]:80",
                          "[::1]80", "[::g]:1", "::1:80", "a:80", "80 ", "[fe80::1%]:80", "*"}) {
    EXPECT_FALSE(ParseListenAddress(bad, &address, &wanted)) << bad;
    EXPECT_FALSE(wanted.empty());
  }
  ASSERT_TRUE(ParseListenAddress("[0:0:0:0:0:0:0:1]:80", &address, &wanted));
  EXPECT_EQ(address.host, "::1");
}

TEST(ListenTest, Overlap) {
  const auto overlap = [](const char* a, const char* b) {
    ListenAddress first, second;
    std::string wanted;
    EXPECT_TRUE(ParseListenAddress(a, &first, &wanted));
    EXPECT_TRUE(ParseListenAddress(b, &second, &wanted));
    return AddressesOverlap(first, second) && AddressesOverlap(second, first);
  };
  EXPECT_TRUE(overlap("80", "*:80"));
  EXPECT_TRUE(overlap("80", "127.0.0.1:80"));
  EXPECT_TRUE(overlap("0.0.0.0:80", "127.0.0.1:80"));
  EXPECT_FALSE(overlap("0.0.0.0:80", "[::1]:80"));
  EXPECT_FALSE(overlap("127.0.0.2:80", "127.0.0.1:80"));
  EXPECT_FALSE(overlap("80", "81"));
  EXPECT_FALSE(overlap("127.0.0.1:0", "127.0.0.1:0"));
}

TEST(ModuleShortNameTest, AllSpellings) {
  for (const char* name : {"mime", "mod_mime", "mod_mime.c", "mod_mime.so", "mime_module"}) {
    EXPECT_EQ(ModuleShortName(name), "mime") << name;
  }
  EXPECT_EQ(ModuleShortName("core.c"), "core");
  EXPECT_EQ(ModuleShortName("http_core.c"), "http_core");
  EXPECT_EQ(ModuleShortName("mod_"), "mod_");
}

TEST(JoinPathTest, Tidies) {
  EXPECT_EQ(JoinPath("/a/", "b//./c/"), "/a/b/c");
  EXPECT_EQ(JoinPath("/a", "/x"), "/x");
  EXPECT_EQ(JoinPath("/", ""), "/");
  EXPECT_EQ(JoinPath("/a", "../b"), "/a/../b");
}

// ---- Sections that only a module can know ----

TEST_F(EarlyTest, NothingInAnUnknownSectionCountsOutside) {
  files_.files["/srv/more.conf"] = "Included ${B}\n";
  ASSERT_TRUE(
      Load("Listen 80\nDefine A 1\n<Script x>\nListen 90\nLoadModule b_module b.so\nUser root\n"
           "Define A 2\nDefine B 3\nValue ${A}\nInclude more.conf\n<VirtualHost *>\n"
           "ErrorLog /etc/x\n</VirtualHost>\n<IfModule mod_b.c>\nNever x\n</IfModule>\n"
           "Text ${UNKNOWN}\n</Script>\nAfter ${A}\n"))
      << Rendered();
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  EXPECT_EQ(config_.listen.size(), 1u);
  EXPECT_TRUE(config_.modules.empty());
  EXPECT_TRUE(config_.vhost_error_logs.empty());
  EXPECT_FALSE(config_.IsDefined("B"));
  EXPECT_EQ(Active(),
            "Listen Define Script(Define Define Value Included VirtualHost() Text ) After ");
  const Node& script = config_.active[2];
  EXPECT_EQ(script.children[2].raw, "2");
  EXPECT_EQ(script.children[3].raw, "3");
  EXPECT_EQ(config_.active[3].raw, "1");
  ASSERT_NE(script.body, nullptr);
  std::string codes;
  for (const Diagnostic& finding : script.body->findings.all()) codes += finding.code + " ";
  EXPECT_EQ(codes, "HC-09 HC-09 HC-09 HC-09 HC-13 ");
}

TEST_F(EarlyTest, AListenInAnUnknownSectionIsNoAddress) {
  EXPECT_FALSE(Load("<Script x>\nListen 90\n</Script>\n"));
  EXPECT_EQ(Codes(), "HC-14 ");
}

TEST_F(EarlyTest, AnAccessFileHasConditionsAndVariablesButNoEarlyDirectives) {
  ASSERT_TRUE(Load("Listen 80\n"));
  const uint32_t file =
      sources_.Add("/srv/.htaccess",
                   "<IfDefine X>\nOne ${X}\n</IfDefine>\n"
                   "<IfModule mod_none.c>\nTwo\n</IfModule>\nDefine X 1\nUser a\n");
  EarlyInput input = input_;
  input.defines = {"X=value"};
  EarlyConfig access;
  EXPECT_FALSE(LoadAccessFile(input, &files_, file, &sources_, &diagnostics_, &access));
  EXPECT_EQ(Codes(), "HC-09 HC-09 ");
  EXPECT_EQ(Names(access.active), "One ");
  EXPECT_EQ(access.active[0].raw, "value");
}

}  // namespace
}  // namespace httpd::config
