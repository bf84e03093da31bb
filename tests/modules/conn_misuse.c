/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that calls the functions of connections, layers and protocols wrongly, each in one way.
 * /misuse answers with the results, one per line; those of CONNECTION_OPEN come first. */
#include <httpd/body.h>
#include <httpd/connection.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/protocol.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/stream.h>
#include <httpd/transport.h>
#include <stdio.h>
#include <string.h>

static char early[2000];
static char late[4000];

static void Note(char* to, size_t room, const char* what, int64_t result) {
  const size_t used = strlen(to);
  snprintf(to + used, room - used, "%s %d\n", what, (int)result);
}
#define EARLY(what, call) Note(early, sizeof early, what, (int64_t)(call))
#define LATE(what, call) Note(late, sizeof late, what, (int64_t)(call))

static httpd_result Open(httpd_connection* connection, void** state, void* user) {
  return HTTPD_OK;
}
static void Readable(httpd_connection* connection, void* state) {}
static int64_t Readv(httpd_layer* below, const httpd_iovec* into, uint32_t count, void* state) {
  return httpd_layer_readv(below, into, count);
}
static int64_t Writev(httpd_layer* below, const httpd_iovec* from, uint32_t count, uint32_t flags,
                      void* state) {
  return httpd_layer_writev(below, from, count, flags);
}
static int destroyed;
static void Destroy(void* state) { ++destroyed; }
static httpd_result ReadPreface(httpd_connection* connection, httpd_str bytes, uint64_t* consumed,
                                void* user) {
  return HTTPD_OK;
}

static const httpd_layer_table no_read = {
    .size = sizeof(httpd_layer_table), .name = "x", .writev = Writev, .destroy = Destroy};
static const httpd_layer_table layer = {.size = sizeof(httpd_layer_table),
                                        .name = "x",
                                        .readv = Readv,
                                        .writev = Writev,
                                        .destroy = Destroy};
static const httpd_layer_table bad_flag = {.size = sizeof(httpd_layer_table),
                                           .flags = 64,
                                           .name = "x",
                                           .readv = Readv,
                                           .writev = Writev,
                                           .destroy = Destroy};
static const httpd_preface_options preface = {
    .size = sizeof(httpd_preface_options), .max_bytes = 8, .read = ReadPreface};
static const httpd_preface_options long_preface = {
    .size = sizeof(httpd_preface_options), .max_bytes = 20000, .read = ReadPreface};
static const httpd_protocol protocol = {
    .size = sizeof(httpd_protocol), .name = "mine", .open = Open, .readable = Readable};
static const httpd_protocol nameless = {
    .size = sizeof(httpd_protocol), .open = Open, .readable = Readable};
static const httpd_protocol http = {
    .size = sizeof(httpd_protocol), .name = "http/1.1", .open = Open, .readable = Readable};

static httpd_module_handle* module;

static httpd_result Opened(httpd_connection* c, void* user) {
  char byte;
  early[0] = '\0';
  destroyed = 0;
  EARLY("push_layer without readv", httpd_connection_push_layer(c, &no_read, NULL));
  EARLY("push_layer with a flag", httpd_connection_push_layer(c, &bad_flag, NULL));
  EARLY("push_layer on NULL", httpd_connection_push_layer(NULL, &layer, NULL));
  EARLY("set_preface without options", httpd_connection_set_preface(c, NULL));
  EARLY("set_preface too long", httpd_connection_set_preface(c, &long_preface));
  EARLY("set_protocol unknown", httpd_connection_set_protocol(c, HTTPD_STR("nobody's")));
  EARLY("set_client no address", httpd_connection_set_client(c, HTTPD_STR("no address"), 1));
  EARLY("set_local no address", httpd_connection_set_local(c, HTTPD_STR("1.2.3.4.5"), 1));
  EARLY("read too early", httpd_connection_read(c, &byte, 1));
  return HTTPD_OK;
}

static void Streams(httpd_connection* c, httpd_request* r) {
  httpd_request_head head = {.size = sizeof(httpd_request_head), .protocol = 2000};
  httpd_request* made = NULL;
  const httpd_str piece = HTTPD_STR("x");
  LATE("stream_open on http/1", httpd_stream_open(c, &head, NULL, &made));
  LATE("stream_open without head", httpd_stream_open(c, NULL, NULL, &made));
  LATE("stream_start", httpd_stream_start(r));
  LATE("stream_feed", httpd_stream_feed(r, piece, 0));
  LATE("stream_trailer", httpd_stream_trailer(r, piece, piece));
  LATE("stream_sent", httpd_stream_sent(r));
  LATE("stream_abort", httpd_stream_abort(r));
  LATE("stream_status", httpd_stream_status(r));
  LATE("stream_body", httpd_stream_body(r) == NULL ? 0 : 1);
  LATE("take_over without protocol", httpd_request_take_over(r, HTTPD_STR("mine"), NULL));
  LATE("take_over not offered", httpd_request_take_over(r, HTTPD_STR("mine"), &protocol));
  LATE("set_priority", httpd_request_set_priority(r, 8, 0));
}

static httpd_result Handle(httpd_request* r, void* user) {
  httpd_connection* c = httpd_request_connection(r);
  const httpd_str path = httpd_request_path(r);
  char byte;
  const httpd_str piece = HTTPD_STR("x");
  if (path.len != 7 || memcmp(path.data, "/misuse", 7) != 0) return HTTPD_DECLINED;
  late[0] = '\0';
  LATE("push_layer late", httpd_connection_push_layer(c, &layer, NULL));
  LATE("set_preface late", httpd_connection_set_preface(c, &preface));
  LATE("set_protocol late", httpd_connection_set_protocol(c, HTTPD_STR("mine")));
  LATE("set_client late", httpd_connection_set_client(c, HTTPD_STR("192.0.2.1"), 1));
  LATE("set_local late", httpd_connection_set_local(c, HTTPD_STR("192.0.2.1"), 1));
  LATE("id of NULL", httpd_connection_id(NULL));
  LATE("bytes of NULL", httpd_connection_bytes(NULL, NULL, NULL));
  LATE("close of NULL", httpd_connection_close(NULL));
  LATE("read on http/1", httpd_connection_read(c, &byte, 1));
  LATE("write on http/1", httpd_connection_write(c, &piece, 1));
  LATE("watch on http/1", httpd_connection_watch(c, HTTPD_IO_READ));
  LATE("set_timeout on http/1", httpd_connection_set_timeout(c, 1));
  LATE("shutdown on http/1", httpd_connection_shutdown(c));
  LATE("layer_readv of NULL", httpd_layer_readv(NULL, NULL, 0));
  LATE("layer_shutdown of NULL", httpd_layer_shutdown(NULL));
  Streams(c, r);
  LATE("protocol_add late", httpd_protocol_add(module, &protocol));
  LATE("destroyed", destroyed);
  httpd_response_write(r, (httpd_str){early, strlen(early)});
  return httpd_response_write(r, (httpd_str){late, strlen(late)});
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  module = self;
  if (httpd_protocol_add(self, &nameless) != HTTPD_ERR_INVALID ||
      httpd_protocol_add(self, &http) != HTTPD_ERR_EXISTS ||
      httpd_protocol_add(self, &protocol) != HTTPD_OK ||
      httpd_protocol_add(self, &protocol) != HTTPD_ERR_EXISTS) {
    return httpd_module_error(self, HTTPD_STR("httpd_protocol_add answered wrongly"),
                              HTTPD_STR("none"));
  }
  httpd_hook_connection(self, HTTPD_HOOK_CONNECTION_OPEN, Opened, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(conn_misuse, "version=1.0.0\0description=Calls functions of connections wrongly\0",
             .register_module = Register);
