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
#include "config/access_file.h"
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

// ---- A module with every kind of section ----

httpd_result Here(httpd_directive_call* call, void*, void*) {
  return httpd_call_walk(call, nullptr);
}

httpd_result Keep(httpd_directive_call* call, void*, void*) {
  return httpd_call_walk(call, httpd_call_new_section(call));
}

httpd_result Text(httpd_directive_call* call, void*, void*) {
  const httpd_str body = httpd_call_body(call);
  size_t lines = 0;
  for (size_t i = 0; i < body.len; ++i) lines += body.data[i] == '\n';
  return lines < 100000 ? HTTPD_OK : HTTPD_ERR_LIMIT;
}

httpd_result Lines(httpd_directive_call* call, void*, void*) {
  for (uint32_t i = 0; i < httpd_call_child_count(call); ++i) {
    httpd_directive_call* line = httpd_call_child(call, i);
    Check(line != nullptr && httpd_call_name(line).len > 0);
    httpd_str file;
    uint32_t number = 0, column = 0;
    Check(httpd_call_position(line, HTTPD_CALL_WHOLE_LINE, &file, &number, &column) == HTTPD_OK);
    if (httpd_call_argc(line) != 1) continue;
    httpd_call_error(line, 0, httpd_call_arg(line, 0), HTTPD_STR("fix"));
    httpd_call_note(line, HTTPD_STR("here"), file, number, column);
  }
  return HTTPD_OK;
}

httpd_result Unknown(httpd_directive_call* call, void*, void*) {
  return httpd_call_argc(call) == 3 ? HTTPD_OK : HTTPD_DECLINED;
}

std::unique_ptr<module::Module> FuzzModule() {
  auto module = std::make_unique<module::Module>();
  module->name = "fuzz";
  module->record.name = "fuzz";
  constexpr uint32_t kIn = HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_LIMIT;
  constexpr uint32_t kSection = HTTPD_DIRECTIVE_SECTION;
  const auto row = [&](const char* name, uint32_t flags, httpd_directive_handler handler) {
    module->directives.push_back(
        {sizeof(httpd_directive), kIn, name, flags, 0, HTTPD_ARGS_ANY, handler, nullptr, "usage"});
  };
  row("Here", kSection, Here);
  row("Keep", kSection, Keep);
  row("Lines", kSection, Lines);
  row("Text", HTTPD_DIRECTIVE_RAW_BODY, Text);
  module->unknown_directives.push_back({Unknown, nullptr, nullptr});
  return module;
}

// The second file of the input as a .htaccess file.
void RunAccessFile(const FakeFiles& files, const EvaluateInput& evaluate, uint32_t overrides) {
  const auto file = files.files.find("/srv/f1");
  if (file == files.files.end()) return;
  SourceMap sources;
  Diagnostics diagnostics;
  httpd_pool pool;
  Tree tree;
  httpd_server server;
  server.server_configs.resize(evaluate.modules->size());
  server.server_configs[0] = CoreModule()->create_server_config(&pool, nullptr);
  server::Section section;
  std::vector<std::string> tracked;
  AccessFileInput input;
  input.evaluate = evaluate;
  input.evaluate.sources = &sources;
  input.evaluate.pool = &pool;
  input.server = &server;
  input.overrides = overrides;
  input.directory = "/srv";
  input.section = &section;
  input.tracked = &tracked;
  const uint32_t source = sources.Add("/srv/.htaccess", file->second);
  Check(EvaluateAccessFile(input, source, &sources, &diagnostics, &tree) == diagnostics.ok());
  CheckDiagnostics(sources, diagnostics);
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
  modules.Add(FuzzModule());
  EvaluateInput evaluate;
  evaluate.early = &config;
  evaluate.sources = &sources;
  evaluate.modules = &modules;
  evaluate.pool = &pool;
  server::ServerSet set;
  const int errors = diagnostics.error_count();
  Check(Evaluate(evaluate, &diagnostics, &set) == (diagnostics.error_count() == errors));
  CheckDiagnostics(sources, diagnostics);
  RunAccessFile(files, evaluate, 0x1f00);
  RunAccessFile(files, evaluate, HTTPD_OVERRIDE_LIMIT);
}

}  // namespace
}  // namespace httpd::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  httpd::config::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
