// SPDX-License-Identifier: Apache-2.0
//
// Which protocols the modules of a generation bring.

#include "server/protocol_table.h"

#include <utility>

#include "base/sized.h"
#include "module/registry.h"
#include "server/generation_impl.h"

namespace httpd::server {

ProtocolTable::~ProtocolTable() {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const httpd_protocol& table = (*entry)->table;
    if (table.destroy == nullptr) continue;
    try {
      table.destroy(table.user);
    } catch (...) {  // the generation ends anyway; the others get theirs
    }
  }
}

void ProtocolTable::Add(std::unique_ptr<ProtocolEntry> entry) {
  detects_ = detects_ || entry->table.detect != nullptr;
  entries_.push_back(std::move(entry));
}

const ProtocolEntry* ProtocolTable::Find(std::string_view name) const {
  for (const auto& entry : entries_) {
    if (entry->name == name) return entry.get();
  }
  return nullptr;
}

}  // namespace httpd::server

extern "C" {

httpd_result httpd_protocol_add(httpd_module_handle* self, const httpd_protocol* raw) {
  using httpd::server::kHttp1;
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  httpd_protocol protocol;
  HTTPD_READ_SIZED(httpd_protocol, raw, &protocol);
  HTTPD_REQUIRE(self->registering != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not in the register function");
  HTTPD_REQUIRE(protocol.flags == 0, HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "a flag is set that this core does not know");
  HTTPD_REQUIRE(protocol.name != nullptr && *protocol.name != '\0', HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "the protocol has no name");
  HTTPD_REQUIRE(protocol.open != nullptr && protocol.readable != nullptr, HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "the protocol has no open() or readable()");
  httpd::server::ProtocolTable& protocols = self->generation->protocols;
  const std::string_view name = protocol.name;
  HTTPD_REQUIRE(name != kHttp1 && name != "http/1.0" && protocols.Find(name) == nullptr,
                HTTPD_ERR_EXISTS, HTTPD_ERR_EXISTS, "a protocol of that name is there already");
  auto entry = std::make_unique<httpd::server::ProtocolEntry>();
  entry->table = protocol;
  entry->name = name;
  entry->slot = self->slot;
  protocols.Add(std::move(entry));
  return HTTPD_OK;
}

}  // extern "C"
