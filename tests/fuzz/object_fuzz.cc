// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a module file holds, the inspector ends with a verdict, and everything that it
// hands out can be read. Input: an object file. Seeds: the fixtures of platform/object.
#include <cstdint>
#include <cstdlib>
#include <initializer_list>

#include "object/inspect.h"

namespace {

void Check(bool condition) {
  if (!condition) std::abort();
}

struct Totals {
  uint64_t entries = 0;
  uint64_t letters = 0;

  // Reads every byte, so that the sanitizer sees where it lies.
  void Read(httpd_inspect_str text) {
    Check(text.len == 0 || text.data != nullptr);
    for (size_t i = 0; i < text.len; ++i) letters += static_cast<unsigned char>(text.data[i]);
  }
};

int32_t EachName(void* user, httpd_inspect_str name) {
  auto* totals = static_cast<Totals*>(user);
  ++totals->entries;
  totals->Read(name);
  return 0;
}

int32_t EachSymbol(void* user, const httpd_inspect_symbol* symbol) {
  auto* totals = static_cast<Totals*>(user);
  ++totals->entries;
  for (httpd_inspect_str text : {symbol->name, symbol->version, symbol->library, symbol->forward}) {
    totals->Read(text);
  }
  Check(symbol->type <= HTTPD_INSPECT_SYMBOL_TLS && symbol->weak <= 1);
  return 0;
}

int32_t EachVersion(void* user, const httpd_inspect_version_entry* entry) {
  auto* totals = static_cast<Totals*>(user);
  ++totals->entries;
  totals->Read(entry->library);
  totals->Read(entry->version);
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  httpd_inspect_object* object = nullptr;
  Check(httpd_inspect_open_bytes(data, size, &object, nullptr) == HTTPD_INSPECT_OK);
  httpd_inspect_facts facts = {};
  facts.size = sizeof(facts);
  Check(httpd_inspect_get_facts(object, &facts) == HTTPD_INSPECT_OK);
  Totals totals;
  for (httpd_inspect_str text :
       {facts.kind_name, facts.machine_name, facts.target, facts.reason, facts.soname,
        facts.run_path, facts.build_id, facts.manifest, facts.os_abi_name, facts.slices}) {
    totals.Read(text);
  }
  Check(facts.file_size == size && facts.kind_name.len != 0);
  Check((facts.state != HTTPD_INSPECT_WHOLE) == (facts.reason.len != 0));
  const bool deep = (facts.flags & HTTPD_INSPECT_DEEP) != 0;
  Check(!deep || facts.state == HTTPD_INSPECT_WHOLE);
  const int32_t expected = deep ? HTTPD_INSPECT_OK : HTTPD_INSPECT_E_LIST;
  Check(httpd_inspect_needed(object, EachName, &totals, nullptr) == expected);
  Check(httpd_inspect_imports(object, EachSymbol, &totals, nullptr) == expected);
  Check(httpd_inspect_exports(object, EachSymbol, &totals, nullptr) == expected);
  Check(httpd_inspect_needed_versions(object, EachVersion, &totals, nullptr) == expected);
  Check(httpd_inspect_defined_versions(object, EachVersion, &totals, nullptr) == expected);
  // What a file says is bounded by what it holds: nothing in it can be listed endlessly.
  Check(totals.entries <= 4 * size + 16);
  httpd_inspect_close(object);
  return 0;
}
