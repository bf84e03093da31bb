/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds of Require of a module, and calls of httpd/auth.h that its contract does not allow.
 *   Require color NAME    the query is NAME
 *   Require later NAME    the same, told by another thread
 *   Require member        the user's name ends with "+"; asked after AUTHENTICATE
 *   Require odd NUMBER    answers NUMBER, whatever it is
 * AUTHENTICATE takes the field X-User at its word; an ACCESS hook refuses X-Refuse. */
#include <httpd/auth.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int Same(httpd_str a, httpd_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* ---- kinds ---- */

static httpd_str kColor;

static httpd_result ParseColor(httpd_directive_call* call, void** parsed, void* user) {
  httpd_str* name = httpd_pool_alloc(httpd_call_pool(call), sizeof *name);
  if (httpd_call_argc(call) != 2) {
    return httpd_call_error(call, HTTPD_CALL_WHOLE_LINE, HTTPD_STR("one color is wanted"),
                            HTTPD_STR("Require color red"));
  }
  if (name == NULL) return HTTPD_ERR_NO_MEMORY;
  *name = httpd_call_arg(call, 1);
  *parsed = name;
  return HTTPD_OK;
}

static httpd_result CheckColor(httpd_request* request, const void* parsed, void* user) {
  if (user != &kColor) return 500;
  return Same(httpd_request_query(request), *(const httpd_str*)parsed) ? HTTPD_OK : HTTPD_DECLINED;
}

typedef struct {
  httpd_token token;
  httpd_result answer;
} Job;

static void* Answer(void* user) {
  Job job = *(Job*)user;
  free(user);
  httpd_request_resume(job.token, job.answer);
  return NULL;
}

static httpd_result CheckLater(httpd_request* request, const void* parsed, void* user) {
  Job* job = malloc(sizeof *job);
  pthread_t thread;
  if (job == NULL) return 500;
  job->answer =
      Same(httpd_request_query(request), *(const httpd_str*)parsed) ? HTTPD_OK : HTTPD_DECLINED;
  job->token = httpd_request_suspend(request);
  if (pthread_create(&thread, NULL, Answer, job) != 0) return 500;
  pthread_detach(thread);
  return HTTPD_SUSPENDED;
}

static httpd_result CheckMember(httpd_request* request, const void* parsed, void* user) {
  const httpd_str name = httpd_request_user(request);
  if (name.len == 0) return 500; /* never asked without one */
  return name.data[name.len - 1] == '+' ? HTTPD_OK : HTTPD_DECLINED;
}

static httpd_result ParseOdd(httpd_directive_call* call, void** parsed, void* user) {
  if (httpd_call_argc(call) != 2) return HTTPD_ERR_INVALID; /* says no reason */
  *parsed = (void*)(intptr_t)atoi(httpd_call_arg(call, 1).data);
  return HTTPD_OK;
}

static httpd_result CheckOdd(httpd_request* request, const void* parsed, void* user) {
  return (httpd_result)(intptr_t)parsed;
}

/* ---- hooks ---- */

static httpd_result Access(httpd_request* request, void* user) {
  if (httpd_request_header(request, HTTPD_STR("X-Refuse")).data != NULL) return 403;
  return HTTPD_DECLINED;
}

static httpd_result Authenticate(httpd_request* request, void* user) {
  const httpd_str name = httpd_request_header(request, HTTPD_STR("X-User"));
  if (!Same(httpd_request_auth_type(request), HTTPD_STR("Toy"))) return HTTPD_DECLINED;
  httpd_request_set_challenge(request, HTTPD_STR("Toy"));
  if (name.data == NULL) return HTTPD_DECLINED;
  httpd_request_set_user(request, name);
  return HTTPD_OK;
}

static void Say(httpd_request* request, const char* what, httpd_result result) {
  char text[120];
  snprintf(text, sizeof text, "%s=%d\n", what, (int)result);
  httpd_response_write(request, (httpd_str){text, strlen(text)});
}

static httpd_module_handle* handle;

static httpd_result Misuse(httpd_request* request) {
  const httpd_str name = HTTPD_STR("x");
  const httpd_authz_provider kind = {sizeof kind, 0, "late", NULL, CheckColor, NULL, NULL};
  const httpd_authn_provider source = {sizeof source, 0, "late", NULL, NULL, NULL};
  Say(request, "late kind", httpd_authz_add(handle, &kind));
  Say(request, "late source", httpd_authn_add(handle, &source));
  Say(request, "check outside", httpd_authn_check(request, &name, 1, name, name));
  Say(request, "check of nobody", httpd_authn_check(request, NULL, 0, name, name));
  Say(request, "check of NULL", httpd_authn_check(NULL, &name, 1, name, name));
  Say(request, "exists of NULL", httpd_authn_exists(NULL, name));
  Say(request, "type of NULL", (httpd_result)httpd_request_auth_type(NULL).len);
  Say(request, "name of NULL", (httpd_result)httpd_request_auth_name(NULL).len);
  Say(request, "needs of NULL", httpd_request_needs_user(NULL));
  Say(request, "challenge of NULL", httpd_request_set_challenge(NULL, name));
  Say(request, "bad challenge", httpd_request_set_challenge(request, HTTPD_STR("a\r\nb")));
  Say(request, "empty challenge", httpd_request_set_challenge(request, HTTPD_STR("")));
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  const httpd_str path = httpd_request_path(request);
  if (Same(path, HTTPD_STR("/misuse"))) return Misuse(request);
  if (path.len < 2 || memcmp(path.data, "/r", 2) != 0) return HTTPD_DECLINED;
  httpd_response_write(request, HTTPD_STR("in:"));
  httpd_response_write(request, httpd_request_user(request));
  return HTTPD_OK;
}

static httpd_result Add(httpd_module_handle* self, const char* name, uint32_t flags,
                        httpd_authz_parse parse, httpd_authz_check check, void* user) {
  const httpd_authz_provider kind = {sizeof kind, flags, name, parse, check, user, NULL};
  return httpd_authz_add(self, &kind);
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  handle = self;
  if (Add(self, "color", 0, ParseColor, CheckColor, &kColor) != HTTPD_OK) return HTTPD_ERR_EXISTS;
  Add(self, "later", 0, ParseColor, CheckLater, NULL);
  Add(self, "member", HTTPD_AUTHZ_NEEDS_USER, NULL, CheckMember, NULL);
  Add(self, "odd", 0, ParseOdd, CheckOdd, NULL);
  /* What has to be refused. */
  if (Add(self, "COLOR", 0, NULL, CheckOdd, NULL) != HTTPD_ERR_EXISTS) return HTTPD_ERR_INVALID;
  if (Add(self, "valid-user", 0, NULL, CheckOdd, NULL) != HTTPD_ERR_EXISTS)
    return HTTPD_ERR_INVALID;
  if (Add(self, "all", 0, NULL, CheckOdd, NULL) != HTTPD_ERR_EXISTS) return HTTPD_ERR_INVALID;
  if (Add(self, "two words", 0, NULL, CheckOdd, NULL) != HTTPD_ERR_INVALID)
    return HTTPD_ERR_INVALID;
  if (Add(self, "unchecked", 0, NULL, NULL, NULL) != HTTPD_ERR_INVALID) return HTTPD_ERR_INVALID;
  if (Add(self, "flag", 8, NULL, CheckOdd, NULL) != HTTPD_ERR_UNSUPPORTED) return HTTPD_ERR_INVALID;
  if (httpd_authz_add(self, NULL) != HTTPD_ERR_INVALID) return HTTPD_ERR_INVALID;
  httpd_hook_request(self, HTTPD_HOOK_ACCESS, Access, NULL);
  httpd_hook_request(self, HTTPD_HOOK_AUTHENTICATE, Authenticate, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(authz_kinds,
             "version=1.0.0\0description=Kinds of Require for tests\0"
             "provides=authz_color/1 authz_later/1 authz_member/1 authz_odd/1\0",
             .register_module = Register);
