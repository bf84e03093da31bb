// SPDX-License-Identifier: Apache-2.0
//
// Entity tags: made from file attributes, read from fields.
#include "http/etag.h"

namespace httpd::http {
namespace {

char* PutHex(uint64_t value, char* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) *out++ = kHex[(value >> shift) & 15];
  return out;
}

// etagc = %x21 / %x23-7E / obs-text
bool IsETagChar(unsigned char c) { return c == 0x21 || (c >= 0x23 && c != 0x7f); }

}  // namespace

std::string_view FormatETag(unsigned parts, uint64_t inode, uint64_t size, int64_t mtime_ns,
                            bool weak, char* out) {
  if ((parts & (kETagInode | kETagMTime | kETagSize)) == 0) return {};
  char* p = out;
  if (weak) {
    *p++ = 'W';
    *p++ = '/';
  }
  *p++ = '"';
  const char* first = p;
  const auto part = [&](unsigned bit, uint64_t value) {
    if ((parts & bit) == 0) return;
    if (p != first) *p++ = '-';
    p = PutHex(value, p);
  };
  part(kETagInode, inode);
  part(kETagSize, size);
  part(kETagMTime, static_cast<uint64_t>(mtime_ns));
  *p++ = '"';
  return {out, static_cast<size_t>(p - out)};
}

bool ConsumeETag(std::string_view* text, ETag* tag) {
  const std::string_view t = *text;
  // The W is case sensitive: RFC 9110 §8.8.3.
  const bool weak = t.substr(0, 2) == "W/";
  const size_t start = weak ? 2 : 0;
  if (start >= t.size() || t[start] != '"') return false;
  size_t end = start + 1;
  while (end < t.size() && IsETagChar(static_cast<unsigned char>(t[end]))) ++end;
  if (end >= t.size() || t[end] != '"') return false;
  tag->weak = weak;
  tag->opaque = t.substr(start, end + 1 - start);
  text->remove_prefix(end + 1);
  return true;
}

bool ParseETag(std::string_view text, ETag* tag) { return ConsumeETag(&text, tag) && text.empty(); }

}  // namespace httpd::http
