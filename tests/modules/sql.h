/* SPDX-License-Identifier: Apache-2.0
 *
 * What mod_sql and its back ends know of each other. */
#ifndef SQL_H
#define SQL_H

#include <httpd/types.h>

/* Provider sql/quote 1.0, of the front end: writes `text` quoted into `out`. */
typedef struct sql_quote_v1 {
  uint32_t size;
  void (*quote)(const char* text, char* out, size_t room);
} sql_quote_v1;

/* Provider sql_backend/NAME 1.0: writes the answer to `query` into `out`. */
typedef struct sql_backend_v1 {
  uint32_t size;
  void (*ask)(const char* query, char* out, size_t room);
} sql_backend_v1;

#endif
