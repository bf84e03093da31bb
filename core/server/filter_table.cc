// SPDX-License-Identifier: Apache-2.0
//
// Which filters the modules of a generation bring.

#include "server/filter_table.h"

#include <utility>

#include "base/sized.h"
#include "base/str.h"
#include "module/registry.h"
#include "server/generation_impl.h"

namespace httpd::server {

FilterTable::~FilterTable() {
  for (auto filter = filters_.rbegin(); filter != filters_.rend(); ++filter) {
    const httpd_filter_options& options = (*filter)->options;
    if (options.destroy == nullptr) continue;
    try {
      options.destroy(options.user);
    } catch (...) {  // the generation ends anyway; the others get theirs
    }
  }
}

const httpd_filter* FilterTable::Add(std::unique_ptr<httpd_filter> filter) {
  filter->number = static_cast<uint32_t>(filters_.size());
  filters_.push_back(std::move(filter));
  return filters_.back().get();
}

const httpd_filter* FilterTable::Find(std::string_view name) const {
  for (const auto& filter : filters_) {
    if (base::EqualsIgnoreCase(filter->name, name)) return filter.get();
  }
  return nullptr;
}

}  // namespace httpd::server

httpd_result httpd_filter_add(httpd_module_handle* self, const httpd_filter_options* raw,
                              const httpd_filter** filter) {
  if (filter != nullptr) *filter = nullptr;
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  httpd_filter_options options;
  HTTPD_READ_SIZED(httpd_filter_options, raw, &options);
  HTTPD_REQUIRE(self->registering != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "not in the register function");
  HTTPD_REQUIRE((options.flags & ~HTTPD_FILTER_CHANGES_BODY) == 0 && options.reserved == 0,
                HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "a flag is set that this core does not know");
  HTTPD_REQUIRE(options.name != nullptr && *options.name != '\0', HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "the filter has no name");
  HTTPD_REQUIRE((options.push == nullptr) != (options.pull == nullptr), HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "a filter has either push() or pull()");
  httpd::server::FilterTable& filters = self->generation->filters;
  HTTPD_REQUIRE(filters.Find(options.name) == nullptr, HTTPD_ERR_EXISTS, HTTPD_ERR_EXISTS,
                "a filter of that name is there already");
  auto entry = std::make_unique<httpd_filter>();
  entry->options = options;
  entry->name = options.name;
  entry->options.name = entry->name.c_str();
  entry->slot = self->slot;
  const httpd_filter* added = filters.Add(std::move(entry));
  if (filter != nullptr) *filter = added;
  return HTTPD_OK;
}

const httpd_filter* httpd_filter_find(httpd_module_handle* self, httpd_str name) {
  HTTPD_REQUIRE_HANDLE(self, nullptr);
  HTTPD_REQUIRE(self->registering == nullptr, nullptr, HTTPD_ERR_STATE,
                "modules that come later are not registered yet");
  return self->generation->filters.Find(httpd::base::View(name));
}
