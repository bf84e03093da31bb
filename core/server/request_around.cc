// SPDX-License-Identifier: Apache-2.0
//
// The part of httpd/request.h about what is around a request: connection, worker, the client that a
// trusted proxy saw, the error whose document is being made.

#include <arpa/inet.h>
#include <httpd/request.h>

#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/worker.h"

using httpd::base::View;

httpd_connection* httpd_request_connection(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->connection;
}

httpd_worker* httpd_request_worker(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->worker;
}

int32_t httpd_request_is_secure(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->connection->transport->secure(r->connection);
}

httpd_result httpd_request_set_client(httpd_request* r, httpd_str address, uint16_t port) {
  HTTPD_CHECK_REQUEST(r);
  char text[INET6_ADDRSTRLEN];
  const bool fits = View(address).size() < sizeof(text);
  if (fits) text[View(address).copy(text, sizeof(text) - 1)] = '\0';
  unsigned char bytes[sizeof(in6_addr)];
  HTTPD_REQUIRE(
      fits && (::inet_pton(AF_INET, text, bytes) == 1 || ::inet_pton(AF_INET6, text, bytes) == 1),
      HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the address is not one in numbers");
  httpd::server::RequestExtras* extras = httpd::server::MakeExtras(r);
  const httpd_str copy = extras == nullptr ? httpd_str{nullptr, 0} : r->pool.Copy(View(address));
  if (copy.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  extras->client = View(copy);
  extras->client_port = port;
  r->flags.client_set = true;
  return HTTPD_OK;
}

uint32_t httpd_request_error_status(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  if (!r->flags.error_response) return 0;
  return r->original_status != 0 ? r->original_status : r->status;
}
