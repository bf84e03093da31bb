// SPDX-License-Identifier: Apache-2.0
//
// Lambdas where the C interface wants a function and a `user`: the callable lives on the heap until
// the core is done with it, and an exception never leaves it. Hooks as lambdas are here as well;
// the other headers of the layer stand on this one.
//
//   api::OnRequest(self, HTTPD_HOOK_HANDLER, [self](httpd_request* request) { … return HTTPD_OK;
//   });
#ifndef HTTPD_CALLBACK_HPP
#define HTTPD_CALLBACK_HPP

#include <httpd/cxx.hpp>
#include <memory>

namespace httpd::api {

// What fn() answers; `failed` after an exception, which becomes a line in the error log under the
// module's name, with the client's address when there is a request. Any thread without a request.
template <typename Result, typename Fn>
Result Guard(const httpd_module_handle* module, const httpd_request* request, Result failed,
             Fn&& fn) noexcept {
  const auto log = [&](httpd_str text) {
    if (request != nullptr) {
      httpd_log_request(request, module, HTTPD_LOG_ERROR, text);
    } else {
      httpd_log(module, HTTPD_LOG_ERROR, text);
    }
  };
  try {
    return fn();
  } catch (const std::exception& e) {
    log(Str(e.what()));
  } catch (...) {
    log(HTTPD_STR("the callback threw an exception"));
  }
  return failed;
}

// A callable and the module it belongs to: what `user` points to.
template <typename Fn>
struct Callback {
  const httpd_module_handle* module;
  Fn fn;

  static Callback& From(void* user) { return *static_cast<Callback*>(user); }
  static void Destroy(void* user) noexcept { delete static_cast<Callback*>(user); }
  // For callbacks without an answer.
  template <typename... Args>
  void Run(Args&&... args) noexcept {
    Guard(module, nullptr, 0, [&] {
      fn(std::forward<Args>(args)...);
      return 0;
    });
  }
};

// Throws std::bad_alloc.
template <typename Fn>
std::unique_ptr<Callback<std::decay_t<Fn>>> MakeCallback(const httpd_module_handle* module,
                                                         Fn&& fn) {
  return std::unique_ptr<Callback<std::decay_t<Fn>>>(
      new Callback<std::decay_t<Fn>>{module, std::forward<Fn>(fn)});
}

namespace internal {

// Enters a callable by `enter`, one of the httpd_hook_… functions; `Object` is what hooks of that
// kind get, Request tells whether the log line can name the client.
template <typename Object, typename Fn, typename Enter>
httpd_result EnterHook(httpd_module_handle* self, uint32_t hook, int32_t order, Fn&& fn,
                       Enter enter) {
  auto callback = MakeCallback(self, std::forward<Fn>(fn));
  using Kept = typename decltype(callback)::element_type;
  httpd_hook_options options = {};
  options.size = sizeof(options);
  options.order = order;
  options.user = callback.get();
  options.destroy = Kept::Destroy;
  const auto call = [](Object* object, void* user) noexcept -> httpd_result {
    Kept& kept = Kept::From(user);
    const httpd_request* request = nullptr;
    if constexpr (std::is_same_v<Object, httpd_request>) request = object;
    const httpd_result failed = std::is_same_v<Object, httpd_request> ? 500 : HTTPD_ERR_INVALID;
    return Guard(kept.module, request, failed, [&]() -> httpd_result { return kept.fn(object); });
  };
  const httpd_result result = enter(self, hook, +call, &options);
  if (result == HTTPD_OK) callback.release();  // the core destroys it
  return result;
}

}  // namespace internal

// Hooks as lambdas; an exception is 500 for a request hook, and an error for the others. Register
// function.
template <typename Fn>  // httpd_result(httpd_request*)
httpd_result OnRequest(httpd_module_handle* self, uint32_t hook, Fn&& fn,
                       int32_t order = HTTPD_ORDER_MIDDLE) {
  return internal::EnterHook<httpd_request>(self, hook, order, std::forward<Fn>(fn),
                                            httpd_hook_request);
}
template <typename Fn>  // httpd_result(httpd_connection*)
httpd_result OnConnection(httpd_module_handle* self, uint32_t hook, Fn&& fn,
                          int32_t order = HTTPD_ORDER_MIDDLE) {
  return internal::EnterHook<httpd_connection>(self, hook, order, std::forward<Fn>(fn),
                                               httpd_hook_connection);
}
template <typename Fn>  // httpd_result(httpd_worker*)
httpd_result OnWorker(httpd_module_handle* self, uint32_t hook, Fn&& fn,
                      int32_t order = HTTPD_ORDER_MIDDLE) {
  return internal::EnterHook<httpd_worker>(self, hook, order, std::forward<Fn>(fn),
                                           httpd_hook_worker);
}

}  // namespace httpd::api

#endif  // HTTPD_CALLBACK_HPP
