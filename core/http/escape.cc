// SPDX-License-Identifier: Apache-2.0
//
// Output escaping: what leaves in a Location field or in a page must not be read as something else.
#include "http/escape.h"

#include "http/chars.h"

namespace httpd::http {
namespace {

unsigned ClassOf(EncodeSet set) {
  switch (set) {
    case EncodeSet::kSegment:
      return kSegmentChar;
    case EncodeSet::kPath:
      return kPathChar;
    case EncodeSet::kLocation:
      return kLocationChar;
    case EncodeSet::kQuery:
      break;
  }
  return kUnreserved;
}

size_t Run(std::string_view text, size_t pos, unsigned classes) {
  size_t end = pos;
  while (end < text.size() && HasClass(text[end], classes)) ++end;
  return end - pos;
}

}  // namespace

size_t EncodeSafeRun(std::string_view text, size_t pos, EncodeSet set) {
  return Run(text, pos, ClassOf(set));
}

size_t HtmlSafeRun(std::string_view text, size_t pos) { return Run(text, pos, kHtmlSafe); }

std::string_view HtmlEntity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return HasClass(c, kHtmlSafe) ? "" : "&#65533;";
  }
}

void PercentEncode(std::string_view text, EncodeSet set, std::string* out) {
  PercentEncode(text, set, [out](std::string_view piece) { out->append(piece); });
}

void EscapeHtml(std::string_view text, std::string* out) {
  EscapeHtml(text, [out](std::string_view piece) { out->append(piece); });
}

std::string PercentEncode(std::string_view text, EncodeSet set) {
  std::string out;
  PercentEncode(text, set, &out);
  return out;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  EscapeHtml(text, &out);
  return out;
}

}  // namespace httpd::http
