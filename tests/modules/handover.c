/* SPDX-License-Identifier: Apache-2.0
 *
 * A number per connection that goes with it to the next generation. /handover counts it and tells
 * it, with the generation and the process; /handover/hooks tells which connection hooks of this
 * worker ran; /handover/stay keeps the connection from moving, /handover/large exports more than
 * fits, /handover/misuse does what may not be done. The states are kept by the connection's port,
 * for that is what this module knows it by before and after. */
#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/connection.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct state {
  uint32_t count;
  uint32_t stay;
  uint32_t large;
} state;

static state states[65536];
static unsigned opened, closed, exported, imported;
static uint32_t generation_id;
static int refuse_import;
static char misuse[256];

static state* Of(const httpd_connection* connection) {
  return &states[httpd_connection_client_port(connection)];
}

static httpd_result Open(httpd_connection* connection, void* user) {
  memset(Of(connection), 0, sizeof(state));
  ++opened;
  return HTTPD_OK;
}

static httpd_result Close(httpd_connection* connection, void* user) {
  ++closed;
  return HTTPD_OK;
}

static httpd_result Export(httpd_connection* connection, void* user) {
  static const char kLarge[2000];
  const state* mine = Of(connection);
  if (mine->stay) return HTTPD_ERR_STATE;
  if (mine->large && httpd_connection_export(
                         connection, user, (httpd_str){kLarge, sizeof kLarge}) != HTTPD_ERR_LIMIT) {
    return HTTPD_ERR_STATE;
  }
  ++exported;
  return httpd_connection_export(connection, user, (httpd_str){(const char*)mine, sizeof *mine});
}

static httpd_result Import(httpd_connection* connection, void* user) {
  const httpd_str came = httpd_connection_import(connection, user);
  memset(Of(connection), 0, sizeof(state));
  if (refuse_import) return HTTPD_ERR_STATE;
  if (came.len == sizeof(state)) memcpy(Of(connection), came.data, sizeof(state));
  ++imported;
  return HTTPD_OK;
}

static void Note(const char* what, int32_t result) {
  const size_t used = strlen(misuse);
  snprintf(misuse + used, sizeof misuse - used, "%s %d\n", what, (int)result);
}

static httpd_result Answer(httpd_request* request, void* user) {
  httpd_connection* connection = httpd_request_connection(request);
  const httpd_str path = httpd_request_path(request);
  state* mine = Of(connection);
  char text[256];
  int size;
  if (path.len < 9 || memcmp(path.data, "/handover", 9) != 0) return HTTPD_DECLINED;
  mine->stay |= path.len == 14 && memcmp(path.data, "/handover/stay", 14) == 0;
  mine->large |= path.len == 15 && memcmp(path.data, "/handover/large", 15) == 0;
  if (path.len == 15 && memcmp(path.data, "/handover/hooks", 15) == 0) {
    size = snprintf(text, sizeof text, "opened %u closed %u exported %u imported %u pid %d", opened,
                    closed, exported, imported, (int)getpid());
    return httpd_response_write(request, (httpd_str){text, (size_t)size});
  }
  if (path.len == 16 && memcmp(path.data, "/handover/misuse", 16) == 0) {
    Note("export now", httpd_connection_export(connection, user, HTTPD_STR("x")));
    Note("import now", httpd_connection_import(connection, user).data == NULL);
    Note("export null", httpd_connection_export(NULL, user, HTTPD_STR("x")));
    Note("import null", httpd_connection_import(NULL, user).data == NULL);
    return httpd_response_write(request, (httpd_str){misuse, strlen(misuse)});
  }
  size = snprintf(text, sizeof text, "count %u generation %u", ++mine->count, generation_id);
  return httpd_response_write(request, (httpd_str){text, (size_t)size});
}

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  generation_id = httpd_generation_id(generation);
  return HTTPD_OK;
}

static httpd_result SetRefuse(httpd_directive_call* call, void* config, void* user) {
  refuse_import = 1;
  return HTTPD_OK;
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "HandoverRefuse",
     .min_args = 1,
     .max_args = 1,
     .handler = SetRefuse,
     .usage = "HandoverRefuse import"},
    {0},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_options options = {.size = sizeof options, .user = self};
  static const struct {
    uint32_t hook;
    httpd_connection_hook fn;
  } kHooks[] = {{HTTPD_HOOK_CONNECTION_OPEN, Open},
                {HTTPD_HOOK_CONNECTION_CLOSE, Close},
                {HTTPD_HOOK_HANDOVER_EXPORT, Export},
                {HTTPD_HOOK_HANDOVER_IMPORT, Import}};
  size_t i;
  for (i = 0; i < sizeof kHooks / sizeof *kHooks; ++i) {
    const httpd_result result = httpd_hook_connection(self, kHooks[i].hook, kHooks[i].fn, &options);
    if (result != HTTPD_OK) return result;
  }
  if (httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, &options) != HTTPD_OK) {
    return HTTPD_ERR_INVALID;
  }
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Answer, &options);
}

HTTPD_MODULE(handover,
             "version=1.0.0\0"
             "description=Counts on connections that move\0"
             "directive=HandoverRefuse\0",
             .directives = kDirectives, .register_module = Register);
