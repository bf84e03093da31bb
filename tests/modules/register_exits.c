/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that ends its process while it registers, with a status that looks like success. */
#include <httpd/module.h>
#include <stdlib.h>

static httpd_result Register(httpd_module_handle* self, void* user) {
  exit(0);
  return HTTPD_OK;
}

HTTPD_MODULE(register_exits, "version=1.0.0\0description=Exits while registering\0",
             .register_module = Register);
