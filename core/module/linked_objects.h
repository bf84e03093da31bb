// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dl/library_search.h"
#include "module/file_identity.h"
#include "module/inspector_library.h"
#include "module/plan.h"

namespace httpd::module {

// A needed library of an object.
struct Need {
  std::string_view name;
  size_t object = SIZE_MAX;  // its index; SIZE_MAX: not found
  bool by_origin = false;    // found by the $ORIGIN of an object that is opened from a copy
  std::vector<std::string> searched;  // when it was not found
};

// One file of the process to be: the program, a library, a module.
struct LinkedObject {
  std::string path;    // for messages: of a module the original
  std::string module;  // name of the module; "" for others
  const httpd_inspect_object* object = nullptr;
  ObjectHandle owned;  // null when somebody else holds it
  httpd_inspect_facts facts = {};
  dl::RunPath run_path;
  FileIdentity identity;
  bool needs_known = false;
  std::vector<Need> needs;
  size_t root = 0;                  // whose closure it came in with
  bool in_program = false;          // there before anything is loaded
  std::string_view Soname() const;  // what it is known by
};

// All files of the process to be, each read once, and who needs whom. Roots are the program, the
// LoadFile libraries and the modules, in this order; what the first two bring is visible to all.
class LinkedObjects {
 public:
  LinkedObjects(const InspectorLibrary& library, const PlanInput& input);

  // Reads the file and all that it needs. SIZE_MAX when it cannot be read as a shared object.
  size_t AddProgram(const std::string& path);
  size_t AddLoadFile(const std::string& path);
  size_t AddModule(const httpd_inspect_object* object, const ModuleReport& report);

  size_t size() const { return objects_.size(); }
  const LinkedObject& operator[](size_t index) const { return objects_[index]; }

  // The root and everything that it needs, once each, breadth first: the loader's order.
  std::vector<size_t> Closure(size_t root) const;

  // The files that this depended on: what was read, and what was not there.
  std::vector<Dependency> TakeDependencies() { return std::move(dependencies_); }
  const dl::LibrarySearch& search() const { return search_; }
  const InspectorLibrary& library() const { return library_; }

 private:
  struct Waiting {
    size_t object;
    dl::RunPathChain chain;  // its own run path first
  };
  size_t Open(const std::string& path);
  size_t Root(size_t index, bool visible);
  void ReadNeeds(LinkedObject* object);
  void FollowNeeds(size_t root);
  // What one root has brought so far, by the names that the loader would know.
  struct Known {
    size_t object;
    bool by_origin;
  };
  using KnownNames = std::map<std::string_view, Known>;
  void Resolve(Need* need, const dl::RunPathChain& chain, KnownNames* loaded);
  void Remember(const Need& need, KnownNames* loaded) const;

  const InspectorLibrary& library_;
  dl::LibrarySearch search_;
  std::deque<LinkedObject> objects_;  // their run paths are pointed to
  std::map<std::string, size_t, std::less<>> by_path_;
  std::map<FileIdentity, size_t> by_identity_;
  std::map<std::string_view, size_t> visible_;  // by the names that the loader would know
  std::vector<Dependency> dependencies_;
};

}  // namespace httpd::module
