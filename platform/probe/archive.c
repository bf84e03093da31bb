/* SPDX-License-Identifier: Apache-2.0
 * The archive of the probe; only the shared object refers to what is in it. */
int httpd_probe_archived(void);

int httpd_probe_archived(void) { return 3; }
