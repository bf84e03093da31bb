// SPDX-License-Identifier: Apache-2.0
//
// httpd/protocol.h: the connection as the protocol that is spoken on it uses it.

#include <httpd/protocol.h>

#include "base/misuse.h"
#include "base/str.h"
#include "net/extras.h"
#include "server/generation_impl.h"
#include "server/module_protocol.h"
#include "server/opening.h"

using httpd::server::ModuleProtocol;

#define HTTPD_REQUIRE_PROTOCOL(connection, protocol)                      \
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);                    \
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);                            \
  ModuleProtocol* const protocol = httpd::server::ProtocolOf(connection); \
  HTTPD_REQUIRE(protocol != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,    \
                "the connection does not speak a module's protocol");     \
  HTTPD_REQUIRE(!protocol->closing(), HTTPD_ERR_STALE, HTTPD_ERR_STALE, "the connection is closed")

extern "C" {

httpd_str httpd_protocol_name(const httpd_connection* connection, uint32_t index) {
  HTTPD_REQUIRE_HANDLE(connection, (httpd_str{nullptr, 0}));
  HTTPD_REQUIRE_LOOP_THREAD((httpd_str{nullptr, 0}));
  const auto& protocols = connection->worker->generation->protocols;
  if (index < protocols.size()) return httpd::base::Str(protocols.at(index).name);
  return index == protocols.size() ? httpd::base::Str(httpd::server::kHttp1)
                                   : httpd_str{nullptr, 0};
}

httpd_result httpd_connection_set_protocol(httpd_connection* connection, httpd_str name) {
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  httpd::net::Extras* extras = connection->extras;
  HTTPD_REQUIRE(extras != nullptr && extras->opening != nullptr && extras->opening->choosing(),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in CONNECTION_OPEN or a preface");
  const std::string_view wanted = httpd::base::View(name);
  if (wanted == httpd::server::kHttp1) {
    extras->chosen = nullptr;
    extras->http1_chosen = true;
    return HTTPD_OK;
  }
  const auto* entry = connection->worker->generation->protocols.Find(wanted);
  if (entry == nullptr) return HTTPD_ERR_NOT_FOUND;
  extras->chosen = entry;
  extras->http1_chosen = false;
  return HTTPD_OK;
}

int64_t httpd_connection_read(httpd_connection* connection, char* to, size_t size) {
  HTTPD_REQUIRE_PROTOCOL(connection, protocol);
  HTTPD_REQUIRE(to != nullptr && size > 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "there is no room to read into");
  return protocol->Read(to, size);
}

int64_t httpd_connection_write(httpd_connection* connection, const httpd_str* pieces,
                               uint32_t count) {
  HTTPD_REQUIRE_PROTOCOL(connection, protocol);
  HTTPD_REQUIRE(pieces != nullptr || count == 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "`pieces` is NULL");
  return protocol->Write(pieces, count);
}

int64_t httpd_connection_write_file(httpd_connection* connection, int32_t fd, int64_t offset,
                                    uint64_t length) {
  HTTPD_REQUIRE_PROTOCOL(connection, protocol);
  HTTPD_REQUIRE(fd >= 0 && offset >= 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "no descriptor, or an offset below 0");
  return length == 0 ? 0 : protocol->WriteFile(fd, offset, length);
}

httpd_result httpd_connection_watch(httpd_connection* connection, uint32_t events) {
  HTTPD_REQUIRE_PROTOCOL(connection, protocol);
  HTTPD_REQUIRE((events & ~(HTTPD_IO_READ | HTTPD_IO_WRITE)) == 0, HTTPD_ERR_UNSUPPORTED,
                HTTPD_ERR_UNSUPPORTED, "an event that this core does not know");
  protocol->WatchFor(events);
  return HTTPD_OK;
}

httpd_result httpd_connection_set_timeout(httpd_connection* connection, uint64_t ms) {
  HTTPD_REQUIRE_PROTOCOL(connection, protocol);
  protocol->SetTimeout(ms);
  return HTTPD_OK;
}

httpd_result httpd_connection_shutdown(httpd_connection* connection) {
  HTTPD_REQUIRE_PROTOCOL(connection, protocol);
  return protocol->Shutdown();
}

}  // extern "C"
