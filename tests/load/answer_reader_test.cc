// SPDX-License-Identifier: Apache-2.0
//
// The same answers must be read alike however the network cuts them.

#include "load/answer_reader.h"

#include <gtest/gtest.h>

#include "load/histogram.h"

namespace httpd::load {
namespace {

using Result = AnswerReader::Result;

// Feeds `text` in pieces of `piece` bytes; returns the last result and the bytes consumed.
Result Feed(AnswerReader* reader, const std::string& text, size_t piece, size_t* total) {
  *total = 0;
  Result result = Result::kNeedMore;
  for (size_t at = 0; at < text.size() && result == Result::kNeedMore; at += piece) {
    size_t used = 0;
    result = reader->Consume(std::string_view(text).substr(at, piece), &used);
    *total += used;
  }
  return result;
}

struct Case {
  const char* name;
  std::string text;
  Result result;
  int status;
  uint64_t body;
};

TEST(AnswerReader, ReadsTheSameInAnyPieces) {
  const Case cases[] = {
      {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Result::kComplete, 200, 5},
      {"empty", "HTTP/1.1 404 No\r\ncontent-length:0\r\n\r\n", Result::kComplete, 404, 0},
      {"not modified", "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", Result::kComplete, 304, 0},
      {"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
       Result::kComplete, 200, 2},
      {"chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n3\r\nyou\r\n0\r\n"
       "A: b\r\n\r\n",
       Result::kComplete, 200, 8},
      {"no http", "HTCPCP/1.0 418 Teapot\r\nContent-Length: 0\r\n\r\n", Result::kMalformed, 0, 0},
      {"no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", Result::kMalformed,
       200, 0},
  };
  for (const Case& c : cases) {
    for (size_t piece = 1; piece <= c.text.size(); ++piece) {
      AnswerReader reader;
      reader.Begin(false, nullptr);
      size_t total = 0;
      Result result = Feed(&reader, c.text, piece, &total);
      EXPECT_EQ(result, c.result) << c.name << " in pieces of " << piece;
      if (result != Result::kComplete) continue;
      EXPECT_EQ(total, c.text.size()) << c.name << " in pieces of " << piece;
      EXPECT_EQ(reader.status(), c.status) << c.name;
      EXPECT_EQ(reader.body_size(), c.body) << c.name;
    }
  }
}

TEST(AnswerReader, StopsAtTheEndOfTheAnswer) {
  AnswerReader reader;
  reader.Begin(false, nullptr);
  size_t used = 0;
  std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  EXPECT_EQ(reader.Consume(one + one, &used), Result::kComplete);
  EXPECT_EQ(used, one.size());
}

TEST(AnswerReader, HeadHasNoBody) {
  AnswerReader reader;
  reader.Begin(true, nullptr);
  size_t used = 0;
  EXPECT_EQ(reader.Consume("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", &used),
            Result::kComplete);
}

TEST(AnswerReader, ComparesTheBody) {
  std::string expected = "hello";
  for (const char* body : {"hello", "hellp", "HELLO"}) {
    AnswerReader reader;
    reader.Begin(false, &expected);
    size_t used = 0;
    reader.Consume(std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") + body, &used);
    EXPECT_EQ(reader.body_matches(), expected == body) << body;
  }
}

TEST(Histogram, PercentilesAreWithinASixteenth) {
  Histogram histogram;
  for (uint64_t i = 1; i <= 10000; ++i) histogram.Add(i * 1000);
  for (double part : {0.1, 0.5, 0.9, 0.99}) {
    double wanted = part * 1e7;
    EXPECT_NEAR(static_cast<double>(histogram.Percentile(part)), wanted, wanted / 15) << part;
  }
  EXPECT_EQ(histogram.max(), 10000000u);
  EXPECT_EQ(Histogram().Percentile(0.5), 0u);
}

}  // namespace
}  // namespace httpd::load
