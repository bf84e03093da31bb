// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string_view>

#include "http/chunked.h"
#include "http/parser.h"
#include "net/connection.h"
#include "server/request.h"
#include "server/stream.h"
#include "server/worker.h"

namespace httpd::http {

// Serves HTTP/1 on an accepted socket; owns itself until the connection is closed.
void OpenConnection(httpd_worker* worker, int fd, const sockaddr* peer, uint32_t listener);
// The same where something comes before HTTP/1: server/opening.h.
void OpenWithOpening(httpd_worker* worker, int fd, const sockaddr* peer, uint32_t listener);
// Behind the opening, when the connection turned out to speak HTTP/1.
void StartHttp1(httpd_connection* connection);

// Goes on with a socket that another generation's worker had; null when the loop refuses it.
httpd_connection* AdoptConnection(httpd_worker* worker, int fd,
                                  const server::HandoverRecord& record);

// HTTP/1.0 and 1.1 on one connection (RFC 9112). One request at a time is answered; what the client
// sends ahead waits in the buffer. An idle connection holds neither a buffer nor a request.
class Connection final : public net::Protocol, public server::Stream {
 public:
  explicit Connection(httpd_worker* worker) : worker_(worker) { transport_.protocol = this; }
  bool Open(int fd, const sockaddr* peer, uint32_t listener);
  bool Adopt(int fd, const server::HandoverRecord& record);

  httpd_connection* transport() { return &transport_; }
  // Waits for the first request.
  void Start();

  // net::Protocol
  void OnReadable() override;
  void OnWritable() override;
  void OnDisconnect() override;
  void OnTimeout() override;
  void OnStop() override;
  void OnClosed() override { delete this; }
  void OnCloseAsked() override;
  bool Movable() const override;
  uint32_t served() const override { return served_; }
  void OnMoved() override;

  // server::Stream
  void Send(httpd_request* request, bool end) override;
  void StartBody(httpd_request* request) override;
  void WantBody(httpd_request* request) override;
  httpd_result SendInterim(httpd_request* request, uint32_t status, const httpd_field* fields,
                           uint32_t count) override;
  void ForbidKeepAlive(httpd_request* request) override { may_keep_alive_ = false; }
  bool CanTakeOver(const httpd_request* request) const override;
  bool SpeaksHttp1() const override { return true; }

 private:
  ~Connection();

  enum class State : uint8_t {
    kIdle,     // between requests, nothing received
    kHead,     // a head is arriving
    kBusy,     // a request is being answered
    kDiscard,  // answered; the rest of its body is read and dropped
    kLinger,   // everything sent, waiting for the client to close
    kLeaving,  // another protocol takes the connection over once all is sent
    kClosed,
  };
  enum class BodyState : uint8_t { kNone, kLength, kChunked, kBroken };

  // ---- reading: connection.cc ----
  bool Fill();
  bool MakeRoom();
  void Process();
  void Advance();
  bool ParseHead();
  bool BeginHead();
  void StartRequest();
  void SetUpBody();
  void KeepHeadApart();
  void RejectHead(int status, const char* reason);
  std::string_view RequestLine() const;
  void OnEndOfFile();
  void AfterRequest();
  void Idle();
  void Linger();
  void ShutDown();
  void Cut();
  void ChooseHosts();
  void WatchForState();
  const server::CoreServer& limits() const;

  // ---- another protocol takes over: connection_takeover.cc ----
  void SendTakeOver(bool end);
  void Leave();

  // ---- body: connection_body.cc ----
  void PumpBody();
  void PumpLength(uint64_t room);
  void PumpChunked(uint64_t room);
  void ReadOn();
  void Drop(uint64_t size);
  void BodyBroken();
  bool Discard();
  void BodyBegins();
  void BodyArrived(uint64_t size);
  bool body_pending() const { return body_ != BodyState::kNone; }
  void SendContinue();
  void SendSoon();  // connection_interim.cc

  // ---- writing: connection_write.cc ----
  void Reset();
  void WriteHead();
  void DecideFraming();
  bool Bodiless() const;
  bool FitsScratch(size_t size);
  bool TakeIntoScratch();
  void FrameChunks(bool end);
  bool Flush();
  bool NothingReleased() const;
  int Gather(iovec* pieces, int limit, bool* file_next);
  void Consume(size_t size);
  bool SendFilePiece(bool* again, uint64_t* turn);
  void WaitForRoom(bool progress);
  bool KeepScratch();
  // The scratch buffer is this connection's from now on: a hook of one request may have another
  // connection's go on.
  void ClaimScratch() {
    if (scratch_owner_ == this) return;
    if (worker_->scratch_used > 0) [[unlikely]]
      DisplaceScratch();
    scratch_owner_ = this;
  }
  void DisplaceScratch();
  bool Written();
  void FinishRequest();

  // Whose output lies in the worker's scratch buffer; a process has one worker.
  static inline Connection* scratch_owner_ = nullptr;

  httpd_connection transport_;
  httpd_worker* worker_;
  server::Request* request_ = nullptr;

  server::Buffer buffer_;
  uint32_t begin_ = 0;  // unread bytes of buffer_
  uint32_t end_ = 0;
  server::Buffer head_buffer_;  // holds the head while a body is read into buffer_
  RequestParser parser_;
  ChunkedDecoder decoder_;
  uint64_t body_left_ = 0;
  uint64_t discarded_ = 0;
  uint64_t body_deadline_ = 0;  // loop milliseconds
  uint64_t head_started_ = 0;   // loop milliseconds

  server::Buffer pending_;  // output that the socket did not take
  uint32_t pending_begin_ = 0;
  uint32_t pending_end_ = 0;

  uint32_t served_ = 0;
  State state_ = State::kIdle;
  BodyState body_ = BodyState::kNone;
  bool processing_ = false;     // Process() is on the stack
  bool may_keep_alive_ = true;  // nobody forbade it for this request
  bool read_eof_ = false;       // a read said so
  bool disconnected_ = false;   // the loop said so; bytes may still be unread
  bool want_write_ = false;
  bool continue_due_ = false;   // the client waits for 100 (Continue)
  bool finishing_ = false;      // the response is complete, its rest is being sent
  bool client_closes_ = false;  // it said that this request is its last
  bool shut_down_ = false;
  bool pumping_ = false;  // PumpBody() is on the stack
};

}  // namespace httpd::http
