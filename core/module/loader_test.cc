// SPDX-License-Identifier: Apache-2.0
// Loads good and bad modules, from shared objects and from records in this program, and checks that
// each finding names the module, its line and a cure, and that one bad module does not hide
// another.
#include "module/loader.h"

#include <httpd/config.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "dl/dl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "module/static_modules.h"

namespace httpd::module {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

process::ScoreboardSlot* phase;  // of the load under way
uint16_t blamed;                 // what `phase` said while a register function ran

std::mutex thread_mutex;
std::condition_variable thread_may_end;
bool thread_ends = false;
std::thread* left_behind = nullptr;

httpd_result OnRequest(httpd_request*, void*) { return HTTPD_DECLINED; }

httpd_result Good(httpd_module_handle* self, void* user) {
  if (phase != nullptr) blamed = phase->module;
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, OnRequest,
                            static_cast<const httpd_hook_options*>(user));
}
httpd_result Refuses(httpd_module_handle* self, void*) {
  return httpd_module_error(self, HTTPD_STR("eaten\nby moths"), HTTPD_STR("buy moth balls"));
}
httpd_result Silent(httpd_module_handle*, void*) { return HTTPD_ERR_IO; }
httpd_result Throws(httpd_module_handle*, void*) { throw std::runtime_error("a surprise"); }
httpd_result ThrowsAnInt(httpd_module_handle*, void*) { throw 42; }
httpd_result BadOption(httpd_module_handle* self, void*) {
  return httpd_hook_request(self, 999, OnRequest, nullptr);
}
httpd_result LeavesAThread(httpd_module_handle*, void*) {
  left_behind = new std::thread([] {
    std::unique_lock<std::mutex> lock(thread_mutex);
    thread_may_end.wait(lock, [] { return thread_ends; });
  });
  return HTTPD_OK;
}
httpd_result JoinsItsThread(httpd_module_handle*, void*) {
  std::thread([] {}).join();
  return HTTPD_OK;
}
httpd_result Forks(httpd_module_handle*, void*) {
  fork();
  return HTTPD_OK;
}
httpd_result WaitsForItsChild(httpd_module_handle*, void*) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return waitpid(child, nullptr, 0) == child ? HTTPD_OK : HTTPD_ERR_IO;
}
httpd_result Crashes(httpd_module_handle*, void*) { _exit(77); }  // quieter than a signal

httpd_module Record(const char* name, httpd_register fn, void* user = nullptr) {
  httpd_module record = {};
  record.magic = HTTPD_MODULE_MAGIC;
  record.size = sizeof record;
  record.abi_major = HTTPD_ABI_MAJOR;
  record.name = name;
  record.manifest = "name=x\0version=1";
  record.manifest_size = sizeof("name=x\0version=1");
  record.user = user;
  record.register_module = fn;
  return record;
}

const char* const kBeforeA[] = {"circle_a", nullptr};
const char* const kBeforeCircleB[] = {"circle_b", nullptr};
httpd_hook_options circle_a_options = {
    sizeof(httpd_hook_options), 0, kBeforeCircleB, nullptr, nullptr, nullptr};
httpd_hook_options circle_b_options = {
    sizeof(httpd_hook_options), 0, kBeforeA, nullptr, nullptr, nullptr};

const httpd_module kRecords[] = {
    Record("good", Good),
    Record("quiet", nullptr),
    Record("refuses", Refuses),
    Record("silent", Silent),
    Record("throws", Throws),
    Record("throws_int", ThrowsAnInt),
    Record("bad_option", BadOption),
    Record("thread", LeavesAThread),
    Record("joins", JoinsItsThread),
    Record("forks", Forks),
    Record("waits", WaitsForItsChild),
    Record("crashes", Crashes),
    Record("circle_a", Good, &circle_a_options),
    Record("circle_b", Good, &circle_b_options),
};
const httpd_module kCore = Record("core", nullptr);

}  // namespace
}  // namespace httpd::module

// What the build generates for a server with compiled-in modules.
extern "C" const httpd_module* const httpd_static_modules[];
extern "C" const httpd_module* const httpd_static_modules[] = {
    &httpd::module::kRecords[0],  &httpd::module::kRecords[1],  &httpd::module::kRecords[2],
    &httpd::module::kRecords[3],  &httpd::module::kRecords[4],  &httpd::module::kRecords[5],
    &httpd::module::kRecords[6],  &httpd::module::kRecords[7],  &httpd::module::kRecords[8],
    &httpd::module::kRecords[9],  &httpd::module::kRecords[10], &httpd::module::kRecords[11],
    &httpd::module::kRecords[12], &httpd::module::kRecords[13], nullptr};

namespace httpd::module {
namespace {

class LoaderTest : public testing::Test {
 protected:
  LoaderTest() {
    void* memory = mmap(nullptr, sizeof(process::ScoreboardSlot), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    phase = new (memory) process::ScoreboardSlot();
    input_.early = &early_;
    input_.sources = &sources_;
  }
  ~LoaderTest() override {
    munmap(phase, sizeof *phase);
    phase = nullptr;
  }

  void AddStatic(const char* name) { AddPlan({name, "", "", name, Line()}); }
  // `file`: one of the shared objects built for this test.
  void AddShared(const char* name, const std::string& file) {
    AddPlan(
        {name, "/usr/libexec/" + file, std::string(HTTPD_TEST_MODULES) + "/" + file, file, Line()});
  }
  config::Position Line() { return {0, static_cast<uint32_t>(input_.modules.size() + 1), 1}; }
  void AddPlan(server::ModuleToLoad plan) {
    config::ModuleRequest request;
    request.name = plan.name;
    request.position = plan.position;
    request.length = 10;
    early_.modules.push_back(request);
    input_.modules.push_back(std::move(plan));
  }

  bool Load() {
    LoadTarget target;
    target.pool = &pool_;
    target.modules = &registry_;
    target.hooks = &hooks_;
    return LoadModules(input_, &kCore, phase, target, &diagnostics_);
  }
  std::vector<std::string> Codes() {
    std::vector<std::string> codes;
    for (const auto& diagnostic : diagnostics_.all()) codes.push_back(diagnostic.code);
    return codes;
  }
  const config::Diagnostic& Only() {
    EXPECT_EQ(diagnostics_.all().size(), 1u) << diagnostics_.Render(sources_, false);
    static const config::Diagnostic none;
    return diagnostics_.all().empty() ? none : diagnostics_.all()[0];
  }
  // One bad module, alone: its only finding.
  const config::Diagnostic& Refusal() {
    EXPECT_FALSE(Load());
    const config::Diagnostic& error = Only();
    EXPECT_EQ(error.position, (config::Position{0, 1, 1}));
    EXPECT_EQ(error.length, 10u);
    EXPECT_FALSE(error.found.empty());
    EXPECT_FALSE(error.wanted.empty());
    EXPECT_FALSE(error.fix.empty());
    EXPECT_THAT(error.message + error.found + error.fix, Not(HasSubstr(HTTPD_TEST_MODULES)))
        << "the private copy is no business of the operator";
    return error;
  }

  httpd_pool pool_;
  config::EarlyConfig early_;
  config::SourceMap sources_;
  server::GenerationInput input_;
  Registry registry_;
  HookTable hooks_;
  config::Diagnostics diagnostics_;
};

TEST_F(LoaderTest, CoreAlone) {
  EXPECT_TRUE(Load());
  ASSERT_EQ(registry_.size(), 1u);
  EXPECT_EQ(registry_.at(0)->name, "core");
  EXPECT_EQ(registry_.at(0)->pool, &pool_);
}

TEST_F(LoaderTest, CompiledInAndShared) {
  AddStatic("quiet");
  AddShared("loader_good", "mod_loader_good.so");
  AddStatic("good");
  ASSERT_TRUE(Load()) << diagnostics_.Render(sources_, false);
  ASSERT_EQ(registry_.size(), 4u);
  Module* shared = registry_.at(2);
  EXPECT_EQ(shared->name, "loader_good");
  EXPECT_EQ(shared->file, "/usr/libexec/mod_loader_good.so");
  EXPECT_EQ(shared->registering, nullptr);
  ASSERT_EQ(shared->directives.size(), 1u);
  EXPECT_STREQ(shared->directives[0].name, "LoaderGood");
  EXPECT_TRUE(registry_.at(1)->file.empty());
  ASSERT_EQ(hooks_.Of(HTTPD_HOOK_HANDLER).size(), 2u);
  EXPECT_EQ(hooks_.Of(HTTPD_HOOK_HANDLER)[0].slot, 2);
  EXPECT_EQ(hooks_.Of(HTTPD_HOOK_HANDLER)[1].slot, 3);
}

TEST_F(LoaderTest, BlamesTheModuleWhoseCodeRuns) {
  AddStatic("quiet");
  AddStatic("good");
  blamed = 0;
  ASSERT_TRUE(Load());
  EXPECT_EQ(blamed, 2);
  EXPECT_EQ(phase->module, 0);
}

TEST_F(LoaderTest, WorksWithoutAScoreboard) {
  AddShared("loader_good", "mod_loader_good.so");
  AddStatic("quiet");
  munmap(phase, sizeof *phase);
  phase = nullptr;
  EXPECT_TRUE(Load());
  phase = static_cast<process::ScoreboardSlot*>(
      mmap(nullptr, sizeof *phase, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

// In a child, since whoever opens one of these is lost.
uint16_t BlamedByTheDead(const std::function<void()>& load) {
  const pid_t child = fork();
  if (child == 0) {
    close(2);  // the sanitizer's report
    load();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "it came back";
  return phase->module;
}

TEST_F(LoaderTest, ACrashInARegisterFunctionIsAttributed) {
  AddStatic("good");
  AddStatic("quiet");
  AddStatic("crashes");
  EXPECT_EQ(BlamedByTheDead([&] { Load(); }), 3);
}

TEST_F(LoaderTest, ACrashWhileOpeningIsAttributed) {
  AddStatic("nonsense");  // a module that failed keeps its number
  AddShared("constructor_crashes", "mod_constructor_crashes.so");
  EXPECT_EQ(BlamedByTheDead([&] { Load(); }), 2);
}

TEST_F(LoaderTest, DuplicatesAreSkipped) {
  AddStatic("good");
  AddStatic("quiet");
  AddStatic("good");
  EXPECT_TRUE(Load());
  const config::Diagnostic& warning = Only();
  EXPECT_EQ(warning.code, "HM-58");
  EXPECT_EQ(warning.severity, config::Severity::kWarning);
  EXPECT_EQ(warning.position, (config::Position{0, 3, 1}));
  ASSERT_EQ(warning.notes.size(), 1u);
  EXPECT_EQ(warning.notes[0].position, (config::Position{0, 1, 1}));
  EXPECT_EQ(registry_.size(), 3u);
}

TEST_F(LoaderTest, AllFindingsAppearAtOnce) {
  AddStatic("nonsense");
  AddShared("no_such", "mod_no_such.so");
  AddShared("other_name", "mod_loader_good.so");
  AddShared("loader_missing", "mod_loader_missing.so");
  blamed = 0;
  AddStatic("good");
  EXPECT_FALSE(Load());
  EXPECT_THAT(Codes(), ElementsAre("HM-59", "HM-40", "HM-47", "HM-41"));
  EXPECT_EQ(blamed, 0) << "nothing is registered when something could not be opened";
}

TEST_F(LoaderTest, NotCompiledIn) {
  AddStatic("nonsense");
  EXPECT_EQ(Refusal().code, "HM-59");
}

TEST_F(LoaderTest, UndefinedSymbol) {
  AddShared("loader_missing", "mod_loader_missing.so");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-41");
  EXPECT_THAT(error.message, AllOf(HasSubstr("module loader_missing"), HasSubstr("libexec")));
  EXPECT_THAT(error.found, HasSubstr("loader_library_answer"));
  EXPECT_THAT(error.fix, HasSubstr("LoadFile"));
}

TEST_F(LoaderTest, FunctionOfALaterCore) {
  AddShared("loader_later", "mod_loader_later.so");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-41");
  EXPECT_THAT(error.message, HasSubstr("needs a newer core"));
  EXPECT_THAT(error.found, HasSubstr("httpd_from_the_future"));
}

TEST_F(LoaderTest, MissingLibrary) {
  AddShared("loader_needs", "mod_loader_needs.so");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-42");
  EXPECT_THAT(error.found, HasSubstr("libloader_gone.so"));
}

TEST_F(LoaderTest, NotAnObject) {
  AddShared("text", "text.so");
  EXPECT_EQ(Refusal().code, "HM-43");
}

TEST_F(LoaderTest, NoRecord) {
  AddShared("foo", "mod_loader_good.so");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-47");
  EXPECT_THAT(error.found, HasSubstr("foo_module"));
}

TEST_F(LoaderTest, LoadFileGivesSymbolsToLaterModules) {
  // In a child: what LoadFile opened would be there for every other test.
  const pid_t child = fork();
  if (child == 0) {
    input_.load_files.push_back(std::string(HTTPD_TEST_MODULES) + "/loader_library.so");
    AddShared("loader_missing", "mod_loader_missing.so");
    _exit(Load() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(LoaderTest, LoadFileThatFails) {
  input_.load_files.push_back("/nowhere/lib.so");
  config::Located<std::string> line;
  line.value = "/nowhere/lib.so";
  line.position = {0, 1, 1};
  line.length = 10;
  early_.load_files.push_back(line);
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-40");
  EXPECT_THAT(error.message, HasSubstr("library /nowhere/lib.so"));
}

TEST_F(LoaderTest, ARefusalIsQuoted) {
  AddStatic("refuses");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-53");
  EXPECT_EQ(error.message, "module refuses refuses to start: eaten by moths");
  EXPECT_THAT(error.found, HasSubstr("HTTPD_ERR_INVALID"));
  EXPECT_EQ(error.fix, "buy moth balls");
  EXPECT_TRUE(registry_.at(1)->error.empty());
}

TEST_F(LoaderTest, ASilentRefusalIsExplained) {
  AddStatic("silent");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-53");
  EXPECT_THAT(error.message, HasSubstr("without saying why"));
  EXPECT_THAT(error.found, HasSubstr("HTTPD_ERR_IO"));
}

TEST_F(LoaderTest, WhatTheHookTableRefusedIsQuoted) {
  AddStatic("bad_option");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-53");
  EXPECT_THAT(error.message, HasSubstr("hook number 999"));
}

TEST_F(LoaderTest, ExceptionsStopAtTheBoundary) {
  AddStatic("throws");
  const config::Diagnostic& error = Refusal();
  EXPECT_EQ(error.code, "HM-54");
  EXPECT_EQ(error.found, "a surprise");
}

TEST_F(LoaderTest, EveryRegisterFunctionIsTried) {
  AddStatic("throws_int");
  AddStatic("refuses");
  AddStatic("good");
  EXPECT_FALSE(Load());
  EXPECT_THAT(Codes(), ElementsAre("HM-54", "HM-53"));
}

TEST_F(LoaderTest, AThreadIsRefusedByName) {
  AddStatic("thread");
  AddStatic("joins");
  EXPECT_FALSE(Load());
  EXPECT_THAT(Codes(), ElementsAre("HM-55"));
  EXPECT_THAT(Only().message, AllOf(HasSubstr("module thread"), HasSubstr("started a thread")));
  {
    std::lock_guard<std::mutex> lock(thread_mutex);
    thread_ends = true;
  }
  thread_may_end.notify_all();
  left_behind->join();
  delete left_behind;
}

TEST_F(LoaderTest, AThreadThatWasJoinedIsFine) {
  for (int i = 0; i < 20; ++i) {
    Registry registry;
    HookTable hooks;
    input_.modules.clear();
    AddStatic("joins");
    LoadTarget target{nullptr, &pool_, &registry, &hooks};
    ASSERT_TRUE(LoadModules(input_, &kCore, phase, target, &diagnostics_));
  }
}

TEST_F(LoaderTest, AThreadOfAConstructorIsRefused) {
  const pid_t child = fork();
  if (child == 0) {
    AddShared("constructor_threads", "mod_constructor_threads.so");
    _exit(!Load() && Only().code == "HM-55" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(LoaderTest, OnlyOneProcessComesBackFromAFork) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  AddStatic("forks");
  AddStatic("waits");
  EXPECT_FALSE(Load());
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  close(ends[1]);
  EXPECT_THAT(Codes(), ElementsAre("HM-56"));
  EXPECT_THAT(Only().message, AllOf(HasSubstr("module forks"), HasSubstr("forked a process")));
  while (waitpid(-1, nullptr, 0) > 0) {
  }
  char text[8];
  EXPECT_EQ(read(ends[0], text, sizeof text), 1) << "the child got here too";
  close(ends[0]);
}

TEST_F(LoaderTest, AChildThatWasWaitedForIsFine) {
  AddStatic("waits");
  EXPECT_TRUE(Load());
}

TEST_F(LoaderTest, AForkWhileOpeningIsRefused) {
  AddShared("constructor_forks", "mod_constructor_forks.so");
  EXPECT_EQ(Refusal().code, "HM-56");
  while (waitpid(-1, nullptr, 0) > 0) {
  }
}

TEST_F(LoaderTest, CirclesOfHooksAreErrors) {
  AddStatic("circle_a");
  AddStatic("circle_b");
  EXPECT_FALSE(Load());
  EXPECT_THAT(Codes(), ElementsAre("HM-57"));
}

TEST(StaticModulesTest, AreListed) {
  const auto modules = server::StaticModules();
  ASSERT_EQ(modules.size(), std::size(kRecords));
  EXPECT_EQ(modules[0].name, "good");
  EXPECT_EQ(modules[0].manifest, std::string_view("name=x\0version=1\0", 17));
  EXPECT_EQ(FindStaticModule("quiet"), &kRecords[1]);
  EXPECT_EQ(FindStaticModule("none"), nullptr);
}

TEST(ModuleApi, AnswersForNull) {
  EXPECT_EQ(httpd_module_name(nullptr).data, nullptr);
  EXPECT_EQ(httpd_module_pool(nullptr), nullptr);
  EXPECT_EQ(httpd_module_error(nullptr, {nullptr, 0}, {nullptr, 0}), HTTPD_ERR_INVALID);
  Module module;
  module.name = "mime";
  EXPECT_EQ(httpd_module_name(&module).len, 4u);
  EXPECT_EQ(httpd_module_error(&module, HTTPD_STR("why"), HTTPD_STR("how")), HTTPD_ERR_INVALID);
  EXPECT_EQ(module.error, "why");
  EXPECT_EQ(module.fix, "how");
}

TEST(ResultNames, AreWords) {
  EXPECT_THAT(ResultName(HTTPD_ERR_NO_MEMORY), HasSubstr("memory"));
  EXPECT_EQ(ResultName(500), "500");
}

}  // namespace
}  // namespace httpd::module
