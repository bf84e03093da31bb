// SPDX-License-Identifier: Apache-2.0
//
// Names and libraries that are there twice. Modules are opened RTLD_LOCAL, so most of it is
// harmless; what is told is where one of them gets what it was not made for.

#include <algorithm>
#include <map>

#include "base/concat.h"
#include "module/link_findings.h"

namespace httpd::module {
namespace {

std::string Whose(const LinkedObjects& objects, size_t root) {
  const LinkedObject& object = objects[root];
  return object.module.empty() ? object.path : base::Concat("module ", object.module);
}

std::vector<std::string_view> DefinedVersions(const LinkedObjects& objects, size_t index) {
  std::vector<std::string_view> versions;
  objects.library().defined_versions(
      objects[index].object,
      [](void* user, const httpd_inspect_version_entry* entry) {
        if (entry->base == 0) {
          static_cast<std::vector<std::string_view>*>(user)->push_back(ToView(entry->version));
        }
        return 0;
      },
      &versions, nullptr);
  return versions;
}

// Two versions of a library whose symbols carry different versions do not get into each other's
// way: the loader keeps them apart.
bool KeptApart(const LinkedObjects& objects, size_t one, size_t other) {
  const auto first = DefinedVersions(objects, one);
  const auto second = DefinedVersions(objects, other);
  if (first.empty() || second.empty()) return false;
  return std::none_of(first.begin(), first.end(), [&second](std::string_view version) {
    return std::find(second.begin(), second.end(), version) != second.end();
  });
}

// "libfoo.so.1" → "libfoo.so"
std::string_view Stem(std::string_view soname) {
  const size_t at = soname.find(".so");
  return at == soname.npos ? soname : soname.substr(0, at + 3);
}

void ReportTwoFiles(const LinkSubject& subject, size_t other) {
  const LinkedObjects& objects = subject.objects;
  const LinkedObject& mine = subject.object();
  subject.Error(
      "HM-68", "two copies of one library would be loaded",
      base::Concat(mine.Soname(), " from ", mine.path, " for ", Whose(objects, subject.root),
                   " and from ", objects[other].path, " for ", Whose(objects, objects[other].root)),
      "one file of that name: the loader gives the first to both",
      base::Concat("LoadFile ", objects[other].path,
                   "   # if both can work with it; otherwise link them with one of them"));
}

void ReportTwoVersions(const LinkSubject& subject, size_t other, bool visible) {
  const LinkedObjects& objects = subject.objects;
  const LinkedObject& mine = subject.object();
  const bool captured = visible && !KeptApart(objects, subject.index, other);
  subject.Add(captured ? FindingSeverity::kError : FindingSeverity::kWarning, "HM-69",
              captured ? "two versions of one library would use each other's functions"
                       : "two versions of one library would be loaded",
              base::Concat(mine.Soname(), " (", mine.path, ") for ", Whose(objects, subject.root),
                           " and ", objects[other].Soname(), " (", objects[other].path, ") for ",
                           Whose(objects, objects[other].root)),
              base::Concat("one version of ", Stem(mine.Soname())),
              base::Concat("build both against the same version of ", Stem(mine.Soname())));
}

void ReportClash(const LinkSubject& subject, size_t other, std::string_view code,
                 const std::vector<std::string>& names) {
  const std::string whose = Whose(subject.objects, other);
  const std::string hide =
      "compile it with -fvisibility=hidden (the module's record stays visible)";
  if (code == "HM-64") {
    subject.Add(FindingSeverity::kWarning, "HM-64", "two modules would share a variable",
                base::Concat(ListNames(names), ", also in ", whose), "variables of its own",
                "compile it with -fno-gnu-unique or -fvisibility=hidden");
  } else if (code == "HM-65") {
    subject.Add(FindingSeverity::kWarning, "HM-65",
                "its functions would be replaced by those of a library",
                base::Concat(ListNames(names), ", also in ", whose), "names of its own", hide);
  } else {
    subject.Add(FindingSeverity::kNotice, "HM-66", "two modules export the same name",
                base::Concat(ListNames(names), ", also in ", whose),
                "names that each uses for itself", hide);
  }
}

}  // namespace

void LibraryCensus::Check(const LinkSubject& subject) {
  const LinkedObject& object = subject.object();
  if (!object.module.empty()) return;
  const std::string_view soname = object.Soname();
  const bool visible = subject.objects[subject.root].module.empty();
  const auto [same, first] = by_soname_.try_emplace(soname, subject.index);
  if (!first) {
    if (same->second != subject.index) ReportTwoFiles(subject, same->second);
    return;
  }
  const auto [stem, only] = by_stem_.try_emplace(Stem(soname), Known{subject.index, visible});
  if (!only) ReportTwoVersions(subject, stem->second.object, visible || stem->second.visible);
}

namespace {

// The module's exports beside those of others, by whose they are and which finding that is.
class ExportWalk {
 public:
  using Clashes = std::map<std::pair<size_t, std::string_view>, std::vector<std::string>>;

  ExportWalk(const LinkSubject& subject, const Symbols& symbols, const std::vector<bool>& visible)
      : subject_(subject), symbols_(symbols), visible_(visible) {}

  const Clashes& Run() {
    subject_.objects.library().exports(
        subject_.object().object,
        [](void* user, const httpd_inspect_symbol* symbol) {
          auto* self = static_cast<ExportWalk*>(user);
          self->Look(*symbol);
          return self->clashes_.size() < kMostClashes ? 0 : 1;
        },
        this, nullptr);
    return clashes_;
  }

 private:
  static constexpr size_t kMostClashes = 64;

  void Look(const httpd_inspect_symbol& symbol) {
    if (!IsOwnExport(symbol)) return;
    const bool unique = (symbol.flags & HTTPD_INSPECT_SYMBOL_UNIQUE) != 0;
    const std::string_view name = ToView(symbol.name);
    for (const auto* one = symbols_.First(name); one != nullptr; one = symbols_.Next(*one)) {
      if (one->object == subject_.index) continue;
      std::string_view code;
      if (visible_[one->object] && !unique) code = "HM-65";
      if (!subject_.objects[one->object].module.empty() && one->object < subject_.index) {
        if (unique && one->unique) code = "HM-64";
        if (!unique && !one->weak) code = "HM-66";
      }
      if (!code.empty()) clashes_[{one->object, code}].emplace_back(name);
    }
  }

  const LinkSubject& subject_;
  const Symbols& symbols_;
  const std::vector<bool>& visible_;
  Clashes clashes_;
};

}  // namespace

void CheckExports(const LinkSubject& subject, const Symbols& symbols,
                  const std::vector<bool>& visible) {
  ExportWalk walk(subject, symbols, visible);
  for (const auto& [key, names] : walk.Run()) {
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    ReportClash(subject, key.first, key.second, sorted);
  }
}

}  // namespace httpd::module
