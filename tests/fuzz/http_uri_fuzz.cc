// SPDX-License-Identifier: Apache-2.0
//
// A normalised path never has a ".." segment or a NUL, never grows, and normalising its encoding
// gives it again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "http/escape.h"
#include "http/uri.h"

namespace httpd::http {
namespace {

void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

struct Normal {
  UriError error;
  bool rewritten = false;
  std::string path;
  std::string query;
};

Normal Normalize(const std::string& target, const UriOptions& options) {
  // Input and buffer of exactly the right size, so that a sanitizer sees any step outside.
  std::unique_ptr<char[]> input(new char[target.size()]);
  std::memcpy(input.get(), target.data(), target.size());
  std::unique_ptr<char[]> buffer(new char[target.size()]);
  UriPath path;
  Normal normal;
  normal.error =
      NormalizePath({input.get(), target.size()}, options, buffer.get(), target.size(), &path);
  if (normal.error != UriError::kOk) return normal;
  normal.path = path.path;
  normal.query = path.query;
  normal.rewritten = path.rewritten;
  return normal;
}

void CheckPath(const Normal& normal, const std::string& target, const UriOptions& options) {
  const std::string& path = normal.path;
  Check(!path.empty() && path[0] == '/', "a path starts with a slash");
  Check(path.size() <= target.size() || path == "/", "a path does not grow");
  Check(path.find('\0') == std::string::npos || target.find('\0') != std::string::npos, "no NUL");
  const std::string bounded = path + "/";
  Check(bounded.find("/../") == std::string::npos, "no \"..\" segment");
  Check(bounded.find("/./") == std::string::npos, "no \".\" segment");
  if (options.merge_slashes) Check(path.find("//") == std::string::npos, "slashes are merged");
  if (options.encoded_slash == EncodedSlash::kKeep) return;  // its %2F is not told from %252F
  UriOptions again = options;
  again.encoded_slash = EncodedSlash::kDecode;  // the encoder writes "//…" as "/%2F…"
  const Normal second = Normalize(PercentEncode(path, EncodeSet::kPath), again);
  Check(second.error == UriError::kOk && second.path == path, "normal paths stay as they are");
}

}  // namespace
}  // namespace httpd::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace httpd::http;
  if (size < 1) return 0;
  UriOptions options;
  options.encoded_slash = static_cast<EncodedSlash>((data[0] & 3) % 3);
  options.merge_slashes = (data[0] & 4) == 0;
  std::string target(reinterpret_cast<const char*>(data) + 1, size - 1);
  // The parser lets no NUL through; other callers have none either.
  for (char& c : target) {
    if (c == '\0') c = '.';
  }
  const Normal normal = Normalize(target, options);
  Check(UriErrorReason(normal.error)[0] != '\0', "every error has a reason");
  if (normal.error == UriError::kOk) CheckPath(normal, target, options);
  const std::string html = EscapeHtml(target);
  Check(html.find_first_of("<>\"'") == std::string::npos, "no markup is left");
  for (const EncodeSet set : {EncodeSet::kSegment, EncodeSet::kPath, EncodeSet::kLocation}) {
    for (const char c : PercentEncode(target, set)) {
      Check(c > 0x20 && c < 0x7f && c != '"' && c != '<', "encoded text is visible ASCII");
    }
  }
  return 0;
}
