// SPDX-License-Identifier: Apache-2.0
//
// The end of HTTP/1 on a connection that goes on with another protocol (RFC 9110 §7.8, §9.3.6). The
// object stays, for the socket is a part of it.

#include <cstring>
#include <string>

#include "http/connection.h"
#include "http/connection_head.h"
#include "log/error_log.h"
#include "net/extras.h"
#include "server/generation_impl.h"
#include "server/opening.h"

namespace httpd::http {

bool Connection::CanTakeOver(const httpd_request* request) const {
  return request == request_ && state_ == State::kBusy && !request->head->has_body() &&
         !request->flags.head_sent && !finishing_ && !read_eof_;
}

void Connection::SendTakeOver(bool end) {
  server::Request* request = request_;
  const bool tunnel = request->method == Method::kConnect && request->status / 100 == 2;
  if (!tunnel && request->status != 101) {  // the handler answered something else in the end
    request->flags.taken_over = false;
    server::RemoveField(request, "Upgrade");
    return Send(request, end);
  }
  ClaimScratch();
  if (!end) return Cut();  // a flush, which take_over() has forbidden
  request->body.Clear();   // what follows the head belongs to the protocol
  const size_t room = ResponseHeadBound(*request);
  if (room > httpd_worker::kScratch || !FitsScratch(room)) return Cut();
  may_keep_alive_ = request->flags.keep_alive = false;
  char* begin = worker_->scratch + worker_->scratch_used;
  request->body_size = server::kUnknownSize;  // what follows has another protocol
  char* const out = FormatResponseHead(*request, worker_->common_fields(), begin);
  worker_->scratch_used += static_cast<size_t>(out - begin);
  request->bytes_sent += static_cast<uint64_t>(out - begin);
  request->flags.head_sent = true;
  transport_.extras->leaving = true;
  FinishRequest();
  if (!processing_) Process();
}

// Everything was sent: hands over the connection with the bytes that were read ahead.
void Connection::Leave() {
  if (state_ == State::kClosed || processing_) return;
  if (pending_end_ > pending_begin_) return net::Watch(&transport_, UV_WRITABLE);
  net::Extras* extras = transport_.extras;
  std::string bytes(buffer_.data == nullptr ? "" : buffer_.data + begin_, end_ - begin_);
  bytes += extras->ahead.view();
  state_ = State::kClosed;
  if (buffer_.data != nullptr) worker_->FreeBuffer(&buffer_);
  if (pending_.data != nullptr) worker_->FreeBuffer(&pending_);
  begin_ = end_ = 0;
  if (!extras->ahead.Assign(worker_, bytes)) return net::Close(&transport_);
  extras->begun = true;
  if (!bytes.empty() && !extras->layered) net::BecomeLayered(&transport_);
  server::StartProtocol(&transport_, extras->take_over);
}

}  // namespace httpd::http
