// SPDX-License-Identifier: Apache-2.0
//
// The chunked decoder: content, limits, trailers, and that cuts do not matter. Malformed framing is
// covered by the conformance corpus.
#include "http/chunked.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace httpd::http {
namespace {

using Result = ChunkedDecoder::Result;

struct Decoded {
  Result result = Result::kNeedMore;
  std::string content;
  std::string trailers;
  std::string rest;
  int status = 0;
  std::string reason;
  uint64_t total = 0;
  size_t largest_rest = 0;
};

Decoded Decode(const std::string& input, size_t step, const ChunkLimits& limits = {}) {
  ChunkedDecoder decoder;
  decoder.Reset(limits);
  Trailers trailers;
  Decoded decoded;
  std::string pending;
  size_t added = 0;
  for (;;) {
    const std::vector<char> exact(pending.begin(), pending.end());
    size_t consumed;
    std::string_view content;
    decoded.result = decoder.Decode(exact.data(), exact.size(), &consumed, &content, &trailers);
    EXPECT_LE(consumed, exact.size());
    decoded.content += content;
    if (decoded.result == Result::kDone) {
      for (uint16_t i = 0; i < trailers.count; ++i) {
        decoded.trailers += std::string(trailers.fields[i].name(exact.data())) + "=" +
                            std::string(trailers.fields[i].value(exact.data())) + ";";
      }
    }
    pending.erase(0, consumed);
    if (decoded.result == Result::kDone || decoded.result == Result::kError) break;
    if (decoded.result == Result::kData) continue;
    decoded.largest_rest = std::max(decoded.largest_rest, pending.size());
    if (added == input.size()) break;
    const size_t count = std::min(step, input.size() - added);
    pending += input.substr(added, count);
    added += count;
  }
  decoded.rest = pending + input.substr(added);
  decoded.status = decoder.error().status;
  decoded.reason = decoder.error().reason;
  decoded.total = decoder.total();
  return decoded;
}

TEST(Chunked, ContentAndRestInAnyCut) {
  const std::string input =
      "5\r\nhello\r\n1;x=\"y\"\r\n \r\n00A\r\n0123456789\r\n0\r\nX-Sum:  7 \r\nY:\r\n\r\nGET /";
  for (size_t step = 1; step <= input.size(); ++step) {
    const Decoded d = Decode(input, step);
    EXPECT_EQ(d.result, Result::kDone) << step << ": " << d.reason;
    EXPECT_EQ(d.content, "hello 0123456789") << step;
    EXPECT_EQ(d.trailers, "X-Sum=7;Y=;") << step;
    EXPECT_EQ(d.rest, "GET /") << step;
    EXPECT_EQ(d.total, 16u) << step;
  }
}

TEST(Chunked, ViewsPointIntoTheInput) {
  const std::string input = "3\r\nabc\r\n";
  ChunkedDecoder decoder;
  decoder.Reset(ChunkLimits());
  size_t consumed;
  std::string_view content;
  ASSERT_EQ(decoder.Decode(input.data(), input.size(), &consumed, &content, nullptr),
            Result::kData);
  EXPECT_EQ(content.data(), input.data() + 3);
  EXPECT_EQ(consumed, 6u);
}

TEST(Chunked, OnlyTrailersAreLeftUnconsumed) {
  const std::string input = "5\r\nhello\r\n0\r\nName: value\r\n\r\n";
  EXPECT_EQ(Decode(input.substr(0, 9), 1).largest_rest, 0u);
  EXPECT_LE(Decode(input, 1).largest_rest, 15u);
}

TEST(Chunked, DoneAndFailedAreFinal) {
  ChunkedDecoder decoder;
  size_t consumed;
  std::string_view content;
  decoder.Reset(ChunkLimits());
  ASSERT_EQ(decoder.Decode("0\r\n\r\n", 5, &consumed, &content, nullptr), Result::kDone);
  EXPECT_EQ(consumed, 5u);
  EXPECT_EQ(decoder.Decode("x", 1, &consumed, &content, nullptr), Result::kDone);
  EXPECT_EQ(consumed, 0u);
  decoder.Reset(ChunkLimits());
  ASSERT_EQ(decoder.Decode("x", 1, &consumed, &content, nullptr), Result::kError);
  EXPECT_EQ(decoder.Decode("0\r\n\r\n", 5, &consumed, &content, nullptr), Result::kError);
}

TEST(Chunked, Sizes) {
  EXPECT_EQ(Decode("7fffffffffffffff\r\nx", 100).result, Result::kNeedMore);
  EXPECT_EQ(Decode("8000000000000000\r\nx", 100).status, 400);
  EXPECT_EQ(Decode("00000000000000001\r\n", 100).status, 400);
  // The sum is bounded too.
  EXPECT_EQ(Decode("1\r\nx\r\n7fffffffffffffff\r\n", 100).status, 400);
  EXPECT_EQ(Decode("1\r\nx\r\n7ffffffffffffffe\r\n", 100).result, Result::kNeedMore);
}

TEST(Chunked, ExtensionLimits) {
  ChunkLimits limits;
  limits.extension = 4;
  limits.extensions_total = 6;
  EXPECT_EQ(Decode("1;abc\r\nx\r\n0\r\n\r\n", 3, limits).result, Result::kDone);
  EXPECT_EQ(Decode("1;abcd\r\nx\r\n0\r\n\r\n", 3, limits).status, 400);
  EXPECT_EQ(Decode("1;ab\r\nx\r\n1;ab\r\nx\r\n0\r\n\r\n", 3, limits).result, Result::kDone);
  EXPECT_EQ(Decode("1;ab\r\nx\r\n1;abc\r\nx\r\n0\r\n\r\n", 3, limits).status, 400);
}

TEST(Chunked, Extensions) {
  for (const char* good :
       {"0;a", "0;a=b", "0;a=\"\"", "0;a=\"b c\\\"d\"", "0;a;b;c", "0;a=b;c=\"d\";e"}) {
    EXPECT_EQ(Decode(std::string(good) + "\r\n\r\n", 1).result, Result::kDone) << good;
  }
  for (const char* bad : {"0;", "0;;a", "0;a=", "0;=b", "0;a=\"", "0;a=\"b", "0;a=\"b\"c",
                          "0;a=b\"c\"", "0; a", "0 ;a", "0;a =b", "0;a= b", "0;a=\"\x01\"",
                          "0;a=\"\\\x01\"", "0;a=b c", "0;a\x80", "0,a"}) {
    EXPECT_EQ(Decode(std::string(bad) + "\r\n\r\n", 1).status, 400) << bad;
  }
}

TEST(Chunked, TrailerLimits) {
  ChunkLimits limits;
  limits.fields = 2;
  EXPECT_EQ(Decode("0\r\na:b\r\nc:d\r\n\r\n", 1, limits).result, Result::kDone);
  EXPECT_EQ(Decode("0\r\na:b\r\nc:d\r\ne:f\r\n\r\n", 1, limits).status, 431);
  limits.fields = 1000;
  std::string many = "0\r\n";
  for (size_t i = 0; i < kMaxTrailers; ++i) many += "a:b\r\n";
  EXPECT_EQ(Decode(many + "\r\n", 1, limits).result, Result::kDone);
  EXPECT_EQ(Decode(many + "a:b\r\n\r\n", 1, limits).status, 431);
  limits = ChunkLimits();
  limits.field_size = 5;
  EXPECT_EQ(Decode("0\r\na:bcd\r\n\r\n", 1, limits).result, Result::kDone);
  EXPECT_EQ(Decode("0\r\na:bcde\r\n\r\n", 1, limits).status, 431);
  limits = ChunkLimits();
  limits.trailer = 9;
  EXPECT_EQ(Decode("0\r\na:bcd\r\n\r\n", 1, limits).result, Result::kDone);
  EXPECT_EQ(Decode("0\r\na:bcde\r\n\r\n", 1, limits).status, 431);
  EXPECT_EQ(Decode("0\r\na:bcde\r\n\r\n", 100, limits).status, 431);
  limits.trailer = 10;
  EXPECT_EQ(Decode("0\r\na:bcde\r\n\r\n", 1, limits).result, Result::kDone);
  EXPECT_EQ(Decode("0\r\na:bcde\r\n\r\n", 1, limits).largest_rest, 9u);
}

}  // namespace
}  // namespace httpd::http
