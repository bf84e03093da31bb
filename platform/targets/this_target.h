// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_PLATFORM_TARGETS_THIS_TARGET_H_
#define HTTPD_PLATFORM_TARGETS_THIS_TARGET_H_

#include "target.h"
#include "target_name.h"

namespace httpd::targets {

// The row this build was configured for (cmake/HttpdTarget.cmake).
inline constexpr httpd_target kThis = *Find(HTTPD_TARGET_NAME);

}  // namespace httpd::targets

#endif  // HTTPD_PLATFORM_TARGETS_THIS_TARGET_H_
