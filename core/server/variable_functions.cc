// SPDX-License-Identifier: Apache-2.0
//
// The functions of expressions that the core brings: look-ups by name, and texts made of texts.
// Left out of Apache's are those that look at files, and osenv: the environment of the server is
// not for its pages.

#include "server/variable_functions.h"

#include <httpd/notes.h>
#include <httpd/response.h>

#include <cstring>

#include "http/escape.h"
#include "server/generation_impl.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using base::Str;
using base::View;

httpd_result Found(httpd_str* value, httpd_str text) {
  *value = text;
  return text.data == nullptr ? HTTPD_DECLINED : HTTPD_OK;
}

httpd_result Req(httpd_request* r, httpd_str name, httpd_str* value, void*) {
  return Found(value, httpd_request_header(r, name));
}
httpd_result Resp(httpd_request* r, httpd_str name, httpd_str* value, void*) {
  return Found(value, httpd_response_header(r, name));
}
httpd_result Reqenv(httpd_request* r, httpd_str name, httpd_str* value, void*) {
  return Found(value, httpd_request_env(r, name));
}
httpd_result Note(httpd_request* r, httpd_str name, httpd_str* value, void*) {
  return Found(value, httpd_request_note(r, name));
}
// As Apache's, without the environment of the server.
httpd_result Env(httpd_request* r, httpd_str name, httpd_str* value, void*) {
  if (Note(r, name, value, nullptr) == HTTPD_OK) return HTTPD_OK;
  return Reqenv(r, name, value, nullptr);
}

// `size` bytes at most, of which `fill` says how many it wrote; negative: no value.
template <typename Fill>
httpd_result Make(httpd_request* r, size_t size, httpd_str* value, Fill&& fill) {
  char* text = r->pool.AllocText(size + 1);
  if (text == nullptr) return HTTPD_DECLINED;
  const ptrdiff_t used = fill(text);
  if (used < 0) return HTTPD_DECLINED;
  text[used] = '\0';
  *value = {text, static_cast<size_t>(used)};
  return HTTPD_OK;
}

template <char kFirst, char kLast, int kChange>
httpd_result Recase(httpd_request* r, httpd_str in, httpd_str* value, void*) {
  return Make(r, in.len, value, [&](char* out) {
    for (size_t i = 0; i < in.len; ++i) {
      const char c = in.data[i];
      out[i] = c >= kFirst && c <= kLast ? static_cast<char>(c + kChange) : c;
    }
    return static_cast<ptrdiff_t>(in.len);
  });
}

httpd_result Escape(httpd_request* r, httpd_str in, httpd_str* value, void*) {
  size_t size = 0;
  http::PercentEncode(View(in), http::EncodeSet::kPath,
                      [&](std::string_view piece) { size += piece.size(); });
  return Make(r, size, value, [&](char* out) {
    char* end = out;
    http::PercentEncode(View(in), http::EncodeSet::kPath, [&](std::string_view piece) {
      std::memcpy(end, piece.data(), piece.size());
      end += piece.size();
    });
    return end - out;
  });
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = base::LowerAscii(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// As Apache's: %2F stays as it is; no value for %00 and what is not encoded well.
httpd_result Unescape(httpd_request* r, httpd_str in, httpd_str* value, void*) {
  return Make(r, in.len, value, [&](char* out) -> ptrdiff_t {
    char* end = out;
    for (size_t i = 0; i < in.len; ++i) {
      if (in.data[i] != '%') {
        *end++ = in.data[i];
        continue;
      }
      if (in.len - i < 3) return -1;
      const int high = HexDigit(in.data[i + 1]);
      const int low = HexDigit(in.data[i + 2]);
      if (high < 0 || low < 0) return -1;
      const int byte = high * 16 + low;
      if (byte == 0) return -1;
      if (byte == '/') {
        *end++ = '%';
        continue;
      }
      *end++ = static_cast<char>(byte);
      i += 2;
    }
    return end - out;
  });
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

httpd_result Base64(httpd_request* r, httpd_str in, httpd_str* value, void*) {
  return Make(r, (in.len + 2) / 3 * 4, value, [&](char* out) {
    char* end = out;
    for (size_t i = 0; i < in.len; i += 3) {
      uint32_t bits = 0;
      for (size_t k = 0; k < 3; ++k) {
        bits = bits << 8 | (i + k < in.len ? static_cast<unsigned char>(in.data[i + k]) : 0);
      }
      for (size_t k = 0; k < 4; ++k) {
        *end++ = i + k <= in.len ? kBase64[bits >> (18 - 6 * k) & 63] : '=';
      }
    }
    return end - out;
  });
}

httpd_result Unbase64(httpd_request* r, httpd_str in, httpd_str* value, void*) {
  while (in.len > 0 && in.data[in.len - 1] == '=') --in.len;
  if (in.len % 4 == 1) return HTTPD_DECLINED;
  return Make(r, in.len / 4 * 3 + 3, value, [&](char* out) -> ptrdiff_t {
    char* end = out;
    uint32_t bits = 0;
    int have = 0;
    for (const char c : View(in)) {
      const char* digit = c == '\0' ? nullptr : std::strchr(kBase64, c);
      if (digit == nullptr) return -1;
      bits = bits << 6 | static_cast<uint32_t>(digit - kBase64);
      have += 6;
      if (have < 8) continue;
      have -= 8;
      *end++ = static_cast<char>(bits >> have & 0xff);
    }
    return end - out;
  });
}

constexpr VariableFunction kFunctions[] = {
    {"req", Req},
    {"http", Req},
    {"req_novary", Req},
    {"resp", Resp},
    {"reqenv", Reqenv},
    {"env", Env},
    {"note", Note},
    {"tolower", Recase<'A', 'Z', 'a' - 'A'>},
    {"toupper", Recase<'a', 'z', 'A' - 'a'>},
    {"escape", Escape},
    {"unescape", Unescape},
    {"base64", Base64},
    {"unbase64", Unbase64},
};

}  // namespace

std::span<const VariableFunction> VariableFunctions() { return kFunctions; }

}  // namespace httpd::server
