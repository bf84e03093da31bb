// SPDX-License-Identifier: Apache-2.0
//
// The check that is left when libhttpd_inspect.so is not installed. It catches the commonest
// mistakes only; the dynamic loader finds the rest, in a process that nobody depends on yet.

#include "module/superficial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/unique_fd.h"
#include "object/machines.h"

namespace httpd::module {
namespace {

// Offsets of the ELF header that both classes share (gABI, chapter 4).
constexpr size_t kClass = 4, kData = 5, kType = 16, kMachine = 18, kHeaderBytes = 20;
constexpr uint32_t kRelocatable = 1, kShared = 3;

uint32_t Half(std::string_view bytes, size_t offset, bool big_endian) {
  const auto first = static_cast<unsigned char>(bytes[offset]);
  const auto second = static_cast<unsigned char>(bytes[offset + 1]);
  return big_endian ? first << 8 | second : second << 8 | first;
}

class Superficial {
 public:
  Superficial(const InspectionItem& item, std::vector<Finding>* findings)
      : item_(item), findings_(findings) {}

  void Run() {
    char buffer[kHeaderBytes];
    base::UniqueFd fd(open(item_.copy.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    const ssize_t got = fd ? read(fd.get(), buffer, sizeof(buffer)) : -1;
    if (got < 0) {
      Add("HM-05", "this file cannot be inspected", strerror(errno),
          base::Concat("ls -l ", item_.copy));
      return;
    }
    const std::string_view bytes(buffer, static_cast<size_t>(got));
    const std::string reinstall = base::Concat("install ", item_.original, " again");
    if (bytes.empty()) {
      Add("HM-10", "this file is empty", "0 bytes", reinstall);
    } else if (bytes.starts_with("#!")) {
      Add("HM-11", "this is no program code", "a script",
          base::Concat("LoadModule ", item_.name, "_module PATH-OF-mod_", item_.name, ".so"));
    } else if (bytes.starts_with("!<arch>\n")) {
      Add("HM-12", "this is an archive, as linkers use it", "archive",
          base::Concat("cc -shared -o mod_", item_.name, ".so -Wl,--whole-archive ", item_.original,
                       " -Wl,--no-whole-archive"));
    } else if (!bytes.starts_with("\177ELF")) {
      Add("HM-15", "this is not an object file", "data of no known object format", reinstall);
    } else if (bytes.size() < kHeaderBytes) {
      Add("HM-16", "this file is truncated", "a part of an ELF header", reinstall);
    } else {
      CheckElf(bytes);
    }
  }

 private:
  void Add(const char* code, std::string what, std::string found, std::string fix,
           std::string wanted = "a shared object") {
    findings_->push_back({FindingSeverity::kError, code, std::move(what), std::move(found),
                          std::move(wanted), item_.original, std::move(fix)});
  }

  void CheckElf(std::string_view bytes) {
    const bool big_endian = bytes[kData] == 2;
    const uint32_t bits = bytes[kClass] == 2 ? 64 : 32;
    const uint32_t type = Half(bytes, kType, big_endian);
    if (type == kRelocatable) {
      Add("HM-13", "this object file was not linked", "ELF object file (.o)",
          base::Concat("cc -shared -o mod_", item_.name, ".so ", item_.original));
    } else if (type != kShared) {
      Add("HM-14", "this is not a shared object", base::Concat("ELF file of type ", type),
          base::Concat("link the module with -shared: cc -shared -o mod_", item_.name, ".so …"));
    }
    const std::string target = object::TargetText(
        object::ElfMachineText(Half(bytes, kMachine, big_endian)), bits, big_endian);
    const std::string host = object::HostTargetText();
    if (target == host) return;
    Add("HM-18", "this module was built for another machine", target,
        base::Concat("install the module's package made for ", host), host);
  }

  const InspectionItem& item_;
  std::vector<Finding>* findings_;
};

}  // namespace

void InspectSuperficially(const InspectionItem& item, std::vector<Finding>* findings) {
  Superficial(item, findings).Run();
}

}  // namespace httpd::module
