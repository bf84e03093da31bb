// SPDX-License-Identifier: Apache-2.0
//
// The rules that hold the architecture up. Each is a check that lists violations; it is run twice:
// on the server as it is, which must have none, and on a server with a fault switched on, where the
// same check must find some. A check that cannot fail proves nothing.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <sstream>

#include "integration/background_load.h"
#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using Violations = std::vector<std::string>;

class Invariants : public ServerTest {
 protected:
  void SwitchOn(const std::string& fault) { server_.environment.push_back("HTTPD_FAULT=" + fault); }

  // An empty file that the service user may append to.
  std::string SharedFile(const std::string& name) {
    server_.Write(name, "");
    chmod(server_.Path(name).c_str(), 0666);
    return server_.Path(name);
  }

  // ---- No module is mapped in the supervisor ----

  Violations ModulesInSupervisor() {
    Violations out;
    if (!server_.Start()) return out;
    for (int round = 0; round < 2; ++round) {  // also after a reload
      std::istringstream maps(Maps(server_.pid()));
      for (std::string line; std::getline(maps, line);) {
        if (line.find("/mod_") != std::string::npos) out.push_back(line);
      }
      EXPECT_TRUE(server_.Reload().finished);
    }
    // The check would find nothing if it looked for the wrong thing.
    EXPECT_THAT(Maps(server_.WorkerPids()[0]), ::testing::HasSubstr("/mod_mime"));
    return out;
  }

  // ---- No module code runs as root ----

  Violations ModuleCodeAsRoot() {
    Violations out;
    std::string file = SharedFile("uids.txt");
    server_.modules.push_back("uids");
    server_.environment.push_back("HTTPD_TEST_UIDS=" + file);
    if (!server_.Start()) return out;
    EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
    EXPECT_TRUE(server_.Reload().finished);
    EXPECT_EQ(server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t"}).status, 0);
    std::string whole = ReadFile(file);
    for (const char* where :
         {"constructor", "register", "post_config", "worker_start", "handler"}) {
      EXPECT_THAT(whole, ::testing::HasSubstr(where)) << "the module did not record it";
    }
    std::istringstream lines(whole);
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with(" 0")) out.push_back(line);
    }
    return out;
  }

  // ---- dlclose is never called in a process that served ----
  // Draining must leave the module mapped until the process is gone, and its destructor may run at
  // exit at the earliest, that is after the last hook of its process.

  Violations ModulesUnloadedAlive() {
    Violations out;
    std::string file = SharedFile("unloaded.txt");
    server_.modules.push_back("unloaded");
    server_.environment.push_back("HTTPD_TEST_UNLOADED=" + file);
    server_.Write("htdocs/big.bin", std::string(16u << 20, 'b'));
    if (!server_.Start()) return out;
    pid_t generation = server_.GenerationPid();
    std::vector<pid_t> old = server_.WorkerPids();
    old.push_back(generation);
    // A download that keeps the old generation draining while we look at it.
    Wire wire(server_.port());
    wire.Send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(server_.Reload().ok);
    EXPECT_TRUE(Alive(generation)) << "nothing drains, so nothing can be seen";
    WaitUntil([&] { return !Missing(old).empty(); }, milliseconds(300));
    for (pid_t pid : Missing(old)) out.push_back("unmapped in " + Title(pid));
    for (pid_t pid : old) {
      std::string mark = "destructor " + std::to_string(pid) + "\n";
      if (ReadFile(file).find(mark) != std::string::npos && Alive(pid)) {
        out.push_back("destructor ran in living process " + Title(pid));
      }
    }
    EXPECT_EQ(wire.Read().body.size(), 16u << 20);
    return out;
  }
  // Living processes that no longer map the module.
  static std::vector<pid_t> Missing(const std::vector<pid_t>& pids) {
    std::vector<pid_t> out;
    for (pid_t pid : pids) {
      std::string maps = Maps(pid);
      if (!maps.empty() && maps.find("mod_unloaded.so") == std::string::npos && Alive(pid)) {
        out.push_back(pid);
      }
    }
    return out;
  }

  // ---- Every descriptor of every role is on the role's keep list ----

  struct Allowed {
    std::string what;
    std::function<bool(int fd, const std::string& target)> matches;
    size_t at_most;
  };

  void CheckDescriptors(pid_t pid, const std::vector<Allowed>& list, Violations* out) {
    std::vector<size_t> used(list.size(), 0);
    for (const auto& [fd, target] : Descriptors(pid)) {
      bool known = false;
      for (size_t i = 0; i < list.size() && !known; ++i) {
        if (!list[i].matches(fd, target) || used[i] >= list[i].at_most) continue;
        ++used[i];
        known = true;
      }
      if (!known) {
        out->push_back(Title(pid) + ": " + std::to_string(fd) + " -> " + target);
      }
    }
  }

  Violations DescriptorsBeyondTheList() {
    Violations out;
    server_.modules = {"mime", "dir", "log_config"};
    server_.extra = "CustomLog logs/access.log \"%r\"\n";
    if (!server_.Start()) return out;
    EXPECT_TRUE(server_.Reload().ok);
    EXPECT_TRUE(server_.WaitUntilDrained());
    auto stdio = [](int fd, const std::string&) { return fd <= 2; };
    auto file = [](std::string name) {
      return [name](int, const std::string& target) { return target.ends_with(name); };
    };
    auto prefix = [](std::string kind) {
      return [kind](int, const std::string& target) { return target.starts_with(kind); };
    };
    std::vector<Allowed> supervisor = {{"stdio", stdio, 3},
                                       {"error log", file("/logs/error.log"), 2},
                                       {"pid file", file("/run/httpd.pid"), 1},
                                       {"lock on the copies", file("/run/modules/users"), 1},
                                       {"signal pipe", prefix("pipe:"), 2},
                                       {"signalfd", file("[signalfd]"), 1},
                                       // 2 slots; the generation's channel
                                       {"sockets", prefix("socket:"), 3}};
    std::vector<Allowed> generation = {{"stdio", stdio, 3},
                                       {"error log", file("/logs/error.log"), 2},
                                       {"access log", file("/logs/access.log"), 1},
                                       {"signal pipe", prefix("pipe:"), 2},
                                       // 2 slots; its channel; one per worker; where
                                       // connections of the generation before arrive
                                       {"sockets", prefix("socket:"), 6}};
    std::vector<Allowed> worker = {{"stdio", stdio, 3},
                                   {"error log", file("/logs/error.log"), 2},
                                   {"access log", file("/logs/access.log"), 1},
                                   {"libuv's signal pipes, process and loop", prefix("pipe:"), 4},
                                   {"libuv", prefix("anon_inode:"), 3},
                                   // its slots; its channel; as the generation's
                                   {"sockets", prefix("socket:"), 4},
                                   {"libuv's /dev/null", file("/dev/null"), 1}};
    // A role that is just writing its state file or letting go of its predecessor has one more for
    // that moment; a leak stays.
    WaitUntil(
        [&] {
          out.clear();
          CheckDescriptors(server_.pid(), supervisor, &out);
          CheckDescriptors(server_.GenerationPid(), generation, &out);
          for (pid_t pid : server_.WorkerPids()) CheckDescriptors(pid, worker, &out);
          return out.empty();
        },
        seconds(2));
    return out;
  }

  // ---- A request on the hot path takes nothing from the heap ----

  // Mirrors malloc_count.c.
  struct MallocSlot {
    std::atomic<uint32_t> pid;
    uint32_t unused;
    std::atomic<uint64_t> count;
  };
  static constexpr size_t kMallocSlots = 1024;

  Violations HotPathAllocations(const std::vector<std::string>& more_modules) {
    Violations out;
    server_.workers = 1;
    server_.modules = {"mime", "dir", "log_config"};
    server_.modules.insert(server_.modules.end(), more_modules.begin(), more_modules.end());
    server_.extra = "CustomLog logs/access.log \"%h %t %r %>s %b\"\n";
    server_.Write("malloc-counts", std::string(kMallocSlots * sizeof(MallocSlot), '\0'));
    std::string file = server_.Path("malloc-counts");
    server_.environment.push_back("HTTPD_MALLOC_COUNT=" + file);
    server_.environment.push_back("LD_PRELOAD=" + BuildDir() + "/tests/malloc_count.so");
    server_.environment.push_back("ASAN_OPTIONS=verify_asan_link_order=0");
    if (!server_.Start()) return out;
    int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    void* memory = mmap(nullptr, kMallocSlots * sizeof(MallocSlot), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    auto* slots = static_cast<const MallocSlot*>(memory);
    uint32_t worker = static_cast<uint32_t>(server_.WorkerPids()[0]);
    auto count = [&]() -> uint64_t {
      for (size_t i = 0; i < kMallocSlots; ++i) {
        if (slots[i].pid == worker) return slots[i].count;
      }
      return 0;
    };
    Wire wire(server_.port());
    auto ask = [&](int requests) {
      for (int i = 0; i < requests; ++i) {
        EXPECT_EQ(wire.Ask("GET /1k.txt HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n"
                           "Accept: */*\r\n\r\n")
                      .status,
                  200);
      }
    };
    ask(200);  // the connection's and the file's first time
    uint64_t before = count();
    constexpr int kRequests = 2000;
    ask(kRequests);
    uint64_t taken = count() - before;
    RecordProperty("allocations", std::to_string(taken));
    // What happens once a second (looking at the file again, flushing the log) might take a little;
    // what happens per request may not.
    constexpr uint64_t kForTheClock = 5;
    if (taken > kForTheClock) {
      out.push_back(std::to_string(taken) + " allocations in " + std::to_string(kRequests) +
                    " requests");
    }
    // The counter must have counted something at all: starting a worker takes memory.
    EXPECT_GT(before, 0u) << "the counting library is not in the worker";
    munmap(memory, kMallocSlots * sizeof(MallocSlot));
    return out;
  }
};

TEST_F(Invariants, NoModuleIsMappedInTheSupervisor) {
  EXPECT_THAT(ModulesInSupervisor(), IsEmpty());
}
TEST_F(Invariants, AModuleMappedInTheSupervisorIsFound) {
  SKIP_UNLESS_FAULTS();
  SwitchOn("map-module-in-supervisor");
  EXPECT_THAT(ModulesInSupervisor(), Not(IsEmpty()));
}

TEST_F(Invariants, NoModuleCodeRunsAsRoot) {
  SKIP_UNLESS_ROOT();
  EXPECT_THAT(ModuleCodeAsRoot(), IsEmpty());
}
TEST_F(Invariants, ModuleCodeThatRunsAsRootIsFound) {
  SKIP_UNLESS_ROOT();
  SKIP_UNLESS_FAULTS();
  SwitchOn("root-module");
  EXPECT_THAT(ModuleCodeAsRoot(), Not(IsEmpty()));
}

TEST_F(Invariants, NoModuleIsUnloadedFromALivingProcess) {
  EXPECT_THAT(ModulesUnloadedAlive(), IsEmpty());
}
TEST_F(Invariants, AModuleUnloadedFromALivingProcessIsFound) {
  SKIP_UNLESS_FAULTS();
  SwitchOn("dlclose");
  server_.AllowLog("");  // whatever a process says that lost its code
  EXPECT_THAT(ModulesUnloadedAlive(), Not(IsEmpty()));
}

TEST_F(Invariants, EachRoleHoldsOnlyTheDescriptorsOfItsList) {
  EXPECT_THAT(DescriptorsBeyondTheList(), IsEmpty());
}
TEST_F(Invariants, ALeakedDescriptorIsFound) {
  SKIP_UNLESS_FAULTS();
  SwitchOn("leak-descriptor");
  EXPECT_THAT(DescriptorsBeyondTheList(), Not(IsEmpty()));
}

TEST_F(Invariants, TheHotPathTakesNothingFromTheHeap) {
  EXPECT_THAT(HotPathAllocations({}), IsEmpty());
}
// The fault is a module that allocates, so every build can show it.
TEST_F(Invariants, AnAllocationOnTheHotPathIsFound) {
  EXPECT_THAT(HotPathAllocations({"hot_malloc"}), Not(IsEmpty()));
}

}  // namespace
}  // namespace httpd::testing
