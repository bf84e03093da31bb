// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <string_view>

// Calls of the public interface that its contract does not allow: answered with an error and one
// line in the error log that names function and module, never undefined (httpd/types.h).

namespace httpd::base {

// Writes the line; set by whoever knows the modules. Until then nothing is written.
using MisuseReporter = void (*)(const char* function, httpd_result result, std::string_view what);
void SetMisuseReporter(MisuseReporter reporter);

// `result` is what the function answers; it decides the code of the line. Any thread.
void ReportMisuse(const char* function, httpd_result result, std::string_view what);

// An exception that left a function of a module was caught: `what` names the kind ("cleanup").
using ExceptionReporter = void (*)(std::string_view what);
void SetExceptionReporter(ExceptionReporter reporter);
void ReportException(std::string_view what);

// From now on this thread is the one that may call "loop thread" and "configuration time" functions
// in this process. A forked worker marks its own again.
void MarkLoopThread();
// The opposite, for a forked process that has no loop: no thread of it may.
void LeaveLoopThread();
// False in any other thread; true while no thread was marked.
bool OnLoopThread();

// Names the module whose code runs in a thread other than the loop's; empty outside.
std::string_view ThreadModule();
class ThreadModuleScope {
 public:
  explicit ThreadModuleScope(std::string_view name);
  ~ThreadModuleScope();
};

}  // namespace httpd::base

// Answers `answer` from the calling function, and reports `what`, unless `condition` holds.
#define HTTPD_REQUIRE(condition, answer, result, what)     \
  do {                                                     \
    if (!(condition)) [[unlikely]] {                       \
      ::httpd::base::ReportMisuse(__func__, result, what); \
      return answer;                                       \
    }                                                      \
  } while (0)

#define HTTPD_REQUIRE_HANDLE(handle, answer) \
  HTTPD_REQUIRE((handle) != nullptr, answer, HTTPD_ERR_INVALID, "the handle is NULL")

#define HTTPD_REQUIRE_ARGUMENT(argument, answer)                  \
  HTTPD_REQUIRE((argument) != nullptr, answer, HTTPD_ERR_INVALID, \
                "the argument '" #argument "' is NULL")

// A httpd_str whose bytes can be looked at.
#define HTTPD_REQUIRE_TEXT(text, answer)                                              \
  HTTPD_REQUIRE((text).data != nullptr || (text).len == 0, answer, HTTPD_ERR_INVALID, \
                "the text '" #text "' is NULL and has a length")

// Costs a look at a thread-local, so only builds with checks have it.
#ifdef HTTPD_FAULTS
#define HTTPD_REQUIRE_LOOP_THREAD(answer)                                \
  HTTPD_REQUIRE(::httpd::base::OnLoopThread(), answer, HTTPD_ERR_THREAD, \
                "called from a thread that does not run the worker's loop")
#else
#define HTTPD_REQUIRE_LOOP_THREAD(answer) static_cast<void>(0)
#endif
