// SPDX-License-Identifier: Apache-2.0
//
// A load client that tells what happened to each connection. The usual tools count requests per
// second and fold resets, cut bodies and missing answers into one number of "socket errors"; the
// promise that a change loses no request can only be checked by a client that keeps them apart.

#include "load/load_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "load/answer_reader.h"

namespace httpd::load {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kMaxLosses = 1000;
constexpr milliseconds kTick{5};         // how often time-outs and the stop flag are looked at
constexpr milliseconds kRetryPause{10};  // before the next connect after a failed one

struct Connection {
  enum class State { kClosed, kConnecting, kOpen };
  int fd = -1;
  int index = 0;
  uint16_t local_port = 0;
  State state = State::kClosed;
  bool waits_for_write = false;
  int in_flight = 0;
  std::string unsent;
  std::vector<Clock::time_point> sent_at;  // ring of the requests in flight
  size_t first = 0;
  Clock::time_point progress;  // last byte, request or connect attempt
  Clock::time_point not_before;
  AnswerReader reader;
  Counts counts;
};

class Client {
 public:
  Client(const Options& options, const std::atomic<bool>* stop, std::atomic<uint64_t>* answered)
      : options_(options), stop_(stop), answered_(answered), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    request_ = options.method + " " + options.path + " HTTP/1.1\r\nHost: " + options.host + "\r\n" +
               options.extra_fields + "\r\n";
    for (int i = 0; i < options.pipeline; ++i) batch_ += request_;
    buffer_.resize(256 * 1024);
    connections_.resize(static_cast<size_t>(options.connections));
    for (size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].index = static_cast<int>(i);
      connections_[i].sent_at.resize(static_cast<size_t>(options.pipeline));
    }
  }
  ~Client() {
    for (Connection& c : connections_) Close(&c);
    close(epoll_);
  }

  Report Run();

 private:
  void Tick(Clock::time_point now);
  void CheckTimeout(Connection* c, Clock::time_point now);
  bool Finished() const;
  void Connect(Connection* c);
  void FinishConnect(Connection* c);
  void OnEvent(Connection* c, uint32_t events);
  void Read(Connection* c);
  bool Consume(Connection* c, std::string_view data);
  void TakeAnswer(Connection* c);
  void AfterAnswers(Connection* c);
  void Fill(Connection* c);
  void Write(Connection* c);
  void OnEnd(Connection* c);
  void Lose(Connection* c, uint64_t Counts::*field, const char* kind, uint64_t count = 1);
  void Close(Connection* c);
  void Watch(Connection* c, bool write, int operation);
  bool MaySend() const {
    return !draining_ && (options_.requests == 0 || sent_ < options_.requests);
  }

  const Options& options_;
  const std::atomic<bool>* stop_;
  std::atomic<uint64_t>* answered_;
  int epoll_;
  bool draining_ = false;
  uint64_t sent_ = 0;
  Clock::time_point start_;
  std::string request_;
  std::string batch_;
  std::string buffer_;
  std::vector<Connection> connections_;
  Report report_;
};

Report Client::Run() {
  start_ = Clock::now();
  for (Connection& c : connections_) Connect(&c);
  Clock::time_point next_tick = start_ + kTick;
  epoll_event events[256];
  while (!Finished()) {
    int count = epoll_wait(epoll_, events, 256, static_cast<int>(kTick.count()));
    for (int i = 0; i < count; ++i) {
      OnEvent(static_cast<Connection*>(events[i].data.ptr), events[i].events);
    }
    Clock::time_point now = Clock::now();
    if (now >= next_tick) {
      Tick(now);
      next_tick = now + kTick;
    }
  }
  report_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  for (Connection& c : connections_) {
    report_.connections.push_back(c.counts);
    report_.total.Add(c.counts);
  }
  return std::move(report_);
}

void Client::Tick(Clock::time_point now) {
  bool stopped = stop_ != nullptr && stop_->load(std::memory_order_relaxed);
  if (stopped || now - start_ >= options_.duration) draining_ = true;
  for (Connection& c : connections_) {
    if (c.state == Connection::State::kClosed) {
      if (MaySend() && now >= c.not_before) Connect(&c);
    } else if (c.state == Connection::State::kOpen && c.in_flight == 0) {
      if (MaySend() && now >= c.not_before) Fill(&c);
    } else {
      CheckTimeout(&c, now);
    }
  }
}

void Client::CheckTimeout(Connection* c, Clock::time_point now) {
  if (c->state == Connection::State::kConnecting) {
    if (now - c->progress > options_.connect_timeout) {
      Lose(c, &Counts::connect_timeouts, "connect-timeout");
    }
  } else if (now - c->progress > options_.answer_timeout) {
    if (c->reader.started()) {
      Lose(c, &Counts::short_bodies, "short-body (timeout)");
    } else {
      Lose(c, &Counts::unanswered, "unanswered (timeout)", static_cast<uint64_t>(c->in_flight));
    }
  }
}

// A connection that is only connecting has no request to lose, so nobody waits for it at the end.
bool Client::Finished() const {
  if (MaySend()) return false;
  for (const Connection& c : connections_) {
    if (c.in_flight > 0) return false;
  }
  return true;
}

void Client::Connect(Connection* c) {
  c->progress = Clock::now();
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) {
    Lose(c, &Counts::refused, "no-socket");
    return;
  }
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr);
  int result = connect(c->fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  sockaddr_in local{};
  socklen_t length = sizeof local;
  if (getsockname(c->fd, reinterpret_cast<sockaddr*>(&local), &length) == 0) {
    c->local_port = ntohs(local.sin_port);
  }
  if (result != 0 && errno != EINPROGRESS) {
    Lose(c, &Counts::refused, strerrorname_np(errno));
    return;
  }
  c->state = Connection::State::kConnecting;
  Watch(c, true, EPOLL_CTL_ADD);
}

void Client::FinishConnect(Connection* c) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    Lose(c, &Counts::refused, strerrorname_np(error));
    return;
  }
  ++c->counts.connects;
  c->state = Connection::State::kOpen;
  Watch(c, false, EPOLL_CTL_MOD);
  Fill(c);
}

void Client::OnEvent(Connection* c, uint32_t events) {
  if (c->state == Connection::State::kClosed) return;
  if (c->state == Connection::State::kConnecting) {
    FinishConnect(c);
    return;
  }
  if (events & EPOLLOUT) Write(c);
  if (c->state == Connection::State::kOpen && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) Read(c);
}

void Client::Read(Connection* c) {
  ssize_t got = recv(c->fd, buffer_.data(), buffer_.size(), 0);
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    Lose(c, &Counts::resets, "reset");
  } else if (got == 0) {
    OnEnd(c);
  } else {
    c->counts.bytes += static_cast<uint64_t>(got);
    c->progress = Clock::now();
    if (Consume(c, {buffer_.data(), static_cast<size_t>(got)})) AfterAnswers(c);
  }
}

// False when the connection is gone.
bool Client::Consume(Connection* c, std::string_view data) {
  while (!data.empty()) {
    if (c->in_flight == 0) {
      Lose(c, &Counts::malformed, "bytes after the answer");
      return false;
    }
    size_t used = 0;
    AnswerReader::Result result = c->reader.Consume(data, &used);
    data.remove_prefix(used);
    if (result == AnswerReader::Result::kMalformed) {
      Lose(c, &Counts::malformed, "malformed");
      return false;
    }
    if (result == AnswerReader::Result::kNeedMore) return true;
    TakeAnswer(c);
    if (c->reader.close_announced()) {
      // What was pipelined behind the announcement is not lost: the client sends it again.
      sent_ -= static_cast<uint64_t>(c->in_flight);
      ++c->counts.announced;
      Close(c);
      if (MaySend()) Connect(c);
      return false;
    }
    c->reader.Begin(options_.method == "HEAD",
                    options_.expected_body ? &*options_.expected_body : nullptr);
  }
  return true;
}

void Client::TakeAnswer(Connection* c) {
  ++c->counts.answered;
  if (answered_ != nullptr) answered_->fetch_add(1, std::memory_order_relaxed);
  auto spent = c->progress - c->sent_at[c->first];
  report_.latency.Add(
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count()));
  c->first = (c->first + 1) % c->sent_at.size();
  --c->in_flight;
  if (c->reader.status() != options_.expected_status) {
    ++c->counts.bad_status;
  } else if (options_.method != "HEAD") {
    bool good = options_.expected_body     ? c->reader.body_matches()
                : options_.expected_length ? c->reader.body_size() == *options_.expected_length
                                           : true;
    if (!good) ++c->counts.bad_bodies;
  }
}

void Client::AfterAnswers(Connection* c) {
  if (c->in_flight > 0 && c->in_flight > options_.pipeline / 2) return;
  if (options_.think_time.count() > 0) {
    if (c->in_flight == 0) c->not_before = c->progress + options_.think_time;
  } else if (MaySend()) {
    Fill(c);
  }
}

// Sends as many requests as may be in flight.
void Client::Fill(Connection* c) {
  int before = c->in_flight;
  Clock::time_point now = Clock::now();
  while (c->in_flight < options_.pipeline && MaySend()) {
    c->sent_at[(c->first + static_cast<size_t>(c->in_flight)) % c->sent_at.size()] = now;
    ++c->in_flight;
    ++sent_;
  }
  int fresh = c->in_flight - before;
  if (fresh == 0) return;
  if (before == 0) {
    c->reader.Begin(options_.method == "HEAD",
                    options_.expected_body ? &*options_.expected_body : nullptr);
  }
  c->progress = now;
  std::string_view data(batch_.data(), request_.size() * static_cast<size_t>(fresh));
  if (c->unsent.empty()) {
    ssize_t sent = send(c->fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      // Nothing of these requests left this machine. What was in flight before them is lost.
      c->in_flight = before;
      sent_ -= static_cast<uint64_t>(fresh);
      if (before == 0) {
        ++c->counts.idle_closes;
        Close(c);
      } else {
        Lose(c, &Counts::resets, "reset (send)");
      }
      return;
    }
    data.remove_prefix(sent < 0 ? 0 : static_cast<size_t>(sent));
  }
  if (!data.empty()) {
    c->unsent.append(data);
    if (!c->waits_for_write) Watch(c, true, EPOLL_CTL_MOD);
  }
}

void Client::Write(Connection* c) {
  ssize_t sent = send(c->fd, c->unsent.data(), c->unsent.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) Lose(c, &Counts::resets, "reset (send)");
    return;
  }
  c->unsent.erase(0, static_cast<size_t>(sent));
  if (c->unsent.empty()) Watch(c, false, EPOLL_CTL_MOD);
}

// The server closed its side.
void Client::OnEnd(Connection* c) {
  if (c->in_flight == 0) {
    ++c->counts.idle_closes;
    Close(c);
    return;
  }
  if (c->reader.started()) {
    if (c->reader.FinishAtEnd()) {
      TakeAnswer(c);
      sent_ -= static_cast<uint64_t>(c->in_flight);
      ++c->counts.announced;
      Close(c);
    } else {
      Lose(c, &Counts::short_bodies, "short-body");
    }
    return;
  }
  Lose(c, &Counts::unanswered, "unanswered", static_cast<uint64_t>(c->in_flight));
}

void Client::Lose(Connection* c, uint64_t Counts::*field, const char* kind, uint64_t count) {
  c->counts.*field += count;
  if (report_.losses.size() < kMaxLosses) {
    double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    report_.losses.push_back({kind, c->index, c->local_port, seconds});
  }
  Close(c);
  c->not_before = Clock::now() + kRetryPause;
}

void Client::Close(Connection* c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  c->state = Connection::State::kClosed;
  c->in_flight = 0;
  c->first = 0;
  c->unsent.clear();
  c->waits_for_write = false;
  c->not_before = {};
}

void Client::Watch(Connection* c, bool write, int operation) {
  c->waits_for_write = write;
  epoll_event event{};
  event.events = EPOLLIN | (write ? static_cast<uint32_t>(EPOLLOUT) : 0u);
  event.data.ptr = c;
  epoll_ctl(epoll_, operation, c->fd, &event);
}

}  // namespace

Report RunLoad(const Options& options, const std::atomic<bool>* stop,
               std::atomic<uint64_t>* answered) {
  return Client(options, stop, answered).Run();
}

}  // namespace httpd::load
