// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "integration/module_test.h"
#include "integration/wire.h"

// Raw clients of what the modules of connections_test.cc speak.
namespace httpd::testing {

// Bytes in both directions: a socket, or a layer over one.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual bool Send(std::string_view bytes) = 0;
  // More of what was received; false at the end, after a reset, or when nothing comes.
  virtual bool More(std::string* into) = 0;
};

class SocketChannel final : public Channel {
 public:
  explicit SocketChannel(uint16_t port) : wire_(port) {}
  bool Send(std::string_view bytes) override { return wire_.Send(bytes); }
  bool More(std::string* into) override {
    pollfd watched{wire_.fd(), POLLIN, 0};
    if (poll(&watched, 1, static_cast<int>(kPatience.count())) <= 0) return false;
    char piece[65536];
    const ssize_t n = recv(wire_.fd(), piece, sizeof piece, 0);
    ended_ = n <= 0;
    if (n > 0) into->append(piece, static_cast<size_t>(n));
    return n > 0;
  }
  bool ended() const { return ended_; }
  Wire& wire() { return wire_; }

 private:
  Wire wire_;
  bool ended_ = false;
};

// The client's side of xor_layer.c.
class XorChannel final : public Channel {
 public:
  XorChannel(Channel* below, char key, const std::string& name, const std::string& protocol)
      : below_(below), key_(key) {
    hello_ = std::string("XHLO") + key + static_cast<char>(name.size()) + name +
             static_cast<char>(protocol.size()) + protocol;
  }
  const std::string& hello() const { return hello_; }
  bool AwaitHello() {
    while (raw_.size() < 4 && below_->More(&raw_)) {
    }
    const bool good = raw_.starts_with("XOK!");
    raw_.erase(0, 4);
    return good;
  }
  bool Handshake() { return below_->Send(hello_) && AwaitHello(); }

  std::string Record(std::string_view bytes) const {
    std::string record;
    record += static_cast<char>(bytes.size() / 256);
    record += static_cast<char>(bytes.size() % 256);
    for (char c : bytes) record += static_cast<char>(c ^ key_);
    return record;
  }
  bool Send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, 16000);
      if (!below_->Send(Record(piece))) return false;
      bytes.remove_prefix(piece.size());
    }
    return true;
  }
  bool More(std::string* into) override {
    for (;;) {
      if (raw_.size() >= 2) {
        const size_t size = static_cast<uint8_t>(raw_[0]) * 256u + static_cast<uint8_t>(raw_[1]);
        if (size == 0) farewell_ = true;
        if (size == 0) return false;
        if (raw_.size() >= size + 2) {
          for (size_t i = 2; i < size + 2; ++i) *into += static_cast<char>(raw_[i] ^ key_);
          raw_.erase(0, size + 2);
          return true;
        }
      }
      if (!below_->More(&raw_)) return false;
    }
  }
  bool farewell() const { return farewell_; }

 private:
  Channel* below_;
  char key_;
  std::string hello_;
  std::string raw_;
  bool farewell_ = false;
};

// What comes until `text` is among it, or until the end.
inline std::string ReadUntil(Channel* channel, std::string_view text) {
  std::string all;
  while (all.find(text) == std::string::npos && channel->More(&all)) {
  }
  return all;
}

inline std::string ReadToEnd(Channel* channel) {
  std::string all;
  while (channel->More(&all)) {
  }
  return all;
}

// ---- toy_mux.c ----

struct Frame {
  char type = 0;
  uint8_t stream = 0;
  std::string payload;
};

inline std::string Packed(char type, uint8_t stream, std::string_view payload = "") {
  std::string frame{type, static_cast<char>(stream), static_cast<char>(payload.size() / 256),
                    static_cast<char>(payload.size() % 256)};
  return frame.append(payload);
}

struct MuxHead {
  uint64_t window = 100000000;
  int urgency = 3;
  int64_t length = 0;
  std::string method = "GET";
  std::string authority = "localhost";
  std::string fields;
};

inline std::string Asking(uint8_t stream, const std::string& path, const MuxHead& head = {}) {
  return Packed('H', stream,
                std::to_string(head.window) + "\n" + std::to_string(head.urgency) + "\n" +
                    std::to_string(head.length) + "\n" + head.method + "\n" + path + "\n" +
                    head.authority + "\n" + head.fields);
}

// Keeps what came, per stream.
class MuxClient {
 public:
  struct Stream {
    std::string head, interim, body, trailers, refused, reset;
    bool ended = false;
    bool done() const { return ended || !refused.empty() || !reset.empty(); }
  };

  explicit MuxClient(Channel* channel) : channel_(channel) {}
  bool Send(std::string_view frames) { return channel_->Send(frames); }
  // The next frame; type 0 at the end.
  Frame Next() {
    while (buffer_.size() < 4 || buffer_.size() < 4 + Size()) {
      if (!channel_->More(&buffer_)) return {};
    }
    Frame frame{buffer_[0], static_cast<uint8_t>(buffer_[1]), buffer_.substr(4, Size())};
    buffer_.erase(0, 4 + frame.payload.size());
    Keep(frame);
    return frame;
  }
  // Reads until that stream is done; false when the connection ends before.
  bool Finish(uint8_t stream) {
    while (!streams[stream].done()) {
      if (Next().type == 0) return false;
    }
    return true;
  }

  std::map<uint8_t, Stream> streams;
  std::string order;  // the stream of each piece of a body
  bool goodbye = false;
  int wanted = 0;  // times a held body was taken

 private:
  size_t Size() const {
    return static_cast<uint8_t>(buffer_[2]) * 256u + static_cast<uint8_t>(buffer_[3]);
  }
  void Keep(const Frame& frame) {
    Stream& stream = streams[frame.stream];
    if (frame.type == 'h') stream.head = frame.payload;
    if (frame.type == 'i') stream.interim = frame.payload;
    if (frame.type == 't') stream.trailers += frame.payload;
    if (frame.type == 'e') stream.ended = true;
    if (frame.type == 'r') stream.reset = frame.payload;
    if (frame.type == 'x') stream.refused = frame.payload;
    if (frame.type == 'w') ++wanted;
    if (frame.type == 'g') goodbye = true;
    if (frame.type != 'd') return;
    stream.body += frame.payload;
    order += static_cast<char>('0' + frame.stream);
  }

  Channel* channel_;
  std::string buffer_;
};

// One worker with modules that take part in connections, and a file that no socket buffer holds.
class ConnectionTest : public ModuleTest {
 protected:
  void BeginWith(const std::vector<std::string>& modules) {
    server_.modules = {"mime", "dir"};
    for (const auto& name : modules) server_.modules.push_back(name);
    server_.workers = 1;
    server_.Write("htdocs/large.bin", Large());
    Begin();
  }
  static std::string Large() {
    std::string text;
    for (int i = 0; text.size() < 300000; ++i) text += std::to_string(i) + ",";
    return text;
  }
};

}  // namespace httpd::testing
