// SPDX-License-Identifier: Apache-2.0
//
// Which settings apply to a request: those of its server, then <Directory>, <Files> and <Location>
// in Apache's order. Sections are matched per request; their merged settings are made once per
// worker and combination.

#include "server/location.h"

#include <fnmatch.h>

#include <algorithm>

#include "server/access_files.h"
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
  Walk(Request* request, LocationTree* tree)
      : request_(request), tree_(tree), location_(tree->Root(request->server)) {}
  void Enter(const Section* section) {
    if (location_ != nullptr) location_ = tree_->Enter(location_, section);
  }
  const httpd_location* location() const { return location_; }
  httpd_result Finish() {
    if (location_ == nullptr) return 503;
    request_->location = location_;
    return HTTPD_DECLINED;
  }

 private:
  Request* request_;
  LocationTree* tree_;
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

std::string_view DirectoryOf(const Request* request) {
  const std::string_view name = request->filename;
  if (request->file_kind == HTTPD_FILE_DIRECTORY) return name;
  return name.substr(0, std::max<size_t>(name.rfind('/'), 1));
}

void EnterWithFiles(Walk* walk, const Section* section, std::vector<Section*>* nested) {
  walk->Enter(section);
  for (const auto& files : section->files) nested->push_back(files.get());
}

void EnterMatches(Walk* walk, Request* request, std::string_view directory,
                  std::vector<Section*>* nested) {
  for (const Section* section : request->server->directory_matches) {
    if (httpd_regex_match(section->regex, base::Str(directory), nullptr) == HTTPD_OK) {
      EnterWithFiles(walk, section, nested);
    }
  }
}

void EnterDirectories(Walk* walk, Request* request, std::vector<Section*>* nested) {
  const std::string_view directory = DirectoryOf(request);
  for (const Section* section : request->server->directories) {
    if (DirectoryMatches(*section, request, directory)) EnterWithFiles(walk, section, nested);
  }
  EnterMatches(walk, request, directory, nested);
}

size_t Components(std::string_view path) {
  return path == "/" ? 0 : static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
}

// One directory at a time, as Apache does: its sections, then its .htaccess, whose settings those
// of a deeper <Directory> may change again.
httpd_result EnterDirectoriesAndAccessFiles(Walk* walk, Request* request,
                                            AccessFiles::Overlay* overlay,
                                            std::vector<Section*>* nested) {
  const std::string_view directory = DirectoryOf(request);
  const std::vector<Section*>& sections = request->server->directories;
  size_t next = 0;
  size_t end = 1;  // behind "/"
  for (size_t level = 0;; ++level) {
    const httpd_str part = request->pool.Copy(directory.substr(0, end));
    if (part.data == nullptr) return 503;
    for (; next < sections.size() && Components(sections[next]->pattern) <= level; ++next) {
      const Section& section = *sections[next];
      if (Matches(section, part.data, part.len, FNM_PATHNAME)) {
        EnterWithFiles(walk, &section, nested);
      }
    }
    if (walk->location() == nullptr) return 503;
    if (walk->location()->core->reads_access_files()) {
      const Section* section = nullptr;
      const httpd_result result = request->worker->access_files->Find(
          request, base::View(part), walk->location(), overlay, &section);
      if (result != HTTPD_OK) return result;
      if (section != nullptr) EnterWithFiles(walk, section, nested);
    }
    if (end >= directory.size()) break;
    end = std::min(directory.find('/', level == 0 ? 1 : end + 1), directory.size());
  }
  EnterMatches(walk, request, directory, nested);
  return HTTPD_OK;
}

void EnterFilesAndLocations(Walk* walk, Request* request, const std::vector<Section*>& nested) {
  if (request->file_kind != HTTPD_FILE_DIRECTORY) {
    EnterFiles(walk, request, request->server->files);
    EnterFiles(walk, request, nested);
  }
  EnterLocations(walk, request);
}

}  // namespace

// Before the path is mapped only <Location> is known.
httpd_result WalkLocations(Request* request) {
  Walk walk(request, &request->worker->locations);
  EnterLocations(&walk, request);
  return walk.Finish();
}

httpd_result WalkAll(Request* request) {
  const httpd_server& server = *request->server;
  if (server.directories.empty() && server.directory_matches.empty() && server.files.empty()) {
    return HTTPD_DECLINED;  // what WalkLocations found is all there is
  }
  Walk walk(request, &request->worker->locations);
  std::vector<Section*> nested;  // allocates only when a <Directory> holds <Files>
  EnterDirectories(&walk, request, &nested);
  EnterFilesAndLocations(&walk, request, nested);
  return walk.Finish();
}

httpd_result WalkAllAndAccessFiles(Request* request) {
  const std::vector<Section*>& sections = request->server->directories;
  const bool reads = std::any_of(sections.begin(), sections.end(), [](const Section* section) {
    const auto* core = static_cast<const CoreLocation*>(section->configs[0]);
    return core != nullptr && core->reads_access_files();
  });
  if (!reads) return WalkAll(request);  // only another server does
  AccessFiles::Overlay* overlay = request->worker->access_files->Enter(request);
  if (overlay == nullptr) return 503;
  Walk walk(request, &overlay->tree);
  std::vector<Section*> nested;
  const httpd_result result = EnterDirectoriesAndAccessFiles(&walk, request, overlay, &nested);
  if (result != HTTPD_OK) return result;
  EnterFilesAndLocations(&walk, request, nested);
  return walk.Finish();
}

}  // namespace httpd::server
