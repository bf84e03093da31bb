/* SPDX-License-Identifier: Apache-2.0
 *
 * Pools: memory that is given back all at once, when the pool's owner (a request, a connection, a
 * generation) ends. A pool belongs to one thread.
 */
#ifndef HTTPD_POOL_H
#define HTTPD_POOL_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Called when a pool ends, last added first. */
typedef void (*httpd_cleanup)(void* user);

/* `size` bytes aligned for any type, not zeroed; NULL when the pool's limit or the memory is used
 * up. Zero bytes give a unique pointer. The pool's thread. Since 1.0. */
HTTPD_API void* httpd_pool_alloc(httpd_pool* pool, size_t size);

/* As httpd_pool_alloc(), filled with zeros. The pool's thread. Since 1.0. */
HTTPD_API void* httpd_pool_calloc(httpd_pool* pool, size_t size);

/* A copy of `text` with a NUL behind it that does not count; {NULL, 0} when out of memory. The
 * pool's thread. Since 1.0. */
HTTPD_API httpd_str httpd_pool_copy(httpd_pool* pool, httpd_str text);

/* `count` texts one behind the other, with a NUL behind them that does not count; {NULL, 0} when
 * out of memory. The pool's thread. Since 1.0. */
HTTPD_API httpd_str httpd_pool_join(httpd_pool* pool, const httpd_str* parts, size_t count);

/* Calls fn(user) when the pool ends. HTTPD_ERR_NO_MEMORY: it was not added and will not be called.
 * The pool's thread. Since 1.0. */
HTTPD_API httpd_result httpd_pool_cleanup_add(httpd_pool* pool, httpd_cleanup fn, void* user);

/* Takes back the cleanup added last with this `fn` and `user`; HTTPD_ERR_NOT_FOUND when there is
 * none. The pool's thread. Since 1.0. */
HTTPD_API httpd_result httpd_pool_cleanup_remove(httpd_pool* pool, httpd_cleanup fn, void* user);

/* A pool of its own below `parent`: ends with httpd_pool_destroy() or with its parent, before the
 * parent's earlier cleanups. `limit` bytes of heap at most, 0 for no limit but the parent's. NULL
 * when out of memory. The parent's thread. Since 1.0. */
HTTPD_API httpd_pool* httpd_pool_create(httpd_pool* parent, size_t limit);

/* Ends a pool made by httpd_pool_create(): cleanups run, last added first, and all memory goes
 * back. HTTPD_ERR_INVALID for any other pool. The pool's thread. Since 1.0. */
HTTPD_API httpd_result httpd_pool_destroy(httpd_pool* pool);

/* Bytes of heap that the pool holds, pools below it included. The pool's thread. Since 1.0. */
HTTPD_API size_t httpd_pool_used(const httpd_pool* pool);

HTTPD_EXTERN_C_END

#endif /* HTTPD_POOL_H */
