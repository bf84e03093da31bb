// SPDX-License-Identifier: Apache-2.0
//
// Feeds a chunked body at once, byte by byte and in pieces: content, trailers, end and errors must
// be the same, and what is accepted must be what a plain, naive decoder makes of it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "http/chunked.h"

namespace httpd::http {
namespace {

using Result = ChunkedDecoder::Result;

void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

struct Outcome {
  Result result = Result::kNeedMore;
  std::string content;
  std::string trailers;
  size_t used = 0;  // bytes consumed, when done
  int status = 0;
  std::string reason;
};

template <typename Next>
Outcome Feed(const std::string& text, const ChunkLimits& limits, bool want_trailers, Next next) {
  Outcome outcome;
  ChunkedDecoder decoder;
  decoder.Reset(limits);
  Trailers trailers;
  size_t start = 0;  // consumed so far
  size_t end = 0;    // arrived so far
  for (;;) {
    const size_t size = end - start;
    std::unique_ptr<char[]> copy(new char[size]);
    std::memcpy(copy.get(), text.data() + start, size);
    size_t consumed;
    std::string_view content;
    outcome.result =
        decoder.Decode(copy.get(), size, &consumed, &content, want_trailers ? &trailers : nullptr);
    Check(consumed <= size, "no more is consumed than there is");
    Check(content.empty() || (content.data() >= copy.get() &&
                              content.data() + content.size() <= copy.get() + consumed),
          "content lies in what was consumed");
    outcome.content += content;
    start += consumed;
    if (outcome.result == Result::kDone) {
      for (uint16_t i = 0; want_trailers && i < trailers.count; ++i) {
        outcome.trailers.append(trailers.fields[i].name(copy.get())).append("\0", 1);
        outcome.trailers.append(trailers.fields[i].value(copy.get())).append("\0", 1);
      }
      outcome.used = start;
      break;
    }
    if (outcome.result == Result::kError) break;
    if (outcome.result == Result::kData) {
      Check(!content.empty(), "kData brings content");
      continue;
    }
    Check(end - start == 0 || end - start < limits.trailer, "only trailers wait");
    if (end == text.size()) break;
    end = std::min(text.size(), end + next());
  }
  Check(decoder.total() == outcome.content.size(), "total counts the content");
  outcome.status = decoder.error().status;
  outcome.reason = decoder.error().reason;
  return outcome;
}

void CheckSame(const Outcome& a, const Outcome& b) {
  Check(a.result == b.result, "the result does not depend on cuts");
  Check(a.content == b.content, "the content does not depend on cuts");
  Check(a.used == b.used, "the end does not depend on cuts");
  Check(a.status == b.status && a.reason == b.reason, "the error does not depend on cuts");
}

// Accepted input again, by strtoull and find.
void CheckNaive(const Outcome& outcome, const std::string& text) {
  std::string content;
  size_t pos = 0;
  for (;;) {
    const size_t line_end = text.find("\r\n", pos);
    Check(line_end != std::string::npos, "a size line ends");
    const uint64_t size = std::strtoull(text.c_str() + pos, nullptr, 16);
    pos = line_end + 2;
    if (size == 0) break;
    content.append(text, pos, static_cast<size_t>(size));
    pos += static_cast<size_t>(size);
    Check(text.compare(pos, 2, "\r\n") == 0, "content ends with CRLF");
    pos += 2;
  }
  Check(content == outcome.content, "the content is right");
  const size_t end = text.compare(pos, 2, "\r\n") == 0 ? pos + 2 : text.find("\r\n\r\n", pos) + 4;
  Check(end == outcome.used, "the end is right");
}

}  // namespace
}  // namespace httpd::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace httpd::http;
  if (size < 4) return 0;
  ChunkLimits limits;
  if ((data[0] & 1) != 0) {
    limits.extension = data[1];
    limits.extensions_total = 2 * data[1];
    limits.field_size = data[2];
    limits.fields = data[3] & 7;
    limits.trailer = data[2] + data[3];
  }
  const std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);
  const Outcome whole = Feed(text, limits, true, [&] { return text.size(); });
  const Outcome single = Feed(text, limits, true, [] { return size_t{1}; });
  unsigned state = data[0] | 1;
  const Outcome pieces = Feed(text, limits, false, [&state] {
    state = state * 1103515245 + 12345;
    return size_t{1} + (state >> 16) % 23;
  });
  CheckSame(whole, single);
  Check(whole.trailers == single.trailers, "trailers do not depend on cuts");
  CheckSame(whole, pieces);
  if (whole.result == Result::kDone) CheckNaive(whole, text);
  return 0;
}
