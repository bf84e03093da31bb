// SPDX-License-Identifier: Apache-2.0
// A hook that no module uses has no step, so it costs not one instruction on the way of a request.
#include <gtest/gtest.h>
#include <httpd/hooks.h>

#include <algorithm>
#include <memory>
#include <string>

#include "config/diagnostic.h"
#include "module/hooks.h"
#include "module/registry.h"
#include "server/phases.h"

namespace httpd::server {
namespace {

httpd_result Hook(httpd_request*, void*) { return HTTPD_DECLINED; }

// The program of a generation with one module that entered `hook`; 0: none.
Program ProgramWith(uint32_t hook, module::HookTable* table, module::Registry* modules) {
  modules->Add(std::make_unique<module::Module>());
  module::Module* module = modules->Add(std::make_unique<module::Module>());
  module->name = "only";
  if (hook != 0) {
    module::HookEntry entry = {};
    entry.request = Hook;
    EXPECT_EQ(table->Add(module, hook, module::HookKind::kRequest, entry, nullptr), HTTPD_OK);
  }
  config::Diagnostics diagnostics;
  EXPECT_TRUE(table->Sort(*modules, &diagnostics));
  return CompileProgram(*table, false);
}

size_t StepsOfModules(const Program& program) {
  return static_cast<size_t>(std::count_if(program.steps.begin(), program.steps.end(),
                                           [](const Step& s) { return s.entry != nullptr; }));
}

TEST(ProgramTest, WithoutHooksOnlyTheCoreHasSteps) {
  module::HookTable table;
  module::Registry modules;
  const Program program = ProgramWith(0, &table, &modules);
  EXPECT_EQ(StepsOfModules(program), 0u);
  EXPECT_TRUE(program.log.empty());
  EXPECT_TRUE(program.request_end.empty());
  EXPECT_TRUE(program.error_page.empty());
}

TEST(ProgramTest, AHookAddsItsOwnStepsAndNoOther) {
  module::HookTable none;
  module::Registry nobody;
  const size_t of_the_core = ProgramWith(0, &none, &nobody).steps.size();
  for (uint32_t hook = HTTPD_HOOK_READ_REQUEST; hook <= HTTPD_HOOK_REQUEST_END; ++hook) {
    module::HookTable table;
    module::Registry modules;
    const Program program = ProgramWith(hook, &table, &modules);
    const size_t steps = StepsOfModules(program);
    const size_t lists =
        program.log.size() + program.request_end.size() + program.error_page.size();
    EXPECT_EQ(program.steps.size(), of_the_core + steps) << "hook " << hook;
    EXPECT_EQ(lists, hook >= HTTPD_HOOK_ERROR_PAGE ? 1u : 0u) << "hook " << hook;
    EXPECT_EQ(steps == 0, hook >= HTTPD_HOOK_ERROR_PAGE) << "hook " << hook;
    for (const Step& step : program.steps) {
      if (step.entry != nullptr) {
        EXPECT_EQ(step.hook, hook);
      }
    }
  }
}

}  // namespace
}  // namespace httpd::server
