// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/protocol.h>

#include <cstdint>

#include "net/connection.h"
#include "server/blame_scope.h"
#include "server/protocol_table.h"
#include "server/worker.h"

namespace httpd::server {

class ProtocolStream;

// A protocol of a module on a connection: what the table of httpd/protocol.h has for a
// net::Protocol.
class ModuleProtocol final : public net::Protocol {
 public:
  ModuleProtocol(httpd_connection* connection, const ProtocolEntry* entry)
      : connection_(connection), entry_(entry) {}

  // net::Protocol
  void OnReadable() override;
  void OnWritable() override;
  void OnDisconnect() override {}  // the end is read
  void OnTimeout() override;
  void OnStop() override;
  void OnDrain() override;
  void OnClosed() override;
  void OnCloseAsked() override;

  void Start();

  // ---- what the protocol asks for: connection_io_api.cc ----
  int64_t Read(char* to, size_t size);
  int64_t Write(const httpd_str* pieces, uint32_t count);
  int64_t WriteFile(int32_t fd, int64_t offset, uint64_t length);
  void WatchFor(uint32_t events);
  void SetTimeout(uint64_t ms);
  httpd_result Shutdown();

  // ---- its requests ----
  void Link(ProtocolStream* stream);
  void Unlink(ProtocolStream* stream);
  // Behind Unlink(), when the request is gone.
  void StreamEnded() {
    if (depth_ == 0) Settle();
  }
  bool closing() const { return closing_ || connection_->closing; }
  const httpd_protocol& table() const { return entry_->table; }
  httpd_connection* connection() const { return connection_; }

  // Calls into the module: it is blamed, an exception closes the connection, and what it asked for
  // meanwhile (to watch, to close) is done behind the outermost call.
  template <typename Callback>
  void Call(const char* what, Callback&& callback) {
    ++depth_;
    {
      BlameScope blame(connection_->worker->slot, entry_->slot, 0);
      try {
        callback();
      } catch (...) {
        Threw(what);
      }
    }
    if (--depth_ == 0) Settle();
  }

 private:
  void Threw(const char* what);
  void Settle();
  void Close();
  void AbortStreams(bool reset);

  httpd_connection* connection_;
  const ProtocolEntry* entry_;
  void* state_ = nullptr;
  ProtocolStream* streams_ = nullptr;
  uint32_t watched_ = HTTPD_IO_READ;
  uint32_t depth_ = 0;
  bool opened_ = false;
  bool open_failed_ = false;
  bool close_asked_ = false;
  bool closing_ = false;
  bool drained_ = false;
  bool read_eof_ = false;
  bool broken_ = false;
  bool shutdown_due_ = false;
};

// The module protocol that the connection speaks; null when it does not.
ModuleProtocol* ProtocolOf(const httpd_connection* connection);

}  // namespace httpd::server
