// SPDX-License-Identifier: Apache-2.0
// "Exited on signal 11" leaves the operator alone with forty modules. The scoreboard knows whose
// code ran for which request; this puts it into one line without believing a byte of it.
#include "process/blame.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "base/concat.h"
#include "process/signals.h"
#include "server/generation.h"

namespace httpd::process {
namespace {

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      absl::StrAppendFormat(&out, "\\x%02x", byte);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

// A copy of a text in shared memory; its writer may still be changing both text and length.
template <size_t kRoom>
std::string CopyText(const char (&from)[kRoom], uint16_t length) {
  char copy[kRoom];
  std::memcpy(copy, from, kRoom);
  return Escape(std::string_view(copy, std::min<size_t>(length, kRoom)));
}

std::string ModuleText(uint16_t number, const ModuleNames& names) {
  if (number == 0) return "core";
  const std::string name = Escape(names(number));
  return name.empty() ? base::Concat("unknown module ", number) : base::Concat("module ", name);
}

}  // namespace

std::string DescribeBlame(const ScoreboardSlot& slot, const ModuleNames& names) {
  const uint16_t module = slot.module.load(std::memory_order_relaxed);
  const uint16_t hook = slot.hook.load(std::memory_order_relaxed);
  const uint16_t request_length = slot.request_length.load(std::memory_order_relaxed);
  const uint16_t client_length = slot.client_length.load(std::memory_order_relaxed);
  std::string text = ModuleText(module, names);
  if (hook != 0) base::Append(&text, ", hook ", server::HookName(hook));
  if (request_length == 0) {
    base::Append(&text, ", no request");
  } else {
    base::Append(&text, ", request \"", CopyText(slot.request_line, request_length), "\"");
  }
  if (client_length != 0) base::Append(&text, " from ", CopyText(slot.client, client_length));
  return text;
}

std::string DescribeDeath(std::string_view who, pid_t pid, int status, const ScoreboardSlot& slot,
                          const ModuleNames& names) {
  return base::Concat(who, " (pid ", pid, ") died: ", DescribeStatus(status), " in ",
                      DescribeBlame(slot, names));
}

std::string DescribePhase(const ScoreboardSlot& slot, const ModuleNames& names) {
  const uint16_t module = slot.module.load(std::memory_order_relaxed);
  const uint16_t hook = slot.hook.load(std::memory_order_relaxed);
  std::string text = ModuleText(module, names);
  if (hook != 0) return base::Concat(text, ", hook ", server::HookName(hook));
  return module == 0 ? base::Concat(text, ", while the configuration was read")
                     : base::Concat(text, ", while it was opened and registered");
}

}  // namespace httpd::process
