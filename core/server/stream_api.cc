// SPDX-License-Identifier: Apache-2.0
//
// httpd/protocol.h: the requests of a protocol, and the priority of any request.

#include <httpd/protocol.h>
#include <httpd/stream.h>

#include "base/concat.h"
#include "base/sized.h"
#include "http/field.h"
#include "log/error_log.h"
#include "net/extras.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/protocol_stream.h"

using httpd::base::View;
using httpd::server::BlameScope;
using httpd::server::ModuleProtocol;
using httpd::server::ProtocolStream;
using httpd::server::Request;

#define HTTPD_REQUIRE_STREAM(request, stream)                                        \
  HTTPD_CHECK_REQUEST(request);                                                      \
  ProtocolStream* const stream =                                                     \
      (request)->stream == nullptr ? nullptr : (request)->stream->protocol_stream(); \
  HTTPD_REQUIRE(stream != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,                 \
                "httpd_stream_open() did not make the request")

namespace {

// RFC 9218 §4.1.
constexpr uint32_t kLeastUrgent = 7;

Request* NewRequest(httpd_connection* connection, const httpd_request_head& head) {
  httpd_worker* worker = connection->worker;
  Request* request = worker->NewRequest();
  if (request == nullptr) return nullptr;
  worker->UpdateClock();
  request->started = worker->now_ns;
  request->connection = connection;
  request->keepalive_count = 0;
  request->urgency = static_cast<uint8_t>(head.urgency);
  request->incremental = head.incremental != 0;
  return request;
}

}  // namespace

extern "C" {

httpd_result httpd_stream_open(httpd_connection* connection, const httpd_request_head* raw,
                               void* user, httpd_request** result) {
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(result != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`request` is NULL");
  *result = nullptr;
  httpd_request_head head;
  HTTPD_READ_SIZED(httpd_request_head, raw, &head);
  HTTPD_REQUIRE(head.reserved == 0 && head.urgency <= kLeastUrgent && head.incremental <= 1,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "a priority that cannot be");
  HTTPD_REQUIRE(head.protocol >= 1000 && head.protocol <= 9009 && head.content_length >= -1,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "a protocol or length that cannot be");
  HTTPD_REQUIRE(head.fields != nullptr || head.field_count == 0, HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "`fields` is NULL");
  ModuleProtocol* protocol = httpd::server::ProtocolOf(connection);
  HTTPD_REQUIRE(protocol != nullptr && !protocol->closing(), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the connection does not speak a module's protocol, or is closed");
  HTTPD_REQUIRE(protocol->table().send != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the protocol has no send()");
  Request* request = NewRequest(connection, head);
  if (request == nullptr) return HTTPD_ERR_LIMIT;
  const auto& limits = connection->hosts == nullptr ? connection->worker->generation->main_core()
                                                    : *connection->hosts->fallback->core;
  const char* reason = httpd::server::ReadStreamHead(request, limits, head);
  ProtocolStream* stream = nullptr;
  if (reason == nullptr) {
    const auto& read = *request->head;
    void* memory = request->pool.Alloc(sizeof(ProtocolStream));
    const int64_t length = read.chunked ? -1 : std::max<int64_t>(read.content_length, 0);
    if (memory != nullptr) stream = new (memory) ProtocolStream(protocol, request, user, length);
  }
  if (stream == nullptr) {
    connection->worker->FreeRequest(request);
    if (reason == nullptr) return HTTPD_ERR_NO_MEMORY;
    if (httpd::log::GetLevel() >= httpd::log::Level::kInfo) {
      httpd::log::Write(
          httpd::log::Level::kInfo, "core",
          httpd::base::Concat("[client ", connection->client(), ":", connection->client_port,
                              "] request refused: ", reason, " [HS-53]"));
    }
    return HTTPD_ERR_INVALID;
  }
  connection->extras->begun = true;
  request->stream = stream;
  request->state = httpd::server::RequestState::kRunning;
  request->flags.keep_alive = true;
  protocol->Link(stream);
  *result = request;
  return HTTPD_OK;
}

httpd_result httpd_stream_start(httpd_request* request) {
  HTTPD_REQUIRE_STREAM(request, stream);
  HTTPD_REQUIRE(!stream->started(), HTTPD_ERR_STATE, HTTPD_ERR_STATE, "it was started before");
  const BlameScope caller(request->worker->slot);
  stream->Start();
  return HTTPD_OK;
}

int64_t httpd_stream_feed(httpd_request* request, httpd_str data, uint32_t flags) {
  HTTPD_REQUIRE_STREAM(request, stream);
  HTTPD_REQUIRE((flags & ~(HTTPD_BODY_END | HTTPD_BODY_ERROR)) == 0, HTTPD_ERR_UNSUPPORTED,
                HTTPD_ERR_UNSUPPORTED, "a flag that this core does not know");
  HTTPD_REQUIRE(!stream->input_ended(), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the body has ended, or there is none");
  const BlameScope caller(request->worker->slot);
  return stream->Feed(View(data), flags);
}

httpd_result httpd_stream_trailer(httpd_request* request, httpd_str name, httpd_str value) {
  HTTPD_REQUIRE_STREAM(request, stream);
  HTTPD_REQUIRE(!stream->input_ended(), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the body has ended, or there is none");
  if (!httpd::http::IsToken(View(name)) || !httpd::http::IsFieldValue(View(value))) {
    return HTTPD_ERR_INVALID;
  }
  httpd::server::ReceiveTrailer(request, View(name), View(value));
  return HTTPD_OK;
}

uint32_t httpd_stream_status(const httpd_request* request) {
  HTTPD_REQUIRE_REQUEST(request, 0, 0);
  ProtocolStream* stream =
      request->stream == nullptr ? nullptr : request->stream->protocol_stream();
  HTTPD_REQUIRE(stream != nullptr && stream->fields() != nullptr, 0, HTTPD_ERR_STATE,
                "there is no head to send yet");
  return stream->status();
}

httpd_result httpd_stream_field(const httpd_request* request, uint32_t index, httpd_str* name,
                                httpd_str* value) {
  HTTPD_REQUIRE_STREAM(request, stream);
  HTTPD_REQUIRE(stream->fields() != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "there is no head to send yet");
  if (index >= stream->field_count()) return HTTPD_ERR_NOT_FOUND;
  if (name != nullptr) *name = stream->fields()[index].name;
  if (value != nullptr) *value = stream->fields()[index].value;
  return HTTPD_OK;
}

httpd_chain* httpd_stream_body(httpd_request* request) {
  HTTPD_REQUIRE_REQUEST(request, nullptr, nullptr);
  ProtocolStream* stream =
      request->stream == nullptr ? nullptr : request->stream->protocol_stream();
  HTTPD_REQUIRE(stream != nullptr, nullptr, HTTPD_ERR_STATE,
                "httpd_stream_open() did not make the request");
  return stream->TakeBody();
}

httpd_result httpd_stream_sent(httpd_request* request) {
  HTTPD_REQUIRE_STREAM(request, stream);
  HTTPD_REQUIRE(request->flags.head_sent, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "there was nothing to send yet");
  const BlameScope caller(request->worker->slot);
  stream->Sent();
  return HTTPD_OK;
}

httpd_result httpd_stream_abort(httpd_request* request) {
  HTTPD_REQUIRE_STREAM(request, stream);
  const BlameScope caller(request->worker->slot);
  stream->Abort();
  return HTTPD_OK;
}

httpd_result httpd_request_priority(const httpd_request* request, uint32_t* urgency,
                                    int32_t* incremental) {
  HTTPD_CHECK_REQUEST(request);
  if (urgency != nullptr) *urgency = request->urgency;
  if (incremental != nullptr) *incremental = request->incremental;
  return HTTPD_OK;
}

httpd_result httpd_request_set_priority(httpd_request* request, uint32_t urgency,
                                        int32_t incremental) {
  HTTPD_CHECK_REQUEST(request);
  HTTPD_REQUIRE(urgency <= kLeastUrgent, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "an urgency of more than 7");
  request->urgency = static_cast<uint8_t>(urgency);
  request->incremental = incremental != 0;
  return HTTPD_OK;
}

}  // extern "C"
