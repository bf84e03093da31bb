/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes a shared object a module: one exported record NAME_module and a manifest, both made by
 * the macro HTTPD_MODULE at the end of the module's source.
 */
#ifndef HTTPD_MODULE_H
#define HTTPD_MODULE_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* History of the interface; the last entry is this header's version.
 *   1.0  first version
 */
#define HTTPD_ABI_MAJOR 1
#define HTTPD_ABI_MINOR 0

/* The functions that came after 1.0 with their versions, as an entry of the manifest:
 * "since=httpd_foo:1.1,httpd_bar:1.2\0". An older server tells by it which version a module needs.
 */
#define HTTPD_ABI_SINCE ""

#define HTTPD_MODULE_MAGIC 0x68747064u /* "htpd" */

struct httpd_directive; /* config.h */

/* Makes the module's settings of one server or one section, zeroed or with defaults, from `pool`,
 * which lives as long as the generation. NULL means out of memory. Configuration time. */
typedef void* (*httpd_config_create)(httpd_pool* pool, void* user);

/* Makes from the settings of an outer scope and those of an inner one the settings that apply in
 * the inner one. Neither argument may be changed: both are used again. Configuration time, and in a
 * worker when a combination of sections is seen for the first time; so it may not block. */
typedef void* (*httpd_config_merge)(httpd_pool* pool, const void* outer, const void* inner,
                                    void* user);

/* Called once in each generation, in load order, after every module was opened: registers hooks.
 * Anything but HTTPD_OK refuses the module; say why with httpd_module_error() before. */
typedef httpd_result (*httpd_register)(httpd_module_handle* self, void* user);

/* The record. The fields up to `name` never move within any version. Filled in by HTTPD_MODULE. */
typedef struct httpd_module {
  uint32_t magic; /* HTTPD_MODULE_MAGIC */
  uint32_t size;  /* sizeof(httpd_module) */
  uint16_t abi_major;
  uint16_t abi_minor;
  uint32_t flags;   /* 0 */
  const char* name; /* NUL-terminated: "mime" for mime_module in mod_mime.so */

  const char* manifest; /* the manifest's bytes, for modules that are compiled in */
  uint64_t manifest_size;
  void* user;                               /* passed to every function of the record */
  const struct httpd_directive* directives; /* ends with an entry whose name is NULL; may be NULL */
  httpd_config_create create_server_config; /* one per virtual host; may be NULL */
  httpd_config_merge merge_server_config;   /* NULL: the inner settings win as a whole */
  httpd_config_create create_location_config; /* one per section (Directory, Location, Files …) */
  httpd_config_merge merge_location_config;
  httpd_register register_module; /* may be NULL */
} httpd_module;

/* The record and manifest of module `ident`. `manifest_text` is a run of literals "key=value\0";
 * keys: version description license author requires wants conflicts provides before after directive
 * privileged reloadable. What follows are designated initialisers of httpd_module in field order:
 *
 *   HTTPD_MODULE(hello, "version=1.0.0\0" "description=Says hello\0" "directive=Hello\0",
 *                .directives = kDirectives, .register_module = Register);
 */
#define HTTPD_MODULE(ident, manifest_text, ...)                                   \
  HTTPD_MANIFEST_SECTION static const char ident##_manifest[] =                   \
      "name=" #ident "\0abi=" HTTPD_ABI_TEXT "\0" HTTPD_ABI_SINCE manifest_text;  \
  HTTPD_EXPORT const httpd_module ident##_module;                                 \
  HTTPD_QUIET_BEGIN HTTPD_EXPORT_DEFINITION const httpd_module ident##_module = { \
      .magic = HTTPD_MODULE_MAGIC,                                                \
      .size = sizeof(httpd_module),                                               \
      .abi_major = HTTPD_ABI_MAJOR,                                               \
      .abi_minor = HTTPD_ABI_MINOR,                                               \
      .flags = 0,                                                                 \
      .name = #ident,                                                             \
      .manifest = ident##_manifest,                                               \
      .manifest_size = sizeof(ident##_manifest),                                  \
      __VA_ARGS__};                                                               \
  HTTPD_QUIET_END struct httpd_module_needs_semicolon_

#define HTTPD_ABI_TEXT HTTPD_TEXT_OF_(HTTPD_ABI_MAJOR) "." HTTPD_TEXT_OF_(HTTPD_ABI_MINOR)
#define HTTPD_TEXT_OF_(number) HTTPD_TEXT_OF_VALUE_(number)
#define HTTPD_TEXT_OF_VALUE_(number) #number

/* Fields left out are zero, which is what the record wants. */
/* C wants one literal in _Pragma. */
/* clang-format off */
#define HTTPD_QUIET_BEGIN        \
  _Pragma("GCC diagnostic push") \
  _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
/* clang-format on */
#define HTTPD_QUIET_END _Pragma("GCC diagnostic pop")

#ifdef __cplusplus
#define HTTPD_EXPORT_DEFINITION HTTPD_EXPORT
#else
#define HTTPD_EXPORT_DEFINITION
#endif

#if defined(__APPLE__)
#define HTTPD_MANIFEST_SECTION __attribute__((used, section("__DATA,__httpd_mani")))
#elif defined(_WIN32)
#define HTTPD_MANIFEST_SECTION __attribute__((used, section(".httpdm")))
#else
#define HTTPD_MANIFEST_SECTION __attribute__((used, section(".httpd_manifest")))
#endif

/* The name of the record: "mime". Any thread. Since 1.0. */
HTTPD_API httpd_str httpd_module_name(const httpd_module_handle* module);

/* The pool that lives as long as the generation. Configuration time. Since 1.0. */
HTTPD_API httpd_pool* httpd_module_pool(httpd_module_handle* self);

/* Tells the operator why the module cannot work and what cures it (`fix` may be empty); shown with
 * the LoadModule line when the register function or a post_config hook then answers an error. Both
 * texts are copied. Returns HTTPD_ERR_INVALID, so that `return httpd_module_error(…)` refuses.
 * Configuration time. Since 1.0. */
HTTPD_API httpd_result httpd_module_error(httpd_module_handle* self, httpd_str message,
                                          httpd_str fix);

HTTPD_EXTERN_C_END

#endif /* HTTPD_MODULE_H */
