// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_ESCAPE_H_
#define HTTPD_HTTP_ESCAPE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace httpd::http {

// Which bytes stay as they are when percent-encoding; every other byte becomes %XX.
enum class EncodeSet : uint8_t {
  kSegment,   // one path segment, also as a relative reference: unreserved and most sub-delims;
              // '/', ':', ';', '%', '?' and '#' are encoded
  kPath,      // a decoded path: kSegment and '/', ':', ';', '@'
  kQuery,     // one name or value of a query: unreserved only
  kLocation,  // a whole URI reference that is encoded already ('%' and delimiters stay): only what
              // must not stand in a Location field is encoded
};

// Bytes of `text` from `pos` on that need no encoding or escaping.
size_t EncodeSafeRun(std::string_view text, size_t pos, EncodeSet set);
size_t HtmlSafeRun(std::string_view text, size_t pos);

// "&lt;" for '<' and so on; empty for bytes that need none.
std::string_view HtmlEntity(char c);

// Percent-encodes (RFC 3986 §2.1). `sink` is called with pieces, in order: sink(std::string_view).
// A path that begins with "//" would be read as an authority: kPath encodes the second slash.
template <typename Sink>
void PercentEncode(std::string_view text, EncodeSet set, Sink&& sink) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const bool network_path = set == EncodeSet::kPath && text.substr(0, 2) == "//";
  size_t pos = 0;
  if (network_path) {
    sink(std::string_view("/%2F"));
    pos = 2;
  }
  while (pos < text.size()) {
    const size_t run = EncodeSafeRun(text, pos, set);
    if (run > 0) sink(text.substr(pos, run));
    pos += run;
    if (pos == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[pos++]);
    const char escape[3] = {'%', kHex[byte >> 4], kHex[byte & 15]};
    sink(std::string_view(escape, 3));
  }
}

// Escapes & < > " ' for text and quoted attributes; control characters but tab, CR and LF become
// U+FFFD, as HTML has no way to write them.
template <typename Sink>
void EscapeHtml(std::string_view text, Sink&& sink) {
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t run = HtmlSafeRun(text, pos);
    if (run > 0) sink(text.substr(pos, run));
    pos += run;
    if (pos < text.size()) sink(HtmlEntity(text[pos++]));
  }
}

// Convenience for configuration time and error paths.
std::string PercentEncode(std::string_view text, EncodeSet set);
std::string EscapeHtml(std::string_view text);

// Appends.
void PercentEncode(std::string_view text, EncodeSet set, std::string* out);
void EscapeHtml(std::string_view text, std::string* out);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_ESCAPE_H_
