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

// A piece of the body for whoever reads it. HTTPD_BODY_* flags.
void FeedBody(Request* request, std::string_view data, uint32_t flags);

// All that was given to Stream::Send has left; more may follow.
void Drained(Request* request);

// The complete response was handed over: log and end hooks run, the object is free afterwards.
void Sent(Request* request);

// The client is gone or too slow. As Sent, and a suspended hook is told by its cancel function.
void Abort(Request* request);

// Goes on after a suspended hook; called on the loop thread with the result of the resume.
void Continue(Request* request, httpd_result result);

}  // namespace httpd::server
