// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include "net/connection.h"
#include "server/protocol_table.h"

namespace httpd::server {

// Whether connections of this generation have a beginning of their own: CONNECTION_* hooks, or a
// protocol that wants to see the first bytes. Otherwise HTTP/1 starts at once.
bool HasOpening(const httpd_generation& generation);

// Runs CONNECTION_OPEN on a connection that is watched; then prefaces, handshakes and the choice
// of the protocol follow. The connection may be closed when this returns.
void RunOpening(httpd_connection* connection);

// Has CONNECTION_CLOSE called when the connection ends, for those that never had an opening here.
void CallCloseHooks(httpd_connection* connection);

// Ends a connection with extras, after its socket was closed: the protocol, CONNECTION_CLOSE, what
// modules put on it, and the object itself.
void Release(httpd_connection* connection);

// The connection speaks `entry` from now on, whatever it spoke before.
void StartProtocol(httpd_connection* connection, const ProtocolEntry* entry);

// What a connection does before it speaks a protocol: prefaces, handshakes of the layers, and the
// choice. Within RequestReadTimeout header.
class Opening final : public net::Protocol {
 public:
  explicit Opening(httpd_connection* connection) : connection_(connection) {}

  void OnReadable() override { Advance(); }
  void OnWritable() override { Advance(); }
  void OnDisconnect() override {}
  void OnTimeout() override;
  void OnStop() override { Close(); }
  void OnClosed() override {}
  void OnCloseAsked() override { close_asked_ = true; }

  void Start();
  // A hook or a preface runs: layers, prefaces and protocol may be chosen.
  bool choosing() const { return choosing_; }
  bool hooks_running() const { return stage_ == Stage::kHooks; }

 private:
  enum class Stage : uint8_t { kHooks, kPrefaces, kHandshakes, kChoice };

  bool RunHooks();
  void Advance();
  bool ReadPrefaces();
  // Gives what was read to the first preface; false when it is not done with it.
  bool TryPreface();
  bool Handshake();
  bool Choose();
  bool Detect(const ProtocolEntry** entry);
  // More bytes of the socket or of the uppermost layer; false when there are none now.
  bool Fill(bool raw);
  void EndPreface();
  bool Fail(std::string_view what);
  void Close();
  void Finish(const ProtocolEntry* entry);
  std::string_view ModuleName(uint16_t slot) const;

  httpd_connection* connection_;
  Stage stage_ = Stage::kHooks;
  bool choosing_ = false;
  bool close_asked_ = false;
  bool eof_ = false;
};

}  // namespace httpd::server
