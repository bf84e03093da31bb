// SPDX-License-Identifier: Apache-2.0
//
// The chunked coding, byte by byte where it frames and in one piece where it carries content.
#include "http/chunked.h"

#include <algorithm>

#include "http/chars.h"

namespace httpd::http {
namespace {

constexpr uint64_t kMaxSize = INT64_MAX;
constexpr uint8_t kMaxDigits = 16;
constexpr const char* kBadExtension = "a malformed chunk extension";

}  // namespace

void ChunkedDecoder::Reset(const ChunkLimits& limits) {
  limits_ = limits;
  limits_.fields = std::min<uint32_t>(limits.fields, kMaxTrailers);
  chunk_left_ = total_ = 0;
  extension_ = extensions_total_ = 0;
  digits_ = 0;
  state_ = State::kSizeFirst;
  error_ = ParseError();
}

ChunkedDecoder::Result ChunkedDecoder::Fail(int status, const char* reason, size_t offset) {
  state_ = State::kFailed;
  error_.status = status;
  error_.reason = reason;
  error_.offset = static_cast<uint32_t>(offset);
  return Result::kError;
}

ChunkedDecoder::Result ChunkedDecoder::Decode(const char* data, size_t size, size_t* consumed,
                                              std::string_view* content, Trailers* trailers,
                                              uint64_t room) {
  *consumed = 0;
  *content = {};
  if (trailers != nullptr) trailers->count = 0;
  if (state_ == State::kFailed) return Result::kError;
  size_t pos = 0;
  while (pos < size && state_ < State::kTrailers) {
    if (state_ == State::kData) {
      const auto length = static_cast<size_t>(std::min({chunk_left_, uint64_t{size - pos}, room}));
      *content = {data + pos, length};
      *consumed = pos + length;
      chunk_left_ -= length;
      total_ += length;
      if (chunk_left_ == 0) state_ = State::kDataCr;
      return Result::kData;
    }
    if (Framing(data[pos], pos) == Result::kError) return Result::kError;
    ++pos;
  }
  *consumed = pos;
  if (state_ == State::kTrailers) return TrailerSection(data, size, consumed, trailers);
  return state_ == State::kDone ? Result::kDone : Result::kNeedMore;
}

// One byte of a size line or of the CRLF behind content. kNeedMore: it was right.
ChunkedDecoder::Result ChunkedDecoder::Framing(char c, size_t offset) {
  switch (state_) {
    case State::kSizeFirst:
      if (HexValue(c) < 0)
        return Fail(400, "a chunk does not start with a hexadecimal size", offset);
      digits_ = 0;
      chunk_left_ = 0;
      extension_ = 0;
      state_ = State::kSize;
      return SizeDigit(c, offset);
    case State::kSize:
      return HexValue(c) >= 0 ? SizeDigit(c, offset) : SizeEnd(c, offset);
    case State::kSizeLf:
      if (c != '\n') return Fail(400, "a bare CR behind a chunk size", offset);
      return SizeLineComplete(offset);
    case State::kDataCr:
      if (c != '\r') return Fail(400, "a chunk is longer than its size", offset);
      state_ = State::kDataLf;
      return Result::kNeedMore;
    case State::kDataLf:
      if (c != '\n') return Fail(400, "a bare CR behind a chunk", offset);
      state_ = State::kSizeFirst;
      return Result::kNeedMore;
    default:
      return Extension(c, offset);
  }
}

ChunkedDecoder::Result ChunkedDecoder::SizeDigit(char c, size_t offset) {
  if (++digits_ > kMaxDigits) return Fail(400, "a chunk size of more than 16 digits", offset);
  const auto digit = static_cast<uint64_t>(HexValue(c));
  if (chunk_left_ > (kMaxSize - digit) >> 4)
    return Fail(400, "a chunk size beyond 63 bits", offset);
  chunk_left_ = chunk_left_ << 4 | digit;
  return Result::kNeedMore;
}

// The byte behind the last digit, or behind an extension.
ChunkedDecoder::Result ChunkedDecoder::SizeEnd(char c, size_t offset) {
  switch (c) {
    case '\r':
      state_ = State::kSizeLf;
      return Result::kNeedMore;
    case ';':
      return Extension(c, offset);
    case '\n':
      return Fail(400, "a chunk size line that ends in a bare LF", offset);
    case ' ':
    case '\t':
      return Fail(400, "white space behind a chunk size", offset);
    default:
      return Fail(400, "a byte that is not allowed behind a chunk size", offset);
  }
}

ChunkedDecoder::Result ChunkedDecoder::SizeLineComplete(size_t offset) {
  if (chunk_left_ > kMaxSize - total_) return Fail(400, "a body beyond 63 bits", offset);
  if (chunk_left_ > 0) {
    state_ = State::kData;
    return Result::kNeedMore;
  }
  state_ = State::kTrailers;
  fields_.Reset(0, {limits_.field_size, limits_.fields, limits_.trailer});
  return Result::kNeedMore;
}

// chunk-ext = *( ";" token [ "=" ( token / quoted-string ) ] ), RFC 9112 §7.1.1 without BWS.
ChunkedDecoder::Result ChunkedDecoder::Extension(char c, size_t offset) {
  const auto go = [&](State next) {
    state_ = next;
    return Result::kNeedMore;
  };
  const bool quoted = state_ == State::kExtQuoted || state_ == State::kExtQuotedPair;
  if (c == '\r' && !quoted) {
    const bool complete =
        state_ == State::kExtName || state_ == State::kExtToken || state_ == State::kExtEnd;
    return complete ? go(State::kSizeLf) : Fail(400, kBadExtension, offset);
  }
  if (++extension_ > limits_.extension || ++extensions_total_ > limits_.extensions_total) {
    return Fail(400, "chunk extensions longer than their limit", offset);
  }
  const bool tchar = HasClass(c, kTchar);
  switch (state_) {
    case State::kExtNameFirst:
      if (tchar) return go(State::kExtName);
      break;
    case State::kExtName:
      if (tchar) return Result::kNeedMore;
      if (c == '=') return go(State::kExtValueFirst);
      if (c == ';') return go(State::kExtNameFirst);
      break;
    case State::kExtValueFirst:
      if (tchar) return go(State::kExtToken);
      if (c == '"') return go(State::kExtQuoted);
      break;
    case State::kExtToken:
      if (tchar) return Result::kNeedMore;
      [[fallthrough]];
    case State::kSize:
    case State::kExtEnd:
      if (c == ';') return go(State::kExtNameFirst);
      break;
    case State::kExtQuoted:
      if (c == '"') return go(State::kExtEnd);
      if (c == '\\') return go(State::kExtQuotedPair);
      if (HasClass(c, kQuotedText)) return Result::kNeedMore;
      break;
    case State::kExtQuotedPair:
      if (HasClass(c, kQuotedText) || c == '"' || c == '\\') return go(State::kExtQuoted);
      break;
    default:
      break;
  }
  return Fail(400, kBadExtension, offset);
}

// *consumed is where the trailer section starts; its bytes are eaten all at once.
ChunkedDecoder::Result ChunkedDecoder::TrailerSection(const char* data, size_t size,
                                                      size_t* consumed, Trailers* trailers) {
  const size_t start = *consumed;
  FieldRef unused[kMaxTrailers];
  FieldRef* fields = trailers != nullptr ? trailers->fields : unused;
  const ParseResult result =
      fields_.Parse(data + start, size - start, fields, kMaxTrailers, nullptr);
  if (result == ParseResult::kNeedMore) return Result::kNeedMore;
  if (result == ParseResult::kError) {
    const ParseError& error = fields_.error();
    return Fail(error.status, error.reason, start + error.offset);
  }
  if (fields_.framing()) {
    return Fail(400, "Content-Length, Transfer-Encoding or Host among the trailers", start);
  }
  if (trailers != nullptr) {
    trailers->count = fields_.count();
    for (uint16_t i = 0; i < trailers->count; ++i) {
      trailers->fields[i].name_off += static_cast<uint32_t>(start);
      trailers->fields[i].value_off += static_cast<uint32_t>(start);
    }
  }
  *consumed = start + fields_.pos();
  state_ = State::kDone;
  return Result::kDone;
}

}  // namespace httpd::http
