// SPDX-License-Identifier: Apache-2.0
//
// Runs every case of tests/conformance/http1_corpus through parser and chunked decoder, once whole
// and once byte by byte: both must come to the same, expected end.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "http/chars.h"
#include "http/chunked.h"
#include "http/parser.h"

namespace httpd::http {
namespace {

struct Case {
  std::string name;
  std::string expect;
  std::string rest;
  bool has_rest = false;
  std::string request;
};

// The escapes that the corpus' README names.
std::string Unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char kind = text.at(++i);
    if (kind == 'x') {
      out += static_cast<char>(HexValue(text.at(i + 1)) * 16 + HexValue(text.at(i + 2)));
      i += 2;
    } else if (kind == '{') {
      const size_t close = text.find('}', i);
      out.append(std::stoul(text.substr(i + 1, close - i - 1)), text.at(close + 1));
      i = close + 1;
    } else {
      out += kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind == 't' ? '\t' : kind;
    }
  }
  return out;
}

bool TakePrefix(std::string* line, const std::string& prefix) {
  if (line->compare(0, prefix.size(), prefix) != 0) return false;
  line->erase(0, prefix.size());
  return true;
}

Case ReadCase(const std::filesystem::path& file) {
  Case c;
  c.name = file.stem().string();
  std::ifstream in(file);
  bool in_request = false;
  for (std::string line; std::getline(in, line);) {
    if (in_request) {
      c.request += Unescape(line);
    } else if (TakePrefix(&line, "expect: ")) {
      c.expect = line;
    } else if (TakePrefix(&line, "rest:")) {
      c.has_rest = true;
      TakePrefix(&line, " ");
      c.rest = Unescape(line);
    } else if (line == "request:") {
      in_request = true;
    }
  }
  return c;
}

std::vector<Case> ReadCorpus() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(HTTPD_CORPUS_DIR)) {
    if (entry.path().extension() == ".txt") cases.push_back(ReadCase(entry.path()));
  }
  std::sort(cases.begin(), cases.end(),
            [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

struct Outcome {
  std::string result;  // in the words of `expect:`, or what was missing
  std::string rest;
  std::string reason;
};

// The body of an accepted head; `step` bytes are added at a time.
Outcome ReadBody(const RequestHead& head, const std::string& request, size_t step) {
  std::string rest = request.substr(head.head_size);
  if (!head.chunked) {
    const auto length = static_cast<size_t>(std::max<int64_t>(head.content_length, 0));
    if (rest.size() < length) return {"body incomplete", rest, ""};
    return {"accept", rest.substr(length), ""};
  }
  ChunkedDecoder decoder;
  decoder.Reset(ChunkLimits());
  std::string buffer;
  size_t added = 0;
  for (;;) {
    size_t consumed;
    std::string_view content;
    const auto result = decoder.Decode(buffer.data(), buffer.size(), &consumed, &content, nullptr);
    buffer.erase(0, consumed);
    if (result == ChunkedDecoder::Result::kDone) return {"accept", buffer + rest.substr(added), ""};
    if (result == ChunkedDecoder::Result::kError) {
      return {std::to_string(decoder.error().status) + " in body", "", decoder.error().reason};
    }
    if (result == ChunkedDecoder::Result::kData) continue;
    if (added == rest.size()) return {"body incomplete", "", ""};
    const size_t count = std::min(step, rest.size() - added);
    buffer += rest.substr(added, count);
    added += count;
  }
}

Outcome RunCase(const std::string& request, size_t step) {
  RequestParser parser;
  parser.Reset(Limits());
  RequestHead head;
  for (size_t size = std::min(step, request.size());;
       size = std::min(size + step, request.size())) {
    // A copy of exactly this size, so that a sanitizer sees reads beyond it; it moves every time.
    const std::vector<char> copy(request.begin(),
                                 request.begin() + static_cast<std::ptrdiff_t>(size));
    switch (parser.Parse(copy.data(), copy.size(), &head)) {
      case ParseResult::kDone:
        return ReadBody(head, request, step);
      case ParseResult::kError:
        return {std::to_string(parser.error().status), "", parser.error().reason};
      case ParseResult::kNeedMore:
        if (size == request.size()) return {"head incomplete", "", ""};
    }
  }
}

TEST(Corpus, EveryCase) {
  const std::vector<Case> cases = ReadCorpus();
  ASSERT_GE(cases.size(), 200u) << "in " << HTTPD_CORPUS_DIR;
  for (const Case& c : cases) {
    ASSERT_NE(c.expect, "") << c.name;
    ASSERT_NE(c.request, "") << c.name;
    const Outcome whole = RunCase(c.request, c.request.size());
    EXPECT_EQ(whole.result, c.expect) << c.name << ": " << whole.reason;
    if (c.has_rest) {
      EXPECT_EQ(whole.rest, c.rest) << c.name;
    }
    for (const size_t step : {1, 2, 7}) {
      const Outcome pieces = RunCase(c.request, step);
      EXPECT_EQ(pieces.result, whole.result) << c.name << " in steps of " << step;
      EXPECT_EQ(pieces.reason, whole.reason) << c.name << " in steps of " << step;
      EXPECT_EQ(pieces.rest, whole.rest) << c.name << " in steps of " << step;
    }
  }
}

}  // namespace
}  // namespace httpd::http
