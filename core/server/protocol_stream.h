// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/protocol.h>
#include <httpd/stream.h>

#include <cstdint>
#include <string_view>

#include "server/module_protocol.h"
#include "server/request.h"
#include "server/stream.h"

namespace httpd::server {

// A request of a module's protocol; lies in the request's pool.
class ProtocolStream final : public Stream {
 public:
  ProtocolStream(ModuleProtocol* protocol, Request* request, void* user, int64_t content_length)
      : protocol_(protocol),
        request_(request),
        user_(user),
        expected_(content_length),
        input_ended_(content_length == 0) {}

  // Stream
  void Send(httpd_request* request, bool end) override;
  void StartBody(httpd_request* request) override;
  void WantBody(httpd_request* request) override;
  httpd_result SendInterim(httpd_request* request, uint32_t status, const httpd_field* fields,
                           uint32_t count) override;
  void ForbidKeepAlive(httpd_request*) override {}
  ProtocolStream* protocol_stream() override { return this; }

  // ---- what the protocol does with it; it may be gone behind each of these ----
  void Start();
  int64_t Feed(std::string_view data, uint32_t flags);
  void Sent();
  // Ends the request; a suspended hook is told.
  void Abort();
  // The same from the core's side: the protocol is told first.
  void Reset(httpd_result reason);

  bool started() const { return started_; }
  bool input_ended() const { return input_ended_; }
  httpd_chain* TakeBody() {
    offered_ = request_->body.bytes;
    return &request_->body;
  }
  uint32_t status() const { return interim_status_ != 0 ? interim_status_ : request_->status; }
  // The fields of the head, or of the interim response that is being sent. Null before.
  const httpd_field* fields() const { return interim_status_ != 0 ? interim_ : fields_; }
  uint32_t field_count() const { return interim_status_ != 0 ? interim_count_ : field_count_; }

  ProtocolStream* previous = nullptr;  // in the protocol's list
  ProtocolStream* next = nullptr;

 private:
  bool MakeHead(bool complete);
  bool AddField(std::string_view name, std::string_view value);
  bool AddLines(std::string_view lines);
  bool Bodiless() const;
  bool EndBody();
  void TellSend(uint32_t flags);
  void Leave(void (*end)(Request*));

  ModuleProtocol* protocol_;
  Request* request_;
  void* user_;
  httpd_field* fields_ = nullptr;
  uint32_t field_count_ = 0;
  uint32_t field_room_ = 0;
  uint32_t interim_status_ = 0;
  uint32_t interim_count_ = 0;
  httpd_field* interim_ = nullptr;
  int64_t expected_;       // Content-Length; -1: not known
  uint64_t received_ = 0;  // of the body
  uint64_t offered_ = 0;   // bytes of the body when the protocol looked
  bool* gone_ = nullptr;   // set when the stream ends under a call
  bool started_ = false;
  bool ended_ = false;        // EOS is in the body
  bool input_ended_ = false;  // the client's body is complete, or broke off
  bool input_broken_ = false;
  bool hungry_ = false;  // the protocol holds bytes that were not wanted
};

// Reads the head into the request by the rules of HTTP/1 requests. Null, or why no request may have
// it (`head` is the module's, read by its size).
const char* ReadStreamHead(Request* request, const CoreServer& limits,
                           const httpd_request_head& head);

}  // namespace httpd::server
