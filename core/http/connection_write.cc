// SPDX-License-Identifier: Apache-2.0
//
// Output of HTTP/1: heads and small bodies go into the worker's scratch buffer, so that the answers
// to everything that one read brought leave with one write; large bodies go from where they are.

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/concat.h"
#include "http/connection.h"
#include "http/connection_head.h"
#include "http/status.h"
#include "log/error_log.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/request_log.h"

namespace httpd::http {
namespace {

constexpr size_t kCopyLimit = 16 * 1024;      // larger bodies are not copied
constexpr uint64_t kMaxDiscard = 256 * 1024;  // see connection_body.cc
constexpr uint64_t kFilePiece = 512 * 1024;   // per system call
constexpr uint64_t kTurn = 2 * 1024 * 1024;   // per turn of a connection
constexpr int kMaxPieces = 32;

// Bytes of the protocol, not linked; null without memory.
server::ChainItem* NewFraming(server::Request* request, std::string_view text) {
  server::ChainItem* item = request->body.NewCopy(HTTPD_ITEM_DATA, text);
  if (item != nullptr) item->framing = true;
  return item;
}

// With the trailers behind it (RFC 9112 §7.1.2).
server::ChainItem* NewLastChunk(server::Request* request, std::string_view begin) {
  if (request->trailers.count == 0) {
    char text[16];
    char* end = std::copy(begin.begin(), begin.end(), text);
    *end++ = '\r';
    *end++ = '\n';
    return NewFraming(request, {text, static_cast<size_t>(end - text)});
  }
  std::string text(begin);
  for (const server::TrailerField* f = request->trailers.first; f != nullptr; f = f->next) {
    base::Append(&text, f->name, ": ", f->value, "\r\n");
  }
  text += "\r\n";
  return NewFraming(request, text);
}

}  // namespace

void Connection::Send(httpd_request* request, bool end) {
  if (request->flags.aborted || request->flags.taken_over) [[unlikely]] {
    return request->flags.aborted ? Reset() : SendTakeOver(end);
  }
  ClaimScratch();
  if (!request->flags.head_sent) WriteHead();
  if (state_ == State::kClosed) return;
  if (Bodiless()) {  // what a handler writes behind a flush as well
    request->body.Clear();
    request->framed = nullptr;
  }
  if (request->flags.chunked) FrameChunks(end);
  if (state_ == State::kClosed) return;
  if (end) finishing_ = true;
  if (finishing_ && TakeIntoScratch()) {
    FinishRequest();
    if (!processing_) Process();
    return;
  }
  if (state_ == State::kClosed) return;
  net::SetDeadline(&transport_, worker_->loop_now() + request->server->core->timeout.value);
  if (!processing_) Process();
}

// The response broke off. Where its end is the end of the connection, only a reset tells.
void Connection::Reset() {
  if (request_->flags.head_sent && !request_->flags.chunked && transport_.fd >= 0) {
    const linger now = {.l_onoff = 1, .l_linger = 0};
    (void)::setsockopt(transport_.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
  Cut();
}

// Content-Length when the end is known, else chunked, else the end of the connection
// (RFC 9112 §6.3).
void Connection::DecideFraming() {
  server::Request* request = request_;
  const RequestHead* head = request->head;
  const server::CoreServer& server = *request->server->core;
  const bool known = request->body_size != server::kUnknownSize && request->trailers.count == 0;
  if (!known && !Bodiless()) {
    if (head->version < 1001) {
      may_keep_alive_ = false;
    } else {
      request->flags.chunked = true;
    }
  }
  const uint32_t limit = server.max_keep_alive_requests.value;
  const bool body_in_the_way = body_ == BodyState::kBroken || continue_due_ ||
                               (body_ == BodyState::kLength && body_left_ > kMaxDiscard);
  may_keep_alive_ = may_keep_alive_ && head->keep_alive && server.keep_alive.value &&
                    !worker_->draining && !read_eof_ && (limit == 0 || served_ + 1 < limit) &&
                    !body_in_the_way;
  request->flags.keep_alive = may_keep_alive_;
}

void Connection::WriteHead() {
  server::Request* request = request_;
  DecideFraming();
  const size_t room = ResponseHeadBound(*request);
  if (room > httpd_worker::kScratch || !FitsScratch(room)) {
    if (state_ == State::kClosed) return;
    server::LogRequest(request, log::Level::kError, "core",
                       "the response's header is larger than 64 KiB: connection closed [HS-17]");
    return Cut();
  }
  char* begin = worker_->scratch + worker_->scratch_used;
  char* const out = FormatResponseHead(*request, worker_->common_fields(), begin);
  worker_->scratch_used += static_cast<size_t>(out - begin);
  request->bytes_sent += static_cast<uint64_t>(out - begin);
  request->flags.head_sent = true;
}

// RFC 9112 §6.3, items 1 and 2.
bool Connection::Bodiless() const {
  return request_->is_head() || StatusForbidsBody(static_cast<int>(request_->status));
}

bool Connection::FitsScratch(size_t size) {
  if (worker_->scratch_used + size <= httpd_worker::kScratch) return true;
  if (!Flush() && state_ == State::kClosed) return false;
  return worker_->scratch_used + size <= httpd_worker::kScratch;
}

// A small body that is complete and in memory joins the head.
bool Connection::TakeIntoScratch() {
  server::Request* request = request_;
  if (request->body.bytes > kCopyLimit) return false;
  uint64_t total = 0;
  for (const server::ChainItem* piece = request->body.first; piece != nullptr;
       piece = piece->next) {
    if (piece->fd >= 0) return false;
    total += piece->size;
  }
  if (total > kCopyLimit || !FitsScratch(total)) return false;
  // Making room may have sent some of it.
  for (const server::ChainItem* piece = request->body.first; piece != nullptr;
       piece = piece->next) {
    std::memcpy(worker_->scratch + worker_->scratch_used, piece->data, piece->size);
    worker_->scratch_used += piece->size;
    request->bytes_sent += piece->size;
    if (!piece->framing) request->body_sent += piece->size;
  }
  request->body.Clear();
  return true;
}

// What was added since the last time becomes one chunk (RFC 9112 §7.1).
void Connection::FrameChunks(bool end) {
  server::Request* request = request_;
  server::ChainItem* const framed = request->framed;
  uint64_t size = 0;
  for (const server::ChainItem* item = framed == nullptr ? request->body.first : framed->next;
       item != nullptr; item = item->next) {
    size += item->size;
  }
  server::ChainItem* tail = nullptr;
  if (size > 0) {
    char text[24];
    char* p = std::to_chars(text, text + 16, size, 16).ptr;
    *p++ = '\r';
    *p++ = '\n';
    server::ChainItem* head = NewFraming(request, {text, static_cast<size_t>(p - text)});
    if (head == nullptr) return Cut();
    request->body.Insert(framed, head);
    tail = end ? NewLastChunk(request, "\r\n0\r\n") : NewFraming(request, "\r\n");
  } else if (end) {
    tail = NewLastChunk(request, "0\r\n");
  } else {
    return;
  }
  if (tail == nullptr) return Cut();
  request->body.Append(tail);
  request->framed = tail;
}

// What a handler has written but not flushed stays: the head is not decided, or the chunk not
// framed.
bool Connection::NothingReleased() const {
  return request_ == nullptr || !request_->flags.head_sent || request_->body.empty() ||
         Bodiless() || (request_->flags.chunked && request_->framed == nullptr);
}

// Memory that can leave now, in order; *file_next when a file follows it.
int Connection::Gather(iovec* pieces, int limit, bool* file_next) {
  int count = 0;
  *file_next = false;
  if (pending_end_ > pending_begin_) {
    pieces[count++] = {pending_.data + pending_begin_, pending_end_ - pending_begin_};
  }
  if (worker_->scratch_used > 0) pieces[count++] = {worker_->scratch, worker_->scratch_used};
  if (NothingReleased()) return count;
  for (server::ChainItem* piece = request_->body.first; piece != nullptr && count < limit;
       piece = piece->next) {
    if (piece->fd >= 0) {
      *file_next = true;
      break;
    }
    pieces[count++] = {const_cast<char*>(piece->data), piece->size};
    if (piece == request_->framed) break;
  }
  return count;
}

void Connection::Consume(size_t size) {
  const auto from_pending =
      static_cast<uint32_t>(std::min<size_t>(size, pending_end_ - pending_begin_));
  pending_begin_ += from_pending;
  size -= from_pending;
  if (pending_begin_ == pending_end_ && pending_.data != nullptr) {
    worker_->FreeBuffer(&pending_);
    pending_begin_ = pending_end_ = 0;
  }
  const size_t from_scratch = std::min(size, worker_->scratch_used);
  if (from_scratch > 0) {
    worker_->scratch_used -= from_scratch;
    if (worker_->scratch_used > 0) {
      std::memmove(worker_->scratch, worker_->scratch + from_scratch, worker_->scratch_used);
    }
    size -= from_scratch;
  }
  while (size > 0) {
    server::ChainItem* item = request_->body.first;
    const uint64_t n = std::min<uint64_t>(size, item->size);
    request_->bytes_sent += n;
    if (!item->framing) request_->body_sent += n;
    size -= n;
    if (request_->framed == item && n == item->size) request_->framed = nullptr;
    request_->body.Advance(n);
  }
}

// The scratch buffer belongs to the next connection: what the socket did not take is set aside.
bool Connection::KeepScratch() {
  if (worker_->scratch_used == 0) return true;
  const auto size = static_cast<uint32_t>(worker_->scratch_used);
  worker_->scratch_used = 0;
  const uint32_t rest = pending_end_ - pending_begin_;
  server::Buffer larger = worker_->NewBuffer(std::max(server::Buffer::kSize, rest + size));
  if (larger.data == nullptr) return false;
  if (rest > 0) std::memcpy(larger.data, pending_.data + pending_begin_, rest);
  std::memcpy(larger.data + rest, worker_->scratch, size);
  if (pending_.data != nullptr) worker_->FreeBuffer(&pending_);
  pending_ = larger;
  pending_begin_ = 0;
  pending_end_ = rest + size;
  return true;
}

// What another connection has written is set aside for it.
void Connection::DisplaceScratch() {
  if (scratch_owner_->KeepScratch()) return;
  worker_->scratch_used = 0;
  scratch_owner_->Cut();
}

// Sends what there is; true when all of it has left. Otherwise the socket is full (or the
// connection closed), and nothing of this connection is left in the scratch buffer.
bool Connection::Flush() {
  if (state_ == State::kClosed) return false;
  ClaimScratch();     // a callback may have had another connection write
  uint64_t turn = 0;  // bytes that left by this call
  for (;;) {
    iovec pieces[kMaxPieces];
    bool file_next = false;
    const int count = Gather(pieces, kMaxPieces, &file_next);
    if (count > 0) {
      size_t total = 0;
      for (int i = 0; i < count; ++i) total += pieces[i].iov_len;
      const ssize_t n = transport_.transport->Write(&transport_, pieces, count, file_next);
      if (n == net::Transport::kFailed) break;
      if (n > 0) Consume(static_cast<size_t>(n));
      if (n == net::Transport::kAgain || static_cast<size_t>(n) < total) {
        if (n > 0) turn += static_cast<uint64_t>(n);
        if (!KeepScratch()) break;
        WaitForRoom(turn > 0);
        return false;
      }
      turn += total;
      continue;
    }
    if (!file_next) return true;
    bool again = turn > kTurn;
    if (!again && !SendFilePiece(&again, &turn)) break;
    if (again) {
      WaitForRoom(turn > 0);
      return false;
    }
  }
  worker_->scratch_used = 0;
  Cut();
  return false;
}

// False when the connection is of no use any more.
bool Connection::SendFilePiece(bool* again, uint64_t* turn) {
  const server::ChainItem* piece = request_->body.first;
  const auto size = static_cast<size_t>(std::min(piece->size, kFilePiece));
  const ssize_t n = transport_.transport->SendFile(&transport_, piece->fd, piece->offset, size);
  if (n == net::Transport::kFailed) return false;
  if (n == 0) {
    server::LogRequest(request_, log::Level::kError, "core",
                       "the file became shorter while it was sent: connection closed [HS-18]");
    return false;
  }
  *again = n == net::Transport::kAgain;
  if (n > 0) {
    Consume(static_cast<size_t>(n));
    *turn += static_cast<uint64_t>(n);
  }
  return true;
}

// The client is given another Timeout whenever it took something.
void Connection::WaitForRoom(bool progress) {
  const bool waited = want_write_;
  want_write_ = true;
  if (waited && !progress) return;
  net::SetDeadline(&transport_, worker_->loop_now() + limits().timeout.value);
}

// Everything has left. True when that made new work possible.
bool Connection::Written() {
  if (state_ == State::kLinger) {
    ShutDown();
    return false;
  }
  // Requests that the client sent ahead had to wait while it did not read.
  if (request_ == nullptr) return state_ == State::kIdle && begin_ < end_;
  if (!request_->flags.head_sent) return false;
  if (finishing_) {
    FinishRequest();
    return true;
  }
  const bool more = NothingReleased() && server::Drained(request_);
  return more || request_ == nullptr || worker_->scratch_used > 0 || !NothingReleased();
}

void Connection::FinishRequest() {
  server::Request* request = request_;
  request_ = nullptr;
  server::Sent(request);
  AfterRequest();
}

}  // namespace httpd::http
