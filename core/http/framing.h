// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_FRAMING_H_
#define HTTPD_HTTP_FRAMING_H_

#include "http/request_head.h"

namespace httpd::http {

struct FramingError {
  int status = 0;  // 0: none
  const char* reason = nullptr;
};

// Reads the fields that decide about body, host and connection out of a head whose lines are
// parsed, and sets the members that follow from them (RFC 9112 §3.2, §6, §9; RFC 9110 §10.1.1).
// `repeated` is false when no request field came twice.
FramingError InterpretFields(const char* data, bool repeated, RequestHead* head);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_FRAMING_H_
