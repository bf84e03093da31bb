// SPDX-License-Identifier: Apache-2.0
// The sorted hooks as text, for -D DUMP_HOOKS: "which module answers first" is otherwise a guess.
#include "base/concat.h"
#include "module/hooks.h"
#include "server/generation.h"

namespace httpd::module {
namespace {

std::string Names(const std::vector<std::string>& names) {
  return names.empty() ? "-" : base::Join(names, ",");
}

}  // namespace

std::string HookTable::Describe(const Registry& modules) const {
  std::string text;
  std::vector<bool> shown(registrations_.size(), false);
  for (uint32_t hook = 1; hook < kHookLimit; ++hook) {
    if (!KindOfHook(hook)) continue;
    base::Append(&text, server::HookName(static_cast<uint16_t>(hook)), "\n");
    size_t place = 0;
    for (const HookEntry& entry : Of(hook)) {
      for (size_t i = 0; i < registrations_.size(); ++i) {
        const HookEntry& own = registrations_[i].entry;
        const bool same = own.slot == entry.slot && own.hook == entry.hook &&
                          own.order == entry.order && own.request == entry.request &&
                          own.user == entry.user;
        if (!same || shown[i]) continue;
        shown[i] = true;
        base::Append(&text, "\t", ++place, "\t", modules.at(entry.slot)->name, "\t", entry.order,
                     "\t", Names(registrations_[i].before), "\t", Names(registrations_[i].after),
                     "\n");
        break;
      }
    }
  }
  return text;
}

}  // namespace httpd::module
