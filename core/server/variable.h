// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/variable.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "module/registry.h"

// A named value, of the core or of a module; or one of those with an argument ("req:Accept").
struct httpd_variable {
  static constexpr uint32_t kNotKept = UINT32_MAX;

  std::string name;                               // as it was added
  const httpd::module::Module* module = nullptr;  // null: the core
  httpd_variable_get get = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
  uint32_t flags = 0;
  uint32_t index = kNotKept;  // in what a request keeps
  httpd_str argument = {nullptr, 0};

  bool takes_argument() const { return (flags & HTTPD_VARIABLE_ARGUMENT) != 0; }
};

namespace httpd::server {

// What a request keeps of a variable.
struct VariableValue {
  enum class State : uint8_t { kUnknown, kSet, kNone };
  State state;
  httpd_str value;
};

// The variables of a generation.
class VariableTable {
 public:
  VariableTable() = default;
  VariableTable(const VariableTable&) = delete;
  ~VariableTable();

  // Brings in what the core has.
  void AddCore();
  // Null when the name is taken; *taken is then whose it is. A null module is the core.
  httpd_variable* Add(const module::Module* module, std::string_view name,
                      const httpd_variable_options& options, const module::Module** taken);
  // By name alone; names compare without case.
  const httpd_variable* Find(std::string_view name) const;
  // "NAME" or "name:argument"; null when nobody brings it in this form. From `pool`.
  const httpd_variable* Find(std::string_view text, httpd_pool* pool) const;
  // How many values a request keeps.
  uint32_t kept() const { return kept_; }

 private:
  absl::flat_hash_map<std::string, std::unique_ptr<httpd_variable>> variables_;  // lower case
  uint32_t kept_ = 0;
};

// Letters, digits and "_", no digit first.
bool IsVariableName(std::string_view name);

// HTTPD_OK, HTTPD_DECLINED, or HTTPD_ERR_STATE when a variable asks for itself. `argument` is that
// of a variable that takes one.
httpd_result ValueOf(httpd_request* request, const httpd_variable& variable, httpd_str argument,
                     httpd_str* value);

// Values are made again the next time: the request got another path.
void ForgetVariables(httpd_request* request);

}  // namespace httpd::server
