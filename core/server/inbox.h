// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/task.h>
#include <uv.h>

#include <cstdint>
#include <mutex>
#include <vector>

namespace httpd::server {

// What threads have called on the loop: httpd_post().
class Inbox {
 public:
  Inbox(httpd_worker* worker, uv_async_t* wake) : worker_(worker), wake_(wake) {}

  static constexpr uint16_t kUnknown = UINT16_MAX;  // module of a thread that does not say

  struct Post {
    httpd_post_fn fn;
    void* user;
    httpd_destroy destroy;
    uint16_t module;
  };

  // Any thread. False once it is closed; `destroy` is the caller's then.
  bool Add(const Post& post);

  // Loop thread: calls what was posted until now.
  void Deliver();
  // Nothing is taken any more; what waits is destroyed.
  void Close();

 private:
  httpd_worker* worker_;
  uv_async_t* wake_;
  std::mutex mutex_;
  std::vector<Post> posts_;
  bool closed_ = false;
};

}  // namespace httpd::server
