// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/filter.h>

#include <cstdint>
#include <string_view>

#include "server/chain.h"
#include "server/filter_table.h"
#include "server/request.h"

// A filter in one request.
struct httpd_filter_link {
  enum class Stage : uint8_t { kInserted, kRunning, kFailed, kRests, kGone };

  httpd_filter_link(httpd_request* owner, const httpd_filter* which, void* given_state)
      : request(owner), filter(which), given(given_state), in(&owner->pool) {
    in.pin = httpd::server::PinItem;
    in.pinner = owner;
  }

  httpd_request* request;
  const httpd_filter* filter;
  void* given;  // by whoever inserted it
  void* state = nullptr;
  httpd_filter_link* next = nullptr;  // of higher order
  // Response: what waits for push(). Request: what pull() gave beyond what was asked for.
  httpd_chain in;
  Stage stage = Stage::kInserted;
  bool ready = false;    // something happened that it has to be called for
  bool blocked = false;  // answered HTTPD_AGAIN
  bool resumed = false;  // asked to be called in the next turn
  bool active = false;   // its callback is on the stack
  bool pushing = false;  // push() is on the stack
  bool passed = false;   // passed something in this call
  bool ended = false;    // EOS or ERROR was passed or given
  bool remove = false;   // asked to leave

  // Others go by it: it has left, or has nothing to do for this body (kRests).
  bool live() const { return stage < Stage::kRests; }
};

namespace httpd::server {

inline constexpr uint64_t kHighWater = 64 * 1024;  // per step of a body on its way

// The way of a response body through filters: from `entry`, where the handler writes, from link to
// link into the request's body. Made when something needs it, by a filter or by a chain with marks.
struct Filters {
  explicit Filters(httpd_pool* pool) : entry(pool) {}

  httpd_chain entry;
  httpd_filter_link* first = nullptr;
  uint64_t produced = 0;  // bytes that the handler wrote, as far as they went on
  uint64_t emitted = 0;   // bytes that reached the body
  uint64_t given = 0;     // of those, what the stream was told of
  uint32_t status = 0;    // it broke off with that
  uint32_t turns = 0;
  const httpd_filter_link* culprit = nullptr;
  bool started = false;
  bool changes_body = false;
  bool pumping = false;
  bool eos_written = false;  // by the handler, in a chain
  bool done = false;         // EOS reached the body
  bool end_sent = false;     // and was given to the stream
};

// The request's filters; made when there are none. Null without memory.
Filters* NeedFilters(Request* request);
// Puts a link where its order wants it.
void InsertLink(httpd_filter_link** first, httpd_filter_link* link);

// The handler has something for the filters. `HTTPD_DONE` when they want no more. May not end the
// request.
httpd_result Wrote(Request* request);
// Moves on what is in the filters and gives it to the stream. May end the request.
void PushOn(Request* request);
// The handler is done.
void CompleteFiltered(Request* request);
// A handler that is suspended wrote behind a mark that has to go at once.
void FlushMarks(Request* request);
// All that the stream had has left. True when it got more; the request may have
// ended.
bool RefillBody(Request* request);
// Nothing waits for a filter.
bool FiltersRest(const Request* request);
// The body that is made is other than the handler's.
bool FiltersChangeBody(const Request* request);
// Takes back what they got, for another body (an error page).
void ResetFilters(Request* request);
// Lets all of them go: the request starts over or ends.
void DropFilters(Request* request);
// Filters also see error pages, when the request failed before they were inserted.
void FilterErrorPage(Request* request);

// Calls start(). The result that is not HTTPD_OK or HTTPD_DECLINED is a status.
httpd_result StartLink(httpd_filter_link* link);
void EndLink(httpd_filter_link* link);

// The code that runs meanwhile is the filter's; what ran before gets the blame back.
class FilterBlame {
 public:
  explicit FilterBlame(httpd_filter_link* link);
  ~FilterBlame();

 private:
  httpd_filter_link* link_;
  uint16_t module_;
  uint16_t hook_;
};
// Calls a function of a filter; an exception is 500.
template <typename Function>
httpd_result CallFilter(httpd_filter_link* link, std::string_view what, Function&& function);
void LogFilterException(const httpd_filter_link* link, std::string_view what);

template <typename Function>
httpd_result CallFilter(httpd_filter_link* link, std::string_view what, Function&& function) {
  const FilterBlame blame(link);
  try {
    return function();
  } catch (...) {
    LogFilterException(link, what);
    return 500;
  }
}

// The status for an answer that breaks a body off.
inline uint32_t BreakStatus(httpd_result result) {
  return result >= 400 && result <= 599 ? static_cast<uint32_t>(result) : 500;
}

}  // namespace httpd::server
