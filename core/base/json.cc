// SPDX-License-Identifier: Apache-2.0
// The one way in which this server writes JSON. Names come out of files and requests, so nothing
// that is not UTF-8 and no control character gets through.
#include "base/json.h"

namespace httpd::base {
namespace {

// The length of the UTF-8 sequence (RFC 3629) at the start of `text`; 0 when there is none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  const unsigned char second = byte(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

JsonPiece::JsonPiece(std::string_view text) {
  const size_t length = Utf8Length(text);
  const auto first = static_cast<unsigned char>(text[0]);
  if (length == 0) {
    text_ = "\xef\xbf\xbd";
    return;
  }
  taken_ = length;
  text_ = text.substr(0, length);
  if (first == '"' || first == '\\') {
    escape_[0] = '\\';
    escape_[1] = text[0];
    text_ = {escape_, 2};
  } else if (first < 0x20 || first == 0x7f) {
    constexpr char kHex[] = "0123456789abcdef";
    const char escape[] = {'\\', 'u', '0', '0', kHex[first >> 4], kHex[first & 15]};
    for (size_t i = 0; i < sizeof escape; ++i) escape_[i] = escape[i];
    text_ = {escape_, sizeof escape};
  }
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const JsonPiece piece(text);
    out += piece.text();
    text.remove_prefix(piece.taken());
  }
  return out + "\"";
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Raw(JsonString(name));
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view text) {
  if (comma_) out_ += ',';
  out_ += text;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Open(char bracket) {
  Raw(std::string_view(&bracket, 1));
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

}  // namespace httpd::base
