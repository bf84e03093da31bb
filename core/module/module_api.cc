// SPDX-License-Identifier: Apache-2.0
// The functions of httpd/module.h: what a module may ask and tell about itself.
#include <httpd/module.h>

#include <string>

#include "base/str.h"
#include "module/registry.h"

extern "C" {

httpd_str httpd_module_name(const httpd_module_handle* module) {
  return module == nullptr ? httpd_str{nullptr, 0} : httpd::base::Str(module->name);
}

httpd_pool* httpd_module_pool(httpd_module_handle* self) {
  return self == nullptr ? nullptr : self->pool;
}

httpd_result httpd_module_error(httpd_module_handle* self, httpd_str message, httpd_str fix) {
  if (self != nullptr) {
    self->error = httpd::base::View(message);
    self->fix = httpd::base::View(fix);
  }
  return HTTPD_ERR_INVALID;
}

}  // extern "C"
