// SPDX-License-Identifier: Apache-2.0
//
// httpd/provider.h: what modules offer each other. Whoever does not find what it needs is told what
// there is instead and which LoadModule line helps, in the words it may refuse the configuration
// with.

#include "server/provider.h"

#include "base/concat.h"
#include "base/str.h"
#include "server/api_check.h"
#include "server/generation_impl.h"

namespace httpd::server {

const Provider* ProviderTable::Find(std::string_view group, std::string_view name,
                                    uint32_t major) const {
  for (const Provider& provider : providers_) {
    if (provider.group == group && provider.name == name && provider.major() == major) {
      return &provider;
    }
  }
  return nullptr;
}

namespace {

std::string VersionText(uint32_t version) {
  return base::Concat(version >> 16, ".", version & 0xffff);
}

// "2.0 (module provider_v2) and 1.1 (module provider_v1)"
std::string Others(const ProviderTable& providers, std::string_view group, std::string_view name) {
  std::string text;
  for (const Provider& provider : providers) {
    if (provider.group != group || provider.name != name) continue;
    base::Append(&text, text.empty() ? "" : " and ", VersionText(provider.version), " (module ",
                 provider.module->name, ")");
  }
  return text;
}

// The names that the group has instead.
std::string Names(const ProviderTable& providers, std::string_view group) {
  std::string text;
  for (const Provider& provider : providers) {
    if (provider.group != group) continue;
    base::Append(&text, text.empty() ? "" : ", ", provider.name);
  }
  return text;
}

httpd_result Missing(httpd_module_handle* self, std::string_view group, std::string_view name,
                     uint32_t version) {
  const httpd_generation& generation = *self->generation;
  const std::string others = Others(generation.providers, group, name);
  const std::string names = Names(generation.providers, group);
  std::string what =
      base::Concat("it needs provider ", group, "/", name, " version ", VersionText(version), "; ");
  if (!others.empty()) {
    base::Append(&what, "there is version ", others);
  } else if (!names.empty()) {
    base::Append(&what, "group ", group, " has only ", names);
  } else {
    base::Append(&what, "no loaded module offers anything in group ", group);
  }
  std::string fix;
  if (generation.input.offers) {
    fix = generation.input.offers(base::Concat(group, ".", name, "/", version >> 16));
  }
  if (fix.empty()) {
    fix = base::Concat("load a module that provides ", group, "/", name, " in version ",
                       version >> 16, ".x with LoadModule");
  }
  httpd_module_error(self, base::Str(what), base::Str(fix));
  return others.empty() ? HTTPD_ERR_NOT_FOUND : HTTPD_ERR_VERSION;
}

}  // namespace
}  // namespace httpd::server

using httpd::base::Str;
using httpd::base::View;
using httpd::server::Provider;

#define CHECK_FINDING(self)                                                              \
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);                                         \
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);                                           \
  HTTPD_REQUIRE((self)->registering == nullptr && (self)->generation->worker == nullptr, \
                HTTPD_ERR_STATE, HTTPD_ERR_STATE,                                        \
                "only at configuration time, when every module was registered")

httpd_result httpd_provider_add(httpd_module_handle* self, httpd_str group, httpd_str name,
                                uint32_t version, const void* table, void* user) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(self->registering != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not in the register function");
  HTTPD_REQUIRE(!View(group).empty() && !View(name).empty(), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "`group` or `name` is empty");
  HTTPD_REQUIRE(table != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`table` is NULL");
  httpd::server::ProviderTable& providers = self->generation->providers;
  if (const Provider* taken = providers.Find(View(group), View(name), version >> 16)) {
    const std::string what =
        httpd::base::Concat("provider ", View(group), "/", View(name), " version ", version >> 16,
                            ".x is offered by module ", taken->module->name, " already");
    httpd_module_error(self, Str(what), HTTPD_STR("load only one of the two modules"));
    return HTTPD_ERR_EXISTS;
  }
  providers.Add({.group = std::string(View(group)),
                 .name = std::string(View(name)),
                 .version = version,
                 .table = table,
                 .user = user,
                 .module = self});
  return HTTPD_OK;
}

httpd_result httpd_provider_find(httpd_module_handle* self, httpd_str group, httpd_str name,
                                 uint32_t version, const void** table, void** user) {
  CHECK_FINDING(self);
  HTTPD_REQUIRE(table != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`table` is NULL");
  const Provider* found = self->generation->providers.Find(View(group), View(name), version >> 16);
  if (found == nullptr || found->minor() < (version & 0xffff)) {
    *table = nullptr;
    if (user != nullptr) *user = nullptr;
    return httpd::server::Missing(self, View(group), View(name), version);
  }
  *table = found->table;
  if (user != nullptr) *user = found->user;
  return HTTPD_OK;
}

httpd_result httpd_provider_at(httpd_module_handle* self, httpd_str group, uint32_t index,
                               httpd_str* name, uint32_t* version, httpd_str* module_name) {
  CHECK_FINDING(self);
  for (const Provider& provider : self->generation->providers) {
    if (provider.group != View(group) || index-- > 0) continue;
    if (name != nullptr) *name = Str(provider.name);
    if (version != nullptr) *version = provider.version;
    if (module_name != nullptr) *module_name = Str(provider.module->name);
    return HTTPD_OK;
  }
  return HTTPD_ERR_NOT_FOUND;
}
