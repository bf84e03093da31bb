// SPDX-License-Identifier: Apache-2.0
// Apache's line grammar: physical lines are joined to logical ones, each of which opens or closes a
// section or is a directive. Knows no directive by name; every error is reported and skipped.
#include "config/parser.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/concat.h"
#include "config/section_ends.h"
#include "config/spelling.h"

namespace httpd::config {
namespace {

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// One line after joining continuations. `text` points into the source when nothing was joined.
struct LogicalLine {
  struct Part {
    size_t offset;  // in text
    uint32_t line;
    uint32_t column;
  };
  std::string_view text;
  std::string joined;
  std::vector<Part> parts;
  uint32_t file = 0;
  bool too_long = false;
  size_t start = 0;  // in the file
  size_t next = 0;   // of the line behind it

  Position At(size_t offset) const {
    size_t i = parts.size() - 1;
    while (i > 0 && parts[i].offset > offset) --i;
    const auto column = static_cast<uint32_t>(parts[i].column + (offset - parts[i].offset));
    return {file, parts[i].line, column};
  }
};

class LineReader {
 public:
  LineReader(std::string_view text, uint32_t file, size_t max_line)
      : text_(text), file_(file), max_line_(max_line) {
    if (text_.substr(0, 3) == "\xef\xbb\xbf") at_ = bom_ = 3;
  }

  bool Next(LogicalLine* line) {
    line->parts.clear();
    line->joined.clear();
    line->file = file_;
    line->too_long = false;
    line->start = line->next = at_;
    if (at_ >= text_.size()) return false;
    bool continued = ReadPhysical(line, &line->text);
    line->next = at_;
    if (!continued) return true;
    line->joined = std::string(line->text);
    while (continued && at_ < text_.size() && at_ != barrier_) {
      std::string_view part;
      continued = ReadPhysical(line, &part);
      line->parts.back().offset = line->joined.size();
      if (line->joined.size() + part.size() > max_line_) {
        line->too_long = true;
      } else {
        line->joined += part;
      }
    }
    line->text = line->joined;
    line->next = at_;
    return true;
  }

  // No line is continued by the one at this offset.
  void SetBarrier(size_t offset) { barrier_ = offset; }

 private:
  // Takes one physical line; true when a backslash before its end asks for the next one.
  bool ReadPhysical(LogicalLine* line, std::string_view* text) {
    const size_t start = at_;
    const size_t newline = text_.find('\n', at_);
    const size_t end = newline == text_.npos ? text_.size() : newline;
    at_ = newline == text_.npos ? end : newline + 1;
    *text = text_.substr(start, end - start);
    line->parts.push_back({0, ++line_, start == bom_ ? static_cast<uint32_t>(bom_) + 1 : 1});
    if (text->size() > max_line_) {
      line->too_long = true;
      *text = text->substr(0, 0);
      return false;
    }
    if (newline == text_.npos) return false;
    if (!text->empty() && text->back() == '\r') text->remove_suffix(1);
    if (text->empty() || text->back() != '\\') return false;
    text->remove_suffix(1);
    return true;
  }

  std::string_view text_;
  uint32_t file_;
  size_t max_line_;
  size_t at_ = 0;
  size_t bom_ = 0;
  size_t barrier_ = std::string_view::npos;
  uint32_t line_ = 0;
};

class Parser {
 public:
  Parser(const SourceMap& sources, uint32_t file, Diagnostics* diagnostics,
         const ParserLimits& limits)
      : sources_(sources),
        file_(file),
        diagnostics_(diagnostics),
        limits_(limits),
        reader_(sources.text(file), file, limits.max_line) {}

  Tree Run();

 private:
  // A section that the core does not know, while its lines are read.
  struct Unknown {
    size_t index;  // in open_
    size_t close;  // offset of its last line
    Diagnostics* outer;
  };

  bool CheckText();
  void EnterUnknown(const LogicalLine& line);
  void LeaveUnknown();
  void ParseLine(const LogicalLine& line);
  void WarnContinuedComment(const LogicalLine& line, size_t begin);
  void OpenSection(const LogicalLine& line, size_t begin, size_t name_end, size_t end);
  void CloseSection(const LogicalLine& line, size_t begin, size_t end);
  void FillArgs(const LogicalLine& line, size_t begin, size_t end, Node* node);
  void AddNode(Node node);
  void PopSection();
  void ReportUnclosed(const Node& node, std::string before);

  // The sections below this one are not closed by what stands in an unknown section.
  size_t lowest() const { return unknown_.empty() ? 0 : unknown_.back().index + 1; }

  const SourceMap& sources_;
  uint32_t file_;
  Diagnostics* diagnostics_;  // within an unknown section: its own
  const ParserLimits& limits_;
  LineReader reader_;
  std::unique_ptr<SectionEnds> ends_;
  Tree top_;
  std::vector<Node> open_;
  std::vector<Unknown> unknown_;
  bool nesting_reported_ = false;
};

Tree Parser::Run() {
  if (!CheckText()) return {};
  ends_ = std::make_unique<SectionEnds>(sources_.text(file_));
  LogicalLine line;
  while (reader_.Next(&line)) {
    if (!unknown_.empty() && line.start == unknown_.back().close) {
      LeaveUnknown();
      continue;
    }
    if (line.too_long) {
      Diagnostic& error = diagnostics_->Error("HC-03", line.At(0), 1, "line is too long");
      error.wanted = base::Concat("at most ", limits_.max_line, " bytes, continuations included");
      error.fix = "split it into several directives";
      continue;
    }
    ParseLine(line);
  }
  while (!open_.empty()) {
    ReportUnclosed(open_.back(), "the end of the file");
    PopSection();
  }
  return std::move(top_);
}

// A text that cannot be a configuration is not parsed at all: its "lines" would only add noise.
bool Parser::CheckText() {
  const std::string_view text = sources_.text(file_);
  if (text.size() > limits_.max_file) {
    Diagnostic& error = diagnostics_->Error("HC-03", {file_, 0, 0}, 0, "file is too large");
    error.found = base::Concat(text.size(), " bytes");
    error.wanted = base::Concat("at most ", limits_.max_file, " bytes");
    error.fix = "split it and use Include";
    return false;
  }
  const size_t nul = text.find('\0');
  if (nul == text.npos) return true;
  const auto line = static_cast<uint32_t>(std::count(text.begin(), text.begin() + nul, '\n') + 1);
  const size_t start = nul == 0 ? 0 : text.rfind('\n', nul - 1) + 1;  // npos + 1 is 0
  const auto column = static_cast<uint32_t>(nul - start + 1);
  Diagnostic& error =
      diagnostics_->Error("HC-02", {file_, line, column}, 1, "NUL byte in a configuration file");
  error.found = base::Concat(std::count(text.begin(), text.end(), '\0'), " NUL bytes");
  error.wanted = "text in ASCII or UTF-8";
  const std::string_view mark = text.substr(0, 2);
  const bool utf16 = mark == "\xff\xfe" || mark == "\xfe\xff";
  error.fix = utf16 ? base::Concat("the file is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 ",
                                   sources_.name(file_))
                    : "restore the file from a copy; it is binary or damaged";
  return false;
}

void Parser::ParseLine(const LogicalLine& line) {
  size_t begin = 0;
  size_t end = line.text.size();
  while (begin < end && IsBlank(line.text[begin])) ++begin;
  while (end > begin && IsBlank(line.text[end - 1])) --end;
  if (begin == end) return;
  if (line.text[begin] == '#') return WarnContinuedComment(line, begin);
  if (line.text.substr(begin, 2) == "</") return CloseSection(line, begin, end);
  size_t name_end = begin;
  while (name_end < end && !IsBlank(line.text[name_end])) ++name_end;
  if (line.text[begin] == '<') return OpenSection(line, begin, name_end, end);
  Node node;
  node.name = std::string(line.text.substr(begin, name_end - begin));
  node.position = line.At(begin);
  node.name_length = static_cast<uint32_t>(name_end - begin);
  FillArgs(line, name_end, end, &node);
  AddNode(std::move(node));
}

// As in Apache a backslash continues a comment too, which silently swallows a directive.
void Parser::WarnContinuedComment(const LogicalLine& line, size_t begin) {
  for (size_t i = 1; i < line.parts.size(); ++i) {
    const std::string_view next = sources_.Line(file_, line.parts[i].line);
    const size_t text = next.find_first_not_of(" \t\r\v\f\\");
    if (text == next.npos || next[text] == '#') continue;
    Diagnostic& warning = diagnostics_->Warning(
        "HC-26", {file_, line.parts[i].line, static_cast<uint32_t>(text + 1)},
        static_cast<uint32_t>(next.size() - text),
        "this line is part of a comment, because the line before it ends with a backslash");
    warning.notes.push_back({"the comment begins here", line.At(begin), 1});
    warning.fix = "remove the backslash, or begin this line with # as well";
    return;
  }
}

void Parser::FillArgs(const LogicalLine& line, size_t begin, size_t end, Node* node) {
  while (begin < end && IsBlank(line.text[begin])) ++begin;
  while (end > begin && IsBlank(line.text[end - 1])) --end;
  const std::string_view raw = line.text.substr(begin, end - begin);
  node->raw = std::string(raw);
  node->raw_position = line.At(begin);
  node->args = SplitWords(raw, Position{file_, 0, 0});
  for (Arg& arg : node->args) arg.position = line.At(begin + arg.position.column);
}

void Parser::OpenSection(const LogicalLine& line, size_t begin, size_t name_end, size_t end) {
  const size_t close = line.text.substr(0, end).rfind('>');
  const bool closed = close != line.text.npos && close > begin;
  size_t args_end = closed ? close : end;
  name_end = std::min(name_end, args_end);
  Node node;
  node.section = true;
  node.name = std::string(line.text.substr(begin + 1, name_end - begin - 1));
  node.position = line.At(begin + 1);
  node.name_length = static_cast<uint32_t>(node.name.size());
  if (node.name.empty()) {
    Diagnostic& error = diagnostics_->Error("HC-06", line.At(begin), 1, "section without a name");
    error.wanted = "<Name arguments> without a blank after <";
    return;
  }
  FillArgs(line, name_end, args_end, &node);
  if (!closed) {
    Diagnostic& error = diagnostics_->Error("HC-06", line.At(end - 1), 1,
                                            base::Concat("> is missing after <", node.name));
    error.fix = base::Concat(line.text.substr(begin, end - begin), ">");
  } else if (close + 1 < end) {
    const size_t rest = line.text.find_first_not_of(" \t\v\f\r", close + 1);
    Diagnostic& warning =
        diagnostics_->Warning("HC-06", line.At(rest), static_cast<uint32_t>(end - rest),
                              base::Concat("text after <", node.name, " ...> is ignored"));
    warning.fix = "move it to a line of its own; a comment needs a line that begins with #";
  }
  open_.push_back(std::move(node));
  if (!IsCoreSection(open_.back().name)) EnterUnknown(line);
  if (static_cast<int>(open_.size()) > limits_.max_nesting && !nesting_reported_) {
    nesting_reported_ = unknown_.empty();  // what is kept for later may never be shown
    Diagnostic& error = diagnostics_->Error("HC-03", open_.back().position,
                                            open_.back().name_length, "sections nest too deeply");
    error.wanted = base::Concat("at most ", limits_.max_nesting, " sections within each other");
  }
}

// What cannot be a section of a module, because it has no end, is read like one of the core's.
void Parser::EnterUnknown(const LogicalLine& line) {
  if (static_cast<int>(open_.size()) > limits_.max_nesting) return;
  const SectionEnds::End* end = ends_->Of(line.start);
  const size_t within = unknown_.empty() ? sources_.text(file_).size() : unknown_.back().close;
  if (end == nullptr || end->offset < line.next || end->offset > within) return;
  auto body = std::make_shared<SectionBody>();
  body->text = sources_.text(file_).substr(line.next, end->offset - line.next);
  if (end->opened_again != 0) body->opened_again = {file_, end->opened_again, 1};
  open_.back().body = body;
  unknown_.push_back({open_.size() - 1, end->offset, diagnostics_});
  diagnostics_ = &body->findings;
  reader_.SetBarrier(end->offset);
}

void Parser::LeaveUnknown() {
  const std::string name = open_[unknown_.back().index].name;
  while (open_.size() > lowest()) {
    ReportUnclosed(open_.back(), base::Concat("</", name, ">"));
    PopSection();
  }
  diagnostics_ = unknown_.back().outer;
  unknown_.pop_back();
  reader_.SetBarrier(unknown_.empty() ? std::string_view::npos : unknown_.back().close);
  PopSection();
}

void Parser::CloseSection(const LogicalLine& line, size_t begin, size_t end) {
  size_t name_end = begin + 2;
  while (name_end < end && !IsBlank(line.text[name_end]) && line.text[name_end] != '>') ++name_end;
  const std::string name(line.text.substr(begin + 2, name_end - begin - 2));
  const Position position = line.At(begin);
  const auto length = static_cast<uint32_t>(name_end - begin + 1);
  const size_t close = line.text.find_first_not_of(" \t", name_end);
  if (close >= end || line.text[close] != '>') {
    diagnostics_->Error("HC-06", line.At(name_end), 1, base::Concat("> is missing after </", name))
        .fix = base::Concat("</", name, ">");
  } else if (close + 1 < end) {
    diagnostics_
        ->Warning("HC-06", line.At(close + 1), static_cast<uint32_t>(end - close - 1),
                  base::Concat("text after </", name, "> is ignored"))
        .fix = base::Concat("</", name, ">");
  }
  const auto last = open_.rend() - static_cast<ptrdiff_t>(lowest());
  const auto match = std::find_if(open_.rbegin(), last,
                                  [&](const Node& node) { return SameName(node.name, name); });
  if (match != last) {
    const size_t keep = open_.rend() - match;
    while (open_.size() > keep) {
      ReportUnclosed(open_.back(), base::Concat("</", name, "> on line ", position.line));
      PopSection();
    }
    return PopSection();
  }
  if (open_.size() == lowest()) {
    Diagnostic& error = diagnostics_->Error(
        "HC-04", position, length, base::Concat("</", name, "> without a matching <", name, ">"));
    error.fix = "remove this line, or add the opening line above";
    return;
  }
  const std::string expected = open_.back().name;
  Diagnostic& error = diagnostics_->Error(
      "HC-04", position, length, base::Concat("expected </", expected, ">, found </", name, ">"));
  error.notes.push_back({base::Concat("<", expected, "> was opened here"), open_.back().position,
                         open_.back().name_length});
  error.fix = base::Concat("</", expected, ">");
  // A misspelt name closes its section, so that one typing error is one error.
  if (EditDistance(name, expected, 2) <= 2) PopSection();
}

void Parser::ReportUnclosed(const Node& node, std::string before) {
  Diagnostic& error =
      diagnostics_->Error("HC-04", node.position, node.name_length,
                          base::Concat("<", node.name, "> is not closed before ", before));
  error.fix = base::Concat("</", node.name, ">");
}

void Parser::AddNode(Node node) {
  if (static_cast<int>(open_.size()) > limits_.max_nesting) return;
  Tree& where = open_.empty() ? top_ : open_.back().children;
  where.push_back(std::move(node));
}

void Parser::PopSection() {
  Node node = std::move(open_.back());
  open_.pop_back();
  if (static_cast<int>(open_.size()) >= limits_.max_nesting) return;
  AddNode(std::move(node));
}

}  // namespace

Tree Parse(const SourceMap& sources, uint32_t file, Diagnostics* diagnostics,
           const ParserLimits& limits) {
  return Parser(sources, file, diagnostics, limits).Run();
}

}  // namespace httpd::config
