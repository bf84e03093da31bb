/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that crashes while it registers: only the generation may die of it. */
#include <httpd/module.h>

static httpd_result Register(httpd_module_handle* self, void* user) {
  volatile int* volatile nowhere = NULL;
  *nowhere = 1;
  return HTTPD_OK;
}

HTTPD_MODULE(register_crashes, "version=1.0.0\0description=Crashes while registering\0",
             .register_module = Register);
