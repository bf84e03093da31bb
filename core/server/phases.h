// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "module/hooks.h"
#include "server/request.h"

namespace httpd::server {

// One step of a request: a module's hook or a part of the core.
struct Step {
  const module::HookEntry* entry = nullptr;          // a module's
  httpd_result (*core)(Request* request) = nullptr;  // or the core's
  uint16_t hook = 0;
  uint16_t end = 0;    // first step behind this hook
  bool first = false;  // the first answer other than HTTPD_DECLINED settles the hook
};

// The steps of every request, laid out flat when the configuration was read: a hook that nobody
// uses has no step and costs nothing.
struct Program {
  std::vector<Step> steps;
  uint16_t restart = 0;     // where an internal redirect and a lookup begin
  uint16_t lookup_end = 0;  // where a lookup has its answer
  uint16_t connect = 0;     // where CONNECT begins: the same hooks without a file
  uint16_t end = 0;         // behind HANDLER; an empty step
  uint16_t inserting = 0;   // where filters are inserted
  std::vector<const module::HookEntry*> insert_filter;
  std::vector<const module::HookEntry*> error_page;
  std::vector<const module::HookEntry*> log;
  std::vector<const module::HookEntry*> request_end;
};

// `access_files`: some AllowOverride lets .htaccess files be read.
Program CompileProgram(const module::HookTable& hooks, bool access_files);

// What httpd_request_redirect_internal() answers: the steps start over.
inline constexpr httpd_result kRestarted = -64;

// Runs steps from request->pc until one suspends or the response is given to the stream.
void Run(Request* request);

// The response is made: gives it to the stream.
void Complete(Request* request);

// Ends the request with an error response: ErrorDocument, error_page hooks, or the built-in page.
void Fail(Request* request, uint32_t status);

// Runs the steps up to the end of ACCESS without letting anyone wait or answer: HTTPD_OK, the
// status with which the request would end (401: a user is needed, which AUTHENTICATE may find out),
// or HTTPD_ERR_STATE when a hook would have waited.
httpd_result RunLookup(Request* request);

// Calls one hook of a module, blames it meanwhile, and turns an exception into 500.
httpd_result CallHook(const module::HookEntry* entry, Request* request);

// ---- steps of the core ----
httpd_result WalkLocations(Request* request);          // location.cc: before the path is mapped
httpd_result WalkAll(Request* request);                // location.cc: when the file is known
httpd_result WalkAllAndAccessFiles(Request* request);  // location.cc: with .htaccess files
httpd_result TranslateToDocumentRoot(Request* request);
httpd_result MapStorage(Request* request);
httpd_result MapStorageAndAccessFiles(Request* request);
httpd_result ApplyForcedType(Request* request);
httpd_result CheckBodyLimit(Request* request);
httpd_result ServeFile(Request* request);  // file_handler.cc

}  // namespace httpd::server
