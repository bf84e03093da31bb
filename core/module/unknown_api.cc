// SPDX-License-Identifier: Apache-2.0
// Functions for directives that no module has: how a module takes lines whose names are not known
// beforehand, as macros are.
#include <httpd/config.h>
#include <httpd/section.h>

#include "base/misuse.h"
#include "module/registry.h"

httpd_result httpd_unknown_directive_add(httpd_module_handle* self, httpd_directive_handler fn,
                                         void* user, httpd_destroy destroy) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(fn != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the function is NULL");
  HTTPD_REQUIRE(self->registering != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not called in the register function");
  self->unknown_directives.push_back({fn, user, destroy});
  return HTTPD_OK;
}
