// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/pool.h"
#include "module/registry.h"

namespace httpd::server {

// The slots of the modules on one object: an array by module slot, null until something was set.
// [0] is the core's own.
inline void* ContextOf(void* const* contexts, uint16_t slot) {
  return contexts == nullptr ? nullptr : contexts[slot];
}

// Makes the array when there is none. False without memory.
bool SetContext(void*** contexts, httpd_pool* pool, const module::Module* module, void* value);

}  // namespace httpd::server
