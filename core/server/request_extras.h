// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "net/connection.h"
#include "server/notes.h"
#include "server/request.h"

namespace httpd::server {

struct VariableValue;  // variable.h
struct EditedHead;     // request_edit.cc

// What few requests have: made when it is first needed, kept in the core's context slot.
struct RequestExtras {
  TextList notes{TextList::Case::kIgnored};
  TextList environment{TextList::Case::kMatters};
  uint16_t environment_redirects = 0;  // internal redirects that the environment knows of
  uint16_t client_port = 0;
  std::string_view client;             // httpd_request_set_client(); empty: the connection's
  VariableValue* variables = nullptr;  // by httpd_variable::index
  EditedHead* edited = nullptr;        // the request's head is a copy that may be changed
};

// Null when the request has none.
inline RequestExtras* Extras(const Request* request) {
  return request->contexts == nullptr ? nullptr : static_cast<RequestExtras*>(request->contexts[0]);
}
// Null without memory.
RequestExtras* MakeExtras(Request* request);

// The client as the request, its rules and its logs show it.
inline std::string_view ClientOf(const Request* request) {
  return request->flags.client_set ? Extras(request)->client : request->connection->client();
}
inline uint16_t ClientPortOf(const Request* request) {
  return request->flags.client_set ? Extras(request)->client_port
                                   : request->connection->client_port;
}

}  // namespace httpd::server
