/* SPDX-License-Identifier: Apache-2.0
 *
 * A transport connection: who is at the other end and how the bytes travel. Every function: loop
 * thread, from CONNECTION_OPEN to CONNECTION_CLOSE.
 */
#ifndef HTTPD_CONNECTION_H
#define HTTPD_CONNECTION_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* The pool that ends with the connection; made when first asked for. NULL when out of memory. Loop
 * thread. Since 1.0. */
HTTPD_API httpd_pool* httpd_connection_pool(httpd_connection* connection);

/* The worker that serves it. Loop thread. Since 1.0. */
HTTPD_API httpd_worker* httpd_connection_worker(const httpd_connection* connection);

/* A number that no other connection of this worker had. Loop thread. Since 1.0. */
HTTPD_API uint64_t httpd_connection_id(const httpd_connection* connection);

/* The client's address in numbers: that of the socket, or what a preface set. Loop thread. Since
 * 1.0. */
HTTPD_API httpd_str httpd_connection_client_address(const httpd_connection* connection);
/* The client's port. Loop thread. Since 1.0. */
HTTPD_API uint16_t httpd_connection_client_port(const httpd_connection* connection);
/* The address in numbers that the client connected to. Loop thread. Since 1.0. */
HTTPD_API httpd_str httpd_connection_local_address(const httpd_connection* connection);
/* The port that the client connected to. Loop thread. Since 1.0. */
HTTPD_API uint16_t httpd_connection_local_port(const httpd_connection* connection);

/* Says who the client really is (PROXY protocol): an address in numbers and a port. The server is
 * chosen by set_local. HTTPD_ERR_INVALID: not an address; HTTPD_ERR_STATE: a request was begun.
 * Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_client(httpd_connection* connection, httpd_str address,
                                                   uint16_t port);
/* Says where the client really connected to; otherwise as httpd_connection_set_client(). Loop
 * thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_local(httpd_connection* connection, httpd_str address,
                                                  uint16_t port);

/* The server for a host name on the address of this connection, as the Host field would choose it
 * (for SNI, RFC 6066 §3). Never NULL. Loop thread. Since 1.0. */
HTTPD_API httpd_server* httpd_connection_find_server(httpd_connection* connection, httpd_str name);

/* 1 when the transport hides and protects the bytes; then the scheme is https. Loop thread. Since
 * 1.0. */
HTTPD_API int32_t httpd_connection_is_secure(const httpd_connection* connection);

/* Facts of the transport; empty when it knows none. */
#define HTTPD_FACT_ALPN 1u             /* the protocol agreed on (RFC 7301): "h2" */
#define HTTPD_FACT_SERVER_NAME 2u      /* the name asked for (SNI) */
#define HTTPD_FACT_PEER_CERTIFICATE 3u /* the client's certificate, DER */
#define HTTPD_FACT_TLS_VERSION 4u      /* "TLSv1.3" */
#define HTTPD_FACT_TLS_CIPHER 5u       /* "TLS_AES_128_GCM_SHA256" */

/* One of HTTPD_FACT_*; data is NULL for an unknown number. Good as long as the connection. Loop
 * thread. Since 1.0. */
HTTPD_API httpd_str httpd_connection_fact(const httpd_connection* connection, uint32_t fact);

/* Bytes received from and sent to the client so far. Out parameters may be NULL. Loop thread. Since
 * 1.0. */
HTTPD_API httpd_result httpd_connection_bytes(const httpd_connection* connection,
                                              uint64_t* received, uint64_t* sent);

/* Finishes the request under way, if any, and closes. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_close(httpd_connection* connection);

/* ---- Moving to the next generation ----
 *
 * When a generation drains, plain HTTP/1 connections between two requests go to the one that took
 * over. Here the HANDOVER_EXPORT hooks run, and the connection's pool and contexts go as at any
 * end; there the HANDOVER_IMPORT hooks run. CONNECTION_CLOSE is not called here and CONNECTION_OPEN
 * not there. Connections with a layer, another protocol, a HANDOVER_EXPORT hook that answers an
 * error, or a module that has set a context (context.h) and has no HANDOVER_EXPORT hook stay: their
 * next request is answered here, the last one. So do those that the next generation cannot take at
 * once: for them HANDOVER_EXPORT may run again, so it changes nothing. */

/* Keeps `state` (at most 1 KiB over all modules) for the next generation; copied, and in place of
 * what the module kept before. HTTPD_ERR_LIMIT: too much. HANDOVER_EXPORT only. Loop thread. Since
 * 1.0. */
HTTPD_API httpd_result httpd_connection_export(httpd_connection* connection,
                                               const httpd_module_handle* module, httpd_str state);

/* What the module of the same name exported, whatever its version: check it. Data is NULL when
 * there is nothing. HANDOVER_IMPORT only. Loop thread. Since 1.0. */
HTTPD_API httpd_str httpd_connection_import(const httpd_connection* connection,
                                            const httpd_module_handle* module);

HTTPD_EXTERN_C_END

#endif /* HTTPD_CONNECTION_H */
