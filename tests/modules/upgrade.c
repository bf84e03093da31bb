/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that takes connections over: /upgrade speaks `echo` behind 101, CONNECT echo.test:7 a
 * tunnel to nowhere that echoes as well. /upgrade?error answers 403 although it took the
 * connection, and every open and close of a connection is counted in the log. */
#include <httpd/connection.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/protocol.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct echo {
  char bytes[65536];
  size_t begin, end;
  int eof;
} echo;

static int Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static httpd_module_handle* module;

static void Log(const char* text) {
  httpd_log(module, HTTPD_LOG_INFO, (httpd_str){text, strlen(text)});
}

static httpd_result OpenEcho(httpd_connection* connection, void** state, void* user) {
  static const httpd_str kHello = {"hello\n", 6};
  *state = calloc(1, sizeof(echo));
  if (*state == NULL) return HTTPD_ERR_NO_MEMORY;
  return httpd_connection_write(connection, &kHello, 1) == 6 ? HTTPD_OK : HTTPD_ERR_IO;
}

static void Pump(httpd_connection* connection, echo* e) {
  for (;;) {
    if (e->begin < e->end) {
      const httpd_str piece = {e->bytes + e->begin, e->end - e->begin};
      const int64_t n = httpd_connection_write(connection, &piece, 1);
      if (n == HTTPD_AGAIN) {
        httpd_connection_watch(connection, HTTPD_IO_WRITE);
        return;
      }
      if (n < 0) {
        httpd_connection_close(connection);
        return;
      }
      e->begin += (size_t)n;
      continue;
    }
    if (e->eof) {
      httpd_connection_close(connection);
      return;
    }
    e->begin = e->end = 0;
    {
      const int64_t n = httpd_connection_read(connection, e->bytes, sizeof e->bytes);
      if (n == HTTPD_AGAIN) break;
      if (n < 0) {
        httpd_connection_close(connection);
        return;
      }
      if (n == 0) e->eof = 1;
      e->end = (size_t)(n > 0 ? n : 0);
    }
  }
  httpd_connection_watch(connection, HTTPD_IO_READ);
}

static void Readable(httpd_connection* connection, void* state) { Pump(connection, state); }

static void Closed(httpd_connection* connection, void* state) {
  Log("echo closed");
  free(state);
}

static void Destroyed(void* user) { Log("echo destroyed"); }

static const httpd_protocol kEcho = {.size = sizeof(httpd_protocol),
                                     .name = "echo",
                                     .open = OpenEcho,
                                     .readable = Readable,
                                     .writable = Readable,
                                     .closed = Closed,
                                     .destroy = Destroyed};

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_result result;
  if (Is(httpd_request_method(request), "CONNECT")) {
    if (!Is(httpd_request_raw_path(request), "echo.test:7")) return HTTPD_DECLINED;
    return httpd_request_take_over(request, (httpd_str){NULL, 0}, &kEcho);
  }
  if (!Is(httpd_request_path(request), "/upgrade")) return HTTPD_DECLINED;
  result = httpd_request_take_over(request, HTTPD_STR("echo"), &kEcho);
  if (Is(httpd_request_query(request), "error")) return 403;
  return result == HTTPD_DONE ? HTTPD_DONE : 426;
}

static httpd_result LogHook(httpd_request* request, void* user) {
  char line[200];
  const httpd_str first = httpd_request_line(request);
  const int n = snprintf(line, sizeof line, "logged %.*s %u", (int)first.len, first.data,
                         httpd_response_status(request));
  httpd_log(module, HTTPD_LOG_INFO, (httpd_str){line, (size_t)n});
  return HTTPD_OK;
}

static httpd_result Opened(httpd_connection* connection, void* user) {
  Log("connection opened");
  return HTTPD_OK;
}

static httpd_result ConnectionClosed(httpd_connection* connection, void* user) {
  char line[200];
  uint64_t received = 0;
  uint64_t sent = 0;
  const httpd_str local = httpd_connection_local_address(connection);
  int n;
  httpd_connection_bytes(connection, &received, &sent);
  n = snprintf(line, sizeof line, "connection closed at %.*s %d %d", (int)local.len, local.data,
               received > 0, sent > 0);
  httpd_log(module, HTTPD_LOG_INFO, (httpd_str){line, (size_t)n});
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_options first = {.size = sizeof(httpd_hook_options), .order = HTTPD_ORDER_FIRST};
  module = self;
  httpd_hook_connection(self, HTTPD_HOOK_CONNECTION_OPEN, Opened, NULL);
  httpd_hook_connection(self, HTTPD_HOOK_CONNECTION_CLOSE, ConnectionClosed, NULL);
  httpd_hook_request(self, HTTPD_HOOK_LOG, LogHook, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, &first);
}

HTTPD_MODULE(upgrade, "version=1.0.0\0description=Takes connections over\0",
             .register_module = Register);
