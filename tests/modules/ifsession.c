/* SPDX-License-Identifier: Apache-2.0
 *
 * Depends on nobody, but wants to run last, as ProFTPD's mod_ifsession does. */
#include "trail.h"

static httpd_result Register(httpd_module_handle* self, void* user) {
  return TrailAdd(self, HTTPD_ORDER_LAST, NULL);
}

HTTPD_MODULE(ifsession, "version=1.0.0\0description=Runs last\0", .register_module = Register);
