// SPDX-License-Identifier: Apache-2.0
//
// Work in other threads, and back again (task.h), with lambdas. `self` is the module that log lines
// name when a lambda throws.
//
//   const httpd_token token = httpd_request_suspend(request);
//   api::Offload(request, self,
//                [=](httpd_task*) { … },                      // in a thread; may block
//                [=](httpd_result result) { httpd_request_resume(token, …); });  // on the loop
#ifndef HTTPD_TASK_HPP
#define HTTPD_TASK_HPP

#include <httpd/task.h>

#include <httpd/callback.hpp>

namespace httpd::api {
namespace internal {

template <typename Run, typename Done>
struct Work {
  const httpd_module_handle* module;
  Run run;
  Done done;
};

template <typename Owner, typename Run, typename Done, typename Start>
httpd_task* StartTask(Owner* owner, const httpd_module_handle* self, Run&& run, Done&& done,
                      Start start) {
  using Kept = Work<std::decay_t<Run>, std::decay_t<Done>>;
  httpd_task_options options = {};
  options.size = sizeof(options);
  options.user = new Kept{self, std::forward<Run>(run), std::forward<Done>(done)};
  // Called whatever happens, also when no task was started.
  options.destroy = [](void* user) { delete static_cast<Kept*>(user); };
  options.run = [](httpd_task* task, void* user) {
    auto* work = static_cast<Kept*>(user);
    Guard(work->module, nullptr, 0, [&] {
      work->run(task);
      return 0;
    });
  };
  options.done = [](httpd_task*, httpd_result result, void* user) {
    auto* work = static_cast<Kept*>(user);
    Guard(work->module, nullptr, 0, [&] {
      work->done(result);
      return 0;
    });
  };
  return start(owner, &options);
}

}  // namespace internal

// run(httpd_task*) in a thread, then done(httpd_result) on the loop thread; what run() throws is
// logged, and done() follows. NULL when it was not started. The second form is cancelled with its
// request. Loop thread.
template <typename Run, typename Done>
httpd_task* Offload(httpd_worker* worker, const httpd_module_handle* self, Run&& run, Done&& done) {
  return internal::StartTask(worker, self, std::forward<Run>(run), std::forward<Done>(done),
                             httpd_offload);
}
template <typename Run, typename Done>
httpd_task* Offload(httpd_request* request, const httpd_module_handle* self, Run&& run,
                    Done&& done) {
  return internal::StartTask(request, self, std::forward<Run>(run), std::forward<Done>(done),
                             httpd_request_offload);
}

// fn(httpd_worker*) on the worker's loop thread. Any thread.
template <typename Fn>
httpd_result Post(httpd_worker* worker, const httpd_module_handle* self, Fn&& fn) {
  using Kept = Callback<std::decay_t<Fn>>;
  return httpd_post(
      worker, [](httpd_worker* at, void* user) { Kept::From(user).Run(at); },
      MakeCallback(self, std::forward<Fn>(fn)).release(), Kept::Destroy);
}

}  // namespace httpd::api

#endif  // HTTPD_TASK_HPP
