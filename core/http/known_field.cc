// SPDX-License-Identifier: Apache-2.0
//
// From a field name to its id in a few instructions: a hash over length and three letters into a
// small table made by the compiler, then one comparison of whole words.
#include "http/known_field.h"

#include <array>
#include <cstring>

namespace httpd::http {
namespace {

constexpr std::string_view kNames[] = {"",
#define HTTPD_X(id, name) name,
                                       HTTPD_REQUEST_FIELDS(HTTPD_X) HTTPD_RESPONSE_FIELDS(HTTPD_X)
#undef HTTPD_X
};
static_assert(sizeof(kNames) / sizeof(kNames[0]) == kKnownFieldCount);
static_assert(kKnownFieldCount <= 128, "ids fit the hash table's bytes and leave it half empty");

constexpr size_t kMinLength = 2;
constexpr size_t kMaxLength = 32;
constexpr size_t kSlots = 512;

// Sets bit 5 of bytes that have bit 6: letters become lower case, '-' and digits stay, and no byte
// becomes one of these that was not one before.
constexpr uint32_t Fold(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte | static_cast<uint32_t>((byte & 0x40) >> 1);
}

constexpr uint64_t FoldWord(uint64_t word) { return word | ((word & 0x4040404040404040u) >> 1); }

constexpr size_t Slot(std::string_view name) {
  const uint32_t hash = static_cast<uint32_t>(name.size()) * 0x9e3779b1u ^
                        Fold(name[0]) * 0x85ebca6bu ^ Fold(name[name.size() / 2]) * 0xc2b2ae35u ^
                        Fold(name[name.size() - 1]) * 0x27d4eb2fu;
  return (hash >> 16) % kSlots;
}

// Open addressing with linear probing; 0 is empty.
constexpr std::array<uint8_t, kSlots> MakeTable() {
  std::array<uint8_t, kSlots> table{};
  for (size_t id = 1; id < kKnownFieldCount; ++id) {
    size_t slot = Slot(kNames[id]);
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<uint8_t>(id);
  }
  return table;
}
constexpr std::array<uint8_t, kSlots> kTable = MakeTable();

constexpr bool LengthsFit() {
  for (size_t id = 1; id < kKnownFieldCount; ++id) {
    if (kNames[id].size() < kMinLength || kNames[id].size() > kMaxLength) return false;
  }
  return true;
}
static_assert(LengthsFit());

template <typename Word>
bool SameWord(const char* a, const char* b) {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof(x));
  std::memcpy(&y, b, sizeof(y));
  return FoldWord(x) == FoldWord(y);
}

// Equal but for case; both have `length` bytes, 2–32. Words at the end overlap those before.
bool SameName(const char* a, const char* b, size_t length) {
  if (length >= 8) {
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
      if (!SameWord<uint64_t>(a + i, b + i)) return false;
    }
    return i == length || SameWord<uint64_t>(a + length - 8, b + length - 8);
  }
  if (length >= 4) {
    return SameWord<uint32_t>(a, b) && SameWord<uint32_t>(a + length - 4, b + length - 4);
  }
  return SameWord<uint16_t>(a, b) && SameWord<uint16_t>(a + length - 2, b + length - 2);
}

}  // namespace

KnownField LookupField(std::string_view name) {
  if (name.size() < kMinLength || name.size() > kMaxLength) return KnownField::kUnknown;
  for (size_t slot = Slot(name);; slot = (slot + 1) % kSlots) {
    const uint8_t id = kTable[slot];
    if (id == 0) return KnownField::kUnknown;
    const std::string_view& known = kNames[id];
    if (known.size() == name.size() && SameName(name.data(), known.data(), name.size())) {
      return static_cast<KnownField>(id);
    }
  }
}

std::string_view FieldName(KnownField id) {
  const auto index = static_cast<size_t>(id);
  return index < kKnownFieldCount ? kNames[index] : std::string_view();
}

}  // namespace httpd::http
