/* SPDX-License-Identifier: Apache-2.0
 *
 * What the providers of group "greeting" offer: a header that both sides have, as it would be
 * installed by the offering module. */
#ifndef PROVIDER_GREETING_H
#define PROVIDER_GREETING_H

#include <httpd/types.h>

/* Version 1.1 */
typedef struct greeting_v1 {
  uint32_t size;
  const char* (*hello)(void* user);
  const char* (*goodbye)(void* user); /* since 1.1 */
} greeting_v1;

/* Version 2.0 */
typedef struct greeting_v2 {
  uint32_t size;
  uint32_t (*answer)(void* user);
} greeting_v2;

#endif
