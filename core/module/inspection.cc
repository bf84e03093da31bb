// SPDX-License-Identifier: Apache-2.0
//
// Looks at one module before any of its code is mapped, and says everything that is wrong with it
// at once. Runs in the planner process and in tools only.

#include "module/inspection.h"

#include <string.h>
#include <sys/wait.h>

#include <algorithm>

#include "base/concat.h"
#include "base/shell_word.h"
#include "module/inspector_library.h"

namespace httpd::module {
namespace {

constexpr size_t kMaxListed = 8;  // names in one message

std::string List(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kMaxListed);
  std::string text = base::Join(absl::MakeConstSpan(names).first(shown), ", ");
  if (names.size() > shown) base::Append(&text, " and ", names.size() - shown, " more");
  return text;
}

// Collects names from the inspector's callbacks; a file that is hostile may have a great many.
struct NameList {
  static constexpr size_t kMost = 4096;
  std::vector<std::string> names;
  std::string_view prefix;
  std::string_view suffix;

  int32_t Add(std::string_view name) {
    if (names.size() >= kMost) return 1;
    if (name.starts_with(prefix) && name.ends_with(suffix)) names.emplace_back(name);
    return 0;
  }
  static int32_t AddName(void* user, httpd_inspect_str name) {
    return static_cast<NameList*>(user)->Add(ToView(name));
  }
  // Weak imports may stay unresolved; whoever uses them asks first.
  static int32_t AddSymbol(void* user, const httpd_inspect_symbol* symbol) {
    return symbol->weak != 0 ? 0 : static_cast<NameList*>(user)->Add(ToView(symbol->name));
  }
  static int32_t AddAnySymbol(void* user, const httpd_inspect_symbol* symbol) {
    return static_cast<NameList*>(user)->Add(ToView(symbol->name));
  }
  std::vector<std::string> Sorted() {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return std::move(names);
  }
};

class ModuleInspection {
 public:
  ModuleInspection(const InspectorLibrary& library, const CoreFacts& core,
                   const InspectionItem& item, ModuleReport* report)
      : library_(library), core_(core), item_(item), report_(report) {
    record_ = item.record.empty() ? base::Concat(item.name, "_module") : item.record;
    facts_.size = sizeof(facts_);
  }

  ObjectHandle Run() {
    httpd_inspect_error error = {};
    error.size = sizeof(error);
    httpd_inspect_object* object = nullptr;
    if (library_.open_path(item_.copy.c_str(), nullptr, &object, &error) != HTTPD_INSPECT_OK) {
      const char* code = error.code == HTTPD_INSPECT_E_FILE   ? "HM-03"
                         : error.code == HTTPD_INSPECT_E_SIZE ? "HM-04"
                                                              : "HM-05";
      Add(code, "this file cannot be inspected", error.text, "a readable module file",
          base::Concat("ls -l ", base::ShellWord(item_.copy)));
      return {};
    }
    ObjectHandle handle(object, CloseObject{library_.close});
    library_.get_facts(object, &facts_);
    if (!CheckKind()) return {};
    Look(object);
    return handle;
  }

 private:
  void Add(const char* code, std::string what, std::string_view found, std::string_view wanted,
           std::string fix) {
    report_->findings.push_back({FindingSeverity::kError, code, std::move(what), std::string(found),
                                 std::string(wanted), item_.original, std::move(fix)});
  }

  void Look(const httpd_inspect_object* object) {
    CheckTarget();
    report_->build_id = ToView(facts_.build_id);
    report_->soname = ToView(facts_.soname);
    report_->run_path = ToView(facts_.run_path);
    ReadLists(object);
    const bool has_record = CheckRecord();
    CheckManifest(has_record);
    CheckLibraries();
    CheckImports();
  }

  // False when nothing more can be said about the file.
  bool CheckKind() {
    const std::string_view kind = ToView(facts_.kind_name);
    const std::string reinstall = base::Concat("install ", item_.original, " again");
    const std::string_view wanted = "a shared object";
    switch (facts_.kind) {
      case HTTPD_INSPECT_EMPTY:
        Add("HM-10", "this file is empty", "0 bytes", wanted, reinstall);
        return false;
      case HTTPD_INSPECT_SCRIPT:
      case HTTPD_INSPECT_TEXT:
        Add("HM-11", "this is no program code", base::Concat("a ", kind), wanted,
            base::Concat("LoadModule ", record_, " PATH-OF-mod_", item_.name, ".so"));
        return false;
      case HTTPD_INSPECT_ARCHIVE:
        Add("HM-12", "this is an archive, as linkers use it", kind, wanted,
            base::Concat("cc -shared -o mod_", item_.name, ".so -Wl,--whole-archive ",
                         base::ShellWord(item_.original), " -Wl,--no-whole-archive"));
        return false;
      case HTTPD_INSPECT_DATA:
        Add("HM-15", "this is not an object file", kind, wanted, reinstall);
        return false;
      default:
        break;
    }
    if (facts_.state != HTTPD_INSPECT_WHOLE) {
      Add("HM-16",
          facts_.state == HTTPD_INSPECT_TRUNCATED ? "this file is truncated"
                                                  : "this file is damaged",
          ToView(facts_.reason), "a whole file", reinstall);
      return false;
    }
    if (facts_.kind == HTTPD_INSPECT_RELOCATABLE) {
      Add("HM-13", "this object file was not linked", kind, wanted,
          base::Concat("cc -shared -o mod_", item_.name, ".so ", base::ShellWord(item_.original)));
      CheckTarget();
      return false;
    }
    if (facts_.format != HTTPD_INSPECT_FORMAT_ELF) {
      const std::string_view target = ToView(facts_.target);
      Add("HM-17", "this is an object for another operating system",
          target.empty() ? std::string(kind) : base::Concat(kind, ", ", target),
          "an ELF shared object",
          base::Concat("install the module's package made for ", ToView(library_.host())));
      return false;
    }
    if (facts_.kind != HTTPD_INSPECT_SHARED) {
      Add("HM-14", "this is not a shared object", kind, wanted,
          base::Concat("link the module with -shared: cc -shared -o mod_", item_.name, ".so …"));
      CheckTarget();
      return false;
    }
    return true;
  }

  // What the loader of this system takes (EI_OSABI of the ELF header): System V is everybody's.
  static bool IsOwnSystem(uint32_t os_abi) {
#if defined(__linux__)
    return os_abi == 0 || os_abi == 3;
#elif defined(__FreeBSD__)
    return os_abi == 0 || os_abi == 9;
#elif defined(__NetBSD__)
    return os_abi == 0 || os_abi == 2;
#elif defined(__OpenBSD__)
    return os_abi == 0 || os_abi == 12;
#elif defined(__sun)
    return os_abi == 0 || os_abi == 6;
#else
    return true;
#endif
  }

  void CheckTarget() {
    if (facts_.format == HTTPD_INSPECT_FORMAT_ELF && !IsOwnSystem(facts_.os_abi)) {
      Add("HM-17", "this is an object for another operating system", ToView(facts_.os_abi_name),
          "one for this system",
          base::Concat("install the module's package made for ", ToView(library_.host())));
    }
    const std::string_view target = ToView(facts_.target);
    const std::string_view host = ToView(library_.host());
    if (target.empty() || target == host) return;
    Add("HM-18", "this module was built for another machine", target, host,
        base::Concat("install the module's package made for ", host));
  }

  void ReadLists(const httpd_inspect_object* object) {
    NameList needed;
    library_.needed(object, NameList::AddName, &needed, nullptr);
    report_->needed = std::move(needed.names);
    NameList imports;
    imports.prefix = "httpd_";
    library_.imports(object, NameList::AddSymbol, &imports, nullptr);
    report_->imports = imports.Sorted();
    NameList records;
    records.suffix = "_module";
    library_.exports(object, NameList::AddAnySymbol, &records, nullptr);
    report_->records = records.Sorted();
  }

  bool CheckRecord() {
    const std::vector<std::string>& records = report_->records;
    if (std::find(records.begin(), records.end(), record_) != records.end()) return true;
    std::string fix = base::Concat("LoadFile ", item_.original,
                                   "   # if it is a library, not a module of this server");
    if (!records.empty()) fix = base::Concat("LoadModule ", records[0], " ", item_.original);
    Add("HM-19", base::Concat("this file has no module ", item_.name),
        records.empty() ? "no module record at all" : List(records), record_, std::move(fix));
    return false;
  }

  void CheckManifest(bool has_record) {
    if ((facts_.flags & HTTPD_INSPECT_HAS_MANIFEST) == 0) {
      Add("HM-20", "this file has no manifest", "no section .httpd_manifest", "a manifest",
          "build the module with the HTTPD_MODULE macro of <httpd/module.h>, and do not strip "
          ".httpd_manifest");
      return;
    }
    std::vector<ManifestProblem> problems;
    report_->has_manifest = ParseManifest(ToView(facts_.manifest), &report_->manifest, &problems);
    for (const ManifestProblem& problem : problems) {
      Add("HM-21", problem.what, problem.found, problem.wanted, problem.fix);
    }
    const Manifest& manifest = report_->manifest;
    if (!manifest.name.empty() && manifest.name != item_.name && has_record) {
      Add("HM-22", "the manifest belongs to another module", manifest.name, item_.name,
          base::Concat("LoadModule ", manifest.name, "_module ", item_.original));
    }
    CheckAbi(manifest);
  }

  void CheckAbi(const Manifest& manifest) {
    if (manifest.abi_major == 0) return;  // already told
    const std::string found = base::Concat("ABI ", manifest.abi_major, ".", manifest.abi_minor);
    if (manifest.abi_major != core_.abi_major) {
      Add("HM-23", "this module speaks another interface", found,
          base::Concat("ABI ", core_.abi_major, ".x"),
          manifest.abi_major > core_.abi_major
              ? base::Concat("upgrade the server to a version with ABI ", manifest.abi_major)
              : base::Concat("install the module's version for httpd ", core_.version));
    }
    // A newer minor version alone is no reason to refuse: what the module uses decides, which
    // CheckImports() tells.
  }

  void CheckLibraries() {
    for (const std::string& library : report_->needed) {
      if (library != "libhttpd.so" && !library.starts_with("libhttpd.so.")) continue;
      Add("HM-25", "this module was linked against the core", base::Concat("NEEDED ", library),
          "symbols of the core left undefined; they bind at load",
          base::Concat("link the module without ", library, " (apxs does)"));
    }
  }

  // The version in which a function came that this server does not know.
  static uint32_t MinorOf(const Manifest& manifest, std::string_view name) {
    for (const FunctionSince& since : manifest.since) {
      if (since.name == name) return since.minor;
    }
    return manifest.abi_minor;
  }

  void CheckImports() {
    if (core_.api_names.empty()) return;
    std::vector<std::string> missing;
    for (const std::string& name : report_->imports) {
      if (!std::binary_search(core_.api_names.begin(), core_.api_names.end(), name)) {
        missing.push_back(name);
      }
    }
    if (missing.empty()) return;
    const Manifest& manifest = report_->manifest;
    // Not the version of the headers counts but the newest function that is used.
    uint32_t minor = 0;
    std::string newest = missing[0];
    for (const std::string& name : missing) {
      const uint32_t since = MinorOf(manifest, name);
      if (since > minor) newest = name;
      minor = std::max(minor, since);
    }
    const bool newer = manifest.abi_major == core_.abi_major && minor > core_.abi_minor;
    const std::string needed = base::Concat(manifest.abi_major, ".", minor);
    Add("HM-26",
        newer ? base::Concat("this module needs core ≥ ", needed, " (uses ", newest, ")")
              : "this module uses functions that this server does not have",
        List(missing),
        base::Concat("functions of ABI ", core_.abi_major, ".", core_.abi_minor, ", which httpd ",
                     core_.version, " has"),
        base::Concat(
            "upgrade the server to one ",
            newer ? base::Concat("with ABI ", needed) : base::Concat("that has ", missing[0]),
            ", or install the module's version for httpd ", core_.version));
  }

  const InspectorLibrary& library_;
  const CoreFacts& core_;
  const InspectionItem& item_;
  ModuleReport* report_;
  std::string record_;
  httpd_inspect_facts facts_ = {};
};

}  // namespace

ObjectHandle InspectModule(const InspectorLibrary& library, const CoreFacts& core,
                           const InspectionItem& item, ModuleReport* report) {
  return ModuleInspection(library, core, item, report).Run();
}

Finding PlannerDied(int status, std::string_view original) {
  std::string found;
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = strsignal(number);
    found = base::Concat("signal ", number, " (", name != nullptr ? name : "unknown", ")");
  } else {
    found = base::Concat("exit status ", WEXITSTATUS(status));
  }
  return {FindingSeverity::kError,
          "HM-28",
          "the inspection ended without an answer; the file it looked at may be made to cause that",
          std::move(found),
          "a verdict on each module",
          std::string(original),
          original.empty() ? "look into the error log for what came before"
                           : base::Concat("install ", original, " again from a source you trust")};
}

}  // namespace httpd::module
