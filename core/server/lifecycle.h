// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "server/request.h"

// What a protocol tells the request machinery. Loop thread.

namespace httpd::server {

// The head is complete (`head`, `data`, `line`, `connection`, `stream` are set): chooses the
// server, normalises the path and runs the hooks until one suspends or the response was given to
// the stream.
void Begin(Request* request);

// Answers `status` without running hooks: the head was not acceptable. `reason` goes to the log.
void Reject(Request* request, uint32_t status, std::string_view reason);

// Whether somebody wants the body, and how many bytes of it now: FeedBody() takes as many. What is
// not taken waits in the protocol until Stream::WantBody().
inline bool BodyClaimed(const Request* request) {
  return request->flags.body_claimed && !request->flags.body_ended;
}
uint64_t BodyRoom(const Request* request);

// A piece of the body for whoever reads it. HTTPD_BODY_* flags, which count when all of `data` was
// taken. Answers how many bytes were taken.
uint64_t FeedBody(Request* request, std::string_view data, uint32_t flags);

// A trailer field of the request, before HTTPD_BODY_END; copied. One that may be none is dropped.
void ReceiveTrailer(Request* request, std::string_view name, std::string_view value);

// A trailer field of the response, behind those there are; copied. False: it may be none, or there
// are too many.
bool SendTrailer(Request* request, std::string_view name, std::string_view value);
bool MayBeTrailer(std::string_view name);

// All that was given to Stream::Send has left; more may follow. True when that made new work
// possible; the request may have ended.
bool Drained(Request* request);

// A suspended hook is not asked any more: whoever waits for a flush gets `result`, its cancel
// function is called, its token is stale. Nothing happens when none is suspended.
void Withdraw(Request* request, httpd_result result);
// The same without telling: it has said itself that it is done.
void ForgetHook(Request* request);

// Calls back whoever waits for a flush, if nothing is under way any more. True when somebody was.
bool Flushed(Request* request);

// The complete response was handed over: log and end hooks run, the object is free afterwards.
void Sent(Request* request);

// The client is gone or too slow. As Sent, and a suspended hook is told by its cancel function.
void Abort(Request* request);

// A subrequest goes away: its end hooks run, the object is free afterwards.
void EndSubrequest(Request* request);

// Goes on with what was put off to the end of this turn by httpd_worker::Soon().
void Proceed(Request* request);

// Goes on after a suspended hook; called on the loop thread with the result of the resume.
void Continue(Request* request, httpd_result result);

}  // namespace httpd::server
