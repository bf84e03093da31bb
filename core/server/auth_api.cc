// SPDX-License-Identifier: Apache-2.0
//
// httpd/auth.h: what modules bring, and what they may ask of a request. httpd_authn_check() is in
// auth_source.cc.

#include "base/concat.h"
#include "base/sized.h"
#include "http/field.h"
#include "module/hooks.h"
#include "server/api_check.h"
#include "server/auth.h"
#include "server/generation_impl.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::AuthKind;
using httpd::server::AuthKinds;
using httpd::server::AuthOf;
using httpd::server::AuthRun;
using httpd::server::AuthSource;

namespace {

bool IsWord(const char* name) {
  return name != nullptr && httpd::http::IsToken(std::string_view(name));
}

// The operator sees it with the LoadModule line when the register function then gives up.
httpd_result Taken(httpd_module_handle* self, std::string_view what, uint16_t slot) {
  const auto& modules = self->generation->registry;
  self->error = httpd::base::Concat(what, " is there already, brought by ",
                                    slot == 0 ? "the core" : modules.at(slot)->name);
  self->fix = "load only one of the two modules";
  return HTTPD_ERR_EXISTS;
}

bool MayAdd(const httpd_module_handle* self) {
  return self->registering != nullptr && self->generation != nullptr;
}

bool HasLocation(const httpd_request* r) { return r->location != nullptr; }

}  // namespace

httpd_result httpd_authz_add(httpd_module_handle* self, const httpd_authz_provider* raw) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  httpd_authz_provider provider;
  HTTPD_READ_SIZED(httpd_authz_provider, raw, &provider);
  HTTPD_REQUIRE(MayAdd(self), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "kinds of Require are added by the register function");
  HTTPD_REQUIRE(IsWord(provider.name), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the name is not a word");
  HTTPD_REQUIRE(provider.check != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "check is NULL");
  HTTPD_REQUIRE((provider.flags & ~HTTPD_AUTHZ_NEEDS_USER) == 0, HTTPD_ERR_UNSUPPORTED,
                HTTPD_ERR_UNSUPPORTED, "a flag is set that this core does not know");
  AuthKinds& all = self->generation->auth;
  const std::string_view name = provider.name;
  if (httpd::base::EqualsIgnoreCase(name, "all") || httpd::base::EqualsIgnoreCase(name, "not")) {
    return Taken(self, httpd::base::Concat("Require ", name), 0);
  }
  if (const AuthKind* other = all.Find(name); other != nullptr) {
    return Taken(self, httpd::base::Concat("Require ", name), other->slot);
  }
  all.kinds.push_back({.name = std::string(name),
                       .slot = self->slot,
                       .flags = provider.flags,
                       .module = self,
                       .parse = provider.parse,
                       .check = provider.check,
                       .user = provider.user,
                       .destroy = provider.destroy});
  return HTTPD_OK;
}

httpd_result httpd_authn_add(httpd_module_handle* self, const httpd_authn_provider* raw) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  httpd_authn_provider provider;
  HTTPD_READ_SIZED(httpd_authn_provider, raw, &provider);
  HTTPD_REQUIRE(MayAdd(self), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "sources are added by the register function");
  HTTPD_REQUIRE(IsWord(provider.name), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the name is not a word");
  HTTPD_REQUIRE(provider.check_password != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "check_password is NULL");
  HTTPD_REQUIRE(provider.flags == 0, HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "a flag is set that this core does not know");
  AuthKinds& all = self->generation->auth;
  if (const AuthSource* other = all.FindSource(provider.name); other != nullptr) {
    return Taken(self, httpd::base::Concat("the password source ", provider.name), other->slot);
  }
  all.sources.push_back({.name = provider.name,
                         .slot = self->slot,
                         .check = provider.check_password,
                         .user = provider.user,
                         .destroy = provider.destroy});
  return HTTPD_OK;
}

int32_t httpd_authn_exists(httpd_module_handle* self, httpd_str name) {
  HTTPD_REQUIRE_HANDLE(self, 0);
  return self->generation != nullptr && self->generation->auth.FindSource(View(name)) != nullptr;
}

httpd_str httpd_request_auth_type(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  if (!HasLocation(r)) return {"", 0};
  const std::string& type = r->location->core->auth_type.value;
  if (httpd::base::EqualsIgnoreCase(type, "none")) return {"", 0};
  return Str(type);
}

httpd_str httpd_request_auth_name(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  if (!HasLocation(r)) return {"", 0};
  return Str(r->location->core->auth_name.value);
}

int32_t httpd_request_needs_user(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  if (!HasLocation(r)) return 0;
  const httpd::server::CoreLocation& core = *r->location->core;
  if (core.granted.value || core.require == nullptr) return 0;
  const AuthRun* run = r->auth;
  if (run != nullptr && run->asked && run->rules == core.require) return run->user_needed;
  return core.require->root.needs_user;
}

httpd_result httpd_request_set_challenge(httpd_request* r, httpd_str challenge) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE(
      challenge.data != nullptr && challenge.len > 0 && httpd::http::IsFieldValue(View(challenge)),
      HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the challenge is not the value of a field");
  HTTPD_REQUIRE(!r->flags.head_sent && !r->flags.complete, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the response has begun");
  AuthRun* run = AuthOf(r);
  if (run == nullptr) return HTTPD_ERR_NO_MEMORY;
  const httpd_str copy = r->pool.Copy(View(challenge));
  auto* added = r->pool.New<AuthRun::Challenge>();
  if (copy.data == nullptr || added == nullptr) return HTTPD_ERR_NO_MEMORY;
  *added = {nullptr, View(copy)};
  AuthRun::Challenge** last = &run->challenges;
  while (*last != nullptr) last = &(*last)->next;
  *last = added;
  return HTTPD_OK;
}
