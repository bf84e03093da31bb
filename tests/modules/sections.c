/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections and lines that only this module can read:
 *   <When field value>   settings for requests with this field, entered per request
 *   <Always>, <Never>    lines that count where the section stands, or not at all
 *   <Script name>        a text that is not read
 *   <Table name>         lines that the module reads itself: "key value", tables within
 *   Say word             what ?sections shows of the settings
 *   Words file           the words of a file
 *   Thing…               directives that no table has
 * ?sections shows what was read. */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/section.h>
#include <httpd/server.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct When {
  httpd_str field;
  httpd_str value;
  const httpd_section* section;
  const struct When* outer; /* those that were there before */
} When;

typedef struct Settings {
  httpd_str said;
  const When* whens;
} Settings;

/* Of the generation: a text that the handler shows. */
static struct {
  httpd_module_handle* self;
  httpd_worker* worker; /* of this process */
  httpd_str text;
  int32_t pre_config;
  int32_t directives; /* read before PRE_CONFIG: must stay 0 */
} g;

static void* Create(httpd_pool* pool, void* user) {
  return httpd_pool_calloc(pool, sizeof(Settings));
}

static const When* Append(httpd_pool* pool, const When* outer, const When* inner) {
  When* copy;
  if (inner == NULL) return outer;
  copy = httpd_pool_alloc(pool, sizeof *copy);
  if (copy == NULL) return NULL;
  *copy = *inner;
  copy->outer = Append(pool, outer, inner->outer);
  return copy;
}

static void* Merge(httpd_pool* pool, const void* outer, const void* inner, void* user) {
  const Settings* a = outer;
  const Settings* b = inner;
  Settings* merged = Create(pool, user);
  if (merged == NULL) return NULL;
  merged->said = b->said.len > 0 ? b->said : a->said;
  merged->whens = Append(pool, a->whens, b->whens);
  return merged;
}

static int Same(httpd_str a, httpd_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void Tell(httpd_pool* pool, const char* what, httpd_str name, httpd_str value) {
  const httpd_str parts[] = {g.text, {what, strlen(what)}, HTTPD_STR(" "), name, HTTPD_STR("="),
                             value,  HTTPD_STR("\n")};
  g.text = httpd_pool_join(pool, parts, 7);
}

/* ---- Directives ---- */

static httpd_result Say(httpd_directive_call* call, void* config, void* user) {
  if (!g.pre_config) ++g.directives;
  ((Settings*)config)->said = httpd_call_arg(call, 0);
  return HTTPD_OK;
}

static httpd_result ReadWhen(httpd_directive_call* call, void* config, void* user) {
  Settings* settings = config;
  When* when = httpd_pool_calloc(httpd_call_pool(call), sizeof *when);
  httpd_section* section = httpd_call_new_section(call);
  if (when == NULL || section == NULL) return HTTPD_ERR_NO_MEMORY;
  when->field = httpd_call_arg(call, 0);
  when->value = httpd_call_arg(call, 1);
  when->section = section;
  when->outer = settings->whens;
  settings->whens = when;
  return httpd_call_walk(call, section);
}

static httpd_result ReadAlways(httpd_directive_call* call, void* config, void* user) {
  return httpd_call_walk(call, NULL);
}

static httpd_result ReadNever(httpd_directive_call* call, void* config, void* user) {
  return HTTPD_OK;
}

static httpd_result ReadScript(httpd_directive_call* call, void* config, void* user) {
  Tell(httpd_call_pool(call), "script", httpd_call_arg(call, 0), httpd_call_body(call));
  return HTTPD_OK;
}

static httpd_result Duplicate(httpd_directive_call* call, httpd_directive_call* first) {
  httpd_str file;
  uint32_t line, column;
  httpd_call_error(call, HTTPD_CALL_WHOLE_LINE, HTTPD_STR("this key is in the table twice"),
                   HTTPD_STR("remove one of the two lines"));
  httpd_call_position(first, HTTPD_CALL_WHOLE_LINE, &file, &line, &column);
  return httpd_call_note(call, HTTPD_STR("it was given here first"), file, line, column) == HTTPD_OK
             ? HTTPD_ERR_INVALID
             : HTTPD_ERR_STATE;
}

static httpd_result ReadLines(httpd_directive_call* table) {
  const uint32_t count = httpd_call_child_count(table);
  uint32_t i, j;
  for (i = 0; i < count; ++i) {
    httpd_directive_call* line = httpd_call_child(table, i);
    if (Same(httpd_call_name(line), HTTPD_STR("Inner"))) {
      if (ReadLines(line) != HTTPD_OK) return HTTPD_ERR_INVALID;
      continue;
    }
    for (j = 0; j < i; ++j) {
      httpd_directive_call* earlier = httpd_call_child(table, j);
      if (Same(httpd_call_name(earlier), httpd_call_name(line))) return Duplicate(line, earlier);
    }
    Tell(httpd_call_pool(table), "line", httpd_call_name(line), httpd_call_arg(line, 0));
  }
  return httpd_call_child(table, count) == NULL ? HTTPD_OK : HTTPD_ERR_STATE;
}

static httpd_result ReadTable(httpd_directive_call* call, void* config, void* user) {
  if (ReadLines(call) == HTTPD_OK) return HTTPD_OK;
  return httpd_call_error(call, 0, HTTPD_STR("the table cannot be used"), HTTPD_STR(""));
}

static httpd_result ReadWords(httpd_directive_call* call, void* config, void* user) {
  httpd_str content;
  const httpd_result result = httpd_call_read_file(call, 0, httpd_call_arg(call, 0), 100, &content);
  if (result == HTTPD_OK) ((Settings*)config)->said = content;
  return result;
}

static httpd_result ReadPath(httpd_directive_call* call, void* config, void* user) {
  Tell(httpd_call_pool(call), "path", httpd_call_arg(call, 0),
       httpd_call_server_path(call, httpd_call_arg(call, 0)));
  return HTTPD_OK;
}

static httpd_result Unknown(httpd_directive_call* call, void* config, void* user) {
  const httpd_str name = httpd_call_name(call);
  if (name.len < 5 || memcmp(name.data, "Thing", 5) != 0) return HTTPD_DECLINED;
  Tell(httpd_call_pool(call), "unknown", name, httpd_call_arg(call, 0));
  if (httpd_call_argc(call) > 1) {
    return httpd_call_warn(call, 1, HTTPD_STR("a thing has one value"), HTTPD_STR("Thing value"));
  }
  return HTTPD_OK;
}

/* What the interface does not allow; each answer is shown. */
static httpd_result Misuse(httpd_directive_call* call, void* config, void* user) {
  static httpd_directive_call* kept;
  const httpd_str no = {NULL, 0};
  httpd_str content;
  char text[200];
  int results[11], i, used = 0;
  if (kept == NULL) {
    kept = httpd_call_child(call, 0);
    return HTTPD_OK;
  }
  results[4] = (int)httpd_call_argc(kept); /* first: nothing new is where it was */
  results[0] = httpd_call_walk(call, NULL);
  results[1] = httpd_call_walk(call, NULL);
  results[2] = httpd_call_walk(httpd_call_child(call, 0), NULL);
  results[3] = httpd_call_walk(NULL, NULL);
  results[5] = httpd_call_note(call, HTTPD_STR("x"), HTTPD_STR("y"), 1, 1);
  results[6] = httpd_call_position(call, 7, NULL, NULL, NULL);
  results[7] = httpd_call_read_file(call, 0, no, 1, &content);
  results[8] = httpd_call_track_file(call, no);
  results[9] = httpd_unknown_directive_add(g.self, Unknown, NULL, NULL);
  results[10] = httpd_unknown_directive_add(NULL, Unknown, NULL, NULL);
  for (i = 0; i < 11; ++i) used += snprintf(text + used, sizeof text - used, "%d ", results[i]);
  Tell(httpd_call_pool(call), "misuse", HTTPD_STR("calls"),
       httpd_pool_copy(httpd_call_pool(call), (httpd_str){text, strlen(text)}));
  return HTTPD_OK;
}

/* ---- Hooks ---- */

static httpd_result PreConfig(httpd_generation* generation, void* user) {
  if (httpd_generation_main_server(generation) != NULL) return HTTPD_ERR_STATE;
  if (getenv("SECTIONS_REFUSE") != NULL) {
    return httpd_module_error(g.self, HTTPD_STR("not with this environment"),
                              HTTPD_STR("unset SECTIONS_REFUSE"));
  }
  g.pre_config = 1;
  return HTTPD_OK;
}

static httpd_result WorkerStart(httpd_worker* worker, void* user) {
  g.worker = worker;
  return httpd_worker_pool(worker) != NULL ? HTTPD_OK : HTTPD_ERR_STATE;
}

static httpd_result EnterAll(httpd_request* request, const When* when) {
  httpd_result result;
  if (when == NULL) return HTTPD_DECLINED;
  result = EnterAll(request, when->outer);
  if (result != HTTPD_DECLINED) return result;
  if (!Same(httpd_request_header(request, when->field), when->value)) return HTTPD_DECLINED;
  return httpd_request_enter_section(request, when->section) == HTTPD_OK ? HTTPD_DECLINED : 500;
}

static httpd_result Enter(httpd_request* request, void* user) {
  return EnterAll(request, ((const Settings*)httpd_request_config(request, g.self))->whens);
}

static httpd_result TooEarly(httpd_request* request, void* user) {
  const Settings* settings = httpd_request_config(request, g.self);
  if (!Same(httpd_request_query(request), HTTPD_STR("early")) || settings->whens == NULL) {
    return HTTPD_DECLINED;
  }
  return httpd_request_enter_section(request, settings->whens->section) == HTTPD_ERR_STATE ? 418
                                                                                           : 500;
}

static httpd_result Handle(httpd_request* request, void* user) {
  const Settings* settings = httpd_request_config(request, g.self);
  const When* when = settings->whens;
  httpd_generation* generation = httpd_worker_generation(g.worker);
  const httpd_str tracked = httpd_generation_tracked_file(generation, 0);
  char text[300];
  if (!Same(httpd_request_query(request), HTTPD_STR("sections"))) return HTTPD_DECLINED;
  if (when != NULL && httpd_request_enter_section(request, when->section) != HTTPD_ERR_STATE) {
    return 500;
  }
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  httpd_response_write(request, g.text);
  snprintf(text, sizeof text, "said=%.*s\ntracked=%.*s\npre=%d\nworkers=%u\ndraining=%d\nport=%u\n",
           (int)settings->said.len, settings->said.len == 0 ? "" : settings->said.data,
           (int)tracked.len, tracked.len == 0 ? "" : tracked.data, g.pre_config - g.directives,
           (unsigned)httpd_generation_worker_count(generation),
           (int)httpd_worker_is_draining(g.worker),
           (unsigned)httpd_server_port(httpd_request_server(request)));
  httpd_response_write(request, (httpd_str){text, strlen(text)});
  httpd_response_write(request, httpd_core_version());
  httpd_response_write(request, HTTPD_STR("\n"));
  httpd_response_write(request, httpd_generation_server_root(generation));
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  g.self = self;
  if (httpd_unknown_directive_add(self, Unknown, NULL, NULL) != HTTPD_OK ||
      httpd_hook_generation(self, HTTPD_HOOK_PRE_CONFIG, PreConfig, NULL) != HTTPD_OK ||
      httpd_hook_worker(self, HTTPD_HOOK_WORKER_START, WorkerStart, NULL) != HTTPD_OK ||
      httpd_hook_request(self, HTTPD_HOOK_READ_REQUEST, TooEarly, NULL) != HTTPD_OK ||
      httpd_hook_request(self, HTTPD_HOOK_HEADER_PARSE, Enter, NULL) != HTTPD_OK) {
    return HTTPD_ERR_STATE;
  }
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

#define ROW(directive, in, kind, least, most, function, text)                                \
  {                                                                                          \
    .size = sizeof(httpd_directive), .contexts = (in), .name = (directive), .flags = (kind), \
    .min_args = (least), .max_args = (most), .handler = (function), .usage = (text)          \
  }
#define EVERYWHERE (HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_FILE_INFO)

static const httpd_directive kDirectives[] = {
    ROW("Say", EVERYWHERE, 0, 1, 1, Say, "Say word"),
    ROW("When", EVERYWHERE, HTTPD_DIRECTIVE_SECTION, 2, 2, ReadWhen, "<When field value>"),
    ROW("Always", EVERYWHERE, HTTPD_DIRECTIVE_SECTION, 0, 0, ReadAlways, "<Always>"),
    ROW("Never", EVERYWHERE, HTTPD_DIRECTIVE_SECTION, 0, 0, ReadNever, "<Never>"),
    ROW("Script", HTTPD_IN_SERVER, HTTPD_DIRECTIVE_RAW_BODY, 1, 1, ReadScript, "<Script name>"),
    ROW("Table", HTTPD_IN_SERVER, HTTPD_DIRECTIVE_SECTION, 1, 1, ReadTable, "<Table name>"),
    ROW("Words", EVERYWHERE, 0, 1, 1, ReadWords, "Words file"),
    ROW("Path", HTTPD_IN_SERVER, 0, 1, 1, ReadPath, "Path path"),
    ROW("Misuse", HTTPD_IN_SERVER, HTTPD_DIRECTIVE_SECTION, 0, 0, Misuse, "<Misuse>"),
    {0}};

HTTPD_MODULE(sections,
             "version=1.0.0\0description=Sections of a module\0"
             "directive=Say,When,Always,Never,Script,Table,Words,Path,Misuse\0",
             .directives = kDirectives, .create_location_config = Create,
             .merge_location_config = Merge, .register_module = Register);
