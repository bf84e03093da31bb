// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "time_text.h"

namespace mod_log_config {

// What one piece of a line is made of.
enum class Op : uint8_t {
  kLiteral,          // text
  kNothing,          // %l: always "-"
  kClientAddress,    // %a %h
  kLocalAddress,     // %A
  kServerName,       // %v
  kHostName,         // %V
  kMethod,           // %m
  kRequestLine,      // %r
  kPath,             // %U
  kFinalPath,        // %>U
  kQuery,            // %q
  kFilename,         // %f
  kHandler,          // %R
  kUser,             // %u
  kRequestHeader,    // %{text}i
  kResponseHeader,   // %{text}o
  kCookie,           // %{text}C
  kProtocol,         // %H
  kStatus,           // %s
  kBodyBytes,        // %B
  kBodyBytesOrDash,  // %b
  kBytesIn,          // %I
  kBytesOut,         // %O
  kBytesBoth,        // %S
  kSeconds,          // %T %{s}T
  kMilliseconds,     // %{ms}T
  kMicroseconds,     // %D %{us}T
  kKeepalives,       // %k
  kConnection,       // %X
  kLocalPort,        // %p %{local}p
  kRemotePort,       // %{remote}p
  kPid,              // %P
  kThread,           // %{tid}P
  kHexThread,        // %{hextid}P
  kTime,             // %t %{format}t
};

// Whether the value is text whose length is known only with the request.
constexpr bool IsText(Op op) { return op >= Op::kClientAddress && op <= Op::kCookie; }

struct Item {
  Op op = Op::kLiteral;
  bool negated = false;            // %!…: not with these statuses
  std::vector<uint16_t> statuses;  // %200,304…: only with these; empty: always
  std::string text;                // literal, name of a field or cookie
  TimeFormat time;

  bool WantedFor(uint32_t status) const {
    if (statuses.empty()) return true;
    for (const uint16_t wanted : statuses) {
      if (wanted == status) return !negated;
    }
    return negated;
  }
};

// A format as it is run: pieces in order, with the room that those of known length need.
struct Program {
  static constexpr size_t kMaxTexts = 64;

  std::vector<Item> items;
  size_t fixed_size = 0;  // of everything but texts, with the newline
  size_t texts = 0;       // items of which IsText(op)
};

// Why a format cannot be used.
struct FormatProblem {
  size_t position = 0;  // of the "%" in the format, from 0
  std::string what;     // "unknown directive %Z"
  std::string fix;
};

// Compiles a LogFormat. False after *problem was filled in.
bool Compile(std::string_view format, Program* program, FormatProblem* problem);

// Bytes that EscapeInto writes at most for each byte of text.
inline constexpr size_t kMaxEscape = 4;

// Writes `text` as Apache's log does: \" and \\, \b \n \r \t \v, and \xhh for other bytes that do
// not print. Stops before the piece that would not fit. Returns the end of what was written.
char* EscapeInto(std::string_view text, char* to, const char* end);

}  // namespace mod_log_config
