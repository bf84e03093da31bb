/* SPDX-License-Identifier: Apache-2.0
 *
 * Zones: memory shared by all workers, kept across generations. Workers map it at different
 * addresses, and may die at any moment: use offsets, no pointers, and leave it right between two
 * locks.
 */
#ifndef HTTPD_ZONE_H
#define HTTPD_ZONE_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Fills a zone that is new (all zeros). An error refuses the configuration. Configuration time. */
typedef httpd_result (*httpd_zone_init)(httpd_zone* zone, void* memory, uint64_t size, void* user);

/* Fills a zone whose layout version or size differs from that of the generation before, from that
 * one's memory. The old generation may still change it; `old` may be read only. An error refuses
 * the configuration, and the old zone stays as it was. Configuration time. */
typedef httpd_result (*httpd_zone_migrate)(httpd_zone* zone, void* memory, uint64_t size,
                                           const void* old, uint64_t old_size, uint32_t old_layout,
                                           void* user);

/* A zone. */
typedef struct httpd_zone_options {
  uint32_t size;              /* sizeof(httpd_zone_options) */
  uint32_t layout;            /* the version of its layout */
  const char* name;           /* unique per module; letters, digits, - and _; at most 63 */
  uint64_t bytes;             /* up to 1 TiB; rounded up to pages */
  httpd_zone_init init;       /* may be NULL */
  httpd_zone_migrate migrate; /* NULL: a zone of another layout starts anew, by init */
  void* user;
  httpd_destroy destroy; /* when the generation ends */
} httpd_zone_options;

/* Makes or finds the zone: same name, size and layout as in the generation before share its memory,
 * otherwise it is new, and the generation before keeps its own until it ends. When it is new, init
 * or migrate is called before this returns. With httpd -t the memory is private and init is called.
 * HTTPD_ERR_EXISTS: the module has one of that name; HTTPD_ERR_NO_MEMORY: more than the machine has
 * or more than 256 zones, and what init or migrate answered: the configuration is refused, with the
 * reason, whatever the hook answers. OPEN_LOGS or POST_CONFIG hook. Since 1.0. */
HTTPD_API httpd_result httpd_zone_open(httpd_module_handle* self, const httpd_zone_options* options,
                                       httpd_zone** zone);

/* Its memory, good as long as the generation. Any thread. Since 1.0. */
HTTPD_API void* httpd_zone_memory(httpd_zone* zone);
/* Its size in bytes. Any thread. Since 1.0. */
HTTPD_API uint64_t httpd_zone_size(const httpd_zone* zone);

/* Locks it against all other workers and generations; hold it for microseconds. HTTPD_OK;
 * HTTPD_ERR_STATE: locked, but the last one died while it held the lock: mend the memory;
 * HTTPD_ERR_TIMEOUT after one second: not locked; HTTPD_ERR_INVALID: not locked, this thread holds
 * it already. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_zone_lock(httpd_zone* zone);
/* Unlocks it; HTTPD_ERR_STATE when this thread does not hold it. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_zone_unlock(httpd_zone* zone);

HTTPD_EXTERN_C_END

#endif /* HTTPD_ZONE_H */
