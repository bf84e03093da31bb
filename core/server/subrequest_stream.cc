// SPDX-License-Identifier: Apache-2.0
//
// Where the response of a subrequest goes. A producer that flushes is called again from the loop,
// never from within its own call; with PASS not before the parent's client has taken what was
// passed on.

#include <httpd/response.h>

#include "http/status.h"
#include "server/filters.h"
#include "server/guarded_call.h"
#include "server/lifecycle.h"
#include "server/subrequest.h"

namespace httpd::server {
namespace {

void ParentFlushed(httpd_request*, httpd_result result, void* user) {
  const auto* link = static_cast<const SubrequestLink*>(user);
  if (link->sub != nullptr && result == HTTPD_OK) link->sub->worker->Soon(link->sub);
}

// Nothing can be added to its response.
bool ParentIsDone(const Request* parent) {
  if (parent->flags.complete || parent->flags.ended_early) return true;
  const Filters* filters = parent->filters;
  return filters != nullptr && (filters->done || filters->eos_written || filters->pumping);
}

}  // namespace

void Subrequest::StartBody(httpd_request* own) { FeedBody(own, {}, HTTPD_BODY_END); }

// Moves what was written to where it belongs.
void Subrequest::Take() {
  const bool bodiless =
      request->is_head() || http::StatusForbidsBody(static_cast<int>(request->status));
  if (bodiless || too_large) {
    request->body.Clear();
    return;
  }
  const uint64_t size = request->body.bytes;
  request->body_sent += size;
  if (pass) {
    if (ParentIsDone(parent) || parent->out->MoveFrom(&request->body, UINT64_MAX) != HTTPD_OK) {
      request->body.Clear();
    } else if (parent->filters != nullptr) {
      Wrote(parent);
    }
    return;
  }
  too_large = captured.bytes + size > max_bytes;
  if (!too_large && captured.MoveFrom(&request->body, UINT64_MAX) != HTTPD_OK) too_large = true;
  if (!too_large) return;
  request->body.Clear();
  captured.Clear();
}

void Subrequest::Send(httpd_request* own, bool end) {
  if (stage == Stage::kDone) return;
  own->flags.head_sent = true;
  if (own->flags.aborted) return Finish(HTTPD_ERR_IO);
  Take();
  if (end) return Finish(too_large ? HTTPD_ERR_LIMIT : HTTPD_OK);
  flush_due = true;
  const bool parent_waits = pass && !too_large && parent->state == RequestState::kSuspended &&
                            parent->flushed == nullptr && !ParentIsDone(parent);
  if (!parent_waits) return own->worker->Soon(own);
  const uint32_t serial = own->serial;
  const httpd_result flushing = httpd_response_flush(parent, ParentFlushed, link);
  if (flushing != HTTPD_OK && own->serial == serial) own->worker->Soon(own);
}

void Subrequest::Proceed() {
  if (stage != Stage::kRunning || !flush_due) return;
  flush_due = false;
  if (!too_large) {
    Drained(request);
    return;
  }
  // Whoever produces it is told that nobody wants more.
  request->flags.complete = true;
  request->state = RequestState::kSending;
  Withdraw(request, HTTPD_ERR_LIMIT);
  Finish(HTTPD_ERR_LIMIT);
}

void Subrequest::Finish(httpd_result result) {
  stage = Stage::kDone;
  const httpd_subrequest_done call = done;
  done = nullptr;
  Request* const own = request;
  void* const given = user;
  const httpd_destroy give_back = destroy;
  destroy = nullptr;
  // The callback may end this very object.
  Request* const above = parent;
  const uint16_t module = slot;
  const uint16_t of_hook = hook;
  GuardedCall(above, module, of_hook, "the done function of a subrequest",
              [&] { call(own, result, given); });
  if (give_back == nullptr) return;
  GuardedCall(above, module, of_hook, "a destroy function", [&] { give_back(given); });
}

void Subrequest::Forget() {
  done = nullptr;
  if (destroy == nullptr) return;
  const httpd_destroy give_back = destroy;
  destroy = nullptr;
  GuardedCall(parent, slot, hook, "a destroy function", [&] { give_back(user); });
}

}  // namespace httpd::server
