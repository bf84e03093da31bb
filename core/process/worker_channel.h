// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace httpd::process {

// What a generation tells a worker over the worker's lifeline. One packet, one
// message; end of file means that the generation is gone and the worker drains.
enum class ToWorker : uint32_t {
  kDrain = 1,  // stop accepting, finish; value: seconds until connections are cut, or kNoDeadline
  kStop = 2,   // leave now
  kReplaceDescriptor = 3,  // value: number in the worker that the attached descriptor replaces
  kWake = 8,               // another worker left messages in shared memory
  kHandover = 4,           // attached: where idle connections go once the worker drains
};

// A drain that waits for the last connection as long as it takes.
inline constexpr uint32_t kNoDeadline = UINT32_MAX;

// What a worker tells its generation.
enum class FromWorker : uint32_t {
  kReady = 1,    // every slot given to it is polled
  kDrained = 2,  // last connection closed; the worker exits next
  kWake = 8,     // it left messages for others: wake them
};

struct WorkerMessage {
  uint32_t type;
  uint32_t value;
};

}  // namespace httpd::process
