// SPDX-License-Identifier: Apache-2.0
//
// Later answers, request bodies and lookups: the functions of httpd/request.h that change the
// course of a request.

#include <httpd/body.h>
#include <httpd/request.h>

#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/race_report.h"
#include "server/subrequest.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::Request;
using httpd::server::RequestState;

namespace {
// The worker of this process; a token names a slot of its table.
std::atomic<httpd_worker*> g_worker{nullptr};

// 32 bits that change with each suspension, 10 of the worker, 6 of the generation, 16 of the slot.
// Serials begin anywhere, so that a token of a worker that died is not one of its successor.
httpd_token MakeToken(const Request& request) {
  return uint64_t{request.serial} << 32 | uint64_t{request.worker->token_identity} << 16 |
         request.index;
}
}  // namespace

namespace httpd::server {
void SetProcessWorker(httpd_worker* worker) { g_worker.store(worker); }
}  // namespace httpd::server

httpd_token httpd_request_suspend(httpd_request* r) {
  if (r->state != RequestState::kRunning || r->flags.lookup_only) return 0;
  r->flags.token_given = true;
  r->on_resume = nullptr;
  if (++r->serial == 0) ++r->serial;
  const httpd_token token = MakeToken(*r);
  r->token.store(token, std::memory_order_release);
  return token;
}

httpd_result httpd_request_resume(httpd_token token, httpd_result result) {
  httpd_worker* worker = g_worker.load();
  HTTPD_REQUIRE(token != 0 && worker != nullptr, HTTPD_ERR_STALE, HTTPD_ERR_STALE,
                "this is no token");
  HTTPD_REQUIRE((token >> 16 & 0xffff) == worker->token_identity, HTTPD_ERR_STALE, HTTPD_ERR_STALE,
                "the token is of another worker or generation");
  const auto index = static_cast<uint32_t>(token & 0xffff);
  Request* request = worker->At(index);
  httpd_token expected = token;
  if (request == nullptr || !request->token.compare_exchange_strong(expected, 0)) {
    httpd::server::ReportRace(__func__, HTTPD_ERR_STALE,
                              "the request was resumed before, or has ended");
    return HTTPD_ERR_STALE;
  }
  worker->PostResume(index, static_cast<uint32_t>(token >> 32), result);
  return HTTPD_OK;
}

httpd_result httpd_request_on_cancel(httpd_request* r, void (*fn)(void*), void* user) {
  if (fn == nullptr) return HTTPD_ERR_INVALID;
  if (!r->flags.token_given) return HTTPD_ERR_STATE;
  r->cancel = fn;
  r->cancel_user = user;
  return HTTPD_OK;
}

httpd_result httpd_request_read_body(httpd_request* r, httpd_body_reader fn, void* user) {
  if (fn == nullptr) return HTTPD_ERR_INVALID;
  if (r->flags.body_claimed || r->flags.lookup_only || r->flags.complete) return HTTPD_ERR_STATE;
  r->flags.body_claimed = true;
  r->flags.body_read = true;
  r->reader = fn;
  r->reader_user = user;
  const uint16_t module = r->worker->slot->module.load(std::memory_order_relaxed);
  r->stream->StartBody(r);
  // The reader may have run inside StartBody; what runs on is the module that called.
  r->worker->slot->Blame(module, HTTPD_HOOK_HANDLER);
  return HTTPD_OK;
}

int64_t httpd_request_body_length(const httpd_request* r) {
  if (r->head->chunked) return -1;
  return r->head->content_length < 0 ? 0 : r->head->content_length;
}

uint32_t httpd_request_lookup(httpd_request* r, httpd_str path, int64_t* size, int64_t* mtime) {
  if (path.len == 0 || path.data[0] != '/') return HTTPD_FILE_NONE;
  const uint16_t module = r->worker->slot->module.load(std::memory_order_relaxed);
  const uint16_t hook = r->worker->slot->hook.load(std::memory_order_relaxed);
  Request* sub = r->worker->NewRequest();
  if (sub == nullptr) return HTTPD_FILE_NONE;
  sub->connection = r->connection;
  sub->stream = r->stream;
  sub->server = r->server;
  sub->location = r->location;
  sub->data = r->data;
  sub->head = r->head;
  sub->line = r->line;
  sub->method = httpd::http::Method::kGet;
  sub->started = r->started;
  sub->path = View(sub->pool.Copy(View(path)));
  sub->raw_path = sub->path;
  httpd::server::InheritUser(r, sub);
  const uint32_t kind =
      httpd::server::RunLookup(sub) == HTTPD_OK ? sub->file_kind : HTTPD_FILE_NONE;
  const httpd::server::FileEntry* file = kind == HTTPD_FILE_NONE ? nullptr : sub->file;
  if (size != nullptr) *size = file == nullptr ? 0 : file->size;
  if (mtime != nullptr) *mtime = file == nullptr ? 0 : file->mtime_ns;
  r->worker->FreeRequest(sub);
  r->worker->slot->Blame(module, hook);
  return kind;
}
