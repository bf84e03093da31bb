// SPDX-License-Identifier: Apache-2.0
//
// Sources of passwords, asked one after the other for the AUTHENTICATE hook of a scheme. When one
// of them suspends, the hook has already returned: the walk goes on when the answer is there, and
// what it comes to is the hook's answer.

#include <cstring>

#include "base/concat.h"
#include "http/status.h"
#include "module/loader.h"
#include "server/api_check.h"
#include "server/auth.h"
#include "server/guarded_call.h"
#include "server/phases.h"

using httpd::base::Str;
using httpd::base::View;

namespace httpd::server {
namespace {

httpd_result Walk(Request* request);

httpd_result Finish(Request* request, const AuthSource& source, httpd_result result) {
  AuthRun* run = request->auth;
  // Nobody needs it any more; a later leak of this memory shall not hold it.
  std::memset(const_cast<char*>(run->password.data), 0, run->password.len);
  run->password.len = 0;
  if (result == HTTPD_OK) {
    request->user = run->name;
    return HTTPD_OK;
  }
  if (http::StatusIsValid(result)) return result;
  LogRequest(
      request, log::Level::kError, request->worker->generation->registry.at(source.slot)->name,
      base::Concat("the password source ", source.name, " answered ", result, " (",
                   module::ResultName(result), "); the request ends with status 500 [HS-78]"));
  return 500;
}

httpd_result Resumed(Request* request, httpd_result result) {
  AuthRun* run = request->auth;
  if (result == HTTPD_DECLINED) return Walk(request);
  const AuthSource* source =
      request->worker->generation->auth.FindSource(View(run->names[run->next - 1]));
  return Finish(request, *source, result);
}

httpd_result Walk(Request* request) {
  AuthRun* run = request->auth;
  const AuthSource* source = nullptr;
  while (run->next < run->count) {
    const std::string_view name = View(run->names[run->next++]);
    source = request->worker->generation->auth.FindSource(name);
    if (source == nullptr) {
      LogRequest(request, log::Level::kError, "core",
                 base::Concat("there is no password source \"", name,
                              "\"; the request ends with status 500 [HS-77]"));
      return 500;
    }
    httpd_result result = 500;
    request->flags.token_given = false;
    GuardedCall(request, source->slot, HTTPD_HOOK_AUTHENTICATE, "a password source", [&] {
      result = source->check(request, Str(run->name), run->password, source->user);
    });
    if (result == HTTPD_SUSPENDED && request->flags.token_given) {
      request->on_resume = Resumed;
      return HTTPD_SUSPENDED;
    }
    if (result != HTTPD_DECLINED) return Finish(request, *source, result);
  }
  return Finish(request, *source, 401);
}

}  // namespace
}  // namespace httpd::server

using httpd::server::AuthOf;
using httpd::server::AuthRun;
using httpd::server::RequestState;

httpd_result httpd_authn_check(httpd_request* r, const httpd_str* names, uint32_t count,
                               httpd_str name, httpd_str password) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE(names != nullptr && count > 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "no source is named");
  HTTPD_REQUIRE(name.len == 0 || name.data != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the name is NULL");
  HTTPD_REQUIRE(password.len == 0 || password.data != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the password is NULL");
  const httpd::server::Program& program = r->worker->generation->program;
  const bool authenticating = r->state == RequestState::kRunning && r->pc < program.steps.size() &&
                              program.steps[r->pc].hook == HTTPD_HOOK_AUTHENTICATE;
  HTTPD_REQUIRE(authenticating, HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in an AUTHENTICATE hook");
  AuthRun* run = AuthOf(r);
  if (run == nullptr) return HTTPD_ERR_NO_MEMORY;
  const httpd_str kept_name = r->pool.Copy(View(name));
  const httpd_str kept_password = r->pool.Copy(View(password));
  if (kept_name.data == nullptr || kept_password.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  run->names = names;
  run->count = count;
  run->next = 0;
  run->name = View(kept_name);
  run->password = kept_password;
  return httpd::server::Walk(r);
}
