// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/request.h"

// What a worker does for modules beside requests. Loop thread. One object per worker.

namespace httpd::server {

class WorkerServices {
 public:
  explicit WorkerServices(httpd_worker* worker) : worker_(worker) {}

 private:
  [[maybe_unused]] httpd_worker* worker_;
};

}  // namespace httpd::server
