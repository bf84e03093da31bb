// SPDX-License-Identifier: Apache-2.0
//
// A handler that takes the connection of its request: Upgrade and CONNECT.

#include "server/take_over.h"

#include <httpd/protocol.h>

#include "base/sized.h"
#include "http/field.h"
#include "http/request_head.h"
#include "net/extras.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

bool InHandler(const Request* request) {
  if (request->state != RequestState::kRunning && request->state != RequestState::kSuspended) {
    return false;
  }
  const Program& program = request->worker->generation->program;
  return request->pc < program.steps.size() &&
         program.steps[request->pc].hook == HTTPD_HOOK_HANDLER && !request->flags.lookup_only;
}

// RFC 9110 §7.8: the client must have said that it would switch to this.
bool Offered(const Request* request, std::string_view token) {
  if (!request->head->upgrade) return false;
  http::FieldLines lines(*request->head, http::KnownField::kUpgrade, request->data);
  for (std::string_view line; lines.Next(&line);) {
    if (http::ListHasToken(line, token)) return true;
  }
  return false;
}

}  // namespace
}  // namespace httpd::server

extern "C" httpd_result httpd_request_take_over(httpd_request* r, httpd_str token,
                                                const httpd_protocol* raw) {
  using httpd::base::View;
  HTTPD_CHECK_REQUEST(r);
  httpd_protocol protocol;
  HTTPD_READ_SIZED(httpd_protocol, raw, &protocol);
  HTTPD_REQUIRE(protocol.flags == 0, HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "a flag is set that this core does not know");
  HTTPD_REQUIRE(protocol.open != nullptr && protocol.readable != nullptr, HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "the protocol has no open() or readable()");
  HTTPD_REQUIRE(httpd::server::InHandler(r), HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in HANDLER");
  if (!r->stream->SpeaksHttp1()) return HTTPD_ERR_UNSUPPORTED;
  HTTPD_REQUIRE(r->stream->CanTakeOver(r), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the head was sent, or the request has a body");
  const bool tunnel = r->method == httpd::http::Method::kConnect;
  if (!tunnel && !httpd::server::Offered(r, View(token))) return HTTPD_ERR_STATE;
  HTTPD_REQUIRE(!tunnel || r->status / 100 == 2, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the status of a tunnel is not 2xx");
  httpd::net::Extras* extras = httpd::net::NeedExtras(r->connection);
  if (extras == nullptr) return HTTPD_ERR_NO_MEMORY;
  auto* entry = extras->pool.New<httpd::server::ProtocolEntry>();
  const httpd_str copy = r->pool.Copy(View(token));
  if (entry == nullptr || copy.data == nullptr ||
      (!tunnel && !httpd::server::SetField(r, "Upgrade", View(copy)))) {
    return HTTPD_ERR_NO_MEMORY;
  }
  if (extras->take_over != nullptr) httpd::server::DropTakeOver(r->connection);
  entry->table = protocol;
  entry->name = protocol.name == nullptr ? View(token) : std::string_view(protocol.name);
  entry->slot = r->worker->slot->module.load(std::memory_order_relaxed);
  extras->take_over = entry;
  if (!tunnel) r->status = 101;
  r->flags.taken_over = true;
  return HTTPD_DONE;
}
