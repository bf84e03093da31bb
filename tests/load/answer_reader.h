// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace httpd::load {

// Reads the answers of one connection, in pieces of any size. Understands what a load test needs:
// status, Content-Length, chunked bodies, bodies that end with the connection, Connection: close.
class AnswerReader {
 public:
  enum class Result { kNeedMore, kComplete, kMalformed };

  // Starts on the next answer. `head_request`: the answer has no body. `expected`: compared with
  // the body byte by byte while it arrives; may be null; must outlive the answer.
  void Begin(bool head_request, const std::string* expected);

  // Consumes from `data` up to the end of this answer and sets `*used`.
  Result Consume(std::string_view data, size_t* used);

  // The connection ended. True if that completes the answer (its body was delimited by the end).
  bool FinishAtEnd();

  bool started() const { return started_; }  // at least one byte has arrived
  int status() const { return status_; }
  bool close_announced() const { return close_; }
  bool body_matches() const { return matches_ && (!expected_ || body_size_ == expected_->size()); }
  uint64_t body_size() const { return body_size_; }

 private:
  enum class State { kHead, kBody, kUntilEnd, kChunkSize, kChunkData, kChunkEnd, kTrailer };

  Result ParseHead(std::string_view head);
  void ParseField(std::string_view name, std::string_view value);
  Result ConsumeChunked(std::string_view data, size_t* used);
  Result TakeLine(std::string_view data, size_t* used, std::string* line);
  void TakeBody(std::string_view data);

  State state_ = State::kHead;
  bool started_ = false;
  bool head_request_ = false;
  bool close_ = false;
  bool matches_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  int status_ = 0;
  uint64_t left_ = 0;
  uint64_t body_size_ = 0;
  const std::string* expected_ = nullptr;
  std::string head_;  // only used when a head arrives in pieces
};

}  // namespace httpd::load
