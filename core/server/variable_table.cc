// SPDX-License-Identifier: Apache-2.0
//
// The variables of a generation by name, so that a configuration finds them once and a request by
// index.

#include "base/misuse.h"
#include "base/str.h"
#include "server/variable.h"

namespace httpd::server {
namespace {

std::string Lower(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = base::LowerAscii(c);
  return lower;
}

}  // namespace

bool IsVariableName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const char lower = base::LowerAscii(c);
    if (!((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

VariableTable::~VariableTable() {
  for (const auto& [name, variable] : variables_) {
    if (variable->destroy == nullptr) continue;
    try {
      variable->destroy(variable->user);
    } catch (...) {
      base::ReportException("destroy");
    }
  }
}

httpd_variable* VariableTable::Add(const module::Module* module, std::string_view name,
                                   const httpd_variable_options& options,
                                   const module::Module** taken) {
  auto& variable = variables_[Lower(name)];
  if (variable != nullptr) {
    *taken = variable->module;
    return nullptr;
  }
  variable = std::make_unique<httpd_variable>();
  variable->name = name;
  variable->module = module;
  variable->get = options.get;
  variable->user = options.user;
  variable->destroy = options.destroy;
  variable->flags = options.flags;
  if ((options.flags & (HTTPD_VARIABLE_ARGUMENT | HTTPD_VARIABLE_VOLATILE)) == 0) {
    variable->index = kept_++;
  }
  return variable.get();
}

const httpd_variable* VariableTable::Find(std::string_view name) const {
  const auto it = variables_.find(Lower(name));
  return it == variables_.end() ? nullptr : it->second.get();
}

const httpd_variable* VariableTable::Find(std::string_view text, httpd_pool* pool) const {
  const size_t colon = text.find(':');
  const httpd_variable* variable = Find(text.substr(0, colon));
  if (variable == nullptr || variable->takes_argument() != (colon != text.npos)) return nullptr;
  if (!variable->takes_argument()) return variable;
  auto* bound = pool->New<httpd_variable>(*variable);
  if (bound == nullptr) return nullptr;
  bound->argument = pool->Copy(text.substr(colon + 1));
  return bound->argument.data == nullptr ? nullptr : bound;
}

}  // namespace httpd::server
