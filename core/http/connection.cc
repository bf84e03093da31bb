// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1 on a connection: reading heads, keeping requests apart, time-outs and closing. Bodies are
// in connection_body.cc, output in connection_write.cc.

#include "http/connection.h"

#include <algorithm>
#include <cstring>

#include "log/error_log.h"
#include "net/extras.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/opening.h"

namespace httpd::http {
namespace {
constexpr uint32_t kMaxHead = 65536;
constexpr uint64_t kLingerTime = 2000;  // after the last byte from the client
constexpr uint32_t kBodyRoom = 4096;
}  // namespace

void OpenConnection(httpd_worker* worker, int fd, const sockaddr* peer, uint32_t listener) {
  auto* connection = new Connection(worker);
  if (!connection->Open(fd, peer, listener)) connection->OnClosed();
}

void OpenWithOpening(httpd_worker* worker, int fd, const sockaddr* peer, uint32_t listener) {
  auto* connection = new Connection(worker);
  if (!connection->Open(fd, peer, listener)) return connection->OnClosed();
  server::RunOpening(connection->transport());
}

void StartHttp1(httpd_connection* connection) {
  static_cast<Connection*>(connection->protocol)->Start();
}

Connection::~Connection() {
  if (scratch_owner_ == this) scratch_owner_ = nullptr;
  if (buffer_.data != nullptr) worker_->FreeBuffer(&buffer_);
  if (head_buffer_.data != nullptr) worker_->FreeBuffer(&head_buffer_);
  if (pending_.data != nullptr) worker_->FreeBuffer(&pending_);
}

bool Connection::Open(int fd, const sockaddr* peer, uint32_t listener) {
  if (!net::Open(&transport_, worker_, fd, peer, listener)) return false;
  ChooseHosts();
  Start();
  return true;
}

void Connection::Start() {
  const server::CoreServer& server = limits();
  const uint32_t first = server.header_timeout.value;  // 0: no limit
  net::SetDeadline(&transport_, worker_->loop_now() + (first > 0 ? first : server.timeout.value));
  net::Watch(&transport_, UV_READABLE);
}

void Connection::ChooseHosts() {
  const auto& vhosts = worker_->generation->vhosts;
  if (vhosts.empty()) return;
  net::ResolveLocal(&transport_);
  transport_.hosts = vhosts.Find(transport_.local(), transport_.local_port);
}

// Before the Host field is known the default server of the address decides.
const server::CoreServer& Connection::limits() const {
  return transport_.hosts == nullptr ? worker_->generation->main_core()
                                     : *transport_.hosts->fallback->core;
}

// ---- events ----

void Connection::OnReadable() {
  if (state_ == State::kLinger || state_ == State::kDiscard) {
    if (!Discard()) return;
  } else if (!Fill()) {
    return;
  }
  Process();
}

// False when there is nothing new to process.
bool Connection::Fill() {
  if (!MakeRoom()) return false;
  const ssize_t n =
      transport_.transport->Read(&transport_, buffer_.data + end_, buffer_.capacity - end_);
  if (n > 0) {
    end_ += static_cast<uint32_t>(n);
    return true;
  }
  if (n == net::Transport::kAgain) {
    if (state_ == State::kIdle) Idle();
    if (state_ != State::kClosed) WatchForState();  // a layer may wait for something else now
    return false;
  }
  if (n == net::Transport::kFailed) {
    Cut();
    return false;
  }
  OnEndOfFile();
  return false;
}

// Room behind end_. While a request runs its head may not move.
bool Connection::MakeRoom() {
  if (buffer_.data == nullptr) {
    buffer_ = worker_->NewBuffer();
    begin_ = end_ = 0;
    if (buffer_.data == nullptr) {
      Cut();
      return false;
    }
  }
  if (end_ < buffer_.capacity) return true;
  const bool movable = state_ != State::kBusy || body_pending();
  if (movable && begin_ > 0) {
    std::memmove(buffer_.data, buffer_.data + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  if (state_ != State::kHead || buffer_.capacity > kMaxHead) {
    WatchForState();  // full of what the client sent ahead: it waits
    return false;
  }
  server::Buffer larger = worker_->NewBuffer(buffer_.capacity * 2);
  if (larger.data == nullptr) {
    Cut();
    return false;
  }
  std::memcpy(larger.data, buffer_.data, end_);
  worker_->FreeBuffer(&buffer_);
  buffer_ = larger;
  return true;
}

void Connection::OnWritable() {
  want_write_ = false;
  Process();
}

// The client closed its side, seen while nothing is read. A hook that waits is told; a response on
// its way is finished, for what the client had sent before may still be unread.
void Connection::OnDisconnect() {
  if (state_ >= State::kLeaving) return;
  disconnected_ = true;
  const bool more_to_read = body_pending() && request_ != nullptr && server::BodyClaimed(request_);
  if (state_ == State::kBusy && request_ != nullptr && !more_to_read &&
      request_->state == server::RequestState::kSuspended) {
    return Cut();
  }
  WatchForState();
}

void Connection::OnEndOfFile() {
  read_eof_ = true;
  if (state_ == State::kBusy && body_pending() && !finishing_) return BodyBroken();
  if (state_ == State::kBusy || pending_end_ > pending_begin_) return WatchForState();
  Cut();
}

void Connection::OnTimeout() {
  if (state_ == State::kHead) {
    // RFC 9110 §15.5.9; the answer tells a slow client what happened.
    worker_->UpdateClock();
    RejectHead(408, "the header did not arrive in time (RequestReadTimeout header)");
    return Process();
  }
  if (state_ == State::kBusy && request_ != nullptr && !finishing_) {
    if (body_pending() && server::BodyClaimed(request_)) {
      net::SetDeadline(&transport_, worker_->loop_now() + limits().timeout.value);
      if (server::BodyRoom(request_) == 0) return;  // it is not the client who is slow
      return BodyBroken();
    }
    // A hook or a filter takes its time; that is its own business.
    if ((request_->state == server::RequestState::kSuspended || request_->filters != nullptr) &&
        !want_write_) {
      net::SetDeadline(&transport_, worker_->loop_now() + limits().timeout.value);
      return;
    }
  }
  Cut();
}

void Connection::OnStop() { Cut(); }

void Connection::OnCloseAsked() {
  if (state_ == State::kIdle || state_ == State::kHead) return Cut();
  if (state_ >= State::kLeaving) return;
  may_keep_alive_ = false;
  if (state_ == State::kDiscard) {
    body_ = BodyState::kNone;
    Linger();
    if (!processing_) Process();
  }
}

// ---- requests ----

void Connection::Process() {
  if (processing_) return;
  ClaimScratch();
  processing_ = true;
  do {
    Advance();
  } while (state_ != State::kClosed && Flush() && Written());
  processing_ = false;
  if (state_ == State::kIdle && begin_ == end_ && pending_begin_ == pending_end_) Idle();
  if (state_ != State::kClosed) WatchForState();
}

// Goes on until something from outside is needed: bytes, a hook's answer, room in the socket.
void Connection::Advance() {
  for (;;) {
    switch (state_) {
      case State::kIdle:
      case State::kHead:
        if (begin_ == end_ || pending_end_ > pending_begin_ || !ParseHead()) return;
        break;
      case State::kBusy:
      case State::kDiscard: {
        const State before = state_;
        PumpBody();
        if (state_ == before) return;
        break;
      }
      case State::kLinger:
      case State::kLeaving:
      case State::kClosed:
        return;
    }
  }
}

// False when the head is not complete.
bool Connection::ParseHead() {
  if (state_ == State::kIdle && !BeginHead()) return false;
  switch (parser_.Parse(buffer_.data + begin_, end_ - begin_, &request_->own_head)) {
    case ParseResult::kDone:
      StartRequest();
      return true;
    case ParseResult::kError:
      RejectHead(parser_.error().status, parser_.error().reason);
      return true;
    case ParseResult::kNeedMore:
      break;
  }
  const server::CoreServer& server = limits();
  uint64_t allowed = server.header_timeout.value;
  if (allowed == 0) {
    net::SetDeadline(&transport_, UINT64_MAX);
    return false;
  }
  if (const uint32_t rate = server.header_min_rate.value; rate > 0) {
    const uint64_t most = server.header_timeout_max.value;  // 0: no cap
    allowed += (end_ - begin_) * uint64_t{1000} / rate;
    if (most > 0)
      allowed = std::min(allowed, std::max<uint64_t>(most, server.header_timeout.value));
  }
  net::SetDeadline(&transport_, head_started_ + allowed);
  return false;
}

bool Connection::BeginHead() {
  request_ = worker_->NewRequest();
  if (request_ == nullptr) {
    Cut();
    return false;
  }
  worker_->UpdateClock();
  request_->started = worker_->now_ns;
  request_->connection = &transport_;
  request_->stream = this;
  request_->keepalive_count = served_;
  const server::CoreServer& server = limits();
  parser_.Reset({.line = server.limit_request_line.value,
                 .field_size = server.limit_request_field_size.value,
                 .fields = server.limit_request_fields.value,
                 .head = kMaxHead});
  head_started_ = worker_->loop_now();
  state_ = State::kHead;
  may_keep_alive_ = true;
  return true;
}

void Connection::StartRequest() {
  server::Request* request = request_;
  request->head = &request->own_head;
  request->data = buffer_.data + begin_;
  const RequestHead& head = request->own_head;
  begin_ += head.head_size;
  request->bytes_received = head.head_size;
  state_ = State::kBusy;
  finishing_ = false;
  request->line = RequestLine();
  client_closes_ = !head.keep_alive;
  if (head.has_body()) SetUpBody();
  net::SetDeadline(&transport_, worker_->loop_now() + limits().timeout.value);
  server::Begin(request);
}

void Connection::SetUpBody() {
  const RequestHead& head = request_->own_head;
  body_ = head.chunked ? BodyState::kChunked : BodyState::kLength;
  body_left_ = head.chunked ? 0 : static_cast<uint64_t>(head.content_length);
  discarded_ = 0;
  continue_due_ = head.expect_continue;
  KeepHeadApart();
  if (!head.chunked) return;
  const server::CoreServer& server = limits();
  const uint32_t fields = server.limit_request_fields.value;  // 0: no limit
  decoder_.Reset({.field_size = server.limit_request_field_size.value,
                  .fields = fields == 0 ? static_cast<uint32_t>(kMaxTrailers) : fields});
}

// The body needs a buffer whose bytes may move; the head keeps the old one until the request ends.
void Connection::KeepHeadApart() {
  head_buffer_ = buffer_;
  const uint32_t rest = end_ - begin_;
  buffer_ = worker_->NewBuffer(std::max(server::Buffer::kSize, rest + kBodyRoom));
  if (buffer_.data == nullptr) {
    body_ = BodyState::kBroken;
    begin_ = end_ = 0;
    return;
  }
  std::memcpy(buffer_.data, head_buffer_.data + begin_, rest);
  begin_ = 0;
  end_ = rest;
}

// Answers a head that is incomplete or unacceptable; of it only the request line may be used.
void Connection::RejectHead(int status, const char* reason) {
  RequestHead& head = request_->own_head;
  request_->data = buffer_.data + begin_;
  if (parser_.has_request_line()) {
    request_->line = RequestLine();
  } else {
    head.method_name = head.target = {};
    head.method = Method::kGet;
    head.form = TargetForm::kOrigin;
    head.version = 1001;
  }
  head.path = head.host = {};
  head.port = -1;
  head.field_count = 0;
  head.content_length = -1;
  head.chunked = head.keep_alive = head.expect_continue = head.upgrade = false;
  std::memset(head.known, -1, sizeof(head.known));
  request_->head = &head;
  state_ = State::kBusy;
  finishing_ = client_closes_ = false;
  server::Reject(request_, static_cast<uint32_t>(status), reason);
}

// "GET /a HTTP/1.1": a method, a target and a version with one space between (RFC 9112 §3).
std::string_view Connection::RequestLine() const {
  const RequestHead& head = request_->own_head;
  const size_t end = head.target.off + head.target.len + sizeof(" HTTP/1.1") - 1;
  return {request_->data + head.method_name.off, end - head.method_name.off};
}

// The response has left (or lies in the scratch buffer) and its request is gone.
void Connection::AfterRequest() {
  request_ = nullptr;
  continue_due_ = false;
  finishing_ = false;
  ++served_;
  if (head_buffer_.data != nullptr) worker_->FreeBuffer(&head_buffer_);
  if (!may_keep_alive_) {
    if (transport_.extras != nullptr && transport_.extras->leaving) {
      state_ = State::kLeaving;
      return;
    }
    client_closes_ = client_closes_ && !body_pending() && begin_ == end_;
    body_ = BodyState::kNone;
    return Linger();
  }
  state_ = body_pending() ? State::kDiscard : State::kIdle;
  if (state_ == State::kDiscard) BodyBegins();
}

void Connection::Idle() {
  if (read_eof_) return Cut();
  if (buffer_.data != nullptr && begin_ == end_) {
    worker_->FreeBuffer(&buffer_);
    begin_ = end_ = 0;
  }
  if (served_ > 0) {
    net::SetDeadline(&transport_, worker_->loop_now() + limits().keep_alive_timeout.value);
  }
}

// RFC 9112 §9.6: everything is sent; bytes still arriving must not turn into a reset that destroys
// the response on its way.
void Connection::Linger() {
  state_ = State::kLinger;
  begin_ = end_ = 0;
  discarded_ = 0;
}

// Called when the last byte was handed over.
void Connection::ShutDown() {
  if (shut_down_) return;
  const bool gone = client_closes_ || read_eof_;
  if (gone && transport_.transport == &net::PlainTransport()) return Cut();
  const ssize_t said = transport_.transport->ShutdownWrite(&transport_);
  if (said == net::Transport::kAgain) {  // a layer's farewell does not fit
    WaitForRoom(false);
    return;
  }
  shut_down_ = true;
  if (gone || said == net::Transport::kFailed) return Cut();
  net::SetDeadline(&transport_, worker_->loop_now() + kLingerTime);
}

void Connection::Cut() {
  if (state_ == State::kClosed) return;
  if (state_ == State::kIdle) net::Farewell(&transport_);
  state_ = State::kClosed;
  // What it held for this client must not reach the next one.
  if (scratch_owner_ == this) {
    worker_->scratch_used = 0;
    scratch_owner_ = nullptr;
  }
  net::Close(&transport_);
  if (request_ != nullptr) {
    server::Request* request = request_;
    request_ = nullptr;
    if (request->server == nullptr) {  // no head, nothing to log
      worker_->FreeRequest(request);
    } else {
      server::Abort(request);
    }
  }
}

// What the loop has to wait for. Output that the client does not take stops reading as well.
void Connection::WatchForState() {
  if (state_ >= State::kLeaving) return Leave();
  int events = want_write_ ? UV_WRITABLE : 0;
  const bool body_unwanted = request_ == nullptr || server::BodyRoom(request_) == 0;
  if (state_ == State::kBusy && (!body_pending() || body_unwanted)) {
    if (!disconnected_ && !read_eof_) events |= UV_DISCONNECT;
  } else if (!read_eof_ && pending_end_ == pending_begin_) {
    events |= UV_READABLE;
  }
  net::Watch(&transport_, events);
}

}  // namespace httpd::http
