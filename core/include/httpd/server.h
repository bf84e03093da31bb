/* SPDX-License-Identifier: Apache-2.0
 *
 * What surrounds a request: virtual hosts, the settings of sections, generations and workers.
 */
#ifndef HTTPD_SERVER_H
#define HTTPD_SERVER_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* ServerName without port; the machine's name when none was configured. Any thread. Since 1.0.
 */
HTTPD_API httpd_str httpd_server_name(const httpd_server* server);

/* The server that stands for the configuration outside every <VirtualHost>. Any thread. Since 1.0.
 */
HTTPD_API httpd_server* httpd_generation_main_server(httpd_generation* generation);

/* The number of servers, and server `index` from 0 (0 is the main server; NULL beyond the last).
 * Any thread. Since 1.0. */
HTTPD_API uint32_t httpd_generation_server_count(const httpd_generation* generation);
/* Server `index` from 0; NULL beyond the last. Any thread. Since 1.0. */
HTTPD_API httpd_server* httpd_generation_server(httpd_generation* generation, uint32_t index);

/* What `module` made by create_server_config for `server`, merged with the main server's; NULL when
 * it has none. Any thread, read only after post_config. Since 1.0. */
HTTPD_API void* httpd_server_config(const httpd_server* server, const httpd_module_handle* module);

/* What `module` made by create_location_config, merged over all sections that apply; NULL when it
 * has none. Loop thread. Since 1.0. */
HTTPD_API void* httpd_location_config(const httpd_location* location,
                                      const httpd_module_handle* module);

/* The generation's number, counted from 1 since the server was started. Any thread. Since 1.0. */
HTTPD_API uint32_t httpd_generation_id(const httpd_generation* generation);

/* 1 when the configuration is only checked (httpd -t): nothing may be created, bound or written.
 * Any thread. Since 1.0. */
HTTPD_API int32_t httpd_generation_is_check(const httpd_generation* generation);

/* The pool that lives as long as the generation. Configuration time. Since 1.0. */
HTTPD_API httpd_pool* httpd_generation_pool(httpd_generation* generation);

/* The worker's number within its generation, from 0. Any thread. Since 1.0. */
HTTPD_API uint32_t httpd_worker_index(const httpd_worker* worker);

/* The worker's generation. Any thread. Since 1.0. */
HTTPD_API httpd_generation* httpd_worker_generation(httpd_worker* worker);

/* The port a server names in redirects: of ServerName, else of its address; 0 when neither says.
 * Any thread. Since 1.0. */
HTTPD_API uint16_t httpd_server_port(const httpd_server* server);

/* ServerRoot, absolute. Any thread. Since 1.0. */
HTTPD_API httpd_str httpd_generation_server_root(const httpd_generation* generation);

/* The core's version: "1.0.0". Any thread. Since 1.0. */
HTTPD_API httpd_str httpd_core_version(void);

/* How many workers the generation has. Any thread. Since 1.0. */
HTTPD_API uint32_t httpd_generation_worker_count(const httpd_generation* generation);

/* The pool that lives as long as the worker. Loop thread. Since 1.0. */
HTTPD_API httpd_pool* httpd_worker_pool(httpd_worker* worker);

/* 1 from DRAIN on: nothing long should be begun. Loop thread. Since 1.0. */
HTTPD_API int32_t httpd_worker_is_draining(const httpd_worker* worker);

/* A file beside the configuration that modules have read (httpd_call_track_file()), `index` from 0;
 * data is NULL beyond the last. Any thread. Since 1.0. */
HTTPD_API httpd_str httpd_generation_tracked_file(const httpd_generation* generation,
                                                  uint32_t index);

HTTPD_EXTERN_C_END

#endif /* HTTPD_SERVER_H */
