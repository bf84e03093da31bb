// SPDX-License-Identifier: Apache-2.0
// Calls that no module may make: each is answered with the error its contract names and one report
// that names the function. One row per function, so that a new function without checks is missed
// here and not by a user.
#include <gtest/gtest.h>
#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/regex.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <httpd/server.h>

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/misuse.h"
#include "base/pool.h"
#include "module/registry.h"
#include "server/request.h"

namespace httpd::server {
namespace {

struct Report {
  std::string function;
  httpd_result result;
  std::string what;
};
std::vector<Report> g_reports;

void Keep(const char* function, httpd_result result, std::string_view what) {
  g_reports.push_back({function, result, std::string(what)});
}

std::string FunctionOf(const std::string& call) {
  const size_t begin = call.find("httpd_");
  return call.substr(begin, call.find('(') - begin);
}

constexpr httpd_str kText = {"text", 4};
constexpr httpd_str kBroken = {nullptr, 4};

httpd_module_handle g_module;

void Flushed(httpd_request*, httpd_result, void*) {}
httpd_result Hook(httpd_request*, void*) { return HTTPD_DECLINED; }

class ApiMisuse : public testing::Test {
 protected:
  void SetUp() override {
    base::SetMisuseReporter(Keep);
    base::MarkLoopThread();
  }
  void TearDown() override { base::SetMisuseReporter(nullptr); }

  static void ExpectOne(const std::string& call, httpd_result result) {
    ASSERT_EQ(g_reports.size(), 1u) << call;
    EXPECT_EQ(g_reports[0].function, FunctionOf(call));
    EXPECT_EQ(g_reports[0].result, result) << call;
    EXPECT_NE(g_reports[0].what, "") << call;
  }

  // A request of no worker: the checks must be done before anything of it is looked at.
  static std::unique_ptr<Request> New(RequestState state) {
    auto request = std::make_unique<Request>(nullptr, 0u);
    request->state = state;
    return request;
  }

  httpd_str name_ = {};
  httpd_str value_ = {};
  Request* null_ = nullptr;
};

// The value is 0, NULL or empty.
#define EXPECT_NONE(call, result)                                    \
  do {                                                               \
    g_reports.clear();                                               \
    const auto answer = call;                                        \
    const decltype(call) none{};                                     \
    EXPECT_EQ(std::memcmp(&answer, &none, sizeof none), 0) << #call; \
    ExpectOne(#call, result);                                        \
  } while (0)

#define EXPECT_ERROR(call, result)    \
  do {                                \
    g_reports.clear();                \
    EXPECT_EQ(call, result) << #call; \
    ExpectOne(#call, result);         \
  } while (0)

#define EXPECT_NOTHING(call, result) \
  do {                               \
    g_reports.clear();               \
    call;                            \
    ExpectOne(#call, result);        \
  } while (0)

// Every function that takes a request and was checked here, with R as the request.
#define FOR_EACH_REQUEST_FUNCTION(R, RESULT)                              \
  EXPECT_NONE(httpd_request_method(R), RESULT);                           \
  EXPECT_NONE(httpd_request_is_head(R), RESULT);                          \
  EXPECT_NONE(httpd_request_line(R), RESULT);                             \
  EXPECT_NONE(httpd_request_protocol(R), RESULT);                         \
  EXPECT_NONE(httpd_request_scheme(R), RESULT);                           \
  EXPECT_NONE(httpd_request_authority(R), RESULT);                        \
  EXPECT_NONE(httpd_request_path(R), RESULT);                             \
  EXPECT_NONE(httpd_request_raw_path(R), RESULT);                         \
  EXPECT_NONE(httpd_request_query(R), RESULT);                            \
  EXPECT_NONE(httpd_request_header(R, kText), RESULT);                    \
  EXPECT_NONE(httpd_request_header_count(R), RESULT);                     \
  EXPECT_ERROR(httpd_request_header_at(R, 0, &name_, &value_), RESULT);   \
  EXPECT_NONE(httpd_request_client_address(R), RESULT);                   \
  EXPECT_NONE(httpd_request_client_port(R), RESULT);                      \
  EXPECT_NONE(httpd_request_local_address(R), RESULT);                    \
  EXPECT_NONE(httpd_request_local_port(R), RESULT);                       \
  EXPECT_NONE(httpd_request_user(R), RESULT);                             \
  EXPECT_ERROR(httpd_request_set_user(R, kText), RESULT);                 \
  EXPECT_NONE(httpd_request_time(R), RESULT);                             \
  EXPECT_NONE(httpd_request_duration(R), RESULT);                         \
  EXPECT_NONE(httpd_request_keepalive_count(R), RESULT);                  \
  EXPECT_NONE(httpd_request_pool(R), RESULT);                             \
  EXPECT_NONE(httpd_request_server(R), RESULT);                           \
  EXPECT_NONE(httpd_request_location(R), RESULT);                         \
  EXPECT_NONE(httpd_request_config(R, &g_module), RESULT);                \
  EXPECT_NONE(httpd_request_filename(R), RESULT);                         \
  EXPECT_ERROR(httpd_request_set_filename(R, kText), RESULT);             \
  EXPECT_NONE(httpd_request_path_info(R), RESULT);                        \
  EXPECT_NONE(httpd_request_file_kind(R), RESULT);                        \
  EXPECT_NONE(httpd_request_file_size(R), RESULT);                        \
  EXPECT_NONE(httpd_request_file_mtime(R), RESULT);                       \
  EXPECT_NONE(httpd_request_options(R), RESULT);                          \
  EXPECT_ERROR(httpd_request_set_handler(R, kText), RESULT);              \
  EXPECT_NONE(httpd_request_handler(R), RESULT);                          \
  EXPECT_ERROR(httpd_request_redirect_internal(R, kText, kText), RESULT); \
  EXPECT_NONE(httpd_response_status(R), RESULT);                          \
  EXPECT_ERROR(httpd_response_set_status(R, 200), RESULT);                \
  EXPECT_NONE(httpd_response_header(R, kText), RESULT);                   \
  EXPECT_NONE(httpd_response_header_count(R), RESULT);                    \
  EXPECT_ERROR(httpd_response_header_at(R, 0, &name_, &value_), RESULT);  \
  EXPECT_ERROR(httpd_response_set_header(R, kText, kText), RESULT);       \
  EXPECT_ERROR(httpd_response_add_header(R, kText, kText), RESULT);       \
  EXPECT_ERROR(httpd_response_unset_header(R, kText), RESULT);            \
  EXPECT_NONE(httpd_response_content_type(R), RESULT);                    \
  EXPECT_ERROR(httpd_response_set_content_type(R, kText), RESULT);        \
  EXPECT_ERROR(httpd_response_write(R, kText), RESULT);                   \
  EXPECT_ERROR(httpd_response_write_static(R, kText), RESULT);            \
  EXPECT_ERROR(httpd_response_write_file(R, 0, 0, 1), RESULT);            \
  EXPECT_ERROR(httpd_response_flush(R, Flushed, nullptr), RESULT);        \
  EXPECT_NONE(httpd_response_body_bytes(R), RESULT);                      \
  EXPECT_NONE(httpd_response_bytes(R), RESULT);                           \
  EXPECT_NONE(httpd_response_keeps_alive(R), RESULT);                     \
  EXPECT_NOTHING(httpd_log_request(R, &g_module, HTTPD_LOG_ERROR, kText), RESULT)

TEST_F(ApiMisuse, NullRequest) { FOR_EACH_REQUEST_FUNCTION(null_, HTTPD_ERR_INVALID); }

TEST_F(ApiMisuse, EndedRequest) {
  const auto ended = New(RequestState::kFree);
  FOR_EACH_REQUEST_FUNCTION(ended.get(), HTTPD_ERR_STALE);
}

#ifdef HTTPD_FAULTS
TEST_F(ApiMisuse, WrongThread) {
  const auto request = New(RequestState::kRunning);
  std::thread([&] { FOR_EACH_REQUEST_FUNCTION(request.get(), HTTPD_ERR_THREAD); }).join();
}

TEST_F(ApiMisuse, WrongThreadElsewhere) {
  std::thread([&] {
    EXPECT_NONE(httpd_module_pool(&g_module), HTTPD_ERR_THREAD);
    EXPECT_ERROR(httpd_module_error(&g_module, kText, kText), HTTPD_ERR_THREAD);
    EXPECT_ERROR(httpd_hook_request(&g_module, HTTPD_HOOK_LOG, Hook, nullptr), HTTPD_ERR_THREAD);
    EXPECT_NONE(httpd_logfile_open(&g_module, kText, kText), HTTPD_ERR_THREAD);
  }).join();
}
#endif

TEST_F(ApiMisuse, NullServerAndTheLike) {
  EXPECT_NONE(httpd_server_name(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_server_config(nullptr, &g_module), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_location_config(nullptr, &g_module), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_generation_main_server(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_generation_server_count(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_generation_server(nullptr, 0), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_generation_id(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_generation_is_check(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_generation_pool(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_worker_index(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_worker_generation(nullptr), HTTPD_ERR_INVALID);
}

TEST_F(ApiMisuse, NullDirectiveCall) {
  EXPECT_NONE(httpd_call_argc(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_arg(nullptr, 0), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_raw(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_flag(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_name(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_pool(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_server(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_server_config(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_context(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_section(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_call_server_path(nullptr, kText), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_call_error(nullptr, 0, kText, kText), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_call_warn(nullptr, 0, kText, kText), HTTPD_ERR_INVALID);
}

TEST_F(ApiMisuse, Modules) {
  EXPECT_NONE(httpd_module_name(nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_module_pool(nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_module_error(nullptr, kText, kText), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_module_error(&g_module, kBroken, kText), HTTPD_ERR_INVALID);
}

TEST_F(ApiMisuse, Hooks) {
  EXPECT_ERROR(httpd_hook_request(nullptr, 1, Hook, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_hook_request(&g_module, 1, nullptr, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_hook_connection(nullptr, 32, nullptr, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_hook_generation(nullptr, 48, nullptr, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_hook_worker(nullptr, 50, nullptr, nullptr), HTTPD_ERR_INVALID);
  // The register function has returned.
  EXPECT_ERROR(httpd_hook_request(&g_module, 1, Hook, nullptr), HTTPD_ERR_STATE);
}

TEST_F(ApiMisuse, Logs) {
  EXPECT_NONE(httpd_logfile_open(nullptr, kText, kText), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_logfile_open(&g_module, kBroken, kText), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_logfile_reserve(nullptr, 1), HTTPD_ERR_INVALID);
  EXPECT_NOTHING(httpd_logfile_commit(nullptr, 1), HTTPD_ERR_INVALID);
  EXPECT_NOTHING(httpd_log(&g_module, HTTPD_LOG_ERROR, kBroken), HTTPD_ERR_INVALID);
}

TEST_F(ApiMisuse, Expressions) {
  httpd_pool pool;
  EXPECT_NONE(httpd_regex_compile(nullptr, kText, 0, nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_regex_compile(&pool, kBroken, 0, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_regex_match(nullptr, kText, nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_regex_expand(nullptr, kText, nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_regex_expand(&pool, kBroken, nullptr), HTTPD_ERR_INVALID);
  const httpd_regex* regex = httpd_regex_compile(&pool, kText, 0, nullptr);
  ASSERT_NE(regex, nullptr);
  EXPECT_ERROR(httpd_regex_match(regex, kBroken, nullptr), HTTPD_ERR_INVALID);
}

TEST_F(ApiMisuse, ArgumentsOfALiveRequest) {
  const auto request = New(RequestState::kRunning);
  Request* r = request.get();
  EXPECT_NONE(httpd_request_header(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_header_at(r, 0, nullptr, &value_), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_header_at(r, 0, &name_, nullptr), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_request_config(r, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_set_user(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_set_handler(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_set_filename(r, kText), HTTPD_ERR_INVALID);  // not absolute
  EXPECT_ERROR(httpd_request_set_filename(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_redirect_internal(r, kText, {}), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_request_redirect_internal(r, kBroken, {}), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_status(r, 103), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_status(r, 600), HTTPD_ERR_INVALID);
  EXPECT_NONE(httpd_response_header(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_header_at(r, 0, nullptr, &value_), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_header(r, kBroken, kText), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_header(r, HTTPD_STR("a b"), kText), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_header(r, kText, HTTPD_STR("a\nb")), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_header(r, HTTPD_STR("Date"), kText), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_add_header(r, kText, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_unset_header(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_set_content_type(r, HTTPD_STR("a\rb")), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_write(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_write_static(r, kBroken), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_write_file(r, -1, 0, 1), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_write_file(r, 0, -1, 1), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_flush(r, nullptr, nullptr), HTTPD_ERR_INVALID);
  EXPECT_ERROR(httpd_response_flush(r, Flushed, nullptr), HTTPD_ERR_STATE);  // not suspended
}

TEST_F(ApiMisuse, WriteAfterTheEnd) {
  const auto request = New(RequestState::kSending);
  Request* r = request.get();
  r->flags.head_sent = r->flags.complete = true;
  EXPECT_ERROR(httpd_response_write(r, kText), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_write_static(r, kText), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_write_file(r, 0, 0, 1), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_flush(r, Flushed, nullptr), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_set_status(r, 200), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_set_header(r, kText, kText), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_add_header(r, kText, kText), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_unset_header(r, kText), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_response_set_content_type(r, kText), HTTPD_ERR_STATE);
  EXPECT_ERROR(httpd_request_redirect_internal(r, HTTPD_STR("/x"), {}), HTTPD_ERR_STATE);
  EXPECT_EQ(r->body.bytes, 0u);
  EXPECT_EQ(r->field_count, 0u);
}

}  // namespace
}  // namespace httpd::server
