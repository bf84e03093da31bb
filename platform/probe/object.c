/* SPDX-License-Identifier: Apache-2.0
 * The shared object of the probe: it leaves one function to the program and one to an archive, as
 * libhttpd.so leaves Abseil's to libhttpd.ep. */
int httpd_probe_referenced(void);
int httpd_probe_archived(void);
int httpd_probe_use(void);

int httpd_probe_use(void) { return httpd_probe_referenced() + httpd_probe_archived(); }
