// SPDX-License-Identifier: Apache-2.0
//
// The line about a call that the public interface does not allow. It is the module author's only
// witness, so it names the module, the function and what was wrong; a loop that repeats the call
// must not fill the disk, so a second has a limit.

#include <time.h>

#include <atomic>

#include "base/concat.h"
#include "log/error_log.h"
#include "module/loader.h"
#include "server/api_check.h"
#include "server/race_report.h"

namespace httpd::server {
namespace {

constexpr uint32_t kLinesPerSecond = 20;

std::atomic<const process::ScoreboardSlot*> g_slot{nullptr};
std::atomic<const module::Registry*> g_modules{nullptr};
std::atomic<int64_t> g_second{0};
std::atomic<uint32_t> g_lines{0};

std::string_view Caller() {
  if (const std::string_view name = base::ThreadModule(); !name.empty()) return name;
  const process::ScoreboardSlot* slot = g_slot.load();
  const module::Registry* modules = g_modules.load();
  if (slot == nullptr || modules == nullptr || !base::OnLoopThread()) return "a thread of a module";
  const uint16_t number = slot->module.load(std::memory_order_relaxed);
  return number < modules->size() ? std::string_view(modules->at(number)->name) : "core";
}

std::string_view Code(httpd_result result) {
  switch (result) {
    case HTTPD_ERR_STALE:
      return "HS-31";
    case HTTPD_ERR_STATE:
      return "HS-32";
    case HTTPD_ERR_THREAD:
      return "HS-33";
    case HTTPD_ERR_NO_MEMORY:
    case HTTPD_ERR_LIMIT:
      return "HS-34";
    default:
      return "HS-30";
  }
}

bool MayWrite() {
  const int64_t now = ::time(nullptr);
  if (g_second.exchange(now) != now) g_lines.store(0);
  return g_lines.fetch_add(1) < kLinesPerSecond;
}

void Write(log::Level level, const char* function, httpd_result result, std::string_view what) {
  if (!log::Enabled(level) || !MayWrite()) return;
  const std::string_view caller = Caller();
  log::Write(level, caller,
             base::Concat(function, "() called by ", caller, ": ", what, "; it answered ",
                          module::ResultName(result), " [", Code(result), "]"));
}

void Report(const char* function, httpd_result result, std::string_view what) {
  Write(log::Level::kError, function, result, what);
}

void ReportThrown(std::string_view what) {
  if (!MayWrite()) return;
  log::Write(log::Level::kError, Caller(),
             base::Concat("a C++ exception left a ", what, " function [HS-02]"));
}

}  // namespace

void ReportRace(const char* function, httpd_result result, std::string_view what) {
  Write(log::Level::kInfo, function, result, what);
}

void StartChecks(const process::ScoreboardSlot* slot, const module::Registry* modules) {
  g_slot.store(slot);
  g_modules.store(modules);
  base::MarkLoopThread();
  base::SetMisuseReporter(Report);
  base::SetExceptionReporter(ReportThrown);
}

}  // namespace httpd::server
