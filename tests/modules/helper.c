/* SPDX-License-Identifier: Apache-2.0
 *
 * Two helpers: "upper" is a function of this module that answers each byte in capitals, "prog" a
 * program named by HelperProgram. /helper/NAME?text asks one of them through a watched socket,
 * while the request waits; /helper/starts tells how often they were started. A text that begins
 * with '!' has the function exit, one with '?' makes it deaf to SIGTERM. */
#include <ctype.h>
#include <errno.h>
#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/helper.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/timer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const httpd_helper* upper;
static const httpd_helper* prog;
static char program[512];
static char script[512];
static char misuse[512];

static void Note(const char* what, int32_t result) {
  const size_t used = strlen(misuse);
  snprintf(misuse + used, sizeof misuse - used, "%s %d\n", what, (int)result);
}

static int32_t Upper(int32_t listening_fd, void* user) {
  httpd_log(user, HTTPD_LOG_NOTICE, HTTPD_STR("the helper listens"));
  for (;;) {
    char text[256];
    ssize_t i, size;
    const int fd = accept(listening_fd, NULL, NULL);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return 9;
    size = read(fd, text, sizeof text);
    if (size > 0 && text[0] == '!') return 3;
    if (size > 0 && text[0] == '?') signal(SIGTERM, SIG_IGN);
    for (i = 0; i < size; ++i) text[i] = (char)toupper((unsigned char)text[i]);
    if (size > 0 && write(fd, text, (size_t)size) != size) return 8;
    close(fd);
  }
}

/* ---- a request that waits for a helper ---- */

typedef struct question {
  httpd_request* request;
  httpd_token token;
  httpd_watch* watch;
  int32_t fd;
} question;

static void Drop(void* user) {
  question* q = user;
  httpd_watch_stop(q->watch);
  close(q->fd);
}

static void Ready(httpd_watch* watch, int32_t fd, uint32_t events, void* user) {
  question* q = user;
  char text[256];
  const ssize_t n = read(fd, text, sizeof text);
  if (n < 0 && errno == EAGAIN) return;
  if (n > 0) {
    httpd_response_write(q->request, (httpd_str){text, (size_t)n});
    return;
  }
  Drop(q);
  httpd_request_resume(q->token, n == 0 ? HTTPD_OK : 502);
}

static httpd_result AskHelper(httpd_request* request, const httpd_helper* helper) {
  httpd_worker* worker = httpd_request_worker(request);
  const httpd_str text = httpd_request_query(request);
  question* q = httpd_pool_calloc(httpd_request_pool(request), sizeof *q);
  httpd_watch_options options = {.size = sizeof options, .events = HTTPD_WATCH_READ, .fn = Ready};
  if (q == NULL) return 500;
  q->request = request;
  q->fd = httpd_helper_connect(worker, helper);
  if (q->fd == HTTPD_AGAIN) return 503;
  if (q->fd < 0) return 502;
  if (write(q->fd, text.data, text.len) != (ssize_t)text.len) {
    close(q->fd);
    return 502;
  }
  shutdown(q->fd, SHUT_WR);
  options.fd = q->fd;
  options.user = q;
  q->watch = httpd_watch_start(worker, &options);
  if (q->watch == NULL) {
    close(q->fd);
    return 500;
  }
  q->token = httpd_request_suspend(request);
  httpd_request_on_cancel(request, Drop, q);
  return HTTPD_SUSPENDED;
}

/* ---- what may not be done ---- */

static void TryWrongOptions(httpd_module_handle* self) {
  static const char* const kMissing[] = {"/nowhere/at/all", NULL};
  static const char* const kRelative[] = {"cat", NULL};
  static const char* const kFolder[] = {"/tmp", NULL};
  const httpd_helper* helper = NULL;
  httpd_helper_options options = {.size = sizeof options, .name = "upper", .main = Upper};
  Note("twice", httpd_helper_add(self, &options, &helper));
  options.name = "a/b";
  Note("name", httpd_helper_add(self, &options, &helper));
  options.name = "other";
  options.main = NULL;
  Note("neither", httpd_helper_add(self, &options, &helper));
  options.argv = kMissing;
  Note("missing", httpd_helper_add(self, &options, &helper));
  options.argv = kRelative;
  Note("relative", httpd_helper_add(self, &options, &helper));
  options.argv = kFolder;
  Note("folder", httpd_helper_add(self, &options, &helper));
  options.flags = 1;
  Note("flags", httpd_helper_add(self, &options, &helper));
  Note("no module", httpd_helper_add(NULL, &options, &helper));
  Note("no options", httpd_helper_add(self, NULL, &helper));
  Note("no place", httpd_helper_add(self, &options, NULL));
}

static httpd_result Misuse(httpd_request* request, httpd_module_handle* self) {
  const httpd_helper* helper = NULL;
  httpd_helper_options options = {.size = sizeof options, .name = "late", .main = Upper};
  Note("late", httpd_helper_add(self, &options, &helper));
  Note("connect null", httpd_helper_connect(httpd_request_worker(request), NULL));
  Note("connect nobody", httpd_helper_connect(NULL, upper));
  Note("starts null", (int32_t)httpd_helper_starts(NULL));
  return httpd_response_write(request, (httpd_str){misuse, strlen(misuse)});
}

static httpd_result Starts(httpd_request* request) {
  char text[64];
  const int size = snprintf(text, sizeof text, "upper %u prog %u", httpd_helper_starts(upper),
                            prog == NULL ? 0 : httpd_helper_starts(prog));
  return httpd_response_write(request, (httpd_str){text, (size_t)size});
}

static httpd_result Answer(httpd_request* request, void* user) {
  const httpd_str path = httpd_request_path(request);
  char text[32] = "";
  if (path.len >= sizeof text) return HTTPD_DECLINED;
  memcpy(text, path.data, path.len);
  if (strcmp(text, "/helper/upper") == 0) return AskHelper(request, upper);
  if (strcmp(text, "/helper/prog") == 0 && prog != NULL) return AskHelper(request, prog);
  if (strcmp(text, "/helper/starts") == 0) return Starts(request);
  if (strcmp(text, "/helper/misuse") == 0) return Misuse(request, user);
  return HTTPD_DECLINED;
}

static httpd_result SetProgram(httpd_directive_call* call, void* config, void* user) {
  const httpd_str path = httpd_call_arg(call, 0);
  const httpd_str argument = httpd_call_arg(call, 1);
  if (path.len >= sizeof program || argument.len >= sizeof script) return HTTPD_ERR_INVALID;
  memcpy(program, path.data, path.len);
  if (argument.len > 0) memcpy(script, argument.data, argument.len);
  return HTTPD_OK;
}

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  const char* const argv[] = {program, script, NULL};
  httpd_helper_options options = {.size = sizeof options, .name = "prog", .argv = argv};
  return program[0] == '\0' ? HTTPD_OK : httpd_helper_add(user, &options, &prog);
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "HelperProgram",
     .min_args = 1,
     .max_args = 2,
     .handler = SetProgram,
     .usage = "HelperProgram /path [argument]"},
    {0},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_options hook = {.size = sizeof hook, .user = self};
  httpd_helper_options options = {
      .size = sizeof options, .name = "upper", .main = Upper, .user = self};
  httpd_result result = httpd_helper_add(self, &options, &upper);
  if (result != HTTPD_OK) return result;
  TryWrongOptions(self);
  result = httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, &hook);
  return result != HTTPD_OK ? result : httpd_hook_request(self, HTTPD_HOOK_HANDLER, Answer, &hook);
}

HTTPD_MODULE(helper,
             "version=1.0.0\0"
             "description=Asks helpers\0"
             "directive=HelperProgram\0",
             .directives = kDirectives, .register_module = Register);
