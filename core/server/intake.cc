// SPDX-License-Identifier: Apache-2.0
//
// Request bodies that are pulled (httpd/body.h, httpd/filter.h): each step asks the one before it,
// the last one takes from what has arrived, and no more arrives than is pulled but for 64 KiB.

#include "server/intake.h"

#include <algorithm>

#include "base/concat.h"
#include "server/api_check.h"
#include "server/callback.h"
#include "server/lifecycle.h"
#include "server/request_log.h"

namespace httpd::server {
namespace {

using Link = httpd_filter_link;

constexpr uint64_t kPiece = 16 * 1024;  // that a reader is called with at most

// What has arrived.
httpd_result TakeReceived(Request* request, httpd_chain* out, uint64_t max) {
  Intake* intake = request->intake;
  if (intake->received.empty()) {
    if (intake->received.ended) return HTTPD_ERR_STATE;
    intake->short_of = true;
    return HTTPD_AGAIN;
  }
  const httpd_result moved = out->MoveFrom(&intake->received, max);
  intake->short_of = true;  // there is room now
  return moved;
}

std::string_view ModuleOf(const Request* request, const Link* link) {
  return request->worker->generation->registry.at(link->filter->slot)->name;
}

httpd_result Fails(Link* link, httpd_chain* out, uint32_t status) {
  link->ended = true;
  link->in.Clear();
  return out->AppendMark(HTTPD_ITEM_ERROR, status) ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}

// What this filter gives, at most `max` bytes; what it gave beyond is kept for the next time.
httpd_result Pull(Request* request, Link* link, httpd_chain* out, uint64_t max) {
  while (link != nullptr && !link->live()) link = link->next;
  if (link == nullptr) return TakeReceived(request, out, max);
  if (link->stage == Link::Stage::kInserted) {
    const httpd_result result = StartLink(link);
    if (result == HTTPD_OK && link->remove) EndLink(link);
    if (result != HTTPD_OK && result != HTTPD_DECLINED) {
      link->stage = Link::Stage::kFailed;
      return Fails(link, out, BreakStatus(result));
    }
    if (!link->live()) return Pull(request, link->next, out, max);
  }
  if (link->in.empty()) {
    if (link->ended || link->active) return HTTPD_ERR_STATE;
    link->ready = false;
    const httpd_result result = CallFilter(link, "pull", [&] {
      return link->filter->options.pull(link, &link->in, max, link->state);
    });
    if (result != HTTPD_OK && result != HTTPD_AGAIN) {
      LogRequest(request, log::Level::kInfo, ModuleOf(request, link),
                 base::Concat("filter ", link->filter->name, " broke the body of the request off (",
                              result, ") [HS-44]"));
      return Fails(link, out, BreakStatus(result));
    }
    if (link->remove) {
      out->MoveFrom(&link->in, UINT64_MAX);
      const bool ended = out->ended;
      EndLink(link);
      return out->empty() && !ended ? Pull(request, link->next, out, max) : HTTPD_OK;
    }
    if (link->in.empty()) {
      if (result == HTTPD_AGAIN) return HTTPD_AGAIN;
      LogRequest(request, log::Level::kError, ModuleOf(request, link),
                 base::Concat("filter ", link->filter->name,
                              " answered HTTPD_OK to pull() and gave nothing [HS-44]"));
      return Fails(link, out, 500);
    }
  }
  const httpd_result moved = out->MoveFrom(&link->in, max);
  if (link->in.empty() && out->ended) link->ended = true;
  return moved;
}

// From the first filter; asks the protocol for more while that helps.
httpd_result PullBody(Request* request, httpd_chain* into, uint64_t max) {
  Intake* intake = request->intake;
  for (;;) {
    intake->pulling = true;
    intake->short_of = false;
    const httpd_result result = Pull(request, intake->first, into, max);
    intake->pulling = false;
    const uint64_t before = intake->received.weight();
    if (intake->short_of && BodyClaimed(request)) request->stream->WantBody(request);
    const bool arrived = intake->received.weight() != before;
    if (result != HTTPD_AGAIN || !into->empty() || !arrived) return result;
  }
}

// Hands on what a step gave. False when the body has ended, or the request.
bool CallReader(Request* request) {
  Intake* intake = request->intake;
  const uint32_t serial = request->serial;
  char copy[4096];
  while (!intake->handed.empty()) {
    const ChainItem* item = intake->handed.first;
    const httpd_body_reader reader = request->reader;
    httpd_str data = {nullptr, 0};
    uint32_t flags = 0;
    uint64_t size = 0;
    switch (item->kind) {
      case HTTPD_ITEM_DATA:
        data = {item->data, static_cast<size_t>(item->size)};
        size = item->size;
        break;
      case HTTPD_ITEM_FILE: {
        const int64_t n = intake->handed.Read(copy, sizeof(copy));
        if (n > 0) data = {copy, static_cast<size_t>(n)};
        if (n <= 0) flags = HTTPD_BODY_ERROR;
        break;
      }
      case HTTPD_ITEM_EOS:
        flags = HTTPD_BODY_END;
        break;
      case HTTPD_ITEM_ERROR:
        flags = HTTPD_BODY_ERROR;
        break;
      default:
        intake->handed.Pop();
        continue;
    }
    if (flags != 0) {
      request->reader = nullptr;
      intake->given = true;
    }
    CallBack(request, "body reader", [&] { reader(request, data, flags, request->reader_user); });
    if (request->serial != serial || flags != 0) return false;
    if (size > 0) intake->handed.Advance(size);
  }
  return true;
}

// For a reader that is called: pulls until there is nothing.
void PumpReader(Request* request) {
  Intake* intake = request->intake;
  if (intake->pulling) return;
  const uint32_t serial = request->serial;
  while (request->reader != nullptr) {
    const httpd_result result = PullBody(request, &intake->handed, kPiece);
    if (result != HTTPD_OK && result != HTTPD_AGAIN && !intake->handed.ended) {
      intake->handed.AppendMark(HTTPD_ITEM_ERROR, 500);
    }
    if (intake->handed.empty()) return;
    intake->pulling = true;
    if (!CallReader(request)) {
      if (request->serial == serial) intake->pulling = false;
      return;
    }
    intake->pulling = false;
  }
}

}  // namespace

Intake* NeedIntake(Request* request) {
  if (request->intake != nullptr) return request->intake;
  request->intake = request->pool.New<Intake>(&request->pool);
  return request->intake;
}

void EndIntake(Request* request) {
  for (Link* l = request->intake->first; l != nullptr; l = l->next) EndLink(l);
}

uint64_t IntakeRoom(const Request* request) {
  return kHighWater - std::min(kHighWater, request->intake->received.bytes);
}

void TakeIn(Request* request, std::string_view data, uint32_t flags, uint32_t status) {
  httpd_chain* received = &request->intake->received;
  bool ok = received->Write(data);
  if (flags & HTTPD_BODY_ERROR) {
    ok = received->AppendMark(HTTPD_ITEM_ERROR, status) && ok;
  } else if (flags & HTTPD_BODY_END) {
    for (const TrailerField* t = request->received_trailers.first; t != nullptr; t = t->next) {
      ok = ok && received->AppendTrailer(t->name, t->value);
    }
    ok = received->AppendMark(HTTPD_ITEM_EOS) && ok;
  }
  if (!ok && !received->ended) {
    request->flags.body_ended = true;
    received->AppendMark(HTTPD_ITEM_ERROR, 503);
  }
  NotifyReader(request);
}

void NotifyReader(Request* request) {
  Intake* intake = request->intake;
  if (intake->pulling) return;
  if (request->reader != nullptr) return PumpReader(request);
  if (intake->ready == nullptr) return;
  const httpd_body_ready ready = intake->ready;
  intake->ready = nullptr;
  CallBack(request, "body ready", [&] { ready(request, intake->ready_user); });
}

}  // namespace httpd::server

using httpd::server::Intake;
using httpd::server::Request;
using httpd::server::RequestState;

httpd_result httpd_request_pull_body(httpd_request* r, httpd_chain* into, uint64_t max,
                                     httpd_body_ready ready, void* user) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_HANDLE(into, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(max > 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`max` is 0");
  HTTPD_REQUIRE((r->state == RequestState::kRunning || r->state == RequestState::kSuspended) &&
                    !r->flags.lookup_only && !r->flags.complete,
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in a handler, nor while it is suspended");
  HTTPD_REQUIRE(!r->flags.body_read, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "httpd_request_read_body() was called");
  HTTPD_REQUIRE(!into->ended, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the chain has its EOS or ERROR item; nothing may follow it");
  Intake* intake = httpd::server::NeedIntake(r);
  if (intake == nullptr) return HTTPD_ERR_NO_MEMORY;
  HTTPD_REQUIRE(!intake->given && !intake->pulling, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the end of the body was pulled, or a filter is being asked");
  intake->ready = nullptr;
  if (!r->flags.body_claimed) {
    r->flags.body_claimed = true;
    r->stream->StartBody(r);
  }
  const httpd_result result = httpd::server::PullBody(r, into, max);
  if (into->ended) intake->given = true;
  if (result != HTTPD_AGAIN || !into->empty()) return result == HTTPD_AGAIN ? HTTPD_OK : result;
  intake->ready = ready;
  intake->ready_user = user;
  return HTTPD_AGAIN;
}

httpd_result httpd_filter_pull(httpd_filter_link* link, httpd_chain* out, uint64_t max) {
  HTTPD_REQUIRE_HANDLE(link, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE_HANDLE(out, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(max > 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`max` is 0");
  HTTPD_REQUIRE(link->active && link->filter->pulls() && link->request->intake != nullptr &&
                    link->request->intake->pulling,
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in pull() of this filter");
  HTTPD_REQUIRE(!out->ended, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the chain has its EOS or ERROR item; nothing may follow it");
  return httpd::server::Pull(link->request, link->next, out, max);
}
