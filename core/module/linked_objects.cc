// SPDX-License-Identifier: Apache-2.0
//
// Puts together what the loader would: which file each needed library is, searched the way it does,
// and each file read once however many modules need it.

#include "module/linked_objects.h"

#include <sys/stat.h>

#include <cstdlib>
#include <utility>

#include "base/concat.h"

namespace httpd::module {
namespace {

std::string DirectoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

constexpr size_t kMostNeeds = 1024;  // of one file; more is made to use up time

int32_t AddNeed(void* user, httpd_inspect_str name) {
  auto* needs = static_cast<std::vector<Need>*>(user);
  needs->push_back({ToView(name), SIZE_MAX, false, {}});
  return needs->size() >= kMostNeeds ? 1 : 0;
}

}  // namespace

std::string_view LinkedObject::Soname() const {
  const std::string_view soname = ToView(facts.soname);
  if (!soname.empty()) return soname;
  const std::string_view name = path;
  return name.substr(name.rfind('/') + 1);
}

LinkedObjects::LinkedObjects(const InspectorLibrary& library, const PlanInput& input)
    : library_(library), search_(input.library_path) {
  Dependency cache{search_.cache().file(), {}};
  struct stat facts;
  if (stat(cache.path.c_str(), &facts) == 0) cache.identity = FileIdentity::Of(facts);
  dependencies_.push_back(std::move(cache));
}

// The loader passes over files of another machine or none at all, and so does this.
size_t LinkedObjects::Open(const std::string& path) {
  if (const auto known = by_path_.find(path); known != by_path_.end()) return known->second;
  size_t& index = by_path_[path];
  index = SIZE_MAX;
  struct stat facts;
  const bool there = stat(path.c_str(), &facts) == 0;
  dependencies_.push_back({path, there ? FileIdentity::Of(facts) : FileIdentity{}});
  if (!there || !S_ISREG(facts.st_mode)) return SIZE_MAX;
  const FileIdentity identity = FileIdentity::Of(facts);
  if (const auto same = by_identity_.find(identity); same != by_identity_.end()) {
    return index = same->second;
  }
  httpd_inspect_object* opened = nullptr;
  const httpd_inspect_options options = {sizeof options, HTTPD_INSPECT_MAP, 0};
  if (library_.open_path(path.c_str(), &options, &opened, nullptr) != HTTPD_INSPECT_OK) {
    return SIZE_MAX;
  }
  LinkedObject object;
  object.owned = ObjectHandle(opened, CloseObject{library_.close});
  object.object = opened;
  object.path = path;
  object.identity = identity;
  object.facts.size = sizeof(object.facts);
  library_.get_facts(opened, &object.facts);
  if ((object.facts.flags & HTTPD_INSPECT_DEEP) == 0 ||
      ToView(object.facts.target) != ToView(library_.host())) {
    return SIZE_MAX;
  }
  object.run_path.directory = DirectoryOf(path);
  index = objects_.size();
  by_identity_[identity] = index;
  ReadNeeds(&object);
  objects_.push_back(std::move(object));
  return index;
}

void LinkedObjects::ReadNeeds(LinkedObject* object) {
  object->run_path.text = ToView(object->facts.run_path);
  object->run_path.rpath = (object->facts.flags & HTTPD_INSPECT_RPATH) != 0;
  library_.needed(object->object, AddNeed, &object->needs, nullptr);
}

size_t LinkedObjects::Root(size_t index, bool visible) {
  if (index == SIZE_MAX) return index;
  FollowNeeds(index);
  if (!visible) return index;
  for (const size_t member : Closure(index)) {
    const LinkedObject& object = objects_[member];
    visible_.emplace(object.Soname(), member);
    for (const Need& need : object.needs) {
      if (need.object != SIZE_MAX) visible_.emplace(need.name, need.object);
    }
  }
  return index;
}

size_t LinkedObjects::AddProgram(const std::string& path) {
  const size_t index = Open(path);
  if (index == SIZE_MAX) return index;
  // What the user puts into every process is there as well.
  const char* preloaded = getenv("LD_PRELOAD");
  std::vector<Need>& needs = objects_[index].needs;
  if (preloaded != nullptr) {
    for (const std::string_view name : base::Split(preloaded, " :")) needs.push_back({name});
  }
  Root(index, true);
  for (const size_t member : Closure(index)) objects_[member].in_program = true;
  return index;
}

size_t LinkedObjects::AddLoadFile(const std::string& path) { return Root(Open(path), true); }

size_t LinkedObjects::AddModule(const httpd_inspect_object* object, const ModuleReport& report) {
  LinkedObject module;
  module.object = object;
  module.path = report.original;
  module.module = report.name;
  module.facts.size = sizeof(module.facts);
  library_.get_facts(object, &module.facts);
  module.run_path.directory = DirectoryOf(report.original);
  module.run_path.moved = true;
  ReadNeeds(&module);
  objects_.push_back(std::move(module));
  return Root(objects_.size() - 1, false);
}

void LinkedObjects::Remember(const Need& need, KnownNames* loaded) const {
  if (need.object == SIZE_MAX) return;
  loaded->emplace(need.name, Known{need.object, need.by_origin});
  loaded->emplace(objects_[need.object].Soname(), Known{need.object, need.by_origin});
}

// The loader goes breadth first, and what came in under a name serves everybody behind it, whatever
// that one's own run path would have found.
void LinkedObjects::Resolve(Need* need, const dl::RunPathChain& chain, KnownNames* loaded) {
  if (const auto there = visible_.find(need->name); there != visible_.end()) {
    need->object = there->second;
    return;
  }
  if (const auto there = loaded->find(need->name); there != loaded->end()) {
    need->object = there->second.object;
    need->by_origin = there->second.by_origin;
    return;
  }
  search_.Find(need->name, chain, [&](const dl::Candidate& candidate) {
    need->object = Open(candidate.path);
    need->by_origin = candidate.by_origin;
    return need->object != SIZE_MAX;
  });
  if (need->object == SIZE_MAX) need->searched = search_.Directories(chain);
  Remember(*need, loaded);
}

void LinkedObjects::FollowNeeds(size_t root) {
  std::vector<Waiting> waiting{{root, {&objects_[root].run_path}}};
  KnownNames loaded;
  for (size_t at = 0; at < waiting.size(); ++at) {
    const Waiting one = waiting[at];
    LinkedObject& object = objects_[one.object];
    if (object.needs_known) continue;
    object.needs_known = true;
    object.root = root;
    for (Need& need : object.needs) {
      Resolve(&need, one.chain, &loaded);
      // What an earlier root brought is there with all that it needs.
      if (need.object != SIZE_MAX && objects_[need.object].needs_known &&
          !objects_[need.object].in_program) {
        for (const size_t member : Closure(need.object)) {
          for (const Need& known : objects_[member].needs) Remember(known, &loaded);
        }
      }
      if (need.object == SIZE_MAX || objects_[need.object].needs_known) continue;
      dl::RunPathChain chain{&objects_[need.object].run_path};
      chain.insert(chain.end(), one.chain.begin(), one.chain.end());
      waiting.push_back({need.object, std::move(chain)});
    }
  }
}

std::vector<size_t> LinkedObjects::Closure(size_t root) const {
  std::vector<size_t> members{root};
  std::vector<bool> seen(objects_.size());
  seen[root] = true;
  for (size_t at = 0; at < members.size(); ++at) {
    for (const Need& need : objects_[members[at]].needs) {
      if (need.object == SIZE_MAX || seen[need.object]) continue;
      seen[need.object] = true;
      members.push_back(need.object);
    }
  }
  return members;
}

}  // namespace httpd::module
