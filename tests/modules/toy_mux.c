/* SPDX-License-Identifier: Apache-2.0
 *
 * A small multiplexed protocol: what HTTP/2 asks of the interface without its encodings. A
 * connection begins with "TOYMUX1\n"; then frames in both directions: type(1) stream(1) length(2).
 *
 *   client  H head: lines WINDOW, URGENCY, LENGTH, METHOD, PATH, AUTHORITY, then fields
 *           D data  T trailer  E end of the body  R reset  W grants bytes of the response's body
 *   server  h head: line STATUS, then fields  i interim  d data  t trailer  e end  r reset
 *           x head refused  w the held body was taken  g finishes soon
 *
 * /mux/hang waits for ever, /mux/interim sends 103, /mux/trailers answers with the trailer it got,
 * /mux/close closes the connection behind its answer. */
#include <httpd/body.h>
#include <httpd/chain.h>
#include <httpd/connection.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/protocol.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <httpd/stream.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kPiece = 1024, kMostOut = 32768 };

struct mux;

typedef struct stream {
  struct mux* mux;
  httpd_request* request; /* NULL: free */
  uint8_t id;
  uint32_t flags;  /* HTTPD_SEND_* that wait */
  uint64_t window; /* bytes of the body that the client takes */
  char* held;      /* of the body, until it is wanted */
  size_t held_size;
  int held_end;
} stream;

typedef struct mux {
  httpd_connection* connection;
  stream streams[256];
  char in[65536 + 4];
  size_t in_size;
  char* out;
  size_t out_begin, out_end, out_room;
  int greeted, draining, eof, next;
} mux;

static httpd_module_handle* module;

static void Log(const char* text) {
  httpd_log(module, HTTPD_LOG_INFO, (httpd_str){text, strlen(text)});
}

/* ---- frames out ---- */

static void Emit(mux* m, char type, uint8_t id, const char* data, size_t size) {
  if (m->out_end + size + 4 > m->out_room) {
    m->out_room = (m->out_end + size + 4) * 2;
    m->out = realloc(m->out, m->out_room);
  }
  m->out[m->out_end] = type;
  m->out[m->out_end + 1] = (char)id;
  m->out[m->out_end + 2] = (char)(size / 256);
  m->out[m->out_end + 3] = (char)(size % 256);
  if (size > 0) memcpy(m->out + m->out_end + 4, data, size);
  m->out_end += size + 4;
}

static void EmitHead(stream* s, char type) {
  char text[16384];
  httpd_str name;
  httpd_str value;
  uint32_t i;
  int n = snprintf(text, sizeof text, "%u\n", httpd_stream_status(s->request));
  for (i = 0; httpd_stream_field(s->request, i, &name, &value) == HTTPD_OK; ++i) {
    n += snprintf(text + n, sizeof text - (size_t)n, "%.*s: %.*s\n", (int)name.len, name.data,
                  (int)value.len, value.data);
  }
  Emit(s->mux, type, s->id, text, (size_t)n);
}

static void Drop(stream* s) {
  free(s->held);
  memset(s, 0, sizeof *s);
}

/* Sends one piece of a stream; 0 when there is nothing that may go now. */
static int SendPiece(stream* s) {
  mux* m = s->mux;
  httpd_chain* chain;
  char piece[kPiece];
  httpd_str name;
  httpd_str value;
  int64_t n;
  if (s->flags & HTTPD_SEND_HEAD) {
    s->flags &= ~HTTPD_SEND_HEAD;
    EmitHead(s, 'h');
    httpd_stream_sent(s->request);
    return 1;
  }
  if (httpd_stream_status(s->request) == 0) return 0;
  chain = httpd_stream_body(s->request);
  switch (httpd_chain_kind(chain)) {
    case HTTPD_ITEM_DATA:
    case HTTPD_ITEM_FILE:
      if (s->window == 0) return 0;
      n = httpd_chain_read(chain, piece, s->window < kPiece ? s->window : kPiece);
      if (n < 0) {
        httpd_request* request = s->request;
        Emit(m, 'r', s->id, "file", 4);
        Drop(s);
        httpd_stream_abort(request);
        return 1;
      }
      s->window -= (uint64_t)n;
      Emit(m, 'd', s->id, piece, (size_t)n);
      break;
    case HTTPD_ITEM_TRAILER:
      httpd_chain_trailer(chain, &name, &value);
      n = snprintf(piece, sizeof piece, "%.*s: %.*s\n", (int)name.len, name.data, (int)value.len,
                   value.data);
      Emit(m, 't', s->id, piece, (size_t)n);
      httpd_chain_pop(chain);
      break;
    case HTTPD_ITEM_EOS: {
      httpd_request* request = s->request;
      Emit(m, 'e', s->id, "", 0);
      httpd_chain_pop(chain);
      Drop(s);
      httpd_stream_sent(request); /* ends it */
      return 1;
    }
    case HTTPD_ITEM_FLUSH:
      httpd_chain_pop(chain);
      break;
    default:
      return 0;
  }
  httpd_stream_sent(s->request);
  return 1;
}

/* The most urgent streams first, those of one urgency in turn. */
static int SendOne(mux* m) {
  uint32_t level;
  int i;
  for (level = 0; level < 8; ++level) {
    for (i = 0; i < 256; ++i) {
      stream* s = &m->streams[(m->next + i) % 256];
      uint32_t urgency = 3;
      if (s->request == NULL) continue;
      httpd_request_priority(s->request, &urgency, NULL);
      if (urgency != level || (s->flags == 0)) continue;
      if (!SendPiece(s)) continue;
      m->next = (m->next + i + 1) % 256;
      return 1;
    }
  }
  return 0;
}

static int Busy(const mux* m) {
  int i;
  for (i = 0; i < 256; ++i) {
    if (m->streams[i].request != NULL) return 1;
  }
  return 0;
}

static void Flush(mux* m) {
  for (;;) {
    httpd_str piece;
    int64_t n;
    while (m->out_end - m->out_begin < kMostOut && SendOne(m)) {
    }
    if (m->out_begin == m->out_end) break;
    piece.data = m->out + m->out_begin;
    piece.len = m->out_end - m->out_begin;
    n = httpd_connection_write(m->connection, &piece, 1);
    if (n == HTTPD_AGAIN) {
      httpd_connection_watch(m->connection, HTTPD_IO_READ | HTTPD_IO_WRITE);
      return;
    }
    if (n < 0) {
      httpd_connection_close(m->connection);
      return;
    }
    m->out_begin += (size_t)n;
    if (m->out_begin == m->out_end) m->out_begin = m->out_end = 0;
  }
  httpd_connection_watch(m->connection, HTTPD_IO_READ);
  if ((m->draining || m->eof) && !Busy(m)) httpd_connection_close(m->connection);
}

/* ---- frames in ---- */

static httpd_str Line(char** at, char* end) {
  char* begin = *at;
  char* newline = begin < end ? memchr(begin, '\n', (size_t)(end - begin)) : NULL;
  httpd_str line;
  line.data = begin;
  line.len = (size_t)((newline == NULL ? end : newline) - begin);
  *at = newline == NULL ? end : newline + 1;
  return line;
}

static long Number(httpd_str text) {
  char copy[24] = {0};
  memcpy(copy, text.data, text.len < sizeof copy - 1 ? text.len : sizeof copy - 1);
  return atol(copy);
}

static void Open(mux* m, uint8_t id, char* data, size_t size) {
  char* end = data + size;
  stream* s = &m->streams[id];
  httpd_request_head head = {.size = sizeof(httpd_request_head), .protocol = 2000};
  httpd_field fields[32];
  httpd_result result;
  memset(s, 0, sizeof *s);
  s->mux = m;
  s->id = id;
  s->window = (uint64_t)Number(Line(&data, end));
  head.urgency = (uint32_t)Number(Line(&data, end));
  head.content_length = Number(Line(&data, end));
  head.method = Line(&data, end);
  head.scheme = HTTPD_STR("http");
  head.path = Line(&data, end);
  head.authority = Line(&data, end);
  head.fields = fields;
  while (data < end && head.field_count < 32) {
    const httpd_str line = Line(&data, end);
    const char* colon = memchr(line.data, ':', line.len);
    httpd_field* field = &fields[head.field_count];
    if (colon == NULL) continue;
    field->name = (httpd_str){line.data, (size_t)(colon - line.data)};
    field->value = (httpd_str){colon + 2, line.len - field->name.len - 2};
    ++head.field_count;
  }
  result = httpd_stream_open(m->connection, &head, s, &s->request);
  if (result != HTTPD_OK) {
    char text[16];
    const int n = snprintf(text, sizeof text, "%d", (int)result);
    s->request = NULL;
    Emit(m, 'x', id, text, (size_t)n);
    return;
  }
  httpd_stream_start(s->request);
}

static void Hold(stream* s, const char* data, size_t size) {
  s->held = realloc(s->held, s->held_size + size + 1);
  memcpy(s->held + s->held_size, data, size);
  s->held_size += size;
}

static void Feed(stream* s, const char* data, size_t size, int end) {
  int64_t n;
  if (s->held_size > 0) {
    Hold(s, data, size);
    s->held_end |= end;
    return;
  }
  n = httpd_stream_feed(s->request, (httpd_str){data, size}, end ? HTTPD_BODY_END : 0);
  if (s->request == NULL || n < 0 || (size_t)n == size) return;
  Hold(s, data + n, size - (size_t)n);
  s->held_end = end;
}

static void WantBody(httpd_request* request, void* user) {
  stream* s = user;
  while (s->held_size > 0) {
    const int64_t n = httpd_stream_feed(request, (httpd_str){s->held, s->held_size},
                                        s->held_end ? HTTPD_BODY_END : 0);
    if (s->request == NULL || n <= 0) return;
    memmove(s->held, s->held + n, s->held_size - (size_t)n);
    s->held_size -= (size_t)n;
    if (s->held_size > 0) return;
    Emit(s->mux, 'w', s->id, "", 0);
    httpd_connection_watch(s->mux->connection, HTTPD_IO_READ | HTTPD_IO_WRITE);
  }
}

static void Take(mux* m, char type, uint8_t id, char* data, size_t size) {
  stream* s = &m->streams[id];
  httpd_request* request = s->request;
  if (type == 'H') {
    if (request == NULL) Open(m, id, data, size);
    return;
  }
  if (request == NULL) return; /* it has ended meanwhile */
  if (type == 'D') {
    Feed(s, data, size, 0);
  } else if (type == 'E') {
    Feed(s, "", 0, 1);
  } else if (type == 'T') {
    const char* colon = memchr(data, ':', size);
    if (colon == NULL) return;
    httpd_stream_trailer(request, (httpd_str){data, (size_t)(colon - data)},
                         (httpd_str){colon + 2, size - (size_t)(colon - data) - 2});
  } else if (type == 'R') {
    Drop(s);
    httpd_stream_abort(request);
  } else if (type == 'W') {
    s->window += (uint64_t)Number((httpd_str){data, size});
  } else if (type == 'P') {
    httpd_request_set_priority(request, (uint32_t)Number((httpd_str){data, size}), 0);
  } else {
    httpd_connection_close(m->connection);
  }
}

static void GiveUp(mux* m) {
  int i;
  for (i = 0; i < 256; ++i) {
    httpd_request* request = m->streams[i].request;
    if (request == NULL) continue;
    Drop(&m->streams[i]);
    httpd_stream_abort(request);
  }
  httpd_connection_close(m->connection);
}

static void Readable(httpd_connection* connection, void* state) {
  mux* m = state;
  size_t at = 0;
  const int64_t n =
      httpd_connection_read(connection, m->in + m->in_size, sizeof m->in - m->in_size);
  if (n == HTTPD_AGAIN) return;
  if (n < 0) {
    GiveUp(m);
    return;
  }
  httpd_connection_set_timeout(connection, 60000);
  if (n == 0) {
    m->eof = 1; /* half-closed: what was asked is answered */
    Flush(m);
    return;
  }
  m->in_size += (size_t)n;
  if (!m->greeted) {
    if (memcmp(m->in, "TOYMUX1\n", m->in_size < 8 ? m->in_size : 8) != 0) {
      httpd_connection_close(connection);
      return;
    }
    if (m->in_size < 8) return;
    m->greeted = 1;
    at = 8;
  }
  while (m->in_size - at >= 4) {
    const size_t size = (uint8_t)m->in[at + 2] * 256u + (uint8_t)m->in[at + 3];
    if (m->in_size - at < size + 4) break;
    Take(m, m->in[at], (uint8_t)m->in[at + 1], m->in + at + 4, size);
    at += size + 4;
  }
  memmove(m->in, m->in + at, m->in_size - at);
  m->in_size -= at;
  Flush(m);
}

static void Writable(httpd_connection* connection, void* state) { Flush(state); }

static void Drain(httpd_connection* connection, void* state) {
  mux* m = state;
  m->draining = 1;
  Emit(m, 'g', 0, "", 0);
  Flush(m);
}

static void Timeout(httpd_connection* connection, void* state) {
  Log("mux timeout");
  GiveUp(state);
}

static void Closed(httpd_connection* connection, void* state) {
  mux* m = state;
  int i;
  for (i = 0; i < 256; ++i) free(m->streams[i].held);
  Log("mux closed");
  free(m->out);
  free(m);
}

static void Send(httpd_request* request, uint32_t flags, void* user) {
  stream* s = user;
  if (s->request == NULL) s->request = request;
  if (flags & HTTPD_SEND_INTERIM) {
    EmitHead(s, 'i');
  } else {
    s->flags |= flags | HTTPD_SEND_END;
  }
  httpd_connection_watch(s->mux->connection, HTTPD_IO_READ | HTTPD_IO_WRITE);
}

static void Reset(httpd_request* request, httpd_result reason, void* user) {
  stream* s = user;
  char text[16];
  const int n = snprintf(text, sizeof text, "%d", (int)reason);
  Emit(s->mux, 'r', s->id, text, (size_t)n);
  httpd_connection_watch(s->mux->connection, HTTPD_IO_READ | HTTPD_IO_WRITE);
  Drop(s);
}

static httpd_result OpenMux(httpd_connection* connection, void** state, void* user) {
  mux* m = calloc(1, sizeof *m);
  if (m == NULL) return HTTPD_ERR_NO_MEMORY;
  m->connection = connection;
  httpd_connection_set_timeout(connection, 2000); /* for the greeting */
  *state = m;
  return HTTPD_OK;
}

static httpd_result Detect(httpd_str bytes, void* user) {
  const size_t known = bytes.len < 8 ? bytes.len : 8;
  if (memcmp(bytes.data, "TOYMUX1\n", known) != 0) return HTTPD_DECLINED;
  return bytes.len < 8 ? HTTPD_AGAIN : HTTPD_OK;
}

static void Destroyed(void* user) { Log("toy protocol destroyed"); }

static const httpd_protocol kMux = {.size = sizeof(httpd_protocol),
                                    .name = "toymux",
                                    .detect = Detect,
                                    .open = OpenMux,
                                    .readable = Readable,
                                    .writable = Writable,
                                    .timeout = Timeout,
                                    .drain = Drain,
                                    .closed = Closed,
                                    .send = Send,
                                    .want_body = WantBody,
                                    .reset = Reset,
                                    .destroy = Destroyed};

/* ---- handlers ---- */

static int Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static void Cancelled(void* user) { Log("hang cancelled"); }

static httpd_result Hang(httpd_request* request) {
  if (httpd_request_suspend(request) == 0) return 500;
  httpd_request_on_cancel(request, Cancelled, NULL);
  Log("hang waits");
  return HTTPD_SUSPENDED;
}

static httpd_result Interim(httpd_request* request) {
  const httpd_field field = {HTTPD_STR("Link"), HTTPD_STR("</style.css>; rel=preload")};
  if (httpd_response_send_interim(request, 103, &field, 1) != HTTPD_OK) return 500;
  return httpd_response_write(request, HTTPD_STR("after the hint"));
}

static void AtTrailers(httpd_request* request, httpd_str data, uint32_t flags, void* user) {
  httpd_token* token = user;
  httpd_str sum;
  if (flags == 0) return;
  sum = httpd_request_trailer(request, HTTPD_STR("X-Sum"));
  httpd_response_write(request, sum);
  httpd_response_add_trailer(request, HTTPD_STR("X-Back"), sum);
  httpd_request_resume(*token, flags & HTTPD_BODY_ERROR ? 400 : HTTPD_OK);
}

static httpd_result Trailers(httpd_request* request) {
  httpd_token* token = httpd_pool_alloc(httpd_request_pool(request), sizeof *token);
  *token = httpd_request_suspend(request);
  if (httpd_request_read_body(request, AtTrailers, token) != HTTPD_OK) return 500;
  return HTTPD_SUSPENDED;
}

static httpd_result Handle(httpd_request* request, void* user) {
  const httpd_str path = httpd_request_path(request);
  if (Is(path, "/mux/hang")) return Hang(request);
  if (Is(path, "/mux/interim")) return Interim(request);
  if (Is(path, "/mux/trailers")) return Trailers(request);
  if (Is(path, "/mux/close")) {
    httpd_connection_close(httpd_request_connection(request));
    return httpd_response_write(request, HTTPD_STR("closing"));
  }
  return HTTPD_DECLINED;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  const httpd_result result = httpd_protocol_add(self, &kMux);
  module = self;
  return result != HTTPD_OK ? result : httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(toy_mux, "version=1.0.0\0description=Several requests on one connection\0",
             .register_module = Register);
