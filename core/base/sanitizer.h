// SPDX-License-Identifier: Apache-2.0
#pragma once

// 1 when this is compiled with AddressSanitizer, whose shadow needs terabytes of address space. GCC
// defines a macro for it, clang has a feature.
#if defined(__SANITIZE_ADDRESS__)
#define HTTPD_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HTTPD_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef HTTPD_ADDRESS_SANITIZER
#define HTTPD_ADDRESS_SANITIZER 0
#endif
