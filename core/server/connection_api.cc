// SPDX-License-Identifier: Apache-2.0
//
// httpd/connection.h: who is at the other end of a connection and how its bytes travel.

#include <arpa/inet.h>
#include <httpd/connection.h>

#include <cstring>

#include "base/misuse.h"
#include "base/str.h"
#include "net/extras.h"
#include "net/layer.h"
#include "server/generation_impl.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::net::Extras;

#define HTTPD_CHECK_CONNECTION(connection, answer) \
  HTTPD_REQUIRE_HANDLE(connection, answer);        \
  HTTPD_REQUIRE_LOOP_THREAD(answer)

namespace {

constexpr httpd_str kNone = {nullptr, 0};

// Writes an address in numbers as the socket's would be shown: an IPv4 address that is mapped into
// IPv6 as IPv4. False when it is none.
bool Normalise(std::string_view address, char* text, uint8_t* length) {
  char copy[INET6_ADDRSTRLEN];
  if (address.empty() || address.size() >= sizeof(copy)) return false;
  address.copy(copy, address.size());
  copy[address.size()] = '\0';
  in_addr v4;
  in6_addr v6;
  const char* written = nullptr;
  if (::inet_pton(AF_INET, copy, &v4) == 1) {
    written = ::inet_ntop(AF_INET, &v4, text, INET6_ADDRSTRLEN);
  } else if (::inet_pton(AF_INET6, copy, &v6) == 1) {
    written = IN6_IS_ADDR_V4MAPPED(&v6)
                  ? ::inet_ntop(AF_INET, v6.s6_addr + 12, text, INET6_ADDRSTRLEN)
                  : ::inet_ntop(AF_INET6, &v6, text, INET6_ADDRSTRLEN);
  }
  if (written == nullptr) return false;
  *length = static_cast<uint8_t>(std::strlen(text));
  return true;
}

// Nobody has seen the addresses yet who could have decided by them.
bool MayChange(const httpd_connection* connection) {
  return connection->extras != nullptr && connection->extras->hooked && !connection->closing &&
         !connection->extras->begun;
}

}  // namespace

extern "C" {

httpd_pool* httpd_connection_pool(httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, nullptr);
  Extras* extras = httpd::net::NeedExtras(connection);
  return extras == nullptr ? nullptr : &extras->pool;
}

httpd_worker* httpd_connection_worker(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, nullptr);
  return connection->worker;
}

uint64_t httpd_connection_id(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, 0);
  return connection->id;
}

httpd_str httpd_connection_client_address(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, kNone);
  return Str(connection->client());
}

uint16_t httpd_connection_client_port(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, 0);
  return connection->client_port;
}

httpd_str httpd_connection_local_address(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, kNone);
  httpd::net::ResolveLocal(const_cast<httpd_connection*>(connection));
  return Str(connection->local());
}

uint16_t httpd_connection_local_port(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, 0);
  httpd::net::ResolveLocal(const_cast<httpd_connection*>(connection));
  return connection->local_port;
}

httpd_result httpd_connection_set_client(httpd_connection* connection, httpd_str address,
                                         uint16_t port) {
  HTTPD_CHECK_CONNECTION(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(MayChange(connection), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "requests may have been begun on the connection");
  if (!Normalise(View(address), connection->client_text, &connection->client_length)) {
    return HTTPD_ERR_INVALID;
  }
  connection->client_port = port;
  return HTTPD_OK;
}

httpd_result httpd_connection_set_local(httpd_connection* connection, httpd_str address,
                                        uint16_t port) {
  HTTPD_CHECK_CONNECTION(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(MayChange(connection), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "requests may have been begun on the connection");
  httpd::net::ResolveLocal(connection);
  if (!Normalise(View(address), connection->local_text, &connection->local_length)) {
    return HTTPD_ERR_INVALID;
  }
  connection->local_port = port;
  const auto& vhosts = connection->worker->generation->vhosts;
  if (!vhosts.empty()) connection->hosts = vhosts.Find(connection->local(), port);
  return HTTPD_OK;
}

httpd_server* httpd_connection_find_server(httpd_connection* connection, httpd_str name) {
  HTTPD_CHECK_CONNECTION(connection, nullptr);
  const httpd::server::HostSet* hosts = connection->hosts;
  return hosts == nullptr ? connection->worker->generation->servers.servers.front().get()
                          : hosts->Find(View(name));
}

int32_t httpd_connection_is_secure(const httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, 0);
  return connection->transport->secure(connection);
}

httpd_str httpd_connection_fact(const httpd_connection* connection, uint32_t fact) {
  HTTPD_CHECK_CONNECTION(connection, kNone);
  if (connection->extras == nullptr) return kNone;
  for (const httpd_layer* layer = connection->extras->top; layer != nullptr; layer = layer->below) {
    const httpd_str value = httpd::net::LayerFact(layer, fact);
    if (value.data != nullptr) return value;
  }
  return kNone;
}

httpd_result httpd_connection_bytes(const httpd_connection* connection, uint64_t* received,
                                    uint64_t* sent) {
  HTTPD_CHECK_CONNECTION(connection, HTTPD_ERR_INVALID);
  if (received != nullptr) *received = connection->received;
  if (sent != nullptr) *sent = connection->sent;
  return HTTPD_OK;
}

httpd_result httpd_connection_close(httpd_connection* connection) {
  HTTPD_CHECK_CONNECTION(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(!connection->closing, HTTPD_ERR_STALE, HTTPD_ERR_STALE, "the connection is closed");
  connection->protocol->OnCloseAsked();
  return HTTPD_OK;
}

}  // extern "C"
