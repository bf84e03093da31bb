// SPDX-License-Identifier: Apache-2.0
//
// The planner's answer as bytes. The planner has read hostile files, so the supervisor, which may
// be root, believes nothing here: every length is checked against what is left, every count and
// text against a limit, and bytes that are left over make the whole answer worthless.

#include <algorithm>
#include <type_traits>

#include "module/inspection.h"

namespace httpd::module {
namespace {

constexpr std::string_view kMagic = "HMI1";
constexpr uint32_t kMaxText = 64 * 1024;
constexpr uint32_t kMaxList = 16 * 1024;

// Both directions visit the same fields in the same order, so that they cannot drift apart.
class Writer {
 public:
  static constexpr bool kReads = false;

  bool Number(const uint32_t& value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out_.push_back(static_cast<char>(value >> shift & 0xff));
    }
    return true;
  }
  bool Text(const std::string& text) {
    const std::string_view cut = std::string_view(text).substr(0, kMaxText);
    Number(static_cast<uint32_t>(cut.size()));
    out_.append(cut);
    return true;
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_{kMagic};
};

class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool Number(uint32_t& value) {
    if (bytes_.size() < 4) return false;
    value = 0;
    for (int i = 3; i >= 0; --i) {
      value = value << 8 | static_cast<unsigned char>(bytes_[static_cast<size_t>(i)]);
    }
    bytes_.remove_prefix(4);
    return true;
  }
  bool Text(std::string& text) {
    uint32_t size = 0;
    if (!Number(size) || size > kMaxText || size > bytes_.size()) return false;
    text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }
  bool Magic() {
    if (!bytes_.starts_with(kMagic)) return false;
    bytes_.remove_prefix(kMagic.size());
    return true;
  }
  bool AtEnd() const { return bytes_.empty(); }
  // Each element takes at least four bytes: a count beyond that is a lie, told to use up memory.
  bool Plausible(uint32_t count) const { return count <= kMaxList && count <= bytes_.size() / 4; }

 private:
  std::string_view bytes_;
};

// An enumeration whose largest value is `last`.
template <class Wire, class Value>
bool Choice(Wire& wire, Value& value, std::remove_const_t<Value> last) {
  uint32_t number = static_cast<uint32_t>(value);
  if (!wire.Number(number) || number > static_cast<uint32_t>(last)) return false;
  if constexpr (Wire::kReads) value = static_cast<Value>(number);
  return true;
}

template <class Wire, class Value>
bool Flag(Wire& wire, Value& value) {
  uint32_t number = value ? 1 : 0;
  if (!wire.Number(number) || number > 1) return false;
  if constexpr (Wire::kReads) value = number == 1;
  return true;
}

template <class Wire, class List, class Visit>
bool Each(Wire& wire, List& list, Visit visit) {
  uint32_t count = static_cast<uint32_t>(std::min<size_t>(list.size(), kMaxList));
  if (!wire.Number(count)) return false;
  if constexpr (Wire::kReads) {
    if (!wire.Plausible(count)) return false;
    list.resize(count);
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (!visit(wire, list[i])) return false;
  }
  return true;
}

template <class Wire, class List>
bool Texts(Wire& wire, List& list) {
  return Each(wire, list, [](Wire& w, auto& text) { return w.Text(text); });
}

template <class Wire, class Value>
bool VisitFinding(Wire& wire, Value& finding) {
  return Choice(wire, finding.severity, FindingSeverity::kNotice) && wire.Text(finding.code) &&
         wire.Text(finding.what) && wire.Text(finding.found) && wire.Text(finding.wanted) &&
         wire.Text(finding.where) && wire.Text(finding.fix);
}

template <class Wire, class List>
bool Findings(Wire& wire, List& list) {
  return Each(wire, list, [](Wire& w, auto& finding) { return VisitFinding(w, finding); });
}

template <class Wire, class List>
bool References(Wire& wire, List& list) {
  return Each(wire, list, [](Wire& w, auto& reference) {
    return w.Text(reference.name) && w.Text(reference.relation) && w.Text(reference.version);
  });
}

template <class Wire, class Value>
bool VisitManifest(Wire& wire, Value& manifest) {
  return wire.Text(manifest.name) && wire.Text(manifest.version) &&
         wire.Number(manifest.abi_major) && wire.Number(manifest.abi_minor) &&
         wire.Text(manifest.description) && wire.Text(manifest.license) &&
         wire.Text(manifest.author) && References(wire, manifest.required) &&
         References(wire, manifest.wants) && References(wire, manifest.conflicts) &&
         References(wire, manifest.provides) && Texts(wire, manifest.before) &&
         Texts(wire, manifest.after) && Texts(wire, manifest.directives) &&
         Each(wire, manifest.privileged,
              [](Wire& w, auto& privileged) {
                return w.Text(privileged.directive) &&
                       Choice(w, privileged.mode, PrivilegedMode::kListen) &&
                       w.Number(privileged.argument);
              }) &&
         Flag(wire, manifest.reloadable);
}

template <class Wire, class Value>
bool VisitReport(Wire& wire, Value& report) {
  return wire.Text(report.name) && wire.Text(report.original) && wire.Text(report.copy) &&
         Findings(wire, report.findings) && Flag(wire, report.has_manifest) &&
         VisitManifest(wire, report.manifest) && wire.Text(report.build_id) &&
         wire.Text(report.soname) && wire.Text(report.run_path) && Texts(wire, report.needed) &&
         Texts(wire, report.imports) && Texts(wire, report.records);
}

template <class Wire, class Value>
bool VisitResult(Wire& wire, Value& result) {
  return Findings(wire, result.general) &&
         Each(wire, result.modules, [](Wire& w, auto& report) { return VisitReport(w, report); });
}

}  // namespace

std::string SerializeInspection(const InspectionResult& result) {
  Writer writer;
  VisitResult(writer, result);
  return writer.Take();
}

bool ParseInspection(std::string_view bytes, InspectionResult* result) {
  *result = InspectionResult();
  Reader reader(bytes);
  if (bytes.size() <= kMaxInspectionBytes && reader.Magic() && VisitResult(reader, *result) &&
      reader.AtEnd()) {
    return true;
  }
  *result = InspectionResult();
  return false;
}

}  // namespace httpd::module
