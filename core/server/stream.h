// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <cstdint>

namespace httpd::server {

class ProtocolStream;  // protocol_stream.h

// What a request needs of the protocol that made it. HTTP/1 makes one stream per connection, a
// multiplexed protocol several. The request calls down; the protocol calls up with the functions of
// server/lifecycle.h.
class Stream {
 public:
  // Sends the head unless it was sent, and what waits in the request's body chain. `end`: the
  // response is complete. The protocol calls Sent() once everything of a complete response was
  // handed over, possibly before this returns.
  virtual void Send(httpd_request* request, bool end) = 0;

  // The handler wants the body: calls FeedBody() until its end, possibly before this returns.
  virtual void StartBody(httpd_request* request) = 0;

  // FeedBody() took less than it was given, and would take more now. Not called from within it.
  virtual void WantBody(httpd_request* request) = 0;

  // A 1xx response before the head, at once. HTTPD_DECLINED: this client must not get one.
  virtual httpd_result SendInterim(httpd_request* request, uint32_t status,
                                   const httpd_field* fields, uint32_t count) = 0;

  // The connection can carry nothing after this response.
  virtual void ForbidKeepAlive(httpd_request* request) = 0;

  // Whether the connection can be taken over behind this request (httpd/protocol.h); Send() then
  // does it once the head was sent.
  virtual bool CanTakeOver(const httpd_request* /*request*/) const { return false; }
  virtual bool SpeaksHttp1() const { return false; }

  // This, when a module's protocol made the request.
  virtual ProtocolStream* protocol_stream() { return nullptr; }

 protected:
  ~Stream() = default;
};

}  // namespace httpd::server
