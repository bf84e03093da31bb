// SPDX-License-Identifier: Apache-2.0
//
// Thin helpers for modules written in C++20. Nothing here owns anything or is part of the ABI: each
// helper is a few inline lines over the C functions, and a module may mix both freely.
//
//   httpd_result Handle(httpd_request* request, httpd_module_handle* self);
//   httpd_hook_request(self, HTTPD_HOOK_HANDLER, RequestHook<Handle>, &options);  // user = self
//
// The wrappers keep exceptions out of the core: one that leaves a request hook becomes a line in
// the error log and the answer 500; one that leaves a directive handler becomes an error there.
#ifndef HTTPD_CXX_HPP
#define HTTPD_CXX_HPP

#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/server.h>
#include <httpd/types.h>

#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace httpd::api {

// The same bytes; neither copies.
constexpr std::string_view View(httpd_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.len);
}
constexpr httpd_str Str(std::string_view text) { return {text.data(), text.size()}; }

// A copy that lives as long as `pool`, with a NUL behind it. The pool's thread. Throws
// std::bad_alloc, as everything below that returns a reference or a view.
inline std::string_view Copy(httpd_pool* pool, std::string_view text) {
  const httpd_str copy = httpd_pool_copy(pool, Str(text));
  if (copy.data == nullptr) throw std::bad_alloc();
  return View(copy);
}

// An object in `pool`, destroyed when the pool ends; NULL when out of memory. The pool's thread.
template <typename T, typename... Args>
T* New(httpd_pool* pool, Args&&... args) {
  void* memory = httpd_pool_alloc(pool, sizeof(T));
  if (memory == nullptr) return nullptr;
  T* object = new (memory) T(std::forward<Args>(args)...);
  if constexpr (!std::is_trivially_destructible_v<T>) {
    const auto destroy = [](void* p) { static_cast<T*>(p)->~T(); };
    if (httpd_pool_cleanup_add(pool, destroy, object) != HTTPD_OK) {
      object->~T();
      return nullptr;
    }
  }
  return object;
}

// For create_server_config and create_location_config: a value-initialised Config.
template <typename Config>
void* Create(httpd_pool* pool, void*) noexcept {
  try {
    return New<Config>(pool);
  } catch (...) {
    return nullptr;
  }
}

// For merge_server_config and merge_location_config. `Fn` is
// void(const Config& outer, const Config& inner, Config& merged); `merged` starts as made by
// Create.
template <typename Config, auto Fn>
void* Merge(httpd_pool* pool, const void* outer, const void* inner, void*) noexcept {
  try {
    auto* merged = New<Config>(pool);
    if (merged != nullptr) {
      Fn(*static_cast<const Config*>(outer), *static_cast<const Config*>(inner), *merged);
    }
    return merged;
  } catch (...) {
    return nullptr;
  }
}

// Whether a byte stands as it is in the path of a URL (RFC 3986 §3.3); others are written %XX.
constexpr bool IsPathByte(unsigned char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') ||
         std::string_view("-._~!$&'()*+,;=:@/").find(static_cast<char>(c)) !=
             std::string_view::npos;
}

// A decoded path, percent-encoded and appended to any string-like `out` (append, push_back).
template <typename Out>
void AppendPath(std::string_view path, Out* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsPathByte(byte)) {
      out->push_back(c);
    } else {
      out->push_back('%');
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    }
  }
}

// Text that grows in a pool; memory of a shorter version is given back only with the pool, so give
// a good first size. Append throws std::bad_alloc. The pool's thread.
class PoolText {
 public:
  PoolText(httpd_pool* pool, size_t capacity) : pool_(pool) { Reserve(capacity); }

  void push_back(char c) {
    if (size_ == capacity_) Reserve(capacity_ * 2);
    data_[size_++] = c;
  }
  PoolText& append(std::string_view text) {
    if (text.size() > capacity_ - size_) Reserve(capacity_ * 2 + text.size());
    if (!text.empty()) std::memcpy(data_ + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  // Drops what was appended; views given out before now show what is appended next.
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  void Reserve(size_t capacity) {
    if (capacity < 16) capacity = 16;
    auto* data = static_cast<char*>(httpd_pool_alloc(pool_, capacity));
    if (data == nullptr) throw std::bad_alloc();
    if (size_ > 0) std::memcpy(data, data_, size_);
    data_ = data;
    capacity_ = capacity;
  }

  httpd_pool* pool_;
  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// The module's settings that apply to a request; `Config` is what Create made.
template <typename Config>
const Config& Settings(const httpd_request* request, const httpd_module_handle* self) {
  return *static_cast<const Config*>(httpd_request_config(request, self));
}

// Configuration errors and warnings (config.h) from string views.
inline httpd_result Error(httpd_directive_call* call, uint32_t index, std::string_view message,
                          std::string_view fix = {}) {
  return httpd_call_error(call, index, Str(message), Str(fix));
}
inline httpd_result Warn(httpd_directive_call* call, uint32_t index, std::string_view message,
                         std::string_view fix = {}) {
  return httpd_call_warn(call, index, Str(message), Str(fix));
}

// Argument `index` of the directive; empty beyond the last.
inline std::string_view Arg(const httpd_directive_call* call, uint32_t index) {
  return View(httpd_call_arg(call, index));
}

// A directive handler around `Fn`: httpd_result(httpd_directive_call*, Config&) or
// httpd_result(httpd_directive_call*, Config&, void* user).
template <typename Config, auto Fn>
httpd_result Directive(httpd_directive_call* call, void* config, void* user) noexcept {
  try {
    auto& settings = *static_cast<Config*>(config);
    if constexpr (std::is_invocable_v<decltype(Fn), httpd_directive_call*, Config&, void*>) {
      return Fn(call, settings, user);
    } else {
      return Fn(call, settings);
    }
  } catch (const std::exception& e) {
    return Error(call, HTTPD_CALL_WHOLE_LINE, e.what());
  } catch (...) {
    return Error(call, HTTPD_CALL_WHOLE_LINE, "the directive's handler threw an exception");
  }
}

// A request hook around `Fn`: httpd_result(httpd_request*, httpd_module_handle*). Enter it with
// httpd_hook_options::user = self.
template <auto Fn>
httpd_result RequestHook(httpd_request* request, void* self) noexcept {
  auto* module = static_cast<httpd_module_handle*>(self);
  try {
    return Fn(request, module);
  } catch (const std::exception& e) {
    httpd_log_request(request, module, HTTPD_LOG_ERROR, Str(e.what()));
  } catch (...) {
    httpd_log_request(request, module, HTTPD_LOG_ERROR, HTTPD_STR("the hook threw an exception"));
  }
  return 500;
}

// The same for OPEN_LOGS, POST_CONFIG and GENERATION_END:
// httpd_result(httpd_generation*, httpd_module_handle*).
template <auto Fn>
httpd_result GenerationHook(httpd_generation* generation, void* self) noexcept {
  auto* module = static_cast<httpd_module_handle*>(self);
  try {
    return Fn(generation, module);
  } catch (const std::exception& e) {
    return httpd_module_error(module, Str(e.what()), {nullptr, 0});
  } catch (...) {
    return httpd_module_error(module, HTTPD_STR("the hook threw an exception"), {nullptr, 0});
  }
}

// Enters RequestHook<Fn> with self as its `user`.
template <auto Fn>
httpd_result HookRequest(httpd_module_handle* self, uint32_t hook,
                         int32_t order = HTTPD_ORDER_MIDDLE) {
  httpd_hook_options options = {};
  options.size = sizeof(options);
  options.order = order;
  options.user = self;
  return httpd_hook_request(self, hook, RequestHook<Fn>, &options);
}

// Enters GenerationHook<Fn> with self as its `user`.
template <auto Fn>
httpd_result HookGeneration(httpd_module_handle* self, uint32_t hook,
                            int32_t order = HTTPD_ORDER_MIDDLE) {
  httpd_hook_options options = {};
  options.size = sizeof(options);
  options.order = order;
  options.user = self;
  return httpd_hook_generation(self, hook, GenerationHook<Fn>, &options);
}

}  // namespace httpd::api

#endif  // HTTPD_CXX_HPP
