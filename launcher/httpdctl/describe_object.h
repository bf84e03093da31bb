// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "module/inspector_library.h"
#include "object_file.h"

namespace httpd::ctl {

// Both run in the guarded process only: they look into a file that may be hostile.
std::string ManifestBytes(const module::InspectorLibrary& library, int fd);

// A file that cannot be read gives the single field "error".
std::vector<Field> DescribeObject(const module::InspectorLibrary& library, int fd,
                                  const std::string& file);

}  // namespace httpd::ctl
