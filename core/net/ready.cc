// SPDX-License-Identifier: Apache-2.0
//
// A layer may have decoded more than was asked for. The socket is silent then, so the loop has to
// be told that there is something to read.

#include "net/ready.h"

#include <algorithm>

#include "net/extras.h"
#include "server/worker.h"

namespace httpd::net {

ReadyList::ReadyList(httpd_worker* worker) {
  idle_.data = this;
  uv_idle_init(&worker->loop, &idle_);
}

void ReadyList::Add(httpd_connection* connection) {
  if (connection->extras->in_ready) return;
  httpd_worker* worker = connection->worker;
  if (worker->ready == nullptr) worker->ready = new ReadyList(worker);
  ReadyList* list = worker->ready;
  connection->extras->in_ready = true;
  list->waiting_.push_back(connection);
  uv_idle_start(&list->idle_, [](uv_idle_t* idle) { static_cast<ReadyList*>(idle->data)->Run(); });
}

void ReadyList::Remove(httpd_connection* connection) {
  if (!connection->extras->in_ready) return;
  connection->extras->in_ready = false;
  ReadyList* list = connection->worker->ready;
  std::erase(list->waiting_, connection);
  std::replace(list->running_.begin(), list->running_.end(), connection,
               static_cast<httpd_connection*>(nullptr));
}

void ReadyList::Run() {
  running_.swap(waiting_);
  for (size_t i = 0; i < running_.size(); ++i) {
    httpd_connection* connection = running_[i];
    if (connection == nullptr) continue;
    Extras* extras = connection->extras;
    extras->in_ready = false;
    if ((extras->wanted & UV_READABLE) && Pending(*extras)) connection->protocol->OnReadable();
  }
  running_.clear();
  if (waiting_.empty()) uv_idle_stop(&idle_);
}

}  // namespace httpd::net
