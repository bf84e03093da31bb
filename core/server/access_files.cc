// SPDX-License-Identifier: Apache-2.0
//
// .htaccess files in a worker: found on the way to a file, read when they have changed, forgotten
// when nobody uses them.

#include "server/access_files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <utility>

#include "base/concat.h"
#include "config/access_file.h"
#include "config/file_reader.h"
#include "server/generation_impl.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

int64_t Nanoseconds(const timespec& t) { return t.tv_sec * int64_t{1000000000} + t.tv_nsec; }

#ifdef __APPLE__
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

FileIdentity IdentityOf(const struct stat& st) {
  return {st.st_dev, st.st_ino, st.st_size, Nanoseconds(st.st_mtim), Nanoseconds(st.st_ctim)};
}

// Zeros when nothing can be said about the path, which then counts as another file.
FileIdentity IdentityOf(const char* path) {
  struct stat st;
  return ::stat(path, &st) == 0 ? IdentityOf(st) : FileIdentity();
}

// One finding as a line of the error log.
std::string LogLine(const config::Diagnostic& finding, const config::SourceMap& sources) {
  const std::string where = sources.Describe(finding.position);
  std::string line = base::Concat(where, where.empty() ? "" : ": ", finding.message);
  const auto add = [&line](std::string_view name, std::string_view text) {
    if (!text.empty()) base::Append(&line, "; ", name, ": ", text);
  };
  add("found", finding.found);
  add("wanted", finding.wanted);
  for (const config::Note& note : finding.notes) {
    add("note", base::Concat(sources.Describe(note.position), ": ", note.message));
  }
  add("fix", finding.fix);
  return base::Concat(line, " [", finding.code, "]");
}

// Path and everything that decides what a file means, in the request's memory; the path ends with
// a NUL of its own.
std::string_view MakeKey(Request* request, std::string_view directory, std::string_view name,
                         const CoreLocation& core) {
  size_t size = directory.size() + name.size() + 2 + 2 * sizeof(uint32_t);
  for (const std::string& entry : core.allow_override_list.value) size += entry.size() + 1;
  char* key = request->pool.AllocText(size);
  if (key == nullptr) return {};
  char* p = key;
  const auto add = [&p](const void* data, size_t length) {
    memcpy(p, data, length);
    p += length;
  };
  add(directory.data(), directory.size());
  if (directory != "/") *p++ = '/';
  add(name.data(), name.size());
  *p++ = '\0';
  add(&request->server->index, sizeof(uint32_t));
  add(&core.allow_override.value, sizeof(uint32_t));
  for (const std::string& entry : core.allow_override_list.value) {
    add(entry.data(), entry.size());
    *p++ = '\n';
  }
  return {key, static_cast<size_t>(p - key)};
}

bool Unchanged(const AccessFile& file, const char* path) {
  if (file.identity == FileIdentity() || !(IdentityOf(path) == file.identity)) return false;
  for (const auto& [name, identity] : file.tracked) {
    if (!(IdentityOf(name.c_str()) == identity)) return false;
  }
  return true;
}

}  // namespace

AccessFiles::~AccessFiles() { Retire(); }

void AccessFiles::Release(Overlay* overlay) {
  if (--overlay->references == 0) delete overlay;
}

void AccessFiles::Retire() {
  if (overlay_ != nullptr) Release(overlay_);
  overlay_ = nullptr;
}

AccessFiles::Overlay* AccessFiles::Enter(Request* request) {
  if (overlay_ != nullptr && overlay_->tree.merges() > kMaxMerges) Retire();
  if (overlay_ == nullptr) overlay_ = new Overlay(&worker_->generation->registry, ++serial_);
  Overlay* overlay = overlay_;
  const auto release = [](void* used) { Release(static_cast<Overlay*>(used)); };
  if (!request->pool.AddCleanup(release, overlay)) return nullptr;
  ++overlay->references;
  return overlay;
}

httpd_result AccessFiles::Find(Request* request, std::string_view directory,
                               const httpd_location* location, Overlay* overlay,
                               const Section** section) {
  *section = nullptr;
  for (const std::string& name : request->server->core->access_file_names.value) {
    const std::shared_ptr<AccessFile> file = Look(request, directory, name, location);
    if (file == nullptr) continue;
    if (file->status != HTTPD_OK) {
      LogRequest(request, log::Level::kError, "core",
                 base::Concat("a .htaccess file cannot be used: ", file->problem));
      return file->status;
    }
    if (file->kept_by != overlay->serial) {
      overlay->files.push_back(file);
      file->kept_by = overlay->serial;
    }
    *section = &file->section;
    return HTTPD_OK;
  }
  return HTTPD_OK;
}

// Null when there is none.
std::shared_ptr<AccessFile> AccessFiles::Look(Request* request, std::string_view directory,
                                              std::string_view name,
                                              const httpd_location* location) {
  const std::string_view text = MakeKey(request, directory, name, *location->core);
  if (text.empty()) return nullptr;
  const absl::string_view key(text.data(), text.size());
  const char* path = key.data();
  const uint64_t now = worker_->loop_now();
  const uint32_t valid = request->server->core->open_file_cache_valid.value;
  if (auto it = files_.find(key); it != files_.end()) {
    Entry& entry = it->second;
    if (now - entry.checked < valid) return entry.file;
    if (Unchanged(*entry.file, path)) {
      entry.checked = now;
      return entry.file;
    }
    files_.erase(it);
    Retire();  // what was merged with the old text is wrong from now on
  } else if (auto none = absent_.find(key); none != absent_.end()) {
    if (now - none->second < valid) return nullptr;
  }
  struct stat st;
  if (::stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)) {
    if (absent_.size() >= kMaxFiles) absent_.clear();
    absent_[std::string(text)] = now;
    return nullptr;
  }
  absent_.erase(key);
  auto file = Read(request, directory, path, location);
  Remember(text, file, now);
  return file;
}

void AccessFiles::Remember(std::string_view key, std::shared_ptr<AccessFile> file, uint64_t now) {
  if (files_.size() >= kMaxFiles) {
    files_.clear();
    Retire();
  }
  files_[std::string(key)] = Entry{now, std::move(file)};
}

std::shared_ptr<AccessFile> AccessFiles::Read(Request* request, std::string_view directory,
                                              const char* path, const httpd_location* location) {
  auto file = std::make_shared<AccessFile>();
  const auto refuse = [&](httpd_result status, std::string problem) {
    file->status = status;
    file->problem = std::move(problem);
    return file;
  };
  struct stat st;
  // First the facts, then the text: a change in between is seen as one next time.
  if (::stat(path, &st) != 0) {
    return refuse(403, base::Concat("cannot look at ", path, ": ", strerror(errno),
                                    "; fix: let the server's User enter ", directory, " [HC-41]"));
  }
  file->identity = IdentityOf(st);
  if (!S_ISREG(st.st_mode)) {
    return refuse(500, base::Concat(path, " is no regular file; fix: remove it [HC-41]"));
  }
  config::SystemFileReader files;
  auto text = files.Read(path, kMaxSize);
  if (!text.ok()) {
    const bool denied = text.status().code() == absl::StatusCode::kPermissionDenied;
    return refuse(denied ? 403 : 500, base::Concat(std::string(text.status().message()), "; fix: ",
                                                   denied ? "make it readable for the server's User"
                                                          : "make it smaller, or restore it",
                                                   " [HC-41]"));
  }
  file->sources.Add(path, *std::move(text));
  Evaluate(request, directory, location, file.get());
  return file;
}

void AccessFiles::Evaluate(Request* request, std::string_view directory,
                           const httpd_location* location, AccessFile* file) {
  httpd_generation* generation = worker_->generation;
  std::vector<std::string> tracked;
  config::AccessFileInput input;
  input.evaluate.early = generation->input.early;
  input.evaluate.sources = &file->sources;
  input.evaluate.modules = &generation->registry;
  input.evaluate.generation = generation;
  input.evaluate.pool = &file->pool;
  input.evaluate.auth = &generation->auth;
  input.evaluate.entering = [this](const module::Module* module, const httpd_directive*) {
    worker_->slot->Blame(module != nullptr ? module->slot : 0, 0);
  };
  input.server = request->server;
  input.overrides = location->core->allow_override.value;
  input.override_list = &location->core->allow_override_list.value;
  input.directory = std::string(directory);
  input.section = &file->section;
  input.tracked = &tracked;
  config::Diagnostics diagnostics;
  if (!config::EvaluateAccessFile(input, 0, &file->sources, &diagnostics, &file->tree)) {
    file->status = 500;
    file->problem = base::Concat(diagnostics.Summary(file->sources), " [HC-42]");
  }
  for (const config::Diagnostic& finding : diagnostics.all()) {
    const bool error = finding.severity == config::Severity::kError;
    log::Write(error ? log::Level::kError : log::Level::kWarn, "core",
               LogLine(finding, file->sources));
  }
  for (std::string& name : tracked) {
    const FileIdentity identity = IdentityOf(name.c_str());
    file->tracked.emplace_back(std::move(name), identity);
  }
}

}  // namespace httpd::server
