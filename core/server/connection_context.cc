// SPDX-License-Identifier: Apache-2.0
//
// What modules keep on a connection: context slots and notes. Both are behind one pointer, so that
// a connection on which nobody keeps anything stays as small as it is.

#include <httpd/connection.h>
#include <httpd/context.h>
#include <httpd/notes.h>

#include "server/context.h"
#include "server/context_check.h"
#include "server/generation_impl.h"
#include "server/notes.h"
#include "server/worker.h"

using httpd::base::View;
using httpd::server::ContextOf;
using httpd::server::SetContext;
using httpd::server::TextList;

namespace {

constexpr httpd_str kNone = {nullptr, 0};

httpd_result Answer(bool set) { return set ? HTTPD_OK : HTTPD_ERR_NO_MEMORY; }

// In the core's slot.
TextList* NotesOf(const httpd_connection* connection) {
  return static_cast<TextList*>(ContextOf(connection->contexts, 0));
}

}  // namespace

void* httpd_connection_context(const httpd_connection* connection,
                               const httpd_module_handle* module) {
  CHECK_VALUE(connection, module, connection->worker->generation);
  return ContextOf(connection->contexts, module->slot);
}

httpd_result httpd_connection_set_context(httpd_connection* connection,
                                          const httpd_module_handle* module, void* value) {
  CHECK_SET(connection, module, connection->worker->generation);
  if (connection->contexts == nullptr && value == nullptr) return HTTPD_OK;
  httpd_pool* pool = connection->contexts == nullptr ? httpd_connection_pool(connection) : nullptr;
  return Answer(SetContext(&connection->contexts, pool, module, value));
}

httpd_str httpd_connection_note(const httpd_connection* connection, httpd_str name) {
  HTTPD_REQUIRE_HANDLE(connection, kNone);
  HTTPD_REQUIRE_LOOP_THREAD(kNone);
  const TextList* notes = NotesOf(connection);
  return notes == nullptr ? kNone : notes->Find(View(name));
}

httpd_result httpd_connection_set_note(httpd_connection* connection, httpd_str name,
                                       httpd_str value) {
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(!View(name).empty(), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the name is empty");
  httpd_pool* pool = httpd_connection_pool(connection);
  if (pool == nullptr) return HTTPD_ERR_NO_MEMORY;
  TextList* notes = NotesOf(connection);
  if (notes == nullptr) {
    const auto* core = connection->worker->generation->registry.at(0);
    notes = pool->New<TextList>(TextList::Case::kIgnored);
    if (notes == nullptr || !httpd::server::SetContext(&connection->contexts, pool, core, notes)) {
      return HTTPD_ERR_NO_MEMORY;
    }
  }
  return Answer(notes->Set(pool, View(name), value));
}
