// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/chain.h"

namespace httpd::server {

inline constexpr size_t kSlabSize = 16 * 1024 - sizeof(httpd_buffer);

// A buffer of kSlabSize bytes with one reference; null without memory.
httpd_buffer* NewSlab();
inline void Ref(httpd_buffer* buffer) {
  buffer->references.fetch_add(1, std::memory_order_relaxed);
}
void Unref(httpd_buffer* buffer);
// The same as a release function.
void UnrefBuffer(void* buffer);

// Calls a release function of a module; null is none.
void CallRelease(httpd_destroy release, void* user);

}  // namespace httpd::server
