// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <uv.h>

#include <cstdint>
#include <vector>

#include "server/broadcast.h"
#include "server/inbox.h"
#include "server/request.h"
#include "server/task_pool.h"
#include "server/timers.h"
#include "server/watches.h"

// What a worker does for modules beside requests. Loop thread. One object per worker.

namespace httpd::server {

// What belongs to one request; made with its first timer or task, in its pool.
struct RequestServices {
  Request* request = nullptr;
  httpd_timer* timers = nullptr;
  httpd_task* tasks = nullptr;
};

class WorkerServices {
 public:
  // `channel`: to the generation's process.
  WorkerServices(httpd_worker* worker, int channel);

  // Before the first hook runs; false when the loop refuses.
  bool Start();
  // The generation says that another worker left messages.
  void OnWake() { broadcast.Read(); }
  // The worker's last connection has closed. Tasks are cancelled and done() is called, in a second
  // at most; after the WORKER_STOP hooks the rest is given back.
  void FinishTasks() { tasks.Finish(); }
  void End();
  bool ended() const { return ended_; }

  // Those of a request; null without memory.
  RequestServices* Of(Request* request);

  Timers timers;
  Watches watches;
  TaskPool tasks;
  Inbox inbox;
  Broadcast broadcast;

 private:
  static void OnRequestEnd(void* services);

  httpd_worker* worker_;
  bool ended_ = false;
  uv_async_t wake_;
  std::vector<RequestServices*> of_requests_;  // by index; null where there is none
};

}  // namespace httpd::server
