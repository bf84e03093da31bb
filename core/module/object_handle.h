// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

extern "C" {
struct httpd_inspect_object;
}

namespace httpd::module {

// An object that the inspector holds open; its strings live as long.
struct CloseObject {
  void (*close)(httpd_inspect_object*) = nullptr;
  void operator()(httpd_inspect_object* object) const { close(object); }
};
using ObjectHandle = std::unique_ptr<httpd_inspect_object, CloseObject>;

}  // namespace httpd::module
