// SPDX-License-Identifier: Apache-2.0
// The functions of httpd/module.h: what a module may ask and tell about itself.
#include <httpd/module.h>

#include <string>

#include "base/misuse.h"
#include "base/str.h"
#include "module/registry.h"

extern "C" {

httpd_str httpd_module_name(const httpd_module_handle* module) {
  HTTPD_REQUIRE_HANDLE(module, {});
  return httpd::base::Str(module->name);
}

httpd_pool* httpd_module_pool(httpd_module_handle* self) {
  HTTPD_REQUIRE_HANDLE(self, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  return self->pool;
}

httpd_result httpd_module_error(httpd_module_handle* self, httpd_str message, httpd_str fix) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE_TEXT(message, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(fix, HTTPD_ERR_INVALID);
  self->error = httpd::base::View(message);
  self->fix = httpd::base::View(fix);
  return HTTPD_ERR_INVALID;
}

}  // extern "C"
