/* SPDX-License-Identifier: Apache-2.0
 *
 * Providers: what one module offers to others, by group, name and version. A provider is a table of
 * functions that both sides know from a header of the offering module; it begins with its own size,
 * as every struct with a visible layout. Modules never use each other's symbols.
 */
#ifndef HTTPD_PROVIDER_H
#define HTTPD_PROVIDER_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* A version: newer minor numbers only add to the end of the table. */
#define HTTPD_PROVIDER_VERSION(major, minor) (((uint32_t)(major) << 16) | (uint32_t)(minor))

/* Offers `table`, which must live as long as the generation, as `name` of `group` ("cache-store",
 * "memory"). One name may be offered in several major versions at once, by one module or by
 * several. HTTPD_ERR_EXISTS: this name is offered in this major version already, by the module that
 * httpd_module_error() of `self` then names. Register function. Since 1.0. */
HTTPD_API httpd_result httpd_provider_add(httpd_module_handle* self, httpd_str group,
                                          httpd_str name, uint32_t version, const void* table,
                                          void* user);

/* Finds a provider of the same major version and at least the minor one: HTTPD_OK with *table and
 * *user, HTTPD_ERR_NOT_FOUND when nobody offers that name, HTTPD_ERR_VERSION when only in other
 * versions. The reason, what there is instead and the LoadModule line that helps are set as by
 * httpd_module_error(), so that the hook or handler may answer the error at once. `user` may be
 * NULL. Configuration time, after every module was registered. Since 1.0. */
HTTPD_API httpd_result httpd_provider_find(httpd_module_handle* self, httpd_str group,
                                           httpd_str name, uint32_t version, const void** table,
                                           void** user);

/* Provider `index` from 0 of a group in load order; HTTPD_ERR_NOT_FOUND beyond the last. Out
 * parameters may be NULL. Configuration time, after every module was registered. Since 1.0. */
HTTPD_API httpd_result httpd_provider_at(httpd_module_handle* self, httpd_str group, uint32_t index,
                                         httpd_str* name, uint32_t* version,
                                         httpd_str* module_name);

HTTPD_EXTERN_C_END

#endif /* HTTPD_PROVIDER_H */
