// SPDX-License-Identifier: Apache-2.0
//
// What the calls of the module interface cost, measured inside a worker by Google Benchmark: this
// is a module, so each call crosses the same boundary as any other module's. tests/bench/cost
// starts a server with it and prints what it answers.
#include <benchmark/benchmark.h>
#include <httpd/resource.h>
#include <httpd/response.h>

#include <chrono>
#include <httpd/callback.hpp>
#include <httpd/context.hpp>
#include <sstream>
#include <string>

namespace {

namespace api = httpd::api;

httpd_request* g_request;
httpd_module_handle* g_self;

void RequestContext(benchmark::State& state) {
  int value = 0;
  if (httpd_request_set_context(g_request, g_self, &value) != HTTPD_OK) state.SkipWithError("set");
  for (auto _ : state) benchmark::DoNotOptimize(httpd_request_context(g_request, g_self));
}
void WorkerContext(benchmark::State& state) {
  int value = 0;
  httpd_worker* worker = httpd_request_worker(g_request);
  if (httpd_worker_set_context(worker, g_self, &value) != HTTPD_OK) state.SkipWithError("set");
  for (auto _ : state) benchmark::DoNotOptimize(httpd_worker_context(worker, g_self));
  httpd_worker_set_context(worker, g_self, nullptr);
}
void ConnectionContext(benchmark::State& state) {
  int value = 0;
  httpd_connection* connection = httpd_request_connection(g_request);
  if (httpd_connection_set_context(connection, g_self, &value) != HTTPD_OK) {
    state.SkipWithError("set");
  }
  for (auto _ : state) benchmark::DoNotOptimize(httpd_connection_context(connection, g_self));
  httpd_connection_set_context(connection, g_self, nullptr);
}
void RequestMethod(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(httpd_request_method(g_request));
}

// "NAME NANOSECONDS" lines.
class Reporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) {
        text << run.benchmark_name() << " failed\n";
      } else {
        text << run.benchmark_name() << ' ' << run.GetAdjustedRealTime() << '\n';
      }
    }
  }
  std::ostringstream text;
};

httpd_result Calls(httpd_request* request) {
  g_request = request;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  const std::string text = reporter.text.str();
  httpd_request_set_context(request, g_self, nullptr);
  return httpd_response_write(request, api::Str(text));
}

// ---- Suspend and resume ----

constexpr int kHooks = 1000;
std::chrono::steady_clock::time_point g_start;
int g_left;

// Each hook of the chain suspends and resumes at once: the loop takes the resume and goes on with
// the next. The last one answers the mean.
httpd_result Suspend(httpd_request* request) {
  if (api::View(httpd_request_path(request)) != "/cost/suspend") return HTTPD_DECLINED;
  if (g_left == kHooks) g_start = std::chrono::steady_clock::now();
  if (--g_left > 0) {
    httpd_request_resume(httpd_request_suspend(request), HTTPD_DECLINED);
    return HTTPD_SUSPENDED;
  }
  const std::chrono::duration<double, std::nano> passed =
      std::chrono::steady_clock::now() - g_start;
  g_left = kHooks;
  const std::string text = "SuspendResume " + std::to_string(passed.count() / (kHooks - 1)) + "\n";
  return httpd_response_write(request, api::Str(text));
}

httpd_result Handle(httpd_request* request) {
  const std::string_view path = api::View(httpd_request_path(request));
  if (path == "/cost/calls") return Calls(request);
  if (path != "/cost/empty") return HTTPD_DECLINED;
  static const std::string body(1024, 'k');  // as large as the file it is compared with
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  return httpd_response_write_static(request, api::Str(body));
}

httpd_result Register(httpd_module_handle* self, void*) {
  g_self = self;
  g_left = kHooks;
  benchmark::RegisterBenchmark("RequestContext", RequestContext);
  benchmark::RegisterBenchmark("ConnectionContext", ConnectionContext);
  benchmark::RegisterBenchmark("WorkerContext", WorkerContext);
  benchmark::RegisterBenchmark("RequestMethod", RequestMethod);
  const auto enter = [&](auto fn) { return api::OnRequest(self, HTTPD_HOOK_HANDLER, fn); };
  httpd_result result = enter(Handle);
  for (int i = 0; i < kHooks && result == HTTPD_OK; ++i) result = enter(Suspend);
  return result;
}

}  // namespace

HTTPD_MODULE(cost, "version=1.0.0\0description=Measures the module interface\0",
             .register_module = Register);
