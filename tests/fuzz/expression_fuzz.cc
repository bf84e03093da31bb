// SPDX-License-Identifier: Apache-2.0
//
// A text is a good expression or an error with an offset within it; a good one gives a result in
// any request, the same one twice.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/str.h"
#include "net/connection.h"
#include "server/expression.h"
#include "server/request.h"
#include "server/variable_functions.h"

namespace httpd::server {
namespace {

void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

httpd_result Text(httpd_request*, httpd_str, httpd_str* value, void*) {
  *value = HTTPD_STR("some text/with-123 and 10.1.2.3");
  return HTTPD_OK;
}

httpd_result Echo(httpd_request*, httpd_str argument, httpd_str* value, void*) {
  *value = argument;
  return argument.len % 2 == 0 ? HTTPD_OK : HTTPD_DECLINED;
}

// Functions that make texts of texts are the core's own; those that ask a request are not called
// by a request that has no message.
const VariableTable& Variables() {
  static const VariableTable* table = [] {
    auto* made = new VariableTable;
    const module::Module* taken = nullptr;
    const auto add = [&](const char* name, uint32_t flags, httpd_variable_get get) {
      made->Add(nullptr, name,
                {.size = sizeof(httpd_variable_options),
                 .flags = flags,
                 .get = get,
                 .user = nullptr,
                 .destroy = nullptr},
                &taken);
    };
    for (const char* name : {"REQUEST_METHOD", "HTTP_HOST", "TEXT"}) {
      add(name, HTTPD_VARIABLE_VOLATILE, Text);
    }
    for (const char* name : {"req", "upper"}) add(name, HTTPD_VARIABLE_ARGUMENT, Echo);
    for (const VariableFunction& function : VariableFunctions()) {
      const std::string_view name = function.name;
      if (name.find("case") == 0 || name.find("to") == 0 || name.find("escape") != name.npos ||
          name.find("base64") != name.npos) {
        add(function.name, HTTPD_VARIABLE_ARGUMENT, function.get);
      }
    }
    return made;
  }();
  return *table;
}

void CheckOne(httpd_request* request, std::string_view text, bool is_string) {
  httpd_pool pool;
  std::string error;
  const httpd_expression* expression =
      Compile({.pool = &pool, .variables = &Variables()}, text, is_string, &error);
  Check((expression == nullptr) != error.empty(), "an expression or an error");
  if (expression == nullptr) {
    if (error.starts_with("at offset ")) {
      Check(std::strtoul(error.c_str() + 10, nullptr, 10) <= text.size(), "the offset lies within");
    }
    return;
  }
  httpd_str first = {nullptr, 0};
  httpd_str second = {nullptr, 0};
  const httpd_result result = TextOf(request, *expression, &first);
  Check(result == TextOf(request, *expression, &second), "the same result twice");
  if (result == HTTPD_OK) Check(base::View(first) == base::View(second), "the same text twice");
}

}  // namespace
}  // namespace httpd::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  // Of exactly the right size, so that a sanitizer sees any step outside.
  std::unique_ptr<char[]> copy(new char[size]);
  for (size_t i = 0; i < size; ++i) copy[i] = static_cast<char>(data[i]);
  static httpd_connection connection = {};
  auto request = std::make_unique<httpd_request>(nullptr, 0);
  request->connection = &connection;
  httpd::server::CheckOne(request.get(), {copy.get(), size}, false);
  httpd::server::CheckOne(request.get(), {copy.get(), size}, true);
  request->pool.Clear();
  return 0;
}
