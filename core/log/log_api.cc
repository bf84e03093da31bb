// SPDX-License-Identifier: Apache-2.0
// The functions of httpd/log.h that modules call, apart from httpd_log_request(), which belongs to
// the request.
#include <httpd/log.h>

#include <string>

#include "base/misuse.h"
#include "base/str.h"
#include "log/error_log.h"
#include "log/event.h"
#include "log/logfile.h"
#include "module/registry.h"

namespace {

httpd::log::Level ToLevel(uint32_t level) {
  constexpr auto kLast = static_cast<uint32_t>(httpd::log::Level::kTrace8);
  return static_cast<httpd::log::Level>(level < kLast ? level : kLast);
}

// Outside requests: LogLevel of the main server, and what it says of the module. Until that was
// read one level is for all.
bool Wanted(const httpd_module_handle* module, httpd::log::Level level) {
  if (module == nullptr || module->log_level == 0) return httpd::log::Enabled(level);
  return level == httpd::log::Level::kNotice || static_cast<uint32_t>(level) <= module->log_level;
}

httpd_logfile* Refuse(httpd_module_handle* module, std::string message, std::string fix) {
  module->error = std::move(message);
  module->fix = std::move(fix);
  return nullptr;
}

}  // namespace

extern "C" {

void httpd_log(const httpd_module_handle* module, uint32_t level, httpd_str text) {
  HTTPD_REQUIRE_TEXT(text, );
  if (!Wanted(module, ToLevel(level))) return;
  httpd::log::Event event;
  event.level = ToLevel(level);
  event.module = module == nullptr ? std::string_view("core") : std::string_view(module->name);
  event.text = httpd::base::View(text);
  if (httpd::log::IsJson()) return httpd::log::WriteEvent(event);
  // Of a text of several lines each gets the prefix.
  httpd::log::WriteLines(event.level, event.module, event.text);
}

httpd_logfile* httpd_logfile_open(httpd_module_handle* self, httpd_str directive,
                                  httpd_str argument) {
  HTTPD_REQUIRE_HANDLE(self, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  HTTPD_REQUIRE_TEXT(directive, nullptr);
  HTTPD_REQUIRE_TEXT(argument, nullptr);
  const std::string name(httpd::base::View(directive));
  const std::string file(httpd::base::View(argument));
  httpd::log::LogFiles* files =
      self->generation == nullptr ? nullptr : httpd::log::LogFilesOf(self->generation);
  if (files == nullptr) {
    return Refuse(self, name + " " + file + ": log files can be opened in the OPEN_LOGS hook only",
                  "call httpd_logfile_open() from a hook entered as HTTPD_HOOK_OPEN_LOGS");
  }
  absl::StatusOr<httpd_logfile*> opened = files->Open(name, file);
  if (opened.ok()) return *opened;
  return Refuse(self, name + " " + file + ": " + std::string(opened.status().message()), "");
}

char* httpd_logfile_reserve(httpd_logfile* file, size_t size) {
  HTTPD_REQUIRE_HANDLE(file, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  return file->Reserve(size);
}

void httpd_logfile_commit(httpd_logfile* file, size_t size) {
  HTTPD_REQUIRE_HANDLE(file, );
  HTTPD_REQUIRE_LOOP_THREAD();
  HTTPD_REQUIRE(size <= file->reserved(), , HTTPD_ERR_STATE,
                "more is committed than httpd_logfile_reserve() gave");
  file->Commit(size);
}

}  // extern "C"
