/* SPDX-License-Identifier: Apache-2.0
 *
 * A long poll: who asks for /longpoll/wait gets what somebody says at /longpoll/say?TEXT, whichever
 * worker that was sent to. And /longpoll/stream?N: N chunks, one every few milliseconds. */
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <httpd/task.h>
#include <httpd/timer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Waiter {
  httpd_request* request;
  httpd_token token;
  struct Waiter* next;
} Waiter;

static httpd_module_handle* self;
static httpd_worker* worker;
static Waiter* waiters;

static int Is(httpd_str path, const char* name) {
  return path.len == strlen(name) && memcmp(path.data, name, path.len) == 0;
}

static void Leave(void* user) {
  Waiter** at = &waiters;
  while (*at != NULL && *at != user) at = &(*at)->next;
  if (*at != NULL) *at = (*at)->next;
  httpd_log(self, HTTPD_LOG_INFO, HTTPD_STR("a waiter left"));
}

static httpd_result Wait(httpd_request* request) {
  Waiter* waiter = httpd_pool_alloc(httpd_request_pool(request), sizeof *waiter);
  if (waiter == NULL) return 503;
  waiter->request = request;
  waiter->token = httpd_request_suspend(request);
  waiter->next = waiters;
  waiters = waiter;
  httpd_request_on_cancel(request, Leave, waiter);
  httpd_log(self, HTTPD_LOG_INFO, HTTPD_STR("a waiter came"));
  return HTTPD_SUSPENDED;
}

static void Hear(httpd_worker* w, httpd_str message, uint32_t flags, void* user) {
  while (waiters != NULL) {
    Waiter* waiter = waiters;
    waiters = waiter->next;
    if ((flags & HTTPD_BROADCAST_LOST) != 0) {
      httpd_response_write(waiter->request, HTTPD_STR("(lost some) "));
    }
    httpd_response_write(waiter->request, message);
    httpd_request_resume(waiter->token, HTTPD_OK);
  }
}

static void Say(httpd_request* request, const char* text) {
  httpd_str line = {text, strlen(text)};
  httpd_response_write(request, line);
}

static httpd_result Tell(httpd_request* request) {
  char text[32];
  snprintf(text, sizeof text, "%u %d", httpd_worker_index(worker),
           httpd_broadcast(worker, HTTPD_STR("longpoll"), httpd_request_query(request)));
  Say(request, text);
  return HTTPD_OK;
}

/* ---- a flood: what arrives is in order and without doubles ---- */

static unsigned flood_seen, flood_lost, flood_wrong, flood_next;

static void HearFlood(httpd_worker* w, httpd_str message, uint32_t flags, void* user) {
  unsigned number;
  if (message.len < sizeof number) return;
  memcpy(&number, message.data, sizeof number);
  ++flood_seen;
  if ((flags & HTTPD_BROADCAST_LOST) != 0) ++flood_lost;
  if (number < flood_next) ++flood_wrong;
  if (number > flood_next && (flags & HTTPD_BROADCAST_LOST) == 0) ++flood_wrong;
  flood_next = number + 1;
}

/* Sends until there is too much under way. */
static httpd_result Flood(httpd_request* request) {
  static char large[16000];
  char text[32];
  unsigned sent = 0;
  httpd_str message = {large, sizeof large};
  for (; sent < 1000; ++sent) {
    memcpy(large, &sent, sizeof sent);
    if (httpd_broadcast(worker, HTTPD_STR("flood"), message) != HTTPD_OK) break;
  }
  snprintf(text, sizeof text, "%u", sent);
  Say(request, text);
  return HTTPD_OK;
}

static httpd_result Flooded(httpd_request* request) {
  char text[96];
  snprintf(text, sizeof text, "%u: %u %u %u", httpd_worker_index(worker), flood_seen, flood_lost,
           flood_wrong);
  Say(request, text);
  return HTTPD_OK;
}

/* ---- chunks by timer ---- */

typedef struct Stream {
  httpd_request* request;
  httpd_token token;
  int left;
  int flushing;
} Stream;

static void Flushed(httpd_request* request, httpd_result result, void* user) {
  Stream* stream = user;
  stream->flushing = 0;
}

static void Chunk(httpd_timer* timer, void* user) {
  Stream* stream = user;
  if (stream->left-- > 0) {
    httpd_response_write(stream->request, HTTPD_STR("chunk\n"));
    if (!stream->flushing) {
      stream->flushing = 1;
      httpd_response_flush(stream->request, Flushed, stream);
    }
    return;
  }
  httpd_timer_stop(timer);
  httpd_request_resume(stream->token, HTTPD_OK);
}

static void StreamEnds(void* user) {
  httpd_log(self, HTTPD_LOG_INFO, HTTPD_STR("the timer of a stream ended"));
}

static httpd_result Begin(httpd_request* request) {
  Stream* stream = httpd_pool_alloc(httpd_request_pool(request), sizeof *stream);
  httpd_timer_options options;
  httpd_str query = httpd_request_query(request);
  char number[16];
  if (stream == NULL) return 503;
  snprintf(number, sizeof number, "%.*s", (int)query.len, query.data);
  stream->request = request;
  stream->left = atoi(number);
  stream->flushing = 0;
  stream->token = httpd_request_suspend(request);
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.first_ms = options.repeat_ms = 5;
  options.fn = Chunk;
  options.user = stream;
  options.destroy = StreamEnds;
  return httpd_request_timer(request, &options) == NULL ? 500 : HTTPD_SUSPENDED;
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  if (Is(path, "/longpoll/wait")) return Wait(request);
  if (Is(path, "/longpoll/say")) return Tell(request);
  if (Is(path, "/longpoll/flood")) return Flood(request);
  if (Is(path, "/longpoll/flooded")) return Flooded(request);
  if (Is(path, "/longpoll/stream")) return Begin(request);
  return HTTPD_DECLINED;
}

static httpd_result Start(httpd_worker* w, void* user) {
  worker = w;
  if (httpd_broadcast_subscribe(w, self, HTTPD_STR("flood"), HearFlood, NULL, NULL) != HTTPD_OK) {
    return HTTPD_ERR_IO;
  }
  return httpd_broadcast_subscribe(w, self, HTTPD_STR("longpoll"), Hear, NULL, NULL);
}

static httpd_result Register(httpd_module_handle* module, void* user) {
  self = module;
  httpd_hook_worker(module, HTTPD_HOOK_WORKER_START, Start, NULL);
  return httpd_hook_request(module, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(longpoll, "version=1.0.0\0description=Long polls and streams\0",
             .register_module = Register);
