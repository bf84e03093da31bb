/* SPDX-License-Identifier: Apache-2.0
 *
 * A pointer of the module's own on each object it meets, found in constant time. The core keeps the
 * pointer and never touches what it points to: take that memory from the object's pool, or give it
 * back by a cleanup of that pool. NULL until set. One slot per module and object; a lookup (request
 * of a subrequest, internal redirect) has the slots of its own request.
 */
#ifndef HTTPD_CONTEXT_H
#define HTTPD_CONTEXT_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* The slot of `module` on the generation; what is set at configuration time is seen by every
 * worker, what is set in a worker by that worker alone. Configuration time and loop thread.
 * Since 1.0. */
HTTPD_API void* httpd_generation_context(const httpd_generation* generation,
                                         const httpd_module_handle* module);
/* Sets it. Configuration time and loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_generation_set_context(httpd_generation* generation,
                                                    const httpd_module_handle* module, void* value);

/* The slot on a server; as that of the generation. Configuration time and loop thread. Since 1.0.
 */
HTTPD_API void* httpd_server_context(const httpd_server* server, const httpd_module_handle* module);
/* Sets it. Configuration time and loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_server_set_context(httpd_server* server,
                                                const httpd_module_handle* module, void* value);

/* The slot on the merged settings of a combination of sections: each worker merges for itself, and
 * keeps the result until it ends (httpd_worker_pool()). Loop thread. Since 1.0. */
HTTPD_API void* httpd_location_context(const httpd_location* location,
                                       const httpd_module_handle* module);
/* Sets it. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_location_set_context(httpd_location* location,
                                                  const httpd_module_handle* module, void* value);

/* The slot on the worker. Loop thread. Since 1.0. */
HTTPD_API void* httpd_worker_context(const httpd_worker* worker, const httpd_module_handle* module);
/* Sets it. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_worker_set_context(httpd_worker* worker,
                                                const httpd_module_handle* module, void* value);

/* The slot on a connection. Loop thread. Since 1.0. */
HTTPD_API void* httpd_connection_context(const httpd_connection* connection,
                                         const httpd_module_handle* module);
/* Sets it. HTTPD_ERR_NO_MEMORY: it was not set. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_context(httpd_connection* connection,
                                                    const httpd_module_handle* module, void* value);

/* The slot on a request. It survives internal redirects. Loop thread. Since 1.0. */
HTTPD_API void* httpd_request_context(const httpd_request* request,
                                      const httpd_module_handle* module);
/* Sets it. HTTPD_ERR_NO_MEMORY: it was not set. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_context(httpd_request* request,
                                                 const httpd_module_handle* module, void* value);

HTTPD_EXTERN_C_END

#endif /* HTTPD_CONTEXT_H */
