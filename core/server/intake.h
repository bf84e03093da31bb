// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/body.h>

#include <cstdint>
#include <string_view>

#include "server/filters.h"

namespace httpd::server {

// The way of a request's body when somebody pulls it: from the protocol into `received`, from there
// through the request filters to the reader. Made when something needs it; a reader that is called
// without filters gets the bytes where they lie.
struct Intake {
  explicit Intake(httpd_pool* pool) : received(pool), handed(pool) {}

  httpd_chain received;                // arrived, not pulled yet
  httpd_chain handed;                  // on its way to a reader that is called
  httpd_filter_link* first = nullptr;  // nearest to the reader
  httpd_body_ready ready = nullptr;
  void* ready_user = nullptr;
  bool pulling = false;   // filters or a reader are on the stack
  bool short_of = false;  // somebody asked for more than there is
  bool given = false;     // the end went to the reader
};

// The request's; made when there is none. Null without memory.
Intake* NeedIntake(Request* request);
// Its filters end; the request is about to.
void EndIntake(Request* request);

// How many bytes it takes now.
uint64_t IntakeRoom(const Request* request);

// Takes in a piece from the protocol, and its end. `status` is that of an error.
void TakeIn(Request* request, std::string_view data, uint32_t flags, uint32_t status);

// There may be something for the reader. May end the request.
void NotifyReader(Request* request);

}  // namespace httpd::server
