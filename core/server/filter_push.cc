// SPDX-License-Identifier: Apache-2.0
//
// The way of a response body: from the handler through the filters into the body that the protocol
// sends. No step calls the next one; they hand items over and are called in turn, the one nearest
// to the client first, so that what is under way stays below a mark per step. A step that is called
// twice without a reason would spin: `ready` and `blocked` of a link say why it is called.

#include <algorithm>

#include "base/concat.h"
#include "http/status.h"
#include "server/api_check.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using Link = httpd_filter_link;
using Stage = Link::Stage;

constexpr uint32_t kTurns = 32;  // refills of the body before others have theirs

Link* NextLive(Link* link) {
  while (link != nullptr && !link->live()) link = link->next;
  return link;
}

bool Full(const Request* request, const Link* step) {
  return (step == nullptr ? request->body.weight() : step->in.weight()) >= kHighWater;
}

bool Bodiless(const Request* request) {
  return request->is_head() || http::StatusForbidsBody(static_cast<int>(request->status));
}

void Break(Request* request, uint32_t status, const Link* culprit) {
  Filters* f = request->filters;
  if (f->status != 0) return;
  f->status = status;
  f->culprit = culprit;
}

void DropFirst(httpd_chain* chain) { chain->Pop(); }

// What comes out at the end: bytes into the body, marks where they have their effect.
void Sink(Request* request, httpd_chain* chain) {
  Filters* f = request->filters;
  while (!chain->empty() && !f->done && f->status == 0) {
    const ChainItem* item = chain->first;
    switch (item->kind) {
      case HTTPD_ITEM_DATA:
      case HTTPD_ITEM_FILE:
        f->emitted += item->size;
        if (request->flags.head_sent && request->body_size != kUnknownSize &&
            f->emitted > request->body_size) {
          return Break(request, 500, nullptr);
        }
        if (Bodiless(request)) {
          DropFirst(chain);
        } else if (!request->body.TakeFirst(chain)) {
          return Break(request, 500, nullptr);
        }
        continue;
      case HTTPD_ITEM_FLUSH:
        request->flags.flush_due = true;
        break;
      case HTTPD_ITEM_TRAILER:
        if (!SendTrailer(request, {item->data, static_cast<size_t>(item->size)},
                         {item->data + item->size, item->extra})) {
          LogRequest(request, log::Level::kError, "core",
                     "a trailer field of the response was dropped: not allowed, or too many "
                     "[HS-45]");
        }
        break;
      case HTTPD_ITEM_EOS:
        f->done = true;
        break;
      default:
        break;
    }
    DropFirst(chain);
  }
  if (f->done || f->status != 0) chain->Clear();
}

// Hands everything to the step behind.
void HandOver(Request* request, Link* to, httpd_chain* chain) {
  if (to == nullptr) return Sink(request, chain);
  if (to->in.ended) return chain->Clear();
  if (to->in.MoveFrom(chain, UINT64_MAX) != HTTPD_OK && !to->in.ended) {
    Break(request, 500, to);
  }
  to->ready = true;
}

// A body that broke off stops everything before it; what is left of it is worth nothing.
bool BrokeOff(Request* request, httpd_chain* chain, const Link* culprit) {
  if (!chain->ended || chain->empty() || chain->last->kind != HTTPD_ITEM_ERROR) return false;
  Break(request, chain->last->extra, culprit);
  chain->Clear();
  return true;
}

// From the handler to the first step. A response without a body has none to filter.
void TakeProduced(Request* request) {
  Filters* f = request->filters;
  if (BrokeOff(request, &f->entry, nullptr)) return;
  f->produced += f->entry.bytes;
  if (Bodiless(request)) {
    while (!f->entry.empty() && !f->entry.first->mark()) f->entry.Pop();
    while (f->entry.ended && f->entry.first->kind != HTTPD_ITEM_EOS) f->entry.Pop();
  }
  HandOver(request, NextLive(f->first), &f->entry);
}

// RFC 9110 §8.8.1, §14.3: the validators and ranges of what the handler had are not those of what
// is sent.
void ForgetOriginal(Request* request) {
  for (const std::string_view name :
       {"Accept-Ranges", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"}) {
    RemoveField(request, name);
  }
  const HeaderField* etag = FindField(request, "ETag");
  if (etag == nullptr || etag->value.substr(0, 2) == "W/") return;
  const httpd_str weak = request->pool.Copy(base::Concat("W/", etag->value));
  if (weak.data != nullptr) SetField(request, "ETag", base::View(weak));
}

// Status and fields are final but for what the filters change.
void StartAll(Request* request) {
  Filters* f = request->filters;
  f->started = true;
  if (f->first == nullptr) return;
  SpreadPrepared(request);
  const bool partial = request->status == 206 || FindField(request, "Content-Range") != nullptr;
  for (Link* link = f->first; link != nullptr && f->status == 0; link = link->next) {
    if (link->stage != Stage::kInserted) continue;
    if (partial && link->filter->changes_body()) {
      link->stage = Stage::kRests;
      continue;
    }
    const httpd_result result = StartLink(link);
    if (result == HTTPD_OK && link->remove) EndLink(link);
    if (result == HTTPD_OK || result == HTTPD_DECLINED) continue;
    Break(request, static_cast<uint32_t>(result), link);
  }
  f->changes_body = FiltersChangeBody(request);
  if (f->changes_body) ForgetOriginal(request);
}

std::string_view ModuleOf(const Request* request, const Link* link) {
  return request->worker->generation->registry.at(link->filter->slot)->name;
}

// It took the end for itself: nobody would ever know that the response is complete.
void KeptEnd(Request* request, Link* link) {
  LogRequest(request, log::Level::kError, ModuleOf(request, link),
             base::Concat("filter ", link->filter->name,
                          " got the end of the body and answered HTTPD_OK without passing it on "
                          "[HS-42]"));
  Break(request, 500, link);
}

// EOS has left this step: whoever stands before it makes for nobody.
void EndBefore(Request* request, Link* link) {
  Filters* f = request->filters;
  for (Link* l = f->first; l != link; l = l->next) {
    if (l->stage != Stage::kRunning) continue;
    EndLink(l);
    l->stage = Stage::kRests;
  }
  f->entry.Clear();
  link->in.Clear();
  if (!request->flags.complete) request->flags.ended_early = true;
}

void CallPush(Request* request, Link* link) {
  const uint64_t before = link->in.bytes + link->in.weight();
  link->ready = link->blocked = link->passed = false;
  link->pushing = true;
  const httpd_result result = CallFilter(
      link, "push", [&] { return link->filter->options.push(link, &link->in, link->state); });
  link->pushing = false;
  Filters* f = request->filters;
  Link* const behind = NextLive(link->next);
  if (link->ended) {
    EndBefore(request, link);
    if (link->remove) EndLink(link);
    return;
  }
  if (f->status != 0) return;
  if (result != HTTPD_OK && result != HTTPD_AGAIN) {
    LogRequest(request, log::Level::kDebug, ModuleOf(request, link),
               base::Concat("filter ", link->filter->name, " answered ", result));
    return Break(request, BreakStatus(result), link);
  }
  if (link->remove) {
    HandOver(request, behind, &link->in);
    return EndLink(link);
  }
  if (result == HTTPD_AGAIN) {
    link->blocked = true;
    link->ready = link->ready || Full(request, behind);
    return;
  }
  const bool moved = link->passed || link->in.bytes + link->in.weight() != before;
  if (link->in.ended && (link->in.empty() || !moved) && !Full(request, behind)) {
    return KeptEnd(request, link);
  }
  if (!link->in.empty() && (moved || Full(request, behind))) link->ready = true;
}

// The link nearest to the client that has something to do and room for what it makes.
Link* Ready(Request* request) {
  Link* found = nullptr;
  for (Link* l = request->filters->first; l != nullptr; l = l->next) {
    if (l->stage == Stage::kRunning && l->ready && !l->ended && !Full(request, NextLive(l->next))) {
      found = l;
    }
  }
  return found;
}

// Moves everything on as far as it goes now. Sends nothing.
void Pump(Request* request) {
  Filters* f = request->filters;
  if (f->pumping) return;
  f->pumping = true;
  if (!f->started) StartAll(request);
  while (f->status == 0 && !f->done) {
    if (Link* link = Ready(request)) {
      CallPush(request, link);
    } else if (!f->entry.empty() && !Full(request, NextLive(f->first))) {
      TakeProduced(request);
    } else {
      break;
    }
  }
  // A length that was announced, by filters that leave the bytes alone, is a promise.
  if (f->done && request->flags.head_sent && request->body_size != kUnknownSize &&
      f->emitted != request->body_size && !Bodiless(request)) {
    f->done = false;
    Break(request, 500, nullptr);
    LogRequest(request, log::Level::kError, "core",
               base::Concat("filters without HTTPD_FILTER_CHANGES_BODY made ", f->emitted,
                            " bytes of ", request->body_size, " [HS-43]"));
  }
  f->pumping = false;
}

void Broken(Request* request) {
  Filters* f = request->filters;
  const uint32_t status = f->status;
  const Link* culprit = f->culprit;
  const std::string who =
      culprit == nullptr ? std::string("the body") : base::Concat("filter ", culprit->filter->name);
  const std::string_view module = culprit == nullptr ? "core" : ModuleOf(request, culprit);
  if (request->flags.head_sent) {
    LogRequest(request, log::Level::kError, module,
               base::Concat(who, " broke off with status ", status,
                            " after the response had begun: connection cut [HS-41]"));
    request->stream->ForbidKeepAlive(request);
    request->flags.aborted = true;
    return request->stream->Send(request, true);
  }
  LogRequest(request, log::Level::kInfo, module,
             base::Concat(who, " broke off: the response has status ", status, " [HS-40]"));
  request->flags.complete = true;  // no flush or write by whoever is told now
  Withdraw(request, HTTPD_ERR_CANCELLED);
  if (culprit != nullptr) EndLink(const_cast<Link*>(culprit));
  ResetFilters(request);
  request->flags.complete = request->flags.ended_early = false;
  Fail(request, status);
}

// What Content-Length may say: what was made, or, by filters that leave the bytes alone, what the
// handler wrote.
uint64_t KnownSize(const Request* request) {
  const Filters* f = request->filters;
  if (f->done && !Bodiless(request)) return f->emitted;
  if (f->changes_body || !(f->done || request->flags.complete)) return kUnknownSize;
  return f->produced + f->entry.bytes;
}

// What came out goes to the stream. False when there was nothing; else the request may have ended.
bool Settle(Request* request) {
  Filters* f = request->filters;
  if (f->status != 0) {
    Broken(request);
    return true;
  }
  // What the stream has already it sends by itself.
  const bool more = !request->body.empty() && f->given != f->emitted;
  if (!f->done && !more && !request->flags.flush_due) return false;
  if (f->end_sent) return true;
  f->given = f->emitted;
  f->end_sent = f->done;
  request->flags.flush_due = false;
  if (!request->flags.head_sent) request->body_size = KnownSize(request);
  request->stream->Send(request, f->done);
  return true;
}

}  // namespace

httpd_result Wrote(Request* request) {
  Filters* f = request->filters;
  if (f->entry.weight() >= kHighWater && !f->pumping) {
    Pump(request);
    const bool waiting = request->state == RequestState::kSuspended;
    if (waiting && (f->done || f->status != 0)) request->worker->Soon(request);
  }
  return f->done || request->flags.ended_early ? HTTPD_DONE : HTTPD_OK;
}

void PushOn(Request* request) {
  Filters* f = request->filters;
  if (f->pumping || request->flags.aborted) return;
  if (f->eos_written && !request->flags.complete) {
    ForgetHook(request);
    return Complete(request);
  }
  for (Link* l = f->first; l != nullptr; l = l->next) {
    l->ready = l->ready || l->resumed;
    l->resumed = false;
  }
  Pump(request);
  if (!Settle(request) && request->flags.head_sent) Flushed(request);
}

void CompleteFiltered(Request* request) {
  Filters* f = request->filters;
  if (request->flags.aborted) return request->stream->Send(request, true);
  if (!f->done && !f->entry.ended) {
    const TrailerList trailers = request->trailers;
    request->trailers = {};
    bool ok = true;
    for (const TrailerField* t = trailers.first; t != nullptr; t = t->next) {
      ok = ok && f->entry.AppendTrailer(t->name, t->value);
    }
    if (!ok || !f->entry.AppendMark(HTTPD_ITEM_EOS)) Break(request, 500, nullptr);
  }
  Pump(request);
  Settle(request);
}

void FlushMarks(Request* request) {
  const Filters* f = request->filters;
  for (const ChainItem* item = f->entry.first; item != nullptr; item = item->next) {
    if (item->mark()) return request->worker->Soon(request);
  }
}

bool FiltersRest(const Request* request) {
  const Filters* f = request->filters;
  if (!f->entry.empty()) return false;
  for (const Link* l = f->first; l != nullptr; l = l->next) {
    if (l->live() && (l->blocked || l->ready || l->resumed)) return false;
  }
  return true;
}

// All that was given to the stream has left: there is room for more.
bool RefillBody(Request* request) {
  Filters* f = request->filters;
  if (f->pumping || !f->started || f->done) return false;
  if (++f->turns % kTurns == 0) {
    request->worker->Soon(request);
    return false;
  }
  Pump(request);
  if (f->status == 0 && !f->done && request->body.empty()) return false;
  Settle(request);
  return true;
}

}  // namespace httpd::server

httpd_result httpd_filter_pass(httpd_filter_link* link, httpd_chain* chain) {
  using httpd::server::Full;
  using httpd::server::Request;
  HTTPD_REQUIRE_HANDLE(link, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE_HANDLE(chain, HTTPD_ERR_INVALID);
  Request* request = link->request;
  HTTPD_REQUIRE(link->pushing && request->filters != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not in push() of this filter");
  HTTPD_REQUIRE(!link->ended, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the filter has passed EOS or ERROR; nothing may follow it");
  httpd_filter_link* const behind = httpd::server::NextLive(link->next);
  if (!chain->empty()) {
    link->passed = true;
    link->ended = chain->ended;
    if (httpd::server::BrokeOff(request, chain, link)) return HTTPD_OK;
    httpd::server::HandOver(request, behind, chain);
    chain->ended = false;  // it is empty, and may serve again
  }
  return Full(request, behind) ? HTTPD_AGAIN : HTTPD_OK;
}
