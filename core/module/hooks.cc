// SPDX-License-Identifier: Apache-2.0
// Hooks: who takes part where, and in which order. Sorted once per generation, so that a request
// finds for each hook one array without a gap.
#include "module/hooks.h"

#include <httpd/module.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/misuse.h"
#include "base/sized.h"
#include "module/order.h"
#include "server/generation.h"

namespace httpd::module {
namespace {

constexpr size_t kMostNames = 1024;  // more: the list has no end

std::string_view Registrar(HookKind kind) {
  switch (kind) {
    case HookKind::kRequest:
      return "httpd_hook_request()";
    case HookKind::kConnection:
      return "httpd_hook_connection()";
    case HookKind::kGeneration:
      return "httpd_hook_generation()";
    case HookKind::kWorker:
      break;
  }
  return "httpd_hook_worker()";
}

httpd_result Refuse(Module* module, httpd_result result, std::string message, std::string fix) {
  module->error = std::move(message);
  module->fix = std::move(fix);
  return result;
}

// Applies the size rule of the C interface to what the module gave.
httpd_result ReadOptions(Module* module, const httpd_hook_options* raw, httpd_hook_options* out) {
  *out = {};
  if (raw == nullptr) return HTTPD_OK;
  size_t offset = 0;
  const httpd_result result = base::ReadSized(raw, out, &offset);
  if (result == HTTPD_OK) return HTTPD_OK;
  return Refuse(
      module, result, base::SizedProblem("httpd_hook_options", raw, offset),
      result == HTTPD_ERR_INVALID
          ? "set .size = sizeof(httpd_hook_options)"
          : "upgrade httpd, or install a version of the module that was made for this one");
}

bool CopyNames(const char* const* names, std::vector<std::string>* out) {
  for (size_t i = 0; names != nullptr && names[i] != nullptr; ++i) {
    if (i == kMostNames) return false;
    out->emplace_back(names[i]);
  }
  return true;
}

// The circle as text: "alpha before beta (asked for by beta), beta before alpha (…)".
std::string DescribeCycle(const std::vector<Demand>& cycle, const Registry& modules,
                          const std::vector<size_t>& slots) {
  std::string text;
  for (const Demand& demand : cycle) {
    if (!text.empty()) text += ", ";
    text += modules.at(slots[demand.first])->name + " before " +
            modules.at(slots[demand.second])->name + " (asked for by " +
            modules.at(demand.by)->name + ")";
  }
  return text;
}

void ReportCycle(std::string_view hook, const std::vector<Demand>& cycle, const Registry& modules,
                 const std::vector<size_t>& slots, config::Diagnostics* diagnostics) {
  const Module& first = *modules.at(slots[cycle.front().first]);
  config::Diagnostic& error = diagnostics->Error(
      "HM-57", first.position, first.position_length,
      "the modules' wishes for the order of hook " + std::string(hook) + " form a circle");
  error.found = DescribeCycle(cycle, modules, slots);
  error.wanted = "an order in which each of them can run";
  std::string names;
  for (const Demand& demand : cycle) {
    if (!names.empty()) names += " or ";
    names += modules.at(slots[demand.first])->name;
  }
  error.fix = "remove the LoadModule line of " + names + ", or install versions that agree";
}

}  // namespace

httpd_result HookTable::Add(Module* module, uint32_t hook, HookKind kind, const HookEntry& callback,
                            const httpd_hook_options* options) {
  const std::optional<HookKind> wanted = KindOfHook(hook);
  if (!wanted) {
    return Refuse(module, HTTPD_ERR_UNSUPPORTED,
                  "hook number " + std::to_string(hook) + " is none that this core knows",
                  "upgrade httpd, or install a version of the module that was made for this one");
  }
  if (*wanted != kind) {
    return Refuse(module, HTTPD_ERR_UNSUPPORTED,
                  "hook " + std::string(server::HookName(static_cast<uint16_t>(hook))) +
                      " does not take what " + std::string(Registrar(kind)) + " enters",
                  "enter it with " + std::string(Registrar(*wanted)));
  }
  if (is_sorted_) return HTTPD_ERR_STATE;
  httpd_hook_options read;
  if (const httpd_result result = ReadOptions(module, options, &read); result != HTTPD_OK) {
    return result;
  }
  Registration registration{callback, {}, {}, read.destroy};
  if (!CopyNames(read.before, &registration.before) ||
      !CopyNames(read.after, &registration.after)) {
    return Refuse(module, HTTPD_ERR_INVALID,
                  "a list of names in httpd_hook_options has no end, wanted NULL behind the last",
                  "end `before` and `after` with NULL");
  }
  registration.entry.user = read.user;
  registration.entry.slot = module->slot;
  registration.entry.hook = static_cast<uint16_t>(hook);
  registration.entry.order = read.order;
  registrations_.push_back(std::move(registration));
  return HTTPD_OK;
}

bool HookTable::Sort(const Registry& modules, config::Diagnostics* diagnostics) {
  bool good = true;
  for (uint32_t hook = 1; hook < kHookLimit; ++hook) {
    good = SortHook(hook, modules, diagnostics) && good;
  }
  is_sorted_ = true;
  return good;
}

bool HookTable::SortHook(uint32_t hook, const Registry& modules, config::Diagnostics* diagnostics) {
  std::vector<const Registration*> nodes;
  for (const Registration& registration : registrations_) {
    if (registration.entry.hook == hook) nodes.push_back(&registration);
  }
  // Registered in load order, which this keeps within the same `order`.
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const auto* a, const auto* b) { return a->entry.order < b->entry.order; });
  std::vector<size_t> slots;
  for (const Registration* node : nodes) slots.push_back(node->entry.slot);

  std::vector<Demand> demands;
  for (size_t self = 0; self < nodes.size(); ++self) {
    const auto demand = [&](const std::vector<std::string>& names, bool self_first) {
      for (const std::string& name : names) {
        const Module* other = modules.Find(name);
        if (other == nullptr || other->slot == slots[self]) continue;
        for (size_t theirs = 0; theirs < nodes.size(); ++theirs) {
          if (slots[theirs] != other->slot) continue;
          demands.push_back({self_first ? self : theirs, self_first ? theirs : self, slots[self]});
        }
      }
    };
    demand(nodes[self]->before, true);
    demand(nodes[self]->after, false);
  }

  const Order order = StableOrder(nodes.size(), demands);
  for (const auto& cycle : order.cycles) {
    ReportCycle(server::HookName(static_cast<uint16_t>(hook)), cycle, modules, slots, diagnostics);
  }
  sorted_[hook].reserve(nodes.size());
  for (const size_t node : order.nodes) sorted_[hook].push_back(nodes[node]->entry);
  return order.cycles.empty();
}

void HookTable::RunDestroy() {
  // Taken out first: what a destroy function calls must not find half of the table.
  std::vector<Registration> registrations = std::move(registrations_);
  registrations_.clear();
  for (auto& sorted : sorted_) sorted.clear();
  for (auto entry = registrations.rbegin(); entry != registrations.rend(); ++entry) {
    if (entry->destroy == nullptr) continue;
    try {
      entry->destroy(entry->entry.user);
    } catch (...) {  // a C function that throws: the generation ends anyway, the others get theirs
    }
  }
}

}  // namespace httpd::module

namespace {

using httpd::module::HookEntry;
using httpd::module::HookKind;

// The checks of the public functions; `self` may be used behind them.
#define HTTPD_REQUIRE_REGISTERING(self, fn)                                       \
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);                                  \
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);                                    \
  HTTPD_REQUIRE_ARGUMENT(fn, HTTPD_ERR_INVALID);                                  \
  HTTPD_REQUIRE((self)->registering != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE, \
                "hooks are entered in the register function only")

httpd_result Enter(httpd_module_handle* self, uint32_t hook, HookKind kind, const HookEntry& entry,
                   const httpd_hook_options* options) {
  return self->registering->Add(self, hook, kind, entry, options);
}

}  // namespace

extern "C" {

httpd_result httpd_hook_request(httpd_module_handle* self, uint32_t hook, httpd_request_hook fn,
                                const httpd_hook_options* options) {
  HTTPD_REQUIRE_REGISTERING(self, fn);
  HookEntry entry = {};
  entry.request = fn;
  return Enter(self, hook, HookKind::kRequest, entry, options);
}

httpd_result httpd_hook_connection(httpd_module_handle* self, uint32_t hook,
                                   httpd_connection_hook fn, const httpd_hook_options* options) {
  HTTPD_REQUIRE_REGISTERING(self, fn);
  HookEntry entry = {};
  entry.connection = fn;
  return Enter(self, hook, HookKind::kConnection, entry, options);
}

httpd_result httpd_hook_generation(httpd_module_handle* self, uint32_t hook,
                                   httpd_generation_hook fn, const httpd_hook_options* options) {
  HTTPD_REQUIRE_REGISTERING(self, fn);
  HookEntry entry = {};
  entry.generation = fn;
  return Enter(self, hook, HookKind::kGeneration, entry, options);
}

httpd_result httpd_hook_worker(httpd_module_handle* self, uint32_t hook, httpd_worker_hook fn,
                               const httpd_hook_options* options) {
  HTTPD_REQUIRE_REGISTERING(self, fn);
  HookEntry entry = {};
  entry.worker = fn;
  return Enter(self, hook, HookKind::kWorker, entry, options);
}

}  // extern "C"
