// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/task.h>
#include <uv.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/shared_rings.h"

namespace httpd::server {

// A worker's part in the messages of its generation: who listens here, how far they have read.
// Loop thread.
class Broadcast {
 public:
  Broadcast(httpd_worker* worker, int channel, uv_async_t* wake)
      : worker_(worker), channel_(channel), wake_(wake) {}

  // Takes part from what is sent from now on.
  void Start();
  void Subscribe(std::string_view topic, httpd_broadcast_fn fn, void* user, httpd_destroy destroy,
                 uint16_t module);
  // False when too much is under way.
  bool Send(std::string_view topic, std::string_view message);
  // Hands over what has arrived; the rest in the loop's next turn when it is much.
  void Read();
  void End();
  bool subscribed() const { return !subscriptions_.empty(); }

 private:
  struct Subscription {
    std::string topic;
    httpd_broadcast_fn fn;
    void* user;
    httpd_destroy destroy;
    uint16_t module;
    bool lost;
  };

  void Deliver(const SharedRings::Message& message);

  httpd_worker* worker_;
  int channel_;
  uv_async_t* wake_;
  SharedRings* rings_ = nullptr;
  std::vector<SharedRings::Cursor> cursors_;  // by sender
  std::vector<Subscription> subscriptions_;
  SharedRings::Message message_;
};

}  // namespace httpd::server
