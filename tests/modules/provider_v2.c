/* SPDX-License-Identifier: Apache-2.0
 *
 * Offers greeting/polite in version 2.0, whose table is another one. */
#include <httpd/module.h>
#include <httpd/provider.h>

#include "provider_greeting.h"

static uint32_t Answer(void* user) { return 42; }

static const greeting_v2 kTable = {sizeof(greeting_v2), Answer};

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_provider_add(self, HTTPD_STR("greeting"), HTTPD_STR("polite"),
                            HTTPD_PROVIDER_VERSION(2, 0), &kTable, NULL);
}

HTTPD_MODULE(provider_v2,
             "version=2.0.0\0description=Greets with a number\0provides=greeting.polite/2\0",
             .register_module = Register);
