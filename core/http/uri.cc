// SPDX-License-Identifier: Apache-2.0
//
// From a request target to a path that can be appended to a document root. Decoding comes first
// and exactly once; everything that decides about segments looks at decoded bytes, so that no
// spelling of ".." gets past.
#include "http/uri.h"

#include <cstring>

#include "http/chars.h"
#include "http/scan.h"

namespace httpd::http {
namespace {

// Decodes the escape at text[i] into *c and moves *i past it. kKeep leaves %2F as it is: *c is '%'
// and only that byte is eaten, so "2F" follows as ordinary text.
UriError DecodeEscape(std::string_view text, EncodedSlash slash, size_t* i, char* c) {
  const int high = *i + 2 < text.size() ? HexValue(text[*i + 1]) : -1;
  const int low = high >= 0 ? HexValue(text[*i + 2]) : -1;
  if (low < 0) return UriError::kBadEscape;
  *c = static_cast<char>(high * 16 + low);
  if (*c == '\0') return UriError::kEncodedNul;
  if (*c == '/') {
    if (slash == EncodedSlash::kRefuse) return UriError::kEncodedSlash;
    if (slash == EncodedSlash::kKeep) {
      *c = '%';
      ++*i;
      return UriError::kOk;
    }
  }
  *i += 3;
  return UriError::kOk;
}

// Builds the path in the caller's buffer. Holds at every moment: buffer[0..length) starts with '/'
// and has no complete "." or ".." segment.
class PathWriter {
 public:
  PathWriter(char* buffer, bool merge_slashes) : buffer_(buffer), merge_(merge_slashes) {
    buffer_[0] = '/';
  }

  void Put(char c) { buffer_[length_++] = c; }

  // A '/' or the end of the path was reached: looks at the segment just written.
  bool EndSegment(bool slash) {
    const std::string_view segment(buffer_ + segment_, length_ - segment_);
    if (segment == ".") {
      length_ = segment_;
      return true;
    }
    if (segment == "..") return RemoveLast();
    if (slash && !(merge_ && segment.empty())) {
      Put('/');
      segment_ = length_;
    }
    return true;
  }

  std::string_view path() const { return {buffer_, length_}; }

 private:
  // Drops ".." and the segment before it, whose slash stays as the start of the next.
  bool RemoveLast() {
    if (segment_ == 1) return false;
    size_t start = segment_ - 1;
    while (start > 1 && buffer_[start - 1] != '/') --start;
    length_ = start;
    segment_ = start;
    return true;
  }

  char* buffer_;
  size_t length_ = 1;
  size_t segment_ = 1;  // start of the segment being written
  bool merge_;
};

UriError Rewrite(std::string_view text, const UriOptions& options, char* buffer,
                 std::string_view* path) {
  PathWriter writer(buffer, options.merge_slashes);
  for (size_t i = 1; i < text.size();) {
    char c = text[i];
    if (c != '%') {
      ++i;
    } else if (UriError error = DecodeEscape(text, options.encoded_slash, &i, &c);
               error != UriError::kOk) {
      return error;
    }
    if (c != '/') {
      writer.Put(c);
    } else if (!writer.EndSegment(true)) {
      return UriError::kAboveRoot;
    }
  }
  if (!writer.EndSegment(false)) return UriError::kAboveRoot;
  *path = writer.path();
  return UriError::kOk;
}

}  // namespace

int UriErrorStatus(UriError error) {
  switch (error) {
    case UriError::kOk:
      return 200;
    case UriError::kEncodedSlash:
      return 404;
    case UriError::kNoSpace:
      return 414;
    default:
      return 400;
  }
}

const char* UriErrorReason(UriError error) {
  switch (error) {
    case UriError::kOk:
      return "no error";
    case UriError::kNoLeadingSlash:
      return "the path of the request target does not start with a slash";
    case UriError::kBadEscape:
      return "a % in the path is not followed by two hexadecimal digits";
    case UriError::kEncodedNul:
      return "the path holds an encoded NUL (%00)";
    case UriError::kEncodedSlash:
      return "the path holds an encoded slash (%2F) and AllowEncodedSlashes is off";
    case UriError::kAboveRoot:
      return "the path leaves the document root by \"..\" segments";
    case UriError::kFragment:
      return "the request target holds a fragment (#)";
    case UriError::kNoSpace:
      return "the path is longer than the server's buffer for it";
  }
  return "unknown";
}

UriError NormalizePath(std::string_view target, const UriOptions& options, char* buffer,
                       size_t capacity, UriPath* out) {
  const PathScan scan = ScanPath(target, options.merge_slashes);
  std::string_view path = target.substr(0, scan.end);
  out->has_query = scan.end < target.size() && target[scan.end] == '?';
  out->query = out->has_query ? target.substr(scan.end + 1) : std::string_view();
  out->rewritten = false;
  if (scan.fragment) return UriError::kFragment;
  if (path.empty()) {
    out->path = "/";
    return UriError::kOk;
  }
  if (path[0] != '/') return UriError::kNoLeadingSlash;
  if (!scan.rewrite) {
    out->path = path;
    return UriError::kOk;
  }
  if (path.size() > capacity) return UriError::kNoSpace;
  out->rewritten = true;
  return Rewrite(path, options, buffer, &out->path);
}

}  // namespace httpd::http
