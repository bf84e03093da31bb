// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_TARGET_H_
#define HTTPD_HTTP_TARGET_H_

#include "http/request_head.h"

namespace httpd::http {

// Decides the form of head->target for head->method (RFC 9112 §3.2) and sets form, path, scheme,
// and host and port where the target has them. Null, or the reason for a 400.
const char* ClassifyTarget(const char* data, RequestHead* head);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_TARGET_H_
