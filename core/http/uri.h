// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_URI_H_
#define HTTPD_HTTP_URI_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace httpd::http {

// AllowEncodedSlashes: what becomes of %2F in a path.
enum class EncodedSlash : uint8_t {
  kRefuse,  // 404, the default
  kDecode,  // On: it is a slash like any other, before dot segments are removed
  kKeep,    // NoDecode: "%2F" stays in the path as these three bytes
};

struct UriOptions {
  EncodedSlash encoded_slash = EncodedSlash::kRefuse;
  bool merge_slashes = true;  // MergeSlashes
};

enum class UriError : uint8_t {
  kOk = 0,
  kNoLeadingSlash,  // 400
  kBadEscape,       // 400: % without two hex digits
  kEncodedNul,      // 400
  kEncodedSlash,    // 404
  kAboveRoot,       // 400: more ".." than segments
  kFragment,        // 400: '#'
  kNoSpace,         // 414: the caller's buffer is smaller than the target
};

int UriErrorStatus(UriError error);
const char* UriErrorReason(UriError error);

struct UriPath {
  std::string_view path;   // decoded, starts with '/', no "." or ".." segments, no NUL
  std::string_view query;  // raw, without '?'
  bool has_query = false;
  bool rewritten = false;  // path lies in the caller's buffer, not in the target
};

// Splits and normalises path and query as they come in origin-form (RequestHead::path; an empty
// text or one that starts with '?' means "/"): percent-decoding once, then slashes are merged and
// dot segments removed (RFC 3986 §5.2.4), a trailing slash stays. Leaving the root is an error, not
// cut off. A path with nothing to do is returned as a view of `target`, otherwise it is written to
// `buffer`; target.size() bytes always suffice.
UriError NormalizePath(std::string_view target, const UriOptions& options, char* buffer,
                       size_t capacity, UriPath* out);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_URI_H_
