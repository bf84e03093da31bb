/* SPDX-License-Identifier: Apache-2.0
 *
 * Shows the order of hook FIXUP: each module that takes part adds its name to the field X-Trail. */
#ifndef TRAIL_H
#define TRAIL_H

#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/response.h>

static httpd_result TrailFixup(httpd_request* request, void* user) {
  return httpd_response_add_header(request, HTTPD_STR("X-Trail"), httpd_module_name(user));
}

static httpd_result TrailAdd(httpd_module_handle* self, int32_t order, const char* const* after) {
  httpd_hook_options options = {.size = sizeof(options), .order = order, .after = after};
  options.user = self;
  return httpd_hook_request(self, HTTPD_HOOK_FIXUP, TrailFixup, &options);
}

#endif
