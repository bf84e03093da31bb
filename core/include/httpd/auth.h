/* SPDX-License-Identifier: Apache-2.0
 *
 * Who it is and what it may have. The core reads AuthType, AuthName, Satisfy, Require and the
 * <RequireAll>, <RequireAny>, <RequireNone> around it, and puts the answers of modules together. A
 * scheme (Basic, Bearer …) is an AUTHENTICATE hook: it looks at AuthType, finds out who it is,
 * calls httpd_request_set_user() and answers HTTPD_OK, or 401 after httpd_request_set_challenge().
 * When all hooks decline and one of them has set a challenge, the answer is 401 as well. The rules
 * are asked without a user at the end of ACCESS, behind the hooks of modules; AUTHENTICATE and
 * AUTHORIZE hooks run only when a user could change the answer. An AUTHORIZE hook that answers
 * HTTPD_OK settles it without the rules.
 */
#ifndef HTTPD_AUTH_H
#define HTTPD_AUTH_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Makes of the arguments of `Require NAME argument…` (argument 0 is the name) whatever check()
 * wants to see, in *parsed; errors by httpd_call_error(). Configuration time. */
typedef httpd_result (*httpd_authz_parse)(httpd_directive_call* call, void** parsed, void* user);

/* HTTPD_OK: this client may; HTTPD_DECLINED: it may not; HTTPD_SUSPENDED: resume with one of these;
 * another status or error ends the request with it, errors with 500. Loop thread. */
typedef httpd_result (*httpd_authz_check)(httpd_request* request, const void* parsed, void* user);

#define HTTPD_AUTHZ_NEEDS_USER 1u /* asked after AUTHENTICATE; a denial is 401 without a user */

/* A kind of `Require`. */
typedef struct httpd_authz_provider {
  uint32_t size;           /* sizeof(httpd_authz_provider) */
  uint32_t flags;          /* HTTPD_AUTHZ_* */
  const char* name;        /* "group"; without case */
  httpd_authz_parse parse; /* NULL: it takes no arguments */
  httpd_authz_check check;
  void* user;
  httpd_destroy destroy; /* when the generation ends */
} httpd_authz_provider;

/* Adds a kind of Require; copied. HTTPD_ERR_EXISTS: the name is taken. Register function.
 * Since 1.0.
 */
HTTPD_API httpd_result httpd_authz_add(httpd_module_handle* self,
                                       const httpd_authz_provider* provider);

/* HTTPD_OK: the password is right; HTTPD_DECLINED: no such user here, ask the next source; 401: the
 * password is wrong; HTTPD_SUSPENDED: resume with one of these. Loop thread. */
typedef httpd_result (*httpd_authn_password)(httpd_request* request, httpd_str name,
                                             httpd_str password, void* user);

/* A source of passwords. */
typedef struct httpd_authn_provider {
  uint32_t size;    /* sizeof(httpd_authn_provider) */
  uint32_t flags;   /* 0 */
  const char* name; /* "file"; without case */
  httpd_authn_password check_password;
  void* user;
  httpd_destroy destroy; /* when the generation ends */
} httpd_authn_provider;

/* Adds a source; copied. HTTPD_ERR_EXISTS: the name is taken. Register function. Since 1.0. */
HTTPD_API httpd_result httpd_authn_add(httpd_module_handle* self,
                                       const httpd_authn_provider* provider);

/* 1 when there is a source of that name. Configuration time, after every module was registered.
 * Since 1.0. */
HTTPD_API int32_t httpd_authn_exists(httpd_module_handle* self, httpd_str name);

/* Asks the sources of these names in order until one does not decline, waiting for those that
 * suspend. The AUTHENTICATE hook that calls it returns what this returns: when a source suspends
 * that is HTTPD_SUSPENDED, and the hook's answer follows by itself (it is not called again: set the
 * challenge before). HTTPD_OK sets the request's
 * user; 401 when the password is wrong or no source knows the user. `names` must live as long as
 * the request. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_authn_check(httpd_request* request, const httpd_str* names,
                                         uint32_t count, httpd_str name, httpd_str password);

/* AuthType and AuthName that apply; empty when not configured. After MAP_STORAGE. Loop thread.
 * Since 1.0. */
HTTPD_API httpd_str httpd_request_auth_type(const httpd_request* request);
/* AuthName; see httpd_request_auth_type(). Loop thread. Since 1.0. */
HTTPD_API httpd_str httpd_request_auth_name(const httpd_request* request);

/* 1 when a Require that applies cannot be answered without a user, so that AUTHENTICATE has to find
 * one: the core runs AUTHENTICATE and AUTHORIZE only then. Before the end of ACCESS: when one of
 * them might. Loop thread. Since 1.0. */
HTTPD_API int32_t httpd_request_needs_user(const httpd_request* request);

/* The value of WWW-Authenticate (RFC 9110 §11.6.1) that a 401 with which a hook or the core ends
 * this request will carry, beside those set before; its error document keeps it, and no other
 * status shows it. Copied; an internal redirect forgets it. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_challenge(httpd_request* request, httpd_str challenge);

HTTPD_EXTERN_C_END

#endif /* HTTPD_AUTH_H */
