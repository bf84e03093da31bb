// SPDX-License-Identifier: Apache-2.0
// Shared rows, a mapping per generation: worker counts may change with each, and a generation that
// went wild can spoil only its own.
#include "process/scoreboard_memory.h"

#include <sys/mman.h>

namespace httpd::process {

std::unique_ptr<Scoreboard> Scoreboard::Create(uint32_t workers) {
  const size_t bytes = sizeof(ScoreboardSlot) * (size_t{workers} + 1);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  // Zero bytes are the initial state of every field.
  return std::unique_ptr<Scoreboard>(new Scoreboard(static_cast<ScoreboardSlot*>(memory), workers));
}

Scoreboard::~Scoreboard() { munmap(rows_, sizeof(ScoreboardSlot) * (size_t{workers_} + 1)); }

}  // namespace httpd::process
