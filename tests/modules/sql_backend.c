/* SPDX-License-Identifier: Apache-2.0
 *
 * The back ends of mod_sql, sql_mysql and sql_postgres: each needs the front end's provider and
 * offers one that the front end calls. */
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/provider.h>
#include <stdio.h>

#include "sql.h"
#include "trail.h"

#if defined(SQL_POSTGRES)
#define NAME "postgres"
static const char* const kAfter[] = {"sql", "sql_mysql", NULL};
#else
#define NAME "mysql"
static const char* const kAfter[] = {"sql", NULL};
#endif

static httpd_module_handle* self_;
static const sql_quote_v1* front_;

static void Ask(const char* query, char* out, size_t room) {
  char quoted[64];
  front_->quote(query, quoted, sizeof quoted);
  snprintf(out, room, NAME " has %s", quoted);
}

static const sql_backend_v1 kBackend = {sizeof(sql_backend_v1), Ask};

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  const void* table;
  const httpd_result found = httpd_provider_find(self_, HTTPD_STR("sql"), HTTPD_STR("quote"),
                                                 HTTPD_PROVIDER_VERSION(1, 0), &table, NULL);
  front_ = table;
  return found;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  self_ = self;
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  TrailAdd(self, HTTPD_ORDER_MIDDLE, kAfter);
  return httpd_provider_add(self, HTTPD_STR("sql_backend"), HTTPD_STR(NAME),
                            HTTPD_PROVIDER_VERSION(1, 0), &kBackend, NULL);
}

#if defined(SQL_POSTGRES)
HTTPD_MODULE(sql_postgres,
             "version=1.0.0\0description=Postgres\0requires=sql>=1.1\0"
             "provides=sql_backend.postgres/1\0",
             .register_module = Register);
#else
HTTPD_MODULE(sql_mysql,
             "version=1.0.0\0description=MySQL\0requires=sql>=1.1,sql.quote/1\0"
             "provides=sql_backend.mysql/1\0",
             .register_module = Register);
#endif
