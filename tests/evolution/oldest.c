/* SPDX-License-Identifier: Apache-2.0
 *
 * A module whose record ends where the first one ever ended: it knows directives, and nothing of
 * merging or hooks. Its directive says by a warning that its handler ran. */
#include <httpd/config.h>
#include <httpd/module.h>

static httpd_result Say(httpd_directive_call* call, void* config, void* user) {
  return httpd_call_warn(call, 0, HTTPD_STR("the oldest module was here"), HTTPD_STR(""));
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "OldestSays",
     .min_args = 1,
     .max_args = 1,
     .handler = Say},
    {0},
};

HTTPD_MODULE(age_oldest,
             "version=1.0.0\0description=Has the shortest record\0directive=OldestSays\0",
             .directives = kDirectives);
