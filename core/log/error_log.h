// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace httpd::log {

// Apache's levels, most urgent first.
enum class Level : uint8_t {
  kEmerg,
  kAlert,
  kCrit,
  kError,
  kWarn,
  kNotice,
  kInfo,
  kDebug,
  kTrace1,
  kTrace2,
  kTrace3,
  kTrace4,
  kTrace5,
  kTrace6,
  kTrace7,
  kTrace8,
};

// "notice"; "unknown" for a number that is no level.
std::string_view LevelName(Level level);

// The level of a LogLevel argument, any case; nothing when there is no such level.
std::optional<Level> ParseLevel(std::string_view name);

// Where lines go; 2 until told otherwise. The descriptor stays the caller's. What it refers to may
// be exchanged with dup2 at any time: that is how a log is reopened.
void SetDescriptor(int fd);
int Descriptor();

// Lines less urgent than `level` are dropped; kWarn until told otherwise. Notices and anything
// more urgent than warnings are written at every level, as Apache does.
void SetLevel(Level level);
Level GetLevel();

// False when Write would drop a line of this level: ask before formatting an expensive text.
bool Enabled(Level level);

// Appends "[time] [module:level] [pid N] text". Each line of `text` becomes a line of the log with
// its own prefix, written by one write(2); control characters are escaped, so that nobody can forge
// a line; a line beyond kMaxLine is cut and marked. From any thread, and without heap allocation.
void Write(Level level, std::string_view module, std::string_view text);

inline constexpr size_t kMaxLine = 8192;

// Lines that could not be written (disk full, broken pipe); the log cannot tell it itself.
uint64_t LostLines();

}  // namespace httpd::log
