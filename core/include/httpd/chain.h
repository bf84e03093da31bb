/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains: a piece of a body on its way, as an ordered list of items. Items are memory (copied,
 * static, or a counted buffer), ranges of open files, and marks. The bytes of a file range stay in
 * the file until somebody reads them. Every function: the thread of the chain's owner (the loop
 * thread for chains of requests), unless it says otherwise.
 */
#ifndef HTTPD_CHAIN_H
#define HTTPD_CHAIN_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

#define HTTPD_ITEM_NONE 0u    /* the chain is empty */
#define HTTPD_ITEM_DATA 1u    /* memory: httpd_chain_data() */
#define HTTPD_ITEM_FILE 2u    /* a range of a file: httpd_chain_file() */
#define HTTPD_ITEM_FLUSH 3u   /* send on at once what came before */
#define HTTPD_ITEM_TRAILER 4u /* a trailer field: httpd_chain_trailer() */
#define HTTPD_ITEM_EOS 5u     /* the body is complete; the last item there is */
#define HTTPD_ITEM_ERROR 6u   /* the body broke off: httpd_chain_error(); nothing follows */

/* ---- Counted memory, shared by chains ---- */

/* A buffer of `size` bytes from the heap, with one reference; NULL when out of memory. Any thread.
 * Since 1.0. */
HTTPD_API httpd_buffer* httpd_buffer_create(size_t size);
/* Its bytes; who shares them may only read. Any thread. Since 1.0. */
HTTPD_API char* httpd_buffer_data(httpd_buffer* buffer);
/* Their number. Any thread. Since 1.0. */
HTTPD_API size_t httpd_buffer_size(const httpd_buffer* buffer);
/* Another reference. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_buffer_ref(httpd_buffer* buffer);
/* Gives one back; the last one frees. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_buffer_unref(httpd_buffer* buffer);

/* ---- Making a chain ---- */

/* An empty chain; what it holds is released when the pool ends. NULL when out of memory. Since 1.0.
 */
HTTPD_API httpd_chain* httpd_chain_create(httpd_pool* pool);

/* Appends a copy. The append functions answer HTTPD_ERR_NO_MEMORY, HTTPD_ERR_STATE behind an EOS or
 * ERROR, HTTPD_ERR_INVALID for sizes out of range; then nothing was appended, and a `release` that
 * was given has been called. Since 1.0. */
HTTPD_API httpd_result httpd_chain_write(httpd_chain* chain, httpd_str data);

/* Appends the bytes themselves; release(user) is called when nobody needs them any more. `release`
 * may be NULL for bytes that outlive the chain. Since 1.0. */
HTTPD_API httpd_result httpd_chain_write_static(httpd_chain* chain, httpd_str data,
                                                httpd_destroy release, void* user);

/* Appends a part of a buffer and takes a reference of its own. Since 1.0. */
HTTPD_API httpd_result httpd_chain_write_buffer(httpd_chain* chain, httpd_buffer* buffer,
                                                size_t offset, size_t length);

/* Appends a range of an open regular file; the descriptor stays open until release(user), which
 * may close it. Since 1.0. */
HTTPD_API httpd_result httpd_chain_write_file(httpd_chain* chain, int32_t fd, int64_t offset,
                                              int64_t length, httpd_destroy release, void* user);

/* Appends HTTPD_ITEM_FLUSH. Since 1.0. */
HTTPD_API httpd_result httpd_chain_flush(httpd_chain* chain);
/* Appends a trailer field (RFC 9110 §6.5); copied. Since 1.0. */
HTTPD_API httpd_result httpd_chain_add_trailer(httpd_chain* chain, httpd_str name, httpd_str value);
/* Appends HTTPD_ITEM_EOS. Since 1.0. */
HTTPD_API httpd_result httpd_chain_end(httpd_chain* chain);
/* Appends HTTPD_ITEM_ERROR with an HTTP status, which is used if the head was not sent yet. Since
 * 1.0. */
HTTPD_API httpd_result httpd_chain_fail(httpd_chain* chain, uint32_t status);

/* ---- Looking at its first item, and taking from the front ---- */

/* The kind of the first item: HTTPD_ITEM_*. Since 1.0. */
HTTPD_API uint32_t httpd_chain_kind(const httpd_chain* chain);
/* Bytes of all DATA and FILE items. Since 1.0. */
HTTPD_API uint64_t httpd_chain_bytes(const httpd_chain* chain);
/* The bytes of a DATA item; data is NULL for another kind. Good until it is consumed. Since 1.0. */
HTTPD_API httpd_str httpd_chain_data(const httpd_chain* chain);
/* The range of a FILE item; HTTPD_ERR_NOT_FOUND for another kind. Since 1.0. */
HTTPD_API httpd_result httpd_chain_file(const httpd_chain* chain, int32_t* fd, int64_t* offset,
                                        int64_t* length);
/* The field of a TRAILER item; HTTPD_ERR_NOT_FOUND for another kind. Since 1.0. */
HTTPD_API httpd_result httpd_chain_trailer(const httpd_chain* chain, httpd_str* name,
                                           httpd_str* value);
/* The status of an ERROR item; 0 for another kind. Since 1.0. */
HTTPD_API uint32_t httpd_chain_error(const httpd_chain* chain);

/* Drops bytes from the front, at most those before the next mark; how many. Since 1.0. */
HTTPD_API uint64_t httpd_chain_consume(httpd_chain* chain, uint64_t bytes);
/* Drops the first item whole; HTTPD_ERR_NOT_FOUND when there is none. Since 1.0. */
HTTPD_API httpd_result httpd_chain_pop(httpd_chain* chain);
/* Copies bytes from the front, also out of files, up to the next mark, and drops them: how many, or
 * HTTPD_ERR_IO when a file cannot be read or is shorter than its range. Since 1.0. */
HTTPD_API int64_t httpd_chain_read(httpd_chain* chain, char* to, uint64_t size);
/* Moves items from the front of `from` to the end of `to`: at most `bytes` bytes (an item is split
 * where needed) and the marks before and between them, not those behind the last byte. 0 moves the
 * marks at the front alone, UINT64_MAX everything. HTTPD_ERR_STATE when `to` has its EOS or ERROR;
 * what was moved before an error stays moved. Since 1.0. */
HTTPD_API httpd_result httpd_chain_move(httpd_chain* to, httpd_chain* from, uint64_t bytes);

HTTPD_EXTERN_C_END

#endif /* HTTPD_CHAIN_H */
