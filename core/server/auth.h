// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/auth.h>

#include <cstdint>
#include <string_view>

#include "server/request.h"

// Authorization of one request. A place that grants everybody has none of this: CheckAccess sees
// one bool. Elsewhere the rules are asked first without a user (the end of ACCESS); when a user
// could change the answer AUTHENTICATE and AUTHORIZE run, and the rules are asked again. What a
// line has answered is remembered, so that asking again after a suspended check costs nothing.

namespace httpd::server {

// What a request knows while it is authorized; from its pool, made when first needed.
struct AuthRun {
  // What a line of Require has answered.
  enum class Answer : uint8_t { kUnknown, kGranted, kDenied, kNoUser, kNeutral, kEnds, kWaits };
  struct Challenge {
    Challenge* next;
    std::string_view value;
  };

  const AuthRules* rules = nullptr;  // whose answers these are
  Answer* answers = nullptr;         // by line
  const AuthNode* waiting = nullptr;
  uint32_t ends_with = 0;  // the status that a check answered
  bool user_needed = false;
  bool asked = false;
  bool access_refused = false;  // by an ACCESS hook, where Satisfy Any lets rules outweigh it
  // Whose user it is, once AUTHORIZE ran: another realm's is none.
  bool has_realm = false;
  std::string_view realm_type;
  std::string_view realm_name;
  Challenge* challenges = nullptr;
  // The document of a 401 is served although it lies behind the same rules.
  const AuthRules* document_rules = nullptr;
  uint16_t document_redirects = 0;

  // httpd_authn_check: the sources that are asked one after the other.
  const httpd_str* names = nullptr;
  uint32_t count = 0;
  uint32_t next = 0;
  std::string_view name;
  httpd_str password = {nullptr, 0};
};

// Makes it; null when out of memory.
AuthRun* AuthOf(Request* request);
// The request starts over with another path: what was found out about the old one is void.
void RestartAuth(AuthRun* run);

// ---- steps ----
httpd_result CheckAccess(Request* request);  // last of ACCESS
httpd_result RequireUser(Request* request);  // last of AUTHENTICATE: nobody knew who it is
httpd_result CheckUser(Request* request);    // last of AUTHORIZE

// An ACCESS hook of a module answered this status: whether Satisfy Any lets the rules decide.
bool RulesMayOutweigh(Request* request, httpd_result result);

// The error response of this status is about to be made: a 401 gets its challenges, and its
// document may lie behind the rules that asked for it.
void PrepareAuthError(Request* request, uint32_t status);

// The core's own kinds of Require.
void AddBuiltinAuthKinds(AuthKinds* kinds);

}  // namespace httpd::server
