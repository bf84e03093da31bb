// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace httpd::process {

// Packets between the supervisor and a generation (process/channel.h). End of file means that the
// other one is gone.
enum class ToGeneration : uint32_t {
  kGrant = 1,    // value: index of the grant with the descriptor attached; the answer to a request
  kRefused = 2,  // payload: the reason, NUL, the fix; the other answer
  kStart = 3,    // fork workers
  kReplace = 4,  // value: index of a grant whose file was opened afresh, attached
  kDrain = 5,    // value: seconds until connections are cut, kNoDeadline for never
  kStop = 6,
  kZone = 7,        // value: kZone…, the memory attached; the answer to kZone (zone_keeper.h)
  kZoneBefore = 8,  // the memory of the generation before, attached
  kHandover = 9,    // where idle connections go once the workers drain, attached
};

enum class FromGeneration : uint32_t {
  kRequest = 1,   // payload: directive, NUL, argument
  kFindings = 2,  // payload: a piece of the rendered diagnostics
  kOutput = 3,    // payload: a piece of what -S or -M prints
  kSummary = 4,   // payload: the first error on one line
  kLoaded = 5,    // modules are loaded and the configuration stands; waits for kStart
  kWorker = 6,    // payload: WorkerFact
  kReady = 7,     // every worker polls its slots
  kZone = 8,      // payload: ZoneRequest and two names
  kFile = 9,      // payload: the path of a file that a module read with the configuration
};

struct WorkerFact {
  uint32_t slot;
  int32_t pid;  // 0: it has ended
};

}  // namespace httpd::process
