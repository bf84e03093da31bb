// SPDX-License-Identifier: Apache-2.0
//
// The two outputs of a load run: one for people, one for programs.

#include <cstdio>

#include "load/load_client.h"

namespace httpd::load {
namespace {

struct Field {
  std::string_view name;
  uint64_t Counts::*member;
};

constexpr Field kFields[] = {
    {"answered", &Counts::answered},
    {"connects", &Counts::connects},
    {"announced", &Counts::announced},
    {"idle_closes", &Counts::idle_closes},
    {"bytes", &Counts::bytes},
    {"refused", &Counts::refused},
    {"connect_timeouts", &Counts::connect_timeouts},
    {"resets", &Counts::resets},
    {"unanswered", &Counts::unanswered},
    {"short_bodies", &Counts::short_bodies},
    {"bad_status", &Counts::bad_status},
    {"bad_bodies", &Counts::bad_bodies},
    {"malformed", &Counts::malformed},
};

std::string Number(double value) {
  char text[64];
  snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string CountsToJson(const Counts& counts) {
  std::string out = "{";
  for (const Field& field : kFields) {
    if (out.size() > 1) out += ',';
    out += '"' + std::string(field.name) + "\":" + std::to_string(counts.*field.member);
  }
  return out + ",\"errors\":" + std::to_string(counts.Errors()) + "}";
}

}  // namespace

void Counts::Add(const Counts& other) {
  for (const Field& field : kFields) this->*field.member += other.*field.member;
}

std::vector<std::pair<std::string_view, uint64_t>> Fields(const Counts& counts) {
  std::vector<std::pair<std::string_view, uint64_t>> out;
  for (const Field& field : kFields) out.emplace_back(field.name, counts.*field.member);
  return out;
}

std::string Report::ToJson(bool per_connection) const {
  char rate[64];
  snprintf(rate, sizeof rate, "%.1f", RequestsPerSecond());
  std::string out = "{\"seconds\":" + Number(seconds) + ",\"requests_per_second\":" + rate +
                    ",\"total\":" + CountsToJson(total) + ",\"latency_us\":{";
  const char* separator = "";
  for (double part : {0.5, 0.9, 0.99, 0.999}) {
    double us = static_cast<double>(latency.Percentile(part)) / 1000;
    out += separator + ("\"p" + Number(part * 100)) + "\":" + Number(us);
    separator = ",";
  }
  out += ",\"max\":" + Number(static_cast<double>(latency.max()) / 1000) + "},\"losses\":[";
  separator = "";
  for (const Loss& loss : losses) {
    out += separator + ("{\"kind\":\"" + std::string(loss.kind)) +
           "\",\"connection\":" + std::to_string(loss.connection) +
           ",\"local_port\":" + std::to_string(loss.local_port) +
           ",\"seconds\":" + Number(loss.seconds) + "}";
    separator = ",";
  }
  out += "]";
  if (per_connection) {
    out += ",\"connections\":[";
    separator = "";
    for (const Counts& counts : connections) {
      out += separator + CountsToJson(counts);
      separator = ",";
    }
    out += "]";
  }
  return out + "}\n";
}

std::string Report::ToText() const {
  char line[160];
  snprintf(line, sizeof line, "%llu answers in %.2f s: %.0f per second, %zu connections\n",
           static_cast<unsigned long long>(total.answered), seconds, RequestsPerSecond(),
           connections.size());
  std::string out = line;
  snprintf(line, sizeof line,
           "latency: median %.0f us, 90%% %.0f us, 99%% %.0f us, longest %.0f us\n",
           static_cast<double>(latency.Percentile(0.5)) / 1000,
           static_cast<double>(latency.Percentile(0.9)) / 1000,
           static_cast<double>(latency.Percentile(0.99)) / 1000,
           static_cast<double>(latency.max()) / 1000);
  out += line;
  for (const Field& field : kFields) {
    if (total.*field.member == 0) continue;
    size_t on = 0;
    for (const Counts& counts : connections) on += counts.*field.member > 0;
    snprintf(line, sizeof line, "  %-17s %12llu on %zu connections\n",
             std::string(field.name).c_str(), static_cast<unsigned long long>(total.*field.member),
             on);
    out += line;
  }
  for (size_t i = 0; i < losses.size() && i < 10; ++i) {
    snprintf(line, sizeof line, "  lost: %s, connection %d (port %u), after %.3f s\n",
             losses[i].kind, losses[i].connection, losses[i].local_port, losses[i].seconds);
    out += line;
  }
  return out + (total.Errors() == 0 ? "no errors\n" : "ERRORS\n");
}

}  // namespace httpd::load
