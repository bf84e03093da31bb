// SPDX-License-Identifier: Apache-2.0
//
// Where the checks of the public interface meet: which thread may call, and who writes the line
// about a call that may not be.

#include "base/misuse.h"

#include <atomic>

namespace httpd::base {
namespace {

std::atomic<MisuseReporter> g_reporter{nullptr};
std::atomic<ExceptionReporter> g_exception_reporter{nullptr};
std::atomic<bool> g_marked{false};
thread_local bool t_is_loop = false;
thread_local std::string_view t_module;

}  // namespace

void SetMisuseReporter(MisuseReporter reporter) { g_reporter.store(reporter); }

void ReportMisuse(const char* function, httpd_result result, std::string_view what) {
  if (const MisuseReporter reporter = g_reporter.load()) reporter(function, result, what);
}

void SetExceptionReporter(ExceptionReporter reporter) { g_exception_reporter.store(reporter); }

void ReportException(std::string_view what) {
  if (const ExceptionReporter reporter = g_exception_reporter.load()) reporter(what);
}

void MarkLoopThread() {
  t_is_loop = true;
  g_marked.store(true, std::memory_order_relaxed);
}

void LeaveLoopThread() {
  t_is_loop = false;
  g_marked.store(true, std::memory_order_relaxed);
}

bool OnLoopThread() { return t_is_loop || !g_marked.load(std::memory_order_relaxed); }

std::string_view ThreadModule() { return t_module; }

ThreadModuleScope::ThreadModuleScope(std::string_view name) { t_module = name; }
ThreadModuleScope::~ThreadModuleScope() { t_module = {}; }

}  // namespace httpd::base
