// SPDX-License-Identifier: Apache-2.0
// Where a line stands, and the files that a module reads with it: what makes errors of modules as
// good as those of the core.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/concat.h"
#include "base/str.h"
#include "config/call.h"
#include "config/early_evaluator.h"
#include "config/evaluator.h"
#include "config/file_reader.h"

using httpd::base::Str;
using httpd::base::View;
namespace config = httpd::config;

namespace {

// The word at a place, for the underline.
uint32_t WordLength(const config::SourceMap& sources, config::Position position) {
  std::string_view line = sources.Line(position.file, position.line);
  if (position.column == 0 || position.column > line.size()) return 1;
  line.remove_prefix(position.column - 1);
  return static_cast<uint32_t>(std::clamp<size_t>(line.find_first_of(" \t>"), 1, line.size()));
}

std::string FixFor(const absl::Status& status, const std::string& path) {
  if (absl::IsPermissionDenied(status)) {
    return httpd::base::Concat("chmod o+r ", path, ", or make it readable for the server's User");
  }
  if (absl::IsOutOfRange(status)) return "make the file smaller";
  return httpd::base::Concat("make the file ", path, ", or correct the path");
}

}  // namespace

httpd_result httpd_call_position(const httpd_directive_call* call, uint32_t index, httpd_str* file,
                                 uint32_t* line, uint32_t* column) {
  HTTPD_CHECK_CALL(call);
  const config::Node& node = *call->node;
  HTTPD_REQUIRE(index == HTTPD_CALL_WHOLE_LINE || index < node.args.size(), HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "there is no such argument");
  const config::Position at =
      index == HTTPD_CALL_WHOLE_LINE ? node.position : node.args[index].position;
  const config::SourceMap& sources = call->evaluator->Sources();
  if (file != nullptr) {
    *file = at.file < sources.size() ? Str(sources.name(at.file)) : HTTPD_STR("");
  }
  if (line != nullptr) *line = at.line;
  if (column != nullptr) *column = at.column;
  return HTTPD_OK;
}

httpd_result httpd_call_note(httpd_directive_call* call, httpd_str message, httpd_str file,
                             uint32_t line, uint32_t column) {
  HTTPD_CHECK_CALL(call);
  config::Diagnostic* finding = call->diagnostics->At(call->finding);
  HTTPD_REQUIRE(finding != nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "nothing was reported yet that a note could explain");
  const config::SourceMap& sources = call->evaluator->Sources();
  config::Note note;
  note.message = View(message);
  for (uint32_t i = 0; i < sources.size() && !note.position.valid(); ++i) {
    if (sources.name(i) != View(file)) continue;
    // A file that is included twice is there twice; any of them shows the line.
    if (!sources.Line(i, line).empty()) note.position = {i, line, std::max(column, 1u)};
  }
  HTTPD_REQUIRE(note.position.valid(), HTTPD_ERR_NOT_FOUND, HTTPD_ERR_INVALID,
                "the configuration has no such line");
  note.length = WordLength(sources, note.position);
  finding->notes.push_back(std::move(note));
  return HTTPD_OK;
}

httpd_result httpd_call_track_file(httpd_directive_call* call, httpd_str path) {
  HTTPD_CHECK_CALL(call);
  HTTPD_REQUIRE(path.data != nullptr && path.len > 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the path is empty");
  call->evaluator->Track(config::JoinPath(*call->server_root, View(path)));
  return HTTPD_OK;
}

httpd_result httpd_call_read_file(httpd_directive_call* call, uint32_t index, httpd_str path,
                                  uint64_t max, httpd_str* content) {
  HTTPD_CHECK_CALL(call);
  HTTPD_REQUIRE(path.data != nullptr && path.len > 0 && content != nullptr, HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "there is no path, or nowhere to put the content");
  *content = {nullptr, 0};
  const std::string name = config::JoinPath(*call->server_root, View(path));
  call->evaluator->Track(name);
  config::SystemFileReader files;
  const auto text = files.Read(name, std::min<uint64_t>(max, UINT32_MAX));
  if (!text.ok()) {
    config::Diagnostic& error =
        config::CallError(call, index, "HC-45", httpd::base::Concat("cannot read ", name));
    error.found = std::string(text.status().message());
    error.fix = FixFor(text.status(), name);
    return HTTPD_ERR_IO;
  }
  *content = call->pool->Copy(*text);
  return content->data == nullptr ? HTTPD_ERR_NO_MEMORY : HTTPD_OK;
}
