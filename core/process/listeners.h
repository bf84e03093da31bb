// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "config/early.h"
#include "os/features.h"
#include "process/problem.h"
#include "server/generation.h"

namespace httpd::process {

// One address that is listened on: a socket per slot that share the port by SO_REUSEPORT, or one
// socket for all workers where the kernel does not spread connections. The supervisor makes them
// and keeps them; workers get copies.
struct BoundAddress {
  struct Slot {
    base::UniqueFd fd;
    bool listening = false;
  };

  config::ListenAddress wanted;  // as configured
  bool ipv6 = false;
  std::string address;  // as bound, numeric
  uint16_t port = 0;
  bool shared = false;
  std::vector<Slot> slots;  // never fewer while the address is listened on
};

// The addresses of one configuration, in its order. Sets share the addresses they have in common;
// an address closes with the last set that has it.
class ListenerSet {
 public:
  struct Options {
    bool shared = !kKernelBalances;  // one socket per address
    int backlog = 4096;              // the kernel cuts it to its own limit
  };
  static constexpr bool kKernelBalances = HTTPD_HAVE_REUSEPORT != 0;

  // Addresses that `present` has are taken over and get more slots when there are fewer than
  // `slots`; the others are bound and listened on. The new slots of an address that is in service
  // are bound only: a slot that nobody polls would swallow connections. On failure nothing that
  // `present` has was changed.
  static bool Open(const std::vector<config::ListenAddress>& wanted, uint32_t slots,
                   const ListenerSet* present, const Options& options, ListenerSet* opened,
                   Problem* problem);

  // Listens on the slots that Open only bound; workers that poll them are about to start.
  bool ListenAll(Problem* problem);

  // Closes what Open added to the addresses shared with another set: this set will not be used.
  void Abandon();

  const std::vector<std::shared_ptr<BoundAddress>>& addresses() const { return addresses_; }
  std::vector<server::ListenAddress> Describe() const;
  std::vector<int> Descriptors() const;

  // What worker `index` of `workers` polls: slot j of each address with j mod workers = index.
  std::vector<server::WorkerListener> ForWorker(uint32_t index, uint32_t workers) const;

  // "127.0.0.1:8080, [::]:8080".
  std::string Text() const;

 private:
  std::vector<std::shared_ptr<BoundAddress>> addresses_;
  struct Grown {
    std::shared_ptr<BoundAddress> address;
    size_t slots_before;
  };
  std::vector<Grown> grown_;
  int backlog_ = 4096;
};

// "127.0.0.1:80", "[::1]:80".
std::string AddressText(const std::string& address, uint16_t port);

}  // namespace httpd::process
