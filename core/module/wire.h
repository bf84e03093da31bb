// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// Values as bytes, for what is read by somebody who believes nothing: every length is checked
// against what is left, every count and text against a limit.
namespace httpd::module::wire {

inline constexpr uint32_t kMaxText = 64 * 1024;
inline constexpr uint32_t kMaxList = 16 * 1024;

// Both directions visit the same fields in the same order, so that they cannot drift apart.
class Writer {
 public:
  static constexpr bool kReads = false;

  explicit Writer(std::string_view magic) : out_(magic) {}

  bool Number(const uint32_t& value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out_.push_back(static_cast<char>(value >> shift & 0xff));
    }
    return true;
  }
  bool Text(const std::string& text, uint32_t limit = kMaxText) {
    const std::string_view cut = std::string_view(text).substr(0, limit);
    Number(static_cast<uint32_t>(cut.size()));
    out_.append(cut);
    return true;
  }
  bool Wide(const uint64_t& value) {
    return Number(static_cast<uint32_t>(value)) && Number(static_cast<uint32_t>(value >> 32));
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
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
  bool Text(std::string& text, uint32_t limit = kMaxText) {
    uint32_t size = 0;
    if (!Number(size) || size > limit || size > bytes_.size()) return false;
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
  bool Magic(std::string_view magic) {
    if (!bytes_.starts_with(magic)) return false;
    bytes_.remove_prefix(magic.size());
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

// A time before 1970 is a number with its highest bit set.
template <class Wire, class Value>
bool Time(Wire& wire, Value& value) {
  uint64_t number = static_cast<uint64_t>(value);
  if (!wire.Wide(number)) return false;
  if constexpr (Wire::kReads) value = static_cast<Value>(number);
  return true;
}

template <class Wire, class Value>
bool VisitIdentity(Wire& wire, Value& identity) {
  return wire.Wide(identity.device) && wire.Wide(identity.inode) && wire.Wide(identity.size) &&
         Time(wire, identity.mtime_ns) && Time(wire, identity.ctime_ns);
}

template <class Wire, class Value>
bool VisitDependency(Wire& wire, Value& dependency) {
  return wire.Text(dependency.path) && VisitIdentity(wire, dependency.identity);
}

}  // namespace httpd::module::wire
