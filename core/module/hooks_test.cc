// SPDX-License-Identifier: Apache-2.0
// Checks the order of hooks and what the C functions refuse.
#include "module/hooks.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/generation.h"

namespace httpd::module {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

httpd_result OnRequest(httpd_request*, void*) { return HTTPD_DECLINED; }
httpd_result OnConnection(httpd_connection*, void*) { return HTTPD_OK; }
httpd_result OnGeneration(httpd_generation*, void*) { return HTTPD_OK; }
httpd_result OnWorker(httpd_worker*, void*) { return HTTPD_OK; }

class HooksTest : public testing::Test {
 protected:
  HooksTest() { Load("core"); }

  Module* Load(const char* name) {
    auto module = std::make_unique<Module>();
    module->name = name;
    module->registering = &table_;
    return registry_.Add(std::move(module));
  }

  static httpd_hook_options Options() {
    httpd_hook_options options = {};
    options.size = sizeof options;
    return options;
  }

  httpd_result Handler(Module* module, const httpd_hook_options& options = Options()) {
    return httpd_hook_request(module, HTTPD_HOOK_HANDLER, OnRequest, &options);
  }
  httpd_result Before(Module* module, const char* name, int32_t order = 0) {
    const char* const names[] = {name, nullptr};
    httpd_hook_options options = Options();
    options.before = names;
    options.order = order;
    return Handler(module, options);
  }
  httpd_result After(Module* module, const char* name, int32_t order = 0) {
    const char* const names[] = {name, nullptr};
    httpd_hook_options options = Options();
    options.after = names;
    options.order = order;
    return Handler(module, options);
  }

  std::vector<std::string> Sorted(uint32_t hook = HTTPD_HOOK_HANDLER) {
    sorted_ = table_.Sort(registry_, &diagnostics_);
    std::vector<std::string> names;
    for (const HookEntry& entry : table_.Of(hook)) names.push_back(registry_.at(entry.slot)->name);
    return names;
  }

  Registry registry_;
  HookTable table_;
  config::Diagnostics diagnostics_;
  bool sorted_ = false;
};

TEST_F(HooksTest, LoadOrderWithinAPosition) {
  Module* a = Load("a");
  Module* b = Load("b");
  Module* c = Load("c");
  httpd_hook_options last = Options();
  last.order = HTTPD_ORDER_LAST;
  httpd_hook_options first = Options();
  first.order = HTTPD_ORDER_FIRST;
  EXPECT_EQ(Handler(a, last), HTTPD_OK);
  EXPECT_EQ(Handler(a), HTTPD_OK);
  EXPECT_EQ(Handler(b), HTTPD_OK);
  EXPECT_EQ(Handler(c, first), HTTPD_OK);
  EXPECT_EQ(Handler(c), HTTPD_OK);
  EXPECT_THAT(Sorted(), ElementsAre("c", "a", "b", "c", "a"));
  EXPECT_TRUE(sorted_);
  EXPECT_TRUE(table_.Of(HTTPD_HOOK_FIXUP).empty());
  EXPECT_TRUE(table_.Of(4711).empty());
}

TEST_F(HooksTest, DemandsGoBeforePositions) {
  Module* a = Load("a");
  Module* b = Load("b");
  Module* c = Load("c");
  After(a, "c", HTTPD_ORDER_FIRST);
  Handler(b);
  Handler(c);
  EXPECT_THAT(Sorted(), ElementsAre("b", "c", "a"));
}

TEST_F(HooksTest, BeforeHoldsForEachCallbackOfTheOther) {
  Module* a = Load("a");
  Module* b = Load("b");
  Handler(a);
  Handler(a);
  Before(b, "a");
  EXPECT_THAT(Sorted(), ElementsAre("b", "a", "a"));
}

TEST_F(HooksTest, NamesThatAreNotLoadedAreIgnored) {
  Module* a = Load("a");
  Module* b = Load("b");
  Before(a, "ghost");
  Before(b, "b");
  After(b, "core");  // loaded, but not in this hook
  EXPECT_THAT(Sorted(), ElementsAre("a", "b", "b"));
  EXPECT_TRUE(sorted_);
}

TEST_F(HooksTest, ACircleIsToldWithItsMembers) {
  Load("bystander");
  Module* a = Load("alpha");
  Module* b = Load("beta");
  a->position = {0, 12, 1};
  Before(a, "beta");
  Before(b, "alpha");
  EXPECT_EQ(Sorted().size(), 2u);
  EXPECT_FALSE(sorted_);
  ASSERT_EQ(diagnostics_.all().size(), 1u);
  const config::Diagnostic& error = diagnostics_.all()[0];
  EXPECT_EQ(error.code, "HM-57");
  EXPECT_EQ(error.position, a->position);
  EXPECT_THAT(error.message, HasSubstr("hook handler"));
  EXPECT_EQ(error.found,
            "alpha before beta (asked for by alpha), beta before alpha (asked for by beta)");
  EXPECT_THAT(error.fix, HasSubstr("LoadModule line of alpha or beta"));
}

TEST_F(HooksTest, EntriesCarryWhatTheHotPathNeeds) {
  Module* a = Load("a");
  httpd_hook_options options = Options();
  options.user = this;
  EXPECT_EQ(httpd_hook_connection(a, HTTPD_HOOK_CONNECTION_OPEN, OnConnection, &options), HTTPD_OK);
  EXPECT_EQ(httpd_hook_generation(a, HTTPD_HOOK_POST_CONFIG, OnGeneration, nullptr), HTTPD_OK);
  EXPECT_EQ(httpd_hook_worker(a, HTTPD_HOOK_DRAIN, OnWorker, nullptr), HTTPD_OK);
  EXPECT_THAT(Sorted(HTTPD_HOOK_CONNECTION_OPEN), ElementsAre("a"));
  const HookEntry& entry = table_.Of(HTTPD_HOOK_CONNECTION_OPEN)[0];
  EXPECT_EQ(entry.connection, OnConnection);
  EXPECT_EQ(entry.user, this);
  EXPECT_EQ(entry.slot, a->slot);
  EXPECT_EQ(entry.hook, HTTPD_HOOK_CONNECTION_OPEN);
  EXPECT_EQ(table_.Of(HTTPD_HOOK_POST_CONFIG)[0].generation, OnGeneration);
  EXPECT_EQ(table_.Of(HTTPD_HOOK_DRAIN)[0].worker, OnWorker);
}

TEST_F(HooksTest, UnknownHooksAreUnsupported) {
  Module* a = Load("a");
  for (const uint32_t hook : {0u, 15u, 31u, 56u, 63u, 64u, 0xffffffffu}) {
    EXPECT_EQ(httpd_hook_request(a, hook, OnRequest, nullptr), HTTPD_ERR_UNSUPPORTED) << hook;
    EXPECT_THAT(a->error, HasSubstr(std::to_string(hook)));
  }
  EXPECT_EQ(httpd_hook_request(a, HTTPD_HOOK_DRAIN, OnRequest, nullptr), HTTPD_ERR_UNSUPPORTED);
  EXPECT_EQ(a->error, "hook drain does not take what httpd_hook_request() enters");
  EXPECT_EQ(a->fix, "enter it with httpd_hook_worker()");
  EXPECT_EQ(httpd_hook_generation(a, HTTPD_HOOK_WORKER_START, OnGeneration, nullptr),
            HTTPD_ERR_UNSUPPORTED);
}

TEST_F(HooksTest, NullArgumentsAndWrongTimes) {
  Module* a = Load("a");
  EXPECT_EQ(httpd_hook_request(nullptr, HTTPD_HOOK_HANDLER, OnRequest, nullptr), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_hook_request(a, HTTPD_HOOK_HANDLER, nullptr, nullptr), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_hook_connection(a, HTTPD_HOOK_CONNECTION_OPEN, nullptr, nullptr),
            HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_hook_generation(a, HTTPD_HOOK_OPEN_LOGS, nullptr, nullptr), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_hook_worker(a, HTTPD_HOOK_DRAIN, nullptr, nullptr), HTTPD_ERR_INVALID);
  a->registering = nullptr;
  EXPECT_EQ(Handler(a), HTTPD_ERR_STATE);
  a->registering = &table_;
  Sorted();
  EXPECT_EQ(Handler(a), HTTPD_ERR_STATE) << "sorted already";
}

TEST_F(HooksTest, ShorterOptionsAreFilledWithZeros) {
  Module* a = Load("a");
  httpd_hook_options options = Options();
  options.size = offsetof(httpd_hook_options, before);
  options.order = 7;
  options.before = reinterpret_cast<const char* const*>(1);  // beyond `size`: not looked at
  EXPECT_EQ(Handler(a, options), HTTPD_OK);
  Sorted();
  EXPECT_EQ(table_.Of(HTTPD_HOOK_HANDLER)[0].order, 7);
}

TEST_F(HooksTest, LongerOptionsNeedAZeroTail) {
  struct Newer {
    httpd_hook_options known;
    uint64_t priority;
  };
  Module* a = Load("a");
  Newer newer = {Options(), 0};
  newer.known.size = sizeof newer;
  EXPECT_EQ(httpd_hook_request(a, HTTPD_HOOK_HANDLER, OnRequest, &newer.known), HTTPD_OK);
  newer.priority = 1;
  EXPECT_EQ(httpd_hook_request(a, HTTPD_HOOK_HANDLER, OnRequest, &newer.known),
            HTTPD_ERR_UNSUPPORTED);
  EXPECT_THAT(a->error,
              HasSubstr("the field at byte " + std::to_string(sizeof(httpd_hook_options))));
  EXPECT_FALSE(a->fix.empty());
  newer.known.size = 0;
  EXPECT_EQ(httpd_hook_request(a, HTTPD_HOOK_HANDLER, OnRequest, &newer.known), HTTPD_ERR_INVALID);
  newer.known.size = 0x7fffffff;
  EXPECT_EQ(httpd_hook_request(a, HTTPD_HOOK_HANDLER, OnRequest, &newer.known), HTTPD_ERR_INVALID);
  EXPECT_EQ(Sorted().size(), 1u) << "refused ones leave nothing behind";
}

TEST_F(HooksTest, AListOfNamesWithoutAnEnd) {
  Module* a = Load("a");
  std::vector<const char*> names(2000, "x");
  httpd_hook_options options = Options();
  options.after = names.data();
  EXPECT_EQ(Handler(a, options), HTTPD_ERR_INVALID);
}

TEST_F(HooksTest, DestroyRunsOnceLastFirst) {
  static std::vector<const char*> gone;
  gone.clear();
  Module* a = Load("a");
  httpd_hook_options options = Options();
  options.destroy = [](void* user) {
    gone.push_back(static_cast<const char*>(user));
    if (*gone.back() == 't') throw 1;
  };
  for (const char* name : {"one", "two", "three"}) {
    options.user = const_cast<char*>(name);
    Handler(a, options);
  }
  table_.RunDestroy();
  table_.RunDestroy();
  EXPECT_THAT(gone,
              ElementsAre(testing::StrEq("three"), testing::StrEq("two"), testing::StrEq("one")));
  EXPECT_TRUE(table_.Of(HTTPD_HOOK_HANDLER).empty());
}

TEST(HookNames, AreKnown) {
  EXPECT_EQ(server::HookName(0), "core");
  EXPECT_EQ(server::HookName(HTTPD_HOOK_HANDLER), "handler");
  EXPECT_EQ(server::HookName(HTTPD_HOOK_GENERATION_END), "generation_end");
  EXPECT_EQ(server::HookName(40), "unknown hook");
  for (uint32_t hook = 0; hook < kHookLimit; ++hook) {
    EXPECT_EQ(KindOfHook(hook).has_value(),
              hook != 0 && server::HookName(static_cast<uint16_t>(hook)) != "unknown hook");
  }
}

}  // namespace
}  // namespace httpd::module
