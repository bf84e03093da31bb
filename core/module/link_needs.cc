// SPDX-License-Identifier: Apache-2.0
//
// Needed libraries that are not there, or older than the one that the file was linked with.

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "base/concat.h"
#include "module/link_findings.h"

namespace httpd::module {
namespace {

bool IsFile(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

// Where the library lies without being found: beside who needs it, or in the installation.
std::string FindNearby(const LinkSubject& subject, std::string_view name,
                       const std::vector<std::string>& directories) {
  std::string path = base::Concat(subject.object().run_path.directory, "/", name);
  if (IsFile(path)) return path;
  for (const std::string& directory : directories) {
    path = base::Concat(directory, "/", name);
    if (IsFile(path)) return path;
  }
  return "";
}

void ReportMissing(const LinkSubject& subject, const Need& need,
                   const std::vector<std::string>& directories) {
  const std::string nearby = FindNearby(subject, need.name, directories);
  subject.Error(
      "HM-42", "a library that it needs is not installed",
      base::Concat("no ", need.name, subject.NeededBy()),
      need.searched.empty() ? base::Concat("a shared object for this machine at ", need.name)
                            : base::Concat(need.name, " in the system's library cache or one of ",
                                           base::Join(need.searched, ", ")),
      nearby.empty()
          ? base::Concat("install the package that holds ", need.name, ", or LoadFile /path/of/",
                         need.name, " before the LoadModule line")
          : base::Concat("LoadFile ", nearby));
}

// "GLIBC_2.36" → "GLIBC_", {2, 36}; versions without numbers cannot be compared.
struct VersionName {
  std::string_view family;
  std::vector<uint64_t> numbers;

  explicit VersionName(std::string_view text) : family(text) {
    const size_t begin = text.find_last_not_of("0123456789.") + 1;
    family = text.substr(0, begin);
    for (const std::string_view part : base::Split(text.substr(begin), ".")) {
      uint64_t number = 0;
      for (const char digit : part.substr(0, 18)) {
        number = number * 10 + static_cast<uint64_t>(digit - '0');
      }
      numbers.push_back(number);
    }
  }
};

struct Versions {
  std::vector<std::string_view> names;
  static int32_t Add(void* user, const httpd_inspect_version_entry* entry) {
    auto* self = static_cast<Versions*>(user);
    if (entry->base == 0) self->names.push_back(ToView(entry->version));
    return 0;
  }
  bool Has(std::string_view name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  // The newest of the same family, "" when there is none.
  std::string_view NewestLike(std::string_view name) const {
    const VersionName wanted(name);
    std::string_view newest;
    for (const std::string_view one : names) {
      const VersionName version(one);
      if (version.family != wanted.family || version.numbers.empty()) continue;
      if (newest.empty() || VersionName(newest).numbers < version.numbers) newest = one;
    }
    return newest;
  }
};

struct NeededVersions {
  std::map<std::string_view, std::vector<std::string_view>> by_library;
  static int32_t Add(void* user, const httpd_inspect_version_entry* entry) {
    // The loader does not insist on weak ones.
    if (entry->weak != 0) return 0;
    auto* self = static_cast<NeededVersions*>(user);
    self->by_library[ToView(entry->library)].push_back(ToView(entry->version));
    return 0;
  }
};

void CheckVersions(const LinkSubject& subject) {
  NeededVersions needed;
  const InspectorLibrary& library = subject.objects.library();
  library.needed_versions(subject.object().object, NeededVersions::Add, &needed, nullptr);
  for (const Need& need : subject.object().needs) {
    const auto asked = needed.by_library.find(need.name);
    if (asked == needed.by_library.end() || need.object == SIZE_MAX) continue;
    const LinkedObject& there = subject.objects[need.object];
    Versions defined;
    library.defined_versions(there.object, Versions::Add, &defined, nullptr);
    if (defined.names.empty()) continue;  // without versions it counts as having them all
    std::vector<std::string> missing;
    for (const std::string_view version : asked->second) {
      if (!defined.Has(version)) missing.emplace_back(version);
    }
    if (missing.empty()) continue;
    std::sort(missing.begin(), missing.end(), [](const std::string& a, const std::string& b) {
      return VersionName(a).numbers > VersionName(b).numbers;
    });
    const std::string_view newest = defined.NewestLike(missing[0]);
    subject.Error("HM-44", "it was built for a newer library than the one installed",
                  newest.empty()
                      ? base::Concat(need.name, " here has no ", missing[0], subject.NeededBy())
                      : base::Concat(need.name, " here has up to ", newest, subject.NeededBy()),
                  base::Concat(need.name, " with ", ListNames(missing)),
                  base::Concat("upgrade the package that holds ", there.path,
                               ", or build the module on this system"));
  }
}

}  // namespace

std::string ListNames(const std::vector<std::string>& names) {
  constexpr size_t kMostListed = 8;
  const size_t shown = std::min(names.size(), kMostListed);
  std::string text = base::Join(absl::MakeConstSpan(names).first(shown), ", ");
  if (names.size() > shown) base::Append(&text, " and ", names.size() - shown, " more");
  return text;
}

std::string LinkSubject::NeededBy() const {
  if (index == root) return "";
  // The way from the root, found backwards.
  std::vector<size_t> from(objects.size(), SIZE_MAX);
  for (const size_t member : objects.Closure(root)) {
    for (const Need& need : objects[member].needs) {
      if (need.object != SIZE_MAX && need.object != root && from[need.object] == SIZE_MAX) {
        from[need.object] = member;
      }
    }
  }
  std::string text = base::Concat(" (needed by ", objects[index].path);
  for (size_t at = from[index]; at != SIZE_MAX && at != root; at = from[at]) {
    base::Append(&text, ", which ", objects[at].path, " needs");
  }
  return base::Concat(text, ")");
}

bool CheckNeeds(const LinkSubject& subject, const std::vector<std::string>& directories) {
  bool complete = true;
  for (const Need& need : subject.object().needs) {
    if (need.object != SIZE_MAX) continue;
    ReportMissing(subject, need, directories);
    complete = false;
  }
  CheckVersions(subject);
  return complete;
}

}  // namespace httpd::module
