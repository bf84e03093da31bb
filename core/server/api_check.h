// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/misuse.h"
#include "module/registry.h"
#include "process/scoreboard.h"
#include "server/request.h"

// The checks with which functions of the public interface begin; see base/misuse.h.

namespace httpd::server {

// Has misuse reported with the name of the module whose code runs, as `slot` (shared memory) tells,
// and marks the calling thread as the loop's. Configuration time and each worker call it first.
void StartChecks(const process::ScoreboardSlot* slot, const module::Registry* modules);

inline bool IsLive(const Request* request) { return request->state != RequestState::kFree; }

}  // namespace httpd::server

#define HTTPD_REQUIRE_REQUEST(request, answer, stale_answer)                     \
  HTTPD_REQUIRE_HANDLE(request, answer);                                         \
  HTTPD_REQUIRE_LOOP_THREAD(answer);                                             \
  HTTPD_REQUIRE(::httpd::server::IsLive(request), stale_answer, HTTPD_ERR_STALE, \
                "the request has ended")

// For functions that answer a httpd_result.
#define HTTPD_CHECK_REQUEST(request)                                                \
  HTTPD_REQUIRE_HANDLE(request, HTTPD_ERR_INVALID);                                 \
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);                                      \
  HTTPD_REQUIRE(::httpd::server::IsLive(request), HTTPD_ERR_STALE, HTTPD_ERR_STALE, \
                "the request has ended")

// For functions that answer a value; `{}` stands for none.
#define HTTPD_CHECK_REQUEST_VALUE(request) HTTPD_REQUIRE_REQUEST(request, {}, {})
