// SPDX-License-Identifier: Apache-2.0
// Listening sockets. Each worker has sockets of its own, so that the kernel spreads connections and
// no two workers wake up for the same one; a first bind without SO_REUSEPORT keeps a second server
// from silently taking half of the traffic.
#include "process/listeners.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/concat.h"
#include "os/descriptors.h"
#include "process/port_holder.h"

namespace httpd::process {
namespace {

#ifdef SO_REUSEPORT_LB
constexpr int kReusePort = SO_REUSEPORT_LB;
#else
constexpr int kReusePort = SO_REUSEPORT;
#endif

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  uint16_t port() const {
    // Both families have the port in the same place.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }
};

uint32_t ScopeId(const std::string& interface) {
  const uint32_t index = if_nametoindex(interface.c_str());
  return index != 0 ? index : static_cast<uint32_t>(std::strtoul(interface.c_str(), nullptr, 10));
}

bool Fill(const std::string& host, bool ipv6, uint16_t port, SocketAddress* out) {
  if (ipv6) {
    auto* a = reinterpret_cast<sockaddr_in6*>(&out->storage);
    a->sin6_family = AF_INET6;
    a->sin6_port = htons(port);
    out->length = sizeof *a;
    const size_t percent = host.find('%');  // fe80::1%eth0
    if (percent != std::string::npos) {
      a->sin6_scope_id = ScopeId(host.substr(percent + 1));
    }
    const std::string bare = host.empty() ? "::" : host.substr(0, percent);
    return inet_pton(AF_INET6, bare.c_str(), &a->sin6_addr) == 1;
  }
  auto* a = reinterpret_cast<sockaddr_in*>(&out->storage);
  a->sin_family = AF_INET;
  a->sin_port = htons(port);
  out->length = sizeof *a;
  return inet_pton(AF_INET, host.empty() ? "0.0.0.0" : host.c_str(), &a->sin_addr) == 1;
}

std::string Numeric(const SocketAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.storage.ss_family == AF_INET6) {
    const auto* a = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    inet_ntop(AF_INET6, &a->sin6_addr, text, sizeof text);
  } else {
    const auto* a = reinterpret_cast<const sockaddr_in*>(&address.storage);
    inet_ntop(AF_INET, &a->sin_addr, text, sizeof text);
  }
  return text;
}

bool SetFlag(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

base::UniqueFd MakeSocket(bool ipv6) {
  base::UniqueFd fd(os::MakeSocket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM));
  if (!fd) return fd;
  SetFlag(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (ipv6) SetFlag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
  // Accepted connections inherit it. TCP_DEFER_ACCEPT is left off: a connection that has not spoken
  // yet would be invisible to time-outs and lost when its listener closes.
  SetFlag(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

Problem BindProblem(const config::ListenAddress& wanted, const std::string& text, uint16_t port,
                    bool ipv6, int error, const std::vector<std::string>& own) {
  Problem p = MakeProblem("HP-01", base::Concat("cannot listen on ", text));
  p.position = wanted.position;
  p.length = wanted.length;
  const std::string other_port = base::Concat("Listen ", port < 1024 ? port + 8000 : port + 1);
  if (error == EADDRINUSE && !own.empty()) {
    p.found = base::Concat("this server itself already listens on ", own.front());
    p.wanted = "addresses that do not overlap";
    p.fix = "remove one of the two Listen lines; to exchange one for the other, stop and start";
  } else if (error == EADDRINUSE) {
    const PortHolder holder = FindPortHolder(port, ipv6);
    p.found = base::Concat("the address is in use", holder.pid > 0 ? " by " : "",
                           holder.pid > 0 ? holder.Text() : "");
    p.wanted = "an address that no other program listens on";
    p.fix = holder.pid > 0 ? base::Concat("kill ", holder.pid, ", or write ", other_port)
                           : base::Concat("stop the other program, or write ", other_port);
  } else if (error == EACCES || error == EPERM) {
    p.found = base::Concat("no permission for port ", port, " (", ErrnoText(error), ")");
    p.wanted = "root, or a port above 1023";
    p.fix = port < 1024 ? other_port : "start the server as root";
  } else if (error == EADDRNOTAVAIL) {
    p.found = "this machine does not have that address";
    p.wanted = "an address that `ip address` shows";
    p.fix = base::Concat("Listen ", port, "   # every address of the machine");
  } else {
    p.found = ErrnoText(error);
  }
  return p;
}

// Opens the first socket of an address. It is bound without SO_REUSEPORT, so that the kernel
// refuses it when anybody else listens there, and shares the port only afterwards.
bool OpenFirst(BoundAddress* bound, uint16_t port, int* error) {
  SocketAddress address;
  base::UniqueFd fd = MakeSocket(bound->ipv6);
  if (!fd || !Fill(bound->wanted.host, bound->ipv6, port, &address) ||
      bind(fd.get(), address.get(), address.length) != 0) {
    *error = fd ? errno : errno == 0 ? EAFNOSUPPORT : errno;
    return false;
  }
  address.length = sizeof address.storage;
  if (getsockname(fd.get(), address.get(), &address.length) != 0) {
    *error = errno;
    return false;
  }
  bound->address = Numeric(address);
  bound->port = address.port();
  if (!bound->shared && !SetFlag(fd.get(), SOL_SOCKET, kReusePort)) bound->shared = true;
  bound->slots.push_back({std::move(fd), false});
  return true;
}

bool OpenNext(BoundAddress* bound, int* error) {
  SocketAddress address;
  base::UniqueFd fd = MakeSocket(bound->ipv6);
  if (!fd || !SetFlag(fd.get(), SOL_SOCKET, kReusePort) ||
      !Fill(bound->wanted.host, bound->ipv6, bound->port, &address) ||
      bind(fd.get(), address.get(), address.length) != 0) {
    *error = errno;
    return false;
  }
  bound->slots.push_back({std::move(fd), false});
  return true;
}

bool Listen(BoundAddress* bound, int backlog, int* error) {
  for (BoundAddress::Slot& slot : bound->slots) {
    if (slot.listening) continue;
    if (listen(slot.fd.get(), backlog) != 0) {
      *error = errno;
      return false;
    }
    slot.listening = true;
  }
  return true;
}

bool Grow(BoundAddress* bound, uint32_t slots, int* error) {
  while (!bound->shared && bound->slots.size() < slots) {
    if (!OpenNext(bound, error)) return false;
  }
  return true;
}

// Which of our own addresses the wanted one collides with.
std::vector<std::string> Overlapping(const std::vector<std::shared_ptr<BoundAddress>>& present,
                                     const config::ListenAddress& wanted, bool ipv6) {
  std::vector<std::string> found;
  for (const auto& a : present) {
    const bool any = wanted.host.empty() || a->address == "0.0.0.0" || a->address == "::" ||
                     wanted.host == "0.0.0.0" || wanted.host == "::";
    if (a->ipv6 == ipv6 && a->port == wanted.port && (any || a->address == wanted.host)) {
      found.push_back(AddressText(a->address, a->port));
    }
  }
  return found;
}

bool SameWish(const BoundAddress& bound, const config::ListenAddress& wanted, bool ipv6) {
  return bound.ipv6 == ipv6 && bound.wanted.host == wanted.host && bound.wanted.port == wanted.port;
}

}  // namespace

std::string AddressText(const std::string& address, uint16_t port) {
  const bool ipv6 = address.find(':') != std::string::npos;
  return base::Concat(ipv6 ? "[" : "", address, ipv6 ? "]:" : ":", port);
}

bool ListenerSet::Open(const std::vector<config::ListenAddress>& wanted, uint32_t slots,
                       const ListenerSet* present, const Options& options, ListenerSet* opened,
                       Problem* problem) {
  ListenerSet set;
  set.backlog_ = options.backlog;
  std::vector<std::shared_ptr<BoundAddress>> left;
  if (present != nullptr) left = present->addresses_;
  for (const config::ListenAddress& want : wanted) {
    uint16_t any_port = want.port;  // port 0 of "all addresses": one port for both families
    for (const bool ipv6 : {false, true}) {
      if (!want.host.empty() && want.ipv6 != ipv6) continue;
      int error = 0;
      const auto same = std::find_if(left.begin(), left.end(), [&](const auto& bound) {
        return SameWish(*bound, want, ipv6);
      });
      if (same != left.end()) {
        const auto bound = *same;
        left.erase(same);
        set.grown_.push_back({bound, bound->slots.size()});
        set.addresses_.push_back(bound);
        if (Grow(bound.get(), slots, &error)) continue;
        *problem = BindProblem(want, AddressText(bound->address, bound->port), bound->port, ipv6,
                               error, {});
        set.Abandon();
        return false;
      }
      auto bound = std::make_shared<BoundAddress>();
      bound->wanted = want;
      bound->ipv6 = ipv6;
      bound->shared = options.shared;
      if (OpenFirst(bound.get(), any_port, &error) && Grow(bound.get(), slots, &error) &&
          Listen(bound.get(), options.backlog, &error)) {
        any_port = bound->port;
        set.addresses_.push_back(std::move(bound));
        continue;
      }
      // "Listen 80" on a machine without IPv6 means its IPv4 addresses.
      const bool absent = error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
      if (want.host.empty() && ipv6 && absent) continue;
      std::vector<std::string> own = Overlapping(set.addresses_, want, ipv6);
      if (own.empty() && present != nullptr) own = Overlapping(present->addresses_, want, ipv6);
      const std::string host = !want.host.empty() ? want.host : ipv6 ? "::" : "0.0.0.0";
      *problem = BindProblem(want, AddressText(host, any_port), any_port, ipv6, error, own);
      set.Abandon();
      return false;
    }
  }
  *opened = std::move(set);
  return true;
}

bool ListenerSet::ListenAll(Problem* problem) {
  for (const auto& bound : addresses_) {
    int error = 0;
    if (Listen(bound.get(), backlog_, &error)) continue;
    *problem = BindProblem(bound->wanted, AddressText(bound->address, bound->port), bound->port,
                           bound->ipv6, error, {});
    return false;
  }
  return true;
}

void ListenerSet::Abandon() {
  for (const Grown& grown : grown_) grown.address->slots.resize(grown.slots_before);
  grown_.clear();
  addresses_.clear();
}

std::vector<server::ListenAddress> ListenerSet::Describe() const {
  std::vector<server::ListenAddress> all;
  for (const auto& a : addresses_) all.push_back({a->wanted.text, a->address, a->port});
  return all;
}

std::vector<int> ListenerSet::Descriptors() const {
  std::vector<int> all;
  for (const auto& a : addresses_) {
    for (const auto& slot : a->slots) all.push_back(slot.fd.get());
  }
  return all;
}

std::vector<server::WorkerListener> ListenerSet::ForWorker(uint32_t index, uint32_t workers) const {
  std::vector<server::WorkerListener> mine;
  for (uint32_t i = 0; i < addresses_.size(); ++i) {
    const BoundAddress& bound = *addresses_[i];
    for (size_t slot = 0; slot < bound.slots.size(); ++slot) {
      if (bound.shared || slot % workers == index) {
        mine.push_back({bound.slots[slot].fd.get(), i});
      }
    }
  }
  return mine;
}

std::string ListenerSet::Text() const {
  std::string text;
  for (const auto& a : addresses_) {
    base::Append(&text, text.empty() ? "" : ", ", AddressText(a->address, a->port));
  }
  return text;
}

}  // namespace httpd::process
