// SPDX-License-Identifier: Apache-2.0
// Lines with parts: for people as text behind Apache's prefix, for programs as JSON. Both are built
// in a buffer of fixed size, since the log is also written when memory has run out.
#include "log/event.h"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/json.h"

namespace httpd::log {
namespace {

std::atomic<bool> g_json{false};

// Text of limited length; a piece that does not fit is left out as a whole.
class Buffer {
 public:
  explicit Buffer(size_t limit) : limit_(limit) {}

  bool Append(std::string_view text) {
    if (size_ > limit_ || text.size() > limit_ - size_) {
      cut_ = true;
      return false;
    }
    std::memcpy(data_ + size_, text.data(), text.size());
    size_ += text.size();
    return true;
  }
  // For what closes the line: into the room that was kept for it.
  void Close(std::string_view text) {
    std::memcpy(data_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  void Truncate(size_t size) { size_ = size; }
  size_t size() const { return size_; }
  bool cut() const { return cut_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  char data_[kMaxLine];
  size_t size_ = 0;
  size_t limit_;
  bool cut_ = false;
};

constexpr size_t kKept = 256;  // room for everything that closes a line

// A JSON string (RFC 8259 §7) with its quotes; the end of what is too long is left out.
void AppendString(Buffer* out, std::string_view text) {
  if (!out->Append("\"")) return;
  while (!text.empty()) {
    base::JsonPiece piece(text);
    if (!out->Append(piece.text())) break;
    text.remove_prefix(piece.taken());
  }
  out->Close("\"");
}

// `value` is short.
void AppendMember(Buffer* out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out->Append(",\"");
  out->Append(name);
  out->Append("\":");
  AppendString(out, value.substr(0, 64));
}

void AppendTime(Buffer* out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm t{};
  gmtime_r(&now.tv_sec, &t);
  char text[128];
  const int n =
      std::snprintf(text, sizeof text, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ\"",
                    t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                    static_cast<long>(now.tv_nsec / 1000));
  if (n > 0) out->Append({text, static_cast<size_t>(n)});
}

std::string_view View(httpd_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.len);
}

// Fields are whole or left out. False when one was.
bool AppendFields(Buffer* out, const Event& event) {
  if (event.field_count == 0) return true;
  if (!out->Append(",\"fields\":{")) return false;
  bool whole = true;
  const char* separator = "";
  for (uint32_t i = 0; i < event.field_count; ++i) {
    const std::string_view name = View(event.fields[i].name);
    const std::string_view value = View(event.fields[i].value);
    // A byte takes six at most.
    whole = out->size() + 6 * (name.size() + value.size()) + 2 * kKept < kMaxLine;
    if (!whole) break;
    out->Append(separator);
    separator = ",";
    AppendString(out, name);
    out->Append(":");
    AppendString(out, value);
  }
  out->Close("}");
  return whole;
}

void WriteJson(const Event& event) {
  const int saved_errno = errno;
  Buffer line(kMaxLine - kKept);
  AppendTime(&line);
  AppendMember(&line, "level", LevelName(event.level));
  AppendMember(&line, "module", event.module);
  char pid[32];
  const int n = std::snprintf(pid, sizeof pid, ",\"pid\":%ld", static_cast<long>(getpid()));
  line.Append({pid, static_cast<size_t>(n)});
  AppendMember(&line, "client", event.client);
  AppendMember(&line, "code", event.code);
  std::string_view text = event.text;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  line.Append(",\"message\":");
  AppendString(&line, text);
  const bool whole = AppendFields(&line, event) && !line.cut();
  line.Close(whole ? "}\n" : ",\"cut\":true}\n");
  WriteRaw(line.view());
  errno = saved_errno;
}

// name="value" with quotes, backslashes and line ends escaped, so that each event is one line.
void AppendTextField(Buffer* out, const httpd_field& field) {
  const size_t begin = out->size();
  out->Append(" ");
  out->Append(View(field.name));
  out->Append("=\"");
  for (const char c : View(field.value)) {
    if (c == '"' || c == '\\') out->Append("\\");
    out->Append(c == '\n' ? std::string_view("\\n") : std::string_view(&c, 1));
  }
  if (!out->Append("\"")) out->Truncate(begin);
}

void WriteText(const Event& event) {
  Buffer line(kMaxLine - kKept);
  if (!event.client.empty()) {
    line.Append("[client ");
    line.Append(event.client.substr(0, 64));
    line.Append("] ");
  }
  line.Append(event.text.substr(0, kMaxLine - 1024));
  for (uint32_t i = 0; i < event.field_count; ++i) AppendTextField(&line, event.fields[i]);
  if (!event.code.empty()) {
    line.Close(" [");
    line.Close(event.code.substr(0, 64));
    line.Close("]");
  }
  WriteLines(event.level, event.module, line.view());
}

}  // namespace

void SetJson(bool json) { g_json.store(json, std::memory_order_relaxed); }
bool IsJson() { return g_json.load(std::memory_order_relaxed); }

void WriteEvent(const Event& event) { IsJson() ? WriteJson(event) : WriteText(event); }

}  // namespace httpd::log
