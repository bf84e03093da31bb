/* SPDX-License-Identifier: Apache-2.0
 *
 * A layer that stands in for TLS: every byte is changed with a key. It has what TLS has for a
 * server: a handshake in which client and server agree on a protocol and a name, records of which
 * several come with one read (so that bytes wait inside the layer), a farewell in both directions,
 * and facts.
 *
 *   client: "XHLO" key(1) length(1) name length(1) protocol      server: "XOK!"
 *   then records in both directions: length(2) and that many bytes, each with the key; length 0 is
 *   the farewell. */
#include <httpd/connection.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kIn = 65536 + 2, kOut = 16384 + 2 };

typedef struct layer {
  unsigned char in[kIn]; /* records as they came */
  size_t in_begin, in_end;
  size_t record; /* bytes of the record at in_begin that are left to be read */
  unsigned char out[kOut];
  size_t out_begin, out_end;
  unsigned char key;
  int greeted, answered, ended, farewell;
  char name[256];
  char protocol[256];
} layer;

/* What lies in `out` goes down first. HTTPD_OK when all of it did. */
static httpd_result Flush(httpd_layer* below, layer* l) {
  while (l->out_begin < l->out_end) {
    httpd_iovec piece = {l->out + l->out_begin, l->out_end - l->out_begin};
    const int64_t n = httpd_layer_writev(below, &piece, 1, 0);
    if (n < 0) return (httpd_result)n;
    l->out_begin += (size_t)n;
  }
  l->out_begin = l->out_end = 0;
  return HTTPD_OK;
}

static int64_t Fill(httpd_layer* below, layer* l) {
  httpd_iovec piece;
  int64_t n;
  if (l->in_begin > 0) {
    memmove(l->in, l->in + l->in_begin, l->in_end - l->in_begin);
    l->in_end -= l->in_begin;
    l->in_begin = 0;
  }
  piece.data = l->in + l->in_end;
  piece.len = sizeof l->in - l->in_end;
  n = httpd_layer_readv(below, &piece, 1);
  if (n > 0) l->in_end += (size_t)n;
  return n;
}

static httpd_result Greet(layer* l) {
  const unsigned char* p = l->in + l->in_begin;
  const size_t have = l->in_end - l->in_begin;
  size_t name;
  size_t protocol;
  if (memcmp(p, "XHLO", have < 4 ? have : 4) != 0) return HTTPD_ERR_IO;
  if (have < 6) return HTTPD_AGAIN;
  name = p[5];
  if (have < 7 + name) return HTTPD_AGAIN;
  protocol = p[6 + name];
  if (have < 7 + name + protocol) return HTTPD_AGAIN;
  l->key = p[4];
  memcpy(l->name, p + 6, name);
  l->name[name] = '\0';
  memcpy(l->protocol, p + 7 + name, protocol);
  l->protocol[protocol] = '\0';
  l->in_begin += 7 + name + protocol;
  return HTTPD_OK;
}

static httpd_result Handshake(httpd_layer* below, void* state) {
  layer* l = state;
  while (!l->greeted) {
    const httpd_result result = l->in_end > l->in_begin ? Greet(l) : HTTPD_AGAIN;
    if (result == HTTPD_OK) {
      l->greeted = 1;
      memcpy(l->out, "XOK!", 4);
      l->out_end = 4;
    } else if (result == HTTPD_AGAIN) {
      const int64_t n = Fill(below, l);
      if (n == 0) return HTTPD_ERR_IO;
      if (n < 0) return (httpd_result)n;
    } else {
      return result;
    }
  }
  return Flush(below, l);
}

/* A record's bytes are at in_begin; HTTPD_AGAIN when there is none. */
static httpd_result NextRecord(layer* l) {
  while (l->record == 0) {
    if (l->in_end - l->in_begin < 2) return HTTPD_AGAIN;
    l->record = (size_t)l->in[l->in_begin] * 256 + l->in[l->in_begin + 1];
    l->in_begin += 2;
    if (l->record == 0) {
      l->ended = 1;
      return HTTPD_DONE;
    }
  }
  return l->in_end > l->in_begin ? HTTPD_OK : HTTPD_AGAIN;
}

static int64_t Readv(httpd_layer* below, const httpd_iovec* into, uint32_t count, void* state) {
  layer* l = state;
  for (;;) {
    const httpd_result result = l->ended ? HTTPD_DONE : NextRecord(l);
    if (result == HTTPD_DONE) return 0;
    if (result == HTTPD_OK) {
      size_t n = l->in_end - l->in_begin;
      size_t i;
      unsigned char* to = into[0].data;
      if (n > l->record) n = l->record;
      if (n > into[0].len) n = into[0].len;
      for (i = 0; i < n; ++i) to[i] = l->in[l->in_begin + i] ^ l->key;
      l->in_begin += n;
      l->record -= n;
      return (int64_t)n;
    }
    {
      const int64_t n = Fill(below, l);
      if (n == 0) return HTTPD_ERR_IO; /* cut without a farewell */
      if (n < 0) return n;
    }
  }
}

static int64_t Writev(httpd_layer* below, const httpd_iovec* from, uint32_t count, uint32_t flags,
                      void* state) {
  layer* l = state;
  size_t total = 0;
  uint32_t i;
  httpd_result result = Flush(below, l);
  if (result != HTTPD_OK) return result;
  for (i = 0; i < count; ++i) {
    const unsigned char* data = from[i].data;
    size_t n = from[i].len;
    size_t k;
    if (n > sizeof l->out - 2 - total) n = sizeof l->out - 2 - total;
    for (k = 0; k < n; ++k) l->out[2 + total + k] = data[k] ^ l->key;
    total += n;
  }
  l->out[0] = (unsigned char)(total / 256);
  l->out[1] = (unsigned char)(total % 256);
  l->out_begin = 0;
  l->out_end = total + 2;
  result = Flush(below, l); /* what does not go now goes before the next record */
  return result == HTTPD_ERR_IO ? HTTPD_ERR_IO : (int64_t)total;
}

static httpd_result Shutdown(httpd_layer* below, void* state) {
  layer* l = state;
  httpd_result result = Flush(below, l);
  if (result != HTTPD_OK) return result;
  if (!l->farewell) {
    l->farewell = 1;
    l->out[0] = l->out[1] = 0;
    l->out_end = 2;
    result = Flush(below, l);
    if (result != HTTPD_OK) return result;
  }
  return httpd_layer_shutdown(below);
}

static uint64_t Pending(void* state) {
  const layer* l = state;
  if (l->ended) return 1; /* the end can be read */
  if (l->record > 0) return l->in_end > l->in_begin;
  return l->in_end - l->in_begin >= 2;
}

static httpd_str Fact(uint32_t fact, void* state) {
  const layer* l = state;
  if (fact == HTTPD_FACT_ALPN) return (httpd_str){l->protocol, strlen(l->protocol)};
  if (fact == HTTPD_FACT_SERVER_NAME) return (httpd_str){l->name, strlen(l->name)};
  if (fact == HTTPD_FACT_TLS_VERSION) return HTTPD_STR("XOR");
  return (httpd_str){NULL, 0};
}

static void Destroy(void* state) { free(state); }

static const httpd_layer_table kTable = {.size = sizeof(httpd_layer_table),
                                         .flags = HTTPD_LAYER_SECURE,
                                         .name = "xor",
                                         .handshake = Handshake,
                                         .readv = Readv,
                                         .writev = Writev,
                                         .shutdown = Shutdown,
                                         .pending = Pending,
                                         .fact = Fact,
                                         .destroy = Destroy};

static httpd_result Open(httpd_connection* connection, void* user) {
  layer* l = calloc(1, sizeof *l);
  return l == NULL ? HTTPD_ERR_NO_MEMORY : httpd_connection_push_layer(connection, &kTable, l);
}

/* /facts: what the layer knows. */
static httpd_result Facts(httpd_request* request, void* user) {
  httpd_connection* connection = httpd_request_connection(request);
  const httpd_str path = httpd_request_path(request);
  httpd_str name;
  httpd_str scheme;
  char line[300];
  int size;
  if (path.len != 6 || memcmp(path.data, "/facts", 6) != 0) return HTTPD_DECLINED;
  name = httpd_connection_fact(connection, HTTPD_FACT_SERVER_NAME);
  scheme = httpd_request_scheme(request);
  size = snprintf(line, sizeof line, "%.*s %.*s %d %d", (int)name.len, name.data, (int)scheme.len,
                  scheme.data, httpd_connection_is_secure(connection),
                  httpd_connection_fact(connection, 99).data == NULL);
  return httpd_response_write(request, (httpd_str){line, (size_t)size});
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  const httpd_result result = httpd_hook_connection(self, HTTPD_HOOK_CONNECTION_OPEN, Open, NULL);
  return result != HTTPD_OK ? result : httpd_hook_request(self, HTTPD_HOOK_HANDLER, Facts, NULL);
}

HTTPD_MODULE(xor_layer, "version=1.0.0\0description=Changes every byte of a connection\0",
             .register_module = Register);
