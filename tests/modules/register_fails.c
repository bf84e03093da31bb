/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that cannot work and says why: the operator must see both texts. */
#include <httpd/module.h>

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_module_error(self, HTTPD_STR("the licence of this module has been eaten by moths"),
                            HTTPD_STR("buy moth balls"));
}

HTTPD_MODULE(register_fails, "version=1.0.0\0description=Fails to register\0",
             .register_module = Register);
