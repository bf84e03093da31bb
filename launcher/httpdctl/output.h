// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "module/finding.h"
#include "process/problem.h"
#include "verb.h"

namespace httpd::ctl {

// True when `fd` is a terminal that shows colours and NO_COLOR (no-color.org) does not forbid them.
bool ColorsOn(int fd);

// Bold, when `color` is set.
std::string Bold(std::string_view text, bool color);

// `text` with control characters shown as \xNN: names come out of files that may be hostile.
std::string Visible(std::string_view text);

// Writes to standard output; false (and told) when that failed.
bool Print(const std::string& text);

// One problem on standard error: found, wanted, fix.
void PrintProblem(const process::Problem& problem);

// As an array of objects with the members code, severity, what, found, wanted, where, fix.
void FindingsJson(const std::vector<module::Finding>& findings, base::JsonWriter* json);

// Ends a verb that could not do its work: JSON {"ok":false,"findings":[…]} on standard output with
// --json, else RenderRefusal on standard error. Returns kRefused.
int Refuse(const Invocation& invocation, std::string_view headline,
           const std::vector<module::Finding>& findings);

// RenderRefusal, its codes and words coloured by severity.
std::string RenderColored(std::string_view headline, const std::vector<module::Finding>& findings,
                          bool color);

module::Finding MakeFinding(std::string_view code, std::string what, std::string found,
                            std::string wanted, std::string where, std::string fix);

}  // namespace httpd::ctl
