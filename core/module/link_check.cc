// SPDX-License-Identifier: Apache-2.0
//
// Modules beside the libraries and the program that they would be loaded into: everything that the
// loader would refuse, one thing after the other and in its own words, is told here at once and
// with a cure.

#include "module/link_check.h"

#include <cstdlib>

#include "base/concat.h"
#include "base/shell_word.h"
#include "module/link_findings.h"
#include "module/linked_objects.h"
#include "module/symbols.h"
#include "module/trusted.h"
#include "targets/this_target.h"

namespace httpd::module {
namespace {

// What glibc keeps free for the static TLS of libraries that are opened later, for all of them
// together (glibc.rtld.optional_static_tls; measured: 1664 bytes in all are free at the start, of
// which the C library's own modules may take the rest).
constexpr uint64_t kStaticTlsBytes = 512;

class LinkCheck {
 public:
  LinkCheck(const InspectorLibrary& library, const PlanInput& input, ModulePlan* plan)
      : input_(input), plan_(plan), objects_(library, input), symbols_(objects_) {}

  void Run(const std::vector<ObjectHandle>& handles) {
    if (objects_.AddProgram(input_.program) == SIZE_MAX) return;
    AddRoots(handles);
    ReadSymbols();
    for (const Root& root : roots_) CheckRoot(root);
    ReportUnresolved(unresolved_, input_);
    CheckStaticTls();
    for (Dependency& one : objects_.TakeDependencies()) plan_->depends_on.push_back(std::move(one));
  }

 private:
  struct Root {
    size_t object;
    ModuleReport* report;  // null for a LoadFile library
    std::vector<size_t> closure;
  };

  std::vector<Finding>* FindingsOf(const Root& root) {
    return root.report != nullptr ? &root.report->findings : &plan_->general;
  }

  void AddRoots(const std::vector<ObjectHandle>& handles) {
    for (const std::string& path : input_.load_files) {
      // One that cannot be read is the loader's to explain.
      const size_t index = objects_.AddLoadFile(path);
      if (index != SIZE_MAX) roots_.push_back({index, nullptr, {}});
    }
    for (size_t i = 0; i < handles.size(); ++i) {
      if (handles[i] == nullptr) continue;
      ModuleReport* report = &plan_->modules[i];
      roots_.push_back({objects_.AddModule(handles[i].get(), *report), report, {}});
    }
    for (Root& root : roots_) root.closure = objects_.Closure(root.object);
  }

  void ReadSymbols() {
    for (size_t i = 0; i < objects_.size(); ++i) {
      if (objects_[i].in_program) continue;
      for (const Symbols::Import& import : symbols_.ImportsOf(i)) symbols_.Want(import.name);
      if (!objects_[i].module.empty()) symbols_.WantExportsOf(i);
    }
    for (size_t i = 0; i < objects_.size(); ++i) symbols_.Read(i);
    visible_.assign(objects_.size(), false);
    for (size_t i = 0; i < objects_.size(); ++i) visible_[i] = objects_[i].in_program;
  }

  void CheckRoot(const Root& root) {
    // What a LoadFile line brings, later lines and all modules see.
    std::vector<bool> scope = visible_;
    for (const size_t member : root.closure) scope[member] = true;
    bool complete = true;
    for (const size_t member : root.closure) {
      if (IsNew(root, member)) complete = CheckObject(root, member) && complete;
    }
    // Without one of its libraries nothing is known about its symbols.
    for (const size_t member : root.closure) {
      if (!complete || !IsNew(root, member)) continue;
      CollectUnresolved(SubjectOf(root, member), symbols_, scope, input_, &unresolved_);
    }
    if (root.report == nullptr) {
      visible_ = std::move(scope);
      return;
    }
    CheckExports(SubjectOf(root, root.object), symbols_, visible_);
    Preload(root);
  }

  // Files are checked with the root that brings them first.
  bool IsNew(const Root& root, size_t member) const {
    return !objects_[member].in_program && objects_[member].root == root.object;
  }

  LinkSubject SubjectOf(const Root& root, size_t member) {
    return {objects_, member, root.object, FindingsOf(root)};
  }

  bool CheckObject(const Root& root, size_t member) {
    const LinkSubject subject = SubjectOf(root, member);
    CheckHardening(subject, input_.owner);
    census_.Check(subject);
    return CheckNeeds(subject, input_.directories);
  }

  // Libraries that are found by the module's own directory are not found by its copy's.
  void Preload(const Root& root) {
    std::vector<bool> seen(objects_.size());
    PreloadNeedsOf(root, root.object, &seen);
  }

  void PreloadNeedsOf(const Root& root, size_t object, std::vector<bool>* seen) {
    (*seen)[object] = true;
    for (const Need& need : objects_[object].needs) {
      if (need.object == SIZE_MAX || (*seen)[need.object]) continue;
      if (objects_[need.object].in_program) continue;
      PreloadNeedsOf(root, need.object, seen);
      if (need.by_origin) PreloadOne(root, need);
    }
  }

  void PreloadOne(const Root& root, const Need& need) {
    const LinkedObject& object = objects_[need.object];
    const LinkSubject subject = SubjectOf(root, need.object);
    Finding finding;
    if (!OpenTrusted(object.path, 0, &finding, input_.owner)) {
      subject.findings->push_back(std::move(finding));
      return;
    }
    if (ToView(object.facts.soname) != need.name) {
      subject.Error(
          "HM-70", "its own library cannot be opened before it",
          object.facts.soname.len == 0
              ? base::Concat("no SONAME in ", object.path)
              : base::Concat("SONAME ", ToView(object.facts.soname), " in ", object.path),
          base::Concat("SONAME ", need.name),
          base::Concat("patchelf --set-soname ", need.name, " ", base::ShellWord(object.path),
                       "   # or link it with -Wl,-soname,", need.name));
      return;
    }
    root.report->preload.push_back(object.path);
  }

  void CheckStaticTls() {
    uint64_t total = 0;
    std::vector<std::string> names;
    for (const Root& root : roots_) {
      for (const size_t member : root.closure) {
        const LinkedObject& object = objects_[member];
        if (!IsNew(root, member) || (object.facts.flags & HTTPD_INSPECT_STATIC_TLS) == 0) continue;
        total += object.facts.tls_bytes;
        names.push_back(base::Concat(object.path, " (", object.facts.tls_bytes, ")"));
      }
    }
    if (total <= kStaticTlsBytes) return;
    plan_->general.push_back(
        {FindingSeverity::kWarning, "HM-63", "the loader may have no room for thread variables",
         base::Concat(total, " bytes of static TLS: ", ListNames(names)),
         base::Concat("at most ", kStaticTlsBytes, " bytes of all modules together"), "",
         "compile them without -ftls-model=initial-exec, or start the server with "
         "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=" +
             std::to_string(total + kStaticTlsBytes)});
  }

  const PlanInput& input_;
  ModulePlan* plan_;
  LinkedObjects objects_;
  Symbols symbols_;
  LibraryCensus census_;
  std::vector<Root> roots_;
  std::vector<bool> visible_;  // by index: in the scope of everybody
  std::vector<Unresolved> unresolved_;
};

}  // namespace

void CheckLinks(const InspectorLibrary& library, const PlanInput& input,
                const std::vector<ObjectHandle>& objects, ModulePlan* plan) {
  if (!input.program.empty()) LinkCheck(library, input, plan).Run(objects);
}

std::vector<std::string> LoaderPath(const std::string& libexec_dir) {
  std::vector<std::string> path{libexec_dir};
  const char* value = getenv(targets::kThis.paths[0]);
  if (value == nullptr) value = getenv(targets::kThis.paths[1]);
  if (value == nullptr) return path;
  for (const std::string_view part : base::Split(value, targets::kThis.separators)) {
    path.emplace_back(part);
  }
  return path;
}

}  // namespace httpd::module
