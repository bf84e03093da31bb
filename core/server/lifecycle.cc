// SPDX-License-Identifier: Apache-2.0
//
// From a parsed head to the end of the request. The protocol calls these functions; see
// lifecycle.h.

#include "server/lifecycle.h"

#include <time.h>

#include <algorithm>

#include "base/concat.h"
#include "http/uri.h"
#include "server/callback.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/intake.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/subrequest.h"
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
  request->state = RequestState::kRunning;
  Fail(request, status);
}

uint64_t BodyRoom(const Request* request) {
  if (!BodyClaimed(request)) return 0;
  return request->intake == nullptr ? UINT64_MAX : IntakeRoom(request);
}

uint64_t FeedBody(Request* request, std::string_view data, uint32_t flags) {
  if (!BodyClaimed(request)) return 0;
  uint64_t taken = std::min<uint64_t>(data.size(), BodyRoom(request));
  if (taken < data.size()) flags &= HTTPD_BODY_ERROR;
  request->body_received += taken;
  const int64_t limit = request->location->core->limit_request_body.value;
  uint32_t status = 400;
  if (limit > 0 && request->body_received > static_cast<uint64_t>(limit)) {
    LogRequest(request, log::Level::kError, "core",
               base::Concat("request body is larger than LimitRequestBody ", limit, " [HS-05]"));
    request->stream->ForbidKeepAlive(request);
    data = {};
    taken = 0;
    flags = HTTPD_BODY_ERROR;
    status = 413;
  }
  if (flags != 0) request->flags.body_ended = true;
  if (request->intake != nullptr) {
    TakeIn(request, data.substr(0, taken), flags, status);
    return taken;
  }
  const httpd_body_reader reader = request->reader;
  if (flags != 0) request->reader = nullptr;
  CallBack(request, "body reader",
           [&] { reader(request, base::Str(data), flags, request->reader_user); });
  return taken;
}

void Proceed(Request* request) {
  const uint32_t serial = request->serial;
  if (request->intake != nullptr) NotifyReader(request);
  if (request->serial != serial) return;
  if (request->sub != nullptr && request->sub->flush_due) {
    request->sub->Proceed();
    if (request->serial != serial) return;
  }
  if (request->filters != nullptr) return PushOn(request);
  if (!request->flags.flush_due || request->flags.complete) return;
  request->flags.flush_due = false;
  request->stream->Send(request, false);
}

bool Flushed(Request* request) {
  if (request->flushed == nullptr) return false;
  if (request->filters != nullptr && (!request->body.empty() || !FiltersRest(request))) {
    return false;
  }
  const httpd_flushed fn = request->flushed;
  request->flushed = nullptr;
  CallBack(request, "flush", [&] { fn(request, HTTPD_OK, request->flushed_user); });
  return true;
}

bool Drained(Request* request) {
  if (request->filters != nullptr && RefillBody(request)) return true;
  return Flushed(request);
}

void ForgetHook(Request* request) {
  request->token.store(0, std::memory_order_release);
  request->flags.token_given = false;
  request->flushed = nullptr;
  request->cancel = nullptr;
  request->on_resume = nullptr;
}

void Withdraw(Request* request, httpd_result result) {
  const bool waits = request->token.exchange(0) != 0;
  request->flags.token_given = false;
  request->on_resume = nullptr;
  if (request->flushed != nullptr) {
    const httpd_flushed fn = request->flushed;
    request->flushed = nullptr;
    CallBack(request, "flush", [&] { fn(request, result, request->flushed_user); });
  }
  if (request->cancel == nullptr || !waits) return;
  void (*cancel)(void*) = request->cancel;
  request->cancel = nullptr;
  CallBack(request, "cancel", [&] { cancel(request->cancel_user); });
}

void Sent(Request* request) {
  if (request->flags.ended_early && request->flags.token_given) Withdraw(request, HTTPD_DONE);
  End(request);
}

void EndSubrequest(Request* request) {
  request->state = RequestState::kEnding;
  RunAll(request->worker->generation->program.request_end, request);
  request->worker->FreeRequest(request);
}

void Abort(Request* request) {
  request->flags.aborted = true;
  void (*const cancel)(void*) = request->token.exchange(0) != 0 ? request->cancel : nullptr;
  void* const user = request->cancel_user;
  Withdraw(request, HTTPD_ERR_IO);
  if (BodyClaimed(request)) FeedBody(request, {}, HTTPD_BODY_ERROR);
  if (cancel != nullptr) CallBack(request, "cancel", [&] { cancel(user); });
  if (request->sub != nullptr) return EndSubrequest(request);
  End(request);
}

}  // namespace httpd::server
