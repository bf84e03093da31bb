// SPDX-License-Identifier: Apache-2.0
//
// Who would define a missing symbol. The answer turns a refusal into a line to paste.

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/concat.h"
#include "module/link_findings.h"

namespace httpd::module {
namespace {

constexpr int kMostFiles = 2000;
constexpr uint64_t kMostBytes = 32u << 20;  // of a library that is looked into only for this

class ExporterSearch {
 public:
  ExporterSearch(const LinkedObjects& objects, const PlanInput& input,
                 const std::vector<std::string_view>& names)
      : objects_(objects), input_(input), exporters_(names.size()) {
    for (size_t i = 0; i < names.size(); ++i) open_[names[i]].push_back(i);
  }

  std::vector<Exporter> Run() {
    for (size_t i = 0; i < objects_.size(); ++i) {
      Ask(objects_[i].object, {objects_[i].path, objects_[i].module});
    }
    for (const std::string& directory : input_.directories) AskDirectory(directory);
    objects_.search().cache().Each([this](std::string_view path) {
      AskFile({std::string(path), ""});
      return !open_.empty() && files_ < kMostFiles;
    });
    return std::move(exporters_);
  }

 private:
  void Ask(const httpd_inspect_object* object, Exporter exporter) {
    asked_ = std::move(exporter);
    objects_.library().exports(
        object,
        [](void* user, const httpd_inspect_symbol* symbol) {
          auto* self = static_cast<ExporterSearch*>(user);
          const auto found = self->open_.find(ToView(symbol->name));
          if (found == self->open_.end()) return 0;
          for (const size_t i : found->second) self->exporters_[i] = self->asked_;
          self->open_.erase(found);
          return self->open_.empty() ? 1 : 0;
        },
        this, nullptr);
  }

  void AskFile(Exporter exporter) {
    struct stat facts;
    if (open_.empty() || ++files_ > kMostFiles || stat(exporter.path.c_str(), &facts) != 0 ||
        !S_ISREG(facts.st_mode) || static_cast<uint64_t>(facts.st_size) > kMostBytes) {
      return;
    }
    const InspectorLibrary& library = objects_.library();
    httpd_inspect_object* opened = nullptr;
    if (library.open_path(exporter.path.c_str(), nullptr, &opened, nullptr) != HTTPD_INSPECT_OK) {
      return;
    }
    const ObjectHandle handle(opened, CloseObject{library.close});
    Ask(opened, std::move(exporter));
  }

  void AskDirectory(const std::string& directory) {
    DIR* folder = opendir(directory.c_str());
    if (folder == nullptr) return;
    std::vector<std::string> names;
    while (const dirent* entry = readdir(folder)) {
      const std::string_view name = entry->d_name;
      // Not the server's own, which are part of it.
      if (name.starts_with("libhttpd") || name.find(".so") == name.npos) continue;
      names.emplace_back(name);
    }
    closedir(folder);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      std::string module;
      if (name.starts_with("mod_") && name.ends_with(".so")) {
        module = name.substr(4, name.size() - 7);
      }
      AskFile({base::Concat(directory, "/", name), std::move(module)});
    }
  }

  const LinkedObjects& objects_;
  const PlanInput& input_;
  std::vector<Exporter> exporters_;
  absl::flat_hash_map<std::string_view, std::vector<size_t>> open_;  // names without an answer
  Exporter asked_;
  int files_ = 0;
};

}  // namespace

std::vector<Exporter> FindExporters(const LinkedObjects& objects, const PlanInput& input,
                                    const std::vector<std::string_view>& names) {
  return ExporterSearch(objects, input, names).Run();
}

}  // namespace httpd::module
