/* SPDX-License-Identifier: Apache-2.0
 *
 * Variables: named values of a request, made when somebody asks; and expressions over them,
 * compiled when the configuration is read. The language is that of Apache's expressions (ap_expr):
 * comparisons, -n -z -eq … =~ in, && || !, strings with %{NAME} and %{function:argument} in them,
 * $0 to $9. The core brings Apache's variables (REQUEST_METHOD, HTTP_HOST, REMOTE_ADDR …) and the
 * functions req, resp, env, note, tolower, toupper, escape … (docs/expressions.md).
 */
#ifndef HTTPD_VARIABLE_H
#define HTTPD_VARIABLE_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Makes the value: HTTPD_OK with *value, which must live as long as the request, or HTTPD_DECLINED
 * when the request has none. `argument` is what follows the colon of a variable with
 * HTTPD_VARIABLE_ARGUMENT. May not suspend. Loop thread. */
typedef httpd_result (*httpd_variable_get)(httpd_request* request, httpd_str argument,
                                           httpd_str* value, void* user);

#define HTTPD_VARIABLE_ARGUMENT 1u /* %{name:argument}: never kept, asked each time */
#define HTTPD_VARIABLE_VOLATILE 2u /* asked each time; else once per request */

/* A variable as a module brings it. */
typedef struct httpd_variable_options {
  uint32_t size;  /* sizeof(httpd_variable_options) */
  uint32_t flags; /* HTTPD_VARIABLE_* */
  httpd_variable_get get;
  void* user;
  httpd_destroy destroy; /* when the generation ends */
} httpd_variable_options;

/* Adds a variable; names compare without case. HTTPD_ERR_EXISTS: taken, by the core or by the
 * module that the log names. Register function. Since 1.0. */
HTTPD_API httpd_result httpd_variable_add(httpd_module_handle* self, httpd_str name,
                                          const httpd_variable_options* options);

/* The variable "NAME" or "name:argument"; NULL when nobody brings it. Good for the generation.
 * Configuration time, after every module was registered. Since 1.0. */
HTTPD_API const httpd_variable* httpd_variable_find(httpd_module_handle* self, httpd_str name);

/* Its value in this request: HTTPD_OK, HTTPD_DECLINED when it has none, HTTPD_ERR_STATE when its
 * own function asks for it. Constant time after the first. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_variable_value(httpd_request* request, const httpd_variable* variable,
                                            httpd_str* value);

#define HTTPD_EXPRESSION_STRING 1u /* the text is a string with %{…} in it, not a condition */

/* Compiles; lives as long as the generation. On an error NULL, with the reason and the offset at
 * which it was seen in *error. Configuration time, after every module was registered. Since 1.0. */
HTTPD_API httpd_expression* httpd_expression_compile(httpd_module_handle* self, httpd_str text,
                                                     uint32_t flags, httpd_str* error);

/* A condition: HTTPD_OK when it holds, HTTPD_DECLINED when not, HTTPD_ERR_LIMIT when a regular
 * expression in it took too many steps, HTTPD_ERR_INVALID for an expression made with
 * HTTPD_EXPRESSION_STRING. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_expression_test(httpd_request* request,
                                             const httpd_expression* expression);

/* A string: HTTPD_OK with *value, which lives as long as the request. A variable without a value is
 * the empty string. Of a condition "true" or "false". Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_expression_string(httpd_request* request,
                                               const httpd_expression* expression,
                                               httpd_str* value);

HTTPD_EXTERN_C_END

#endif /* HTTPD_VARIABLE_H */
