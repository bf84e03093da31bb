// SPDX-License-Identifier: Apache-2.0
//
// Later answers, request bodies and lookups: the functions of httpd/request.h that change the
// course of a request.

#include <httpd/body.h>
#include <httpd/request.h>

#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/subrequest.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::Request;
using httpd::server::RequestState;

namespace {
// The worker of this process; a token names a slot of its table.
std::atomic<httpd_worker*> g_worker{nullptr};
}  // namespace

namespace httpd::server {
void SetProcessWorker(httpd_worker* worker) { g_worker.store(worker); }
}  // namespace httpd::server

httpd_token httpd_request_suspend(httpd_request* r) {
  if (r->state != RequestState::kRunning || r->flags.lookup_only) return 0;
  r->flags.token_given = true;
  r->on_resume = nullptr;
  const httpd_token token = (uint64_t{++r->serial} << 32) | (r->index + 1);
  r->token.store(token, std::memory_order_release);
  return token;
}

httpd_result httpd_request_resume(httpd_token token, httpd_result result) {
  httpd_worker* worker = g_worker.load();
  if (token == 0 || worker == nullptr) return HTTPD_ERR_STALE;
  const auto index = static_cast<uint32_t>(token & 0xffffffffu) - 1;
  Request* request = worker->At(index);
  if (request == nullptr) return HTTPD_ERR_STALE;
  httpd_token expected = token;
  if (!request->token.compare_exchange_strong(expected, 0)) return HTTPD_ERR_STALE;
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
  const uint32_t kind = httpd::server::RunLookup(sub) == HTTPD_OK ? sub->file_kind : HTTPD_FILE_NONE;
  const httpd::server::FileEntry* file = kind == HTTPD_FILE_NONE ? nullptr : sub->file;
  if (size != nullptr) *size = file == nullptr ? 0 : file->size;
  if (mtime != nullptr) *mtime = file == nullptr ? 0 : file->mtime_ns;
  r->worker->FreeRequest(sub);
  r->worker->slot->Blame(module, hook);
  return kind;
}
