// SPDX-License-Identifier: Apache-2.0
//
// What a request asks of the protocol that made it, passed on to a module's protocol; and the
// response as that one takes it: fields as a list, the body as a chain that ends with EOS.

#include "server/protocol_stream.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "http/connection_head.h"
#include "http/status.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"

namespace httpd::server {
namespace {

// RFC 9113 §8.2.2: about a connection, which the request does not have for itself.
bool IsConnectionField(std::string_view name) {
  static constexpr std::string_view kNames[] = {"connection", "keep-alive", "proxy-connection",
                                                "transfer-encoding", "upgrade"};
  return std::any_of(std::begin(kNames), std::end(kNames), [name](std::string_view known) {
    return base::EqualsIgnoreCase(known, name);
  });
}

}  // namespace

bool ProtocolStream::Bodiless() const {
  return request_->is_head() || http::StatusForbidsBody(static_cast<int>(request_->status));
}

bool ProtocolStream::AddField(std::string_view name, std::string_view value) {
  if (field_count_ == field_room_ || IsConnectionField(name)) return field_count_ < field_room_;
  const httpd_str lower = request_->pool.Copy(name);
  if (lower.data == nullptr) return false;
  std::transform(lower.data, lower.data + lower.len, const_cast<char*>(lower.data),
                 base::LowerAscii);
  fields_[field_count_++] = {lower, {value.data(), value.size()}};
  return true;
}

// "Name: value\r\n" and so on.
bool ProtocolStream::AddLines(std::string_view lines) {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const httpd_str value = request_->pool.Copy(line.substr(colon + 2));
    if (value.data == nullptr || !AddField(line.substr(0, colon), base::View(value))) return false;
  }
  return true;
}

bool ProtocolStream::MakeHead(bool complete) {
  const auto lines =
      static_cast<uint32_t>(std::count(request_->prepared.begin(), request_->prepared.end(), '\n'));
  field_room_ = request_->field_count + lines + 5;  // and Date, Server, type, length, one to spare
  fields_ = static_cast<httpd_field*>(request_->pool.Alloc(field_room_ * sizeof(httpd_field)));
  if (fields_ == nullptr || !AddLines(request_->worker->common_fields())) return false;
  const bool content = !http::StatusForbidsBody(static_cast<int>(request_->status));
  if (content && !request_->content_type.empty()) {
    const std::string_view charset = http::DefaultCharset(*request_);
    const httpd_str parts[] = {base::Str(request_->content_type), HTTPD_STR("; charset="),
                               base::Str(charset)};
    const httpd_str type = httpd_pool_join(&request_->pool, parts, charset.empty() ? 1 : 3);
    if (type.data == nullptr || !AddField("content-type", base::View(type))) return false;
  }
  if (!AddLines(request_->prepared)) return false;
  for (uint32_t i = 0; i < request_->field_count; ++i) {
    const HeaderField* field = request_->field(i);
    if (!field->removed && !AddField(field->name, field->value)) return false;
  }
  if (complete && content && request_->body_size != kUnknownSize) {
    char text[20];
    const char* end = std::to_chars(text, text + sizeof(text), request_->body_size).ptr;
    const httpd_str copy = request_->pool.Copy({text, static_cast<size_t>(end - text)});
    if (copy.data == nullptr || !AddField("content-length", base::View(copy))) return false;
  }
  for (uint32_t i = 0; i < field_count_; ++i) {
    request_->bytes_sent += fields_[i].name.len + fields_[i].value.len;
  }
  return true;
}

bool ProtocolStream::EndBody() {
  ended_ = true;
  if (!Bodiless()) {
    for (const TrailerField* field = request_->trailers.first; field != nullptr;
         field = field->next) {
      if (!request_->body.AppendTrailer(field->name, field->value)) return false;
    }
  }
  return request_->body.ended || request_->body.AppendMark(HTTPD_ITEM_EOS);
}

void ProtocolStream::Send(httpd_request* request, bool end) {
  if (protocol_->closing()) return;  // it is about to be aborted
  if (request->flags.aborted) return Reset(HTTPD_ERR_CANCELLED);
  uint32_t flags = 0;
  if (Bodiless()) request->body.Clear();
  if (!request->flags.head_sent) {
    if (!MakeHead(end)) return Reset(HTTPD_ERR_NO_MEMORY);
    request->flags.head_sent = true;
    flags |= HTTPD_SEND_HEAD;
  }
  if (end && !ended_) {
    if (!EndBody()) return Reset(HTTPD_ERR_NO_MEMORY);
    flags |= HTTPD_SEND_END;
  }
  if (flags == 0 && request->body.empty()) {
    Drained(request);
    return;
  }
  TellSend(flags);
}

void ProtocolStream::TellSend(uint32_t flags) {
  offered_ = request_->body.bytes;
  ModuleProtocol* protocol = protocol_;
  Request* request = request_;
  void* user = user_;
  protocol->Call("send", [&] { protocol->table().send(request, flags, user); });
}

httpd_result ProtocolStream::SendInterim(httpd_request* request, uint32_t status,
                                         const httpd_field* fields, uint32_t count) {
  if (request->head->version < 1001) return HTTPD_DECLINED;
  if (protocol_->closing()) return HTTPD_ERR_IO;
  // As the head's, which is not made yet.
  field_room_ = count + 1;
  field_count_ = 0;
  fields_ = static_cast<httpd_field*>(request->pool.Alloc(field_room_ * sizeof(httpd_field)));
  if (fields_ == nullptr) return HTTPD_ERR_NO_MEMORY;
  for (uint32_t i = 0; i < count; ++i) {
    if (!AddField(base::View(fields[i].name), base::View(fields[i].value))) {
      return HTTPD_ERR_NO_MEMORY;
    }
  }
  interim_ = fields_;
  interim_count_ = field_count_;
  interim_status_ = status;
  fields_ = nullptr;
  field_count_ = 0;
  bool gone = false;
  bool* const outer = gone_;
  gone_ = &gone;
  TellSend(HTTPD_SEND_INTERIM);
  if (gone) {
    if (outer != nullptr) *outer = true;
    return HTTPD_ERR_CANCELLED;
  }
  gone_ = outer;
  interim_status_ = 0;
  return HTTPD_OK;
}

void ProtocolStream::StartBody(httpd_request* request) {
  if (input_ended_) {
    FeedBody(request, {}, input_broken_ ? HTTPD_BODY_ERROR : HTTPD_BODY_END);
    return;
  }
  if (request->head->expect_continue && received_ == 0 && !request->flags.head_sent) {
    if (SendInterim(request, 100, nullptr, 0) == HTTPD_ERR_CANCELLED) return;
  }
  WantBody(request);
}

void ProtocolStream::WantBody(httpd_request* request) {
  if (!hungry_ || protocol_->closing()) return;
  hungry_ = false;
  if (protocol_->table().want_body == nullptr) return;
  ModuleProtocol* protocol = protocol_;
  void* user = user_;
  protocol->Call("want_body", [&] { protocol->table().want_body(request, user); });
}

void ProtocolStream::Start() {
  started_ = true;
  Begin(request_);
}

int64_t ProtocolStream::Feed(std::string_view data, uint32_t flags) {
  if (flags & HTTPD_BODY_ERROR) data = {};
  const uint64_t all = received_ + data.size();
  const bool too_long = expected_ >= 0 && all > static_cast<uint64_t>(expected_);
  const bool too_short =
      (flags & HTTPD_BODY_END) && expected_ >= 0 && all < static_cast<uint64_t>(expected_);
  if (too_long || too_short) {  // RFC 9113 §8.1.1: malformed
    input_ended_ = input_broken_ = true;
    if (BodyClaimed(request_)) FeedBody(request_, {}, HTTPD_BODY_ERROR);
    return HTTPD_ERR_INVALID;
  }
  uint64_t taken = data.size();
  bool gone = false;
  if (BodyClaimed(request_)) {
    bool* const outer = gone_;
    gone_ = &gone;
    hungry_ = false;  // WantBody() is quiet until this has answered
    uint64_t done = 0;
    for (;;) {
      const uint64_t rest = data.size() - done;
      const uint64_t room = std::min<uint64_t>(rest, BodyRoom(request_));
      const bool whole = room == rest;
      if (room == 0 && !(whole && flags != 0)) break;
      received_ += room;
      if (whole && flags != 0) {
        input_ended_ = true;
        input_broken_ = (flags & HTTPD_BODY_ERROR) != 0;
      }
      FeedBody(request_, data.substr(done, room), whole ? flags : 0);
      done += room;
      if (gone) {
        if (outer != nullptr) *outer = true;
        return static_cast<int64_t>(done);
      }
      if (whole || !BodyClaimed(request_)) break;
    }
    gone_ = outer;
    hungry_ = done < data.size();
    return static_cast<int64_t>(done);
  }
  // Nobody reads it: dropped once it is certain that nobody will.
  if (started_ && request_->flags.complete) {
    received_ += taken;
  } else if (taken > 0) {
    hungry_ = true;
    return 0;
  }
  if (flags != 0) {
    input_ended_ = true;
    input_broken_ = (flags & HTTPD_BODY_ERROR) != 0;
  }
  return static_cast<int64_t>(taken);
}

void ProtocolStream::Sent() {
  const uint64_t left = request_->body.bytes;
  const uint64_t taken = offered_ > left ? offered_ - left : 0;
  offered_ = left;
  request_->body_sent += taken;
  request_->bytes_sent += taken;
  if (ended_ && request_->body.empty()) return Leave(server::Sent);
  if (request_->body.empty() && request_->flags.head_sent) Drained(request_);
}

void ProtocolStream::Abort() {
  if (started_) return Leave(server::Abort);
  Leave([](Request* request) { request->worker->FreeRequest(request); });
}

void ProtocolStream::Reset(httpd_result reason) {
  if (protocol_->table().reset != nullptr) {
    bool gone = false;
    bool* const outer = gone_;
    gone_ = &gone;
    ModuleProtocol* protocol = protocol_;
    Request* request = request_;
    void* user = user_;
    protocol->Call("reset", [&] { protocol->table().reset(request, reason, user); });
    if (gone) {
      if (outer != nullptr) *outer = true;
      return;
    }
    gone_ = outer;
  }
  Abort();
}

// This is gone when the request is.
void ProtocolStream::Leave(void (*end)(Request*)) {
  ModuleProtocol* protocol = protocol_;
  Request* request = request_;
  if (gone_ != nullptr) *gone_ = true;
  protocol->Unlink(this);
  end(request);
  protocol->StreamEnded();
}

}  // namespace httpd::server
