// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/body.h>
#include <httpd/hooks.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/pool.h"
#include "base/str.h"
#include "http/request_head.h"
#include "server/chain.h"
#include "server/server_config.h"
#include "server/stream.h"

namespace httpd::server {

struct AuthRun;     // auth.h
struct FileEntry;   // file_cache.h
struct Subrequest;  // subrequest.h

// A path before an internal redirect.
struct Redirected {
  const Redirected* previous;
  std::string_view path;
  std::string_view query;  // data is null without "?"
  uint32_t status;
  bool for_error;  // the redirect is to the document of an error
};

struct Filters;  // filters.h
struct Intake;   // intake.h

struct HeaderField {
  std::string_view name;
  std::string_view value;
  bool removed = false;
};

// A field behind a body, in the order received or added.
struct TrailerField {
  std::string_view name;
  std::string_view value;
  TrailerField* next = nullptr;
};

struct TrailerList {
  TrailerField* first = nullptr;
  TrailerField* last = nullptr;
  uint32_t count = 0;
};

// Makes an item of the body independent of the request; see httpd_chain::pin.
bool PinItem(void* request, ChainItem* item);

inline constexpr uint64_t kUnknownSize = UINT64_MAX;

// Where a request stands.
enum class RequestState : uint8_t {
  kFree,       // in the worker's list
  kRunning,    // its hooks run now
  kSuspended,  // a hook answers later
  kSending,    // complete; the protocol hands it over
  kEnding,     // log and end hooks
};

struct RequestFlags {
  bool head_sent : 1;
  bool complete : 1;      // every body piece is known
  bool chunked : 1;       // the protocol frames by chunks
  bool keep_alive : 1;    // decided when the head is sent
  bool body_claimed : 1;  // httpd_request_read_body was called
  bool body_ended : 1;
  bool body_read : 1;        // httpd_request_read_body() claimed it
  bool token_given : 1;      // the hook that runs has asked for a token
  bool error_response : 1;   // the answer is an error page or document
  bool lookup_only : 1;      // httpd_request_lookup: may not suspend or answer
  bool aborted : 1;          // cut off: what was promised was not sent
  bool taken_over : 1;       // the connection speaks another protocol behind the head
  bool client_set : 1;       // httpd_request_set_client(): see request_extras.h
  bool ended_early : 1;      // a filter has ended the response; its producer is to stop
  bool flush_due : 1;        // a mark in the body asks for it
  bool soon : 1;             // in the worker's list of those that go on in this turn
  bool errors_filtered : 1;  // an error page has got its filters
};

}  // namespace httpd::server

// One request. Objects are kept in a list of the worker and used again, with their first pool
// block; a request that stays small allocates nothing.
struct httpd_request {
  static constexpr size_t kInlinePool = 4096;
  static constexpr size_t kInlineBody = 2048;
  static constexpr uint32_t kMaxFields = 32;
  static constexpr uint32_t kMaxRedirects = 10;

  httpd_request(httpd_worker* owner, uint32_t slot)
      : pool(inline_memory, sizeof(inline_memory), SIZE_MAX),
        worker(owner),
        index(slot),
        body(&pool, inline_body, sizeof(inline_body)) {
    body.pin = httpd::server::PinItem;
    body.pinner = this;
  }

  // What a new request starts with; the parsed head is not touched.
  void Reset();

  httpd_pool pool;
  httpd_worker* worker;
  const uint32_t index;  // slot in the worker's table, part of tokens
  httpd_request* next_free = nullptr;
  httpd_request* next_soon = nullptr;
  httpd::server::RequestState state = httpd::server::RequestState::kFree;
  httpd::server::RequestFlags flags = {};

  httpd_connection* connection = nullptr;
  httpd::server::Stream* stream = nullptr;
  httpd_server* server = nullptr;
  const httpd_location* location = nullptr;
  void** contexts = nullptr;  // by module slot, [0] request_extras.h; null until one was set

  // The message. `data` is what the offsets of `head` refer to; it may move while a body is read.
  const char* data = nullptr;
  const httpd::http::RequestHead* head = nullptr;
  std::string_view line;
  std::string_view path;      // decoded, normalised
  std::string_view raw_path;  // as received, without query
  std::string_view query;     // data is null without "?"
  std::string_view user;
  httpd::http::Method method = httpd::http::Method::kGet;
  uint32_t keepalive_count = 0;
  int64_t started = 0;   // nanoseconds since the epoch
  int64_t finished = 0;  // 0 until handed over

  // Mapping.
  std::string_view filename;
  std::string_view path_info;
  std::string_view handler_name;
  httpd::server::FileEntry* file = nullptr;  // counted reference
  uint32_t file_kind = HTTPD_FILE_NONE;

  // Response.
  uint32_t status = 200;
  uint32_t field_count = 0;
  httpd::server::HeaderField* more_fields = nullptr;  // beyond the inline ones
  uint32_t more_capacity = 0;
  std::string_view content_type;
  // Prepared lines of the file (Last-Modified, ETag, Accept-Ranges), each with CRLF.
  std::string_view prepared;
  httpd_chain body;  // what waits to be sent: memory and files, and what the protocol puts between
  // Where a handler's writes go: the body, or the first filter.
  httpd_chain* out = &body;
  httpd::server::ChainItem* framed = nullptr;  // last item that HTTP/1 has framed
  httpd::server::Filters* filters = nullptr;   // null: none
  httpd::server::TrailerList trailers;         // to be sent behind the body
  // Of the whole body, when it is known before the head is sent; else kUnknownSize.
  uint64_t body_size = httpd::server::kUnknownSize;
  uint64_t body_sent = 0;   // as counted for the log
  uint64_t bytes_sent = 0;  // with head and framing
  httpd_flushed flushed = nullptr;
  void* flushed_user = nullptr;

  // Request body.
  httpd_body_reader reader = nullptr;
  void* reader_user = nullptr;
  httpd::server::Intake* intake = nullptr;  // null: nobody pulls
  httpd::server::TrailerList received_trailers;
  uint64_t body_received = 0;
  uint64_t bytes_received = 0;  // with head and framing

  // Pipeline.
  uint16_t pc = 0;
  uint16_t redirects = 0;
  uint8_t urgency = 3;  // RFC 9218
  bool incremental = false;
  const httpd::server::Redirected* redirected = nullptr;  // the last one, when redirects > 0
  uint32_t original_status = 0;    // of the error whose document is being made
  std::atomic<uint64_t> token{0};  // non-zero while a resume is awaited
  uint32_t serial = 1;
  httpd_result resumed_with = 0;
  void (*cancel)(void*) = nullptr;
  void* cancel_user = nullptr;
  // Makes of the answer of a resume that of the step that waits. Set behind
  // httpd_request_suspend(), which takes away what was set before.
  httpd_result (*on_resume)(httpd_request*, httpd_result) = nullptr;

  // Of requests that need one; whoever made it sets it back before the object is used again.
  httpd::server::AuthRun* auth = nullptr;
  httpd::server::Subrequest* sub = nullptr;  // this is one

  httpd::server::HeaderField fields[kMaxFields];
  httpd::http::RequestHead own_head;
  alignas(16) char inline_memory[kInlinePool];
  alignas(16) char inline_body[kInlineBody];

  httpd::server::HeaderField* field(uint32_t i) {
    return i < kMaxFields ? &fields[i] : &more_fields[i - kMaxFields];
  }
  const httpd::server::HeaderField* field(uint32_t i) const {
    return i < kMaxFields ? &fields[i] : &more_fields[i - kMaxFields];
  }
  bool is_head() const { return method == httpd::http::Method::kHead; }
};

namespace httpd::server {

using Request = ::httpd_request;

// Response fields by name; names and values must outlive the request (the public functions copy).
bool AddField(Request* request, std::string_view name, std::string_view value);
bool SetField(Request* request, std::string_view name, std::string_view value);
bool RemoveField(Request* request, std::string_view name);
const HeaderField* FindField(const Request* request, std::string_view name);

// Makes fields of the prepared lines; those that a module has set already win.
bool SpreadPrepared(Request* request);

// Appends to the body; the memory or descriptor must outlive the request.
inline bool AppendMemory(Request* request, std::string_view data) {
  return request->out->AppendMemory(data);
}
inline bool AppendFile(Request* request, int fd, int64_t offset, uint64_t size) {
  return request->out->AppendFile(fd, offset, size);
}

// Copied. False without memory.
bool AddTrailer(Request* request, TrailerList* list, std::string_view name, std::string_view value);

// Forgets body and content type, for an error page or a redirect. Before the head was sent only.
void ClearBody(Request* request);

// Takes back what was found out about the path; the steps start over the next time they run.
void StartOver(Request* request);

// Makes the request start over with another path (decoded, starting with "/", copied) the next time
// its steps run. False after kMaxRedirects or without memory.
bool Restart(Request* request, std::string_view path, bool for_error = false);

}  // namespace httpd::server
