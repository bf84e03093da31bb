/* SPDX-License-Identifier: Apache-2.0
 *
 * The module behind most cases of cases.txt; definitions on the compiler's command line break it.
 */
#include <httpd/module.h>

#ifdef USES
int USES(void);
#endif
#ifdef USES_TOO
int USES_TOO(void);
#endif
#ifdef THREAD_BYTES
static __thread char buffer[THREAD_BYTES] __attribute__((tls_model("initial-exec")));
#endif
#ifdef EXPORTS
HTTPD_EXPORT int EXPORTS(void);
int EXPORTS(void) { return 42; }
#endif

static httpd_result Register(httpd_module_handle* self, void* user) {
  int sum = 0;
#ifdef USES
  sum += USES();
#endif
#ifdef USES_TOO
  sum += USES_TOO();
#endif
#ifdef THREAD_BYTES
  buffer[THREAD_BYTES / 2] = (char)sum;
  sum += buffer[THREAD_BYTES - 1];
#endif
  return sum < 0 ? HTTPD_ERR_STATE : HTTPD_OK;
}

#ifdef MANIFEST
HTTPD_MANIFEST_SECTION static const char manifest[] = MANIFEST;
#define RECORD(ident)                                                     \
  HTTPD_EXPORT const httpd_module ident##_module;                         \
  const httpd_module ident##_module = {.magic = HTTPD_MODULE_MAGIC,       \
                                       .size = sizeof(httpd_module),      \
                                       .abi_major = HTTPD_ABI_MAJOR,      \
                                       .name = #ident,                    \
                                       .manifest = manifest,              \
                                       .manifest_size = sizeof(manifest), \
                                       .register_module = Register}
#else
#ifndef MORE
#define MORE ""
#endif
#define RECORD(ident) HTTPD_MODULE(ident, "version=1.0.0\0" MORE, .register_module = Register)
#endif
#define MODULE(ident) RECORD(ident)
MODULE(NAME);
