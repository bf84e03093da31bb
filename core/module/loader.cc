// SPDX-License-Identifier: Apache-2.0
// Opens and registers the modules of a generation. Everything that can be wrong with one of them is
// found out here, in a process that serves nobody yet, and told for all of them at once.
#include "module/loader.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "base/start_cost.h"
#include "base/stopwatch.h"
#include "dl/dl.h"
#include "module/footprint.h"
#include "module/open_error.h"
#include "module/record.h"
#include "module/static_modules.h"

namespace httpd::module {
namespace {

constexpr size_t kMostModules = UINT16_MAX;  // a slot is 16 bits

// Messages come from the module; a line break in them must not look like another finding.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

// "module mime (/usr/libexec/mod_mime.so)"; a library that LoadFile names has no name but its file.
std::string Subject(const Module& module) {
  if (module.name.empty()) return "library " + module.file;
  return "module " + module.name + (module.file.empty() ? "" : " (" + module.file + ")");
}

uint32_t PageFaults() {
  rusage used{};
  return getrusage(RUSAGE_SELF, &used) == 0 ? static_cast<uint32_t>(used.ru_minflt) : 0;
}

class Loader {
 public:
  Loader(const server::GenerationInput& input, process::ScoreboardSlot* phase,
         const LoadTarget& target, config::Diagnostics* diagnostics)
      : input_(input),
        phase_(phase),
        target_(target),
        diagnostics_(diagnostics),
        errors_before_(diagnostics->error_count()) {}

  bool Run(const httpd_module* core);

 private:
  bool Failed() const { return diagnostics_->error_count() != errors_before_; }
  void AddCore(const httpd_module* core);
  void OpenLibrary(const std::string& path);
  void OpenModule(const server::ModuleToLoad& plan);
  void* OpenWithLibraries(const server::ModuleToLoad& plan, dl::Error* error);
  const httpd_module* FindRecord(const server::ModuleToLoad& plan, Module* module);
  void Register(Module* module);
  void CheckFootprint(const Module& module, std::string_view during);
  void Report(Finding finding, const Module& module);
  uint32_t LengthAt(config::Position position) const;

  // `slot` is not taken from a module because there is none yet while it is opened.
  void Blame(size_t slot) {
    if (phase_ != nullptr) phase_->Blame(static_cast<uint16_t>(slot), 0);
  }

  const server::GenerationInput& input_;
  process::ScoreboardSlot* phase_;
  const LoadTarget& target_;
  config::Diagnostics* diagnostics_;
  int errors_before_;
  Footprint footprint_ = Footprint::Take();
};

bool Loader::Run(const httpd_module* core) {
  AddCore(core);
  for (const std::string& path : input_.load_files) OpenLibrary(path);
  for (const server::ModuleToLoad& plan : input_.modules) OpenModule(plan);
  if (!Failed()) {
    for (const auto& module : *target_.modules) Register(module.get());
  }
  if (!Failed()) target_.hooks->Sort(*target_.modules, diagnostics_);
  return !Failed();
}

void Loader::AddCore(const httpd_module* core) {
  auto module = std::make_unique<Module>();
  module->generation = target_.generation;
  module->pool = target_.pool;
  Finding finding;
  const bool good = NormalizeRecord(core, "core", module.get(), &finding);
  if (!good) {
    module->name = "core";
    Report(std::move(finding), *module);
  }
  target_.modules->Add(std::move(module));
}

void Loader::OpenLibrary(const std::string& path) {
  Module library;  // for messages only
  library.file = path;
  if (input_.early != nullptr) {
    for (const auto& line : input_.early->load_files) {
      if (line.value != path) continue;
      library.position = line.position;
      library.position_length = line.length;
    }
  }
  // It has no slot to be blamed by; what the process is busy with stands where a request would.
  if (phase_ != nullptr) phase_->SetRequest("LoadFile " + path);
  dl::Error error;
  void* handle = dl::Open(path, dl::Purpose::kLibrary, &error);
  if (footprint_.InChild()) _exit(0);
  if (phase_ != nullptr) phase_->SetRequest("");
  CheckFootprint(library, "while it was opened");
  if (handle == nullptr) Report(ExplainOpenError(error, "", path), library);
}

void Loader::OpenModule(const server::ModuleToLoad& plan) {
  if (const Module* other = target_.modules->Find(plan.name); other != nullptr) {
    config::Diagnostic& warning =
        diagnostics_->Warning("HM-58", plan.position, LengthAt(plan.position),
                              "module " + plan.name + " is already loaded, skipping");
    warning.fix = "remove this LoadModule line";
    if (other->position.valid()) {
      warning.notes.push_back({"it was loaded here", other->position, other->position_length});
    }
    return;
  }
  if (target_.modules->size() >= kMostModules) {
    config::Diagnostic& error =
        diagnostics_->Error("HM-60", plan.position, LengthAt(plan.position), "too many modules");
    error.wanted = "at most " + std::to_string(kMostModules - 1);
    error.fix = "remove LoadModule lines";
    return;
  }
  auto module = std::make_unique<Module>();
  module->name = plan.name;
  module->file = plan.file;
  module->position = plan.position;
  module->position_length = LengthAt(plan.position);
  module->generation = target_.generation;
  module->pool = target_.pool;

  // A module that failed keeps its slot, so that those behind it are blamed by the right number.
  Module* added = target_.modules->Add(std::move(module));
  Finding finding;
  const httpd_module* raw = FindRecord(plan, added);
  if (raw != nullptr && !NormalizeRecord(raw, plan.name, added, &finding)) {
    Report(std::move(finding), *added);
  }
}

// A library that the module finds beside its own file is not beside its copy. Opened first, it
// satisfies the module's need by its name; it stays as private to the module as it was.
void* Loader::OpenWithLibraries(const server::ModuleToLoad& plan, dl::Error* error) {
  for (const std::string& library : plan.preload) {
    if (dl::Open(library, dl::Purpose::kModule, error) == nullptr) return nullptr;
  }
  return dl::Open(plan.copy, dl::Purpose::kModule, error);
}

// Null after the reason was reported.
const httpd_module* Loader::FindRecord(const server::ModuleToLoad& plan, Module* module) {
  if (plan.copy.empty()) {
    const httpd_module* record = FindStaticModule(plan.name);
    if (record == nullptr) {
      Report({FindingSeverity::kError, "HM-59", "it is not compiled into this httpd",
              "no compiled-in module " + plan.name, "one of those that httpd -l lists", "",
              "LoadModule " + plan.name + "_module libexec/mod_" + plan.name + ".so"},
             *module);
    }
    return record;
  }

  dl::Error error;
  Blame(module->slot);
  const base::Stopwatch watch;
  const uint32_t faults = PageFaults();
  void* handle = OpenWithLibraries(plan, &error);
  base::StartCost::Module& cost = base::ThisStart().Of(plan.name);
  cost.open = watch.Microseconds();
  cost.faults = PageFaults() - faults;
  if (footprint_.InChild()) _exit(0);
  Blame(0);
  CheckFootprint(*module, "while it was opened");
  if (handle == nullptr) {
    Report(ExplainOpenError(error, plan.copy, plan.file), *module);
    return nullptr;
  }
  const std::string symbol = plan.name + "_module";
  const void* record = dl::Symbol(handle, symbol.c_str(), &error);
  if (record == nullptr) {
    Report({FindingSeverity::kError, "HM-47", "it has no record of that name",
            "no exported symbol " + symbol, "HTTPD_MODULE(" + plan.name + ", …) in its source", "",
            "name the module as it names itself (httpdctl modinfo " + plan.file +
                "), or install the right file"},
           *module);
  }
  return static_cast<const httpd_module*>(record);
}

void Loader::Register(Module* module) {
  const httpd_module& record = module->record;
  if (record.register_module == nullptr) return;
  const int errors = diagnostics_->error_count();
  httpd_result result = HTTPD_OK;
  std::string thrown;
  bool threw = false;
  Blame(module->slot);
  module->registering = target_.hooks;
  const base::Stopwatch watch;
  try {
    result = record.register_module(module, record.user);
  } catch (const std::exception& exception) {
    threw = true;
    thrown = exception.what();
  } catch (...) {
    threw = true;
  }
  if (footprint_.InChild()) _exit(0);
  module->registering = nullptr;
  base::ThisStart().Of(module->name).enter = watch.Microseconds();
  Blame(0);

  if (threw) {
    Report({FindingSeverity::kError, "HM-54", "its register function threw an exception",
            thrown.empty() ? "an exception that is no std::exception" : OneLine(thrown),
            "no exception across the C interface", "",
            "install a version that catches its exceptions, or remove its LoadModule line"},
           *module);
  }
  CheckFootprint(*module, "in its register function");
  // A result that comes with one of these says nothing new.
  if (result != HTTPD_OK && diagnostics_->error_count() == errors) {
    ReportModuleError(module, "register function", result, diagnostics_);
  }
  module->error.clear();
  module->fix.clear();
}

void Loader::CheckFootprint(const Module& module, std::string_view during) {
  const bool thread = footprint_.HasNewThread();
  const bool child = footprint_.HasNewChild();
  if (thread) {
    Report({FindingSeverity::kError, "HM-55", "it started a thread " + std::string(during),
            "a thread that still runs",
            "one thread until the worker starts, since a forked worker would hang on its locks", "",
            "install a version that starts its threads in the WORKER_START hook"},
           module);
  }
  if (child) {
    Report({FindingSeverity::kError, "HM-56", "it forked a process " + std::string(during),
            "a child process that was not waited for", "no process beside the generation's own", "",
            "install a version that does not fork before workers start"},
           module);
  }
  if (thread || child) footprint_ = Footprint::Take();  // the next module is not to blame
}

void Loader::Report(Finding finding, const Module& module) {
  finding.what = Subject(module) + " cannot be loaded: " + finding.what;
  diagnostics_->Add(ToDiagnostic(finding, module.position, module.position_length));
}

uint32_t Loader::LengthAt(config::Position position) const {
  if (input_.early == nullptr || !position.valid()) return 0;
  for (const config::ModuleRequest& request : input_.early->modules) {
    if (request.position == position) return request.length;
  }
  return 0;
}

}  // namespace

bool LoadModules(const server::GenerationInput& input, const httpd_module* core,
                 process::ScoreboardSlot* phase, const LoadTarget& target,
                 config::Diagnostics* diagnostics) {
  return Loader(input, phase, target, diagnostics).Run(core);
}

void ReportModuleError(Module* module, std::string_view function, httpd_result result,
                       config::Diagnostics* diagnostics) {
  std::string message = OneLine(std::move(module->error));
  std::string fix = OneLine(std::move(module->fix));
  module->error.clear();
  module->fix.clear();
  if (message.empty()) message = "its " + std::string(function) + " failed without saying why";
  if (fix.empty()) {
    fix = "see what the module's manual says, or remove the LoadModule line of " + module->name;
  }
  config::Diagnostic& error =
      diagnostics->Error("HM-53", module->position, module->position_length,
                         "module " + module->name + " refuses to start: " + message);
  error.found = "its " + std::string(function) + " answered " + ResultName(result);
  error.wanted = "HTTPD_OK";
  error.fix = std::move(fix);
}

std::string ResultName(httpd_result result) {
  switch (result) {
    case HTTPD_OK:
      return "HTTPD_OK (done)";
    case HTTPD_DECLINED:
      return "HTTPD_DECLINED (not mine)";
    case HTTPD_DONE:
      return "HTTPD_DONE (the response is complete)";
    case HTTPD_SUSPENDED:
      return "HTTPD_SUSPENDED (the answer comes later)";
    case HTTPD_ERR_INVALID:
      return "HTTPD_ERR_INVALID (an argument is not acceptable)";
    case HTTPD_ERR_NO_MEMORY:
      return "HTTPD_ERR_NO_MEMORY (memory is used up)";
    case HTTPD_ERR_UNSUPPORTED:
      return "HTTPD_ERR_UNSUPPORTED (a kind or flag that this core does not know)";
    case HTTPD_ERR_STATE:
      return "HTTPD_ERR_STATE (too early, too late, or twice)";
    case HTTPD_ERR_NOT_FOUND:
      return "HTTPD_ERR_NOT_FOUND (no such thing)";
    case HTTPD_ERR_LIMIT:
      return "HTTPD_ERR_LIMIT (a configured limit was reached)";
    case HTTPD_AGAIN:
      return "HTTPD_AGAIN (not now)";
    case HTTPD_ERR_EXISTS:
      return "HTTPD_ERR_EXISTS (the name is taken)";
    case HTTPD_ERR_CANCELLED:
      return "HTTPD_ERR_CANCELLED (given up before it was done)";
    case HTTPD_ERR_TIMEOUT:
      return "HTTPD_ERR_TIMEOUT (took longer than it may)";
    case HTTPD_ERR_VERSION:
      return "HTTPD_ERR_VERSION (there is one, but of another version)";
    case HTTPD_ERR_STALE:
      return "HTTPD_ERR_STALE (it belongs to something that has ended)";
    case HTTPD_ERR_IO:
      return "HTTPD_ERR_IO (the system refused)";
    case HTTPD_ERR_THREAD:
      return "HTTPD_ERR_THREAD (called from a thread that may not)";
    default:
      return std::to_string(result);
  }
}

}  // namespace httpd::module
