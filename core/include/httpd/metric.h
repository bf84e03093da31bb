/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics: numbers that others watch. Each worker counts in a shard of its own, so that counting is
 * one addition to memory nobody else writes; a reader adds the shards up. They start from zero with
 * each generation. When a worker dies, its share of gauges is taken back; the rest stays. Names
 * follow OpenMetrics: [a-zA-Z_][a-zA-Z0-9_]*, counters end in _total.
 */
#ifndef HTTPD_METRIC_H
#define HTTPD_METRIC_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

#define HTTPD_METRIC_COUNTER 1u   /* only grows */
#define HTTPD_METRIC_GAUGE 2u     /* goes up and down; the shards add up */
#define HTTPD_METRIC_HISTOGRAM 3u /* counts observations in buckets */

/* A metric. */
typedef struct httpd_metric_options {
  uint32_t size;             /* sizeof(httpd_metric_options) */
  uint32_t kind;             /* HTTPD_METRIC_* */
  const char* name;          /* "cache_hits_total"; shown as httpd_MODULE_NAME */
  const char* help;          /* one line */
  const httpd_field* labels; /* fixed labels; several metrics may share a name with other labels */
  uint32_t label_count;
  uint32_t bucket_count;   /* of a histogram: at most 32 */
  const uint64_t* buckets; /* upper bounds, growing; one more for the rest is added */
} httpd_metric_options;

/* Adds a metric; copied. HTTPD_ERR_INVALID: a name, label or bound that cannot be, or the name is
 * of a metric of another kind; HTTPD_ERR_EXISTS: name and labels are taken; HTTPD_ERR_LIMIT: more
 * than 4096 numbers in the generation. Configuration time. Since 1.0. */
HTTPD_API httpd_result httpd_metric_add(httpd_module_handle* self,
                                        const httpd_metric_options* options, httpd_metric** metric);

/* Counts: `delta` may be negative for a gauge only. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_metric_count(httpd_metric* metric, int64_t delta);
/* Sets this worker's share of a gauge. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_metric_set(httpd_metric* metric, int64_t value);
/* Puts a value into a histogram. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_metric_observe(httpd_metric* metric, uint64_t value);

/* The sum over all workers; of a histogram the number of observations. Any thread. Since 1.0. */
HTTPD_API int64_t httpd_metric_value(const httpd_metric* metric);
/* The sum of all observed values. Any thread. Since 1.0. */
HTTPD_API uint64_t httpd_metric_sum(const httpd_metric* metric);
/* Observations in bucket `index`, and its upper bound (UINT64_MAX for the last);
 * HTTPD_ERR_NOT_FOUND beyond. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_metric_bucket(const httpd_metric* metric, uint32_t index,
                                           uint64_t* bound, uint64_t* observations);

/* ---- For modules that show them ---- */

/* Metric `index` from 0 of all modules and the core; NULL beyond the last. Any thread, after
 * POST_CONFIG. Since 1.0. */
HTTPD_API const httpd_metric* httpd_metric_at(const httpd_generation* generation, uint32_t index);
/* Its name as shown: "httpd_cache_cache_hits_total". Any thread. Since 1.0. */
HTTPD_API httpd_str httpd_metric_name(const httpd_metric* metric);
/* Its help text. Any thread. Since 1.0. */
HTTPD_API httpd_str httpd_metric_help(const httpd_metric* metric);
/* Its kind. Any thread. Since 1.0. */
HTTPD_API uint32_t httpd_metric_kind(const httpd_metric* metric);
/* Label `index` from 0; HTTPD_ERR_NOT_FOUND beyond the last. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_metric_label(const httpd_metric* metric, uint32_t index,
                                          httpd_str* name, httpd_str* value);

HTTPD_EXTERN_C_END

#endif /* HTTPD_METRIC_H */
