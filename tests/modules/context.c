/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that keeps something on each of the six objects, uses notes, environment, variables and
 * expressions of the configuration, changes request fields, and does what it may not where it is
 * asked to. Each path below /context answers with lines "name=value". */
#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/connection.h>
#include <httpd/context.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/notes.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <httpd/variable.h>
#include <stdio.h>
#include <string.h>

static httpd_module_handle* self_;
static const httpd_variable* count_;
static const httpd_variable* fresh_;
static const httpd_variable* loop_;
static const httpd_variable* argument_;

typedef struct Config {
  const httpd_expression* condition;
  const httpd_expression* text;
} Config;

static int Is(httpd_str text, const char* word) {
  return text.data != NULL && text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}
static httpd_str Str(const char* text) {
  httpd_str made;
  made.data = text;
  made.len = strlen(text);
  return made;
}
static void Say(httpd_request* r, const char* name, httpd_str value) {
  httpd_response_write(r, Str(name));
  httpd_response_write(r, HTTPD_STR("="));
  httpd_response_write(r, value.data == NULL ? HTTPD_STR("(none)") : value);
  httpd_response_write(r, HTTPD_STR("\n"));
}
static void SayNumber(httpd_request* r, const char* name, long long number) {
  char text[32];
  snprintf(text, sizeof text, "%lld", number);
  Say(r, name, Str(text));
}

/* ---- slots: a counter on each object ---- */

typedef struct Counter {
  long long n;
} Counter;

static Counter* NewCounter(httpd_pool* pool) { return httpd_pool_calloc(pool, sizeof(Counter)); }

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  uint32_t i;
  Counter* counter = NewCounter(httpd_generation_pool(generation));
  if (counter == NULL) return HTTPD_ERR_NO_MEMORY;
  counter->n = 1000;
  if (httpd_generation_set_context(generation, self_, counter) != HTTPD_OK) {
    return HTTPD_ERR_INVALID;
  }
  for (i = 0; i < httpd_generation_server_count(generation); ++i) {
    counter = NewCounter(httpd_generation_pool(generation));
    if (counter == NULL) return HTTPD_ERR_NO_MEMORY;
    counter->n = 100 * (long long)(i + 1);
    httpd_server_set_context(httpd_generation_server(generation, i), self_, counter);
  }
  count_ = httpd_variable_find(self_, HTTPD_STR("context_count"));
  fresh_ = httpd_variable_find(self_, HTTPD_STR("CONTEXT_FRESH"));
  loop_ = httpd_variable_find(self_, HTTPD_STR("CONTEXT_LOOP"));
  argument_ = httpd_variable_find(self_, HTTPD_STR("CONTEXT_TWICE:ab"));
  if (count_ == NULL || fresh_ == NULL || loop_ == NULL || argument_ == NULL) {
    return httpd_module_error(self_, HTTPD_STR("a variable is missing"), HTTPD_STR(""));
  }
  return httpd_variable_find(self_, HTTPD_STR("NO_SUCH")) == NULL ? HTTPD_OK : HTTPD_ERR_INVALID;
}

static httpd_result WorkerStart(httpd_worker* worker, void* user) {
  Counter* counter = NewCounter(httpd_generation_pool(httpd_worker_generation(worker)));
  return counter == NULL ? HTTPD_ERR_NO_MEMORY : httpd_worker_set_context(worker, self_, counter);
}

static httpd_result ReadRequest(httpd_request* r, void* user) {
  httpd_connection* connection = httpd_request_connection(r);
  Counter* counter = httpd_connection_context(connection, self_);
  if (counter == NULL) {
    counter = NewCounter(httpd_connection_pool(connection));
    if (counter == NULL || httpd_connection_set_context(connection, self_, counter) != HTTPD_OK) {
      return 503;
    }
    httpd_connection_set_note(connection, HTTPD_STR("Context-First"), httpd_request_path(r));
  }
  ++counter->n;
  counter = NewCounter(httpd_request_pool(r));
  if (counter == NULL || httpd_request_set_context(r, self_, counter) != HTTPD_OK) return 503;
  counter->n = 7;
  return HTTPD_DECLINED;
}

static void Slots(httpd_request* r) {
  httpd_generation* generation = httpd_worker_generation(httpd_request_worker(r));
  Counter* location = httpd_location_context(httpd_request_location(r), self_);
  Counter* found[6];
  const char* names[6] = {"generation", "server", "location", "worker", "connection", "request"};
  int i;
  if (location == NULL) {
    location = NewCounter(httpd_generation_pool(generation));
    httpd_location_set_context(httpd_request_location(r), self_, location);
  }
  found[0] = httpd_generation_context(generation, self_);
  found[1] = httpd_server_context(httpd_request_server(r), self_);
  found[2] = location;
  found[3] = httpd_worker_context(httpd_request_worker(r), self_);
  found[4] = httpd_connection_context(httpd_request_connection(r), self_);
  found[5] = httpd_request_context(r, self_);
  for (i = 0; i < 6; ++i) {
    if (found[i] != NULL && i != 4) ++found[i]->n;
    SayNumber(r, names[i], found[i] == NULL ? -1 : found[i]->n);
  }
  Say(r, "first", httpd_connection_note(httpd_request_connection(r), HTTPD_STR("context-FIRST")));
  SayNumber(r, "secure", httpd_request_is_secure(r));
}

/* ---- variables ---- */

static httpd_result Number(httpd_request* r, httpd_str* value, long long number) {
  char text[32];
  snprintf(text, sizeof text, "%lld", number);
  *value = httpd_pool_copy(httpd_request_pool(r), Str(text));
  return value->data == NULL ? HTTPD_DECLINED : HTTPD_OK;
}
static httpd_result Count(httpd_request* r, httpd_str argument, httpd_str* value, void* user) {
  Counter* counter = user;
  return Number(r, value, ++counter->n);
}
static httpd_result Twice(httpd_request* r, httpd_str argument, httpd_str* value, void* user) {
  httpd_str parts[2];
  parts[0] = parts[1] = argument;
  *value = httpd_pool_join(httpd_request_pool(r), parts, 2);
  return value->data == NULL ? HTTPD_DECLINED : HTTPD_OK;
}
static httpd_result Loop(httpd_request* r, httpd_str argument, httpd_str* value, void* user) {
  httpd_result inner = httpd_variable_value(r, loop_, value);
  return Number(r, value, inner);
}
static httpd_result Odd(httpd_request* r, httpd_str argument, httpd_str* value, void* user) {
  return 12345;
}

static httpd_result AddVariable(httpd_module_handle* self, const char* name, uint32_t flags,
                                httpd_variable_get get, void* user) {
  httpd_variable_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.flags = flags;
  options.get = get;
  options.user = user;
  return httpd_variable_add(self, Str(name), &options);
}

static void Variables(httpd_request* r) {
  httpd_str value;
  SayNumber(r, "kept", httpd_variable_value(r, count_, &value));
  Say(r, "kept 1", value);
  httpd_variable_value(r, count_, &value);
  Say(r, "kept 2", value);
  httpd_variable_value(r, fresh_, &value);
  Say(r, "fresh 1", value);
  httpd_variable_value(r, fresh_, &value);
  Say(r, "fresh 2", value);
  httpd_variable_value(r, argument_, &value);
  Say(r, "argument", value);
  httpd_variable_value(r, loop_, &value);
  Say(r, "loop", value);
}

/* ---- notes and environment ---- */

static void Notes(httpd_request* r) {
  httpd_str name, value;
  uint32_t i;
  char label[64];
  for (i = 0; httpd_request_note_at(r, i, &name, &value) == HTTPD_OK; ++i) {
    snprintf(label, sizeof label, "note %.*s", (int)name.len, name.data);
    Say(r, label, value);
  }
  for (i = 0; httpd_request_env_at(r, i, &name, &value) == HTTPD_OK; ++i) {
    snprintf(label, sizeof label, "env %.*s", (int)name.len, name.data);
    Say(r, label, value);
  }
  SayNumber(r, "redirects", httpd_request_redirect_count(r));
  for (i = 0; i <= httpd_request_redirect_count(r); ++i) {
    snprintf(label, sizeof label, "path %u", (unsigned)i);
    Say(r, label, httpd_request_redirect_path(r, i));
  }
  SayNumber(r, "error", httpd_request_error_status(r));
}

static httpd_result Redirect(httpd_request* r) {
  httpd_request_set_note(r, HTTPD_STR("Kept"), HTTPD_STR("yes"));
  httpd_request_set_note(r, HTTPD_STR("Gone"), HTTPD_STR("no"));
  httpd_request_set_note(r, HTTPD_STR("gone"), Str("x"));
  {
    httpd_str none = {NULL, 0};
    httpd_request_set_note(r, HTTPD_STR("GONE"), none);
  }
  httpd_request_set_env(r, HTTPD_STR("COLOUR"), HTTPD_STR("red"));
  if (Is(httpd_request_query(r), "error")) return 404;
  {
    httpd_str none = {NULL, 0};
    return httpd_request_redirect_internal(r, HTTPD_STR("/context/notes"), none);
  }
}

/* ---- request fields ---- */

static void Fields(httpd_request* r) {
  httpd_str name, value;
  uint32_t i;
  httpd_request_set_header(r, HTTPD_STR("X-One"), HTTPD_STR("changed"));
  httpd_request_add_header(r, HTTPD_STR("x-two"), HTTPD_STR("third"));
  SayNumber(r, "unset", httpd_request_unset_header(r, HTTPD_STR("user-agent")));
  SayNumber(r, "unset again", httpd_request_unset_header(r, HTTPD_STR("User-Agent")));
  for (i = 0; httpd_request_header_at(r, i, &name, &value) == HTTPD_OK; ++i) {
    char label[64];
    snprintf(label, sizeof label, "%.*s", (int)name.len, name.data);
    if (!Is(name, "Host")) Say(r, label, value);
  }
  SayNumber(r, "count", httpd_request_header_count(r));
  Say(r, "one", httpd_request_header(r, HTTPD_STR("x-one")));
  for (i = 0; i < 4; ++i) Say(r, "two", httpd_request_header_nth(r, HTTPD_STR("X-Two"), i));
  Say(r, "agent", httpd_request_header(r, HTTPD_STR("User-Agent")));
  SayNumber(r, "frame", httpd_request_set_header(r, HTTPD_STR("Host"), HTTPD_STR("evil")));
  SayNumber(r, "split", httpd_request_add_header(r, HTTPD_STR("X"), HTTPD_STR("a\r\nb")));
  i = 0;
  while (i < 1000 && httpd_request_add_header(r, HTTPD_STR("X-Many"), Str("m")) == HTTPD_OK) ++i;
  SayNumber(r, "full", httpd_request_add_header(r, HTTPD_STR("X-Many"), HTTPD_STR("m")));
  Say(r, "still", httpd_request_header(r, HTTPD_STR("X-One")));
}

/* The file handler sees what was changed: /1k.txt?range, ?none. */
static httpd_result Fixup(httpd_request* r, void* user) {
  httpd_str query = httpd_request_query(r);
  if (Is(query, "range")) {
    httpd_request_set_header(r, HTTPD_STR("Range"), HTTPD_STR("bytes=0-9"));
  } else if (Is(query, "norange")) {
    httpd_request_unset_header(r, HTTPD_STR("Range"));
  } else if (Is(query, "none")) {
    httpd_request_set_header(r, HTTPD_STR("If-None-Match"), HTTPD_STR("*"));
  }
  return HTTPD_DECLINED;
}

/* ---- pools ---- */

static void Ended(void* user) {
  long long* order = user;
  *order = *order * 10 + 3;
}

static void Pools(httpd_request* r) {
  long long order = 0;
  httpd_pool* child = httpd_pool_create(httpd_request_pool(r), 20000);
  uint32_t i = 0;
  while (i < 1000 && httpd_pool_alloc(child, 1000) != NULL) ++i;
  SayNumber(r, "pieces", i > 10 && i < 20);
  SayNumber(r, "used", httpd_pool_used(child) <= 20000);
  SayNumber(r, "removed", httpd_pool_cleanup_remove(child, Ended, &order));
  httpd_pool_destroy(child);
  child = httpd_pool_create(httpd_request_pool(r), 0);
  httpd_pool_cleanup_add(child, Ended, &order);
  SayNumber(r, "destroyed", httpd_pool_destroy(child));
  SayNumber(r, "order", order);
  SayNumber(r, "again", httpd_pool_destroy(child));
  SayNumber(r, "request's", httpd_pool_destroy(httpd_request_pool(r)));
}

/* ---- misuse ---- */

/* Of a request that has ended meanwhile; never do this. */
static httpd_request* kept_;
static void Nothing(void* user) {}

static void Misuse(httpd_request* r) {
  httpd_str value;
  SayNumber(r, "null context", httpd_request_set_context(NULL, self_, r));
  SayNumber(r, "null module", httpd_request_set_context(r, NULL, r));
  SayNumber(r, "null note", httpd_request_set_note(NULL, HTTPD_STR("a"), HTTPD_STR("b")));
  SayNumber(r, "null pool", httpd_pool_cleanup_add(NULL, Nothing, NULL));
  SayNumber(r, "late find", httpd_variable_find(self_, HTTPD_STR("TIME")) != NULL);
  SayNumber(r, "late provider", AddVariable(self_, "LATE", 0, Odd, NULL));
  SayNumber(r, "null variable", httpd_variable_value(r, NULL, &value));
  SayNumber(r, "null expression", httpd_expression_test(r, NULL));
  SayNumber(r, "bad client", httpd_request_set_client(r, HTTPD_STR("nowhere"), 1));
  SayNumber(r, "empty name", httpd_request_set_env(r, HTTPD_STR(""), HTTPD_STR("x")));
  if (kept_ != NULL && kept_ != r) {
    SayNumber(r, "stale", httpd_request_set_note(kept_, HTTPD_STR("late"), HTTPD_STR("x")));
    SayNumber(r, "stale context", httpd_request_context(kept_, self_) != NULL);
  }
}

static httpd_result Handle(httpd_request* r, void* user) {
  httpd_str path = httpd_request_path(r);
  const Config* config = httpd_request_config(r, self_);
  if (path.len < 9 || memcmp(path.data, "/context/", 9) != 0) return HTTPD_DECLINED;
  path.data += 9;
  path.len -= 9;
  if (Is(path, "redirect")) return Redirect(r);
  httpd_response_set_content_type(r, HTTPD_STR("text/plain"));
  if (Is(path, "slots") || Is(path, "other/slots")) {
    Slots(r);
  } else if (Is(path, "variables")) {
    Variables(r);
  } else if (Is(path, "notes")) {
    Notes(r);
  } else if (Is(path, "fields")) {
    Fields(r);
  } else if (Is(path, "pools")) {
    Pools(r);
  } else if (Is(path, "keep")) {
    kept_ = r;
  } else if (Is(path, "misuse")) {
    Misuse(r);
  } else if (Is(path, "client")) {
    SayNumber(r, "set", httpd_request_set_client(r, HTTPD_STR("192.0.2.7"), 4711));
    Say(r, "client", httpd_request_client_address(r));
    SayNumber(r, "port", httpd_request_client_port(r));
    httpd_log_request(r, self_, 3, HTTPD_STR("who is it"));
  } else if (Is(path, "if") || Is(path, "hostile")) {
    httpd_str text = {NULL, 0};
    SayNumber(r, "if", config->condition == NULL ? 1 : httpd_expression_test(r, config->condition));
    if (config->text != NULL) {
      SayNumber(r, "string", httpd_expression_string(r, config->text, &text));
      Say(r, "text", text);
      SayNumber(r, "no condition", httpd_expression_test(r, config->text));
    }
  } else {
    return HTTPD_DECLINED;
  }
  return HTTPD_OK;
}

/* ---- configuration ---- */

static void* Create(httpd_pool* pool, void* user) {
  return httpd_pool_calloc(pool, sizeof(Config));
}

static void* Merge(httpd_pool* pool, const void* outer, const void* inner, void* user) {
  const Config* o = outer;
  const Config* i = inner;
  Config* merged = httpd_pool_calloc(pool, sizeof *merged);
  if (merged == NULL) return NULL;
  merged->condition = i->condition != NULL ? i->condition : o->condition;
  merged->text = i->text != NULL ? i->text : o->text;
  return merged;
}

static httpd_result Compile(httpd_directive_call* call, uint32_t flags,
                            const httpd_expression** expression) {
  httpd_str error;
  *expression = httpd_expression_compile(self_, httpd_call_arg(call, 0), flags, &error);
  if (*expression != NULL) return HTTPD_OK;
  return httpd_call_error(call, 0, error, HTTPD_STR("see expressions.md"));
}
static httpd_result If(httpd_directive_call* call, void* config, void* user) {
  return Compile(call, 0, &((Config*)config)->condition);
}
static httpd_result Text(httpd_directive_call* call, void* config, void* user) {
  return Compile(call, HTTPD_EXPRESSION_STRING, &((Config*)config)->text);
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE,
     .name = "ContextIf",
     .min_args = 1,
     .max_args = 1,
     .handler = If,
     .usage = "ContextIf expression"},
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE,
     .name = "ContextText",
     .min_args = 1,
     .max_args = 1,
     .handler = Text,
     .usage = "ContextText text"},
    {.size = sizeof(httpd_directive)},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  static Counter kept, fresh;
  self_ = self;
  if (AddVariable(self, "CONTEXT_COUNT", 0, Count, &kept) != HTTPD_OK ||
      AddVariable(self, "CONTEXT_FRESH", HTTPD_VARIABLE_VOLATILE, Count, &fresh) != HTTPD_OK ||
      AddVariable(self, "CONTEXT_TWICE", HTTPD_VARIABLE_ARGUMENT, Twice, NULL) != HTTPD_OK ||
      AddVariable(self, "CONTEXT_LOOP", 0, Loop, NULL) != HTTPD_OK ||
      AddVariable(self, "CONTEXT_ODD", 0, Odd, NULL) != HTTPD_OK) {
    return HTTPD_ERR_INVALID;
  }
  if (AddVariable(self, "remote_addr", 0, Odd, NULL) != HTTPD_ERR_EXISTS) return HTTPD_ERR_INVALID;
  if (AddVariable(self, "a-b", 0, Odd, NULL) != HTTPD_ERR_INVALID) return HTTPD_ERR_INVALID;
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  httpd_hook_worker(self, HTTPD_HOOK_WORKER_START, WorkerStart, NULL);
  httpd_hook_request(self, HTTPD_HOOK_READ_REQUEST, ReadRequest, NULL);
  httpd_hook_request(self, HTTPD_HOOK_FIXUP, Fixup, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(context,
             "version=1.0.0\0description=Keeps something on every object\0"
             "directive=ContextIf\0directive=ContextText\0",
             .directives = kDirectives, .create_location_config = Create,
             .merge_location_config = Merge, .register_module = Register);
