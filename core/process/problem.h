// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/shell_word.h"
#include "config/diagnostic.h"

namespace httpd::process {

// What the processes refuse is shown as what the configuration refuses, so it is the same type.
using Problem = config::Diagnostic;

Problem MakeProblem(std::string_view code, std::string message, std::string found = "",
                    std::string wanted = "", std::string fix = "");

// As on the terminal, lines ended by newlines. For problems without a position.
std::string RenderProblem(const Problem& problem);

// "message [HP-nn]": for state files and one-line messages.
std::string ProblemSummary(const Problem& problem);

// For interfaces that answer with a status: one line that ends with the fix, which FixOf tells
// apart.
absl::Status ToStatus(const Problem& problem);
void SetFix(std::string_view fix, absl::Status* status);
std::string FixOf(const absl::Status& status);

// "Permission denied", without the shared buffer of strerror(3).
std::string ErrnoText(int error);

// The directory of an absolute path; "/" for files in the root.
std::string DirectoryOf(const std::string& path);

using base::ShellWord;

}  // namespace httpd::process
