// SPDX-License-Identifier: Apache-2.0
//
// The way of a request through the hooks: a flat list of steps and an index into it, so that a hook
// can suspend anywhere and go on later.

#include "server/phases.h"

#include "base/concat.h"
#include "http/status.h"
#include "module/loader.h"
#include "server/auth.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

std::string_view ModuleName(const Request* request, const module::HookEntry* entry) {
  return request->worker->generation->registry.at(entry->slot)->name;
}

void AddHook(Program* program, const module::HookTable& hooks, uint32_t hook, bool first,
             httpd_result (*core)(Request*), bool core_first) {
  const size_t begin = program->steps.size();
  const auto hook16 = static_cast<uint16_t>(hook);
  if (core != nullptr && core_first) program->steps.push_back({.core = core, .hook = hook16});
  for (const module::HookEntry& entry : hooks.Of(hook)) {
    program->steps.push_back({.entry = &entry, .hook = hook16});
  }
  if (core != nullptr && !core_first) program->steps.push_back({.core = core, .hook = hook16});
  const auto end = static_cast<uint16_t>(program->steps.size());
  for (size_t i = begin; i < end; ++i) {
    program->steps[i].first = first;
    program->steps[i].end = end;
  }
}

std::vector<const module::HookEntry*> Pointers(const module::HookTable& hooks, uint32_t hook) {
  std::vector<const module::HookEntry*> pointers;
  for (const module::HookEntry& entry : hooks.Of(hook)) pointers.push_back(&entry);
  return pointers;
}

// A hook's answer that is neither a status nor one of the expected constants.
void LogBadAnswer(Request* request, const Step& step, httpd_result result) {
  const std::string_view module = step.entry == nullptr ? "core" : ModuleName(request, step.entry);
  LogRequest(
      request, log::Level::kError, module,
      base::Concat(HookName(step.hook), " hook answered ", result, " (", module::ResultName(result),
                   "); the request ends with status 500 [HS-01]"));
}

// What an ACCESS hook refuses may be left to the rules of Require.
bool Outweighed(Request* request, const Step& step, httpd_result result) {
  return step.hook == HTTPD_HOOK_ACCESS && step.entry != nullptr &&
         RulesMayOutweigh(request, result);
}

// Applies the answer of the step at pc. False when the request is done with running.
bool Apply(Request* request, const Program& program, httpd_result result) {
  const Step& step = program.steps[request->pc];
  if (result == HTTPD_OK && step.first) {
    request->pc = step.end;
    return true;
  }
  if (result == HTTPD_OK || result == HTTPD_DECLINED) {
    ++request->pc;
    return true;
  }
  if (result == kRestarted) return true;  // an internal redirect has set pc
  if (Outweighed(request, step, result)) {
    ++request->pc;
    return true;
  }
  if (result == HTTPD_DONE) {
    Complete(request);
  } else if (http::StatusIsValid(result)) {
    Fail(request, static_cast<uint32_t>(result));
  } else {
    LogBadAnswer(request, step, result);
    Fail(request, 500);
  }
  return false;
}

// False: the hook asked for no token, so that nobody could resume it.
bool Suspend(Request* request) {
  if (!request->flags.token_given) return false;
  request->state = RequestState::kSuspended;
  if (request->filters != nullptr) FlushMarks(request);
  if (request->flags.flush_due) request->worker->Soon(request);
  return true;
}

// CONNECT asks for a tunnel to somewhere else (RFC 9110 §9.3.6): nothing is mapped to a file.
httpd_result RefuseConnect(Request* request) {
  AddField(request, "Allow", "GET, HEAD, OPTIONS");
  return 405;
}

// The steps of a CONNECT, behind those of all other requests. Where its ACCESS ends.
size_t AddConnectSteps(Program* p, const module::HookTable& hooks) {
  p->connect = static_cast<uint16_t>(p->steps.size());
  AddHook(p, hooks, HTTPD_HOOK_READ_REQUEST, false, nullptr, false);
  AddHook(p, hooks, HTTPD_HOOK_HEADER_PARSE, false, WalkLocations, true);
  AddHook(p, hooks, HTTPD_HOOK_ACCESS, false, CheckAccess, false);
  const size_t access_end = p->steps.size();
  AddHook(p, hooks, HTTPD_HOOK_FIXUP, false, nullptr, false);
  AddHook(p, hooks, HTTPD_HOOK_HANDLER, true, RefuseConnect, false);
  return access_end;
}

// AUTHENTICATE and AUTHORIZE lie out of the way: the end of ACCESS goes there when a user is
// needed, and their end goes back behind it.
void AddAuthSteps(Program* p, const module::HookTable& hooks, size_t access_end) {
  p->steps[access_end - 1].end = static_cast<uint16_t>(p->steps.size());
  AddHook(p, hooks, HTTPD_HOOK_AUTHENTICATE, true, RequireUser, false);
  const size_t authorize = p->steps.size();
  AddHook(p, hooks, HTTPD_HOOK_AUTHORIZE, true, CheckUser, false);
  for (size_t i = authorize; i < p->steps.size(); ++i) {
    p->steps[i].end = static_cast<uint16_t>(access_end);
  }
}

}  // namespace

Program CompileProgram(const module::HookTable& hooks, bool access_files) {
  Program p;
  AddHook(&p, hooks, HTTPD_HOOK_READ_REQUEST, false, nullptr, false);
  p.restart = static_cast<uint16_t>(p.steps.size());
  AddHook(&p, hooks, HTTPD_HOOK_TRANSLATE, false, WalkLocations, true);
  p.steps.resize(p.restart + 1u);  // only the core's step; the hooks follow with their own rule
  p.steps.back().end = static_cast<uint16_t>(p.steps.size());
  AddHook(&p, hooks, HTTPD_HOOK_TRANSLATE, true, TranslateToDocumentRoot, false);
  AddHook(&p, hooks, HTTPD_HOOK_MAP_STORAGE, true,
          access_files ? MapStorageAndAccessFiles : MapStorage, false);
  AddHook(&p, hooks, HTTPD_HOOK_HEADER_PARSE, false, nullptr, false);
  AddHook(&p, hooks, HTTPD_HOOK_ACCESS, false, CheckAccess, false);
  p.lookup_end = static_cast<uint16_t>(p.steps.size());
  AddHook(&p, hooks, HTTPD_HOOK_TYPE, false, ApplyForcedType, false);
  AddHook(&p, hooks, HTTPD_HOOK_FIXUP, false, nullptr, false);
  p.inserting = static_cast<uint16_t>(p.steps.size());
  AddHook(&p, hooks, HTTPD_HOOK_INSERT_FILTER, false, CheckBodyLimit, true);
  AddHook(&p, hooks, HTTPD_HOOK_HANDLER, true, ServeFile, false);
  const size_t connect_access_end = AddConnectSteps(&p, hooks);
  p.end = static_cast<uint16_t>(p.steps.size());
  p.steps.emplace_back();
  for (Step& step : p.steps) {
    if (step.hook == HTTPD_HOOK_HANDLER) step.end = p.end;
  }
  AddAuthSteps(&p, hooks, p.lookup_end);
  AddAuthSteps(&p, hooks, connect_access_end);
  p.insert_filter = Pointers(hooks, HTTPD_HOOK_INSERT_FILTER);
  p.error_page = Pointers(hooks, HTTPD_HOOK_ERROR_PAGE);
  p.log = Pointers(hooks, HTTPD_HOOK_LOG);
  p.request_end = Pointers(hooks, HTTPD_HOOK_REQUEST_END);
  return p;
}

httpd_result CallHook(const module::HookEntry* entry, Request* request) {
  request->worker->slot->Blame(entry->slot, entry->hook);
  httpd_result result;
  try {
    result = entry->request(request, entry->user);
  } catch (...) {
    LogRequest(request, log::Level::kError, ModuleName(request, entry),
               base::Concat("a C++ exception left the ", HookName(entry->hook),
                            " hook; the request ends with status 500 [HS-02]"));
    result = 500;
  }
  request->worker->slot->Blame(0, 0);
  return result;
}

void Run(Request* request) {
  const Program& program = request->worker->generation->program;
  const Step* const steps = program.steps.data();
  const uint16_t end = program.end;
  request->state = RequestState::kRunning;
  while (request->pc != end) {
    const Step& step = steps[request->pc];
    const httpd_result result =
        step.core != nullptr ? step.core(request) : CallHook(step.entry, request);
    // What most steps answer, without a call.
    if (result == HTTPD_DECLINED || (result == HTTPD_OK && !step.first)) {
      ++request->pc;
    } else if (result == HTTPD_OK) {
      request->pc = step.end;
    } else if (result == HTTPD_SUSPENDED && Suspend(request)) {
      return;
    } else if (!Apply(request, program, result)) {
      return;
    }
  }
  Complete(request);
}

httpd_result RunLookup(Request* request) {
  const Program& program = request->worker->generation->program;
  request->state = RequestState::kRunning;
  request->flags.lookup_only = true;
  request->pc = program.restart;
  httpd_result answer = HTTPD_OK;
  while (answer == HTTPD_OK && request->pc < program.lookup_end) {
    const Step& step = program.steps[request->pc];
    const httpd_result result =
        step.core != nullptr ? step.core(request) : CallHook(step.entry, request);
    if (result == HTTPD_OK && step.first) {
      request->pc = step.end;
    } else if (result == HTTPD_OK || result == HTTPD_DECLINED) {
      ++request->pc;
    } else if (result == HTTPD_SUSPENDED) {
      answer = HTTPD_ERR_STATE;
    } else if (Outweighed(request, step, result)) {
      ++request->pc;
    } else if (http::StatusIsValid(result)) {
      answer = result;
    } else if (result != kRestarted) {
      LogBadAnswer(request, step, result);
      answer = 500;
    }
  }
  request->flags.lookup_only = false;
  return answer == HTTPD_OK && request->pc > program.lookup_end ? 401 : answer;
}

void Continue(Request* request, httpd_result result) {
  request->state = RequestState::kRunning;
  request->flags.token_given = false;
  request->cancel = nullptr;
  if (request->on_resume != nullptr) {
    result = request->on_resume(request, result);
    if (result == HTTPD_SUSPENDED && Suspend(request)) return;
  }
  if (Apply(request, request->worker->generation->program, result)) Run(request);
}

void Complete(Request* request) {
  if (request->flags.complete) return;
  request->flags.complete = true;
  request->state = RequestState::kSending;
  if (request->filters != nullptr) return CompleteFiltered(request);
  request->body_size = request->body.bytes;
  request->stream->Send(request, true);
}

}  // namespace httpd::server
