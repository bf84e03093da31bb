// SPDX-License-Identifier: Apache-2.0
//
// The C interface of the inspector. Files are read into private memory unless mapping was asked
// for: a mapped file that shrinks while it is looked at kills the process with SIGBUS.

#include "object/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <type_traits>

#include "object/object.h"

namespace {

using httpd::object::FreeBytes;
using httpd::object::Symbol;
using httpd::object::Version;
using httpd::object::View;

constexpr uint64_t kDefaultMaxBytes = 256ull << 20;

int32_t Fail(httpd_inspect_error* error, int32_t code, int system_errno, const std::string& text) {
  if (error == nullptr) return code;
  const uint32_t size = error->size;
  httpd_inspect_error out = {};
  out.size = size;
  out.code = code;
  out.system_errno = system_errno;
  const size_t length = std::min(text.size(), sizeof(out.text) - 1);
  memcpy(out.text, text.data(), length);
  // An older caller's struct is shorter in its tail, which is the text.
  const size_t room = std::min<size_t>(size, sizeof(out));
  if (room <= offsetof(httpd_inspect_error, text)) return code;
  memcpy(error, &out, room);
  error->text[room - offsetof(httpd_inspect_error, text) - 1] = '\0';
  return code;
}

int32_t FailSystem(httpd_inspect_error* error, int32_t code, const std::string& what) {
  const int number = errno;
  return Fail(error, code, number, what + ": " + strerror(number));
}

httpd_inspect_str Str(std::string_view text) { return {text.data(), text.size()}; }

bool ReadAll(int fd, char* data, uint64_t size) {
  for (uint64_t done = 0; done < size;) {
    const ssize_t got = pread(fd, data + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = ESTALE;
    if (got <= 0) return false;
    done += static_cast<uint64_t>(got);
  }
  return true;
}

// Copies a struct into one that the caller may have compiled with another size.
template <class T>
void Deliver(const T& from, T* to) {
  static_assert(std::is_trivially_copyable_v<T>);
  const uint32_t size = to->size;
  memcpy(to, &from, std::min<size_t>(size, sizeof(T)));
  to->size = size;
}

int32_t EachSymbol(const std::vector<Symbol>& symbols, httpd_inspect_symbol_fn each, void* user) {
  for (const Symbol& symbol : symbols) {
    httpd_inspect_symbol out = {};
    out.size = sizeof(out);
    out.type = symbol.type;
    out.weak = symbol.weak ? 1 : 0;
    out.bytes = symbol.bytes;
    out.name = Str(symbol.name);
    out.version = Str(symbol.version);
    out.flags = symbol.flags;
    out.library = Str(symbol.library);
    out.forward = Str(symbol.forward);
    out.ordinal = symbol.ordinal;
    if (each(user, &out) != 0) break;
  }
  return HTTPD_INSPECT_OK;
}

int32_t EachVersion(const std::vector<Version>& versions, httpd_inspect_version_fn each,
                    void* user) {
  for (const Version& version : versions) {
    httpd_inspect_version_entry out = {};
    out.size = sizeof(out);
    out.weak = version.weak ? 1 : 0;
    out.base = version.base ? 1 : 0;
    out.library = Str(version.library);
    out.version = Str(version.version);
    if (each(user, &out) != 0) break;
  }
  return HTTPD_INSPECT_OK;
}

// Lists exist for files that were read in depth; of others nothing is known, which is not "none".
int32_t CheckList(const httpd_inspect_object* object, bool callback, httpd_inspect_error* error) {
  if (object == nullptr || !callback) {
    return Fail(error, HTTPD_INSPECT_E_ARGUMENT, 0, "a handle or callback is missing");
  }
  const View& view = object->view;
  if ((view.flags & HTTPD_INSPECT_DEEP) != 0) return HTTPD_INSPECT_OK;
  return Fail(error, HTTPD_INSPECT_E_LIST, 0,
              view.reason.empty() ? "this " + view.kind_name + " has no dynamic symbols to list"
                                  : view.reason);
}

}  // namespace

void FreeBytes::operator()(char* bytes) const {
  if (mapped != 0) {
    munmap(bytes, mapped);
  } else {
    delete[] bytes;
  }
}

extern "C" {

uint32_t httpd_inspect_version(void) { return HTTPD_INSPECT_VERSION; }

httpd_inspect_str httpd_inspect_product(void) { return Str(HTTPD_PRODUCT_VERSION); }

httpd_inspect_str httpd_inspect_host(void) { return Str(httpd::object::HostTarget()); }

int32_t httpd_inspect_open_bytes(const void* data, size_t len, httpd_inspect_object** object,
                                 httpd_inspect_error* error) {
  if (object == nullptr || (data == nullptr && len != 0)) {
    return Fail(error, HTTPD_INSPECT_E_ARGUMENT, 0, "no bytes or no place for the handle");
  }
  *object = new (std::nothrow) httpd_inspect_object;
  if (*object == nullptr) return Fail(error, HTTPD_INSPECT_E_MEMORY, 0, "out of memory");
  (*object)->view.bytes = std::string_view(static_cast<const char*>(data), len);
  httpd::object::Examine(&(*object)->view);
  return HTTPD_INSPECT_OK;
}

int32_t httpd_inspect_open_fd(int fd, const char* name, const httpd_inspect_options* options,
                              httpd_inspect_object** object, httpd_inspect_error* error) {
  const std::string file = name != nullptr ? name : "the file";
  if (object == nullptr) return Fail(error, HTTPD_INSPECT_E_ARGUMENT, 0, "no place for the handle");
  *object = nullptr;
  const bool chosen = options != nullptr && options->size >= sizeof(*options);
  const uint64_t max_bytes =
      chosen && options->max_bytes != 0 ? options->max_bytes : kDefaultMaxBytes;
  const bool map = chosen && (options->flags & HTTPD_INSPECT_MAP) != 0;
  struct stat facts;
  if (fstat(fd, &facts) != 0)
    return FailSystem(error, HTTPD_INSPECT_E_READ, "cannot look at " + file);
  if (!S_ISREG(facts.st_mode)) {
    return Fail(error, HTTPD_INSPECT_E_FILE, 0, file + " is not a regular file");
  }
  const uint64_t size = static_cast<uint64_t>(facts.st_size);
  if (size > max_bytes) {
    return Fail(error, HTTPD_INSPECT_E_SIZE, 0,
                file + " has " + std::to_string(size) + " bytes; the limit is " +
                    std::to_string(max_bytes));
  }
  std::unique_ptr<char[], FreeBytes> storage;
  if (void* mapped =
          map && size > 0 ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
      mapped != MAP_FAILED) {
    storage = {static_cast<char*>(mapped), FreeBytes{size}};
  } else {
    storage.reset(new (std::nothrow) char[size + 1]);
    if (storage == nullptr) return Fail(error, HTTPD_INSPECT_E_MEMORY, 0, "out of memory");
    if (!ReadAll(fd, storage.get(), size)) {
      return FailSystem(error, HTTPD_INSPECT_E_READ, "cannot read " + file);
    }
  }
  const int32_t code = httpd_inspect_open_bytes(storage.get(), size, object, error);
  if (code == HTTPD_INSPECT_OK) (*object)->view.storage = std::move(storage);
  return code;
}

int32_t httpd_inspect_open_path(const char* path, const httpd_inspect_options* options,
                                httpd_inspect_object** object, httpd_inspect_error* error) {
  if (path == nullptr) return Fail(error, HTTPD_INSPECT_E_ARGUMENT, 0, "no path");
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    return FailSystem(error, HTTPD_INSPECT_E_OPEN, std::string("cannot open ") + path);
  }
  const int32_t code = httpd_inspect_open_fd(fd, path, options, object, error);
  close(fd);
  return code;
}

void httpd_inspect_close(httpd_inspect_object* object) { delete object; }

int32_t httpd_inspect_get_facts(const httpd_inspect_object* object, httpd_inspect_facts* facts) {
  if (object == nullptr || facts == nullptr || facts->size < sizeof(uint32_t)) {
    return HTTPD_INSPECT_E_ARGUMENT;
  }
  const View& view = object->view;
  httpd_inspect_facts out = {};
  out.kind = view.kind;
  out.format = view.format;
  out.state = view.state;
  out.flags = view.flags;
  out.machine = view.machine;
  out.bits = view.bits;
  out.big_endian = view.big_endian ? 1 : 0;
  out.file_size = view.bytes.size();
  out.kind_name = Str(view.kind_name);
  out.machine_name = Str(view.machine_name);
  out.target = Str(view.target);
  out.reason = Str(view.reason);
  out.soname = Str(view.soname);
  out.run_path = Str(view.run_path);
  out.build_id = Str(view.build_id);
  out.manifest = Str(view.manifest);
  out.os_abi = view.os_abi;
  out.slice_count = view.slice_count;
  out.tls_bytes = view.tls_bytes;
  out.os_abi_name = Str(view.os_abi_name);
  out.slices = Str(view.slices);
  Deliver(out, facts);
  return HTTPD_INSPECT_OK;
}

int32_t httpd_inspect_needed(const httpd_inspect_object* object, httpd_inspect_name_fn each,
                             void* user, httpd_inspect_error* error) {
  const int32_t code = CheckList(object, each != nullptr, error);
  if (code != HTTPD_INSPECT_OK) return code;
  for (std::string_view name : object->view.needed) {
    if (each(user, Str(name)) != 0) break;
  }
  return HTTPD_INSPECT_OK;
}

int32_t httpd_inspect_imports(const httpd_inspect_object* object, httpd_inspect_symbol_fn each,
                              void* user, httpd_inspect_error* error) {
  const int32_t code = CheckList(object, each != nullptr, error);
  return code != HTTPD_INSPECT_OK ? code : EachSymbol(object->view.imports, each, user);
}

int32_t httpd_inspect_exports(const httpd_inspect_object* object, httpd_inspect_symbol_fn each,
                              void* user, httpd_inspect_error* error) {
  const int32_t code = CheckList(object, each != nullptr, error);
  return code != HTTPD_INSPECT_OK ? code : EachSymbol(object->view.exports, each, user);
}

int32_t httpd_inspect_needed_versions(const httpd_inspect_object* object,
                                      httpd_inspect_version_fn each, void* user,
                                      httpd_inspect_error* error) {
  const int32_t code = CheckList(object, each != nullptr, error);
  return code != HTTPD_INSPECT_OK ? code : EachVersion(object->view.needed_versions, each, user);
}

int32_t httpd_inspect_defined_versions(const httpd_inspect_object* object,
                                       httpd_inspect_version_fn each, void* user,
                                       httpd_inspect_error* error) {
  const int32_t code = CheckList(object, each != nullptr, error);
  return code != HTTPD_INSPECT_OK ? code : EachVersion(object->view.defined_versions, each, user);
}

}  // extern "C"
