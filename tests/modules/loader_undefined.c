/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that uses SYMBOL, which nothing that is loaded provides: a function of a later core, or
 * one of a library that was left out. */
#include <httpd/module.h>

int SYMBOL(void);

static httpd_result Register(httpd_module_handle* self, void* user) {
  return SYMBOL() == 42 ? HTTPD_OK
                        : httpd_module_error(self, HTTPD_STR("wrong answer"), HTTPD_STR("none"));
}

#define MODULE(name)                                                       \
  HTTPD_MODULE(name, "version=1.0.0\0description=Uses a missing symbol\0", \
               .register_module = Register)
MODULE(NAME);
