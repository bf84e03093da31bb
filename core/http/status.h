// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_STATUS_H_
#define HTTPD_HTTP_STATUS_H_

#include <string_view>

namespace httpd::http {

// Reason phrase of every code in IANA's HTTP Status Code registry ("Not Found"). Empty when the
// code is not registered; the status line then ends in a space, as RFC 9112 §4 demands.
std::string_view ReasonPhrase(int status);

// "HTTP/1.1 404 Not Found\r\n", prepared. Empty when the code is not registered: the caller then
// writes the line itself.
std::string_view StatusLine(int status);

// 1xx, 204 and 304 never carry content (RFC 9110 §6.4.1). 205 has no content either but does need
// framing, so it is not among them.
constexpr bool StatusForbidsBody(int status) {
  return (status >= 100 && status < 200) || status == 204 || status == 304;
}

// RFC 9110 §8.6: no Content-Length in 1xx and 204. 304 may have one.
constexpr bool StatusForbidsContentLength(int status) {
  return (status >= 100 && status < 200) || status == 204;
}

constexpr bool StatusIsValid(int status) { return status >= 100 && status <= 599; }

}  // namespace httpd::http

#endif  // HTTPD_HTTP_STATUS_H_
