// SPDX-License-Identifier: Apache-2.0
// A whole generation with real processes, seen from the supervisor's side: it gets ready, replaces
// workers, reopens logs, drains; and every way in which module code can spoil it ends only itself.
// The modules' part is played by a generation of our own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "log/error_log.h"
#include "process/generation_handle.h"
#include "process/signals.h"
#include "process/worker_channel.h"
#include "process/worker_set.h"

namespace httpd {
namespace {

// What Create does in the generation's process; set before the fork.
std::function<bool(const server::GenerationInput&, process::ScoreboardSlot*, config::Diagnostics*)>
    load_modules;
// What a worker does before it says that it is ready.
std::function<void(const server::WorkerInput&)> start_worker;

class FakeGeneration : public server::Generation {
 public:
  explicit FakeGeneration(uint32_t id) : id_(id) {}
  uint32_t id() const override { return id_; }
  size_t module_count() const override { return 0; }
  std::string_view module_name(size_t) const override { return ""; }
  std::string DescribeHosts() const override { return "hosts\n"; }
  std::string DescribeModules() const override { return "modules\n"; }

  int RunWorker(const server::WorkerInput& input) override {
    if (start_worker) start_worker(input);
    process::Channel channel{base::UniqueFd(input.channel)};
    channel.Send(static_cast<uint32_t>(process::FromWorker::kReady), 0);
    for (;;) {
      process::Packet packet;
      if (channel.Receive(&packet, process::Channel::Wait::kYes) !=
          process::Channel::Got::kPacket) {
        return 0;
      }
      switch (static_cast<process::ToWorker>(packet.type)) {
        case process::ToWorker::kDrain:
        case process::ToWorker::kStop:
          return 0;
        case process::ToWorker::kReplaceDescriptor:
          dup2(packet.fd.get(), static_cast<int>(packet.value));
          log::Write(log::Level::kError, "worker", "replaced");
          break;
        case process::ToWorker::kHandover:
        case process::ToWorker::kWake:
          break;
      }
    }
  }

 private:
  uint32_t id_;
};

}  // namespace

std::unique_ptr<server::Generation> server::Generation::Create(const GenerationInput& input,
                                                               process::ScoreboardSlot* phase,
                                                               config::Diagnostics* diagnostics) {
  if (load_modules && !load_modules(input, phase, diagnostics)) return nullptr;
  return std::make_unique<FakeGeneration>(input.id);
}

namespace process {
namespace {

class GenerationTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/generation_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    load_modules = nullptr;
    start_worker = nullptr;
    ASSERT_TRUE(SignalPipe::Open({SIGCHLD}));
    loop_.Watch(SignalPipe::fd(), [this] {
      SignalPipe::Take();
      int status = 0;
      for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (handle_ == nullptr || pid != handle_->pid()) continue;
        handle_->Exited(status);
        ended_ = true;
      }
    });
    snapshot_ = std::make_shared<Snapshot>();
    snapshot_->workers = 2;
    snapshot_->early.server_root.value = folder_;
    snapshot_->early.error_log.value = folder_ + "/error_log";
    snapshot_->early.module_load_timeout.value = 30;
    snapshot_->modules.push_back({"foo", "", "", "", {}});
    Problem problem;
    config::ListenAddress listen;
    listen.host = "127.0.0.1";
    ASSERT_TRUE(ListenerSet::Open({listen}, 2, nullptr, {}, &snapshot_->listeners, &problem));
    snapshot_->error_log = SafeOpen(snapshot_->early.error_log.value, OpenMode::kAppend, &problem);
    ASSERT_TRUE(snapshot_->error_log);
  }
  void TearDown() override {
    if (handle_ != nullptr && !ended_) {
      handle_->Kill();
      RunUntil([this] { return ended_; });
    }
    handle_.reset();
    loop_.Forget(SignalPipe::fd());
    ResetSignals({});
    std::filesystem::remove_all(folder_);
  }

  // The table has what the error log and CustomLog lines of `tree` name.
  void Grant(const std::vector<std::string>& logs) {
    module::Manifest manifest;
    manifest.privileged = {{"CustomLog", module::PrivilegedMode::kAppend, 1}};
    for (const std::string& path : logs) {
      config::Node node;
      node.name = "CustomLog";
      node.args.resize(1);
      node.args[0].text = path;
      snapshot_->early.active.push_back(node);
    }
    snapshot_->grants = GrantTable::Build(snapshot_->early, {manifest});
  }

  bool RunUntil(const std::function<bool()>& done, int64_t milliseconds = 20'000) {
    bool late = false;
    const auto timer = loop_.After(milliseconds, [&] { late = true; });
    while (!done() && !late) loop_.RunOnce();
    loop_.Cancel(timer);
    return !late;
  }

  void Fork(Action action = Action::kServe) {
    if (snapshot_->grants.size() == 0) Grant({});
    Options options;
    options.action = action;
    GenerationHandle::Events events;
    events.loaded = [](GenerationHandle* handle) { handle->Start(); };
    events.ready = [](GenerationHandle*) {};
    events.changed = [](GenerationHandle*) {};
    handle_ = std::make_unique<GenerationHandle>(&loop_, 1, snapshot_, events);
    Problem problem;
    const std::vector<Descriptor> stdio = {{0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
    ASSERT_TRUE(handle_->Fork(options, folder_, {}, stdio, &problem));
  }
  bool Serve() {
    Fork();
    return RunUntil([this] {
             return ended_ || handle_->state() != GenerationHandle::State::kStarting;
           }) &&
           !ended_;
  }
  std::string RunToEnd(Action action = Action::kServe) {
    Fork(action);
    EXPECT_TRUE(RunUntil([this] { return ended_; }));
    return handle_->FailureText();
  }
  std::string Log(const std::string& name = "error_log") {
    std::stringstream text;
    text << std::ifstream(folder_ + "/" + name).rdbuf();
    return text.str();
  }

  std::string folder_;
  PollLoop loop_;
  std::shared_ptr<Snapshot> snapshot_;
  std::unique_ptr<GenerationHandle> handle_;
  bool ended_ = false;
};

TEST_F(GenerationTest, ServesAndDrains) {
  ASSERT_TRUE(Serve()) << handle_->FailureText();
  EXPECT_EQ(handle_->workers().size(), 2u);
  EXPECT_EQ(getpgid(handle_->workers().at(0)), handle_->pid());
  handle_->Drain(kNoDeadline);
  ASSERT_TRUE(RunUntil([this] { return ended_; }));
  EXPECT_EQ(handle_->status(), 0);
}

TEST_F(GenerationTest, AKilledWorkerIsReplacedAndBlamed) {
  start_worker = [](const server::WorkerInput& input) {
    input.slot->Blame(1, 11);
    input.slot->SetRequest("GET /x HTTP/1.1");
    input.slot->SetClient("127.0.0.1");
  };
  ASSERT_TRUE(Serve());
  const pid_t victim = handle_->workers().at(1);
  kill(victim, SIGKILL);
  ASSERT_TRUE(RunUntil([&] {
    const auto& now = handle_->workers();
    return now.size() == 2 && now.at(1) != victim;
  }));
  EXPECT_NE(Log().find(" died: signal 9 (Killed) in module foo, hook handler, request \"GET /x "
                       "HTTP/1.1\" from 127.0.0.1"),
            std::string::npos)
      << Log();
}

TEST_F(GenerationTest, WithoutItsSupervisorItEnds) {
  ASSERT_TRUE(Serve());
  const pid_t pid = handle_->pid();
  handle_.reset();  // closes the supervisor's end
  int status = -1;
  pid_t got = 0;
  ASSERT_TRUE(RunUntil([&] { return (got = waitpid(pid, &status, WNOHANG)) != 0; }) || got == pid);
  EXPECT_EQ(status, 0);
  EXPECT_NE(Log().find("the supervisor is gone"), std::string::npos) << Log();
}

TEST_F(GenerationTest, FindingsReachTheSupervisor) {
  load_modules = [](const server::GenerationInput&, ScoreboardSlot*, config::Diagnostics* d) {
    d->Error("HM-01", {}, 0, "module foo is made of cheese").fix = "eat it";
    return false;
  };
  const std::string text = RunToEnd();
  EXPECT_NE(text.find("made of cheese"), std::string::npos) << text;
  EXPECT_NE(text.find("fix: eat it"), std::string::npos) << text;
  EXPECT_NE(handle_->FailureSummary().find("made of cheese"), std::string::npos);
}

TEST_F(GenerationTest, ACrashNamesModuleAndSignal) {
  load_modules = [](const server::GenerationInput&, ScoreboardSlot* phase, config::Diagnostics*) {
    phase->Blame(1, 0);
    raise(SIGKILL);
    return true;
  };
  const std::string text = RunToEnd();
  EXPECT_NE(text.find("module foo, while it was opened and registered"), std::string::npos) << text;
  EXPECT_NE(text.find("signal 9 (Killed)"), std::string::npos) << text;
  EXPECT_NE(text.find("remove the LoadModule line of foo"), std::string::npos) << text;
}

TEST_F(GenerationTest, AHangIsEndedAndNamed) {
  snapshot_->early.module_load_timeout.value = 1;
  load_modules = [](const server::GenerationInput&, ScoreboardSlot* phase, config::Diagnostics*) {
    phase->Blame(1, 49);
    for (;;) pause();
    return true;
  };
  const std::string text = RunToEnd();
  EXPECT_NE(text.find("not ready within 1 second"), std::string::npos) << text;
  EXPECT_NE(text.find("module foo, hook post_config"), std::string::npos) << text;
}

TEST_F(GenerationTest, AChildProcessOfAModuleIsRefused) {
  load_modules = [](const server::GenerationInput&, ScoreboardSlot*, config::Diagnostics*) {
    fork();  // and both return
    return true;
  };
  const std::string text = RunToEnd();
  EXPECT_NE(text.find("HP-36"), std::string::npos) << text;
}

TEST_F(GenerationTest, AWorkerThatDiesBeforeItServesRefusesTheGeneration) {
  start_worker = [](const server::WorkerInput& input) {
    input.slot->Blame(1, 50);
    if (input.index == 1) raise(SIGKILL);
  };
  const std::string text = RunToEnd();
  EXPECT_NE(text.find("module foo, hook worker_start"), std::string::npos) << text;
  EXPECT_NE(handle_->status(), 0);
}

TEST_F(GenerationTest, FilesComeFromTheTableOnly) {
  Grant({"access_log", "none/access_log"});
  load_modules = [](const server::GenerationInput& input, ScoreboardSlot*, config::Diagnostics* d) {
    const auto good = input.grants->Open("CustomLog", "access_log");
    if (!good.ok() || write(*good, "line\n", 5) != 5) d->Error("T-1", {}, 0, "no log");
    const auto missing = input.grants->Open("CustomLog", "none/access_log");
    if (missing.ok() || FixOf(missing.status()).find("mkdir -p") != 0) {
      d->Error("T-2", {}, 0, "a log in no folder");
    }
    if (input.grants->Open("CustomLog", "/etc/passwd").ok()) d->Error("T-3", {}, 0, "passwd");
    return d->ok();
  };
  ASSERT_TRUE(Serve()) << handle_->FailureText();
  EXPECT_EQ(Log("access_log"), "line\n");
}

TEST_F(GenerationTest, ReopenedLogsReachGenerationAndWorkers) {
  ASSERT_TRUE(Serve());
  std::filesystem::rename(folder_ + "/error_log", folder_ + "/error_log.1");
  handle_->ReopenLogs();
  // Each worker has two descriptors of the log: its own and standard error.
  ASSERT_TRUE(RunUntil([this] {
    const std::string log = Log();
    size_t count = 0;
    for (size_t at = 0; (at = log.find("replaced", at)) != std::string::npos; ++at) ++count;
    loop_.After(10, [] {});
    return count >= 4;
  })) << Log();
  EXPECT_EQ(Log("error_log.1"), "");
}

TEST_F(GenerationTest, CheckingStartsNoWorkerAndWritesNothing) {
  Grant({"access_log"});
  load_modules = [](const server::GenerationInput& input, ScoreboardSlot*, config::Diagnostics* d) {
    if (!input.check) d->Error("T-1", {}, 0, "not told that it is a check");
    if (!input.grants->Open("CustomLog", "access_log").ok()) d->Error("T-2", {}, 0, "no /dev/null");
    return d->ok();
  };
  Fork(Action::kDescribeModules);
  ASSERT_TRUE(RunUntil([this] { return ended_; }));
  EXPECT_EQ(handle_->status(), 0) << handle_->FailureText();
  EXPECT_EQ(handle_->output(), "modules\n");
  EXPECT_TRUE(handle_->workers().empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/access_log"));
  EXPECT_EQ(Log(), "");
}

TEST_F(GenerationTest, EachRoleHoldsWhatItsListSays) {
  ASSERT_TRUE(Serve());
  const auto count = [](pid_t pid) {
    size_t n = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
      ++n;
    }
    return n;
  };
  const size_t listeners = ListenerSet::kKernelBalances ? 2 : 1;
  // Streams, log, the listeners, the channel, two workers' channels, both ends of the signal pipe,
  // the inbox of idle connections.
  EXPECT_EQ(count(handle_->pid()), 3u + 1 + listeners + 1 + 2 + 2 + 1);
  // Streams, log, the channel, its own listener, the inbox.
  for (const auto& [slot, pid] : handle_->workers()) EXPECT_EQ(count(pid), 3u + 1 + 1 + 1 + 1);
}

TEST(RespawnDelayTest, GrowsToASecond) {
  EXPECT_EQ(RespawnDelay(1), 0);
  EXPECT_EQ(RespawnDelay(3), 0);
  EXPECT_EQ(RespawnDelay(4), 50);
  EXPECT_EQ(RespawnDelay(8), 800);
  EXPECT_EQ(RespawnDelay(9), 1000);
  EXPECT_EQ(RespawnDelay(1000), 1000);
}

}  // namespace
}  // namespace process
}  // namespace httpd
