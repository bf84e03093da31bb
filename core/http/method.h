// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_METHOD_H_
#define HTTPD_HTTP_METHOD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace httpd::http {

// Request methods that the server knows by name: RFC 9110 §9, RFC 5789 (PATCH), RFC 4918 (WebDAV),
// RFC 3253 (REPORT), RFC 5323 (SEARCH). Any other token is a valid method too and becomes
// kExtension; its name is read from the request head.
enum class Method : uint8_t {
  kExtension = 0,
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch,
  kPropfind,
  kProppatch,
  kMkcol,
  kCopy,
  kMove,
  kLock,
  kUnlock,
  kReport,
  kSearch,
  kCount,
};

// Bit set of methods, bit number = enum value.
using MethodSet = uint32_t;

constexpr MethodSet MethodBit(Method m) { return MethodSet{1} << static_cast<unsigned>(m); }

// Case sensitive (RFC 9110 §9.1). Unknown names give kExtension.
Method LookupMethod(std::string_view name);

// "GET"; empty for kExtension.
std::string_view MethodName(Method m);

// RFC 9110 §9.2.1 and §9.2.2. Extension methods are neither.
bool MethodIsSafe(Method m);
bool MethodIsIdempotent(Method m);

inline constexpr size_t kMaxAllowLength = 160;

// Writes the value of an Allow field ("GET, HEAD, OPTIONS", enum order) into `out`, which holds
// kMaxAllowLength bytes, and returns it as a view. Bits without a name are left out.
std::string_view FormatAllow(MethodSet methods, char* out);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_METHOD_H_
