// SPDX-License-Identifier: Apache-2.0
//
// The variables of httpd/variable.h: a value is made when somebody asks, and kept by the request
// unless its variable is volatile or takes an argument.

#include "server/variable.h"

#include <cstring>

#include "base/concat.h"
#include "base/sized.h"
#include "module/loader.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

// Variables may be made of variables, but not without end.
constexpr uint32_t kMaxDepth = 16;

// The getters that run now, innermost first.
struct Running {
  const Running* outer;
  const httpd_request* request;
  const httpd_variable_get get;
  const void* user;
  std::string_view argument;
};
thread_local const Running* t_running = nullptr;

bool Repeats(const Running& wanted) {
  uint32_t depth = 0;
  for (const Running* r = wanted.outer; r != nullptr; r = r->outer) {
    const bool same = r->request == wanted.request && r->get == wanted.get &&
                      r->user == wanted.user && r->argument == wanted.argument;
    if (same || ++depth >= kMaxDepth) return true;
  }
  return false;
}

httpd_result Call(Request* request, const httpd_variable& variable, httpd_str argument,
                  httpd_str* value) {
  process::ScoreboardSlot* slot = request->worker->slot;
  const uint16_t module = slot->module.load(std::memory_order_relaxed);
  const uint16_t hook = slot->hook.load(std::memory_order_relaxed);
  slot->Blame(variable.module->slot, hook);
  httpd_result result;
  try {
    result = variable.get(request, argument, value, variable.user);
  } catch (...) {
    base::ReportException("variable");
    result = HTTPD_DECLINED;
  }
  slot->Blame(module, hook);
  return result;
}

// A getter of a module: watched, and its answer is judged.
httpd_result Guarded(Request* request, const httpd_variable& variable, httpd_str argument,
                     httpd_str* value) {
  const Running running = {t_running, request, variable.get, variable.user, base::View(argument)};
  if (Repeats(running)) {
    LogRequest(
        request, log::Level::kError, variable.module->name,
        base::Concat("variable ", variable.name, " asks for itself; it has no value here [HS-71]"));
    return HTTPD_ERR_STATE;
  }
  t_running = &running;
  const httpd_result result = Call(request, variable, argument, value);
  t_running = running.outer;
  if (result == HTTPD_OK || result == HTTPD_DECLINED) return result;
  if (result != HTTPD_ERR_STATE) {
    LogRequest(request, log::Level::kError, variable.module->name,
               base::Concat("the function of variable ", variable.name, " answered ",
                            module::ResultName(result), "; it has no value here [HS-72]"));
  }
  return HTTPD_DECLINED;
}

httpd_result Make(Request* request, const httpd_variable& variable, httpd_str argument,
                  httpd_str* value) {
  *value = {nullptr, 0};
  const httpd_result result = variable.module == nullptr
                                  ? variable.get(request, argument, value, variable.user)
                                  : Guarded(request, variable, argument, value);
  if (result != HTTPD_OK) *value = {nullptr, 0};
  return result;
}

// Null without memory: then nothing is kept.
VariableValue* Kept(Request* request, uint32_t index) {
  RequestExtras* extras = MakeExtras(request);
  if (extras == nullptr) return nullptr;
  if (extras->variables == nullptr) {
    const size_t size = request->worker->generation->variables.kept() * sizeof(VariableValue);
    void* values = request->pool.Alloc(size);
    if (values == nullptr) return nullptr;
    std::memset(values, 0, size);
    extras->variables = static_cast<VariableValue*>(values);
  }
  return &extras->variables[index];
}

}  // namespace

httpd_result ValueOf(httpd_request* request, const httpd_variable& variable, httpd_str argument,
                     httpd_str* value) {
  using State = VariableValue::State;
  if (variable.index == httpd_variable::kNotKept) return Make(request, variable, argument, value);
  VariableValue* kept = Kept(request, variable.index);
  if (kept == nullptr) return Make(request, variable, argument, value);
  if (kept->state == State::kUnknown) {
    const httpd_result result = Make(request, variable, argument, value);
    if (result != HTTPD_OK && result != HTTPD_DECLINED) return result;
    kept = Kept(request, variable.index);  // a getter may have had them forgotten
    if (kept == nullptr) return result;
    *kept = {result == HTTPD_OK ? State::kSet : State::kNone, *value};
  }
  *value = kept->value;
  return kept->state == State::kSet ? HTTPD_OK : HTTPD_DECLINED;
}

void ForgetVariables(httpd_request* request) {
  if (RequestExtras* extras = Extras(request)) extras->variables = nullptr;
}

}  // namespace httpd::server

using httpd::base::Str;
using httpd::base::View;

httpd_result httpd_variable_add(httpd_module_handle* self, httpd_str name,
                                const httpd_variable_options* raw) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(self->registering != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not in the register function");
  httpd_variable_options options;
  HTTPD_READ_SIZED(httpd_variable_options, raw, &options);
  HTTPD_REQUIRE(options.get != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`get` is NULL");
  constexpr uint32_t kKnown = HTTPD_VARIABLE_ARGUMENT | HTTPD_VARIABLE_VOLATILE;
  HTTPD_REQUIRE((options.flags & ~kKnown) == 0, HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "flags that this core does not know");
  HTTPD_REQUIRE(httpd::server::IsVariableName(View(name)), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "a variable's name has letters, digits and \"_\", no digit first");
  const httpd_module_handle* taken = nullptr;
  if (self->generation->variables.Add(self, View(name), options, &taken) != nullptr) {
    return HTTPD_OK;
  }
  const std::string what = httpd::base::Concat(
      "variable ", View(name), " is taken by ",
      taken == nullptr ? std::string("the core") : httpd::base::Concat("module ", taken->name));
  httpd::base::ReportMisuse(__func__, HTTPD_ERR_EXISTS, what);
  httpd_module_error(self, Str(what), Str(std::string_view("load only one of the two modules")));
  return HTTPD_ERR_EXISTS;
}

const httpd_variable* httpd_variable_find(httpd_module_handle* self, httpd_str name) {
  HTTPD_REQUIRE_HANDLE(self, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  HTTPD_REQUIRE(self->registering == nullptr && self->generation->worker == nullptr, nullptr,
                HTTPD_ERR_STATE, "only at configuration time, when every module was registered");
  return self->generation->variables.Find(View(name), self->pool);
}

httpd_result httpd_variable_value(httpd_request* request, const httpd_variable* variable,
                                  httpd_str* value) {
  HTTPD_CHECK_REQUEST(request);
  HTTPD_REQUIRE(variable != nullptr && value != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "`variable` or `value` is NULL");
  HTTPD_REQUIRE(
      variable->module == nullptr || variable->module->generation == request->worker->generation,
      HTTPD_ERR_STALE, HTTPD_ERR_STALE, "the variable belongs to another generation");
  return httpd::server::ValueOf(request, *variable, variable->argument, value);
}
