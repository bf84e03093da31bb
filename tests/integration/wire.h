// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "integration/wait.h"

namespace httpd::testing {

// One answer as it came over the wire.
struct Answer {
  int status = 0;
  bool complete = false;  // head and body arrived as announced
  bool closed = false;    // the server closed while it was read
  std::string head;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  // chunks put together

  // The field's value, "" when absent; names compare without case.
  std::string Field(std::string_view name) const;
  bool Has(std::string_view name) const;
};

// A raw TCP client: sends exactly the bytes it is told to.
class Wire {
 public:
  explicit Wire(uint16_t port);

  bool connected() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  uint16_t local_port() const;

  // False when the server does not take it all in time.
  bool Send(std::string_view bytes);
  // Closes the sending side only.
  void EndSending();

  // The next final answer (interim ones are counted in `interim`). `head`: it has no body.
  Answer Read(bool head = false, milliseconds patience = kPatience);
  Answer Ask(std::string_view bytes) { return Send(bytes) ? Read() : Answer(); }
  // Everything until the server closes; check `closed()`.
  std::string ReadAll(milliseconds patience = kPatience);
  // True once the server has closed, with nothing more to read.
  bool AtEnd(milliseconds patience = kPatience);
  bool reset() const { return reset_; }

  int interim = 0;  // status of the last interim answer

 private:
  bool Fill(milliseconds patience);  // more bytes; false at the end or when time is over

  base::UniqueFd fd_;
  std::string buffer_;
  bool ended_ = false;
  bool reset_ = false;
};

// The bytes of a request; `fields` are whole lines with their CRLF.
std::string Request(const std::string& method, const std::string& target,
                    const std::string& fields = "", const std::string& body = "");

// One request on a connection of its own.
Answer Ask(uint16_t port, std::string_view bytes);
Answer Get(uint16_t port, std::string_view target, std::string_view extra_fields = "");

// libcurl's view of the same server.
struct CurlAnswer {
  int error = 0;  // CURLcode
  long status = 0;
  std::string body;
};
CurlAnswer CurlGet(const std::string& url);

}  // namespace httpd::testing
