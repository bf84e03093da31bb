// SPDX-License-Identifier: Apache-2.0
//
// What modules declared to run beside the workers. Nothing is started here: that is
// process/helper_processes.

#include "server/helper_set.h"

#include <sys/mman.h>

#include "base/concat.h"
#include "base/misuse.h"
#include "log/error_log.h"
#include "server/generation_impl.h"

namespace httpd::server {
namespace {
constexpr size_t kCounterBytes = HelperSet::kMost * sizeof(std::atomic<uint32_t>);
}  // namespace

HelperSet::~HelperSet() {
  while (!helpers_.empty()) helpers_.pop_back();
  if (counters_ != nullptr) ::munmap(counters_, kCounterBytes);
}

httpd_helper* HelperSet::Find(const httpd_module_handle* module, std::string_view name) const {
  for (const auto& helper : helpers_) {
    if (helper->module == module && helper->name == name) return helper.get();
  }
  return nullptr;
}

httpd_helper* HelperSet::Add(const httpd_module_handle* module,
                             const httpd_helper_options& options) {
  if (counters_ == nullptr) {
    void* memory =
        ::mmap(nullptr, kCounterBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    counters_ = static_cast<std::atomic<uint32_t>*>(memory);
  }
  auto helper = std::make_unique<httpd_helper>();
  helper->module = module;
  helper->module_name = module->name;
  helper->name = options.name;
  for (size_t i = 0; options.argv != nullptr && options.argv[i] != nullptr; ++i) {
    helper->argv.emplace_back(options.argv[i]);
  }
  helper->main = options.main;
  helper->user = options.user;
  helper->destroy = options.destroy;
  helper->starts = counters_ + helpers_.size();
  helpers_.push_back(std::move(helper));
  return helpers_.back().get();
}

std::vector<httpd_helper*> HelperSet::all() const {
  std::vector<httpd_helper*> out;
  for (const auto& helper : helpers_) out.push_back(helper.get());
  return out;
}

}  // namespace httpd::server

int httpd_generation::RunHelper(const httpd_helper& helper, int listening_fd) {
  httpd::base::LeaveLoopThread();
  const httpd::base::ThreadModuleScope scope(helper.module_name);
  try {
    return helper.main(listening_fd, helper.user);
  } catch (...) {
    httpd::log::Write(httpd::log::Level::kError, helper.module_name,
                      httpd::base::Concat("a C++ exception left helper ", helper.name, " [HS-02]"));
    return 70;
  }
}

httpd_helper::~httpd_helper() {
  if (destroy == nullptr) return;
  try {
    destroy(user);
  } catch (...) {
    httpd::log::Write(httpd::log::Level::kError, module_name,
                      "a C++ exception left the destroy function of a helper [HS-02]");
  }
}
