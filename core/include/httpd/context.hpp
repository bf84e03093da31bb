// SPDX-License-Identifier: Apache-2.0
//
// A module's own object on a request, connection or worker (context.h): made once, found by a
// lookup of a few nanoseconds, destroyed with what it belongs to. Loop thread.
//
//   auto* state = api::Context<State>(request, self);            // NULL until made
//   auto& state = api::MakeContext<State>(request, self, args…);
#ifndef HTTPD_CONTEXT_HPP
#define HTTPD_CONTEXT_HPP

#include <httpd/connection.h>
#include <httpd/context.h>

#include <httpd/cxx.hpp>

namespace httpd::api {
namespace internal {

inline void* Get(const httpd_request* of, const httpd_module_handle* self) {
  return httpd_request_context(of, self);
}
inline void* Get(const httpd_connection* of, const httpd_module_handle* self) {
  return httpd_connection_context(of, self);
}
inline void* Get(const httpd_worker* of, const httpd_module_handle* self) {
  return httpd_worker_context(of, self);
}
inline httpd_result Set(httpd_request* of, const httpd_module_handle* self, void* value) {
  return httpd_request_set_context(of, self, value);
}
inline httpd_result Set(httpd_connection* of, const httpd_module_handle* self, void* value) {
  return httpd_connection_set_context(of, self, value);
}
inline httpd_result Set(httpd_worker* of, const httpd_module_handle* self, void* value) {
  return httpd_worker_set_context(of, self, value);
}
inline httpd_pool* PoolOf(httpd_request* of) { return httpd_request_pool(of); }
inline httpd_pool* PoolOf(httpd_connection* of) { return httpd_connection_pool(of); }
inline httpd_pool* PoolOf(httpd_worker* of) { return httpd_worker_pool(of); }

}  // namespace internal

// What MakeContext made for `of`; NULL when it was not called yet.
template <typename T, typename Of>
T* Context(const Of* of, const httpd_module_handle* self) {
  return static_cast<T*>(internal::Get(of, self));
}

// Makes it in the pool of `of` and puts it into the module's slot there. Throws std::bad_alloc and
// what T's constructor throws.
template <typename T, typename Of, typename... Args>
T& MakeContext(Of* of, const httpd_module_handle* self, Args&&... args) {
  T* object = New<T>(internal::PoolOf(of), std::forward<Args>(args)...);
  if (object == nullptr || internal::Set(of, self, object) != HTTPD_OK) throw std::bad_alloc();
  return *object;
}

// Context, made when it is not there.
template <typename T, typename Of, typename... Args>
T& ContextOrNew(Of* of, const httpd_module_handle* self, Args&&... args) {
  T* object = Context<T>(of, self);
  return object != nullptr ? *object : MakeContext<T>(of, self, std::forward<Args>(args)...);
}

}  // namespace httpd::api

#endif  // HTTPD_CONTEXT_HPP
