/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters change bodies on their way. Response filters are pushed: the core hands them what the
 * handler wrote, they pass on what they make of it. Request filters are pulled: the reader asks the
 * last one, which asks the one before. HTTPD_AGAIN means back-pressure in one direction, and
 * "nothing yet" in the other; nobody blocks and nothing is kept beyond the high-water mark of 64
 * KiB per step. A request without filters pays nothing.
 */
#ifndef HTTPD_FILTER_H
#define HTTPD_FILTER_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Where a filter stands; those with lower order are nearer to the handler. */
#define HTTPD_FILTER_CONTENT 10  /* makes other content: includes, substitution */
#define HTTPD_FILTER_ENCODING 20 /* content coding: compression */
#define HTTPD_FILTER_TRAFFIC 30  /* looks at bytes or their pace: rate limits */

/* It makes other bytes than it gets: the core then serves no ranges, sends neither Accept-Ranges
 * nor a digest nor Content-Length of the original, and weakens ETag. It is left out of responses
 * that are a part already (206). A filter without this flag that changes the number of bytes breaks
 * the response off. */
#define HTTPD_FILTER_CHANGES_BODY 1u

/* Called before the first item (response: status and fields are set and may be changed; request:
 * the reader has asked). Makes the filter's state. HTTPD_DECLINED leaves it out of this request; a
 * status ends the request with it. Loop thread. */
typedef httpd_result (*httpd_filter_start)(httpd_filter_link* link, void** state, void* user);

/* Response: takes what it can use from the front of `in` and gives what it makes of it to
 * httpd_filter_pass(). Called when there is more in `in`, when there is room again, and after
 * httpd_filter_resume(); what it leaves in `in` is offered again. HTTPD_OK; HTTPD_AGAIN: waits for
 * room or for httpd_filter_resume(); a status or error breaks the response off, as an ERROR item
 * that it passes does: no filter gets to see one. Before the head was sent the client gets an error
 * page, later the connection is cut. It must pass on EOS; passing EOS early ends the response
 * there, and the handler's next write answers HTTPD_DONE. Loop thread. */
typedef httpd_result (*httpd_filter_push)(httpd_filter_link* link, httpd_chain* in, void* state);

/* Request: appends at most `max` bytes to `out`, got by httpd_filter_pull(). HTTPD_OK: something
 * was appended; HTTPD_AGAIN: nothing now, called again when the client has sent more or after
 * httpd_filter_resume(); a status or error ends the body with an ERROR item. Loop thread. */
typedef httpd_result (*httpd_filter_pull_fn)(httpd_filter_link* link, httpd_chain* out,
                                             uint64_t max, void* state);

/* Called once when the request ends or the filter leaves, if start() answered HTTPD_OK. */
typedef void (*httpd_filter_end)(httpd_filter_link* link, void* state);

/* A filter as a module brings it; push or pull is set, not both. */
typedef struct httpd_filter_options {
  uint32_t size;             /* sizeof(httpd_filter_options) */
  uint32_t flags;            /* HTTPD_FILTER_CHANGES_BODY */
  const char* name;          /* "deflate"; unique, without case */
  int32_t order;             /* HTTPD_FILTER_*; within one, load order */
  uint32_t reserved;         /* 0 */
  httpd_filter_start start;  /* NULL: state is what was given when it was inserted */
  httpd_filter_push push;    /* a response filter */
  httpd_filter_pull_fn pull; /* a request filter */
  httpd_filter_end end;      /* may be NULL */
  void* user;                /* passed to start() */
  httpd_destroy destroy;     /* when the generation ends */
} httpd_filter_options;

/* Brings a filter; copied. HTTPD_ERR_EXISTS: the name is taken; HTTPD_ERR_INVALID: neither or both
 * of push and pull. Register function. Since 1.0. */
HTTPD_API httpd_result httpd_filter_add(httpd_module_handle* self,
                                        const httpd_filter_options* options,
                                        const httpd_filter** filter);

/* A filter by name, whoever brings it; NULL when nobody does. Configuration time, after every
 * module was registered. Since 1.0. */
HTTPD_API const httpd_filter* httpd_filter_find(httpd_module_handle* self, httpd_str name);

/* Puts it on a request: `state` is what start() finds in *state. HTTPD_ERR_STATE: for a response
 * filter a byte of the body was written, for a request filter the body was asked for. From
 * INSERT_FILTER on; also from a handler. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_insert_filter(httpd_request* request,
                                                   const httpd_filter* filter, void* state);

/* The request that it works on. Loop thread. Since 1.0. */
HTTPD_API httpd_request* httpd_filter_request(const httpd_filter_link* link);

/* Gives every item of `chain` to the next filter or the protocol: HTTPD_OK, or HTTPD_AGAIN when
 * that has enough: make no more until push() is called again (what was given is kept).
 * HTTPD_ERR_STATE behind EOS or ERROR. In push(). Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_filter_pass(httpd_filter_link* link, httpd_chain* chain);

/* Appends at most `max` bytes of what comes before this filter to `out`: HTTPD_OK, or HTTPD_AGAIN
 * when there is nothing now. In pull(). Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_filter_pull(httpd_filter_link* link, httpd_chain* out, uint64_t max);

/* Has push() or pull() called soon although nothing came: what the filter waited for is there. Loop
 * thread. Since 1.0. */
HTTPD_API httpd_result httpd_filter_resume(httpd_filter_link* link);

/* Takes the filter out once what it passed has gone on; later items go by it. In start(), push() or
 * pull(). Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_filter_remove(httpd_filter_link* link);

HTTPD_EXTERN_C_END

#endif /* HTTPD_FILTER_H */
