// SPDX-License-Identifier: Apache-2.0
//
// Asks the rules of a place about a request: three-valued logic over the tree of Require, as Apache
// 2.4 has it. A check that suspends leaves the tree; its answer is put where it belongs and the
// tree is asked anew, where every line that has answered before costs one look.

#include <algorithm>

#include "base/concat.h"
#include "http/status.h"
#include "module/loader.h"
#include "server/auth.h"
#include "server/guarded_call.h"
#include "server/phases.h"

namespace httpd::server {
namespace {

using Answer = AuthRun::Answer;

httpd_result GoOn(Request* request);

std::string_view NameOf(const Request* request, uint16_t slot) {
  return request->worker->generation->registry.at(slot)->name;
}

const Step& StepOf(const Request* request) {
  return request->worker->generation->program.steps[request->pc];
}

// What the check of a line has said, as one of ours.
Answer Understand(Request* request, AuthRun* run, const AuthNode& node, httpd_result result) {
  if (result == HTTPD_OK) return Answer::kGranted;
  if (result == HTTPD_DECLINED) return Answer::kDenied;
  run->ends_with = 500;
  if (http::StatusIsValid(result)) {
    run->ends_with = static_cast<uint32_t>(result);
  } else {
    LogRequest(
        request, log::Level::kError, NameOf(request, node.ask->slot),
        base::Concat("Require ", node.ask->name, " answered ", result, " (",
                     module::ResultName(result), "); the request ends with status 500 [HS-76]"));
  }
  return Answer::kEnds;
}

httpd_result Resumed(Request* request, httpd_result result) {
  AuthRun* run = request->auth;
  const AuthNode* node = run->waiting;
  run->waiting = nullptr;
  run->answers[node->index] = Understand(request, run, *node, result);
  return GoOn(request);
}

Answer AskLine(Request* request, AuthRun* run, const AuthNode& node) {
  if (node.ask == nullptr) return node.grants_all ? Answer::kGranted : Answer::kDenied;
  Answer& answer = run->answers[node.index];
  if (answer != Answer::kUnknown) return answer;
  if (node.needs_user && request->user.empty()) return Answer::kNoUser;
  const AuthKind& kind = *node.ask;
  httpd_result result = 500;
  request->flags.token_given = false;
  GuardedCall(request, kind.slot, StepOf(request).hook, "the check of a Require",
              [&] { result = kind.check(request, node.parsed, kind.user); });
  if (result == HTTPD_SUSPENDED && request->flags.token_given) {
    run->waiting = &node;
    request->on_resume = Resumed;
    return Answer::kWaits;
  }
  // A lookup may not wait: it ends there, and nothing is remembered.
  if (result == HTTPD_SUSPENDED && request->flags.lookup_only) return Answer::kWaits;
  return answer = Understand(request, run, node, result);
}

Answer AskNode(Request* request, AuthRun* run, const AuthNode& node);

// Puts the answers of lines together. `all`: every one that has an opinion must grant; else one is
// enough. kNoUser wins over kDenied where a user could still change the answer.
class Sum {
 public:
  explicit Sum(bool all) : all_(all) {}
  // False: the answer is known.
  bool Add(Answer one) {
    if (one == Answer::kEnds || one == Answer::kWaits) {
      sum_ = one;
      return false;
    }
    if (one == Answer::kNeutral) return true;
    if (one == (all_ ? Answer::kDenied : Answer::kGranted)) {
      sum_ = one;
      return false;
    }
    const bool weaker = sum_ == (all_ ? Answer::kGranted : Answer::kDenied);
    if (sum_ == Answer::kNeutral || (one == Answer::kNoUser && weaker)) sum_ = one;
    return true;
  }
  Answer value() const { return sum_; }

 private:
  bool all_;
  Answer sum_ = Answer::kNeutral;
};

Answer AskGroup(Request* request, AuthRun* run, const AuthNode& node) {
  Sum sum(node.kind == AuthNode::Kind::kAll);
  for (const AuthNode* inner : node.inner) {
    if (!sum.Add(AskNode(request, run, *inner))) break;
  }
  return sum.value();
}

Answer AskNode(Request* request, AuthRun* run, const AuthNode& node) {
  const bool line = node.kind == AuthNode::Kind::kLine;
  const Answer answer = line ? AskLine(request, run, node) : AskGroup(request, run, node);
  if (!node.negated && node.kind != AuthNode::Kind::kNone) return answer;
  if (answer == Answer::kGranted) return Answer::kDenied;
  // That it was not refused lets nobody in.
  if (answer == Answer::kDenied || answer == Answer::kNoUser) return Answer::kNeutral;
  return answer;
}

// Satisfy All: of the lines that need no user one must grant, and of those that need one as well.
Answer AskBoth(Request* request, AuthRun* run, const AuthNode& root) {
  Sum both(true);
  for (const bool with_user : {false, true}) {
    Sum sum(false);
    for (const AuthNode* inner : root.inner) {
      if (inner->needs_user == with_user && !sum.Add(AskNode(request, run, *inner))) break;
    }
    if (!both.Add(sum.value())) break;
  }
  return both.value();
}

Answer AskRules(Request* request, AuthRun* run) {
  const CoreLocation& core = *request->location->core;
  const AuthNode& root = core.require->root;
  const bool both = core.satisfy.value == Satisfy::kAll && root.kind == AuthNode::Kind::kAny;
  return both ? AskBoth(request, run, root) : AskNode(request, run, root);
}

httpd_result Deny(Request* request) {
  const bool all = request->location->core->require->lines == 1 &&
                   request->location->core->require->root.inner[0]->ask == nullptr;
  LogRequest(request, log::Level::kInfo, "core",
             base::Concat("client denied by ", all ? "\"Require all denied\"" : "Require", ": ",
                          request->filename, " [HS-04]"));
  return 403;
}

// A user is needed and nobody found out who it is.
httpd_result NobodyKnown(Request* request) {
  const AuthRun* run = request->auth;
  if (run != nullptr && run->challenges != nullptr) return 401;
  const CoreLocation& core = *request->location->core;
  const std::string& type = core.auth_type.value;
  const bool none = type.empty() || base::EqualsIgnoreCase(type, "none");
  LogRequest(request, log::Level::kError, "core",
             base::Concat("a user is needed, and ",
                          none ? "no AuthType is set"
                               : base::Concat("no module asks for one by AuthType ", type),
                          ": ", request->path, " [HS-75]; fix: ",
                          none ? "AuthType Basic" : "load the module of that AuthType"));
  return 500;
}

// Asks, and makes the answer of the step that asked.
httpd_result GoOn(Request* request) {
  AuthRun* run = request->auth;
  const bool authorize = StepOf(request).hook == HTTPD_HOOK_AUTHORIZE;
  run->asked = true;
  switch (AskRules(request, run)) {
    case Answer::kGranted:
      // The end of ACCESS goes on with TYPE, which follows it.
      return authorize ? HTTPD_OK : HTTPD_DECLINED;
    case Answer::kWaits:
      return HTTPD_SUSPENDED;
    case Answer::kEnds:
      return static_cast<httpd_result>(run->ends_with);
    case Answer::kNoUser:
      if (authorize) return NobodyKnown(request);
      run->user_needed = true;
      request->pc = StepOf(request).end;
      return kRestarted;
    default:
      return Deny(request);
  }
}

// The rules and answers for the place that the request is at.
bool Prepare(Request* request, AuthRun* run) {
  const AuthRules* rules = request->location->core->require;
  run->rules = rules;
  run->user_needed = run->asked = false;
  run->waiting = nullptr;
  const size_t size = std::max(1u, rules->lines) * sizeof(Answer);
  run->answers = static_cast<Answer*>(request->pool.Alloc(size));
  if (run->answers == nullptr) return false;
  std::fill_n(run->answers, std::max(1u, rules->lines), Answer::kUnknown);
  return true;
}

// The user of one realm is nobody in another.
void ForgetForeignUser(Request* request, const AuthRun& run) {
  const CoreLocation& core = *request->location->core;
  if (run.has_realm &&
      (run.realm_type != core.auth_type.value || run.realm_name != core.auth_name.value)) {
    request->user = {};
  }
}

// The document that the operator chose for a 401 cannot ask for what the client does not have.
bool IsDocumentOf401(const Request* request, const AuthRun& run) {
  return request->flags.error_response && request->original_status == 401 &&
         run.document_rules == request->location->core->require &&
         run.document_redirects == request->redirects;
}

}  // namespace

AuthRun* AuthOf(Request* request) {
  if (request->auth != nullptr) return request->auth;
  auto* run = request->pool.New<AuthRun>();
  const auto forget = [](void* user) { static_cast<Request*>(user)->auth = nullptr; };
  if (run == nullptr || !request->pool.AddCleanup(forget, request)) return nullptr;
  return request->auth = run;
}

void RestartAuth(AuthRun* run) {
  run->rules = nullptr;
  run->waiting = nullptr;
  run->user_needed = run->asked = run->access_refused = false;
  run->challenges = nullptr;
}

httpd_result CheckAccess(Request* request) {
  if (request->location->core->granted.value) return HTTPD_DECLINED;
  AuthRun* run = AuthOf(request);
  if (run == nullptr) return 503;
  if (IsDocumentOf401(request, *run)) return HTTPD_DECLINED;
  ForgetForeignUser(request, *run);
  return Prepare(request, run) ? GoOn(request) : 503;
}

httpd_result RequireUser(Request* request) {
  return request->user.empty() ? NobodyKnown(request) : HTTPD_DECLINED;
}

httpd_result CheckUser(Request* request) {
  AuthRun* run = request->auth;
  const CoreLocation& core = *request->location->core;
  if (!request->user.empty()) {
    run->has_realm = true;
    run->realm_type = core.auth_type.value;
    run->realm_name = core.auth_name.value;
  }
  return GoOn(request);
}

bool RulesMayOutweigh(Request* request, httpd_result result) {
  const CoreLocation& core = *request->location->core;
  if (core.satisfy.value != Satisfy::kAny || !core.granted.set) return false;
  if (result != 401 && result != 403) return false;
  AuthRun* run = AuthOf(request);
  if (run == nullptr) return false;
  run->access_refused = true;
  return true;
}

void PrepareAuthError(Request* request, uint32_t status) {
  AuthRun* run = request->auth;
  if (status != 401) return;
  for (const AuthRun::Challenge* one = run->challenges; one != nullptr; one = one->next) {
    AddField(request, "WWW-Authenticate", one->value);
  }
  run->challenges = nullptr;
  run->document_rules = request->location->core->require;
  run->document_redirects = static_cast<uint16_t>(request->redirects + 1);
}

}  // namespace httpd::server
