// SPDX-License-Identifier: Apache-2.0
//
// Which settings apply to a request: those of its server, then <Directory>, <Files> and <Location>
// in Apache's order. Sections are matched per request; their merged settings are made once per
// worker and combination.

#include "server/location.h"

#include <fnmatch.h>

#include <algorithm>

#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/worker.h"

namespace httpd::server {

const httpd_location* LocationTree::Root(const httpd_server* server) {
  if (roots_.size() <= server->index) roots_.resize(server->index + 1);
  auto& root = roots_[server->index];
  if (root == nullptr) {
    root = std::make_unique<Node>();
    root->tree = this;
    root->storage = server->location_configs;
    root->configs = root->storage.data();
    root->slots = static_cast<uint32_t>(root->storage.size());
    root->core = static_cast<const CoreLocation*>(root->storage[0]);
    root->generation = server->generation;
    root->pool = &pool_;
  }
  return root.get();
}

const httpd_location* LocationTree::Enter(const httpd_location* outer, const Section* section) {
  auto* node = const_cast<Node*>(static_cast<const Node*>(outer));
  for (const auto& [edge, inner] : node->inner) {
    if (edge == section) return inner.get();
  }
  auto merged = std::make_unique<Node>();
  merged->tree = this;
  for (const auto& module : *modules_) {
    void* inner = module->slot < section->configs.size() ? section->configs[module->slot] : nullptr;
    void* of_outer = node->storage[module->slot];
    void* result = MergeModuleConfig(&pool_, module.get(), true, of_outer, inner);
    if (result == nullptr && of_outer != nullptr) return nullptr;
    merged->storage.push_back(result);
  }
  merged->configs = merged->storage.data();
  merged->slots = static_cast<uint32_t>(merged->storage.size());
  merged->core = static_cast<const CoreLocation*>(merged->storage[0]);
  merged->generation = outer->generation;
  merged->pool = &pool_;
  node->inner.emplace_back(section, std::move(merged));
  ++merges_;
  return node->inner.back().second.get();
}

const httpd_location* LocationTree::EnterWhereItIs(const httpd_location* outer,
                                                   const Section* section) {
  return static_cast<const Node*>(outer)->tree->Enter(outer, section);
}

namespace {

bool Matches(const Section& section, const char* text, size_t size, int flags) {
  if (section.regex != nullptr) {
    return httpd_regex_match(section.regex, {text, size}, nullptr) == HTTPD_OK;
  }
  if (section.wildcard) return ::fnmatch(section.pattern.c_str(), text, flags) == 0;
  return section.pattern == std::string_view(text, size);
}

// `directory` is the pattern's directory or lies below it.
bool IsBelow(std::string_view directory, std::string_view pattern) {
  if (pattern == "/") return true;
  return directory.substr(0, pattern.size()) == pattern &&
         (directory.size() == pattern.size() || directory[pattern.size()] == '/');
}

// With wildcards each of the directories on the way is tried, as Apache does.
bool DirectoryMatches(const Section& section, Request* request, std::string_view directory) {
  if (!section.wildcard) return IsBelow(directory, section.pattern);
  for (size_t end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
    const httpd_str part = request->pool.Copy(directory.substr(0, end));
    if (part.data != nullptr && ::fnmatch(section.pattern.c_str(), part.data, FNM_PATHNAME) == 0) {
      return true;
    }
    if (end == std::string_view::npos) return false;
  }
}

bool LocationMatches(const Section& section, Request* request, std::string_view path) {
  if (section.regex != nullptr || section.wildcard) {
    const httpd_str text = request->pool.Copy(path);
    return text.data != nullptr && Matches(section, text.data, text.len, FNM_PATHNAME);
  }
  const std::string_view pattern = section.pattern;
  if (path.substr(0, pattern.size()) != pattern) return false;
  return path.size() == pattern.size() || pattern.back() == '/' || path[pattern.size()] == '/';
}

// Collects merges; a merge that ran out of memory ends the request with 503.
class Walk {
 public:
  explicit Walk(Request* request) : request_(request) {
    location_ = request->worker->locations.Root(request->server);
  }
  void Enter(const Section* section) {
    if (location_ != nullptr) location_ = request_->worker->locations.Enter(location_, section);
  }
  httpd_result Finish() {
    if (location_ == nullptr) return 503;
    request_->location = location_;
    return HTTPD_DECLINED;
  }

 private:
  Request* request_;
  const httpd_location* location_;
};

void EnterFiles(Walk* walk, Request* request, const std::vector<Section*>& sections) {
  if (sections.empty()) return;
  const httpd_str name =
      request->pool.Copy(request->filename.substr(request->filename.rfind('/') + 1));
  if (name.data == nullptr) return;
  for (const Section* section : sections) {
    if (Matches(*section, name.data, name.len, 0)) walk->Enter(section);
  }
}

void EnterLocations(Walk* walk, Request* request) {
  for (const Section* section : request->server->locations) {
    if (LocationMatches(*section, request, request->path)) walk->Enter(section);
  }
}

void EnterDirectories(Walk* walk, Request* request, std::vector<Section*>* nested) {
  std::string_view directory = request->filename;
  if (request->file_kind != HTTPD_FILE_DIRECTORY) {
    directory = directory.substr(0, std::max<size_t>(directory.rfind('/'), 1));
  }
  auto enter = [&](const Section* section) {
    walk->Enter(section);
    for (const auto& files : section->files) nested->push_back(files.get());
  };
  for (const Section* section : request->server->directories) {
    if (DirectoryMatches(*section, request, directory)) enter(section);
  }
  for (const Section* section : request->server->directory_matches) {
    if (httpd_regex_match(section->regex, base::Str(directory), nullptr) == HTTPD_OK) {
      enter(section);
    }
  }
}

}  // namespace

// Before the path is mapped only <Location> is known.
httpd_result WalkLocations(Request* request) {
  Walk walk(request);
  EnterLocations(&walk, request);
  return walk.Finish();
}

httpd_result WalkAll(Request* request) {
  const httpd_server& server = *request->server;
  if (server.directories.empty() && server.directory_matches.empty() && server.files.empty()) {
    return HTTPD_DECLINED;  // what WalkLocations found is all there is
  }
  Walk walk(request);
  std::vector<Section*> nested;  // allocates only when a <Directory> holds <Files>
  EnterDirectories(&walk, request, &nested);
  if (request->file_kind != HTTPD_FILE_DIRECTORY) {
    EnterFiles(&walk, request, server.files);
    EnterFiles(&walk, request, nested);
  }
  EnterLocations(&walk, request);
  return walk.Finish();
}

}  // namespace httpd::server
