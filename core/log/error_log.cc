// SPDX-License-Identifier: Apache-2.0
// The error log: one place for every process of the server to say what happened, in the format that
// operators' tools for Apache 2.4 already read. Nothing here can fail visibly or allocate, since it
// is called when other things have failed.
#include "log/error_log.h"

#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "log/event.h"

namespace httpd::log {
namespace {

std::atomic<int> descriptor{2};
std::atomic<uint8_t> threshold{static_cast<uint8_t>(Level::kWarn)};
std::atomic<uint64_t> lost_lines{0};

constexpr std::array<std::string_view, 16> kNames = {
    "emerg",  "alert",  "crit",   "error",  "warn",   "notice", "info",   "debug",
    "trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8"};

constexpr std::string_view kCut = " [cut]\n";

// One line under construction; drops what does not fit and remembers that it did.
class Line {
 public:
  void Append(std::string_view text) {
    const size_t n = text.size() < Room() ? text.size() : Room();
    std::memcpy(data_ + size_, text.data(), n);
    size_ += n;
    cut_ = cut_ || n < text.size();
  }

  void AppendEscaped(std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      const bool plain = (byte >= 0x20 && byte != 0x7f) || c == '\t';
      const char escaped[4] = {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      const std::string_view piece = plain ? std::string_view(&c, 1) : std::string_view(escaped, 4);
      if (piece.size() > Room()) {
        cut_ = true;
        return;
      }
      Append(piece);
    }
  }

  std::string_view Finish() {
    const std::string_view end = cut_ ? kCut : std::string_view("\n");
    std::memcpy(data_ + size_, end.data(), end.size());
    return {data_, size_ + end.size()};
  }

  void Truncate(size_t size) {
    size_ = size;
    cut_ = false;
  }
  size_t size() const { return size_; }

 private:
  size_t Room() const { return sizeof data_ - kCut.size() - size_; }

  char data_[kMaxLine];
  size_t size_ = 0;
  bool cut_ = false;
};

void AppendTime(Line& line) {
  // strftime would speak the locale's language; the format is fixed to English.
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  timeval now{};
  gettimeofday(&now, nullptr);
  tm t{};
  localtime_r(&now.tv_sec, &t);
  char text[64];
  const int n = std::snprintf(text, sizeof text, "[%s %s %02d %02d:%02d:%02d.%06ld %d] ",
                              kDays[t.tm_wday % 7], kMonths[t.tm_mon % 12], t.tm_mday, t.tm_hour,
                              t.tm_min, t.tm_sec, static_cast<long>(now.tv_usec), t.tm_year + 1900);
  if (n > 0) line.Append({text, static_cast<size_t>(n)});
}

void WriteOut(std::string_view text) {
  for (;;) {
    const ssize_t n = write(descriptor.load(std::memory_order_relaxed), text.data(), text.size());
    if (n >= 0) return;  // a partial line means a full disk: a second write would only interleave
    if (errno != EINTR) {
      lost_lines.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
}

}  // namespace

std::string_view LevelName(Level level) {
  const auto index = static_cast<size_t>(level);
  return index < kNames.size() ? kNames[index] : "unknown";
}

std::optional<Level> ParseLevel(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].size() != name.size()) continue;
    bool same = true;
    for (size_t j = 0; j < name.size() && same; ++j) {
      const char c = name[j] >= 'A' && name[j] <= 'Z' ? static_cast<char>(name[j] + 32) : name[j];
      same = c == kNames[i][j];
    }
    if (same) return static_cast<Level>(i);
  }
  return std::nullopt;
}

void SetDescriptor(int fd) { descriptor.store(fd, std::memory_order_relaxed); }
int Descriptor() { return descriptor.load(std::memory_order_relaxed); }

void SetLevel(Level level) {
  threshold.store(static_cast<uint8_t>(level), std::memory_order_relaxed);
}
Level GetLevel() { return static_cast<Level>(threshold.load(std::memory_order_relaxed)); }

bool Enabled(Level level) {
  return level == Level::kNotice ||
         static_cast<uint8_t>(level) <= threshold.load(std::memory_order_relaxed);
}

uint64_t LostLines() { return lost_lines.load(std::memory_order_relaxed); }

void Write(Level level, std::string_view module, std::string_view text) {
  if (!Enabled(level)) return;
  if (!IsJson()) return WriteLines(level, module, text);
  Event event;
  event.level = level;
  event.module = module;
  event.text = text;
  WriteEvent(event);
}

void WriteRaw(std::string_view line) { WriteOut(line); }

void WriteLines(Level level, std::string_view module, std::string_view text) {
  const int saved_errno = errno;
  Line line;
  AppendTime(line);
  line.Append("[");
  line.AppendEscaped(module);
  line.Append(":");
  line.Append(LevelName(level));
  char pid[32];
  const int n = std::snprintf(pid, sizeof pid, "] [pid %ld] ", static_cast<long>(getpid()));
  line.Append({pid, static_cast<size_t>(n)});
  const size_t prefix = line.size();
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  for (;;) {
    const size_t end = text.find('\n');
    line.AppendEscaped(text.substr(0, end));
    WriteOut(line.Finish());
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    line.Truncate(prefix);
  }
  errno = saved_errno;
}

}  // namespace httpd::log
