// SPDX-License-Identifier: Apache-2.0
//
// Feeds a request head at once, byte by byte and in pieces chosen by the input: the outcome must be
// the same, every reference must lie in the buffer, and an accepted head must keep its promises.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "http/field.h"
#include "http/parser.h"

namespace httpd::http {
namespace {

void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

struct Outcome {
  ParseResult result = ParseResult::kNeedMore;
  ParseError error;
  RequestHead head;
  bool line = false;
};

// Each call gets a private copy of exactly the bytes that arrived, so that any read beyond them is
// seen. `next` says how many bytes come with the next call.
template <typename Next>
std::unique_ptr<Outcome> Feed(const std::string& text, const Limits& limits, Next next) {
  auto outcome = std::make_unique<Outcome>();
  RequestParser parser;
  parser.Reset(limits);
  size_t size = 0;
  do {
    size = std::min(text.size(), size + next());
    std::unique_ptr<char[]> copy(new char[size]);
    std::memcpy(copy.get(), text.data(), size);
    outcome->result = parser.Parse(copy.get(), size, &outcome->head);
  } while (outcome->result == ParseResult::kNeedMore && size < text.size());
  if (outcome->result == ParseResult::kNeedMore) {
    Check(size < std::max<uint32_t>(limits.head, 64), "a buffer of the head limit suffices");
  }
  outcome->error = parser.error();
  outcome->line = parser.has_request_line();
  return outcome;
}

void CheckRef(const TextRef& ref, size_t size) {
  Check(ref.off <= size && ref.len <= size - ref.off, "a reference lies in the buffer");
}

void CheckHead(const RequestHead& head, const std::string& text) {
  const char* data = text.data();
  Check(head.head_size <= text.size(), "the head ends in the buffer");
  const std::string_view whole = std::string_view(text).substr(0, head.head_size);
  Check(whole.size() >= 4 && whole.substr(whole.size() - 4) == "\r\n\r\n",
        "ends with an empty line");
  for (size_t i = 0; i < whole.size(); ++i) {
    Check(whole[i] != '\0', "no NUL");
    if (whole[i] == '\n') Check(i > 0 && whole[i - 1] == '\r', "no bare LF");
    if (whole[i] == '\r') Check(i + 1 < whole.size() && whole[i + 1] == '\n', "no bare CR");
  }
  for (const TextRef& ref : {head.method_name, head.target, head.path, head.host}) {
    CheckRef(ref, head.head_size);
  }
  Check(IsToken(head.method_name.view(data)), "the method is a token");
  Check(head.version == 1000 || head.version == 1001, "a version");
  Check(!(head.chunked && head.content_length >= 0), "one framing");
  Check(!(head.chunked && head.version == 1000), "no chunked in 1.0");
  Check(head.has_host || head.version == 1000, "a host in 1.1");
  Check(!(head.keep_alive && head.connection_close), "close wins");
  Check(head.field_count <= kMaxFields, "field count");
  for (int i = 0; i < head.field_count; ++i) {
    const FieldRef& field = head.fields[i];
    CheckRef({field.name_off, field.name_len}, head.head_size);
    CheckRef({field.value_off, field.value_len}, head.head_size);
    Check(IsToken(field.name(data)), "a name is a token");
    Check(IsFieldValue(field.value(data)), "a value may be sent");
    Check(TrimOws(field.value(data)) == field.value(data), "a value is trimmed");
    Check(LookupField(field.name(data)) == field.field(), "an id fits its name");
  }
  for (size_t id = 1; id < kRequestFieldCount; ++id) {
    int first = -1;
    for (int i = head.field_count - 1; i >= 0; --i) {
      if (head.fields[i].id == id) first = i;
    }
    Check(head.known[id] == first, "known[] names the first line");
  }
}

void CheckSame(const Outcome& a, const Outcome& b) {
  Check(a.result == b.result, "the result does not depend on cuts");
  Check(a.line == b.line, "the request line does not depend on cuts");
  if (a.result == ParseResult::kError) {
    Check(a.error.status == b.error.status, "the status does not depend on cuts");
    Check(a.error.reason == b.error.reason, "the reason does not depend on cuts");
    Check(a.error.offset == b.error.offset, "the offset does not depend on cuts");
  }
  if (a.result != ParseResult::kDone) return;
  const auto same = [](const TextRef& x, const TextRef& y) {
    return x.off == y.off && x.len == y.len;
  };
  Check(a.head.head_size == b.head.head_size && a.head.field_count == b.head.field_count &&
            a.head.content_length == b.head.content_length && a.head.chunked == b.head.chunked &&
            a.head.keep_alive == b.head.keep_alive && a.head.port == b.head.port &&
            a.head.form == b.head.form && same(a.head.host, b.head.host) &&
            same(a.head.path, b.head.path) && same(a.head.target, b.head.target),
        "the head does not depend on cuts");
  for (int i = 0; i < a.head.field_count; ++i) {
    Check(std::memcmp(&a.head.fields[i], &b.head.fields[i], sizeof(FieldRef)) == 0,
          "fields do not depend on cuts");
  }
}

}  // namespace
}  // namespace httpd::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace httpd::http;
  if (size < 4) return 0;
  // Small limits from the input, so that they matter.
  Limits limits;
  if ((data[0] & 1) != 0) {
    limits.line = data[1];
    limits.field_size = data[2];
    limits.fields = data[3] & 15;
    limits.head = data[1] + data[2] + 4 * data[3];
  }
  const unsigned seed = data[0] | 1;
  const std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto whole = Feed(text, limits, [&] { return text.size(); });
  const auto single = Feed(text, limits, [] { return size_t{1}; });
  unsigned state = seed;
  const auto pieces = Feed(text, limits, [&state] {
    state = state * 1103515245 + 12345;
    return size_t{1} + (state >> 16) % 40;
  });
  CheckSame(*whole, *single);
  CheckSame(*whole, *pieces);
  if (whole->result == ParseResult::kDone) CheckHead(whole->head, text);
  return 0;
}
