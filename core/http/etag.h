// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_ETAG_H_
#define HTTPD_HTTP_ETAG_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace httpd::http {

// Components of an entity tag, as FileETag names them. Or them together; 0 is "FileETag None".
enum ETagPart : uint8_t {
  kETagNone = 0,
  kETagInode = 1,
  kETagMTime = 2,
  kETagSize = 4,
  kETagDefault = kETagMTime | kETagSize,
};

// W/ + quotes + three numbers of 16 hex digits + two dashes.
inline constexpr size_t kMaxETagLength = 2 + 2 + 3 * 16 + 2;

// Writes `"inode-size-mtime"` in hex, only the chosen parts and in that order, into `out`
// (kMaxETagLength bytes) and returns it as a view. Empty when no part is chosen. `weak` puts W/ in
// front; a caller sets it for a file changed within the resolution of its time stamps.
std::string_view FormatETag(unsigned parts, uint64_t inode, uint64_t size, int64_t mtime_ns,
                            bool weak, char* out);

struct ETag {
  std::string_view opaque;  // with its quotes
  bool weak = false;
};

// Reads one entity-tag (RFC 9110 §8.8.3) from the front of `*text` and moves past it. False, with
// `*text` untouched, when there is none.
bool ConsumeETag(std::string_view* text, ETag* tag);

// The whole of `text` is one entity-tag.
bool ParseETag(std::string_view text, ETag* tag);

// RFC 9110 §8.8.3.2.
inline bool StrongMatch(const ETag& a, const ETag& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}
inline bool WeakMatch(const ETag& a, const ETag& b) { return a.opaque == b.opaque; }

}  // namespace httpd::http

#endif  // HTTPD_HTTP_ETAG_H_
