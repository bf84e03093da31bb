// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <uv.h>

#include <vector>

#include "net/connection.h"

namespace httpd::net {

// Connections whose layers hold bytes that the socket will not announce again. Each is read once
// per turn of the loop, so that others get theirs meanwhile.
class ReadyList {
 public:
  static void Add(httpd_connection* connection);
  static void Remove(httpd_connection* connection);

 private:
  explicit ReadyList(httpd_worker* worker);
  void Run();

  uv_idle_t idle_;
  std::vector<httpd_connection*> waiting_;
  std::vector<httpd_connection*> running_;
};

}  // namespace httpd::net
