/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers that make and read bodies in every way there is: /b/NAME. */
#include <httpd/body.h>
#include <httpd/chain.h>
#include <httpd/filter.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static httpd_module_handle* g_self;

static int Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static void Say(httpd_request* request, const char* text) {
  httpd_response_write(request, (httpd_str){text, strlen(text)});
}

static void SayNumber(httpd_request* request, const char* name, long long value) {
  char text[96];
  snprintf(text, sizeof text, "%s=%lld;", name, value);
  Say(request, text);
}

typedef struct {
  httpd_token token;
  httpd_chain* chain;
  uint64_t bytes;
  uint64_t left;
} State;

static State* NewState(httpd_request* request) {
  State* state = httpd_pool_calloc(httpd_request_pool(request), sizeof *state);
  state->chain = httpd_chain_create(httpd_request_pool(request));
  return state;
}

/* ---- /b/stream: 8 MiB in pieces of 10000 bytes, as fast as the client takes them ---- */

static void Produce(httpd_request* request, httpd_result result, void* user) {
  static char piece[10000];
  State* state = user;
  if (result != HTTPD_OK) return;
  memset(piece, 'x', sizeof piece);
  while (state->left > 0) {
    size_t n = state->left < sizeof piece ? (size_t)state->left : sizeof piece;
    httpd_result wrote = httpd_response_write(request, (httpd_str){piece, n});
    if (wrote == HTTPD_DONE) {
      httpd_request_resume(state->token, HTTPD_DONE);
      return;
    }
    if (wrote != HTTPD_OK) break;
    state->left -= n;
    state->bytes += n;
    if (state->bytes % 100000 == 0) break;
  }
  if (state->left == 0) {
    httpd_request_resume(state->token, HTTPD_OK);
  } else {
    httpd_response_flush(request, Produce, state);
  }
}

static void Cancelled(void* user) {
  httpd_log(g_self, HTTPD_LOG_NOTICE, HTTPD_STR("stream cancelled"));
}

static httpd_result Stream(httpd_request* request) {
  State* state = NewState(request);
  state->left = 8u << 20;
  state->token = httpd_request_suspend(request);
  httpd_request_on_cancel(request, Cancelled, state);
  Produce(request, HTTPD_OK, state);
  return HTTPD_SUSPENDED;
}

/* ---- /b/pull: how many bytes and which trailers; /b/pull-echo: the bytes, one by one MiB ---- */

static void PullMore(httpd_request* request, void* user);

static void EndPull(httpd_request* request, State* state, uint32_t status) {
  httpd_str value = httpd_request_trailer(request, HTTPD_STR("X-Sum"));
  httpd_str name, at;
  uint32_t count = 0;
  while (httpd_request_trailer_at(request, count, &name, &at) == HTTPD_OK) ++count;
  SayNumber(request, "bytes", (long long)state->bytes);
  SayNumber(request, "trailers", count);
  SayNumber(request, "received", httpd_request_received_bytes(request));
  SayNumber(request, "again", httpd_request_pull_body(request, state->chain, 1, NULL, NULL));
  Say(request, "sum=");
  httpd_response_write(request, value);
  httpd_request_resume(state->token, status != 0 ? (httpd_result)status : HTTPD_OK);
}

static void PullMore(httpd_request* request, void* user) {
  State* state = user;
  for (;;) {
    uint64_t n;
    httpd_result result = httpd_request_pull_body(request, state->chain, 5000, PullMore, state);
    if (result == HTTPD_AGAIN) return;
    n = httpd_chain_bytes(state->chain);
    state->bytes += n;
    httpd_chain_consume(state->chain, n);
    while (httpd_chain_kind(state->chain) != HTTPD_ITEM_NONE) {
      uint32_t kind = httpd_chain_kind(state->chain);
      uint32_t status = httpd_chain_error(state->chain);
      httpd_chain_pop(state->chain);
      if (kind == HTTPD_ITEM_EOS || kind == HTTPD_ITEM_ERROR) {
        EndPull(request, state, status);
        return;
      }
    }
    if (result != HTTPD_OK) {
      httpd_request_resume(state->token, 500);
      return;
    }
  }
}

static httpd_result PullAll(httpd_request* request) {
  State* state = NewState(request);
  state->token = httpd_request_suspend(request);
  PullMore(request, state);
  return HTTPD_SUSPENDED;
}

/* Takes no more from the client than the client takes of the answer. */
static void EchoMore(httpd_request* request, void* user);

static void EchoFlushed(httpd_request* request, httpd_result result, void* user) {
  if (result == HTTPD_OK) EchoMore(request, user);
}

static void EchoMore(httpd_request* request, void* user) {
  State* state = user;
  httpd_result result = httpd_request_pull_body(request, state->chain, 20000, EchoMore, state);
  int end;
  if (result == HTTPD_AGAIN) return;
  while (httpd_chain_bytes(state->chain) > 0) {
    httpd_str data = httpd_chain_data(state->chain);
    httpd_response_write(request, data);
    httpd_chain_consume(state->chain, data.len);
  }
  end = httpd_chain_kind(state->chain) != HTTPD_ITEM_NONE || result != HTTPD_OK;
  if (end) {
    httpd_request_resume(state->token, HTTPD_OK);
  } else {
    httpd_response_flush(request, EchoFlushed, state);
  }
}

static httpd_result Echo(httpd_request* request) {
  State* state = NewState(request);
  state->token = httpd_request_suspend(request);
  EchoMore(request, state);
  return HTTPD_SUSPENDED;
}

/* ---- /b/read: by a reader that is called ---- */

static void ReadPiece(httpd_request* request, httpd_str data, uint32_t flags, void* user) {
  State* state = user;
  if (state->bytes < 100000) httpd_response_write(request, data);
  state->bytes += data.len;
  if (flags != 0) {
    httpd_request_resume(state->token, flags & HTTPD_BODY_ERROR ? 400 : HTTPD_OK);
  }
}

static httpd_result Read(httpd_request* request) {
  State* state = NewState(request);
  state->token = httpd_request_suspend(request);
  return httpd_request_read_body(request, ReadPiece, state) == HTTPD_OK ? HTTPD_SUSPENDED : 500;
}

/* ---- small ones ---- */

static httpd_result Hints(httpd_request* request) {
  httpd_field link = {HTTPD_STR("Link"), HTTPD_STR("</style.css>; rel=preload")};
  httpd_field bad = {HTTPD_STR("X"), HTTPD_STR("a\r\nb: c")};
  SayNumber(request, "switching", httpd_response_send_interim(request, 101, NULL, 0));
  SayNumber(request, "continue", httpd_response_send_interim(request, 100, NULL, 0));
  SayNumber(request, "bad", httpd_response_send_interim(request, 103, &bad, 1));
  SayNumber(request, "null", httpd_response_send_interim(request, 103, NULL, 1));
  SayNumber(request, "hints", httpd_response_send_interim(request, 103, &link, 1));
  SayNumber(request, "head_sent", httpd_response_head_sent(request));
  return HTTPD_OK;
}

static httpd_result Trailers(httpd_request* request) {
  SayNumber(request, "one",
            httpd_response_add_trailer(request, HTTPD_STR("X-One"), HTTPD_STR("1")));
  SayNumber(request, "two",
            httpd_response_add_trailer(request, HTTPD_STR("X-Two"), HTTPD_STR("2")));
  SayNumber(request, "length",
            httpd_response_add_trailer(request, HTTPD_STR("Content-Length"), HTTPD_STR("3")));
  SayNumber(request, "split",
            httpd_response_add_trailer(request, HTTPD_STR("X"), HTTPD_STR("a\r\nb")));
  return HTTPD_OK;
}

static httpd_result Hello(httpd_request* request) {
  httpd_response_set_header(request, HTTPD_STR("ETag"), HTTPD_STR("\"strong\""));
  httpd_response_set_header(request, HTTPD_STR("Last-Modified"),
                            HTTPD_STR("Sun, 06 Nov 1994 08:49:37 GMT"));
  httpd_response_set_header(request, HTTPD_STR("Accept-Ranges"), HTTPD_STR("bytes"));
  Say(request, "hello world");
  return HTTPD_OK;
}

/* As much as can be written at once: until somebody has enough. */
static httpd_result Large(httpd_request* request) {
  static char piece[10000];
  uint64_t bytes = 0;
  char text[64];
  httpd_result result = HTTPD_OK;
  memset(piece, 'y', sizeof piece);
  while (bytes < 1000000 && result == HTTPD_OK) {
    result = httpd_response_write(request, (httpd_str){piece, sizeof piece});
    if (result == HTTPD_OK) bytes += sizeof piece;
  }
  snprintf(text, sizeof text, "large wrote %llu, last %d", (unsigned long long)bytes, result);
  httpd_log(g_self, HTTPD_LOG_NOTICE, (httpd_str){text, strlen(text)});
  return result == HTTPD_DONE ? HTTPD_DONE : HTTPD_OK;
}

static void Released(void* user) {
  httpd_log(g_self, HTTPD_LOG_NOTICE, HTTPD_STR("chain item released"));
  close((int)(intptr_t)user);
}

/* A body of every kind of item, with its end, and a write behind it. */
static httpd_result Chain(httpd_request* request) {
  httpd_chain* chain = httpd_chain_create(httpd_request_pool(request));
  httpd_buffer* buffer = httpd_buffer_create(6);
  char path[] = "/tmp/httpd_bodies_XXXXXX";
  int fd = mkstemp(path);
  httpd_result first, second, third;
  unlink(path);
  if (write(fd, "0123456789", 10) != 10) return 500;
  memcpy(httpd_buffer_data(buffer), "buffer", 6);
  httpd_chain_write(chain, HTTPD_STR("copy "));
  httpd_chain_write_static(chain, HTTPD_STR("static "), NULL, NULL);
  httpd_chain_write_buffer(chain, buffer, 0, 6);
  httpd_buffer_unref(buffer);
  httpd_chain_flush(chain);
  httpd_chain_write_file(chain, fd, 2, 5, Released, (void*)(intptr_t)fd);
  httpd_chain_add_trailer(chain, HTTPD_STR("X-Chain"), HTTPD_STR("yes"));
  httpd_chain_end(chain);
  first = httpd_response_write_chain(request, chain);
  httpd_chain_write(chain, HTTPD_STR("behind"));
  second = httpd_response_write_chain(request, chain);
  third = httpd_response_write(request, HTTPD_STR("behind"));
  return first == HTTPD_OK && second == HTTPD_ERR_STATE && third == HTTPD_ERR_STATE ? HTTPD_OK
                                                                                    : 500;
}

static httpd_result ChainFails(httpd_request* request) {
  httpd_chain* chain = httpd_chain_create(httpd_request_pool(request));
  httpd_chain_write(chain, HTTPD_STR("never seen"));
  httpd_chain_fail(chain, 507);
  return httpd_response_write_chain(request, chain) == HTTPD_OK ? HTTPD_OK : 500;
}

static httpd_result Reset(httpd_request* request) {
  httpd_response_set_status(request, 404);
  httpd_response_set_header(request, HTTPD_STR("X-Gone"), HTTPD_STR("1"));
  Say(request, "gone");
  if (httpd_response_reset(request) != HTTPD_OK) return 500;
  Say(request, httpd_response_status(request) == 200 ? "fresh" : "stale");
  return HTTPD_OK;
}

static httpd_result Misuse(httpd_request* request) {
  State* state = NewState(request);
  httpd_chain* ended = httpd_chain_create(httpd_request_pool(request));
  httpd_chain_end(ended);
  SayNumber(request, "write_null_request", httpd_response_write(NULL, HTTPD_STR("x")));
  SayNumber(request, "write_null_data", httpd_response_write(request, (httpd_str){NULL, 4}));
  SayNumber(request, "chain_null", httpd_response_write_chain(request, NULL));
  SayNumber(request, "insert_null", httpd_request_insert_filter(request, NULL, NULL));
  SayNumber(request, "flush_running", httpd_response_flush(request, EchoFlushed, state));
  SayNumber(request, "flush_null", httpd_response_flush(request, NULL, NULL));
  SayNumber(request, "pull_null", httpd_request_pull_body(request, NULL, 1, NULL, NULL));
  SayNumber(request, "pull_zero", httpd_request_pull_body(request, state->chain, 0, NULL, NULL));
  SayNumber(request, "pull_ended", httpd_request_pull_body(request, ended, 1, NULL, NULL));
  SayNumber(request, "resume_null", httpd_filter_resume(NULL));
  SayNumber(request, "pass_null", httpd_filter_pass(NULL, ended));
  SayNumber(request, "remove_null", httpd_filter_remove(NULL));
  SayNumber(request, "find_null", httpd_filter_find(NULL, HTTPD_STR("upper")) != NULL);
  SayNumber(
      request, "insert_late",
      httpd_request_insert_filter(request, httpd_filter_find(g_self, HTTPD_STR("upper")), NULL));
  SayNumber(request, "find_none", httpd_filter_find(g_self, HTTPD_STR("none")) != NULL);
  SayNumber(request, "find_case", httpd_filter_find(g_self, HTTPD_STR("UPPER")) != NULL);
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  static const struct {
    const char* path;
    httpd_result (*fn)(httpd_request*);
  } kHandlers[] = {{"/b/stream", Stream}, {"/b/pull", PullAll},
                   {"/b/echo", Echo},     {"/b/read", Read},
                   {"/b/hints", Hints},   {"/b/trailers", Trailers},
                   {"/b/hello", Hello},   {"/b/large", Large},
                   {"/b/chain", Chain},   {"/b/chain-fails", ChainFails},
                   {"/b/reset", Reset},   {"/b/misuse", Misuse}};
  httpd_str path = httpd_request_path(request);
  size_t i;
  for (i = 0; i < sizeof kHandlers / sizeof kHandlers[0]; ++i) {
    if (Is(path, kHandlers[i].path)) return kHandlers[i].fn(request);
  }
  return HTTPD_DECLINED;
}

/* A module's own validator for a file. */
static httpd_result Fixup(httpd_request* request, void* user) {
  if (!Is(httpd_request_query(request), "etag")) return HTTPD_DECLINED;
  return httpd_response_set_header(request, HTTPD_STR("ETag"), HTTPD_STR("\"mine\""));
}

static httpd_result Log(httpd_request* request, void* user) {
  if (httpd_response_is_aborted(request)) {
    httpd_log(g_self, HTTPD_LOG_NOTICE, HTTPD_STR("response aborted"));
  }
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  g_self = self;
  httpd_hook_request(self, HTTPD_HOOK_FIXUP, Fixup, NULL);
  httpd_hook_request(self, HTTPD_HOOK_LOG, Log, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(bodies, "version=1.0.0\0description=Makes and reads bodies in every way\0",
             .register_module = Register);
