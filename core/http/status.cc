// SPDX-License-Identifier: Apache-2.0
//
// IANA's HTTP Status Code registry as a table, with prepared status lines.
#include "http/status.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace httpd::http {
namespace {

#define HTTPD_STATUSES(X)                   \
  X(100, "Continue")                        \
  X(101, "Switching Protocols")             \
  X(102, "Processing")                      \
  X(103, "Early Hints")                     \
  X(104, "Upload Resumption Supported")     \
  X(200, "OK")                              \
  X(201, "Created")                         \
  X(202, "Accepted")                        \
  X(203, "Non-Authoritative Information")   \
  X(204, "No Content")                      \
  X(205, "Reset Content")                   \
  X(206, "Partial Content")                 \
  X(207, "Multi-Status")                    \
  X(208, "Already Reported")                \
  X(226, "IM Used")                         \
  X(300, "Multiple Choices")                \
  X(301, "Moved Permanently")               \
  X(302, "Found")                           \
  X(303, "See Other")                       \
  X(304, "Not Modified")                    \
  X(305, "Use Proxy")                       \
  X(307, "Temporary Redirect")              \
  X(308, "Permanent Redirect")              \
  X(400, "Bad Request")                     \
  X(401, "Unauthorized")                    \
  X(402, "Payment Required")                \
  X(403, "Forbidden")                       \
  X(404, "Not Found")                       \
  X(405, "Method Not Allowed")              \
  X(406, "Not Acceptable")                  \
  X(407, "Proxy Authentication Required")   \
  X(408, "Request Timeout")                 \
  X(409, "Conflict")                        \
  X(410, "Gone")                            \
  X(411, "Length Required")                 \
  X(412, "Precondition Failed")             \
  X(413, "Content Too Large")               \
  X(414, "URI Too Long")                    \
  X(415, "Unsupported Media Type")          \
  X(416, "Range Not Satisfiable")           \
  X(417, "Expectation Failed")              \
  X(421, "Misdirected Request")             \
  X(422, "Unprocessable Content")           \
  X(423, "Locked")                          \
  X(424, "Failed Dependency")               \
  X(425, "Too Early")                       \
  X(426, "Upgrade Required")                \
  X(428, "Precondition Required")           \
  X(429, "Too Many Requests")               \
  X(431, "Request Header Fields Too Large") \
  X(451, "Unavailable For Legal Reasons")   \
  X(500, "Internal Server Error")           \
  X(501, "Not Implemented")                 \
  X(502, "Bad Gateway")                     \
  X(503, "Service Unavailable")             \
  X(504, "Gateway Timeout")                 \
  X(505, "HTTP Version Not Supported")      \
  X(506, "Variant Also Negotiates")         \
  X(507, "Insufficient Storage")            \
  X(508, "Loop Detected")                   \
  X(510, "Not Extended")                    \
  X(511, "Network Authentication Required")

struct Entry {
  uint16_t code;
  std::string_view line;
};

constexpr Entry kStatuses[] = {
#define HTTPD_X(code, reason) {code, "HTTP/1.1 " #code " " reason "\r\n"},
    HTTPD_STATUSES(HTTPD_X)
#undef HTTPD_X
};
constexpr size_t kCount = sizeof(kStatuses) / sizeof(kStatuses[0]);

constexpr int kFirst = 100;
constexpr int kEnd = 600;
constexpr uint8_t kNone = 0xff;
static_assert(kCount < kNone);

constexpr std::array<uint8_t, kEnd - kFirst> MakeIndex() {
  std::array<uint8_t, kEnd - kFirst> index{};
  for (uint8_t& slot : index) slot = kNone;
  for (size_t i = 0; i < kCount; ++i) index[kStatuses[i].code - kFirst] = static_cast<uint8_t>(i);
  return index;
}
constexpr std::array<uint8_t, kEnd - kFirst> kIndex = MakeIndex();

}  // namespace

std::string_view StatusLine(int status) {
  if (status < kFirst || status >= kEnd) return {};
  const uint8_t index = kIndex[static_cast<size_t>(status - kFirst)];
  return index == kNone ? std::string_view() : kStatuses[index].line;
}

std::string_view ReasonPhrase(int status) {
  std::string_view line = StatusLine(status);
  if (line.empty()) return {};
  constexpr size_t kBefore = sizeof("HTTP/1.1 200 ") - 1;
  return line.substr(kBefore, line.size() - kBefore - 2);
}

}  // namespace httpd::http
