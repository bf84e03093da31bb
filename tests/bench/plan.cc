// SPDX-License-Identifier: Apache-2.0
//
// How long the planner needs for many modules, each time in a process that has looked at nothing
// yet: build/release/tests/httpd_plan_bench LIBEXEC MODULE [RUNS]. MODULE is a module named pad01;
// as many of it are made as are asked for, by exchanging that name.

#include "module/plan.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/stopwatch.h"
#include "module/api_names.h"
#include "module/link_check.h"

namespace httpd {
namespace {

namespace fs = std::filesystem;

struct Times {
  uint32_t open_us = 0;
  uint32_t plan_us = 0;  // without opening the inspector
  uint32_t files = 0;
  bool ok = false;
};

std::string NameOf(int number) {
  char name[16];
  snprintf(name, sizeof(name), "p%04d", number);
  return name;
}

std::string Renamed(std::string bytes, const std::string& name) {
  std::string upper = name;
  upper[0] = 'P';
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"pad01", name}, {"Pad01", upper}}) {
    for (size_t at = 0; (at = bytes.find(from, at)) != std::string::npos;) bytes.replace(at, 5, to);
  }
  return bytes;
}

module::PlanInput InputFor(const std::string& libexec, const std::string& folder, int count) {
  module::PlanInput input;
  input.inspector_path = libexec + "/libhttpd_inspect.so";
  input.program = libexec + "/libhttpd.ep";
  input.library_path = module::LoaderPath(libexec);
  input.core.api_names = module::ApiNames();
  for (int i = 0; i < count; ++i) {
    const std::string path = folder + "/mod_" + NameOf(i) + ".so";
    input.items.push_back({NameOf(i), path, path, ""});
  }
  return input;
}

Times PlanInChild(const module::PlanInput& input) {
  int pipe_fds[2];
  Times times;
  if (pipe(pipe_fds) != 0) return times;
  if (fork() == 0) {
    const base::Stopwatch watch;
    const module::ModulePlan plan = module::PlanModules(input);
    times.plan_us = watch.Microseconds() - plan.open_us;
    times.open_us = plan.open_us;
    times.files = static_cast<uint32_t>(plan.depends_on.size());
    times.ok = plan.ok();
    if (!plan.ok()) {
      for (const auto& report : plan.modules) {
        if (report.findings.empty()) continue;
        fputs(module::RenderRefusal(report.name, report.findings).c_str(), stderr);
        break;
      }
      fputs(module::RenderRefusal("plan", plan.general).c_str(), stderr);
    }
    _exit(write(pipe_fds[1], &times, sizeof(times)) == sizeof(times) ? 0 : 1);
  }
  close(pipe_fds[1]);
  if (read(pipe_fds[0], &times, sizeof(times)) != sizeof(times)) times = {};
  close(pipe_fds[0]);
  wait(nullptr);
  return times;
}

int Run(const std::string& libexec, const std::string& pattern, int runs) {
  char name[] = "/tmp/httpd_plan_bench.XXXXXX";
  const std::string folder = mkdtemp(name);
  std::ostringstream bytes;
  bytes << std::ifstream(pattern, std::ios::binary).rdbuf();
  bool ok = true;
  printf("%8s %12s %12s %12s %8s\n", "modules", "least ms", "median ms", "opening ms", "files");
  for (const int count : {0, 25, 50, 100, 200}) {
    for (int i = 0; i < count; ++i) {
      std::ofstream(folder + "/mod_" + NameOf(i) + ".so", std::ios::binary)
          << Renamed(bytes.str(), NameOf(i));
    }
    std::vector<Times> all;
    for (int i = 0; i < runs; ++i) all.push_back(PlanInChild(InputFor(libexec, folder, count)));
    std::sort(all.begin(), all.end(),
              [](const Times& a, const Times& b) { return a.plan_us < b.plan_us; });
    const Times& median = all[all.size() / 2];
    ok = ok && all[0].ok;
    printf("%8d %12.2f %12.2f %12.2f %8u\n", count, all[0].plan_us / 1e3, median.plan_us / 1e3,
           median.open_us / 1e3, median.files);
  }
  fs::remove_all(folder);
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace httpd

int main(int argc, char** argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s LIBEXEC MODULE [RUNS]\n", argv[0]);
    return 2;
  }
  return httpd::Run(argv[1], argv[2], argc > 3 ? std::max(1, atoi(argv[3])) : 21);
}
