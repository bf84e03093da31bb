// SPDX-License-Identifier: Apache-2.0
//
// Opens libhttpd_inspect.so. The server must work without it (a minimal installation, a platform
// without LLVM), so everything that goes wrong here is a warning.

#include "module/inspector_library.h"

#include "base/concat.h"
#include "dl/dl.h"

namespace httpd::module {
namespace {

template <class Function>
bool Bind(void* handle, const char* name, Function* out, std::string* reason) {
  dl::Error error;
  void* address = dl::Symbol(handle, name, &error);
  if (address == nullptr) {
    *reason = base::Concat("it has no function ", name);
    return false;
  }
  *out = reinterpret_cast<Function>(address);
  return true;
}

}  // namespace

bool InspectorLibrary::Load(const std::string& path, std::string* reason) {
  dl::Error error;
  void* handle = dl::Open(path, dl::Purpose::kInspector, &error);
  if (handle == nullptr) {
    *reason = dl::Describe(error);
    return false;
  }
  return Bind(handle, "httpd_inspect_version", &version, reason) &&
         Bind(handle, "httpd_inspect_product", &product, reason) &&
         Bind(handle, "httpd_inspect_host", &host, reason) &&
         Bind(handle, "httpd_inspect_open_path", &open_path, reason) &&
         Bind(handle, "httpd_inspect_open_fd", &open_fd, reason) &&
         Bind(handle, "httpd_inspect_close", &close, reason) &&
         Bind(handle, "httpd_inspect_get_facts", &get_facts, reason) &&
         Bind(handle, "httpd_inspect_needed", &needed, reason) &&
         Bind(handle, "httpd_inspect_imports", &imports, reason) &&
         Bind(handle, "httpd_inspect_exports", &exports, reason) &&
         Bind(handle, "httpd_inspect_needed_versions", &needed_versions, reason) &&
         Bind(handle, "httpd_inspect_defined_versions", &defined_versions, reason);
}

const InspectorLibrary* InspectorLibrary::Open(const std::string& path,
                                               const std::string& core_version, Finding* finding) {
  static InspectorLibrary library;
  std::string reason;
  bool usable = library.Load(path, &reason);
  if (usable && library.version() < HTTPD_INSPECT_VERSION) {
    reason = base::Concat("its interface is version ", library.version(), ", this server needs ",
                          HTTPD_INSPECT_VERSION);
    usable = false;
  }
  if (usable && !core_version.empty() && ToView(library.product()) != core_version) {
    reason =
        base::Concat("it belongs to httpd ", ToView(library.product()), ", this is ", core_version);
    usable = false;
  }
  if (usable) return &library;
  *finding = {
      FindingSeverity::kWarning,
      "HM-27",
      "modules are checked only superficially, the inspector cannot be used",
      reason,
      "the inspector of this server",
      path,
      "install the package that contains libhttpd_inspect.so, of the same version as the server"};
  return nullptr;
}

}  // namespace httpd::module
