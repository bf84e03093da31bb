/* SPDX-License-Identifier: Apache-2.0
 *
 * Body filters. Which of them a request gets is said by its query: ?f=upper,slow for the response,
 * &in=double for the body of the request. */
#include <httpd/chain.h>
#include <httpd/filter.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <stdio.h>
#include <string.h>

/* What every filter keeps of a request. */
typedef struct {
  httpd_chain* out;
  uint64_t bytes;
  uint32_t calls;
  int trailed;
} State;

static httpd_result Start(httpd_filter_link* link, void** state, void* user) {
  httpd_pool* pool = httpd_request_pool(httpd_filter_request(link));
  State* made = httpd_pool_calloc(pool, sizeof *made);
  if (made == NULL || (made->out = httpd_chain_create(pool)) == NULL) return 503;
  *state = made;
  return HTTPD_OK;
}

/* Moves a mark; 1 when that was the end. */
static int PassMark(httpd_filter_link* link, httpd_chain* in, State* state) {
  int end = httpd_chain_kind(in) == HTTPD_ITEM_EOS;
  httpd_chain_move(state->out, in, 0);
  httpd_filter_pass(link, state->out);
  return end;
}

/* Other bytes, as many as before; files are read. */
static httpd_result Upper(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  while (httpd_chain_kind(in) != HTTPD_ITEM_NONE) {
    char piece[4096];
    int64_t i, n = httpd_chain_read(in, piece, sizeof piece);
    if (n < 0) return 502;
    if (n == 0) {
      PassMark(link, in, state);
      continue;
    }
    for (i = 0; i < n; ++i) {
      if (piece[i] >= 'a' && piece[i] <= 'z') piece[i] = (char)(piece[i] - 32);
    }
    httpd_chain_write(state->out, (httpd_str){piece, (size_t)n});
    if (httpd_filter_pass(link, state->out) == HTTPD_AGAIN) return HTTPD_AGAIN;
  }
  return HTTPD_OK;
}

/* Each byte becomes a thousand. */
static httpd_result Grow(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  char many[1000], byte;
  while (httpd_chain_kind(in) != HTTPD_ITEM_NONE) {
    if (httpd_chain_read(in, &byte, 1) != 1) {
      PassMark(link, in, state);
      continue;
    }
    memset(many, byte, sizeof many);
    httpd_chain_write(state->out, (httpd_str){many, sizeof many});
    if (httpd_filter_pass(link, state->out) == HTTPD_AGAIN) return HTTPD_AGAIN;
  }
  return HTTPD_OK;
}

/* Everything as it is: file ranges stay file ranges. */
static httpd_result Pass(httpd_filter_link* link, httpd_chain* in, void* user) {
  return httpd_filter_pass(link, in) == HTTPD_AGAIN ? HTTPD_AGAIN : HTTPD_OK;
}

/* At most 20000 bytes each time it is called, and then it waits for its own resume. */
static httpd_result Slow(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  if (state->calls++ % 2 == 0) {
    httpd_filter_resume(link);
    return HTTPD_AGAIN;
  }
  httpd_chain_move(state->out, in, 20000);
  httpd_filter_pass(link, state->out);
  return HTTPD_OK;
}

/* The first 50000 bytes are enough. */
static httpd_result Half(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  uint64_t left = 50000 - state->bytes;
  uint64_t have = httpd_chain_bytes(in);
  httpd_chain_move(state->out, in, left);
  state->bytes += have < left ? have : left;
  if (state->bytes == 50000) httpd_chain_end(state->out);
  return httpd_filter_pass(link, state->out);
}

/* Breaks off behind 200000 bytes. */
static httpd_result FailLate(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  state->bytes += httpd_chain_bytes(in);
  if (state->bytes > 200000) return 502;
  return httpd_filter_pass(link, in);
}

static httpd_result FailFirst(httpd_filter_link* link, httpd_chain* in, void* user) { return 502; }
static httpd_result Refuse(httpd_filter_link* link, void** state, void* user) { return 503; }
static httpd_result Decline(httpd_filter_link* link, void** state, void* user) {
  return HTTPD_DECLINED;
}

static httpd_result KeepEnd(httpd_filter_link* link, httpd_chain* in, void* user) {
  while (httpd_chain_pop(in) == HTTPD_OK) {
  }
  return HTTPD_OK;
}

/* Says that it leaves the bytes alone, and loses one when the head has left. */
static httpd_result Lie(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  if (state->calls++ == 0) {
    httpd_chain_move(state->out, in, 1000);
    httpd_filter_pass(link, state->out);
    httpd_filter_resume(link);
    return HTTPD_AGAIN;
  }
  if (state->bytes == 0) state->bytes = httpd_chain_consume(in, 1);
  return httpd_filter_pass(link, in);
}

/* Counts, and says how many behind the body. */
static httpd_result Count(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  char number[32];
  for (;;) {
    uint32_t kind = httpd_chain_kind(in);
    if (kind == HTTPD_ITEM_NONE) break;
    if (kind == HTTPD_ITEM_EOS && !state->trailed) {
      state->trailed = 1;
      snprintf(number, sizeof number, "%llu", (unsigned long long)state->bytes);
      httpd_chain_add_trailer(state->out, HTTPD_STR("X-Count"),
                              (httpd_str){number, strlen(number)});
    }
    if (kind == HTTPD_ITEM_DATA || kind == HTTPD_ITEM_FILE) {
      uint64_t before = httpd_chain_bytes(in);
      httpd_chain_move(state->out, in, before);
      state->bytes += before - httpd_chain_bytes(in);
      if (httpd_chain_kind(state->out) == HTTPD_ITEM_NONE) break;
      /* An end that came along: behind the trailer. */
    } else {
      httpd_chain_move(state->out, in, 0);
    }
    if (httpd_filter_pass(link, state->out) == HTTPD_ERR_STATE) break;
  }
  return HTTPD_OK;
}

/* Writes on behind the end. */
static httpd_result BehindEnd(httpd_filter_link* link, httpd_chain* in, void* user) {
  State* state = user;
  httpd_result first, second;
  if (state->trailed) return HTTPD_OK;
  state->trailed = 1;
  httpd_chain_write(state->out, HTTPD_STR("once"));
  httpd_chain_end(state->out);
  first = httpd_filter_pass(link, state->out);
  httpd_chain_write(state->out, HTTPD_STR("twice"));
  second = httpd_filter_pass(link, state->out);
  return first == HTTPD_OK && second == HTTPD_ERR_STATE ? HTTPD_OK : 500;
}

/* Leaves with its first call. */
static httpd_result Leave(httpd_filter_link* link, httpd_chain* in, void* user) {
  httpd_filter_remove(link);
  return HTTPD_OK;
}

/* ---- for requests ---- */

static httpd_result InUpper(httpd_filter_link* link, httpd_chain* out, uint64_t max, void* user) {
  State* state = user;
  char piece[1024];
  int64_t i, n;
  httpd_result result =
      httpd_filter_pull(link, state->out, max < sizeof piece ? max : sizeof piece);
  if (result != HTTPD_OK) return result;
  n = httpd_chain_read(state->out, piece, sizeof piece);
  if (n < 0) return 500;
  for (i = 0; i < n; ++i) {
    if (piece[i] >= 'a' && piece[i] <= 'z') piece[i] = (char)(piece[i] - 32);
  }
  if (n > 0) httpd_chain_write(out, (httpd_str){piece, (size_t)n});
  httpd_chain_move(out, state->out, UINT64_MAX);
  return HTTPD_OK;
}

/* Each piece twice: more than it was asked for. */
static httpd_result InDouble(httpd_filter_link* link, httpd_chain* out, uint64_t max, void* user) {
  State* state = user;
  char piece[1024];
  int64_t n;
  httpd_result result = httpd_filter_pull(link, state->out, sizeof piece);
  if (result != HTTPD_OK) return result;
  n = httpd_chain_read(state->out, piece, sizeof piece);
  if (n > 0) {
    httpd_chain_write(out, (httpd_str){piece, (size_t)n});
    httpd_chain_write(out, (httpd_str){piece, (size_t)n});
  }
  httpd_chain_move(out, state->out, UINT64_MAX);
  return HTTPD_OK;
}

/* Every second time there is nothing, until it has resumed itself. */
static httpd_result InSlow(httpd_filter_link* link, httpd_chain* out, uint64_t max, void* user) {
  State* state = user;
  if (state->calls++ % 2 == 0) {
    httpd_filter_resume(link);
    return HTTPD_AGAIN;
  }
  return httpd_filter_pull(link, out, max);
}

static httpd_result InFail(httpd_filter_link* link, httpd_chain* out, uint64_t max, void* user) {
  return 422;
}

static httpd_result InNothing(httpd_filter_link* link, httpd_chain* out, uint64_t max, void* user) {
  return HTTPD_OK;
}

/* ---- the list of them ---- */

enum { kChanges = HTTPD_FILTER_CHANGES_BODY };

#define PUSH(tag, place, bits, fn) \
  { sizeof(httpd_filter_options), bits, tag, place, 0, Start, fn, NULL, NULL, NULL, NULL }
#define PULL(tag, fn)                                                                           \
  {                                                                                             \
    sizeof(httpd_filter_options), 0, tag, HTTPD_FILTER_CONTENT, 0, Start, NULL, fn, NULL, NULL, \
        NULL                                                                                    \
  }

static const httpd_filter_options kFilters[] = {
    PUSH("upper", HTTPD_FILTER_CONTENT, kChanges, Upper),
    PUSH("grow", HTTPD_FILTER_CONTENT, kChanges, Grow),
    PUSH("half", HTTPD_FILTER_ENCODING, kChanges, Half),
    PUSH("pass", HTTPD_FILTER_TRAFFIC, 0, Pass),
    PUSH("slow", HTTPD_FILTER_TRAFFIC, 0, Slow),
    PUSH("count", HTTPD_FILTER_TRAFFIC, 0, Count),
    PUSH("lie", HTTPD_FILTER_TRAFFIC, 0, Lie),
    PUSH("leave", HTTPD_FILTER_CONTENT, 0, Leave),
    PUSH("fail_first", HTTPD_FILTER_CONTENT, kChanges, FailFirst),
    PUSH("fail_late", HTTPD_FILTER_CONTENT, kChanges, FailLate),
    PUSH("keep_end", HTTPD_FILTER_CONTENT, kChanges, KeepEnd),
    PUSH("behind_end", HTTPD_FILTER_CONTENT, kChanges, BehindEnd),
    {sizeof(httpd_filter_options), kChanges, "refuse", 10, 0, Refuse, Pass, NULL, NULL, NULL, NULL},
    {sizeof(httpd_filter_options), kChanges, "decline", 10, 0, Decline, Pass, NULL, NULL, NULL,
     NULL},
    PULL("in_upper", InUpper),
    PULL("in_double", InDouble),
    PULL("in_slow", InSlow),
    PULL("in_fail", InFail),
    PULL("in_nothing", InNothing),
};
enum { kCount = sizeof kFilters / sizeof kFilters[0] };
static const httpd_filter* g_filters[kCount];

static httpd_result Insert(httpd_request* request, void* user) {
  httpd_str query = httpd_request_query(request);
  size_t i, at = 0;
  while (at < query.len) {
    size_t end = at;
    while (end < query.len && query.data[end] != ',' && query.data[end] != '&') ++end;
    for (i = 0; i < kCount; ++i) {
      if (strlen(kFilters[i].name) != end - at ||
          memcmp(kFilters[i].name, query.data + at, end - at) != 0) {
        continue;
      }
      if (httpd_request_insert_filter(request, g_filters[i], NULL) != HTTPD_OK) return 500;
    }
    at = end + 1;
  }
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_filter_options bad = kFilters[0];
  size_t i;
  for (i = 0; i < kCount; ++i) {
    httpd_result result = httpd_filter_add(self, &kFilters[i], &g_filters[i]);
    if (result != HTTPD_OK) return result;
  }
  if (httpd_filter_add(self, &kFilters[0], NULL) != HTTPD_ERR_EXISTS) return HTTPD_ERR_INVALID;
  bad.name = "both";
  bad.pull = InFail;
  if (httpd_filter_add(self, &bad, NULL) != HTTPD_ERR_INVALID) return HTTPD_ERR_INVALID;
  bad.push = NULL;
  bad.pull = NULL;
  if (httpd_filter_add(self, &bad, NULL) != HTTPD_ERR_INVALID) return HTTPD_ERR_INVALID;
  bad.push = Pass;
  bad.flags = 64;
  if (httpd_filter_add(self, &bad, NULL) != HTTPD_ERR_UNSUPPORTED) return HTTPD_ERR_INVALID;
  if (httpd_filter_add(NULL, &kFilters[0], NULL) != HTTPD_ERR_INVALID) return HTTPD_ERR_INVALID;
  return httpd_hook_request(self, HTTPD_HOOK_INSERT_FILTER, Insert, NULL);
}

HTTPD_MODULE(filters, "version=1.0.0\0description=Body filters for tests\0",
             .register_module = Register);
