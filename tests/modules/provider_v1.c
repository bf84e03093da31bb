/* SPDX-License-Identifier: Apache-2.0
 *
 * Offers greeting/polite in version 1.1. */
#include <httpd/module.h>
#include <httpd/provider.h>

#include "provider_greeting.h"

static const char* Hello(void* user) { return user; }
static const char* Goodbye(void* user) { return "goodbye"; }

static const greeting_v1 kTable = {sizeof(greeting_v1), Hello, Goodbye};

static httpd_result Register(httpd_module_handle* self, void* user) {
  static char word[] = "hello";
  const httpd_result added = httpd_provider_add(self, HTTPD_STR("greeting"), HTTPD_STR("polite"),
                                                HTTPD_PROVIDER_VERSION(1, 1), &kTable, word);
  if (added != HTTPD_OK) return added;
  return httpd_provider_add(self, HTTPD_STR("greeting"), HTTPD_STR("polite"),
                            HTTPD_PROVIDER_VERSION(1, 0), &kTable, word) == HTTPD_ERR_EXISTS
             ? HTTPD_OK
             : HTTPD_ERR_INVALID;
}

HTTPD_MODULE(provider_v1, "version=1.1.0\0description=Greets\0provides=greeting.polite/1\0",
             .register_module = Register);
