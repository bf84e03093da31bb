// SPDX-License-Identifier: Apache-2.0
//
// Filters of a request as objects: who is there, in which order, and when they come and go. How
// bodies move through them is in filter_push.cc and intake.cc.

#include "server/filters.h"

#include "base/concat.h"
#include "http/status.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/intake.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {

using Stage = httpd_filter_link::Stage;

FilterBlame::FilterBlame(httpd_filter_link* link)
    : link_(link),
      module_(link->request->worker->slot->module.load(std::memory_order_relaxed)),
      hook_(link->request->worker->slot->hook.load(std::memory_order_relaxed)) {
  link->request->worker->slot->Blame(link->filter->slot, HTTPD_HOOK_INSERT_FILTER);
  link->active = true;
}

FilterBlame::~FilterBlame() {
  link_->active = false;
  link_->request->worker->slot->Blame(module_, hook_);
}

void LogFilterException(const httpd_filter_link* link, std::string_view what) {
  LogRequest(
      link->request, log::Level::kError,
      link->request->worker->generation->registry.at(link->filter->slot)->name,
      base::Concat("a C++ exception left ", what, "() of filter ", link->filter->name, " [HS-02]"));
}

void EndLink(httpd_filter_link* link) {
  const bool runs = link->stage == Stage::kRunning;
  link->stage = Stage::kGone;  // end() may not have it called again
  if (runs && link->filter->options.end != nullptr) {
    CallFilter(link, "end", [&] {
      link->filter->options.end(link, link->state);
      return HTTPD_OK;
    });
  }
  link->in.Clear();
}

httpd_result StartLink(httpd_filter_link* link) {
  const httpd_filter_options& options = link->filter->options;
  link->state = link->given;
  httpd_result result = HTTPD_OK;
  if (options.start != nullptr) {
    result =
        CallFilter(link, "start", [&] { return options.start(link, &link->state, options.user); });
  }
  if (result == HTTPD_OK) {
    link->stage = Stage::kRunning;
  } else {
    link->stage = Stage::kGone;
    if (result != HTTPD_DECLINED && !http::StatusIsValid(result)) result = 500;
  }
  return result;
}

void InsertLink(httpd_filter_link** first, httpd_filter_link* link) {
  const httpd_filter& filter = *link->filter;
  httpd_filter_link** place = first;
  for (; *place != nullptr; place = &(*place)->next) {
    const httpd_filter& other = *(*place)->filter;
    if (filter.options.order < other.options.order ||
        (filter.options.order == other.options.order && filter.number < other.number)) {
      break;
    }
  }
  link->next = *place;
  *place = link;
}

Filters* NeedFilters(Request* request) {
  if (request->filters != nullptr) return request->filters;
  auto* filters = request->pool.New<Filters>(&request->pool);
  if (filters == nullptr) return nullptr;
  filters->entry.pin = PinItem;
  filters->entry.pinner = request;
  filters->produced = filters->emitted = request->body.bytes;  // written before it was there
  request->filters = filters;
  request->out = &filters->entry;
  return filters;
}

bool FiltersChangeBody(const Request* request) {
  if (request->filters == nullptr) return false;
  for (const httpd_filter_link* l = request->filters->first; l != nullptr; l = l->next) {
    if (l->live() && l->filter->changes_body()) return true;
  }
  return false;
}

void ResetFilters(Request* request) {
  Filters* filters = request->filters;
  for (httpd_filter_link* link = filters->first; link != nullptr; link = link->next) {
    if (link->stage != Stage::kRunning && link->stage != Stage::kRests) continue;
    EndLink(link);
    link->stage = Stage::kInserted;
    link->in.Clear();
    link->ready = link->blocked = link->resumed = link->ended = link->remove = false;
  }
  filters->entry.Clear();
  filters->produced = filters->emitted = filters->given = 0;
  filters->status = 0;
  filters->culprit = nullptr;
  filters->started = filters->changes_body = filters->eos_written = filters->done =
      filters->end_sent = false;
}

void DropFilters(Request* request) {
  Filters* filters = request->filters;
  if (filters == nullptr) return;
  request->filters = nullptr;
  request->out = &request->body;
  for (httpd_filter_link* link = filters->first; link != nullptr; link = link->next) EndLink(link);
  filters->entry.Clear();
}

void FilterErrorPage(Request* request) {
  const Program& program = request->worker->generation->program;
  if (request->flags.errors_filtered || request->flags.lookup_only) return;
  request->flags.errors_filtered = true;
  // AUTHENTICATE and AUTHORIZE lie behind the end, and have none yet.
  const bool inserted = request->pc >= program.inserting && request->pc <= program.end;
  if (program.insert_filter.empty() || inserted) return;
  const uint16_t pc = request->pc;
  request->pc = program.inserting;  // so that they may
  for (const module::HookEntry* entry : program.insert_filter) CallHook(entry, request);
  request->pc = pc;
}

}  // namespace httpd::server

using httpd::server::Filters;
using httpd::server::Intake;
using Link = httpd_filter_link;

httpd_result httpd_request_insert_filter(httpd_request* r, const httpd_filter* filter,
                                         void* state) {
  using httpd::server::RequestState;
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE(filter != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the filter is NULL");
  const httpd::server::Program& program = r->worker->generation->program;
  const bool time = r->pc < program.steps.size() &&
                    program.steps[r->pc].hook >= HTTPD_HOOK_INSERT_FILTER &&
                    (r->state == RequestState::kRunning || r->state == RequestState::kSuspended);
  HTTPD_REQUIRE((time || r->flags.error_response) && !r->flags.complete && !r->flags.lookup_only,
                HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "filters are inserted from INSERT_FILTER on, before the response is complete");
  if (filter->pulls()) {
    HTTPD_REQUIRE(!r->flags.body_claimed, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                  "the body of the request was asked for");
    Intake* intake = httpd::server::NeedIntake(r);
    Link* link = intake == nullptr ? nullptr : r->pool.New<Link>(r, filter, state);
    if (link == nullptr) return HTTPD_ERR_NO_MEMORY;
    httpd::server::InsertLink(&intake->first, link);
    return HTTPD_OK;
  }
  const bool written =
      r->flags.head_sent || !r->body.empty() ||
      (r->filters != nullptr && (r->filters->started || !r->filters->entry.empty()));
  HTTPD_REQUIRE(!written, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "a part of the response's body was written");
  Filters* filters = httpd::server::NeedFilters(r);
  Link* link = filters == nullptr ? nullptr : r->pool.New<Link>(r, filter, state);
  if (link == nullptr) return HTTPD_ERR_NO_MEMORY;
  httpd::server::InsertLink(&filters->first, link);
  return HTTPD_OK;
}

httpd_request* httpd_filter_request(const httpd_filter_link* link) {
  HTTPD_REQUIRE_HANDLE(link, nullptr);
  return link->request;
}

httpd_result httpd_filter_resume(httpd_filter_link* link) {
  HTTPD_REQUIRE_HANDLE(link, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(link->stage == Link::Stage::kRunning, HTTPD_ERR_STALE, HTTPD_ERR_STALE,
                "the filter has left the request, or has not begun");
  link->resumed = true;
  link->request->worker->Soon(link->request);
  return HTTPD_OK;
}

httpd_result httpd_filter_remove(httpd_filter_link* link) {
  HTTPD_REQUIRE_HANDLE(link, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(link->active, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not in start(), push() or pull() of this filter");
  link->remove = true;
  return HTTPD_OK;
}
