// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/config.h>
#include <httpd/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/pool.h"
#include "config/source.h"

namespace httpd::module {
class HookTable;
}

namespace httpd::module {
// A function for lines whose directive nobody knows.
struct UnknownDirectiveHook {
  httpd_directive_handler fn;
  void* user;
  httpd_destroy destroy;
};
}  // namespace httpd::module

// A loaded module. Slot 0 is the core itself, which has directives and settings like any other.
struct httpd_module_handle {
  uint16_t slot = 0;
  httpd_module record = {};                 // zero-filled where the module's own was shorter
  std::string name;                         // "mime"
  std::string file;                         // "/usr/libexec/mod_mime.so"; empty when compiled in
  std::vector<httpd_directive> directives;  // likewise zero-filled, without the end mark
  httpd::config::Position position;         // of its LoadModule
  uint32_t position_length = 0;

  httpd_generation* generation = nullptr;
  httpd_pool* pool = nullptr;                       // the generation's
  httpd::module::HookTable* registering = nullptr;  // set during the register function only
  uint8_t log_level = 0;                            // of lines outside requests; see LogLevel
  std::string error;                                // from httpd_module_error
  std::string fix;
  std::vector<httpd::module::UnknownDirectiveHook> unknown_directives;

  httpd_module_handle() = default;
  httpd_module_handle(const httpd_module_handle&) = delete;
  httpd_module_handle& operator=(const httpd_module_handle&) = delete;
  ~httpd_module_handle() {
    for (const auto& hook : unknown_directives) {
      if (hook.destroy != nullptr) hook.destroy(hook.user);
    }
  }
};

namespace httpd::module {

using Module = ::httpd_module_handle;

// The modules of a generation in load order; [0] is the core.
class Registry {
 public:
  Module* Add(std::unique_ptr<Module> module) {
    module->slot = static_cast<uint16_t>(modules_.size());
    modules_.push_back(std::move(module));
    return modules_.back().get();
  }
  size_t size() const { return modules_.size(); }
  Module* at(size_t slot) const { return modules_[slot].get(); }
  Module* Find(std::string_view name) const {
    for (const auto& module : modules_) {
      if (module->name == name) return module.get();
    }
    return nullptr;
  }
  auto begin() const { return modules_.begin(); }
  auto end() const { return modules_.end(); }

 private:
  std::vector<std::unique_ptr<Module>> modules_;
};

}  // namespace httpd::module
