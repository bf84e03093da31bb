// SPDX-License-Identifier: Apache-2.0
//
// httpd/response.h and the request's part of httpd/log.h.

#include <httpd/log.h>
#include <httpd/request.h>
#include <httpd/response.h>

#include <algorithm>

#include "http/field.h"
#include "server/api_check.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/request_log.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::AddField;
using httpd::server::AppendFile;
using httpd::server::AppendMemory;
using httpd::server::FindField;
using httpd::server::HeaderField;
using httpd::server::RemoveField;
using httpd::server::Request;
using httpd::server::RequestState;
using httpd::server::SetField;

namespace {

// What a producer may have waiting before it has to flush.
constexpr uint64_t kMaxUnsent = 4 << 20;

constexpr char kHeadIsSent[] = "the head was sent, or this is a lookup";
constexpr char kIsComplete[] = "the response is complete, or this is a lookup";

bool MayChangeHead(const Request* r) { return !r->flags.head_sent && !r->flags.lookup_only; }

// Framing and Date are the protocol's.
bool IsOwnField(std::string_view name) {
  using httpd::base::EqualsIgnoreCase;
  return EqualsIgnoreCase(name, "Content-Length") || EqualsIgnoreCase(name, "Transfer-Encoding") ||
         EqualsIgnoreCase(name, "Connection") || EqualsIgnoreCase(name, "Date") ||
         EqualsIgnoreCase(name, "Keep-Alive");
}

bool IsText(httpd_str text) { return text.data != nullptr || text.len == 0; }

// Copies both for the public function `function`, or says why not.
httpd_result CopyField(const char* function, Request* r, httpd_str* name, httpd_str* value) {
  const auto refuse = [function](httpd_result result, std::string_view what) {
    httpd::base::ReportMisuse(function, result, what);
    return result;
  };
  if (!IsText(*name) || !IsText(*value)) {
    return refuse(HTTPD_ERR_INVALID, "a text is NULL and has a length");
  }
  if (!MayChangeHead(r)) return refuse(HTTPD_ERR_STATE, kHeadIsSent);
  if (!httpd::http::IsToken(View(*name)) || !httpd::http::IsFieldValue(View(*value))) {
    return refuse(HTTPD_ERR_INVALID, "a byte that may not stand in a field");
  }
  if (IsOwnField(View(*name))) {
    return refuse(HTTPD_ERR_INVALID, "the core writes this field itself");
  }
  if (!r->prepared.empty() && !httpd::server::SpreadPrepared(r)) {
    return refuse(HTTPD_ERR_NO_MEMORY, "no memory for the fields of the file");
  }
  *name = r->pool.Copy(View(*name));
  *value = r->pool.Copy(View(*value));
  return name->data == nullptr || value->data == nullptr ? HTTPD_ERR_NO_MEMORY : HTTPD_OK;
}

// A field of the file that is kept as prepared lines.
std::string_view PreparedField(const Request* r, std::string_view name) {
  std::string_view rest = r->prepared;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    const size_t colon = line.find(": ");
    if (httpd::base::EqualsIgnoreCase(line.substr(0, colon), name)) return line.substr(colon + 2);
  }
  return {};
}

httpd_result MayWrite(const Request* r) {
  if (r->flags.ended_early) return HTTPD_DONE;
  if (r->flags.complete || r->flags.lookup_only) return HTTPD_ERR_STATE;
  if (r->filters != nullptr) {
    if (r->filters->done) return HTTPD_DONE;
    if (r->filters->eos_written || r->filters->pumping) return HTTPD_ERR_STATE;
    if (r->filters->entry.weight() > kMaxUnsent) return HTTPD_ERR_LIMIT;
  }
  return r->body.weight() > kMaxUnsent ? HTTPD_ERR_LIMIT : HTTPD_OK;
}

bool HasMarks(const httpd_chain* chain) {
  for (const auto* item = chain->first; item != nullptr; item = item->next) {
    if (item->mark()) return true;
  }
  return false;
}

httpd_result Written(Request* r, bool ok) {
  if (!ok) return HTTPD_ERR_NO_MEMORY;
  return r->filters == nullptr ? HTTPD_OK : httpd::server::Wrote(r);
}

httpd_result RefuseWrite(const char* function, httpd_result may) {
  if (may == HTTPD_ERR_STATE) {
    httpd::base::ReportMisuse(function, may, kIsComplete);
  }
  return may;
}

#define HTTPD_REQUIRE_HEAD(r) \
  HTTPD_REQUIRE(MayChangeHead(r), HTTPD_ERR_STATE, HTTPD_ERR_STATE, kHeadIsSent)

}  // namespace

uint32_t httpd_response_status(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->status;
}

httpd_result httpd_response_set_status(httpd_request* r, uint32_t status) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE(status >= 200 && status <= 599, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the status is not between 200 and 599");
  HTTPD_REQUIRE_HEAD(r);
  if (!r->flags.error_response) r->status = status;
  return HTTPD_OK;
}

httpd_str httpd_response_header(const httpd_request* r, httpd_str name) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  HTTPD_REQUIRE_TEXT(name, {});
  if (httpd::base::EqualsIgnoreCase(View(name), "Content-Type")) {
    return r->content_type.empty() ? httpd_str{nullptr, 0} : Str(r->content_type);
  }
  if (const HeaderField* field = FindField(r, View(name))) return Str(field->value);
  return Str(PreparedField(r, View(name)));
}

uint32_t httpd_response_header_count(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  uint32_t count = 0;
  for (uint32_t i = 0; i < r->field_count; ++i) count += !r->field(i)->removed;
  return count;
}

httpd_result httpd_response_header_at(const httpd_request* r, uint32_t index, httpd_str* name,
                                      httpd_str* value) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_ARGUMENT(name, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_ARGUMENT(value, HTTPD_ERR_INVALID);
  for (uint32_t i = 0; i < r->field_count; ++i) {
    const HeaderField* field = r->field(i);
    if (field->removed || index-- > 0) continue;
    *name = Str(field->name);
    *value = Str(field->value);
    return HTTPD_OK;
  }
  return HTTPD_ERR_NOT_FOUND;
}

httpd_result httpd_response_set_header(httpd_request* r, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(r);
  const httpd_result copied = CopyField(__func__, r, &name, &value);
  if (copied != HTTPD_OK) return copied;
  if (httpd::base::EqualsIgnoreCase(View(name), "Content-Type")) {
    r->content_type = View(value);
    return HTTPD_OK;
  }
  return SetField(r, View(name), View(value)) ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}

httpd_result httpd_response_add_header(httpd_request* r, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(name, HTTPD_ERR_INVALID);
  if (httpd::base::EqualsIgnoreCase(View(name), "Content-Type")) {
    return httpd_response_set_header(r, name, value);
  }
  const httpd_result copied = CopyField(__func__, r, &name, &value);
  if (copied != HTTPD_OK) return copied;
  return AddField(r, View(name), View(value)) ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}

httpd_result httpd_response_unset_header(httpd_request* r, httpd_str name) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(name, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_HEAD(r);
  if (httpd::base::EqualsIgnoreCase(View(name), "Content-Type")) {
    const bool was_set = !r->content_type.empty();
    r->content_type = {};
    return was_set ? HTTPD_OK : HTTPD_ERR_NOT_FOUND;
  }
  if (!r->prepared.empty() && !httpd::server::SpreadPrepared(r)) return HTTPD_ERR_NO_MEMORY;
  return RemoveField(r, View(name)) ? HTTPD_OK : HTTPD_ERR_NOT_FOUND;
}

httpd_str httpd_response_content_type(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->content_type);
}

httpd_result httpd_response_set_content_type(httpd_request* r, httpd_str type) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(type, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(httpd::http::IsFieldValue(View(type)), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "a byte that may not stand in a field");
  HTTPD_REQUIRE_HEAD(r);
  r->content_type = View(type);
  return HTTPD_OK;
}

httpd_result httpd_response_write(httpd_request* r, httpd_str data) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(data, HTTPD_ERR_INVALID);
  if (const httpd_result may = MayWrite(r); may != HTTPD_OK) return RefuseWrite(__func__, may);
  return Written(r, r->out->Write(View(data)));
}

httpd_result httpd_response_write_static(httpd_request* r, httpd_str data) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(data, HTTPD_ERR_INVALID);
  if (const httpd_result may = MayWrite(r); may != HTTPD_OK) return RefuseWrite(__func__, may);
  return Written(r, AppendMemory(r, View(data)));
}

httpd_result httpd_response_write_file(httpd_request* r, int32_t fd, int64_t offset,
                                       int64_t length) {
  HTTPD_CHECK_REQUEST(r);
  if (const httpd_result may = MayWrite(r); may != HTTPD_OK && may != HTTPD_ERR_LIMIT) {
    return RefuseWrite(__func__, may);
  }
  HTTPD_REQUIRE(fd >= 0 && offset >= 0 && length >= 0 && length <= INT64_MAX - offset,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "no descriptor, or no range of a file");
  return Written(r, AppendFile(r, fd, offset, static_cast<uint64_t>(length)));
}

httpd_result httpd_response_write_chain(httpd_request* r, httpd_chain* chain) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_HANDLE(chain, HTTPD_ERR_INVALID);
  if (const httpd_result may = MayWrite(r); may != HTTPD_OK) return RefuseWrite(__func__, may);
  httpd::server::Filters* filters = httpd::server::NeedFilters(r);
  if (filters == nullptr) return HTTPD_ERR_NO_MEMORY;
  const bool marked = HasMarks(chain);
  filters->eos_written = chain->ended && !chain->empty();
  const bool ok = filters->entry.MoveFrom(chain, UINT64_MAX) == HTTPD_OK;
  if (ok) chain->ended = false;  // it is empty, and may serve again
  // What a mark asks for happens when the hook has answered, or soon when it has already.
  if (marked && r->state == RequestState::kSuspended) r->worker->Soon(r);
  return Written(r, ok);
}

httpd_result httpd_response_flush(httpd_request* r, httpd_flushed fn, void* user) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_ARGUMENT(fn, HTTPD_ERR_INVALID);
  if (r->flags.aborted) return HTTPD_ERR_IO;
  if (r->flags.ended_early) return HTTPD_DONE;
  HTTPD_REQUIRE(!r->flags.complete && (r->filters == nullptr || !r->filters->eos_written),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, kIsComplete);
  const bool about_to = r->state == RequestState::kRunning && r->flags.token_given;
  HTTPD_REQUIRE((r->state == RequestState::kSuspended || about_to) &&
                    (r->filters == nullptr || !r->filters->pumping),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "the request is not suspended");
  HTTPD_REQUIRE(r->flushed == nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "another flush has not called back yet");
  if (r->filters != nullptr && !r->filters->entry.AppendMark(HTTPD_ITEM_FLUSH)) {
    return HTTPD_ERR_NO_MEMORY;
  }
  r->flushed = fn;
  r->flushed_user = user;
  r->flags.flush_due = true;
  if (about_to) return HTTPD_OK;  // sent when it has answered
  if (r->filters != nullptr) {
    httpd::server::PushOn(r);
  } else {
    r->flags.flush_due = false;
    r->stream->Send(r, false);
  }
  return HTTPD_OK;
}

httpd_result httpd_response_reset(httpd_request* r) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE(!r->flags.head_sent && !r->flags.complete && !r->flags.lookup_only &&
                    (r->state == RequestState::kRunning || r->state == RequestState::kSuspended) &&
                    (r->filters == nullptr || !r->filters->pumping),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "a part of the response was sent");
  if (!r->flags.error_response) r->status = 200;
  r->field_count = 0;
  r->flags.ended_early = r->flags.flush_due = false;
  httpd::server::ClearBody(r);
  return HTTPD_OK;
}

int64_t httpd_response_body_bytes(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return static_cast<int64_t>(r->body_sent);
}
int64_t httpd_response_bytes(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return static_cast<int64_t>(r->bytes_sent);
}
int32_t httpd_response_keeps_alive(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->flags.keep_alive;
}

int32_t httpd_response_head_sent(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->flags.head_sent;
}

int32_t httpd_response_is_aborted(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->flags.aborted;
}

int64_t httpd_request_received_bytes(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return static_cast<int64_t>(r->bytes_received);
}

httpd_result httpd_response_send_interim(httpd_request* r, uint32_t status,
                                         const httpd_field* fields, uint32_t field_count) {
  HTTPD_CHECK_REQUEST(r);
  if (r->flags.aborted) return HTTPD_ERR_IO;
  HTTPD_REQUIRE(!r->flags.head_sent && !r->flags.complete && !r->flags.lookup_only, HTTPD_ERR_STATE,
                HTTPD_ERR_STATE, "the head of the response was sent");
  HTTPD_REQUIRE(status >= 102 && status <= 199 && (fields != nullptr || field_count == 0),
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the status is not one of 102 to 199, or there are no fields");
  for (uint32_t i = 0; i < field_count; ++i) {
    HTTPD_REQUIRE(httpd::http::IsToken(View(fields[i].name)) &&
                      httpd::http::IsFieldValue(View(fields[i].value)) &&
                      !IsOwnField(View(fields[i].name)),
                  HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "not a field, or one of the core's own");
  }
  return r->stream->SendInterim(r, status, fields, field_count);
}
