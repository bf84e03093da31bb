// SPDX-License-Identifier: Apache-2.0
//
// httpd_load: the load client as a program. Exit status 0: no errors; 1: at least one request was
// lost or answered wrongly; 2: wrong usage.

#include <signal.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "load/load_client.h"

namespace {

std::atomic<bool> stop{false};

constexpr char kUsage[] =
    R"(Usage: httpd_load [OPTION VALUE]... PORT | ADDRESS:PORT
  --path PATH             request target (default /)
  --host NAME             Host field (default localhost)
  --method NAME           GET, HEAD, OPTIONS (default GET)
  --connections N         kept-alive connections (default 64)
  --pipeline N            requests in flight per connection (default 1)
  --requests N            stop after N requests (default: no limit)
  --seconds N             stop after N seconds (default 10, at most 3600)
  --think-ms N            pause of a connection between answer and request (default 0)
  --timeout-ms N          longest time without progress (default 10000)
  --expect-status N       default 200
  --expect-length N       length of each body
  --expect-file FILE      each body is this file, byte by byte
  --json yes|connections  machine-readable output; `connections` adds counts per connection
)";

[[noreturn]] void Refuse(const std::string& what, const std::string& fix) {
  fprintf(stderr, "httpd_load: %s\nfix: %s\n", what.c_str(), fix.c_str());
  exit(2);
}

long long Number(const std::string& option, const char* text, long long low, long long high) {
  char* end = nullptr;
  long long value = strtoll(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value < low || value > high) {
    Refuse(option + ": found '" + text + "', wanted a number from " + std::to_string(low) + " to " +
               std::to_string(high),
           "httpd_load " + option + " " + std::to_string(low) + " …");
  }
  return value;
}

void SetTarget(httpd::load::Options* options, const char* text) {
  const char* colon = strrchr(text, ':');
  if (colon != nullptr) options->address.assign(text, colon);
  options->port =
      static_cast<uint16_t>(Number("PORT", colon != nullptr ? colon + 1 : text, 1, 65535));
}

void SetOption(httpd::load::Options* o, const std::string& name, const char* value,
               std::string* json) {
  using std::chrono::milliseconds;
  if (name == "--path") {
    o->path = value;
  } else if (name == "--host") {
    o->host = value;
  } else if (name == "--method") {
    o->method = value;
  } else if (name == "--connections") {
    o->connections = static_cast<int>(Number(name, value, 1, 100000));
  } else if (name == "--pipeline") {
    o->pipeline = static_cast<int>(Number(name, value, 1, 1000));
  } else if (name == "--requests") {
    o->requests = static_cast<uint64_t>(Number(name, value, 1, 1LL << 50));
  } else if (name == "--seconds") {
    o->duration = milliseconds(1000 * Number(name, value, 1, 3600));
  } else if (name == "--think-ms") {
    o->think_time = milliseconds(Number(name, value, 0, 3600000));
  } else if (name == "--timeout-ms") {
    o->answer_timeout = o->connect_timeout = milliseconds(Number(name, value, 1, 3600000));
  } else if (name == "--expect-status") {
    o->expected_status = static_cast<int>(Number(name, value, 200, 599));
  } else if (name == "--expect-length") {
    o->expected_length = static_cast<uint64_t>(Number(name, value, 0, 1LL << 50));
  } else if (name == "--expect-file") {
    std::ifstream file(value, std::ios::binary);
    if (!file) Refuse(std::string("--expect-file: cannot read ") + value, "name a readable file");
    o->expected_body.emplace(std::istreambuf_iterator<char>(file),
                             std::istreambuf_iterator<char>());
  } else if (name == "--json") {
    *json = value;
  } else {
    Refuse("unknown option '" + name + "'", "httpd_load --help");
  }
}

}  // namespace

int main(int argc, char** argv) {
  httpd::load::Options options;
  std::string json;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      fputs(kUsage, stdout);
      return 0;
    }
    if (name.rfind("--", 0) != 0) {
      SetTarget(&options, argv[i]);
    } else if (i + 1 < argc) {
      SetOption(&options, name, argv[++i], &json);
    } else {
      Refuse(name + " has no value", "httpd_load --help");
    }
  }
  if (options.port == 0) Refuse("no port given", "httpd_load 127.0.0.1:8080");
  signal(SIGINT, [](int) { stop = true; });
  httpd::load::Report report = httpd::load::RunLoad(options, &stop);
  std::string out = json.empty() ? report.ToText() : report.ToJson(json == "connections");
  fputs(out.c_str(), stdout);
  return report.total.Errors() == 0 ? 0 : 1;
}
