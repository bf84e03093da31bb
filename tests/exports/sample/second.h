/* SPDX-License-Identifier: Apache-2.0 */
/* A second header, with a function that the first one has too. */
#define HTTPD_API

HTTPD_API int httpd_zebra(int number);
HTTPD_API struct sample *httpd_apple(void);
