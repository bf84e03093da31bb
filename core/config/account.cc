// SPDX-License-Identifier: Apache-2.0
// User and Group as the system knows them.
#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <vector>

#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

// "#number" of Apache's User and Group.
std::optional<uint32_t> ParseId(const std::string& written) {
  if (written.size() < 2 || written.size() > 11 || written[0] != '#') return std::nullopt;
  uint64_t id = 0;
  for (size_t i = 1; i < written.size(); ++i) {
    if (written[i] < '0' || written[i] > '9') return std::nullopt;
    id = id * 10 + static_cast<uint64_t>(written[i] - '0');
  }
  // The largest number means "no change" to setuid and friends.
  if (id >= UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(id);
}

}  // namespace

std::optional<Account> FindSystemUser(const std::string& written) {
  const std::optional<uint32_t> id = ParseId(written);
  std::vector<char> buffer(1024);
  while (true) {
    struct passwd entry;
    struct passwd* found = nullptr;
    const int error =
        id.has_value()
            ? ::getpwuid_r(*id, &entry, buffer.data(), buffer.size(), &found)
            : ::getpwnam_r(written.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < (1u << 20)) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (found != nullptr) return Account{entry.pw_uid, entry.pw_gid};
    // A number needs no entry; its group is then the same number.
    if (id.has_value()) return Account{*id, *id};
    return std::nullopt;
  }
}

std::optional<Account> FindSystemGroup(const std::string& written) {
  if (const std::optional<uint32_t> id = ParseId(written)) return Account{*id, *id};
  std::vector<char> buffer(1024);
  while (true) {
    struct group entry;
    struct group* found = nullptr;
    const int error = ::getgrnam_r(written.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < (1u << 20)) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (found == nullptr) return std::nullopt;
    return Account{entry.gr_gid, entry.gr_gid};
  }
}

}  // namespace httpd::config
