// SPDX-License-Identifier: Apache-2.0
//
// httpd/metric.h: metrics as modules add, count and show them.

#include <algorithm>
#include <string_view>

#include "base/concat.h"
#include "base/sized.h"
#include "base/str.h"
#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/shared_services.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::Metrics;

namespace {

// As OpenMetrics writes names.
bool IsName(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9');
  });
}

const char* NameProblem(const httpd_metric_options& options) {
  const std::string_view name = options.name == nullptr ? "" : options.name;
  if (!IsName(name)) return "the name is not [a-zA-Z_][a-zA-Z0-9_]*";
  const bool counter = options.kind == HTTPD_METRIC_COUNTER;
  if (counter != name.ends_with("_total")) return "counters, and only they, end in _total";
  if (options.label_count > 0 && options.labels == nullptr) return "the labels are NULL";
  for (uint32_t i = 0; i < options.label_count; ++i) {
    if (!IsName(View(options.labels[i].name))) return "a label's name cannot be";
  }
  return nullptr;
}

const char* BucketProblem(const httpd_metric_options& options) {
  if (options.kind != HTTPD_METRIC_HISTOGRAM) {
    return options.bucket_count == 0 ? nullptr : "only a histogram has buckets";
  }
  if (options.bucket_count == 0 || options.bucket_count > Metrics::kMaxBuckets ||
      options.buckets == nullptr) {
    return "a histogram has 1 to 32 buckets";
  }
  for (uint32_t i = 1; i < options.bucket_count; ++i) {
    if (options.buckets[i] <= options.buckets[i - 1]) return "the buckets' bounds do not grow";
  }
  return nullptr;
}

httpd_metric Described(const httpd_module_handle& self, const httpd_metric_options& options) {
  httpd_metric metric;
  metric.kind = options.kind;
  metric.name = httpd::base::Concat("httpd_", self.name, "_", options.name);
  metric.help = options.help == nullptr ? "" : options.help;
  for (uint32_t i = 0; i < options.label_count; ++i) {
    metric.labels.emplace_back(View(options.labels[i].name), View(options.labels[i].value));
  }
  metric.bounds.assign(options.buckets, options.buckets + options.bucket_count);
  return metric;
}

}  // namespace

httpd_result httpd_metric_add(httpd_module_handle* self, const httpd_metric_options* raw,
                              httpd_metric** out) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_HANDLE(out, HTTPD_ERR_INVALID);
  *out = nullptr;
  httpd_metric_options options;
  HTTPD_READ_SIZED(httpd_metric_options, raw, &options);
  const httpd_generation* generation = self->generation;
  HTTPD_REQUIRE(generation != nullptr && generation->worker == nullptr, HTTPD_ERR_STATE,
                HTTPD_ERR_STATE, "metrics are added at configuration time");
  HTTPD_REQUIRE(options.kind >= HTTPD_METRIC_COUNTER && options.kind <= HTTPD_METRIC_HISTOGRAM,
                HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED, "the kind is not known");
  const char* problem = NameProblem(options);
  if (problem == nullptr) problem = BucketProblem(options);
  HTTPD_REQUIRE(problem == nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, problem);
  httpd_result why = HTTPD_OK;
  *out = generation->shared->metrics().Add(Described(*self, options), &why);
  HTTPD_REQUIRE(*out != nullptr, why, why,
                why == HTTPD_ERR_LIMIT    ? "the generation has 4096 numbers already"
                : why == HTTPD_ERR_EXISTS ? "name and labels are taken"
                                          : "the name is taken by a metric of another kind");
  return HTTPD_OK;
}

httpd_result httpd_metric_count(httpd_metric* metric, int64_t delta) {
  HTTPD_REQUIRE_HANDLE(metric, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(
      (metric->kind == HTTPD_METRIC_COUNTER && delta >= 0) || metric->kind == HTTPD_METRIC_GAUGE,
      HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "a counter only grows, and a histogram is observed");
  metric->owner->Count(*metric, delta);
  return HTTPD_OK;
}

httpd_result httpd_metric_set(httpd_metric* metric, int64_t value) {
  HTTPD_REQUIRE_HANDLE(metric, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(metric->kind == HTTPD_METRIC_GAUGE, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "only a gauge is set");
  metric->owner->Set(*metric, value);
  return HTTPD_OK;
}

httpd_result httpd_metric_observe(httpd_metric* metric, uint64_t value) {
  HTTPD_REQUIRE_HANDLE(metric, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(metric->kind == HTTPD_METRIC_HISTOGRAM, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "only a histogram is observed");
  metric->owner->Observe(*metric, value);
  return HTTPD_OK;
}

int64_t httpd_metric_value(const httpd_metric* metric) {
  HTTPD_REQUIRE_HANDLE(metric, 0);
  return metric->owner->Value(*metric);
}

uint64_t httpd_metric_sum(const httpd_metric* metric) {
  HTTPD_REQUIRE_HANDLE(metric, 0);
  HTTPD_REQUIRE(metric->kind == HTTPD_METRIC_HISTOGRAM, 0, HTTPD_ERR_INVALID,
                "only a histogram has a sum");
  const auto last = static_cast<uint32_t>(metric->bounds.size()) + 1;
  return static_cast<uint64_t>(metric->owner->Sum(*metric, last));
}

httpd_result httpd_metric_bucket(const httpd_metric* metric, uint32_t index, uint64_t* bound,
                                 uint64_t* observations) {
  HTTPD_REQUIRE_HANDLE(metric, HTTPD_ERR_INVALID);
  if (metric->kind != HTTPD_METRIC_HISTOGRAM || index > metric->bounds.size()) {
    return HTTPD_ERR_NOT_FOUND;
  }
  if (bound != nullptr) {
    *bound = index < metric->bounds.size() ? metric->bounds[index] : UINT64_MAX;
  }
  if (observations != nullptr) {
    *observations = static_cast<uint64_t>(metric->owner->Sum(*metric, index));
  }
  return HTTPD_OK;
}

const httpd_metric* httpd_metric_at(const httpd_generation* generation, uint32_t index) {
  HTTPD_REQUIRE_HANDLE(generation, nullptr);
  return generation->shared == nullptr ? nullptr : generation->shared->metrics().at(index);
}

httpd_str httpd_metric_name(const httpd_metric* metric) {
  HTTPD_REQUIRE_HANDLE(metric, {});
  return Str(metric->name);
}

httpd_str httpd_metric_help(const httpd_metric* metric) {
  HTTPD_REQUIRE_HANDLE(metric, {});
  return Str(metric->help);
}

uint32_t httpd_metric_kind(const httpd_metric* metric) {
  HTTPD_REQUIRE_HANDLE(metric, 0);
  return metric->kind;
}

httpd_result httpd_metric_label(const httpd_metric* metric, uint32_t index, httpd_str* name,
                                httpd_str* value) {
  HTTPD_REQUIRE_HANDLE(metric, HTTPD_ERR_INVALID);
  if (index >= metric->labels.size()) return HTTPD_ERR_NOT_FOUND;
  if (name != nullptr) *name = Str(metric->labels[index].first);
  if (value != nullptr) *value = Str(metric->labels[index].second);
  return HTTPD_OK;
}
