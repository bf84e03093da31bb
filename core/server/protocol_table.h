// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/protocol.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace httpd::server {

// A protocol that a module brings.
struct ProtocolEntry {
  httpd_protocol table = {};
  std::string name;
  uint16_t slot = 0;  // of the module, for blame
};

// The protocols of a generation in the order in which they were added; HTTP/1 is not among them.
class ProtocolTable {
 public:
  ProtocolTable() = default;
  ProtocolTable(const ProtocolTable&) = delete;
  ProtocolTable& operator=(const ProtocolTable&) = delete;
  ~ProtocolTable();

  void Add(std::unique_ptr<ProtocolEntry> entry);
  const ProtocolEntry* Find(std::string_view name) const;
  size_t size() const { return entries_.size(); }
  const ProtocolEntry& at(size_t index) const { return *entries_[index]; }
  // Some protocol wants to see the first bytes of connections.
  bool detects() const { return detects_; }

 private:
  std::vector<std::unique_ptr<ProtocolEntry>> entries_;
  bool detects_ = false;
};

inline constexpr std::string_view kHttp1 = "http/1.1";

}  // namespace httpd::server
