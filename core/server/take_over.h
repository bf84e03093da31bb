// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

namespace httpd::server {

// Forgets the protocol that httpd_request_take_over() gave, and destroys what it is given.
void DropTakeOver(httpd_connection* connection);

}  // namespace httpd::server
