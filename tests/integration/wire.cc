// SPDX-License-Identifier: Apache-2.0
//
// Clients for the integration tests: a raw one that can be as wrong as a test wants, and libcurl as
// a client that somebody else wrote.

#include "integration/wire.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>

namespace httpd::testing {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

void ParseHead(const std::string& head, Answer* answer) {
  answer->head = head;
  answer->fields.clear();
  sscanf(head.c_str(), "HTTP/%*d.%*d %d", &answer->status);
  size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    size_t end = head.find("\r\n", at + 2);
    std::string line = head.substr(at + 2, end - at - 2);
    size_t colon = line.find(':');
    if (colon != std::string::npos) {
      size_t value = line.find_first_not_of(" \t", colon + 1);
      answer->fields.emplace_back(line.substr(0, colon),
                                  value == std::string::npos ? "" : line.substr(value));
    }
    at = end;
  }
}

}  // namespace

std::string Answer::Field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (SameName(key, name)) return value;
  }
  return "";
}

bool Answer::Has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return SameName(field.first, name); });
}

Wire::Wire(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval limit{10, 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  int one = 1;
  setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fd_.Reset();
}

uint16_t Wire::local_port() const {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

bool Wire::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void Wire::EndSending() { shutdown(fd_.get(), SHUT_WR); }

bool Wire::Fill(milliseconds patience) {
  if (ended_ || !fd_) return false;
  pollfd watched{fd_.get(), POLLIN, 0};
  if (poll(&watched, 1, static_cast<int>(patience.count())) <= 0) return false;
  char piece[65536];
  ssize_t got = recv(fd_.get(), piece, sizeof piece, 0);
  if (got <= 0) {
    ended_ = true;
    reset_ = got < 0;
    return false;
  }
  buffer_.append(piece, static_cast<size_t>(got));
  return true;
}

Answer Wire::Read(bool head, milliseconds patience) {
  Answer answer;
  size_t end;
  do {
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill(patience)) {
        answer.closed = ended_;
        return answer;
      }
    }
    ParseHead(buffer_.substr(0, end + 2), &answer);
    buffer_.erase(0, end + 4);
    if (answer.status < 200) interim = answer.status;
  } while (answer.status < 200);
  auto take = [&](size_t count) {
    while (buffer_.size() < count && Fill(patience)) {
    }
    std::string out = buffer_.substr(0, count);
    buffer_.erase(0, out.size());
    return out;
  };
  if (head || answer.status == 204 || answer.status == 304) {
    answer.complete = true;
  } else if (SameName(answer.Field("Transfer-Encoding"), "chunked")) {
    while (true) {
      size_t line;
      while ((line = buffer_.find("\r\n")) == std::string::npos && Fill(patience)) {
      }
      if (line == std::string::npos) break;
      size_t size = strtoul(take(line + 2).c_str(), nullptr, 16);
      std::string piece = take(size + 2);
      if (piece.size() != size + 2 || !piece.ends_with("\r\n")) break;
      answer.body.append(piece, 0, size);
      if (size == 0) {
        answer.complete = true;
        break;
      }
    }
  } else if (answer.Has("Content-Length")) {
    size_t length = strtoul(answer.Field("Content-Length").c_str(), nullptr, 10);
    answer.body = take(length);
    answer.complete = answer.body.size() == length;
  } else {
    answer.body = ReadAll(patience);
    answer.complete = ended_ && !reset_;
  }
  answer.closed = ended_;
  return answer;
}

std::string Wire::ReadAll(milliseconds patience) {
  while (Fill(patience)) {
  }
  std::string out;
  out.swap(buffer_);
  return out;
}

bool Wire::AtEnd(milliseconds patience) {
  if (!buffer_.empty()) return false;
  return ended_ || (!Fill(patience) && ended_);
}

std::string Request(const std::string& method, const std::string& target, const std::string& fields,
                    const std::string& body) {
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
}

Answer Ask(uint16_t port, std::string_view bytes) { return Wire(port).Ask(bytes); }

Answer Get(uint16_t port, std::string_view target, std::string_view extra_fields) {
  return Ask(port, "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
                       std::string(extra_fields) + "Connection: close\r\n\r\n");
}

CurlAnswer CurlGet(const std::string& url) {
  CurlAnswer answer;
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(
      curl, CURLOPT_WRITEFUNCTION, +[](char* data, size_t size, size_t count, void* out) {
        static_cast<std::string*>(out)->append(data, size * count);
        return size * count;
      });
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  answer.error = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_cleanup(curl);
  return answer;
}

}  // namespace httpd::testing
