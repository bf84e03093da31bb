// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verb.h"

namespace httpd::ctl {

// order --explain HOOK: asks a check run of the installed server, and renders what it answers.
int ExplainHook(const Invocation& invocation);

}  // namespace httpd::ctl
