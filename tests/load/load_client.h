// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/histogram.h"

namespace httpd::load {

// What a run does. It ends at the first of: `requests` answered or lost (0: no limit), `duration`
// over, the stop flag set; then it waits at most `answer_timeout` for what is in flight.
struct Options {
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  std::string method = "GET";
  std::string path = "/";
  std::string host = "localhost";
  std::string extra_fields;  // complete header lines, each ending in CRLF
  int connections = 64;
  int pipeline = 1;  // requests in flight per connection
  uint64_t requests = 0;
  std::chrono::milliseconds duration{10000};
  std::chrono::milliseconds think_time{0};  // pause of a connection between answer and request
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds answer_timeout{10000};  // without one byte of progress
  int expected_status = 200;
  std::optional<std::string> expected_body;  // compared byte by byte
  std::optional<uint64_t> expected_length;   // compared when there is no expected body
};

// Everything that can happen on one of the client's connections. The first block is normal.
struct Counts {
  uint64_t answered = 0;     // complete answers
  uint64_t connects = 0;     // connections made
  uint64_t announced = 0;    // closed after an answer that said Connection: close
  uint64_t idle_closes = 0;  // closed by the server with no request in flight
  uint64_t bytes = 0;        // received

  uint64_t refused = 0;           // connect refused or failed
  uint64_t connect_timeouts = 0;  // connect not finished in time
  uint64_t resets = 0;            // ECONNRESET or EPIPE
  uint64_t unanswered = 0;        // connection ended, or time ran out, before the first byte
  uint64_t short_bodies = 0;      // connection ended, or time ran out, inside an answer
  uint64_t bad_status = 0;
  uint64_t bad_bodies = 0;  // complete, but not what was expected
  uint64_t malformed = 0;   // not an HTTP/1 answer, or bytes nobody asked for

  uint64_t Errors() const {
    return refused + connect_timeouts + resets + unanswered + short_bodies + bad_status +
           bad_bodies + malformed;
  }
  void Add(const Counts& other);
};

// One connection that ended in an error.
struct Loss {
  const char* kind;
  int connection;       // which of the client's connections
  uint16_t local_port;  // tells which process of the server owned it
  double seconds;       // since the start of the run
};

struct Report {
  Counts total;
  std::vector<Counts> connections;
  std::vector<Loss> losses;  // the first 1,000
  Histogram latency;
  double seconds = 0;

  double RequestsPerSecond() const {
    return seconds > 0 ? static_cast<double>(total.answered) / seconds : 0;
  }
  std::string ToJson(bool per_connection) const;
  std::string ToText() const;
};

// Runs in the calling thread. `stop`, when not null, ends the run early; `answered` counts along,
// so that another thread can wait until load flows.
Report RunLoad(const Options& options, const std::atomic<bool>* stop = nullptr,
               std::atomic<uint64_t>* answered = nullptr);

// The fields of Counts with their names, in the order of the declaration.
std::vector<std::pair<std::string_view, uint64_t>> Fields(const Counts& counts);

}  // namespace httpd::load
