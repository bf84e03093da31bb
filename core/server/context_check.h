// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/api_check.h"

// The checks of the functions that read and set context slots.

// `owner` is the generation that the object belongs to.
#define REQUIRE_MODULE(module, owner, answer, stale_answer)                                   \
  HTTPD_REQUIRE((module) != nullptr, answer, HTTPD_ERR_INVALID, "the module handle is NULL"); \
  HTTPD_REQUIRE((module)->generation == (owner), stale_answer, HTTPD_ERR_STALE,               \
                "the module handle belongs to another generation")

#define CHECK_VALUE(object, module, owner) \
  HTTPD_REQUIRE_HANDLE(object, nullptr);   \
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);      \
  REQUIRE_MODULE(module, owner, nullptr, nullptr)

#define CHECK_SET(object, module, owner)           \
  HTTPD_REQUIRE_HANDLE(object, HTTPD_ERR_INVALID); \
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);     \
  REQUIRE_MODULE(module, owner, HTTPD_ERR_INVALID, HTTPD_ERR_STALE)
