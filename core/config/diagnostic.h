// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/source.h"

namespace httpd::config {

enum class Severity { kError, kWarning, kNote };

// A second place that explains a diagnostic ("the section was opened here").
struct Note {
  std::string message;
  Position position;
  uint32_t length = 0;
};

// One finding. `code` is permanent and listed in docs/errors.md. `found`, `wanted` and `fix` are
// printed on lines of their own when set; `fix` is one line that can be pasted or typed.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;     // "HC-05"
  std::string message;  // lower case, no full stop
  Position position;    // nowhere: the message names its subject itself
  uint32_t length = 0;  // bytes of the source line to underline
  std::vector<Note> notes;
  std::string found;
  std::string wanted;
  std::string fix;
};

// Collects findings; nothing is thrown or printed until somebody asks.
class Diagnostics {
 public:
  // Returns the stored diagnostic so that the caller can add notes or a fix to it. The reference is
  // good until the next Add.
  Diagnostic& Add(Diagnostic diagnostic);
  Diagnostic& Error(std::string_view code, Position position, uint32_t length, std::string message);
  Diagnostic& Warning(std::string_view code, Position position, uint32_t length,
                      std::string message);

  // The diagnostic added last; only after an Add.
  Diagnostic& Last() { return all_.back(); }
  Diagnostic* At(size_t index) { return index < all_.size() ? &all_[index] : nullptr; }

  int error_count() const { return errors_; }
  int warning_count() const { return warnings_; }
  bool ok() const { return errors_ == 0; }
  const std::vector<Diagnostic>& all() const { return all_; }

  // All findings in the order of their discovery, each with source line, caret, notes and fix, and
  // a last line that counts them. `color` adds ANSI colours; control characters of the source are
  // never printed as such.
  std::string Render(const SourceMap& sources, bool color) const;

  // The first error on one line, for logs and state files: "conf/httpd.conf:12:5: message [HC-05]".
  std::string Summary(const SourceMap& sources) const;

 private:
  std::vector<Diagnostic> all_;
  int errors_ = 0;
  int warnings_ = 0;
};

// One diagnostic as Diagnostics::Render prints it.
std::string RenderDiagnostic(const Diagnostic& diagnostic, const SourceMap& sources, bool color);

}  // namespace httpd::config
