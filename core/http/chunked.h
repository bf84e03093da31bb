// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_CHUNKED_H_
#define HTTPD_HTTP_CHUNKED_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/field_parser.h"

namespace httpd::http {

struct ChunkLimits {
  uint32_t extension = 256;           // bytes of extensions behind one chunk size
  uint32_t extensions_total = 16384;  // and behind all of them together
  uint32_t field_size = 8190;         // one trailer line
  uint32_t fields = 32;               // trailer lines, at most kMaxTrailers
  uint32_t trailer = 8192;            // the whole trailer section, with its last CRLF
};

inline constexpr size_t kMaxTrailers = 32;

// Offsets are relative to the data of the call that returned kDone.
struct Trailers {
  uint16_t count = 0;
  FieldRef fields[kMaxTrailers];
};

// Decodes the chunked transfer coding (RFC 9112 §7.1) where it lies: strict, incremental, nothing
// copied. Bare LF, white space in the size line (RFC 9112 knows it as "bad white space" of
// extensions), signs, 0x, more than 16 digits, overflow and malformed extensions are errors; the
// result does not depend on how the bytes were cut.
//
// Each call eats `*consumed` bytes of the front; the caller drops them before the next call.
//   kData      `*content` is a view into data, part of the body; call again with the rest
//   kNeedMore  append what is read next behind the unconsumed rest. Only trailers leave a rest:
//              they are not consumed before their end was seen, at most ChunkLimits::trailer bytes
//   kDone      body over, trailers consumed with it; what follows belongs to the next request
//   kError     error() tells; the connection must be closed
class ChunkedDecoder {
 public:
  enum class Result : uint8_t { kNeedMore, kData, kDone, kError };

  void Reset(const ChunkLimits& limits);

  // `trailers` may be null: they are checked all the same. Content-Length, Transfer-Encoding and
  // Host among them are refused. `room`: the most content that may be handed out.
  Result Decode(const char* data, size_t size, size_t* consumed, std::string_view* content,
                Trailers* trailers, uint64_t room = UINT64_MAX);

  const ParseError& error() const { return error_; }

  // Content bytes handed out so far.
  uint64_t total() const { return total_; }

 private:
  enum class State : uint8_t {
    kSizeFirst,
    kSize,
    kExtNameFirst,
    kExtName,
    kExtValueFirst,
    kExtToken,
    kExtQuoted,
    kExtQuotedPair,
    kExtEnd,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailers,
    kDone,
    kFailed
  };

  Result Fail(int status, const char* reason, size_t offset);
  Result Framing(char c, size_t offset);
  Result SizeDigit(char c, size_t offset);
  Result SizeEnd(char c, size_t offset);
  Result SizeLineComplete(size_t offset);
  Result Extension(char c, size_t offset);
  Result TrailerSection(const char* data, size_t size, size_t* consumed, Trailers* trailers);

  ChunkLimits limits_;
  uint64_t chunk_left_ = 0;
  uint64_t total_ = 0;
  uint32_t extension_ = 0;
  uint32_t extensions_total_ = 0;
  uint8_t digits_ = 0;
  State state_ = State::kSizeFirst;
  FieldParser fields_;
  ParseError error_;
};

}  // namespace httpd::http

#endif  // HTTPD_HTTP_CHUNKED_H_
