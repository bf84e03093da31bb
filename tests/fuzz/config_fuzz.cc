// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a configuration file holds, reading it ends, reports places that exist, and
// agrees with itself about success. Input: files separated by a line "====", the first is the main
// file, the others are /srv/f1, /srv/f2 and so on.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/pool.h"
#include "config/early.h"
#include "config/evaluate.h"
#include "config/fake_files.h"

namespace httpd::config {
namespace {

void Check(bool condition) {
  if (!condition) std::abort();
}

void CheckPosition(const SourceMap& sources, Position position) {
  if (!position.valid()) return;
  Check(position.file < sources.size());
  if (position.line == 0) return;
  // One behind the end is where something is missing.
  Check(position.column >= 1 &&
        position.column <= sources.Line(position.file, position.line).size() + 2);
}

void CheckDiagnostics(const SourceMap& sources, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    Check(!diagnostic.code.empty() && !diagnostic.message.empty());
    CheckPosition(sources, diagnostic.position);
    for (const Note& note : diagnostic.notes) CheckPosition(sources, note.position);
  }
  const std::string text = diagnostics.Render(sources, false);
  for (char c : text) Check(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  Check(diagnostics.ok() == diagnostics.Summary(sources).empty());
  diagnostics.Render(sources, true);
}

void AddFiles(std::string_view input, FakeFiles* files) {
  constexpr std::string_view kSeparator = "\n====\n";
  for (int i = 0; i < 6; ++i) {
    const size_t end = input.find(kSeparator);
    const std::string name = i == 0 ? "/srv/conf/httpd.conf" : "/srv/f" + std::to_string(i);
    files->files[name] = std::string(input.substr(0, end));
    if (end == input.npos) return;
    input.remove_prefix(end + kSeparator.size());
  }
}

void Run(std::string_view input) {
  FakeFiles files;
  AddFiles(input, &files);
  EarlyInput early;
  early.prefix = "/srv";
  early.builtin_modules = {"core", "so"};
  early.environment = [](const char*) -> const char* { return nullptr; };
  early.find_user = [](const std::string& name) -> std::optional<Account> {
    if (name == "root") return Account{0, 0};
    return Account{33, 33};
  };
  early.find_group = early.find_user;
  SourceMap sources;
  Diagnostics diagnostics;
  EarlyConfig config;
  Check(LoadEarly(early, &files, &sources, &diagnostics, &config) == diagnostics.ok());
  httpd_pool pool;
  module::Registry modules;
  auto core = std::make_unique<module::Module>();
  core->name = "core";
  core->record = *CoreModule();
  for (const auto* d = core->record.directives; d->name != nullptr; ++d) {
    core->directives.push_back(*d);
  }
  modules.Add(std::move(core));
  EvaluateInput evaluate;
  evaluate.early = &config;
  evaluate.sources = &sources;
  evaluate.modules = &modules;
  evaluate.pool = &pool;
  server::ServerSet set;
  const int errors = diagnostics.error_count();
  Check(Evaluate(evaluate, &diagnostics, &set) == (diagnostics.error_count() == errors));
  CheckDiagnostics(sources, diagnostics);
}

}  // namespace
}  // namespace httpd::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  httpd::config::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
