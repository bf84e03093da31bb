// SPDX-License-Identifier: Apache-2.0
//
// Interim responses of HTTP/1 (RFC 9110 §15.2). They go where the head of the response will go, so
// that they stand behind every earlier response and in front of their own.

#include <charconv>
#include <cstring>

#include "http/connection.h"
#include "http/status.h"

namespace httpd::http {

httpd_result Connection::SendInterim(httpd_request* request, uint32_t status,
                                     const httpd_field* fields, uint32_t count) {
  if (request != request_) return HTTPD_ERR_IO;  // cut off
  if (request->head->version < 1001) return HTTPD_DECLINED;
  size_t size = 64;
  for (uint32_t i = 0; i < count; ++i) size += fields[i].name.len + fields[i].value.len + 4;
  if (size > httpd_worker::kScratch) return HTTPD_ERR_LIMIT;
  ClaimScratch();
  if (worker_->scratch_used + size > httpd_worker::kScratch && !KeepScratch()) {
    return HTTPD_ERR_NO_MEMORY;
  }
  char* const begin = worker_->scratch + worker_->scratch_used;
  char* out = begin;
  const auto put = [&out](const char* text, size_t length) {
    if (length > 0) std::memcpy(out, text, length);
    out += length;
  };
  put("HTTP/1.1 ", 9);
  out = std::to_chars(out, out + 3, status).ptr;
  put(" ", 1);
  const std::string_view reason = ReasonPhrase(static_cast<int>(status));
  put(reason.data(), reason.size());
  put("\r\n", 2);
  for (uint32_t i = 0; i < count; ++i) {
    put(fields[i].name.data, fields[i].name.len);
    put(": ", 2);
    put(fields[i].value.data, fields[i].value.len);
    put("\r\n", 2);
  }
  put("\r\n", 2);
  worker_->scratch_used += static_cast<size_t>(out - begin);
  request->bytes_sent += static_cast<uint64_t>(out - begin);
  SendSoon();
  return HTTPD_OK;
}

// Has what stands in the scratch buffer sent. Not here and now, for a client that has left would
// end the request under the hook that is calling.
void Connection::SendSoon() {
  if (processing_) return;  // Process() sends it
  KeepScratch();
  want_write_ = true;
  WatchForState();
}

}  // namespace httpd::http
