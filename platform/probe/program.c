/* SPDX-License-Identifier: Apache-2.0
 * The program of the probe. Nothing at link time refers to the first function, a shared object to
 * the second. */
int httpd_probe_alone(void);
int httpd_probe_referenced(void);
int httpd_probe_use(void);

int httpd_probe_alone(void) { return 1; }
int httpd_probe_referenced(void) { return 2; }

#if HTTPD_PROBE_WITH_OBJECT
int main(void) { return httpd_probe_use() == 0; }
#else
int main(void) { return 0; }
#endif
