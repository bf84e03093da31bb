// SPDX-License-Identifier: Apache-2.0
//
// The floor of the speed figures: what one thread can do with epoll, recv and send and nothing
// else. It reads until the empty line, answers with a fixed reply of 1 KiB and keeps the
// connection. No server that parses, logs and looks at files can be faster on the same kernel, so
// every figure in docs/performance.md is given as a part of this one.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace {

constexpr size_t kBodySize = 1024;
constexpr size_t kBufferSize = 16384;

struct Connection {
  size_t used = 0;
  std::string pending;
  char buffer[kBufferSize];
};

std::string FixedReply() {
  return "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: floor\r\n"
         "Content-Type: text/html\r\nContent-Length: " +
         std::to_string(kBodySize) +
         "\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"400-5f\"\r\n"
         "Accept-Ranges: bytes\r\n\r\n" +
         std::string(kBodySize, 'x');
}

// Counts complete heads in the buffer and moves the rest to its start.
size_t TakeHeads(Connection* c) {
  size_t heads = 0;
  char* begin = c->buffer;
  size_t left = c->used;
  while (left > 0) {
    char* end = static_cast<char*>(memmem(begin, left, "\r\n\r\n", 4));
    if (end == nullptr) break;
    ++heads;
    left -= static_cast<size_t>(end + 4 - begin);
    begin = end + 4;
  }
  if (left > 0 && begin != c->buffer) memmove(c->buffer, begin, left);
  c->used = left;
  return heads;
}

class Floor {
 public:
  Floor(int listener, int epoll) : listener_(listener), epoll_(epoll), reply_(FixedReply()) {
    Watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  }

  [[noreturn]] void Run() {
    epoll_event events[256];
    while (true) {
      int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        int fd = events[i].data.fd;
        if (fd == listener_) {
          Accept();
        } else if (events[i].events & EPOLLOUT) {
          Flush(fd);
        } else {
          Serve(fd);
        }
      }
    }
  }

 private:
  void Watch(int fd, uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void Accept() {
    int fd;
    while ((fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
      int one = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (connections_.size() <= static_cast<size_t>(fd)) connections_.resize(fd + 1, nullptr);
      if (connections_[fd] == nullptr) connections_[fd] = new Connection;
      connections_[fd]->used = 0;
      connections_[fd]->pending.clear();
      Watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void Serve(int fd) {
    Connection* c = connections_[fd];
    ssize_t got = recv(fd, c->buffer + c->used, kBufferSize - c->used, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      close(fd);
      return;
    }
    c->used += static_cast<size_t>(got);
    size_t heads = TakeHeads(c);
    if (heads == 1) {
      Send(fd, c, reply_.data(), reply_.size());
    } else if (heads > 1) {
      std::string replies;
      for (size_t i = 0; i < heads; ++i) replies += reply_;
      Send(fd, c, replies.data(), replies.size());
    } else if (c->used == kBufferSize) {
      close(fd);
    }
  }

  void Send(int fd, Connection* c, const char* data, size_t size) {
    ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(size)) return;
    if (sent < 0 && errno != EAGAIN) {
      close(fd);
      return;
    }
    size_t done = sent < 0 ? 0 : static_cast<size_t>(sent);
    c->pending.assign(data + done, size - done);
    Watch(fd, EPOLLOUT, EPOLL_CTL_MOD);
  }

  void Flush(int fd) {
    Connection* c = connections_[fd];
    ssize_t sent = send(fd, c->pending.data(), c->pending.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) close(fd);
      return;
    }
    c->pending.erase(0, static_cast<size_t>(sent));
    if (c->pending.empty()) Watch(fd, EPOLLIN, EPOLL_CTL_MOD);
  }

  int listener_;
  int epoll_;
  std::string reply_;
  std::vector<Connection*> connections_;
};

int Listen(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 1024) != 0) {
    fprintf(stderr, "floor: cannot listen on 127.0.0.1:%u: %s\n", port, strerror(errno));
    fprintf(stderr, "fix: choose a free port, or 0 to be given one\n");
    exit(1);
  }
  socklen_t length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  printf("%u\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

}  // namespace

// Usage: httpd_floor [PORT]. Prints the port it listens on.
int main(int argc, char** argv) {
  int listener = Listen(argc > 1 ? static_cast<uint16_t>(atoi(argv[1])) : 0);
  Floor(listener, epoll_create1(EPOLL_CLOEXEC)).Run();
}
