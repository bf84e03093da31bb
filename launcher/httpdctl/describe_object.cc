// SPDX-License-Identifier: Apache-2.0
// What the inspector says about a file, as fields with names that never change their meaning.
#include "describe_object.h"

#include <algorithm>

#include "base/concat.h"
#include "module/api_names.h"
#include "module/manifest.h"
#include "module/store.h"
#include "module/trusted.h"

namespace httpd::ctl {
namespace {

std::string_view FormatName(uint32_t format) {
  switch (format) {
    case HTTPD_INSPECT_FORMAT_ELF:
      return "ELF";
    case HTTPD_INSPECT_FORMAT_MACHO:
      return "Mach-O";
    case HTTPD_INSPECT_FORMAT_COFF:
      return "COFF";
    case HTTPD_INSPECT_FORMAT_XCOFF:
      return "XCOFF";
    case HTTPD_INSPECT_FORMAT_WASM:
      return "WebAssembly";
    case HTTPD_INSPECT_FORMAT_BITCODE:
      return "LLVM bitcode";
    default:
      return "none";
  }
}

std::string_view StateName(uint32_t state) {
  return state == HTTPD_INSPECT_WHOLE       ? "whole"
         : state == HTTPD_INSPECT_TRUNCATED ? "truncated"
                                            : "malformed";
}

std::vector<std::string> Texts(const std::vector<module::ModuleReference>& references) {
  std::vector<std::string> texts;
  for (const auto& r : references) texts.push_back(base::Concat(r.name, r.relation, r.version));
  return texts;
}

struct SymbolLists {
  std::vector<std::string> api;    // httpd_… functions
  std::vector<std::string> other;  // name, name@VERSION, with " (weak)"

  static int32_t Add(void* user, const httpd_inspect_symbol* symbol) {
    auto* lists = static_cast<SymbolLists*>(user);
    const std::string_view name = module::ToView(symbol->name);
    if (name.starts_with("httpd_") && !name.starts_with("httpd_inspect_")) {
      lists->api.emplace_back(name);
      return 0;
    }
    std::string text(name);
    if (name.empty()) text = base::Concat("ordinal ", symbol->ordinal);
    if (symbol->version.len != 0) base::Append(&text, "@", module::ToView(symbol->version));
    if (symbol->weak != 0) text += " (weak)";
    lists->other.push_back(std::move(text));
    return 0;
  }
  static int32_t AddName(void* user, httpd_inspect_str name) {
    static_cast<std::vector<std::string>*>(user)->emplace_back(module::ToView(name));
    return 0;
  }
};

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

class Description {
 public:
  void Text(std::string name, std::string_view value) {
    if (!value.empty()) fields_.push_back({std::move(name), Field::kText, {std::string(value)}});
  }
  void Number(std::string name, uint64_t value) {
    fields_.push_back({std::move(name), Field::kNumber, {std::to_string(value)}});
  }
  void Flag(std::string name, bool value) {
    fields_.push_back({std::move(name), Field::kFlag, {value ? "yes" : "no"}});
  }
  void List(std::string name, std::vector<std::string> values) {
    fields_.push_back({std::move(name), Field::kList, std::move(values)});
  }

  void Manifest(std::string_view bytes) {
    module::Manifest manifest;
    std::vector<module::ManifestProblem> problems;
    module::ParseManifest(bytes, &manifest, &problems);
    Text("name", manifest.name);
    Text("version", manifest.version);
    Text("description", manifest.description);
    Text("author", manifest.author);
    Text("license", manifest.license);
    if (manifest.abi_major != 0) {
      Text("abi", base::Concat(manifest.abi_major, ".", manifest.abi_minor));
    }
    List("requires", Texts(manifest.required));
    List("wants", Texts(manifest.wants));
    List("conflicts", Texts(manifest.conflicts));
    List("provides", Texts(manifest.provides));
    List("before", manifest.before);
    List("after", manifest.after);
    List("directives", manifest.directives);
    std::vector<std::string> privileged;
    for (const module::PrivilegedArgument& p : manifest.privileged) {
      privileged.push_back(
          base::Concat(p.directive, ":", module::PrivilegedModeName(p.mode), ":", p.argument));
    }
    List("privileged", std::move(privileged));
    Flag("reloadable", manifest.reloadable);
    std::vector<std::string> said;
    for (const module::ManifestProblem& problem : problems) {
      said.push_back(base::Concat(problem.what, ": found ", problem.found));
    }
    if (!said.empty()) List("manifest_problems", std::move(said));
  }

  // Of a file whose symbols can be listed only: of others nothing is known, which is not "none".
  void Symbols(const module::InspectorLibrary& library, const httpd_inspect_object* object) {
    std::vector<std::string> needed;
    library.needed(object, SymbolLists::AddName, &needed, nullptr);
    List("needed", std::move(needed));
    SymbolLists imports, exports;
    library.imports(object, SymbolLists::Add, &imports, nullptr);
    library.exports(object, SymbolLists::Add, &exports, nullptr);
    imports.api = Sorted(std::move(imports.api));
    std::vector<std::string> unknown;
    for (const std::string& name : imports.api) {
      const auto names = module::ApiNames();
      if (!std::binary_search(names.begin(), names.end(), name)) unknown.push_back(name);
    }
    List("api", std::move(imports.api));
    List("api_unknown", std::move(unknown));
    List("imports", Sorted(std::move(imports.other)));
    exports.other.insert(exports.other.end(), exports.api.begin(), exports.api.end());
    List("exports", Sorted(std::move(exports.other)));
  }

  void Hardening(const httpd_inspect_facts& facts) {
    const auto flag = [&](const char* name, uint32_t bit) { Flag(name, (facts.flags & bit) != 0); };
    if (facts.format == HTTPD_INSPECT_FORMAT_ELF) {
      flag("relro", HTTPD_INSPECT_RELRO);
      flag("bind_now", HTTPD_INSPECT_BIND_NOW);
      flag("exec_stack", HTTPD_INSPECT_EXEC_STACK);
      flag("text_relocations", HTTPD_INSPECT_TEXT_RELOCATIONS);
      flag("static_tls", HTTPD_INSPECT_STATIC_TLS);
      flag("gnu_unique", HTTPD_INSPECT_GNU_UNIQUE);
      flag("nodelete", HTTPD_INSPECT_NODELETE);
    } else if (facts.format == HTTPD_INSPECT_FORMAT_COFF) {
      flag("any_address", HTTPD_INSPECT_ANY_ADDRESS);
      flag("nx", HTTPD_INSPECT_NX);
      flag("high_entropy", HTTPD_INSPECT_HIGH_ENTROPY);
      flag("control_flow_guard", HTTPD_INSPECT_CONTROL_FLOW_GUARD);
    } else if (facts.format == HTTPD_INSPECT_FORMAT_MACHO) {
      flag("any_address", HTTPD_INSPECT_ANY_ADDRESS);
      flag("exec_stack", HTTPD_INSPECT_EXEC_STACK);
      flag("flat_namespace", HTTPD_INSPECT_FLAT_NAMESPACE);
    }
  }

  std::vector<Field> Take() { return std::move(fields_); }

 private:
  std::vector<Field> fields_;
};

// Null with the reason when the file cannot be read.
httpd_inspect_object* Open(const module::InspectorLibrary& library, int fd, const std::string& file,
                           std::string* reason) {
  httpd_inspect_error error = {};
  error.size = sizeof(error);
  httpd_inspect_object* object = nullptr;
  if (library.open_fd(fd, file.c_str(), nullptr, &object, &error) == HTTPD_INSPECT_OK) {
    return object;
  }
  *reason = error.text;
  return nullptr;
}

}  // namespace

std::string ManifestBytes(const module::InspectorLibrary& library, int fd) {
  std::string reason;
  httpd_inspect_object* object = Open(library, fd, "", &reason);
  if (object == nullptr) return "";
  httpd_inspect_facts facts = {};
  facts.size = sizeof(facts);
  library.get_facts(object, &facts);
  std::string bytes(module::ToView(facts.manifest));
  library.close(object);
  return bytes;
}

std::vector<Field> DescribeObject(const module::InspectorLibrary& library, int fd,
                                  const std::string& file) {
  Description description;
  std::string reason;
  httpd_inspect_object* object = Open(library, fd, file, &reason);
  if (object == nullptr) return {{"error", Field::kText, {reason}}};
  httpd_inspect_facts facts = {};
  facts.size = sizeof(facts);
  library.get_facts(object, &facts);

  description.Text("file", file);
  if ((facts.flags & HTTPD_INSPECT_HAS_MANIFEST) != 0) {
    description.Manifest(module::ToView(facts.manifest));
  }
  description.Text("kind", module::ToView(facts.kind_name));
  description.Text("format", FormatName(facts.format));
  description.Text("machine", module::ToView(facts.target));
  description.Text("slices", module::ToView(facts.slices));
  description.Text("os_abi", module::ToView(facts.os_abi_name));
  description.Text("state", StateName(facts.state));
  description.Text("reason", module::ToView(facts.reason));
  description.Text("soname", module::ToView(facts.soname));
  description.Text((facts.flags & HTTPD_INSPECT_RPATH) != 0 ? "rpath" : "runpath",
                   module::ToView(facts.run_path));
  description.Text("build_id", module::ToView(facts.build_id));
  if ((facts.flags & HTTPD_INSPECT_DEEP) != 0) description.Symbols(library, object);
  description.Hardening(facts);
  description.Number("size", facts.file_size);
  library.close(object);
  std::string bytes;
  if (module::ReadWhole(fd, &bytes)) description.Text("hash", module::ContentHash(bytes));
  return description.Take();
}

}  // namespace httpd::ctl
