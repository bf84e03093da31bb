// SPDX-License-Identifier: Apache-2.0
//
// The planner's answer as bytes. The planner has read hostile files, so the supervisor, which may
// be root, believes nothing here: every length is checked against what is left, every count and
// text against a limit, and bytes that are left over make the whole answer worthless.

#include <algorithm>
#include <type_traits>

#include "module/plan.h"

namespace httpd::module {
namespace {

constexpr std::string_view kMagic = "HMI4";
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
  bool Wide(const uint64_t& value) {
    return Number(static_cast<uint32_t>(value)) && Number(static_cast<uint32_t>(value >> 32));
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
  bool Wide(uint64_t& value) {
    uint32_t low = 0, high = 0;
    if (!Number(low) || !Number(high)) return false;
    value = uint64_t{high} << 32 | low;
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
         Texts(wire, report.imports) && Texts(wire, report.records) &&
         wire.Number(report.inspect_us) && Texts(wire, report.preload);
}

// A time before 1970 is a number with its highest bit set.
template <class Wire, class Value>
bool Time(Wire& wire, Value& value) {
  uint64_t number = static_cast<uint64_t>(value);
  if (!wire.Wide(number)) return false;
  if constexpr (Wire::kReads) value = static_cast<Value>(number);
  return true;
}

template <class Wire, class Value>
bool VisitDependency(Wire& wire, Value& dependency) {
  auto& identity = dependency.identity;
  return wire.Text(dependency.path) && wire.Wide(identity.device) && wire.Wide(identity.inode) &&
         wire.Wide(identity.size) && Time(wire, identity.mtime_ns) && Time(wire, identity.ctime_ns);
}

template <class Wire, class Value>
bool VisitPlan(Wire& wire, Value& plan) {
  return Findings(wire, plan.general) &&
         Each(wire, plan.modules, [](Wire& w, auto& report) { return VisitReport(w, report); }) &&
         Each(wire, plan.also,
              [](Wire& w, auto& also) {
                return w.Text(also.name) && w.Text(also.required_by) &&
                       VisitFinding(w, also.notice);
              }) &&
         Each(wire, plan.depends_on,
              [](Wire& w, auto& dependency) { return VisitDependency(w, dependency); }) &&
         wire.Number(plan.open_us);
}

}  // namespace

std::string SerializePlan(const ModulePlan& plan) {
  Writer writer;
  VisitPlan(writer, plan);
  return writer.Take();
}

bool ParsePlan(std::string_view bytes, ModulePlan* plan) {
  *plan = ModulePlan();
  Reader reader(bytes);
  if (bytes.size() <= kMaxPlanBytes && reader.Magic() && VisitPlan(reader, *plan) &&
      reader.AtEnd()) {
    return true;
  }
  *plan = ModulePlan();
  return false;
}

}  // namespace httpd::module
