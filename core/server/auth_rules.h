// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/auth.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/str.h"

// Who may have what, as it was configured: the kinds of Require that there are, and the tree that
// the lines of a section make of them. Built by config/require, asked by auth_check.cc.

namespace httpd::server {

// A kind of Require: one of the core's, or a module's.
struct AuthKind {
  std::string name;
  uint16_t slot = 0;  // of the module that brings it
  uint32_t flags = 0;
  const httpd_module_handle* module = nullptr;  // it; null for the core's
  httpd_authz_parse parse = nullptr;
  httpd_authz_check check = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
};

// A source of passwords.
struct AuthSource {
  std::string name;
  uint16_t slot = 0;
  httpd_authn_password check = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
};

// What modules brought. Entries never move: rules point to them.
struct AuthKinds {
  AuthKinds() = default;
  AuthKinds(const AuthKinds&) = delete;
  AuthKinds& operator=(const AuthKinds&) = delete;
  ~AuthKinds() {
    for (const AuthKind& kind : kinds) {
      if (kind.destroy != nullptr) kind.destroy(kind.user);
    }
    for (const AuthSource& source : sources) {
      if (source.destroy != nullptr) source.destroy(source.user);
    }
  }
  const AuthKind* Find(std::string_view name) const {
    for (const AuthKind& kind : kinds) {
      if (base::EqualsIgnoreCase(kind.name, name)) return &kind;
    }
    return nullptr;
  }
  const AuthSource* FindSource(std::string_view name) const {
    for (const AuthSource& source : sources) {
      if (base::EqualsIgnoreCase(source.name, name)) return &source;
    }
    return nullptr;
  }

  std::deque<AuthKind> kinds;
  std::deque<AuthSource> sources;
};

// One Require line, or a group of them.
struct AuthNode {
  enum class Kind : uint8_t { kAny, kAll, kNone, kLine };
  Kind kind = Kind::kAny;
  bool negated = false;           // Require not
  bool needs_user = false;        // it, or one inside
  bool grants_all = false;        // Require all granted
  uint32_t index = 0;             // of a line: its place among the answers a request remembers
  const AuthKind* ask = nullptr;  // of a line; null for Require all
  const void* parsed = nullptr;
  std::vector<AuthNode*> inner;
};

// The lines of one scope, or of several put together by AuthMerging.
struct AuthRules {
  AuthNode root;
  uint32_t lines = 0;
};

enum class AuthMerging : uint8_t { kOff, kAnd, kOr };
enum class Satisfy : uint8_t { kUnset, kAll, kAny };

}  // namespace httpd::server
