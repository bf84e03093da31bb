// SPDX-License-Identifier: Apache-2.0
//
// The pieces of text of a listing: names as HTML and as references, sizes and dates.
#include "text.h"

#include <cstdio>
#include <ctime>

namespace mod_autoindex {
namespace {

// The length of the UTF-8 character at the front of `text`, 0 when there is none (RFC 3629 §4).
size_t Utf8Length(std::string_view text) {
  const auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  const auto tail = [&byte](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;  // no surrogates
    return second >= low && second <= high && tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void AppendControl(unsigned char c, PoolText* out) {
  // U+2400 + c, in UTF-8; DEL is U+2421.
  const unsigned point = c == 0x7f ? 0x2421 : 0x2400u + c;
  out->push_back('\xe2');
  out->push_back('\x90');
  out->push_back(static_cast<char>(0x80 | (point & 0x3f)));
}

void AppendEscaped(std::string_view text, bool keep_lines, PoolText* out) {
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    const char c = text.front();
    if (length == 0) {
      out->append("\xef\xbf\xbd");
      text.remove_prefix(1);
      continue;
    }
    if (length > 1) {
      out->append(text.substr(0, length));
    } else if (c == '&') {
      out->append("&amp;");
    } else if (c == '<') {
      out->append("&lt;");
    } else if (c == '>') {
      out->append("&gt;");
    } else if (c == '"') {
      out->append("&quot;");
    } else if (c == '\'') {
      out->append("&#39;");
    } else if (keep_lines && (c == '\n' || c == '\r' || c == '\t')) {
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      AppendControl(static_cast<unsigned char>(c), out);
    } else {
      out->push_back(c);
    }
    text.remove_prefix(length);
  }
}

template <size_t N>
void AppendTime(int64_t nanoseconds, const char* format, PoolText* out) {
  const auto seconds = static_cast<time_t>(nanoseconds / 1'000'000'000);
  tm utc;
  char text[N];
  if (gmtime_r(&seconds, &utc) == nullptr) return;
  out->append({text, std::strftime(text, sizeof(text), format, &utc)});
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return -1;
}

}  // namespace

void AppendHtml(std::string_view text, PoolText* out) { AppendEscaped(text, false, out); }

void AppendHtmlText(std::string_view text, PoolText* out) { AppendEscaped(text, true, out); }

void AppendHref(std::string_view name, PoolText* out) {
  for (const char c : name) {
    if (c == ':' || c == '&' || c == '\'') {  // & and ' so that the attribute needs no escaping
      constexpr char kHex[] = "0123456789ABCDEF";
      out->push_back('%');
      out->push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out->push_back(kHex[c & 15]);
    } else {
      httpd::api::AppendPath({&c, 1}, out);
    }
  }
}

void AppendNumber(uint64_t number, PoolText* out) {
  char text[24];
  const int size =
      std::snprintf(text, sizeof(text), "%llu", static_cast<unsigned long long>(number));
  out->append({text, static_cast<size_t>(size)});
}

void AppendSize(int64_t size, PoolText* out) {
  if (size < 1000) return AppendNumber(size < 0 ? 0 : static_cast<uint64_t>(size), out);
  constexpr char kUnits[] = "KMGTPE";
  auto value = static_cast<double>(size);
  size_t unit = 0;
  for (value /= 1024; value >= 999.5 && unit + 1 < sizeof(kUnits) - 1; value /= 1024) ++unit;
  char text[32];
  const int length =
      std::snprintf(text, sizeof(text), value < 9.95 ? "%.1f%c" : "%.0f%c", value, kUnits[unit]);
  out->append({text, static_cast<size_t>(length)});
}

void AppendDate(int64_t nanoseconds, PoolText* out) {
  AppendTime<16>(nanoseconds, "%Y-%m-%d", out);
}

void AppendClock(int64_t nanoseconds, PoolText* out) { AppendTime<16>(nanoseconds, "%H:%M", out); }

void AppendDecoded(std::string_view value, PoolText* out) {
  for (size_t i = 0; i < value.size(); ++i) {
    const int high = i + 2 < value.size() ? HexDigit(value[i + 1]) : -1;
    const int low = i + 2 < value.size() ? HexDigit(value[i + 2]) : -1;
    if (value[i] == '%' && high >= 0 && low >= 0) {
      out->push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out->push_back(value[i] == '+' ? ' ' : value[i]);
    }
  }
}

}  // namespace mod_autoindex
