// SPDX-License-Identifier: Apache-2.0
// Include and IncludeOptional: files, wildcards in any component, directories with everything in
// them; sorted, without loops, within limits.
#include <fnmatch.h>

#include <algorithm>

#include "absl/status/status.h"
#include "base/concat.h"
#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

constexpr size_t kMaxDepth = 20;        // as Apache's AP_MAX_INCLUDE_DEPTH
constexpr int kMaxDepthErrors = 10;     // more of the same help nobody
constexpr int kMaxDirectoryDepth = 20;  // as AP_MAX_INCLUDE_DIR_DEPTH
constexpr size_t kMaxFiles = 10000;     // a file that is included by many others counts often
constexpr size_t kMaxBytes = size_t{64} << 20;

bool HasWildcard(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

std::string Join(const std::string& base, const std::string& name) {
  return base == "/" ? base + name : base::Concat(base, "/", name);
}

}  // namespace

void EarlyEvaluator::Include(const Node& node, const Scope& scope, Tree* active, bool optional) {
  std::vector<std::string> files;
  if (!ExpandPath(ServerPath(node.args[0].text), node, optional, &files)) return;
  for (const std::string& file : files) IncludeFile(file, node, scope, active);
}

// The files that a path stands for, in the order of reading.
bool EarlyEvaluator::ExpandPath(const std::string& path, const Node& node, bool optional,
                                std::vector<std::string>* files) {
  if (HasWildcard(path)) {
    ExpandWildcard("/", SplitPath(path), 0, node, files);
    if (!files->empty() || optional) return true;
    Diagnostic& error = ErrorAt("HC-11", node.args[0], "no file matches this Include");
    error.wanted = base::Concat("files that match ", path);
    error.fix = base::Concat("IncludeOptional ", node.args[0].text);
    return false;
  }
  const auto kind = files_.Stat(path);
  if (kind.ok() && *kind == FileReader::Kind::kDirectory) {
    ExpandDirectory(path, node, 0, files);
    return true;
  }
  if (kind.ok() && *kind != FileReader::Kind::kMissing) {
    files->push_back(path);
    return true;
  }
  if (kind.ok() && optional) return true;
  Diagnostic& error = ErrorAt("HC-11", node.args[0], "file to include does not exist");
  if (!kind.ok()) error.message = "file to include cannot be reached";
  error.found =
      kind.ok() ? base::Concat("nothing at ", path) : std::string(kind.status().message());
  error.fix = base::Concat("correct the path (relative paths begin at ServerRoot ",
                           out_.server_root.value, "), or write IncludeOptional");
  return false;
}

void EarlyEvaluator::ExpandWildcard(const std::string& base, const std::vector<std::string>& parts,
                                    size_t index, const Node& node,
                                    std::vector<std::string>* files) {
  if (files->size() > kMaxFiles) return;
  if (index == parts.size()) {
    const auto kind = files_.Stat(base);
    if (kind.ok() && *kind == FileReader::Kind::kDirectory) {
      ExpandDirectory(base, node, 0, files);
    } else if (!kind.ok() || *kind != FileReader::Kind::kMissing) {
      files->push_back(base);
    }
    return;
  }
  if (!HasWildcard(parts[index])) {
    return ExpandWildcard(Join(base, parts[index]), parts, index + 1, node, files);
  }
  auto names = files_.List(base);
  if (!names.ok()) {
    // A directory that is not there has no matches; one that may not be read is an error.
    const auto kind = files_.Stat(base);
    if (kind.ok() && *kind != FileReader::Kind::kDirectory) return;
    ErrorAt("HC-11", node.args[0], base::Concat("cannot search ", base)).found =
        std::string(names.status().message());
    return;
  }
  std::sort(names->begin(), names->end());
  for (const std::string& name : *names) {
    if (::fnmatch(parts[index].c_str(), name.c_str(), FNM_PERIOD) != 0) continue;
    ExpandWildcard(Join(base, name), parts, index + 1, node, files);
  }
}

// Every file of a directory and of those below it, as Apache includes them.
void EarlyEvaluator::ExpandDirectory(const std::string& path, const Node& node, int depth,
                                     std::vector<std::string>* files) {
  if (depth > kMaxDirectoryDepth || files->size() > kMaxFiles) {
    ErrorAt("HC-12", node.args[0], "too many directories within each other").found = path;
    return;
  }
  auto names = files_.List(path);
  if (!names.ok()) {
    ErrorAt("HC-11", node.args[0], base::Concat("cannot list ", path)).found =
        std::string(names.status().message());
    return;
  }
  std::sort(names->begin(), names->end());
  for (const std::string& name : *names) {
    const std::string entry = Join(path, name);
    const auto kind = files_.Stat(entry);
    if (kind.ok() && *kind == FileReader::Kind::kDirectory) {
      ExpandDirectory(entry, node, depth + 1, files);
    } else {
      files->push_back(entry);
    }
  }
}

void EarlyEvaluator::IncludeFile(const std::string& path, const Node& node, const Scope& scope,
                                 Tree* active) {
  if (!IncludeAllowed(path, node)) return;
  auto text = files_.Read(path, ParserLimits().max_file);
  if (!text.ok()) {
    Diagnostic& error = ErrorAt("HC-01", node.args[0], base::Concat("cannot read ", path));
    error.found = std::string(text.status().message());
    error.fix =
        absl::IsPermissionDenied(text.status())
            ? base::Concat("chmod u+r ", path, " (or start the server as a user who may read it)")
            : base::Concat("remove ", path, " from this Include");
    return;
  }
  bytes_read_ += text->size();
  const uint32_t file = sources_.Add(path, *std::move(text), node.position);
  open_files_.push_back(path);
  open_at_.push_back(node.position);
  EvaluateText(file, scope, active);
  open_files_.pop_back();
  open_at_.pop_back();
}

bool EarlyEvaluator::IncludeAllowed(const std::string& path, const Node& node) {
  if (std::find(open_files_.begin(), open_files_.end(), path) != open_files_.end()) {
    Diagnostic& error = ErrorAt("HC-12", node.args[0], base::Concat(path, " includes itself"));
    AddIncludeChain(&error);
    error.fix = "remove this line, or one of the Includes that lead to it";
    return false;
  }
  if (open_files_.size() >= kMaxDepth) {
    if (++depth_errors_ > kMaxDepthErrors) return false;
    Diagnostic& error = ErrorAt("HC-12", node.args[0], "files are included too deeply");
    error.wanted = base::Concat("at most ", kMaxDepth, " files within each other");
    AddIncludeChain(&error);
    return false;
  }
  if (++files_read_ <= kMaxFiles && bytes_read_ <= kMaxBytes) return true;
  if (!include_limit_reported_) {  // once: what multiplies would be reported thousands of times
    include_limit_reported_ = true;
    Diagnostic& error = ErrorAt("HC-12", node.args[0], "too much is included");
    error.wanted = base::Concat("at most ", kMaxFiles, " files and ", kMaxBytes, " bytes");
    AddIncludeChain(&error);
  }
  return false;
}

void EarlyEvaluator::AddIncludeChain(Diagnostic* diagnostic) const {
  for (size_t i = open_at_.size(); i-- > 0;) {
    if (open_at_[i].valid()) {
      diagnostic->notes.push_back(
          {base::Concat(open_files_[i], " was included here"), open_at_[i], 7});
    }
  }
}

}  // namespace httpd::config
