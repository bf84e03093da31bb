/* SPDX-License-Identifier: Apache-2.0
 *
 * mod_template: the smallest complete module, to be copied. It has one directive, settings that are
 * merged from section to section, and one handler.
 *
 *   LoadModule template
 *   <Location "/hello">
 *     SetHandler template
 *     TemplateGreeting "Good morning"
 *   </Location>
 *
 * A module includes <httpd/...> and the standard library, nothing else of the server.
 */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>

/* The settings of one section (Location, Directory, Files …). A value that was not configured must
 * be told apart from every value that can be: here by data == NULL. */
typedef struct settings {
  httpd_str greeting;
} settings;

/* Called once per section, when the configuration is read. What comes from `pool` is given back by
 * itself when this configuration ends. */
static void* create_settings(httpd_pool* pool, void* user) {
  (void)user;
  return httpd_pool_calloc(pool, sizeof(settings));
}

/* Makes the settings that apply where `inner` lies within `outer`. Both are used again, so the
 * result is a new object. */
static void* merge_settings(httpd_pool* pool, const void* outer, const void* inner, void* user) {
  const settings* in = inner;
  const settings* out = outer;
  settings* merged = httpd_pool_calloc(pool, sizeof(settings));
  (void)user;
  if (merged == NULL) return NULL;
  merged->greeting = in->greeting.data != NULL ? in->greeting : out->greeting;
  return merged;
}

/* TemplateGreeting "text". The number of arguments was checked; arguments live as long as the
 * settings. An error is reported with the place in the file, and with what cures it. */
static httpd_result set_greeting(httpd_directive_call* call, void* config, void* user) {
  settings* mine = config;
  (void)user;
  mine->greeting = httpd_call_arg(call, 0);
  if (mine->greeting.len > 0) return HTTPD_OK;
  return httpd_call_error(call, 0, HTTPD_STR("found an empty greeting"),
                          HTTPD_STR("TemplateGreeting \"Hello\""));
}

static const httpd_directive directives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE,
     .name = "TemplateGreeting",
     .min_args = 1,
     .max_args = 1,
     .handler = set_greeting,
     .usage = "TemplateGreeting \"text\""},
    {.name = NULL},
};

static int is(httpd_str text, httpd_str wanted) {
  size_t i;
  if (text.len != wanted.len) return 0;
  for (i = 0; i < text.len; ++i) {
    if (text.data[i] != wanted.data[i]) return 0;
  }
  return 1;
}

/* Asked for every request: say quickly when it is not yours. A handler sets type and body; the core
 * does the framing, HEAD and the rest. `user` is what register_hooks() gave. */
static httpd_result answer(httpd_request* request, void* user) {
  const settings* mine;
  httpd_str parts[3];
  if (!is(httpd_request_handler(request), HTTPD_STR("template"))) return HTTPD_DECLINED;
  if (!is(httpd_request_method(request), HTTPD_STR("GET")) && !httpd_request_is_head(request)) {
    httpd_response_set_header(request, HTTPD_STR("Allow"), HTTPD_STR("GET, HEAD"));
    return 405;
  }
  mine = httpd_request_config(request, user);
  parts[0] = mine->greeting.data != NULL ? mine->greeting : HTTPD_STR("Hello");
  parts[1] = HTTPD_STR(", ");
  parts[2] = HTTPD_STR("world!\n");
  httpd_response_set_content_type(request, HTTPD_STR("text/plain; charset=utf-8"));
  /* Memory of the request's pool ends with the request, so nothing is ever freed here. */
  return httpd_response_write_static(request,
                                     httpd_pool_join(httpd_request_pool(request), parts, 3));
}

/* Called once after loading. The module's handle goes to the hook as its `user`: it is the key to
 * the settings. */
static httpd_result register_hooks(httpd_module_handle* self, void* user) {
  httpd_hook_options options = {.size = sizeof(httpd_hook_options), .user = self};
  (void)user;
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, answer, &options);
}

/* The record by which the server knows the module, and its manifest, which is read before any of
 * this code runs. The first name is the module's: template_module in mod_template.so. */
HTTPD_MODULE(template,
             "version=1.0.0\0"
             "description=The smallest complete module\0"
             "license=Apache-2.0\0"
             "directive=TemplateGreeting\0",
             .directives = directives, .create_location_config = create_settings,
             .merge_location_config = merge_settings, .register_module = register_hooks);
