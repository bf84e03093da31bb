// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/subrequest.h>

#include <cstdint>

#include "server/chain.h"
#include "server/request.h"
#include "server/stream.h"

namespace httpd::server {

// In the parent's pool: whatever still knows the subrequest when the parent ends.
struct SubrequestLink {
  Request* sub;  // null once it has ended
};

// A request within a request is a request whose protocol is its parent: what it sends is kept for
// whoever asks, or becomes part of the parent's body. Lives in its own request's pool.
struct Subrequest final : Stream {
  enum class Stage : uint8_t {
    kCreated,
    kLookedUp,  // ACCESS has run
    kRefused,   // it would end with `refused`
    kRunning,
    kDone,
  };
  static constexpr uint32_t kMaxDepth = 10;
  static constexpr uint64_t kDefaultMax = 1 << 20;

  explicit Subrequest(Request* own) : request(own), captured(&own->pool) {
    captured.pin = PinItem;
    captured.pinner = own;
  }

  void Send(httpd_request* request, bool end) override;
  void StartBody(httpd_request* request) override;
  void WantBody(httpd_request* request) override {}
  httpd_result SendInterim(httpd_request*, uint32_t, const httpd_field*, uint32_t) override {
    return HTTPD_DECLINED;  // the parent's client did not ask for this
  }
  void ForbidKeepAlive(httpd_request*) override {}

  // Its turn, after Send() has put off what may not happen inside of it.
  void Proceed();
  // Nothing calls `done` any more; gives `user` back.
  void Forget();

  Request* request;
  Request* parent = nullptr;
  SubrequestLink* link = nullptr;
  uint32_t depth = 1;
  bool pass = false;
  Stage stage = Stage::kCreated;
  uint32_t refused = 0;
  bool too_large = false;
  bool flush_due = false;  // the producer waits until what it wrote has gone on
  uint64_t max_bytes = kDefaultMax;
  httpd_chain captured;
  uint16_t slot = 0;  // of the module that has run it
  uint16_t hook = 0;
  httpd_subrequest_done done = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;

 private:
  void Take();
  void Finish(httpd_result result);
};

// A request that is part of `parent`, for a path that is good; null without memory or when there
// are too many.
Request* NewSubrequest(Request* parent, std::string_view path, std::string_view method);

// The user that was found out for the parent is the subrequest's, in the same realm.
void InheritUser(const Request* parent, Request* sub);

}  // namespace httpd::server
