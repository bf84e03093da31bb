// SPDX-License-Identifier: Apache-2.0
// What an Apache configuration may hold and this server has not, said in words instead of "unknown
// directive". Checked against the directive index of Apache 2.4's manual.
#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/str.h"
#include "config/core_directives.h"
#include "config/tree.h"

namespace httpd::config {
namespace {

constexpr std::string_view kProcesses = "processes and threads are the core's own";
constexpr std::string_view kUseWorkers = "remove this line; see Workers and MaxConnections";
constexpr std::string_view kRemove = "remove this line";
constexpr std::string_view kAccess24 = "access rules of Apache 2.2 are not read";
constexpr std::string_view kRequire =
    "Require all granted, Require all denied, or Require ip address";
constexpr std::string_view kSystemLimit = "limits come from whoever starts the server";

constexpr Unsupported kUnsupported[] = {
    // The process model.
    {"AcceptMutex", true, kProcesses, kRemove},
    {"AsyncRequestWorkerFactor", true, kProcesses, kUseWorkers},
    {"ListenBacklog", true, "the queue is as long as the system allows", kRemove},
    {"ListenCoresBucketsRatio", true, "each worker has a socket of its own", kRemove},
    {"LockFile", true, kProcesses, kRemove},
    {"MaxClients", true, kProcesses, kUseWorkers},
    {"MaxConnectionsPerChild", true, "workers are not replaced by count", kRemove},
    {"MaxMemFree", true, kProcesses, kRemove},
    {"MaxRequestWorkers", true, kProcesses, kUseWorkers},
    {"MaxRequestsPerChild", true, "workers are not replaced by count", kRemove},
    {"MaxSpareServers", true, kProcesses, kUseWorkers},
    {"MaxSpareThreads", true, kProcesses, kUseWorkers},
    {"MinSpareServers", true, kProcesses, kUseWorkers},
    {"MinSpareThreads", true, kProcesses, kUseWorkers},
    {"Mutex", true, kProcesses, kRemove},
    {"ScoreBoardFile", true, kProcesses, kRemove},
    {"ServerLimit", true, kProcesses, kUseWorkers},
    {"ServerType", true, "the server always stands alone", kRemove},
    {"StartServers", true, kProcesses, kUseWorkers},
    {"ThreadLimit", true, kProcesses, kUseWorkers},
    {"ThreadStackSize", true, kProcesses, kRemove},
    {"ThreadsPerChild", true, kProcesses, kUseWorkers},
    // Tuning.
    {"AcceptFilter", true, "the system's own buffering of new connections is not used", kRemove},
    {"AsyncFilter", true, "there is no such choice", kRemove},
    {"ContentDigest", true, "the MD5 field is obsolete", kRemove},
    {"CoreDumpDirectory", true, "where a core file goes is the system's choice", kRemove},
    {"EnableExceptionHook", true, "a crash is always reported", kRemove},
    {"EnableMMAP", true, "small files are kept in memory, others are sent by the system", kRemove},
    {"ExtendedStatus", true, "counters are always kept", kRemove},
    {"FlushMaxPipelined", true, "there is no such limit", kRemove},
    {"FlushMaxThreshold", true, "there is no such limit", kRemove},
    {"LimitInternalRecursion", true, "the limit is fixed", kRemove},
    {"LimitXMLRequestBody", true, "no module reads XML", kRemove},
    {"MaxRangeOverlaps", true, "the limits of ranges are fixed", kRemove},
    {"MaxRangeReversals", true, "the limits of ranges are fixed", kRemove},
    {"MaxRanges", true, "the limits of ranges are fixed", kRemove},
    {"MergeTrailers", true, "trailers are never merged into the fields", kRemove},
    {"NameVirtualHost", true, "every <VirtualHost> is name-based, as in Apache 2.4", kRemove},
    {"ProtocolsHonorOrder", true, "there is one protocol", kRemove},
    {"RLimitCPU", true, kSystemLimit, kRemove},
    {"RLimitMEM", true, kSystemLimit, kRemove},
    {"RLimitNPROC", true, kSystemLimit, kRemove},
    {"ReadBufferSize", true, "the size is fixed", kRemove},
    {"ReceiveBufferSize", true, "the system adapts it", kRemove},
    {"RegexDefaultOptions", true, "expressions have Perl's defaults", kRemove},
    {"SeeRequestTail", true, "the log shows the whole request line", kRemove},
    {"SendBufferSize", true, "the system adapts it", kRemove},
    {"StrictHostCheck", true, "an unknown host gets the first <VirtualHost>", kRemove},
    {"UseCanonicalPhysicalPort", true, "the port the client asked for is used", kRemove},
    // What changes what is served, or to whom.
    {"Allow", false, kAccess24, kRequire},
    {"BindAddress", false, "it is Apache 1.3's", "Listen 127.0.0.1:80"},
    {"CGIMapExtension", false, "programs are not run", kRemove},
    {"CGIPassAuth", false, "programs are not run", kRemove},
    {"CGIVar", false, "programs are not run", kRemove},
    {"Deny", false, kAccess24, kRequire},
    {"Else", false, "conditions of a request are not evaluated", kRemove},
    {"ElseIf", false, "conditions of a request are not evaluated", kRemove},
    {"HttpProtocolOptions", false, "requests are always read strictly", kRemove},
    {"If", false, "conditions of a request are not evaluated",
     "use <Location>, <Files> or <VirtualHost> instead"},
    {"IfDirective", false, "write the condition with <IfModule>", "<IfModule mod_name.c>"},
    {"IfSection", false, "write the condition with <IfModule>", "<IfModule mod_name.c>"},
    {"IfVersion", false, "versions of Apache say nothing about this server", kRemove},
    {"Limit", false, "rules for single methods are not evaluated",
     "move the rules out of the section"},
    {"LimitExcept", false, "rules for single methods are not evaluated",
     "move the rules out of the section"},
    {"MergeSlashes", false, "slashes are always merged", kRemove},
    {"Order", false, kAccess24, kRequire},
    {"Port", false, "it is Apache 1.3's", "Listen 80"},
    {"QualifyRedirectURL", false, "redirects are always absolute as configured", kRemove},
    {"RegisterHttpMethod", false, "methods of modules are not known in advance", kRemove},
    {"ScriptInterpreterSource", false, "programs are not run", kRemove},
    {"ServerPath", false, "hosts are chosen by name only", "ServerAlias name"},
    {"SetInputFilter", false, "there are no filters by name yet", kRemove},
    {"SetOutputFilter", false, "there are no filters by name yet", kRemove},
};

// By the beginning of a directive's name; longer beginnings first.
constexpr std::pair<std::string_view, std::string_view> kModules[] = {
    {"AuthDigest", "auth_digest"},
    {"AuthLDAP", "authnz_ldap"},
    {"AuthBasic", "auth_basic"},
    {"AuthUserFile", "authn_file"},
    {"AuthGroupFile", "authz_groupfile"},
    {"Auth", "authn_core"},
    {"BrowserMatch", "setenvif"},
    {"SetEnvIf", "setenvif"},
    {"SetEnv", "env"},
    {"PassEnv", "env"},
    {"UnsetEnv", "env"},
    {"Rewrite", "rewrite"},
    {"SSL", "ssl"},
    {"ProxyHTML", "proxy_html"},
    {"Proxy", "proxy"},
    {"Balancer", "proxy_balancer"},
    {"NoProxy", "proxy"},
    {"RequestHeader", "headers"},
    {"Header", "headers"},
    {"Expires", "expires"},
    {"Deflate", "deflate"},
    {"Brotli", "brotli"},
    {"AddOutputFilterByType", "filter"},
    {"Filter", "filter"},
    {"Dav", "dav"},
    {"CacheSocache", "cache_socache"},
    {"Cache", "cache"},
    {"Session", "session"},
    {"UserDir", "userdir"},
    {"CheckSpelling", "speling"},
    {"CheckCase", "speling"},
    {"Script", "cgid"},
    {"MimeMagicFile", "mime_magic"},
    {"LanguagePriority", "negotiation"},
    {"ForceLanguagePriority", "negotiation"},
    {"Remote", "remoteip"},
    {"Macro", "macro"},
    {"Use", "macro"},
    {"Ext", "ext_filter"},
    {"H2", "http2"},
    {"MD", "md"},
    {"LogIO", "logio"},
    {"Substitute", "substitute"},
    {"SSI", "include"},
    {"XBitHack", "include"},
    {"Vhost", "vhost_alias"},
    {"Virtual", "vhost_alias"},
    {"Suexec", "suexec"},
    {"Cookie", "usertrack"},
    {"Action", "actions"},
    {"ISAPI", "isapi"},
    {"DBD", "dbd"},
    {"LDAP", "ldap"},
    {"Lua", "lua"},
    {"php_", "php"},
    {"Passenger", "passenger"},
    {"WSGI", "wsgi"},
    {"Sec", "security2"},
};

// Directives of the modules that nearly every configuration loads, so that a typing error is found
// although the module is not loaded.
constexpr std::pair<std::string_view, std::string_view> kCommon[] = {
    {"AddAlt", "autoindex"},
    {"AddAltByEncoding", "autoindex"},
    {"AddAltByType", "autoindex"},
    {"AddCharset", "mime"},
    {"AddDescription", "autoindex"},
    {"AddEncoding", "mime"},
    {"AddHandler", "mime"},
    {"AddIcon", "autoindex"},
    {"AddIconByEncoding", "autoindex"},
    {"AddIconByType", "autoindex"},
    {"AddLanguage", "mime"},
    {"AddOutputFilter", "mime"},
    {"AddType", "mime"},
    {"Alias", "alias"},
    {"AliasMatch", "alias"},
    {"CustomLog", "log_config"},
    {"DefaultIcon", "autoindex"},
    {"DefaultLanguage", "mime"},
    {"DirectoryCheckHandler", "dir"},
    {"DirectoryIndex", "dir"},
    {"DirectoryIndexRedirect", "dir"},
    {"DirectorySlash", "dir"},
    {"FallbackResource", "dir"},
    {"HeaderName", "autoindex"},
    {"IndexIgnore", "autoindex"},
    {"IndexIgnoreReset", "autoindex"},
    {"IndexOptions", "autoindex"},
    {"IndexOrderDefault", "autoindex"},
    {"IndexStyleSheet", "autoindex"},
    {"LogFormat", "log_config"},
    {"ReadmeName", "autoindex"},
    {"Redirect", "alias"},
    {"RedirectMatch", "alias"},
    {"RedirectPermanent", "alias"},
    {"RedirectTemp", "alias"},
    {"RemoveHandler", "mime"},
    {"RemoveType", "mime"},
    {"ScriptAlias", "alias"},
    {"ScriptAliasMatch", "alias"},
    {"TransferLog", "log_config"},
    {"TypesConfig", "mime"},
};

bool StartsWith(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         base::EqualsIgnoreCase(text.substr(0, beginning.size()), beginning);
}

}  // namespace

const Unsupported* FindUnsupported(std::string_view name) {
  const auto row =
      std::find_if(std::begin(kUnsupported), std::end(kUnsupported),
                   [&](const Unsupported& entry) { return SameName(entry.name, name); });
  return row == std::end(kUnsupported) ? nullptr : row;
}

std::vector<std::string_view> CommonDirectives() {
  std::vector<std::string_view> names;
  for (const auto& [name, module] : kCommon) names.push_back(name);
  return names;
}

std::string_view ApacheModuleOf(std::string_view directive) {
  for (const auto& [name, module] : kCommon) {
    if (SameName(name, directive)) return module;
  }
  for (const auto& [beginning, module] : kModules) {
    if (StartsWith(directive, beginning)) return module;
  }
  return {};
}

}  // namespace httpd::config
