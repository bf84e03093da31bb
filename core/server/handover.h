// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>
#include <uv.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace httpd::server {

// What travels with a connection from one generation to the next.
struct HandoverRecord {
  static constexpr size_t kMaxStates = 1024;  // bytes over all modules
  static constexpr size_t kMaxPacket = 4096;
  static constexpr size_t kMaxAddress = 45;  // INET6_ADDRSTRLEN without the NUL

  bool exporting = false;  // false: importing
  uint32_t served = 0;     // requests answered so far
  uint16_t client_port = 0;
  uint16_t local_port = 0;
  std::string client;  // addresses as modules see them; a preface may have set them
  std::string local;
  std::vector<std::pair<std::string, std::string>> states;  // by module name

  std::string Encode() const;
  // False when the bytes are not a record of this version, in any way.
  static bool Decode(std::string_view bytes, HandoverRecord* record);
};

// Moves idle connections to the next generation and takes those of the generation before. One per
// worker. The descriptor travels; bytes that the client has sent stay in the socket.
class Handover {
 public:
  Handover(httpd_worker* worker, int inbox) : worker_(worker), inbox_(inbox) {}

  bool Start();
  // From now on idle connections leave through `outbox`.
  void SetOutbox(base::UniqueFd outbox);
  bool has_outbox() const { return static_cast<bool>(outbox_); }
  // Nothing is taken any more; what was on its way is.
  void CloseInbox();
  // Not while MaxConnections is reached.
  void Pause();
  void Resume();
  // Sends away every connection that can go now, and goes on when there is room for more.
  void SendIdle();

 private:
  enum class Sent : uint8_t { kYes, kNotThis, kNoRoom, kClosed };
  Sent SendOne(httpd_connection* connection);
  Sent SendPacket(int fd, const std::string& bytes);
  bool Export(httpd_connection* connection, HandoverRecord* record);
  void Take(int limit);
  bool TakeOne();
  void Import(base::UniqueFd fd, HandoverRecord* record);
  void AwaitRoom();
  void CloseOutbox();

  httpd_worker* worker_;
  int inbox_;
  base::UniqueFd outbox_;
  uv_poll_t inbox_poll_;
  uv_poll_t* outbox_poll_ = nullptr;  // while the outbox is full
  bool inbox_open_ = false;
  bool sending_ = false;
};

}  // namespace httpd::server
