/* SPDX-License-Identifier: Apache-2.0 */
/* Read by the test of cmake/ExportList.cmake, in the manner of the public headers. */
typedef int (*httpd_callback)(int);
#define HTTPD_API /* HTTPD_API in a comment, HTTPD_API httpd_not_me(void) */

/* A function. HTTPD_API int httpd_nor_me(void); */
HTTPD_API int httpd_zebra(int number);

HTTPD_API const char*
httpd_two_lines(void);

HTTPD_API void httpd_with_callback(httpd_callback function, int (*other)(void));
int httpd_without_api(void);
