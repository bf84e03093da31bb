// SPDX-License-Identifier: Apache-2.0
// The second evaluation: tables, contexts, arguments, sections, merging, and what a module's
// handler sees through the public functions.
#include "config/evaluate.h"

#include <gtest/gtest.h>
#include <httpd/log.h>
#include <httpd/request.h>
#include <httpd/resource.h>

#include <memory>
#include <string>
#include <vector>

#include "base/str.h"
#include "config/fake_files.h"
#include "http/etag.h"

namespace httpd::config {
namespace {

using base::View;
using server::CoreLocation;
using server::CoreServer;
using server::Section;

// What the test module's handlers saw.
struct Seen {
  std::vector<std::string> calls;
};

struct TestConfig {
  std::string value;
};

void* CreateTest(httpd_pool* pool, void* user) { return pool->New<TestConfig>(); }

void* MergeTest(httpd_pool* pool, const void* outer, const void* inner, void* user) {
  const auto& own = *static_cast<const TestConfig*>(inner);
  return pool->New<TestConfig>(own.value.empty() ? *static_cast<const TestConfig*>(outer) : own);
}

httpd_result Record(httpd_directive_call* call, void* config, void* user) {
  std::string line(View(httpd_call_name(call)));
  for (uint32_t i = 0; i < httpd_call_argc(call); ++i) {
    line += " [" + std::string(View(httpd_call_arg(call, i))) + "]";
  }
  if (httpd_call_argc(call) == 0) line += " raw[" + std::string(View(httpd_call_raw(call))) + "]";
  line += " in " + std::to_string(httpd_call_context(call)) + " of '" +
          std::string(View(httpd_call_section(call))) + "' flag " +
          std::to_string(httpd_call_flag(call));
  EXPECT_EQ(httpd_call_arg(call, 99).data, nullptr);
  EXPECT_NE(httpd_call_server(call), nullptr);
  EXPECT_NE(httpd_call_server_config(call), nullptr);
  EXPECT_EQ(View(httpd_call_server_path(call, HTTPD_STR("x/./y"))), "/srv/x/y");
  static_cast<Seen*>(user)->calls.push_back(line);
  if (config != nullptr && httpd_call_argc(call) > 0) {
    static_cast<TestConfig*>(config)->value = View(httpd_call_arg(call, 0));
  }
  return HTTPD_OK;
}

httpd_result Refuse(httpd_directive_call* call, void* config, void* user) {
  return httpd_call_error(call, 0, HTTPD_STR("this is not a color"), HTTPD_STR("Color blue"));
}

httpd_result Mute(httpd_directive_call* call, void* config, void* user) {
  return HTTPD_ERR_NOT_FOUND;
}

httpd_result Throw(httpd_directive_call* call, void* config, void* user) { throw 1; }

class EvaluateTest : public testing::Test {
 protected:
  EvaluateTest() {
    AddModule("core", *CoreModule());
    const auto row = [this](const char* name, uint32_t contexts, uint32_t flags, uint16_t min,
                            uint16_t max, httpd_directive_handler handler) {
      rows_.push_back({sizeof(httpd_directive), contexts, name, flags, min, max, handler, &seen_,
                       "see the manual"});
    };
    row("Note", HTTPD_IN_ANYWHERE, 0, 1, 2, Record);
    row("NoteServer", HTTPD_IN_SERVER, HTTPD_DIRECTIVE_SERVER_CONFIG, 1, 1, Record);
    row("NoteGlobal", HTTPD_IN_GLOBAL, HTTPD_DIRECTIVE_SERVER_CONFIG, 0, HTTPD_ARGS_ANY, Record);
    row("NoteRaw", HTTPD_IN_ANYWHERE, HTTPD_DIRECTIVE_RAW, 1, 1, Record);
    row("NoteFlag", HTTPD_IN_DIRECTORY, HTTPD_DIRECTIVE_FLAG, 1, 1, Record);
    row("Color", HTTPD_IN_ANYWHERE, 0, 1, 1, Refuse);
    row("Mute", HTTPD_IN_ANYWHERE, 0, 0, 0, Mute);
    row("Throw", HTTPD_IN_ANYWHERE, 0, 0, 0, Throw);
    rows_.push_back({});
    record_.name = "test";
    record_.directives = rows_.data();
    record_.create_server_config = CreateTest;
    record_.create_location_config = CreateTest;
    record_.merge_server_config = MergeTest;
    record_.merge_location_config = MergeTest;
    AddModule("test", record_);
  }

  void AddModule(const char* name, const httpd_module& record) {
    auto handle = std::make_unique<module::Module>();
    handle->name = name;
    handle->record = record;
    for (const httpd_directive* d = record.directives; d != nullptr && d->name != nullptr; ++d) {
      handle->directives.push_back(*d);
    }
    modules_.Add(std::move(handle));
  }

  // "Listen 80" stands before the text, so positions begin at line 2.
  bool Run(const std::string& text) {
    files_.files["/srv/conf/httpd.conf"] = "Listen 80\n" + text;
    EarlyInput early;
    early.prefix = "/srv";
    early.builtin_modules = {"core", "test"};
    if (!LoadEarly(early, &files_, &sources_, &diagnostics_, &early_)) return false;
    EvaluateInput input;
    input.early = &early_;
    input.sources = &sources_;
    input.modules = &modules_;
    input.pool = &pool_;
    input.provider = [](std::string_view name) -> std::string {
      return name == "AliasMatch" ? "LoadModule alias_module libexec/mod_alias.so" : "";
    };
    input.entering = [this](const module::Module* module, const httpd_directive*) {
      inside_ = module;
    };
    return Evaluate(input, &diagnostics_, &set_);
  }
  std::string Rendered() const { return diagnostics_.Render(sources_, false); }
  std::string Codes() const {
    std::string codes;
    for (const Diagnostic& diagnostic : diagnostics_.all()) {
      codes += (diagnostic.severity == Severity::kWarning ? "w" : "") + diagnostic.code + " ";
    }
    return codes;
  }
  bool Has(std::string_view text) const { return Rendered().find(text) != std::string::npos; }
  const CoreServer& Core(size_t i = 0) const { return *set_.servers[i]->core; }
  const CoreLocation& Location(size_t i = 0) const {
    return *static_cast<const CoreLocation*>(set_.servers[i]->location_configs[0]);
  }
  const CoreLocation& Of(const Section* section) const {
    return *static_cast<const CoreLocation*>(section->configs[0]);
  }
  CoreLocation* Merge(const CoreLocation& outer, const CoreLocation& inner) {
    return static_cast<CoreLocation*>(
        CoreModule()->merge_location_config(&pool_, &outer, &inner, nullptr));
  }

  httpd_pool pool_;
  Seen seen_;
  std::vector<httpd_directive> rows_;
  httpd_module record_ = {};
  module::Registry modules_;
  FakeFiles files_;
  SourceMap sources_;
  Diagnostics diagnostics_;
  EarlyConfig early_;
  server::ServerSet set_;
  const module::Module* inside_ = nullptr;
};

TEST_F(EvaluateTest, ServerDirectives) {
  ASSERT_TRUE(
      Run("ServerName WWW.Example.org:8080\nServerAdmin me@example.org\nDocumentRoot \"/\"\n"
          "KeepAlive Off\nKeepAliveTimeout 250ms\nMaxKeepAliveRequests 7\nTimeout 30\n"
          "RequestReadTimeout header=10-20,MinRate=100 body=5\nLimitRequestLine 4096\n"
          "LimitRequestFieldSize 2048\nLimitRequestFields 50\nServerTokens Full\n"
          "TraceEnable on\nAllowEncodedSlashes On\nErrorLog logs/e\nMaxConnections 99\n"
          "OpenFileCacheValid 2\nAccessFileName .acl\n"))
      << Rendered();
  EXPECT_EQ(diagnostics_.warning_count(), 0) << Rendered();
  const CoreServer& core = Core();
  EXPECT_EQ(core.server_name.value, "www.example.org");
  EXPECT_EQ(core.server_port.value, 8080);
  EXPECT_EQ(core.document_root.value, "");
  EXPECT_FALSE(core.keep_alive.value);
  EXPECT_EQ(core.keep_alive_timeout.value, 250u);
  EXPECT_EQ(core.max_keep_alive_requests.value, 7u);
  EXPECT_EQ(core.timeout.value, 30000u);
  EXPECT_EQ(core.header_timeout.value, 10000u);
  EXPECT_EQ(core.header_timeout_max.value, 20000u);
  EXPECT_EQ(core.header_min_rate.value, 100u);
  EXPECT_EQ(core.body_timeout.value, 5000u);
  EXPECT_EQ(core.body_min_rate.value, 0u);
  EXPECT_EQ(core.limit_request_line.value, 4096u);
  EXPECT_EQ(core.server_tokens.value, server::ServerTokens::kFull);
  EXPECT_TRUE(core.trace_enable.value);
  EXPECT_EQ(core.error_log.value, "logs/e");
  EXPECT_EQ(core.max_connections.value, 99u);
  EXPECT_EQ(core.open_file_cache_valid.value, 2000u);
  EXPECT_TRUE(set_.servers[0]->is_main);
  EXPECT_FALSE(set_.needs_directory_walk);
}

TEST_F(EvaluateTest, LocationDirectives) {
  ASSERT_TRUE(
      Run("<Directory htdocs/>\nOptions Indexes SymLinksIfOwnerMatch\nAllowOverride none\n"
          "Require all denied\nRequire all granted\nFileETag INode Size\nEnableSendfile off\n"
          "AddDefaultCharset utf-8\nLimitRequestBody 0\nLogLevel debug\nServerSignature EMail\n"
          "ForceType text/plain\nSetHandler none\nErrorDocument 404 /404.html\n"
          "ErrorDocument 500 \"Sorry, \\\"broken\\\"\"\nErrorDocument 503 out to lunch\n"
          "</Directory>\n"))
      << Rendered();
  ASSERT_EQ(set_.servers[0]->directories.size(), 1u);
  const Section& section = *set_.servers[0]->directories[0];
  EXPECT_EQ(section.pattern, "/srv/htdocs");
  EXPECT_FALSE(section.wildcard);
  const CoreLocation& core = Of(&section);
  EXPECT_EQ(core.options.value, HTTPD_OPTION_INDEXES);
  EXPECT_TRUE(core.symlinks_if_owner_match);
  EXPECT_TRUE(core.granted.value);
  EXPECT_EQ(core.file_etag.value, uint32_t{http::kETagInode | http::kETagSize});
  EXPECT_FALSE(core.enable_sendfile.value);
  EXPECT_EQ(core.add_default_charset.value, "utf-8");
  EXPECT_EQ(core.limit_request_body.value, 0);
  EXPECT_EQ(core.log_level.value, HTTPD_LOG_DEBUG);
  EXPECT_EQ(core.force_type.value, "text/plain");
  EXPECT_EQ(core.error_documents.at(404), "/404.html");
  EXPECT_EQ(core.error_documents.at(500), "Sorry, \"broken\"");
  EXPECT_EQ(core.error_documents.at(503), "out to lunch");
  EXPECT_EQ(section.configs[1], nullptr);  // no line of the test module
  EXPECT_TRUE(set_.needs_directory_walk);
}

TEST_F(EvaluateTest, OptionsMerge) {
  CoreLocation base;  // FollowSymLinks
  CoreLocation plus_indexes;
  plus_indexes.options_add = HTTPD_OPTION_INDEXES;
  CoreLocation minus_follow;
  minus_follow.options_remove = HTTPD_OPTION_FOLLOW_SYMLINKS;
  CoreLocation* merged = Merge(*Merge(base, plus_indexes), minus_follow);
  EXPECT_EQ(merged->options.value, HTTPD_OPTION_INDEXES);
  CoreLocation none;
  none.options = 0u;
  EXPECT_EQ(Merge(*merged, none)->options.value, 0u);
  // Relative sections merged with each other first give the same.
  EXPECT_EQ(Merge(base, *Merge(plus_indexes, minus_follow))->options.value, HTTPD_OPTION_INDEXES);
}

TEST_F(EvaluateTest, RelativeOptionsOutsideSections) {
  ASSERT_TRUE(Run("Options +Indexes -FollowSymLinks +SymLinksIfOwnerMatch\n")) << Rendered();
  EXPECT_EQ(Location().options.value, HTTPD_OPTION_INDEXES);
  EXPECT_TRUE(Location().symlinks_if_owner_match);
}

TEST_F(EvaluateTest, DocumentRootIsNeverEmptyByDefault) {
  ASSERT_TRUE(Run("<VirtualHost *:80>\n</VirtualHost>\n")) << Rendered();
  EXPECT_EQ(Core(0).document_root.value, "/srv/htdocs");
  EXPECT_FALSE(Core(0).server_name.value.empty()) << "the machine's name stands in";
  EXPECT_EQ(Core(1).document_root.value, "/srv/htdocs");
}

TEST_F(EvaluateTest, NumberOfFieldsIsLimitedByTheParser) {
  ASSERT_TRUE(Run("LimitRequestFields 0\n")) << Rendered();
  EXPECT_EQ(Core().limit_request_fields.value, 128u);
  EXPECT_EQ(Codes(), "wHC-20 ");
}

TEST_F(EvaluateTest, ErrorDocumentDefaultTakesOut) {
  ASSERT_TRUE(
      Run("ErrorDocument 404 /a\nErrorDocument 403 default\n<VirtualHost *>\n"
          "ErrorDocument 404 default\nErrorDocument 500 x\n</VirtualHost>\n"))
      << Rendered();
  EXPECT_EQ(Location(0).error_documents.size(), 1u);
  EXPECT_EQ(Location(1).error_documents.size(), 1u);
  EXPECT_EQ(Location(1).error_documents.at(500), "x");
}

TEST_F(EvaluateTest, SectionsOfEveryKindInOrder) {
  ASSERT_TRUE(
      Run("<Directory /a/b/c>\nNote 1\n</Directory>\n<Directory />\nRequire all denied\n"
          "</Directory>\n<Directory \"/a/*\">\n<Files \"*.x\">\nNote 2\n</Files>\n</Directory>\n"
          "<Directory ~ \"^/r\">\n</Directory>\n<DirectoryMatch ^/s>\n</DirectoryMatch>\n"
          "<Location /l>\n</Location>\n<LocationMatch \"\\.php$\">\n</LocationMatch>\n"
          "<Files .ht*>\nRequire all denied\n</Files>\n<FilesMatch \"~$\">\n</FilesMatch>\n"
          "<VirtualHost *:80>\n<Directory /a>\n</Directory>\n<Location /m>\n</Location>\n"
          "</VirtualHost>\n"))
      << Rendered();
  const httpd_server& main = *set_.servers[0];
  const httpd_server& host = *set_.servers[1];
  ASSERT_EQ(main.directories.size(), 3u);
  EXPECT_EQ(main.directories[0]->pattern, "/");
  EXPECT_EQ(main.directories[1]->pattern, "/a/*");
  EXPECT_TRUE(main.directories[1]->wildcard);
  ASSERT_EQ(main.directories[1]->files.size(), 1u);
  EXPECT_EQ(main.directories[1]->files[0]->pattern, "*.x");
  EXPECT_EQ(main.directories[2]->pattern, "/a/b/c");
  EXPECT_EQ(main.directory_matches.size(), 2u);
  EXPECT_NE(main.directory_matches[0]->regex, nullptr);
  EXPECT_EQ(main.files.size(), 2u);
  EXPECT_EQ(main.locations.size(), 2u);
  ASSERT_EQ(host.directories.size(), 4u);
  EXPECT_EQ(host.directories[1]->pattern, "/a");
  ASSERT_EQ(host.locations.size(), 3u);
  EXPECT_EQ(host.locations[2]->pattern, "/m");
  EXPECT_EQ(host.addresses[0].port, 80);
  std::set<uint32_t> ids;
  for (const auto& section : set_.sections) {
    ids.insert(section->id);
    for (const auto& files : section->files) ids.insert(files->id);
  }
  EXPECT_EQ(ids.size(), 12u);
  EXPECT_EQ(*ids.rbegin(), 11u);
  EXPECT_EQ(set_.sections[5]->id, 5u);
}

TEST_F(EvaluateTest, VirtualHostsInherit) {
  ASSERT_TRUE(
      Run("ServerAdmin main@x\nTimeout 9\nNoteServer m\nNote l\nOptions Indexes\n"
          "<VirtualHost 127.0.0.1:80 [::1]:* _default_>\nServerName a\nServerAlias B *.c\n"
          "Timeout 8\nErrorLog logs/a\nNoteServer v\nOptions +MultiViews\n</VirtualHost>\n"
          "<VirtualHost *:80>\nServerName z\n</VirtualHost>\n"))
      << Rendered();
  ASSERT_EQ(set_.servers.size(), 3u);
  EXPECT_EQ(Core(1).server_admin.value, "main@x");
  EXPECT_EQ(Core(1).timeout.value, 8000u);
  EXPECT_EQ(Core(2).timeout.value, 9000u);
  EXPECT_EQ(Core(1).aliases, (std::vector<std::string>{"b", "*.c"}));
  EXPECT_EQ(Core(1).error_log.value, "logs/a");
  ASSERT_EQ(set_.servers[1]->addresses.size(), 3u);
  EXPECT_EQ(set_.servers[1]->addresses[1].host, "::1");
  EXPECT_EQ(set_.servers[1]->addresses[1].port, 0);
  EXPECT_EQ(set_.servers[1]->addresses[2].host, "");
  const auto test = [this](size_t i) {
    return static_cast<TestConfig*>(set_.servers[i]->server_configs[1])->value;
  };
  EXPECT_EQ(test(0), "m");
  EXPECT_EQ(test(1), "v");
  EXPECT_EQ(test(2), "m");
  EXPECT_EQ(Location(1).options.value, HTTPD_OPTION_INDEXES | HTTPD_OPTION_MULTIVIEWS);
  EXPECT_EQ(static_cast<TestConfig*>(set_.servers[2]->location_configs[1])->value, "l");
}

TEST_F(EvaluateTest, WhatAHandlerSees) {
  ASSERT_TRUE(
      Run("Note \"a b\" c\nNoteGlobal\nNoteRaw  \"x\" 'y  \n<VirtualHost *:80>\nnoteserver v\n"
          "</VirtualHost>\n<Directory /d>\nNoteFlag ON\n<Files f>\nNote g\n</Files>\n"
          "</Directory>\n<LocationMatch \"^/(a|b)\">\nNote m\n</LocationMatch>\n"))
      << Rendered();
  EXPECT_EQ(seen_.calls,
            (std::vector<std::string>{
                "Note [a b] [c] in 1 of '' flag 0", "NoteGlobal raw[] in 2 of '' flag 0",
                "NoteRaw raw[\"x\" 'y] in 1 of '' flag 0", "NoteServer [v] in 1 of '*:80' flag 0",
                "NoteFlag [ON] in 4 of '/d' flag 1", "Note [g] in 16 of 'f' flag 0",
                "Note [m] in 8 of '^/(a|b)' flag 0"}));
  EXPECT_EQ(inside_, nullptr);
}

TEST_F(EvaluateTest, EveryErrorOfTheTables) {
  EXPECT_FALSE(
      Run("Note\nNote a b c\nNote \"a\nNoteFlag On\n<Directory /d>\nNoteFlag maybe\nNoteServer x\n"
          "</Directory>\n<VirtualHost *:80>\nNoteGlobal\n</VirtualHost>\nNoteRaw\nColor green\n"
          "Mute\nThrow\n"));
  EXPECT_EQ(Codes(), "HC-08 HC-08 HC-07 HC-09 HC-10 HC-09 HC-09 HC-08 HC-25 HC-25 HC-25 ")
      << Rendered();
  EXPECT_TRUE(Has("httpd.conf:14:7: error: this is not a color [HC-25]")) << Rendered();
  EXPECT_TRUE(Has("fix: Color blue"));
  EXPECT_TRUE(Has("module test threw an exception"));
  EXPECT_TRUE(Has("NoteFlag is not allowed outside of sections"));
  EXPECT_TRUE(Has("wanted: <Directory>\n"));
}

TEST_F(EvaluateTest, UnknownDirectives) {
  EXPECT_FALSE(
      Run("AliasMatch a b\nSeverName x\nRewriteEngine On\nQuantumFoam 1\n<Directry /a>\n"
          "</Directry>\nMaxRequestWorkers 5\nOrder allow,deny\n<Limit GET>\nWhat ever\n</Limit>\n"
          "<If \"true\">\n</If>\nDirectryIndex a\nAlias a b\n"));
  EXPECT_EQ(Codes(), "HC-05 HC-05 HC-05 HC-05 HC-05 wHC-20 HC-20 HC-20 HC-20 HC-05 HC-05 ")
      << Rendered();
  EXPECT_TRUE(Has("fix: LoadModule alias_module libexec/mod_alias.so"));
  EXPECT_TRUE(Has("did you mean ServerName?"));
  EXPECT_TRUE(Has("fix: ServerName x"));
  EXPECT_TRUE(Has("a directive of Apache's mod_rewrite"));
  EXPECT_TRUE(Has("fix: DirectoryIndex a"));
  EXPECT_TRUE(Has("Apache's mod_alias"));
  EXPECT_TRUE(Has("did you mean Directory?")) << Rendered();
}

TEST_F(EvaluateTest, SectionErrors) {
  EXPECT_FALSE(
      Run("<Directory>\n</Directory>\n<Directory /a/../b>\n</Directory>\n<Location l>\n"
          "</Location>\n<Files a/b>\n</Files>\n<FilesMatch \"(\">\nNope\n</FilesMatch>\n"
          "<Directory /a>\n<Location /b>\n</Location>\n</Directory>\n<Location /a>\n<Files b>\n"
          "</Files>\n<VirtualHost *>\n</VirtualHost>\n</Location>\n<VirtualHost>\n</VirtualHost>\n"
          "<VirtualHost example.org>\n</VirtualHost>\n<Directory ~>\n</Directory>\n"
          "<Directory \"/x>\n</Directory>\n"));
  EXPECT_EQ(Codes(), "HC-08 HC-10 HC-10 HC-10 HC-24 HC-05 HC-09 HC-09 HC-09 HC-08 HC-16 HC-07 ")
      << Rendered();
}

TEST_F(EvaluateTest, ValueErrors) {
  EXPECT_FALSE(Run(
      "KeepAliveTimeout soon\nLimitRequestFields -1\nErrorDocument 200 x\nServerName a/b\n"
      "ServerTokens Some\nLogLevel loud\nTraceEnable extended\nUseCanonicalName On\n"
      "FileETag Some\nFileETag +Size\nOptions Indexes +MultiViews\nOptions Nope\n"
      "RequestReadTimeout header\n<Directory />\nAllowOverride Options=All\nRequire valid-user\n"
      "</Directory>\nError \"stop here\"\nServerAdmin \"\"\n"));
  EXPECT_EQ(Codes(),
            "HC-10 HC-10 HC-10 HC-10 HC-10 HC-10 HC-20 HC-20 HC-10 HC-20 HC-10 HC-10 HC-10 HC-20 "
            "HC-60 HC-25 HC-10 ")
      << Rendered();
}

TEST_F(EvaluateTest, Warnings) {
  ASSERT_TRUE(
      Run("DocumentRoot /nowhere/at/all\nHostnameLookups On\nDefaultType text/plain\n"
          "Protocols h2 http/1.1\nLogLevel info ssl:warn\n<VirtualHost *:443>\nServerName a\n"
          "</VirtualHost>\n<VirtualHost *:80>\nServerName b\n</VirtualHost>\n<VirtualHost *:80>\n"
          "ServerName B\n</VirtualHost>\n"))
      << Rendered();
  EXPECT_EQ(Codes(), "wHC-28 wHC-20 wHC-20 wHC-20 wHC-20 wHC-29 wHC-29 ") << Rendered();
  EXPECT_TRUE(Has("fix: mkdir -p /nowhere/at/all"));
  EXPECT_TRUE(Has("fix: Listen 443"));
}

TEST_F(EvaluateTest, DirectiveOfTwoModules) {
  AddModule("other", record_);
  EXPECT_FALSE(Run("Note x\n"));
  EXPECT_EQ(Codes(), "HC-27 ");
}

// The configuration that Apache 2.4 installs, without comments and with modules we have not.
TEST_F(EvaluateTest, ApachesOwnConfiguration) {
  EXPECT_TRUE(
      Run("ServerRoot \"/srv\"\nLoadModule authz_core_module modules/mod_authz_core.so\n"
          "LoadModule unixd_module modules/mod_unixd.so\nLoadModule reqtimeout_module "
          "modules/mod_reqtimeout.so\n<IfModule unixd_module>\nUser #1000\nGroup #1000\n"
          "</IfModule>\nServerAdmin you@example.com\n<Directory />\nAllowOverride none\n"
          "Require all denied\n</Directory>\nDocumentRoot \"/\"\n<Directory \"/srv/htdocs\">\n"
          "Options Indexes FollowSymLinks\nAllowOverride None\nRequire all granted\n"
          "</Directory>\n<IfModule dir_module>\nDirectoryIndex index.html\n</IfModule>\n"
          "<Files \".ht*\">\nRequire all denied\n</Files>\nErrorLog \"logs/error_log\"\n"
          "LogLevel warn\n<IfModule headers_module>\nRequestHeader unset Proxy early\n</IfModule>\n"
          "<IfModule ssl_module>\nSSLRandomSeed startup builtin\n</IfModule>\n"
          "Timeout 60\nKeepAlive On\nMaxKeepAliveRequests 100\nKeepAliveTimeout 5\n"
          "UseCanonicalName Off\nAccessFileName .htaccess\nServerTokens Full\nServerSignature Off\n"
          "HostnameLookups Off\n<IfModule reqtimeout_module>\n"
          "RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500\n</IfModule>\n"))
      << Rendered();
  EXPECT_EQ(Codes(), "wHC-19 wHC-19 wHC-19 ") << Rendered();
}

}  // namespace
}  // namespace httpd::config
