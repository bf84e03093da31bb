/* SPDX-License-Identifier: Apache-2.0
 *
 * How bytes travel on a connection: layers over the socket. TLS is a layer, and so is whatever
 * reads or changes the bytes below the protocol. CONNECTION_OPEN hooks put layers on a connection;
 * the first one put there is next to the socket. And prefaces: bytes before the first layer or
 * protocol byte.
 */
#ifndef HTTPD_TRANSPORT_H
#define HTTPD_TRANSPORT_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Bytes to read into or write from. */
typedef struct httpd_iovec {
  void* data;
  size_t len;
} httpd_iovec;

#define HTTPD_LAYER_SECURE 1u /* hides and protects the bytes */

#define HTTPD_WRITE_MORE 1u /* more follows at once; a short packet may wait */

/* A layer as a module brings it. `below` is the layer under it, good in these calls and as long as
 * the connection. Functions answer a number of bytes, 0 for the end (read), HTTPD_AGAIN,
 * HTTPD_AGAIN_READ or HTTPD_AGAIN_WRITE, or HTTPD_ERR_IO, after which the connection is cut. Plain
 * HTTPD_AGAIN waits for what the function is about: handshake and readv until the socket is
 * readable, writev, sendfile and shutdown until it is writable. A write is repeated with the same
 * bytes first, perhaps from another address. Each of them: loop thread, never blocks. */
typedef struct httpd_layer_table {
  uint32_t size;    /* sizeof(httpd_layer_table) */
  uint32_t flags;   /* HTTPD_LAYER_SECURE */
  const char* name; /* "tls" */
  /* Called until it answers HTTPD_OK, before anything else; NULL: nothing to do. */
  httpd_result (*handshake)(httpd_layer* below, void* state);
  int64_t (*readv)(httpd_layer* below, const httpd_iovec* into, uint32_t count, void* state);
  int64_t (*writev)(httpd_layer* below, const httpd_iovec* from, uint32_t count, uint32_t flags,
                    void* state);
  /* From an open regular file; NULL: the core reads the file and calls writev. */
  int64_t (*sendfile)(httpd_layer* below, int32_t fd, int64_t offset, uint64_t length, void* state);
  /* Says farewell (close_notify); HTTPD_AGAIN: called again. NULL: there is none. The core goes on
   * with the layer below, unless this has called httpd_layer_shutdown(). Where a connection is cut
   * nobody waits for it. */
  httpd_result (*shutdown)(httpd_layer* below, void* state);
  /* Bytes that readv can give without the socket, 1 when only the end is left; NULL: none, ever. */
  uint64_t (*pending)(void* state);
  /* One of HTTPD_FACT_* of connection.h; NULL: it knows none. */
  httpd_str (*fact)(uint32_t fact, void* state);
  void (*destroy)(void* state); /* the connection is gone; the last call */
} httpd_layer_table;

/* Puts a layer on top. `table` is copied, and `state` destroyed also on an error. HTTPD_ERR_STATE:
 * not in CONNECTION_OPEN or a preface. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_push_layer(httpd_connection* connection,
                                                   const httpd_layer_table* table, void* state);

/* The calls of the layer below, for the functions of a table: as those answer. Loop thread. Since
 * 1.0. */
HTTPD_API int64_t httpd_layer_readv(httpd_layer* below, const httpd_iovec* into, uint32_t count);
/* See httpd_layer_readv(). Loop thread. Since 1.0. */
HTTPD_API int64_t httpd_layer_writev(httpd_layer* below, const httpd_iovec* from, uint32_t count,
                                     uint32_t flags);
/* See httpd_layer_readv(). Loop thread. Since 1.0. */
HTTPD_API int64_t httpd_layer_sendfile(httpd_layer* below, int32_t fd, int64_t offset,
                                       uint64_t length);
/* See httpd_layer_readv(). Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_layer_shutdown(httpd_layer* below);
/* The connection that a layer belongs to. Loop thread. Since 1.0. */
HTTPD_API httpd_connection* httpd_layer_connection(const httpd_layer* below);

/* ---- Prefaces ---- */

/* Looks at the first bytes of the connection, which start with the same byte in each call. HTTPD_OK
 * with the number of bytes to swallow in *consumed; HTTPD_AGAIN: needs more; an error cuts the
 * connection, say why with httpd_log(). May push layers and set client and local address. Loop
 * thread. */
typedef httpd_result (*httpd_preface_read)(httpd_connection* connection, httpd_str bytes,
                                           uint64_t* consumed, void* user);

/* A preface. */
typedef struct httpd_preface_options {
  uint32_t size;      /* sizeof(httpd_preface_options) */
  uint32_t max_bytes; /* a longer one is an error; at most 16384 */
  httpd_preface_read read;
  void* user;
  httpd_destroy destroy; /* when the preface was read, or the connection is gone */
} httpd_preface_options;

/* Reads a preface before anything else, within RequestReadTimeout header; several are read in the
 * order they were set. HTTPD_ERR_STATE: not in CONNECTION_OPEN. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_preface(httpd_connection* connection,
                                                    const httpd_preface_options* options);

HTTPD_EXTERN_C_END

#endif /* HTTPD_TRANSPORT_H */
