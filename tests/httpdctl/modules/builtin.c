/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands for a core into which two modules are compiled: httpdctl learns of them from the file. */
#include <httpd/module.h>

HTTPD_MODULE(first, "version=1.0.0\0");
HTTPD_MODULE(sql, "version=3.0.0\0provides=store.sql/1\0");
