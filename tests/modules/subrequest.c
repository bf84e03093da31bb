/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests within requests. The query of /sub/NAME is the path that is asked for:
 *   /sub/lookup    what lies there
 *   /sub/capture   its status, type and body, kept and written again
 *   /sub/limit     the same, with room for 100 bytes
 *   /sub/pass      "[", its body as it comes, "]"
 *   /sub/both      looked up, then run
 *   /sub/deep      asks for itself until it may not
 *   /sub/loop      redirects to itself, internally
 *   /sub/later     answers from the loop, after another turn
 *   /sub/endless   writes until it is told to stop
 *   /sub/never     is never answered
 *   /sub/hop       redirects to /plain.txt, internally
 *   /sub/misuse    calls that are not allowed */
#include <httpd/chain.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <httpd/subrequest.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* marks = "";
static int done_calls;

static void Mark(const char* what) {
  FILE* file = fopen(marks, "a");
  if (file == NULL) return;
  fprintf(file, "%s\n", what);
  fclose(file);
}

static int Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static void Say(httpd_request* request, const char* what, int64_t value) {
  char text[120];
  snprintf(text, sizeof text, "%s=%lld\n", what, (long long)value);
  httpd_response_write(request, (httpd_str){text, strlen(text)});
}

static httpd_result Make(httpd_request* request, uint32_t flags, uint64_t max_bytes,
                         httpd_request** sub) {
  const httpd_subrequest_options options = {sizeof options, flags, {NULL, 0}, {NULL, 0}, max_bytes};
  return httpd_subrequest_create(request, httpd_request_query(request), &options, sub);
}

/* ---- the parent's side ---- */

typedef struct {
  httpd_request* parent;
  httpd_token token;
  int freed;
} Wait;

static void Freed(void* user) { ((Wait*)user)->freed = 1; }

/* Copies what was kept, also out of files. */
static void Captured(httpd_request* sub, httpd_result result, void* user) {
  Wait* wait = user;
  char piece[4096];
  ++done_calls;
  Say(wait->parent, "result", result);
  Say(wait->parent, "status", httpd_response_status(sub));
  if (result == HTTPD_OK) {
    httpd_chain* body = httpd_subrequest_body(sub);
    int64_t n;
    httpd_response_write(wait->parent, httpd_response_content_type(sub));
    httpd_response_write(wait->parent, HTTPD_STR("\n"));
    while ((n = httpd_chain_read(body, piece, sizeof piece)) > 0) {
      httpd_response_write(wait->parent, (httpd_str){piece, (size_t)n});
    }
  }
  if (httpd_request_parent(sub) != wait->parent) Say(wait->parent, "parent", 0);
  httpd_subrequest_end(sub);
  httpd_request_resume(wait->token, HTTPD_OK);
}

static void Passed(httpd_request* sub, httpd_result result, void* user) {
  Wait* wait = user;
  ++done_calls;
  httpd_response_write(wait->parent, result == HTTPD_OK ? HTTPD_STR("]") : HTTPD_STR("!"));
  httpd_request_resume(wait->token, HTTPD_OK);
}

static httpd_result Ask(httpd_request* request, uint32_t flags, uint64_t max, int look_first) {
  httpd_request* sub;
  Wait* wait = httpd_pool_calloc(httpd_request_pool(request), sizeof *wait);
  httpd_result result = Make(request, flags, max, &sub);
  if (wait == NULL) return 500;
  if (result != HTTPD_OK) {
    Say(request, "create", result);
    return HTTPD_OK;
  }
  if (look_first) Say(request, "lookup", httpd_subrequest_lookup(sub));
  wait->parent = request;
  wait->token = httpd_request_suspend(request);
  if (flags == HTTPD_SUBREQUEST_PASS) httpd_response_write(request, HTTPD_STR("["));
  result =
      httpd_subrequest_run(sub, flags == HTTPD_SUBREQUEST_PASS ? Passed : Captured, wait, Freed);
  return result == HTTPD_OK ? HTTPD_SUSPENDED : 500;
}

static httpd_result Lookup(httpd_request* request) {
  httpd_request* sub;
  httpd_result result = Make(request, 0, 0, &sub);
  if (result != HTTPD_OK) return 500;
  result = httpd_subrequest_lookup(sub);
  Say(request, "lookup", result);
  Say(request, "kind", httpd_request_file_kind(sub));
  Say(request, "size", httpd_request_file_size(sub));
  if (result == HTTPD_OK) httpd_response_write(request, httpd_request_filename(sub));
  httpd_subrequest_end(sub);
  return HTTPD_OK;
}

/* ---- what is asked for ---- */

static httpd_result Deep(httpd_request* request) {
  httpd_request* above;
  int depth = 0;
  for (above = httpd_request_parent(request); above != NULL; above = httpd_request_parent(above)) {
    ++depth;
  }
  Say(request, "depth", depth);
  {
    httpd_request* sub;
    Wait* wait = httpd_pool_calloc(httpd_request_pool(request), sizeof *wait);
    httpd_result result = httpd_subrequest_create(request, httpd_request_path(request), NULL, &sub);
    if (wait == NULL) return 500;
    if (result != HTTPD_OK) {
      Say(request, "create", result);
      return HTTPD_OK;
    }
    wait->parent = request;
    wait->token = httpd_request_suspend(request);
    result = httpd_subrequest_run(sub, Captured, wait, Freed);
    return result == HTTPD_OK ? HTTPD_SUSPENDED : 500;
  }
}

static void* Resume(void* user) {
  httpd_token token = *(httpd_token*)user;
  free(user);
  httpd_request_resume(token, HTTPD_OK);
  return NULL;
}

static httpd_result Later(httpd_request* request) {
  httpd_token* token = malloc(sizeof *token);
  pthread_t thread;
  if (token == NULL) return 500;
  httpd_response_set_content_type(request, HTTPD_STR("text/later"));
  httpd_response_write(request, HTTPD_STR("later"));
  *token = httpd_request_suspend(request);
  if (pthread_create(&thread, NULL, Resume, token) != 0) return 500;
  pthread_detach(thread);
  return HTTPD_SUSPENDED;
}

typedef struct {
  httpd_request* request;
  int pieces;
  httpd_token token;
} Stream;

static void Stopped(void* user) { Mark("stopped"); }

static void More(httpd_request* request, httpd_result result, void* user) {
  Stream* stream = user;
  char text[1000];
  if (result != HTTPD_OK) return;
  if (++stream->pieces == 200) {
    httpd_request_resume(stream->token, HTTPD_OK);
    return;
  }
  memset(text, 'e', sizeof text);
  httpd_response_write(request, (httpd_str){text, sizeof text});
  httpd_response_flush(request, More, stream);
}

static void Begin(httpd_request* sub, httpd_result result, void* user) {
  Stream* stream = user;
  More(stream->request, result, stream);
}

/* 199,000 bytes piece by piece, beginning when another request has been answered. */
static httpd_result Endless(httpd_request* request) {
  Stream* stream = httpd_pool_calloc(httpd_request_pool(request), sizeof *stream);
  httpd_request* sub;
  if (stream == NULL) return 500;
  if (httpd_subrequest_create(request, HTTPD_STR("/sub/later"), NULL, &sub) != HTTPD_OK) return 500;
  stream->request = request;
  stream->token = httpd_request_suspend(request);
  httpd_request_on_cancel(request, Stopped, NULL);
  if (httpd_subrequest_run(sub, Begin, stream, NULL) != HTTPD_OK) return 500;
  return HTTPD_SUSPENDED;
}

static httpd_result Never(httpd_request* request) {
  httpd_request_suspend(request);
  httpd_request_on_cancel(request, Stopped, NULL);
  Mark("never waits");
  return HTTPD_SUSPENDED;
}

static httpd_result Misuse(httpd_request* request) {
  httpd_request *sub = NULL, *other = NULL;
  Wait wait = {request, 0, 0};
  const httpd_str file = HTTPD_STR("/plain.txt");
  httpd_subrequest_options options = {
      sizeof options, HTTPD_SUBREQUEST_PASS, {NULL, 0}, {NULL, 0}, 0};
  Say(request, "create of NULL", httpd_subrequest_create(NULL, file, NULL, &sub));
  Say(request, "create into NULL", httpd_subrequest_create(request, file, NULL, NULL));
  Say(request, "relative", httpd_subrequest_create(request, HTTPD_STR("a"), NULL, &sub));
  Say(request, "up", httpd_subrequest_create(request, HTTPD_STR("/a/../b"), NULL, &sub));
  options.flags = 3;
  Say(request, "two ways", httpd_subrequest_create(request, file, &options, &sub));
  options.flags = HTTPD_SUBREQUEST_PASS;
  options.method = HTTPD_STR("G T");
  Say(request, "bad method", httpd_subrequest_create(request, file, &options, &sub));
  Say(request, "lookup of NULL", httpd_subrequest_lookup(NULL));
  Say(request, "run of NULL", httpd_subrequest_run(NULL, Passed, &wait, Freed));
  Say(request, "freed", wait.freed);
  Say(request, "end of NULL", httpd_subrequest_end(NULL));
  Say(request, "body of NULL", httpd_subrequest_body(NULL) != NULL);
  Say(request, "parent of NULL", httpd_request_parent(NULL) != NULL);
  Say(request, "end of a client's", httpd_subrequest_end(request));
  Say(request, "run of a client's", httpd_subrequest_run(request, Passed, &wait, NULL));
  if (httpd_subrequest_create(request, file, NULL, &sub) != HTTPD_OK) return 500;
  Say(request, "body too early", httpd_subrequest_body(sub) != NULL);
  Say(request, "run without done", httpd_subrequest_run(sub, NULL, NULL, NULL));
  Say(request, "lookup", httpd_subrequest_lookup(sub));
  Say(request, "lookup twice", httpd_subrequest_lookup(sub));
  if (httpd_subrequest_create(request, file, NULL, &other) != HTTPD_OK) return 500;
  httpd_subrequest_end(sub);
  Say(request, "run after end", httpd_subrequest_run(sub, Passed, &wait, NULL));
  Say(request, "end twice", httpd_subrequest_end(sub));
  return HTTPD_OK;
}

/* Run twice, and PASS once the parent is complete: from its done function. */
static void Again(httpd_request* sub, httpd_result result, void* user) {
  Wait* wait = user;
  Say(wait->parent, "run twice", httpd_subrequest_run(sub, Passed, wait, NULL));
  Say(wait->parent, "lookup after run", httpd_subrequest_lookup(sub));
  httpd_request_resume(wait->token, HTTPD_OK);
}

static httpd_result Twice(httpd_request* request) {
  httpd_request* sub;
  Wait* wait = httpd_pool_calloc(httpd_request_pool(request), sizeof *wait);
  if (wait == NULL || Make(request, 0, 0, &sub) != HTTPD_OK) return 500;
  wait->parent = request;
  wait->token = httpd_request_suspend(request);
  if (httpd_subrequest_run(sub, Again, wait, Freed) != HTTPD_OK) return 500;
  return HTTPD_SUSPENDED;
}

static httpd_request* waiting;

/* LOG of the parent: its response is complete, the subrequest is still there. */
static httpd_result Logged(httpd_request* request, void* user) {
  if (waiting == NULL || httpd_request_parent(waiting) != request) return HTTPD_OK;
  Mark(httpd_subrequest_run(waiting, Passed, NULL, NULL) == HTTPD_ERR_STATE ? "pass refused"
                                                                            : "pass ran");
  waiting = NULL;
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  if (path.len < 5 || memcmp(path.data, "/sub/", 5) != 0) return HTTPD_DECLINED;
  path.data += 5;
  path.len -= 5;
  if (Is(path, "lookup")) return Lookup(request);
  if (Is(path, "capture")) return Ask(request, HTTPD_SUBREQUEST_CAPTURE, 0, 0);
  if (Is(path, "limit")) return Ask(request, HTTPD_SUBREQUEST_CAPTURE, 100, 0);
  if (Is(path, "pass")) return Ask(request, HTTPD_SUBREQUEST_PASS, 0, 0);
  if (Is(path, "both")) return Ask(request, HTTPD_SUBREQUEST_CAPTURE, 0, 1);
  if (Is(path, "deep")) return Deep(request);
  if (Is(path, "later")) return Later(request);
  if (Is(path, "endless")) return Endless(request);
  if (Is(path, "never")) return Never(request);
  if (Is(path, "misuse")) return Misuse(request);
  if (Is(path, "twice")) return Twice(request);
  if (Is(path, "late")) {
    if (Make(request, HTTPD_SUBREQUEST_PASS, 0, &waiting) != HTTPD_OK) return 500;
    return HTTPD_OK;
  }
  if (Is(path, "calls")) {
    Say(request, "done", done_calls);
    return HTTPD_OK;
  }
  if (Is(path, "refuse")) return 418;
  if (Is(path, "loop")) {
    const httpd_result result =
        httpd_request_redirect_internal(request, httpd_request_path(request), (httpd_str){NULL, 0});
    return result == HTTPD_ERR_LIMIT ? 508 : result;
  }
  if (Is(path, "hop")) {
    return httpd_request_redirect_internal(request, HTTPD_STR("/plain.txt"), (httpd_str){NULL, 0});
  }
  return HTTPD_DECLINED;
}

static httpd_result Marks(httpd_directive_call* call, void* config, void* user) {
  marks = httpd_call_arg(call, 0).data;
  return HTTPD_OK;
}

static const httpd_directive kDirectives[] = {
    {sizeof(httpd_directive), HTTPD_IN_GLOBAL, "SubrequestMarks", 0, 1, 1, Marks, NULL,
     "SubrequestMarks file"},
    {0},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_request(self, HTTPD_HOOK_LOG, Logged, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(subrequest,
             "version=1.0.0\0description=Requests within requests\0directive=SubrequestMarks\0",
             .directives = kDirectives, .register_module = Register);
