// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/module.h>

#include <string_view>

namespace httpd::module {

// The record of a compiled-in module; null when there is none of that name.
const httpd_module* FindStaticModule(std::string_view name);

}  // namespace httpd::module
