// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "server/request.h"

namespace httpd::http {

// The charset that AddDefaultCharset puts behind the response's type; empty: none.
std::string_view DefaultCharset(const server::Request& request);

// Upper bound of what FormatResponseHead writes.
size_t ResponseHeadBound(const server::Request& request);

// Status line, `common` (Date and Server), fields, framing and the empty line (RFC 9112 §4, §5);
// returns the end. Content-Length is
// written when the size of the body is known. Keep-alive and chunked are read from flags.
char* FormatResponseHead(const server::Request& request, std::string_view common, char* out);

}  // namespace httpd::http
