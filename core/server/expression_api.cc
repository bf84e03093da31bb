// SPDX-License-Identifier: Apache-2.0
//
// Expressions as modules compile and ask them: the second half of httpd/variable.h.

#include "server/api_check.h"
#include "server/expression.h"
#include "server/generation_impl.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;

#define REQUIRE_EXPRESSION(request, expression)                                             \
  HTTPD_REQUIRE((expression) != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,              \
                "the expression is NULL");                                                  \
  HTTPD_REQUIRE((expression)->generation == (request)->worker->generation, HTTPD_ERR_STALE, \
                HTTPD_ERR_STALE, "the expression belongs to another generation")

httpd_expression* httpd_expression_compile(httpd_module_handle* self, httpd_str text,
                                           uint32_t flags, httpd_str* error) {
  if (error != nullptr) *error = {nullptr, 0};
  HTTPD_REQUIRE_HANDLE(self, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  HTTPD_REQUIRE(self->registering == nullptr, nullptr, HTTPD_ERR_STATE,
                "only when every module was registered");
  HTTPD_REQUIRE((flags & ~HTTPD_EXPRESSION_STRING) == 0, nullptr, HTTPD_ERR_UNSUPPORTED,
                "flags that this core does not know");
  const httpd::server::CompileExpression input = {.pool = self->pool,
                                                  .variables = &self->generation->variables};
  std::string reason;
  httpd_expression* expression =
      httpd::server::Compile(input, View(text), (flags & HTTPD_EXPRESSION_STRING) != 0, &reason);
  if (expression == nullptr) {
    if (error != nullptr) *error = self->pool->Copy(reason);
    return nullptr;
  }
  expression->generation = self->generation;
  return expression;
}

httpd_result httpd_expression_test(httpd_request* request, const httpd_expression* expression) {
  HTTPD_CHECK_REQUEST(request);
  REQUIRE_EXPRESSION(request, expression);
  HTTPD_REQUIRE(expression->condition != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the expression is a text, not a condition");
  return httpd::server::Test(request, *expression);
}

httpd_result httpd_expression_string(httpd_request* request, const httpd_expression* expression,
                                     httpd_str* value) {
  HTTPD_CHECK_REQUEST(request);
  REQUIRE_EXPRESSION(request, expression);
  HTTPD_REQUIRE(value != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`value` is NULL");
  *value = {nullptr, 0};
  return httpd::server::TextOf(request, *expression, value);
}
