// SPDX-License-Identifier: Apache-2.0
// Prints findings in the manner of clang: a person must see at once which word of which line is
// meant and what to type instead.
#include "config/diagnostic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/concat.h"

namespace httpd::config {
namespace {

constexpr int kTabStop = 8;
constexpr size_t kMaxStored = 1000;  // a binary file taken for a configuration must not fill memory
constexpr int kMaxColumns = 200;     // longer lines are shown around the caret

constexpr char kBold[] = "\x1b[1m";
constexpr char kRed[] = "\x1b[1;31m";
constexpr char kMagenta[] = "\x1b[1;35m";
constexpr char kCyan[] = "\x1b[1;36m";
constexpr char kGreen[] = "\x1b[1;32m";
constexpr char kReset[] = "\x1b[0m";

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

const char* SeverityColor(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return kRed;
    case Severity::kWarning:
      return kMagenta;
    case Severity::kNote:
      return kCyan;
  }
  return kRed;
}

// Length of the well-formed UTF-8 sequence at `at` (RFC 3629) and its code point; 0 when there is
// none.
size_t DecodeUtf8(std::string_view text, size_t at, uint32_t* code) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  size_t length = 0;
  uint32_t value = 0;
  uint32_t smallest = 0;
  if (first < 0x80) {
    *code = first;
    return 1;
  } else if ((first & 0xe0) == 0xc0) {
    length = 2, value = first & 0x1f, smallest = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, value = first & 0x0f, smallest = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, value = first & 0x07, smallest = 0x10000;
  } else {
    return 0;
  }
  if (at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte(at + i) & 0x3f);
  }
  if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 0;
  *code = value;
  return length;
}

// Columns a terminal uses. Covers the combining and wide blocks that are in use; a rare miss only
// moves a caret.
int DisplayWidth(uint32_t code) {
  if ((code >= 0x300 && code <= 0x36f) || code == 0x200b || code == 0x200d ||
      (code >= 0xfe00 && code <= 0xfe0f)) {
    return 0;
  }
  const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                    (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
                    (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1faff) ||
                    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

// Code points that would steer the terminal or reorder the line.
bool IsUnprintable(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029;
}

struct Cell {
  std::string shown;
  int width = 0;
  size_t offset = 0;  // byte in the source line
};

// What the terminal gets for the character at `at`; advances `at`.
Cell NextCell(std::string_view line, size_t* at, int column) {
  Cell cell;
  cell.offset = *at;
  uint32_t code = 0;
  size_t length = DecodeUtf8(line, *at, &code);
  if (length == 0) {
    cell.shown = absl::StrFormat("<%02X>", static_cast<unsigned char>(line[*at]));
    length = 1;
  } else if (code == '\t') {
    cell.shown = std::string(kTabStop - column % kTabStop, ' ');
  } else if (IsUnprintable(code)) {
    cell.shown = code < 0x100 ? absl::StrFormat("<%02X>", code) : absl::StrFormat("<U+%04X>", code);
  } else {
    cell.shown = std::string(line.substr(*at, length));
    cell.width = DisplayWidth(code);
    *at += length;
    return cell;
  }
  cell.width = static_cast<int>(cell.shown.size());
  *at += length;
  return cell;
}

// Text that goes into a message line: no control characters, so no forged lines.
std::string Printable(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) out += NextCell(text, &at, 0).shown;
  return out;
}

// The source line and the line with caret and tildes, both indented and ended by newlines.
std::string RenderSource(std::string_view line, uint32_t column, uint32_t length, bool color) {
  std::vector<Cell> cells;
  int total = 0;
  for (size_t at = 0; at < line.size();) {
    cells.push_back(NextCell(line, &at, total));
    total += cells.back().width;
  }
  const size_t caret = column == 0 ? 0 : column - 1;
  const size_t end = std::max<size_t>(caret + 1, caret + length);
  size_t first = 0;
  // Lines that do not fit are shown from some cells before the caret.
  if (total > kMaxColumns) {
    while (first < cells.size() && cells[first].offset + kMaxColumns / 2 < caret) ++first;
  }
  std::string text = first > 0 ? "..." : "";
  std::string marks = first > 0 ? "   " : "";
  bool caret_done = false;
  int used = 0;
  for (size_t i = first; i < cells.size() && used < kMaxColumns; ++i) {
    const Cell& cell = cells[i];
    const size_t next = i + 1 < cells.size() ? cells[i + 1].offset : line.size();
    text += cell.shown;
    used += cell.width;
    char mark = ' ';
    if (next > caret && cell.offset < end) mark = '~';
    std::string cell_marks(cell.width, mark);
    if (mark == '~' && !caret_done && cell.width > 0) {
      cell_marks[0] = '^';
      caret_done = true;
    }
    marks += cell_marks;
  }
  if (used >= kMaxColumns) text += "...";
  if (!caret_done) marks += '^';  // at the end of the line: something is missing there
  while (!marks.empty() && marks.back() == ' ') marks.pop_back();
  if (color) marks = base::Concat(kGreen, marks, kReset);
  return base::Concat("    ", text, "\n    ", marks, "\n");
}

void AppendIncludes(const SourceMap& sources, Position position, std::string* out) {
  Position from = sources.included_at(position.file);
  for (int depth = 0; from.valid() && from.file < sources.size() && depth < 64; ++depth) {
    base::Append(out, depth == 0 ? "in file included from " : "                 from ",
                 sources.name(from.file), ":", from.line, ":\n");
    from = sources.included_at(from.file);
  }
}

void AppendLocated(Severity severity, std::string_view code, std::string_view message,
                   Position position, uint32_t length, const SourceMap& sources, bool color,
                   std::string* out) {
  const std::string where = sources.Describe(position);
  if (!where.empty()) {
    base::Append(out, color ? kBold : "", Printable(where), ": ", color ? kReset : "");
  } else if (severity != Severity::kNote) {
    base::Append(out, color ? kBold : "", "httpd: ", color ? kReset : "");
  }
  base::Append(out, color ? SeverityColor(severity) : "", SeverityName(severity), ": ",
               color ? kReset : "", color ? kBold : "", Printable(message), color ? kReset : "");
  if (!code.empty()) base::Append(out, " [", code, "]");
  base::Append(out, "\n");
  if (where.empty() || position.line == 0) return;
  const std::string_view line = sources.Line(position.file, position.line);
  base::Append(out, RenderSource(line, position.column, length, color));
}

void AppendField(std::string_view name, std::string_view value, bool color, std::string* out) {
  if (value.empty()) return;
  base::Append(out, "  ", color ? kCyan : "", name, ":", color ? kReset : "", " ", Printable(value),
               "\n");
}

}  // namespace

Diagnostic& Diagnostics::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++errors_;
  if (diagnostic.severity == Severity::kWarning) ++warnings_;
  if (all_.size() >= kMaxStored) {
    all_.back() = std::move(diagnostic);
    return all_.back();
  }
  all_.push_back(std::move(diagnostic));
  return all_.back();
}

Diagnostic& Diagnostics::Error(std::string_view code, Position position, uint32_t length,
                               std::string message) {
  Diagnostic diagnostic;
  diagnostic.code = std::string(code);
  diagnostic.message = std::move(message);
  diagnostic.position = position;
  diagnostic.length = length;
  return Add(std::move(diagnostic));
}

Diagnostic& Diagnostics::Warning(std::string_view code, Position position, uint32_t length,
                                 std::string message) {
  Diagnostic& diagnostic = Error(code, position, length, std::move(message));
  diagnostic.severity = Severity::kWarning;
  --errors_;
  ++warnings_;
  return diagnostic;
}

std::string RenderDiagnostic(const Diagnostic& diagnostic, const SourceMap& sources, bool color) {
  std::string out;
  if (diagnostic.position.file < sources.size()) AppendIncludes(sources, diagnostic.position, &out);
  AppendLocated(diagnostic.severity, diagnostic.code, diagnostic.message, diagnostic.position,
                diagnostic.length, sources, color, &out);
  AppendField("found", diagnostic.found, color, &out);
  AppendField("wanted", diagnostic.wanted, color, &out);
  for (const Note& note : diagnostic.notes) {
    AppendLocated(Severity::kNote, "", note.message, note.position, note.length, sources, color,
                  &out);
  }
  AppendField("fix", diagnostic.fix, color, &out);
  return out;
}

std::string Diagnostics::Render(const SourceMap& sources, bool color) const {
  std::string out;
  for (const Diagnostic& diagnostic : all_) out += RenderDiagnostic(diagnostic, sources, color);
  if (errors_ + warnings_ == 0) return out;
  const auto count = [](int n, const char* what) {
    return base::Concat(n, " ", what, n == 1 ? "" : "s");
  };
  if (static_cast<size_t>(errors_) + warnings_ > all_.size()) {
    base::Append(&out, "only ", all_.size(), " findings are shown\n");
  }
  if (errors_ > 0) base::Append(&out, count(errors_, "error"));
  if (errors_ > 0 && warnings_ > 0) base::Append(&out, " and ");
  if (warnings_ > 0) base::Append(&out, count(warnings_, "warning"));
  base::Append(&out, "\n");
  return out;
}

std::string Diagnostics::Summary(const SourceMap& sources) const {
  for (const Diagnostic& diagnostic : all_) {
    if (diagnostic.severity != Severity::kError) continue;
    const std::string where = sources.Describe(diagnostic.position);
    return base::Concat(Printable(where), where.empty() ? "" : ": ", Printable(diagnostic.message),
                        diagnostic.code.empty() ? "" : " [", diagnostic.code,
                        diagnostic.code.empty() ? "" : "]");
  }
  return "";
}

}  // namespace httpd::config
