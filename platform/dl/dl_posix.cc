// SPDX-License-Identifier: Apache-2.0
//
// dlopen and its family. The one place where flags are chosen and where a library could be closed.

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "dl/dl.h"

namespace httpd::dl {
namespace {

std::atomic<bool> serving{false};
std::atomic<void (*)(std::string_view)> log_line{nullptr};

// Which file a handle is, for the messages of Symbol and Close.
struct Names {
  std::mutex mutex;
  std::unordered_map<void*, std::string> by_handle;
};

Names& OpenNames() {
  static Names* names = new Names;  // never destroyed: modules may close things at exit
  return *names;
}

std::string NameOf(void* handle) {
  Names& names = OpenNames();
  std::lock_guard<std::mutex> lock(names.mutex);
  const auto found = names.by_handle.find(handle);
  return found != names.by_handle.end() ? found->second : "the program";
}

// RTLD_NOW always: with lazy binding a missing function would be found out by the first request
// that needs it, in a serving worker; with RTLD_NOW by a generation that is not yet ready.
//
// RTLD_LOCAL for modules: two modules may bring the same helper or different copies of a library,
// and must neither capture each other's symbols nor depend on each other by accident; what they
// share goes through providers. The core's API is found all the same, since libhttpd.so (or the
// static executable) is part of the program's own scope.
//
// RTLD_GLOBAL for LoadFile: its very purpose is to give later modules the library's symbols.
//
// No RTLD_NODELETE: Close is refused here once it matters, and in a process that has not served
// (the planner, the tools) closing is right. No RTLD_DEEPBIND: it breaks allocators and sanitizers
// that stand in for malloc.
int Flags(Purpose purpose) {
  switch (purpose) {
    case Purpose::kLibrary:
      return RTLD_NOW | RTLD_GLOBAL;
    case Purpose::kModule:
    case Purpose::kInspector:
      break;
  }
  return RTLD_NOW | RTLD_LOCAL;
}

std::string LoaderText() {
  const char* text = dlerror();
  return text != nullptr ? text : "";
}

void Log(std::string_view line) {
  if (auto* log = log_line.load(); log != nullptr) {
    log(line);
    return;
  }
  const std::string text = "httpd: " + std::string(line) + "\n";
  // Nobody is left to tell when standard error does not take it.
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void Init(const Options& options) { log_line = options.log; }

void* Open(const std::string& path, Purpose purpose, Error* error) {
  *error = Error();
  if (path.empty()) {  // dlopen would take it as the program itself
    *error = Classify("", "");
    error->kind = ErrorKind::kNotFound;
    return nullptr;
  }
  void* handle = dlopen(path.c_str(), Flags(purpose));
  if (handle == nullptr) {
    *error = Classify(path, LoaderText());
    return nullptr;
  }
  Names& names = OpenNames();
  std::lock_guard<std::mutex> lock(names.mutex);
  names.by_handle[handle] = path;
  return handle;
}

void* Symbol(void* handle, const char* name, Error* error) {
  *error = Error();
  dlerror();  // forget what an earlier failure left behind
  void* address = dlsym(handle, name);
  if (address != nullptr) return address;
  const std::string file = NameOf(handle);
  *error = Classify(file, LoaderText());
  error->kind = ErrorKind::kUndefinedSymbol;
  error->subject = name;
  return nullptr;
}

bool Close(void* handle, Error* error) {
  *error = Error();
  if (IsServing()) {
    error->kind = ErrorKind::kInUse;
    error->file = error->subject = NameOf(handle);
    Log("refused to unload " + error->file +
        ": this process serves requests, and code that was mapped stays until it ends");
    return false;
  }
  const std::string file = NameOf(handle);
  if (dlclose(handle) != 0) {
    *error = Classify(file, LoaderText());
    return false;
  }
  return true;
}

void MarkServing() { serving = true; }

bool IsServing() { return serving; }

}  // namespace httpd::dl
