// SPDX-License-Identifier: Apache-2.0
//
// The grammars of single values: dates, ranges, entity tags, lists, media types, authorities and
// conditions. Results must be in range and survive being written again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "http/conditional.h"
#include "http/date.h"
#include "http/etag.h"
#include "http/field.h"
#include "http/host.h"
#include "http/range.h"

namespace httpd::http {
namespace {

void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

void FuzzDate(std::string_view text, int64_t now) {
  int64_t t;
  if (!ParseHttpDate(text, now, &t)) return;
  char out[kHttpDateLength];
  FormatHttpDate(t, out);
  int64_t again;
  const std::string_view formatted(out, sizeof(out));
  // Second 60 of the year 9999 has no four-digit year.
  Check(ParseHttpDate(formatted, now, &again), "a formatted date is read");
  Check(again == t || t == 253402300800, "a date survives formatting");
}

void FuzzRange(std::string_view text, uint64_t size, size_t capacity) {
  ByteRange ranges[kMaxRanges];
  size_t count;
  const RangeResult result = ParseRange(text, size, ranges, capacity, &count);
  Check(count <= capacity, "no more ranges than there is room");
  if (result == RangeResult::kUnsatisfiable) Check(count == 0, "unsatisfiable means none");
  if (result != RangeResult::kSatisfiable) return;
  Check(count > 0, "satisfiable means some");
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    Check(ranges[i].first <= ranges[i].last && ranges[i].last < size, "a range is in the file");
    sum += ranges[i].length();
    for (size_t j = 0; j < i; ++j) {
      const bool apart = (ranges[j].last < UINT64_MAX && ranges[j].last + 1 < ranges[i].first) ||
                         (ranges[i].last < UINT64_MAX && ranges[i].last + 1 < ranges[j].first);
      Check(apart, "ranges neither overlap nor touch");
    }
    char out[kMaxContentRangeLength];
    Check(FormatContentRange(ranges[i], size, out).size() <= sizeof(out), "Content-Range fits");
  }
  Check(sum <= size, "ranges are not longer than the file");
}

void FuzzField(std::string_view text) {
  ListReader list(text);
  for (std::string_view element; list.Next(&element);) {
    Check(!element.empty() && TrimOws(element) == element, "an element is trimmed and not empty");
    const int quality = ListQuality(text, element);
    Check(quality >= -1 && quality <= 1000, "a quality is in range");
  }
  MediaType media;
  if (ParseMediaType(text, &media)) {
    Check(IsToken(media.type) && IsToken(media.subtype), "type and subtype are tokens");
    ParameterReader reader(media.parameters);
    std::string_view name;
    std::string_view value;
    bool quoted;
    while (reader.Next(&name, &value, &quoted)) {
      Check(IsToken(name), "a parameter name is a token");
      std::unique_ptr<char[]> out(new char[value.size()]);
      if (quoted) Check(Unquote(value, out.get()).size() <= value.size(), "unquoting shortens");
    }
  }
  Check(QuotedStringLength(text) <= text.size(), "a quoted string ends in the text");
}

void FuzzHost(std::string_view text) {
  std::string_view host;
  int32_t port;
  if (!ParseAuthority(text, &host, &port)) return;
  Check(!host.empty() && host.size() <= 255, "a host has a length");
  Check(host.find_first_of("/\\@#?% ,") == std::string_view::npos, "a host has no delimiters");
  Check(host.find("..") == std::string_view::npos && host[0] != '.', "no empty labels");
  Check(port >= -1 && port <= 65535, "a port is in range");
}

void FuzzConditions(std::string_view text, Method method, int64_t now) {
  Validators validators;
  validators.etag = "\"abc\"";
  validators.has_last_modified = true;
  validators.last_modified = 784111777;
  ConditionalFields fields;
  fields.if_none_match = FieldLines(text);
  fields.range = FieldLines("bytes=0-1");
  fields.if_range = FieldLines(text);
  const ConditionOutcome none = EvaluateConditions(method, fields, validators, now);
  fields.if_none_match = FieldLines();
  fields.if_match = FieldLines(text);
  const ConditionOutcome match = EvaluateConditions(method, fields, validators, now);
  if (method != Method::kGet) return;
  Check(none.condition != Condition::kPreconditionFailed, "If-None-Match with GET never fails");
  Check(match.condition != Condition::kNotModified, "If-Match never gives 304");
  // A strong match is a weak match too.
  if (match.condition == Condition::kProceed) {
    Check(none.condition == Condition::kNotModified, "strong implies weak");
  }
  ETag tag;
  if (ParseETag(text, &tag)) Check(tag.opaque.size() >= 2 && tag.opaque.back() == '"', "an ETag");
}

}  // namespace
}  // namespace httpd::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace httpd::http;
  if (size < 10) return 0;
  uint64_t number;
  std::memcpy(&number, data, sizeof(number));
  if ((data[8] & 1) != 0) number &= 0xff;
  const auto now = static_cast<int64_t>(number % 253402300800);
  const std::unique_ptr<char[]> copy(new char[size - 10]);
  std::memcpy(copy.get(), data + 10, size - 10);
  const std::string_view text(copy.get(), size - 10);
  FuzzDate(text, now);
  FuzzRange(text, number, data[9] % (kMaxRanges + 1));
  FuzzField(text);
  FuzzHost(text);
  FuzzConditions(text, static_cast<Method>(data[8] % static_cast<unsigned>(Method::kCount)), now);
  char date[kHttpDateLength];
  FormatHttpDate(static_cast<int64_t>(number), date);
  return 0;
}
