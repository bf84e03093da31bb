/* SPDX-License-Identifier: Apache-2.0
 *
 * A module compiled with headers of another age than the server's: smaller structs and fewer
 * functions, or larger ones and more. It has a directive and a handler, and answers with what it
 * was configured to say. */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <string.h>

#ifndef SETS_OPTIONS
#define SETS_OPTIONS 0
#endif

typedef struct settings {
  httpd_str first;
  httpd_str second;
} settings;

static void* Create(httpd_pool* pool, void* user) {
  return httpd_pool_calloc(pool, sizeof(settings));
}

static void* Merge(httpd_pool* pool, const void* outer, const void* inner, void* user) {
  const settings* out = outer;
  const settings* in = inner;
  settings* merged = httpd_pool_calloc(pool, sizeof(settings));
  if (merged == NULL) return NULL;
  merged->first = in->first.data != NULL ? in->first : out->first;
  merged->second = in->second.data != NULL ? in->second : out->second;
  return merged;
}

static httpd_result First(httpd_directive_call* call, void* config, void* user) {
  ((settings*)config)->first = httpd_call_arg(call, 0);
  return HTTPD_OK;
}

static httpd_result Second(httpd_directive_call* call, void* config, void* user) {
  ((settings*)config)->second = httpd_call_arg(call, 0);
  return HTTPD_OK;
}

/* Two rows: the second is found only by the size of the first. */
static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE,
     .name = "AgedFirst",
     .min_args = 1,
     .max_args = 1,
#ifdef SETS_DIRECTIVE
     .future = 1,
#endif
     .handler = First},
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE,
     .name = "AgedSecond",
     .min_args = 1,
     .max_args = 1,
     .handler = Second},
    {0},
};

static httpd_result Answer(httpd_request* request, void* user) {
  const httpd_str handler = httpd_request_handler(request);
  const settings* mine;
  if (handler.len != 4 || memcmp(handler.data, "aged", 4) != 0) return HTTPD_DECLINED;
#ifdef USES_FUTURE
  if (httpd_request_future(request) == 0) return 500;
#endif
  mine = httpd_request_config(request, user);
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  httpd_response_write(request, mine->first);
  httpd_response_write(request, HTTPD_STR(" "));
  return httpd_response_write(request, mine->second);
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.user = self;
#if SETS_OPTIONS
  options.future = 7;
#endif
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Answer, &options);
}

#define MODULE(name)                                                              \
  HTTPD_MODULE(name,                                                              \
               "version=1.0.0\0description=Of another age than the server\0"      \
               "directive=AgedFirst\0directive=AgedSecond\0",                     \
               FIELDS.directives = kDirectives, .create_location_config = Create, \
               .merge_location_config = Merge, .register_module = Register)
#ifdef SETS_RECORD
#define FIELDS .future = 1,
#else
#define FIELDS
#endif
MODULE(NAME);
