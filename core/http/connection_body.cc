// SPDX-License-Identifier: Apache-2.0
//
// Request bodies: given to the handler that reads them, otherwise dropped, so that the next request
// on the connection starts where it should (RFC 9112 §6, §9.3).

#include <algorithm>

#include "http/connection.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"

namespace httpd::http {
namespace {
// More than this is not worth reading only to drop it: the connection is closed instead.
constexpr uint64_t kMaxDiscard = 256 * 1024;
}  // namespace

void Connection::StartBody(httpd_request* request) {
  if (body_ == BodyState::kNone) {
    server::FeedBody(request, {}, HTTPD_BODY_END);
    return;
  }
  if (body_ == BodyState::kBroken) return BodyBroken();
  if (continue_due_) SendContinue();
  BodyBegins();
  ReadOn();
}

// A hook or callback of the request may be calling: it must not end here.
void Connection::ReadOn() {
  PumpBody();
  if (processing_) return;
  if (state_ == State::kBusy) {
    WatchForState();
  } else if (state_ != State::kClosed) {
    Process();
  }
}

void Connection::WantBody(httpd_request*) {
  if (pumping_ || !body_pending()) return;
  BodyArrived(0);  // the time in which nobody wanted it is not the client's
  ReadOn();
}

// RFC 9110 §10.1.1. Nothing is written here, for a client that has left would end the request under
// the hook that is calling.
void Connection::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  continue_due_ = false;
  ClaimScratch();
  if (worker_->scratch_used + kContinue.size() > httpd_worker::kScratch && !KeepScratch()) return;
  kContinue.copy(worker_->scratch + worker_->scratch_used, kContinue.size());
  worker_->scratch_used += kContinue.size();
  SendSoon();
}

// RequestReadTimeout body=20,MinRate=500: 20 seconds, and one more for each 500 bytes. 0: no limit.
void Connection::BodyBegins() {
  const uint32_t time = limits().body_timeout.value;
  body_deadline_ = time == 0 ? UINT64_MAX : worker_->loop_now() + time;
  net::SetDeadline(&transport_, body_deadline_);
}

void Connection::BodyArrived(uint64_t size) {
  const uint32_t rate = limits().body_min_rate.value;
  if (rate > 0 && body_deadline_ != UINT64_MAX) body_deadline_ += size * 1000 / rate;
  net::SetDeadline(&transport_, body_deadline_);
}

// Moves what is in the buffer on: to the reader, or to nowhere once the response is sent.
void Connection::PumpBody() {
  if (pumping_) return;
  pumping_ = true;
  while (body_pending() && begin_ < end_) {
    uint64_t room = UINT64_MAX;
    if (state_ != State::kDiscard) {
      room = request_ == nullptr ? 0 : server::BodyRoom(request_);
      if (room == 0) break;
    }
    const uint32_t before = begin_;
    if (body_ == BodyState::kLength) {
      PumpLength(room);
    } else if (body_ == BodyState::kChunked) {
      PumpChunked(room);
    } else {
      break;
    }
    if (state_ == State::kClosed || state_ == State::kLinger) break;
    if (begin_ == before) break;  // trailers are incomplete
  }
  pumping_ = false;
  if (state_ == State::kDiscard && !body_pending()) state_ = State::kIdle;
}

void Connection::PumpLength(uint64_t room) {
  const auto n = static_cast<uint32_t>(std::min({body_left_, uint64_t{end_ - begin_}, room}));
  const std::string_view data(buffer_.data + begin_, n);
  begin_ += n;
  body_left_ -= n;
  const bool end = body_left_ == 0;
  if (end) body_ = BodyState::kNone;
  BodyArrived(n);
  if (state_ == State::kDiscard) return Drop(n);
  request_->bytes_received += n;
  server::FeedBody(request_, data, end ? HTTPD_BODY_END : 0);
}

void Connection::Drop(uint64_t size) {
  discarded_ += size;
  if (discarded_ > kMaxDiscard) Linger();
}

void Connection::PumpChunked(uint64_t room) {
  const char* const data = buffer_.data + begin_;
  size_t consumed = 0;
  std::string_view content;
  Trailers trailers;
  const auto result = decoder_.Decode(data, end_ - begin_, &consumed, &content, &trailers, room);
  begin_ += static_cast<uint32_t>(consumed);
  const bool dropping = state_ == State::kDiscard;
  if (!dropping) request_->bytes_received += consumed;
  switch (result) {
    case ChunkedDecoder::Result::kNeedMore:
      return;
    case ChunkedDecoder::Result::kError:
      body_ = BodyState::kBroken;
      return dropping ? Linger() : BodyBroken();
    case ChunkedDecoder::Result::kData:
      BodyArrived(content.size());
      if (dropping) return Drop(consumed);
      server::FeedBody(request_, content, 0);
      return;
    case ChunkedDecoder::Result::kDone:
      body_ = BodyState::kNone;
      if (dropping) return;
      for (uint16_t i = 0; i < trailers.count; ++i) {
        const FieldRef& field = trailers.fields[i];
        server::ReceiveTrailer(request_, {data + field.name_off, field.name_len},
                               {data + field.value_off, field.value_len});
      }
      server::FeedBody(request_, {}, HTTPD_BODY_END);
      return;
  }
}

// The body cannot be read to its end: the reader is told and nothing more is read from the client.
void Connection::BodyBroken() {
  body_ = BodyState::kBroken;
  may_keep_alive_ = false;
  if (request_ == nullptr) return Cut();
  if (server::BodyClaimed(request_)) {
    server::FeedBody(request_, {}, HTTPD_BODY_ERROR);
    if (!processing_) Process();
    return;
  }
  if (read_eof_ && !finishing_) Cut();
}

// Reads and drops: the rest of a body, or whatever arrives while the connection lingers. True when
// the buffer has something for PumpBody().
bool Connection::Discard() {
  if (state_ == State::kDiscard) return Fill();
  char waste[4096];
  const ssize_t n = transport_.transport->Read(&transport_, waste, sizeof(waste));
  if (n == net::Transport::kAgain) {
    WatchForState();  // a layer may wait for something else now
    return false;
  }
  if (n <= 0) {
    Cut();
    return false;
  }
  discarded_ += static_cast<uint64_t>(n);
  if (discarded_ > 16 * kMaxDiscard) Cut();
  return false;
}

}  // namespace httpd::http
