/* SPDX-License-Identifier: Apache-2.0
 *
 * One source for the modules that the tests of httpdctl look at: a name, and what the manifest says
 * about others. A hook with an order, so that order --explain has something to explain. */
#include <httpd/hooks.h>
#include <httpd/module.h>

#ifndef MEMBER_ORDER
#define MEMBER_ORDER 0
#endif

static httpd_result Decline(httpd_request* request, void* user) { return HTTPD_DECLINED; }

static httpd_result Register(httpd_module_handle* self, void* user) {
#ifdef MEMBER_AFTER
  static const char* const kAfter[] = {MEMBER_AFTER, NULL};
#endif
  const httpd_hook_options options = {.size = sizeof options,
#ifdef MEMBER_AFTER
                                      .after = kAfter,
#endif
                                      .order = MEMBER_ORDER};
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Decline, &options);
}

#define MEMBER_MODULE(ident) \
  HTTPD_MODULE(ident, MEMBER_MANIFEST "version=1.2.0\0", .register_module = Register)

MEMBER_MODULE(MEMBER_NAME);
