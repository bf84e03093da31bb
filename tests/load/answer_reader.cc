// SPDX-License-Identifier: Apache-2.0
//
// The load client must tell a complete answer from a cut one, whatever the pieces in which it
// arrives. It is written apart from the server's own parser on purpose: a mistake in that one must
// not hide itself.

#include "load/answer_reader.h"

#include <strings.h>

#include <algorithm>
#include <cstring>

namespace httpd::load {
namespace {

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view Trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r'))
    s.remove_suffix(1);
  return s;
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    size_t comma = std::min(list.find(','), list.size());
    if (EqualsIgnoreCase(Trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

void AnswerReader::Begin(bool head_request, const std::string* expected) {
  state_ = State::kHead;
  started_ = false;
  head_request_ = head_request;
  close_ = false;
  matches_ = true;
  chunked_ = false;
  has_length_ = false;
  status_ = 0;
  left_ = 0;
  body_size_ = 0;
  expected_ = head_request ? nullptr : expected;
  head_.clear();
}

AnswerReader::Result AnswerReader::Consume(std::string_view data, size_t* used) {
  *used = 0;
  if (data.empty()) return Result::kNeedMore;
  started_ = true;
  while (state_ == State::kHead) {
    std::string_view rest = data.substr(*used);
    std::string_view head;
    if (head_.empty()) {
      size_t end = rest.find("\r\n\r\n");
      if (end == std::string_view::npos) {
        head_.assign(rest);
        *used = data.size();
        return head_.size() > 65536 ? Result::kMalformed : Result::kNeedMore;
      }
      head = rest.substr(0, end + 2);
      *used += end + 4;
    } else {
      size_t before = head_.size();
      size_t from = before < 3 ? 0 : before - 3;
      head_.append(rest);
      size_t end = head_.find("\r\n\r\n", from);
      if (end == std::string::npos) {
        *used = data.size();
        return head_.size() > 65536 ? Result::kMalformed : Result::kNeedMore;
      }
      *used += end + 4 - before;
      head_.resize(end + 2);
      head = head_;
    }
    Result result = ParseHead(head);
    head_.clear();
    if (result != Result::kNeedMore) return result;
    if (state_ == State::kHead && *used == data.size()) return Result::kNeedMore;
  }
  if (state_ == State::kBody || state_ == State::kUntilEnd) {
    std::string_view rest = data.substr(*used);
    if (state_ == State::kBody) rest = rest.substr(0, std::min<uint64_t>(left_, rest.size()));
    TakeBody(rest);
    *used += rest.size();
    if (state_ == State::kUntilEnd) return Result::kNeedMore;
    left_ -= rest.size();
    return left_ == 0 ? Result::kComplete : Result::kNeedMore;
  }
  return ConsumeChunked(data, used);
}

// kNeedMore: go on with the body (or with the final answer after an interim one).
AnswerReader::Result AnswerReader::ParseHead(std::string_view head) {
  if (head.size() < 13 || head.substr(0, 7) != "HTTP/1.") return Result::kMalformed;
  close_ = head[7] == '0';
  status_ = 0;
  for (int i = 9; i < 12; ++i) {
    if (head[i] < '0' || head[i] > '9') return Result::kMalformed;
    status_ = status_ * 10 + (head[i] - '0');
  }
  head.remove_prefix(head.find('\n') + 1);
  while (!head.empty()) {
    size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 1);
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Result::kMalformed;
    ParseField(line.substr(0, colon), line.substr(colon + 1));
  }
  if (status_ < 200) {
    if (status_ == 101) return Result::kMalformed;  // nobody asked for another protocol
    chunked_ = has_length_ = false;
    return Result::kNeedMore;
  }
  if (head_request_ || status_ == 204 || status_ == 304) return Result::kComplete;
  if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    if (left_ == 0) return Result::kComplete;
    state_ = State::kBody;
  } else {
    close_ = true;
    state_ = State::kUntilEnd;
  }
  return Result::kNeedMore;
}

void AnswerReader::ParseField(std::string_view name, std::string_view value) {
  if (name.size() == 14 && EqualsIgnoreCase(name, "content-length")) {
    has_length_ = true;
    left_ = 0;
    for (char c : Trim(value)) left_ = left_ * 10 + static_cast<uint64_t>(c - '0');
  } else if (name.size() == 10 && EqualsIgnoreCase(name, "connection")) {
    if (HasToken(value, "close")) close_ = true;
    if (HasToken(value, "keep-alive")) close_ = false;
  } else if (name.size() == 17 && EqualsIgnoreCase(name, "transfer-encoding")) {
    chunked_ = HasToken(value, "chunked");
  }
}

AnswerReader::Result AnswerReader::TakeLine(std::string_view data, size_t* used,
                                            std::string* line) {
  std::string_view rest = data.substr(*used);
  size_t end = rest.find('\n');
  line->append(rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1));
  *used += std::min(end == std::string_view::npos ? rest.size() : end + 1, rest.size());
  if (line->size() > 4096) return Result::kMalformed;
  return end == std::string_view::npos ? Result::kNeedMore : Result::kComplete;
}

AnswerReader::Result AnswerReader::ConsumeChunked(std::string_view data, size_t* used) {
  while (*used < data.size()) {
    if (state_ == State::kChunkData) {
      std::string_view part = data.substr(*used);
      part = part.substr(0, std::min<uint64_t>(left_, part.size()));
      TakeBody(part);
      *used += part.size();
      left_ -= part.size();
      if (left_ == 0) state_ = State::kChunkEnd;
      continue;
    }
    Result line = TakeLine(data, used, &head_);
    if (line != Result::kComplete) return line;
    std::string text;
    text.swap(head_);
    if (text.size() < 2 || text[text.size() - 2] != '\r') return Result::kMalformed;
    if (state_ == State::kChunkEnd) {
      if (text != "\r\n") return Result::kMalformed;
      state_ = State::kChunkSize;
    } else if (state_ == State::kTrailer) {
      if (text == "\r\n") return Result::kComplete;
    } else {
      char* end = nullptr;
      left_ = strtoull(text.c_str(), &end, 16);
      if (end == text.c_str()) return Result::kMalformed;
      state_ = left_ == 0 ? State::kTrailer : State::kChunkData;
    }
  }
  return Result::kNeedMore;
}

void AnswerReader::TakeBody(std::string_view data) {
  if (expected_ != nullptr && matches_) {
    matches_ = body_size_ + data.size() <= expected_->size() &&
               memcmp(expected_->data() + body_size_, data.data(), data.size()) == 0;
  }
  body_size_ += data.size();
}

bool AnswerReader::FinishAtEnd() { return state_ == State::kUntilEnd; }

}  // namespace httpd::load
