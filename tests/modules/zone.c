/* SPDX-License-Identifier: Apache-2.0
 *
 * A counter in a zone. ZoneLayout 1 keeps 32 bits, ZoneLayout 2 keeps 64 and takes the old number
 * over. /zone counts, /zone/peek only looks, /zone/die is killed while it holds the lock, and
 * /zone/misuse does what may not be done. ZoneRefuse has the configuration refused after the zone
 * was opened and counted on. */
#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <httpd/zone.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct small {
  uint32_t counter;
} small;

typedef struct large {
  uint64_t counter;
  uint64_t migrated;
} large;

static httpd_zone* counter_zone;
static uint32_t layout = 1;
static uint64_t bytes = 100;
static int refuse, refuse_init;
static httpd_result open_result;
static char misuse[512];

static httpd_result Init(httpd_zone* zone, void* memory, uint64_t size, void* user) {
  if (refuse_init) {
    return httpd_module_error(user, HTTPD_STR("the counter does not like to begin"),
                              HTTPD_STR("remove ZoneRefuseInit"));
  }
  if (layout == 1) {
    ((small*)memory)->counter = 1000;
  } else {
    ((large*)memory)->counter = 5000;
  }
  return size >= bytes ? HTTPD_OK : HTTPD_ERR_INVALID;
}

static httpd_result Migrate(httpd_zone* zone, void* memory, uint64_t size, const void* old,
                            uint64_t old_size, uint32_t old_layout, void* user) {
  uint64_t before = old_layout == 1 ? ((const small*)old)->counter : ((const large*)old)->counter;
  if (layout == 1) {
    ((small*)memory)->counter = (uint32_t)before;
    return HTTPD_OK;
  }
  ((large*)memory)->counter = before;
  ((large*)memory)->migrated = old_layout;
  return HTTPD_OK;
}

static void Note(const char* what, int32_t result) {
  const size_t used = strlen(misuse);
  snprintf(misuse + used, sizeof misuse - used, "%s %d\n", what, (int)result);
}

static void TryWrongOptions(httpd_module_handle* self) {
  httpd_zone* zone = NULL;
  httpd_zone_options options = {.size = sizeof options, .name = "counter", .bytes = 1};
  Note("twice", httpd_zone_open(self, &options, &zone));
  options.name = "no spaces";
  Note("name", httpd_zone_open(self, &options, &zone));
  options.name = "empty";
  options.bytes = 0;
  Note("bytes", httpd_zone_open(self, &options, &zone));
  options.bytes = (uint64_t)1 << 60;
  Note("too large", httpd_zone_open(self, &options, &zone));
  Note("no module", httpd_zone_open(NULL, &options, &zone));
  Note("no options", httpd_zone_open(self, NULL, &zone));
  Note("no place", httpd_zone_open(self, &options, NULL));
}

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  httpd_zone_options options = {.size = sizeof options,
                                .layout = layout,
                                .name = "counter",
                                .bytes = bytes,
                                .init = Init,
                                .migrate = Migrate,
                                .user = user};
  open_result = httpd_zone_open(user, &options, &counter_zone);
  if (open_result != HTTPD_OK) return open_result;
  TryWrongOptions(user);
  if (!refuse) return HTTPD_OK;
  return httpd_module_error(user, HTTPD_STR("the counter has second thoughts"),
                            HTTPD_STR("remove ZoneRefuse"));
}

static uint64_t Step(uint64_t by) {
  large* wide = httpd_zone_memory(counter_zone);
  small* narrow = httpd_zone_memory(counter_zone);
  if (layout == 1) return narrow->counter += (uint32_t)by;
  return wide->counter += by;
}

static httpd_result Say(httpd_request* request, const char* text) {
  return httpd_response_write(request, (httpd_str){text, strlen(text)});
}

static httpd_result Count(httpd_request* request, uint64_t by) {
  char text[128];
  const httpd_result locked = httpd_zone_lock(counter_zone);
  uint64_t now, migrated = 0;
  if (locked != HTTPD_OK && locked != HTTPD_ERR_STATE) return 503;
  now = Step(by);
  if (layout == 2) migrated = ((large*)httpd_zone_memory(counter_zone))->migrated;
  if (httpd_zone_unlock(counter_zone) != HTTPD_OK) return 500;
  snprintf(text, sizeof text, "%" PRIu64 " %s size %" PRIu64 " migrated %" PRIu64, now,
           locked == HTTPD_OK ? "locked" : "mended", httpd_zone_size(counter_zone), migrated);
  return Say(request, text);
}

static void* UnlockElsewhere(void* user) {
  *(httpd_result*)user = httpd_zone_unlock(counter_zone);
  return NULL;
}

static void* LockElsewhere(void* user) {
  *(httpd_result*)user = httpd_zone_lock(counter_zone);
  return NULL;
}

static int32_t InThread(void* (*function)(void*)) {
  pthread_t thread;
  httpd_result result = 99;
  if (pthread_create(&thread, NULL, function, &result) != 0) return 98;
  pthread_join(thread, NULL);
  return result;
}

static httpd_result Misuse(httpd_request* request, httpd_module_handle* self) {
  httpd_zone* zone = NULL;
  httpd_zone_options options = {.size = sizeof options, .name = "late", .bytes = 1};
  Note("late", httpd_zone_open(self, &options, &zone));
  Note("unlock unlocked", httpd_zone_unlock(counter_zone));
  Note("lock", httpd_zone_lock(counter_zone));
  Note("lock twice", httpd_zone_lock(counter_zone));
  Note("unlock elsewhere", InThread(UnlockElsewhere));
  Note("lock elsewhere", InThread(LockElsewhere)); /* takes a second */
  Note("unlock", httpd_zone_unlock(counter_zone));
  Note("lock null", httpd_zone_lock(NULL));
  Note("unlock null", httpd_zone_unlock(NULL));
  Note("memory null", httpd_zone_memory(NULL) == NULL);
  Note("size null", (int32_t)httpd_zone_size(NULL));
  return Say(request, misuse);
}

static httpd_result Answer(httpd_request* request, void* user) {
  const httpd_str path = httpd_request_path(request);
  char text[32] = "";
  if (path.len >= sizeof text) return HTTPD_DECLINED;
  memcpy(text, path.data, path.len);
  if (strcmp(text, "/zone") == 0) return Count(request, 1);
  if (strcmp(text, "/zone/peek") == 0) return Count(request, 0);
  if (strcmp(text, "/zone/misuse") == 0) return Misuse(request, user);
  if (strcmp(text, "/zone/die") != 0) return HTTPD_DECLINED;
  httpd_zone_lock(counter_zone);
  kill(getpid(), SIGKILL);
  return 500;
}

static httpd_result SetLayout(httpd_directive_call* call, void* config, void* user) {
  layout = (uint32_t)atoi(httpd_call_arg(call, 0).data);
  if (layout == 2) bytes = 5000;
  return HTTPD_OK;
}

static httpd_result SetBytes(httpd_directive_call* call, void* config, void* user) {
  bytes = strtoull(httpd_call_arg(call, 0).data, NULL, 10);
  return HTTPD_OK;
}

static httpd_result SetFlag(httpd_directive_call* call, void* config, void* user) {
  const httpd_str which = httpd_call_arg(call, 0);
  refuse |= which.len == 5;      /* "later" */
  refuse_init |= which.len == 4; /* "init" */
  return HTTPD_OK;
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "ZoneLayout",
     .min_args = 1,
     .max_args = 1,
     .handler = SetLayout,
     .usage = "ZoneLayout 1"},
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "ZoneBytes",
     .min_args = 1,
     .max_args = 1,
     .handler = SetBytes,
     .usage = "ZoneBytes 100"},
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "ZoneRefuse",
     .min_args = 1,
     .max_args = 1,
     .handler = SetFlag,
     .usage = "ZoneRefuse later"},
    {0},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_options options = {.size = sizeof options, .user = self};
  httpd_zone_options zone = {.size = sizeof zone, .name = "early", .bytes = 1};
  httpd_zone* early_zone = NULL;
  Note("early", httpd_zone_open(self, &zone, &early_zone));
  if (httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, &options) != HTTPD_OK) {
    return HTTPD_ERR_INVALID;
  }
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Answer, &options);
}

HTTPD_MODULE(zone,
             "version=1.0.0\0"
             "description=Counts in shared memory\0"
             "directive=ZoneLayout\0"
             "directive=ZoneBytes\0"
             "directive=ZoneRefuse\0",
             .directives = kDirectives, .register_module = Register);
