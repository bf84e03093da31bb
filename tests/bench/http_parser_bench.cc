// SPDX-License-Identifier: Apache-2.0
//
// What the grammar costs per request: parsing a head and normalising a path, as a load generator
// sends them and as browsers do. Each request is parsed from another copy, so that neither address
// nor branch history is too friendly.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "http/date.h"
#include "http/field.h"
#include "http/parser.h"
#include "http/uri.h"

namespace httpd::http {
namespace {

const char kMinimal[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

const char kWrk[] =
    "GET /index.html HTTP/1.1\r\n"
    "Host: 127.0.0.1:8080\r\n"
    "User-Agent: wrk/4.1.0\r\n"
    "Accept: */*\r\n"
    "\r\n";

const char kBrowser[] =
    "GET /docs/2.4/mod/core.html?lang=en HTTP/1.1\r\n"
    "Host: www.example.org\r\n"
    "Connection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\n"
    "sec-ch-ua: \"Chromium\";v=\"124\", \"Google Chrome\";v=\"124\", \"Not-A.Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: none\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-User: ?1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-US,en;q=0.9,de;q=0.8\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; "
    "_ga=GA1.2.1234567890.1234567890\r\n"
    "If-None-Match: \"2a3b-5f1c2d3e4f5a6\"\r\n"
    "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "\r\n";

void ParseHead(benchmark::State& state, const std::string& request) {
  std::vector<std::string> copies(16, request);
  RequestParser parser;
  RequestHead head;
  const Limits limits;
  size_t i = 0;
  for (auto _ : state) {
    const std::string& text = copies[i++ % copies.size()];
    parser.Reset(limits);
    if (parser.Parse(text.data(), text.size(), &head) != ParseResult::kDone) {
      state.SkipWithError(parser.error().reason);
      break;
    }
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * request.size()));
}
BENCHMARK_CAPTURE(ParseHead, minimal, kMinimal);
BENCHMARK_CAPTURE(ParseHead, wrk, kWrk);
BENCHMARK_CAPTURE(ParseHead, browser, kBrowser);

// The head arrives in three reads.
void ParseHeadInPieces(benchmark::State& state) {
  const std::string text = kBrowser;
  RequestParser parser;
  RequestHead head;
  for (auto _ : state) {
    parser.Reset(Limits());
    parser.Parse(text.data(), text.size() / 3, &head);
    parser.Parse(text.data(), text.size() * 2 / 3, &head);
    benchmark::DoNotOptimize(parser.Parse(text.data(), text.size(), &head));
  }
}
BENCHMARK(ParseHeadInPieces);

void Normalize(benchmark::State& state, const std::string& target) {
  char buffer[512];
  UriPath path;
  for (auto _ : state) {
    benchmark::DoNotOptimize(NormalizePath(target, {}, buffer, sizeof(buffer), &path));
    benchmark::DoNotOptimize(path);
  }
}
BENCHMARK_CAPTURE(Normalize, short, "/index.html");
BENCHMARK_CAPTURE(Normalize, browser, "/docs/2.4/mod/core.html?lang=en");
BENCHMARK_CAPTURE(Normalize, escaped, "/docs/../a%20b//c/./%7Euser/index.html");

void Lookup(benchmark::State& state, const std::string& name) {
  for (auto _ : state) benchmark::DoNotOptimize(LookupField(name));
}
BENCHMARK_CAPTURE(Lookup, host, "Host");
BENCHMARK_CAPTURE(Lookup, longest, "Access-Control-Allow-Credentials");
BENCHMARK_CAPTURE(Lookup, unknown, "X-Custom-Header");

void FormatDate(benchmark::State& state) {
  char out[kHttpDateLength];
  int64_t t = 784111777;
  for (auto _ : state) {
    FormatHttpDate(t++, out);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(FormatDate);

void ParseDate(benchmark::State& state) {
  const std::string text = "Sun, 06 Nov 1994 08:49:37 GMT";
  int64_t t = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ParseHttpDate(text, 0, &t));
}
BENCHMARK(ParseDate);

}  // namespace
}  // namespace httpd::http

BENCHMARK_MAIN();
