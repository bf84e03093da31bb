// SPDX-License-Identifier: Apache-2.0
// One way to put refusals of the process model into words, so that terminal, error log and state
// file say the same.
#include "process/problem.h"

#include <cstring>
#include <utility>

#include "absl/strings/cord.h"
#include "base/concat.h"
#include "config/source.h"

namespace httpd::process {
namespace {

constexpr char kFixPayload[] = "httpd/fix";

}  // namespace

Problem MakeProblem(std::string_view code, std::string message, std::string found,
                    std::string wanted, std::string fix) {
  Problem problem;
  problem.code = std::string(code);
  problem.message = std::move(message);
  problem.found = std::move(found);
  problem.wanted = std::move(wanted);
  problem.fix = std::move(fix);
  return problem;
}

std::string RenderProblem(const Problem& problem) {
  return config::RenderDiagnostic(problem, config::SourceMap(), false);
}

std::string ProblemSummary(const Problem& problem) {
  return base::Concat(problem.message, " [", problem.code, "]");
}

absl::Status ToStatus(const Problem& problem) {
  std::string message = problem.message;
  if (!problem.found.empty()) base::Append(&message, ": ", problem.found);
  base::Append(&message, " [", problem.code, "]");
  // Modules pass on what they are told, and only the text.
  if (!problem.fix.empty()) base::Append(&message, "; fix: ", problem.fix);
  absl::Status status = absl::FailedPreconditionError(message);
  SetFix(problem.fix, &status);
  return status;
}

void SetFix(std::string_view fix, absl::Status* status) {
  if (!fix.empty()) status->SetPayload(kFixPayload, absl::Cord(std::string(fix)));
}

std::string FixOf(const absl::Status& status) {
  const auto fix = status.GetPayload(kFixPayload);
  return fix.has_value() ? std::string(*fix) : "";
}

std::string ErrnoText(int error) {
  char buffer[128] = "";
#if defined(__GLIBC__) && defined(_GNU_SOURCE)
  return strerror_r(error, buffer, sizeof buffer);
#else
  return strerror_r(error, buffer, sizeof buffer) == 0 ? buffer : base::Concat("error ", error);
#endif
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace httpd::process
