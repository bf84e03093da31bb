// SPDX-License-Identifier: Apache-2.0
// Require and the groups around it, as a tree that requests are asked by. The rules are those of
// Apache 2.4's mod_authz_core; what it refuses is refused here, and for the same reason: a line
// that can never let anybody in is a mistake.
#include "config/require.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/concat.h"
#include "base/str.h"
#include "config/call.h"
#include "config/spelling.h"
#include "config/tree.h"

namespace httpd::config {
namespace {

using server::AuthKind;
using server::AuthNode;
using server::AuthRules;
using server::CoreLocation;

constexpr uint32_t kDeepest = 16;

constexpr std::pair<std::string_view, AuthNode::Kind> kGroups[] = {
    {"RequireAll", AuthNode::Kind::kAll},
    {"RequireAny", AuthNode::Kind::kAny},
    {"RequireNone", AuthNode::Kind::kNone},
};

const std::pair<std::string_view, AuthNode::Kind>* FindGroup(std::string_view name) {
  for (const auto& group : kGroups) {
    if (SameName(group.first, name)) return &group;
  }
  return nullptr;
}

std::string_view GroupName(AuthNode::Kind kind) {
  for (const auto& [name, value] : kGroups) {
    if (value == kind) return name;
  }
  return "";
}

// Reads the lines of one scope into its tree.
class Reader {
 public:
  Reader(httpd_directive_call* call, AuthRules* rules) : call_(call), rules_(rules) {}

  AuthNode* Line(httpd_directive_call* call, AuthNode::Kind inside);
  AuthNode* Group(httpd_directive_call* call, AuthNode::Kind inside, uint32_t depth);

 private:
  AuthNode* NewNode() {
    auto* node = call_->pool->New<AuthNode>();
    if (node == nullptr) CallError(call_, HTTPD_CALL_WHOLE_LINE, "HC-30", "out of memory");
    return node;
  }
  AuthNode* All(httpd_directive_call* call, size_t at, AuthNode* node);
  AuthNode* Kind(httpd_directive_call* call, size_t at, AuthNode* node);
  AuthNode* UnknownKind(httpd_directive_call* call, size_t at);
  AuthNode* Child(httpd_directive_call* call, const Node& child, AuthNode::Kind inside,
                  uint32_t depth);

  httpd_directive_call* call_;
  AuthRules* rules_;
};

AuthNode* NoEffect(httpd_directive_call* call, std::string_view what, AuthNode::Kind inside) {
  Diagnostic& error =
      CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-62",
                base::Concat(what, " has no effect within <", GroupName(inside), ">"));
  error.found = "it can take access away, never give it";
  error.wanted = "<RequireAll> around it, with a line that lets somebody in";
  error.fix = "<RequireAll>";
  return nullptr;
}

AuthNode* Reader::Line(httpd_directive_call* call, AuthNode::Kind inside) {
  const std::vector<Arg>& args = call->node->args;
  const bool negated = !args.empty() && SameName(args[0].text, "not");
  const size_t at = negated ? 1 : 0;
  if (args.size() <= at) {
    Diagnostic& error = CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-61", "Require names nothing");
    error.wanted = "Require [not] kind [argument ...]";
    error.fix = "Require all granted";
    return nullptr;
  }
  if (std::any_of(args.begin(), args.end(), [](const Arg& arg) { return arg.unterminated; })) {
    CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-07", "the closing quote is missing");
    return nullptr;
  }
  if (negated && inside != AuthNode::Kind::kAll) return NoEffect(call, "Require not", inside);
  AuthNode* node = NewNode();
  if (node == nullptr) return nullptr;
  node->kind = AuthNode::Kind::kLine;
  node->negated = negated;
  node->index = rules_->lines++;
  return SameName(args[at].text, "all") ? All(call, at, node) : Kind(call, at, node);
}

AuthNode* Reader::All(httpd_directive_call* call, size_t at, AuthNode* node) {
  const std::vector<Arg>& args = call->node->args;
  const bool one = args.size() == at + 2;
  node->grants_all = one && SameName(args[at + 1].text, "granted");
  if (node->grants_all || (one && SameName(args[at + 1].text, "denied"))) return node;
  Diagnostic& error = CallError(call, static_cast<uint32_t>(std::min(at + 1, args.size() - 1)),
                                "HC-61", "Require all takes granted or denied");
  error.wanted = "granted or denied";
  error.fix = "Require all denied";
  return nullptr;
}

AuthNode* Reader::Kind(httpd_directive_call* call, size_t at, AuthNode* node) {
  const std::string& name = call->node->args[at].text;
  const AuthKind* kind = call->auth == nullptr ? nullptr : call->auth->Find(name);
  if (kind == nullptr) return UnknownKind(call, at);
  node->ask = kind;
  node->needs_user = (kind->flags & HTTPD_AUTHZ_NEEDS_USER) != 0;
  if (kind->parse == nullptr) {
    if (call->node->args.size() == at + 1) return node;
    Diagnostic& error =
        CallError(call, static_cast<uint32_t>(at + 1), "HC-61",
                  base::Concat("Require ", kind->name, " takes no more than its name"));
    error.fix = base::Concat("Require ", kind->name);
    return nullptr;
  }
  // The kind's own view: argument 0 is its name.
  httpd_directive_call line = *call;
  if (at > 0) {
    auto* shifted = call->pool->New<Node>(*call->node);
    if (shifted == nullptr) return NewNode();
    shifted->args.erase(shifted->args.begin(), shifted->args.begin() + static_cast<long>(at));
    line.node = shifted;
  }
  void* parsed = nullptr;
  httpd_result result = HTTPD_ERR_INVALID;
  const httpd_generation* generation = call->server == nullptr ? nullptr : call->server->generation;
  const bool told = kind->slot != 0 && generation != nullptr && call->entering != nullptr &&
                    *call->entering && kind->module != nullptr;
  if (told) (*call->entering)(kind->module, call->directive);
  try {
    result = kind->parse(&line, &parsed, kind->user);
  } catch (...) {  // a C++ module may throw although it must not
    CallError(&line, HTTPD_CALL_WHOLE_LINE, "HC-25",
              base::Concat("the module of Require ", kind->name, " threw an exception"));
  }
  if (told) (*call->entering)(call->module, call->directive);
  call->reported |= line.reported;
  if (result == HTTPD_OK) {
    node->parsed = parsed;
    return node;
  }
  if (!line.reported) {
    CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-61",
              base::Concat("Require ", kind->name, " refused its arguments without a reason"));
  }
  return nullptr;
}

AuthNode* Reader::UnknownKind(httpd_directive_call* call, size_t at) {
  const std::string& name = call->node->args[at].text;
  Diagnostic& error = CallError(call, static_cast<uint32_t>(at), "HC-60",
                                base::Concat("unknown kind of Require \"", name, "\""));
  if (SameName(name, "host") || SameName(name, "forward-dns")) {
    error.found = "names of clients are not looked up";
    error.fix = "Require ip, with the addresses";
    return nullptr;
  }
  if (call->provider != nullptr && *call->provider) {
    error.fix = (*call->provider)(base::Concat("Require ", name));
  }
  if (!error.fix.empty()) {
    error.wanted = base::Concat("an installed module provides it and is not loaded");
    return nullptr;
  }
  std::vector<std::string_view> known = {"all", "not"};
  if (call->auth != nullptr) {
    for (const AuthKind& kind : call->auth->kinds) known.push_back(kind.name);
  }
  const std::vector<std::string> close = CloseSpellings(name, known);
  if (close.empty()) {
    error.fix = "remove this line, or load the module that provides it (LoadModule)";
    return nullptr;
  }
  error.wanted = base::Concat("did you mean ", close[0], "?");
  error.fix = base::Concat("Require ", at > 0 ? "not " : "", close[0]);
  for (size_t i = at + 1; i < call->node->args.size(); ++i) {
    base::Append(&error.fix, " ", call->node->args[i].text);
  }
  return nullptr;
}

AuthNode* Reader::Child(httpd_directive_call* call, const Node& child, AuthNode::Kind inside,
                        uint32_t depth) {
  httpd_directive_call line = *call;
  line.node = &child;
  line.section = call->node;
  line.reported = false;
  AuthNode* node = nullptr;
  if (child.section && FindGroup(child.name) != nullptr) {
    node = Group(&line, inside, depth + 1);
  } else if (!child.section && SameName(child.name, "Require")) {
    node = Line(&line, inside);
  } else {
    Diagnostic& error =
        CallError(&line, HTTPD_CALL_WHOLE_LINE, "HC-63",
                  base::Concat(child.name, " is not allowed within <", call->node->name, ">"));
    error.wanted = "Require, <RequireAll>, <RequireAny> or <RequireNone>";
    error.fix = "move this line out of the group";
  }
  call->reported |= line.reported;
  return node;
}

// Null with nothing reported as an error: the group is empty and left out.
AuthNode* Reader::Group(httpd_directive_call* call, AuthNode::Kind inside, uint32_t depth) {
  const AuthNode::Kind kind = FindGroup(call->node->name)->second;
  if (depth > kDeepest) {
    CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-66",
              base::Concat("groups of Require are more than ", kDeepest, " deep"));
    return nullptr;
  }
  AuthNode* group = NewNode();
  if (group == nullptr) return nullptr;
  group->kind = kind;
  for (const Node& child : call->node->children) {
    if (AuthNode* node = Child(call, child, kind, depth); node != nullptr) {
      group->inner.push_back(node);
      group->needs_user |= node->needs_user;
    }
  }
  if (call->reported) return nullptr;
  if (group->inner.empty()) {
    CallWarning(call, HTTPD_CALL_WHOLE_LINE, "HC-64",
                base::Concat("<", call->node->name, "> holds no Require and is ignored"))
        .fix = "remove it, or put a Require into it";
    return nullptr;
  }
  if (kind == AuthNode::Kind::kNone && inside != AuthNode::Kind::kAll) {
    return NoEffect(call, "<RequireNone>", inside);
  }
  const bool only_takes = std::all_of(
      group->inner.begin(), group->inner.end(),
      [](const AuthNode* node) { return node->negated || node->kind == AuthNode::Kind::kNone; });
  if (kind == AuthNode::Kind::kAll && only_takes) {
    Diagnostic& error = CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-62",
                                  "<RequireAll> holds only lines that take access away");
    error.wanted = "a line that lets somebody in";
    error.fix = "Require all granted, before the first of them";
    return nullptr;
  }
  return group;
}

// Whether a request of this place need not be asked anything.
bool GrantsAll(const CoreLocation& core) {
  if (core.require == nullptr) return true;
  const AuthNode& root = core.require->root;
  if (root.kind != AuthNode::Kind::kAny) return false;
  if (core.satisfy.value == server::Satisfy::kAll && root.needs_user) return false;
  return std::any_of(root.inner.begin(), root.inner.end(),
                     [](const AuthNode* node) { return node->grants_all; });
}

AuthRules* RulesOf(httpd_directive_call* call, CoreLocation* core) {
  if (core->require == nullptr) core->require = call->pool->New<AuthRules>();
  if (core->require == nullptr) {
    CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-30", "out of memory while reading this");
  }
  return core->require;
}

httpd_result Enter(CoreLocation* core, AuthNode* node) {
  if (node != nullptr) {
    core->require->root.inner.push_back(node);
    core->require->root.needs_user |= node->needs_user;
  }
  core->granted = GrantsAll(*core);
  return HTTPD_OK;
}

// A copy whose lines count on from those that `rules` has.
AuthNode* Clone(httpd_pool* pool, const AuthNode& from, AuthRules* rules) {
  auto* node = pool->New<AuthNode>(from);
  if (node == nullptr) return nullptr;
  if (node->kind == AuthNode::Kind::kLine) node->index = rules->lines++;
  for (AuthNode*& inner : node->inner) {
    inner = Clone(pool, *inner, rules);
    if (inner == nullptr) return nullptr;
  }
  return node;
}

AuthRules* Combine(httpd_pool* pool, const AuthRules& outer, const AuthRules& inner,
                   server::AuthMerging how) {
  auto* rules = pool->New<AuthRules>();
  if (rules == nullptr) return nullptr;
  AuthNode& root = rules->root;
  root.kind = how == server::AuthMerging::kAnd ? AuthNode::Kind::kAll : AuthNode::Kind::kAny;
  root.needs_user = outer.root.needs_user || inner.root.needs_user;
  root.inner = {Clone(pool, outer.root, rules), Clone(pool, inner.root, rules)};
  return root.inner[0] == nullptr || root.inner[1] == nullptr ? nullptr : rules;
}

template <typename Value, size_t kSize>
httpd_result OneOf(httpd_directive_call* call,
                   const std::pair<std::string_view, Value> (&words)[kSize],
                   server::Setting<Value>* setting) {
  const std::string& word = call->node->args[0].text;
  std::string wanted;
  for (const auto& [name, value] : words) {
    if (SameName(name, word)) {
      *setting = value;
      return HTTPD_OK;
    }
    base::Append(&wanted, wanted.empty() ? "" : " or ", name);
  }
  Diagnostic& error =
      CallError(call, 0, "HC-10", base::Concat(call->directive->name, " cannot be \"", word, "\""));
  error.wanted = std::move(wanted);
  error.fix = base::Concat("write ", call->directive->usage);
  return HTTPD_ERR_INVALID;
}

// They reach response fields, where nothing but text may stand.
httpd_result Text(httpd_directive_call* call, server::Setting<std::string>* setting) {
  const std::string& text = call->node->args[0].text;
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  if (!text.empty() && !control) {
    *setting = text;
    return HTTPD_OK;
  }
  CallError(call, 0, "HC-10",
            base::Concat(call->directive->name, " is empty or holds control characters"))
      .wanted = call->directive->usage;
  return HTTPD_ERR_INVALID;
}

}  // namespace

httpd_result Require(httpd_directive_call* call, void* config, void*) {
  auto* core = static_cast<CoreLocation*>(config);
  AuthRules* rules = RulesOf(call, core);
  if (rules == nullptr) return HTTPD_ERR_INVALID;
  AuthNode* node = Reader(call, rules).Line(call, AuthNode::Kind::kAny);
  return node == nullptr ? HTTPD_ERR_INVALID : Enter(core, node);
}

httpd_result RequireSection(httpd_directive_call* call, void* config, void*) {
  auto* core = static_cast<CoreLocation*>(config);
  AuthRules* rules = RulesOf(call, core);
  if (rules == nullptr) return HTTPD_ERR_INVALID;
  AuthNode* node = Reader(call, rules).Group(call, AuthNode::Kind::kAny, 1);
  if (call->reported) return HTTPD_ERR_INVALID;
  // An empty group is ignored, and is not by itself a reason to deny everybody.
  if (node == nullptr && rules->root.inner.empty() && !core->granted.set) {
    core->require = nullptr;
    return HTTPD_OK;
  }
  return Enter(core, node);
}

httpd_result AuthMerging(httpd_directive_call* call, void* config, void*) {
  static constexpr std::pair<std::string_view, server::AuthMerging> kWords[] = {
      {"Off", server::AuthMerging::kOff},
      {"And", server::AuthMerging::kAnd},
      {"Or", server::AuthMerging::kOr}};
  return OneOf(call, kWords, &static_cast<CoreLocation*>(config)->auth_merging);
}

httpd_result AuthName(httpd_directive_call* call, void* config, void*) {
  return Text(call, &static_cast<CoreLocation*>(config)->auth_name);
}

httpd_result AuthType(httpd_directive_call* call, void* config, void*) {
  return Text(call, &static_cast<CoreLocation*>(config)->auth_type);
}

httpd_result Satisfy(httpd_directive_call* call, void* config, void*) {
  static constexpr std::pair<std::string_view, server::Satisfy> kWords[] = {
      {"All", server::Satisfy::kAll}, {"Any", server::Satisfy::kAny}};
  auto* core = static_cast<CoreLocation*>(config);
  const httpd_result result = OneOf(call, kWords, &core->satisfy);
  if (result == HTTPD_OK) core->granted.value = GrantsAll(*core);
  return result;
}

bool MergeRequire(httpd_pool* pool, const CoreLocation& outer, const CoreLocation& inner,
                  CoreLocation* merged) {
  merged->auth_type.MergeFrom(outer.auth_type);
  merged->auth_name.MergeFrom(outer.auth_name);
  merged->satisfy.MergeFrom(outer.satisfy);
  if (!inner.granted.set) {
    merged->require = outer.require;
    merged->granted = outer.granted;
  } else if (outer.granted.set && inner.auth_merging.value != server::AuthMerging::kOff) {
    merged->require = Combine(pool, *outer.require, *inner.require, inner.auth_merging.value);
    if (merged->require == nullptr) return false;
  }
  merged->granted.value = GrantsAll(*merged);
  return true;
}

}  // namespace httpd::config
