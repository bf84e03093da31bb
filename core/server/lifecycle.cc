// SPDX-License-Identifier: Apache-2.0
//
// From a parsed head to the end of the request. The protocol calls these functions; see
// lifecycle.h.

#include "server/lifecycle.h"

#include <time.h>

#include "base/concat.h"
#include "http/uri.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using http::Method;
using http::TargetForm;

int64_t Now() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

void ChooseServer(Request* request) {
  const httpd_generation& generation = *request->worker->generation;
  const HostSet* hosts = request->connection->hosts;
  request->server = hosts == nullptr ? generation.servers.servers.front().get()
                                     : hosts->Find(request->head->host.view(request->data));
  request->location = request->worker->locations.Root(request->server);
}

// 0, or the status that ends the request.
uint32_t SplitTarget(Request* request) {
  const std::string_view target = request->head->path.view(request->data);
  char* buffer = request->pool.AllocText(target.size() + 1);
  if (buffer == nullptr) return 503;
  http::UriPath uri;
  const http::UriOptions options = {.encoded_slash =
                                        request->server->core->allow_encoded_slashes.value
                                            ? http::EncodedSlash::kDecode
                                            : http::EncodedSlash::kRefuse};
  const http::UriError error =
      http::NormalizePath(target, options, buffer, target.size() + 1, &uri);
  if (error != http::UriError::kOk) {
    LogRequest(request, log::Level::kInfo, "core",
               base::Concat("request target refused: ", http::UriErrorReason(error), " [HS-13]"));
    return static_cast<uint32_t>(http::UriErrorStatus(error));
  }
  request->path = uri.path;
  request->query = uri.has_query ? uri.query : std::string_view();
  request->raw_path = target.substr(0, target.find('?'));
  if (request->raw_path.empty()) request->raw_path = "/";
  return 0;
}

// OPTIONS * is about the server and CONNECT about another one; neither is about a file.
bool AnswerServerRequest(Request* request) {
  if (request->head->form == TargetForm::kAsterisk) {
    AddField(request, "Allow", "GET, HEAD, OPTIONS");
    Complete(request);
    return true;
  }
  if (request->method == Method::kConnect) {
    // What follows on the connection is no request (RFC 9112 §6.3, item 2).
    request->stream->ForbidKeepAlive(request);
    request->path = "/";
    request->raw_path = request->head->target.view(request->data);
    request->pc = request->worker->generation->program.connect;
    Run(request);
    return true;
  }
  return false;
}

// Calls back into the module whose step the request stands at: it is blamed meanwhile, and no
// exception gets into the loop.
template <typename Callback>
void CallBack(Request* request, std::string_view what, Callback&& callback) {
  const Program& program = request->worker->generation->program;
  const module::HookEntry* entry =
      request->pc < program.steps.size() ? program.steps[request->pc].entry : nullptr;
  const uint16_t slot = entry == nullptr ? 0 : entry->slot;
  httpd_worker* worker = request->worker;
  worker->slot->Blame(slot, entry == nullptr ? 0 : entry->hook);
  try {
    callback();
  } catch (...) {
    log::Write(log::Level::kError, worker->generation->registry.at(slot)->name,
               base::Concat("a C++ exception left a ", what, " function [HS-02]"));
  }
  worker->slot->Blame(0, 0);
}

void RunAll(const std::vector<const module::HookEntry*>& hooks, Request* request) {
  for (const module::HookEntry* entry : hooks) CallHook(entry, request);
}

void End(Request* request) {
  const Program& program = request->worker->generation->program;
  request->state = RequestState::kEnding;
  if (!program.log.empty()) {
    request->finished = Now();
    RunAll(program.log, request);
  }
  RunAll(program.request_end, request);
  process::ScoreboardSlot* slot = request->worker->slot;
  slot->requests.store(slot->requests.load(std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
  slot->bytes_sent.store(slot->bytes_sent.load(std::memory_order_relaxed) + request->bytes_sent,
                         std::memory_order_relaxed);
  slot->request_length.store(0, std::memory_order_relaxed);
  request->worker->FreeRequest(request);
}

}  // namespace

void Begin(Request* request) {
  request->method = request->head->method;
  request->worker->slot->SetRequest(request->line);
  request->worker->slot->SetClient(request->connection->client());
  ChooseServer(request);
  if (AnswerServerRequest(request)) return;
  if (const uint32_t status = SplitTarget(request); status != 0) {
    request->path = request->raw_path = "/";
    return Fail(request, status);
  }
  Run(request);
}

void Reject(Request* request, uint32_t status, std::string_view reason) {
  request->server = request->worker->generation->servers.servers.front().get();
  request->location = request->worker->locations.Root(request->server);
  request->method = request->head->method;
  request->stream->ForbidKeepAlive(request);
  LogRequest(request, log::Level::kInfo, "core",
             base::Concat("request refused with ", status, ": ", reason, " [HS-14]"));
  request->path = request->raw_path = "/";
  Fail(request, status);
}

uint64_t BodyRoom(const Request* request) { return BodyClaimed(request) ? UINT64_MAX : 0; }

void Proceed(Request*) {}

uint64_t FeedBody(Request* request, std::string_view data, uint32_t flags) {
  const uint64_t size = data.size();
  if (request->reader == nullptr) return 0;
  request->body_received += data.size();
  const int64_t limit = request->location->core->limit_request_body.value;
  if (limit > 0 && request->body_received > static_cast<uint64_t>(limit)) {
    LogRequest(request, log::Level::kError, "core",
               base::Concat("request body is larger than LimitRequestBody ", limit, " [HS-05]"));
    request->stream->ForbidKeepAlive(request);
    data = {};
    flags = HTTPD_BODY_ERROR;
  }
  const httpd_body_reader reader = request->reader;
  if (flags != 0) {
    request->reader = nullptr;
    request->flags.body_ended = true;
  }
  CallBack(request, "body reader",
           [&] { reader(request, base::Str(data), flags, request->reader_user); });
  return size;
}

void Drained(Request* request) {
  if (request->flushed == nullptr) return;
  const httpd_flushed fn = request->flushed;
  request->flushed = nullptr;
  CallBack(request, "flush", [&] { fn(request, HTTPD_OK, request->flushed_user); });
}

void Sent(Request* request) { End(request); }

void Abort(Request* request) {
  request->flags.aborted = true;
  request->token.store(0, std::memory_order_release);
  if (request->flushed != nullptr) {
    const httpd_flushed fn = request->flushed;
    request->flushed = nullptr;
    CallBack(request, "flush", [&] { fn(request, HTTPD_ERR_IO, request->flushed_user); });
  }
  if (request->reader != nullptr) FeedBody(request, {}, HTTPD_BODY_ERROR);
  if (request->cancel != nullptr) {
    void (*cancel)(void*) = request->cancel;
    request->cancel = nullptr;
    CallBack(request, "cancel", [&] { cancel(request->cancel_user); });
  }
  End(request);
}

}  // namespace httpd::server
