// SPDX-License-Identifier: Apache-2.0
//
// The way from any thread to the loop: one queue, so that the posts of a thread stay in order.

#include "server/inbox.h"

#include <dlfcn.h>

#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/module_call.h"
#include "server/services.h"

namespace httpd::server {
namespace {

// Which module holds `fn`: a thread of a module's own does not say whose it is.
uint16_t ModuleOf(const httpd_generation& generation, httpd_post_fn fn) {
  Dl_info found;
  if (::dladdr(reinterpret_cast<void*>(fn), &found) == 0 || found.dli_fname == nullptr) return 0;
  for (const ModuleToLoad& module : generation.input.modules) {
    if (module.copy != found.dli_fname) continue;
    const module::Module* loaded = generation.registry.Find(module.name);
    return loaded == nullptr ? uint16_t{0} : loaded->slot;
  }
  return 0;
}

}  // namespace

bool Inbox::Add(const Post& post) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return false;
    posts_.push_back(post);
  }
  uv_async_send(wake_);
  return true;
}

void Inbox::Deliver() {
  std::vector<Post> batch;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    batch.swap(posts_);
  }
  for (const Post& post : batch) {
    const uint16_t module =
        post.module == kUnknown ? ModuleOf(*worker_->generation, post.fn) : post.module;
    worker_->UpdateClock();
    worker_->slot->request_length.store(0, std::memory_order_relaxed);
    CallModule(worker_, module, module::kInPost, [&] { post.fn(worker_, post.user); });
    Destroy(worker_, module, module::kInPost, post.destroy, post.user);
  }
}

void Inbox::Close() {
  std::vector<Post> left;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    left.swap(posts_);
  }
  for (const Post& post : left) {
    Destroy(worker_, post.module == kUnknown ? uint16_t{0} : post.module, module::kInPost,
            post.destroy, post.user);
  }
}

}  // namespace httpd::server

httpd_result httpd_post(httpd_worker* worker, httpd_post_fn fn, void* user, httpd_destroy destroy) {
  httpd_result result = HTTPD_OK;
  if (worker == nullptr || fn == nullptr) {
    result = HTTPD_ERR_INVALID;
    httpd::base::ReportMisuse(__func__, result, "the worker or the function is NULL");
  } else {
    const uint16_t module = httpd::base::OnLoopThread() ? httpd::server::CallerSlot(worker)
                                                        : httpd::server::Inbox::kUnknown;
    if (worker->services->inbox.Add({fn, user, destroy, module})) return HTTPD_OK;
    result = HTTPD_ERR_STATE;
  }
  if (destroy != nullptr) destroy(user);
  return result;
}
