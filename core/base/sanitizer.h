// SPDX-License-Identifier: Apache-2.0
#pragma once

// 1 when this is compiled with AddressSanitizer or ThreadSanitizer, whose shadows need terabytes of
// address space. GCC defines macros for them, clang has features.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HTTPD_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HTTPD_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef HTTPD_ADDRESS_SANITIZER
#define HTTPD_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__)
#define HTTPD_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HTTPD_THREAD_SANITIZER 1
#endif
#endif
#ifndef HTTPD_THREAD_SANITIZER
#define HTTPD_THREAD_SANITIZER 0
#endif
