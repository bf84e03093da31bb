// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/module.h>

#include <string_view>

#include "module/finding.h"
#include "module/registry.h"

namespace httpd::module {

// Reads the record that a module exported as NAME_module, whatever version of the headers it was
// built with, into `module`: record (zero-filled where the module's is shorter), name, directives
// (each zero-filled likewise, without the end mark). `expected_name` is what LoadModule asked for.
//
// The size rule of the C interface: shorter than ours is zero-filled, longer is accepted when the
// tail is zero, and refused otherwise, since the module then relies on something that this core
// does not know. Directive rows lie `size` of the first row apart. A newer minor ABI version is no
// reason to refuse: what a module uses decides, not the headers it was built with.
//
// False, and *finding (without `where`), when the record cannot be used; *module is then unchanged.
bool NormalizeRecord(const httpd_module* raw, std::string_view expected_name, Module* module,
                     Finding* finding);

}  // namespace httpd::module
