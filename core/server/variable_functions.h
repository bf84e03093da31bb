// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/variable.h>

#include <span>

namespace httpd::server {

// %{name:argument} and name(…) of the core.
struct VariableFunction {
  const char* name;
  httpd_variable_get get;
};
std::span<const VariableFunction> VariableFunctions();

}  // namespace httpd::server
