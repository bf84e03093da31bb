// SPDX-License-Identifier: Apache-2.0
//
// Broadcasts as modules see them. The messages lie in shared memory; what goes through the
// generation's process is only that a worker should look, at most one such word per worker.

#include "server/broadcast.h"

#include <sys/socket.h>

#include "process/scoreboard.h"
#include "process/worker_channel.h"
#include "server/api_check.h"
#include "server/module_call.h"
#include "server/services.h"
#include "server/shared_services.h"

namespace httpd::server {
namespace {
constexpr int kPerTurn = 256;  // messages; then others of this worker are served
}

void Broadcast::Start() {
  rings_ = &worker_->generation->shared->rings();
  for (uint32_t i = 0; i < rings_->workers(); ++i) cursors_.push_back(rings_->End(i));
}

void Broadcast::Subscribe(std::string_view topic, httpd_broadcast_fn fn, void* user,
                          httpd_destroy destroy, uint16_t module) {
  subscriptions_.push_back({std::string(topic), fn, user, destroy, module, false});
  rings_->Subscribe(worker_->number);
}

bool Broadcast::Send(std::string_view topic, std::string_view message) {
  const uint32_t self = worker_->number;
  // This worker's own copy waits for the loop. Readers that are as quick as this loop never lose
  // anything.
  if (rings_->Head(self) - cursors_[self].at > SharedRings::kRing / 2) return false;
  rings_->Write(self, topic, message);
  uv_async_send(wake_);
  if (!rings_->Notify(self)) return true;
  const process::WorkerMessage word = {static_cast<uint32_t>(process::FromWorker::kWake), 0};
  // A generation that does not read is about to end; the others look now and then by themselves.
  (void)!::send(channel_, &word, sizeof(word), MSG_NOSIGNAL | MSG_DONTWAIT);
  return true;
}

void Broadcast::Read() {
  rings_->Woken(worker_->number);
  int left = kPerTurn;
  for (uint32_t sender = 0; sender < cursors_.size(); ++sender) {
    if (!subscribed()) {
      cursors_[sender] = rings_->End(sender);
      continue;
    }
    while (left > 0 && rings_->Read(sender, &cursors_[sender], &message_)) {
      --left;
      Deliver(message_);
    }
  }
  if (left == 0) uv_async_send(wake_);
}

void Broadcast::Deliver(const SharedRings::Message& message) {
  if (message.lost > 0) {
    worker_->generation->shared->CountLost(message.lost);
    for (Subscription& subscription : subscriptions_) subscription.lost = true;
  }
  for (Subscription& subscription : subscriptions_) {
    if (subscription.topic != message.topic) continue;
    const uint32_t flags = subscription.lost ? HTTPD_BROADCAST_LOST : 0;
    subscription.lost = false;
    worker_->UpdateClock();
    worker_->slot->request_length.store(0, std::memory_order_relaxed);
    CallModule(worker_, subscription.module, module::kInBroadcast, [&] {
      subscription.fn(worker_, base::Str(message.text), flags, subscription.user);
    });
  }
}

void Broadcast::End() {
  for (const Subscription& subscription : subscriptions_) {
    Destroy(worker_, subscription.module, module::kInBroadcast, subscription.destroy,
            subscription.user);
  }
  subscriptions_.clear();
}

}  // namespace httpd::server

namespace {
using httpd::base::View;
using httpd::server::SharedRings;
}  // namespace

httpd_result httpd_broadcast_subscribe(httpd_worker* worker, const httpd_module_handle* module,
                                       httpd_str topic, httpd_broadcast_fn fn, void* user,
                                       httpd_destroy destroy) {
  HTTPD_REQUIRE_HANDLE(worker, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_HANDLE(module, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(fn != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the function is NULL");
  HTTPD_REQUIRE(topic.len <= SharedRings::kMaxTopic, HTTPD_ERR_LIMIT, HTTPD_ERR_LIMIT,
                "the topic is longer than 64 bytes");
  const uint16_t hook = worker->slot->hook.load(std::memory_order_relaxed);
  HTTPD_REQUIRE(hook == HTTPD_HOOK_WORKER_START, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "subscriptions are made in the WORKER_START hook");
  worker->services->broadcast.Subscribe(View(topic), fn, user, destroy, module->slot);
  return HTTPD_OK;
}

httpd_result httpd_broadcast(httpd_worker* worker, httpd_str topic, httpd_str message) {
  HTTPD_REQUIRE_HANDLE(worker, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(topic.len <= SharedRings::kMaxTopic && message.len <= SharedRings::kMaxMessage,
                HTTPD_ERR_LIMIT, HTTPD_ERR_LIMIT,
                "the topic is longer than 64 bytes or the message than 16384");
  HTTPD_REQUIRE(!worker->services->ended(), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the worker has stopped");
  return worker->services->broadcast.Send(View(topic), View(message)) ? HTTPD_OK : HTTPD_AGAIN;
}
