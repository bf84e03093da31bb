// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_REQUEST_HEAD_H_
#define HTTPD_HTTP_REQUEST_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/known_field.h"
#include "http/method.h"

namespace httpd::http {

inline constexpr size_t kMaxFields = 128;

// One field line. All offsets count from the start of the buffer given to the parser, so the
// buffer may move between calls.
struct FieldRef {
  uint32_t name_off;
  uint16_t name_len;
  uint16_t id;  // KnownField; 0 when unknown
  uint32_t value_off;
  uint32_t value_len;  // without the white space around it

  std::string_view name(const char* data) const { return {data + name_off, name_len}; }
  std::string_view value(const char* data) const { return {data + value_off, value_len}; }
  KnownField field() const { return static_cast<KnownField>(id); }
};

// RFC 9112 §3.2.
enum class TargetForm : uint8_t { kOrigin, kAbsolute, kAuthority, kAsterisk };

enum class Scheme : uint8_t { kNone, kHttp, kHttps };

struct TextRef {
  uint32_t off = 0;
  uint32_t len = 0;
  std::string_view view(const char* data) const { return {data + off, len}; }
};

// A parsed request head: references into the caller's buffer plus what the framing and connection
// fields mean. Filled by RequestParser, valid once it said kDone. Not cleared as a whole: of
// `fields` only the first field_count are set.
struct RequestHead {
  TextRef method_name;
  TextRef target;     // as received
  TextRef path;       // path and query of origin- and absolute-form; empty: "/" (or no path)
  TextRef host;       // from an absolute or authority target, else from Host; without the port,
                      // an IPv6 literal with its brackets; empty only in HTTP/1.0
  int32_t port = -1;  // as written behind the host; -1 none
  uint32_t head_size = 0;       // bytes up to and with the empty line; the body starts here
  int64_t content_length = -1;  // -1: no Content-Length field
  uint16_t version = 0;         // 1000 or 1001; HTTP/1.2 and later minors count as 1001
  uint16_t field_count = 0;
  Method method = Method::kExtension;
  TargetForm form = TargetForm::kOrigin;
  Scheme scheme = Scheme::kNone;  // of an absolute target
  bool chunked = false;           // Transfer-Encoding: chunked
  bool keep_alive = false;        // what version and Connection ask for, before any policy
  bool connection_close = false;  // "close" is listed
  bool expect_continue = false;   // 1.1 only
  bool upgrade = false;           // Connection lists "upgrade" and there is an Upgrade field
  bool has_host = false;          // there is a Host field

  // Index into fields of the first field line with that id, -1 when there is none.
  int8_t known[kRequestFieldCount];
  FieldRef fields[kMaxFields];

  bool has_body() const { return chunked || content_length > 0; }

  bool Has(KnownField id) const { return known[static_cast<size_t>(id)] >= 0; }

  // Value of the first line with that id; empty when there is none.
  std::string_view Value(KnownField id, const char* data) const {
    const int index = known[static_cast<size_t>(id)];
    return index < 0 ? std::string_view() : fields[index].value(data);
  }

  // The next line with the same id as fields[index], or -1.
  int NextSame(int index) const;

  // First line whose name equals `name` without regard to case, or -1. O(1) for known names.
  int Find(std::string_view name, const char* data) const;
};
static_assert(kMaxFields <= 128, "known[] holds indices in int8_t");

// Walks the values of all lines of one field, in order; or of one text, for callers without head.
//   std::string_view v;
//   for (FieldLines lines(head, KnownField::kIfMatch, data); lines.Next(&v);) …
class FieldLines {
 public:
  FieldLines() = default;
  explicit FieldLines(std::string_view only) : only_(only), has_only_(true) {}
  FieldLines(const RequestHead& head, KnownField id, const char* data)
      : head_(&head), data_(data), index_(head.known[static_cast<size_t>(id)]) {}

  bool Next(std::string_view* value);
  bool empty() const { return !has_only_ && index_ < 0; }

 private:
  const RequestHead* head_ = nullptr;
  const char* data_ = nullptr;
  int index_ = -1;
  std::string_view only_;
  bool has_only_ = false;
};

}  // namespace httpd::http

#endif  // HTTPD_HTTP_REQUEST_HEAD_H_
