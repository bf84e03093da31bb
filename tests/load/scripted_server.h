// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace httpd::load {

// A server on a free port of 127.0.0.1 that does to each connection what the test says, well or
// badly. `serve` runs in a thread per connection and owns neither closing nor the descriptor.
class ScriptedServer {
 public:
  // `nth` counts connections from 0.
  using Serve = std::function<void(int fd, int nth)>;

  explicit ScriptedServer(Serve serve) : serve_(std::move(serve)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener_, 128);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }

  ~ScriptedServer() {
    stop_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
  }

  uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

  // True when a whole request head was read; false when the client went away.
  static bool ReadRequest(int fd) {
    std::string head;
    char c;
    while (recv(fd, &c, 1, 0) == 1) {
      head += c;
      if (head.ends_with("\r\n\r\n")) return true;
    }
    return false;
  }

  static void Write(int fd, const std::string& text) {
    (void)!send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }

  static std::string Answer(const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
           "\r\n" + body;
  }

  // Closing with a reset instead of an orderly end.
  static void Reset(int fd) {
    linger hard{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }

  // Returns once the client has closed or reset its side.
  static void WaitForClient(int fd) {
    char buffer[4096];
    while (recv(fd, buffer, sizeof buffer, 0) > 0) {
    }
  }

 private:
  void Accept() {
    while (!stop_) {
      int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      int nth = accepted_++;
      threads_.emplace_back([this, fd, nth] {
        serve_(fd, nth);
        close(fd);
      });
    }
  }

  Serve serve_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> accepted_{0};
  std::thread acceptor_;
  std::vector<std::thread> threads_;
};

}  // namespace httpd::load
