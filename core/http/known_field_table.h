// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_KNOWN_FIELD_TABLE_H_
#define HTTPD_HTTP_KNOWN_FIELD_TABLE_H_

#include <array>
#include <cstring>

#include "http/known_field.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// The tables behind LookupField, in a header so that the field parser can look names up in place.
namespace httpd::http::internal {

inline constexpr std::string_view kFieldNames[] = {
    "",
#define HTTPD_X(id, name) name,
    HTTPD_REQUEST_FIELDS(HTTPD_X) HTTPD_RESPONSE_FIELDS(HTTPD_X)
#undef HTTPD_X
};
static_assert(sizeof(kFieldNames) / sizeof(kFieldNames[0]) == kKnownFieldCount);

inline constexpr size_t kMinFieldLength = 2;
inline constexpr size_t kMaxFieldLength = 32;
inline constexpr size_t kFieldSlots = 512;
static_assert(kKnownFieldCount < 256, "ids fit the slots' bytes and leave most slots empty");

// Sets bit 5 of bytes that have bit 6: letters become lower case, '-' and digits stay, and no byte
// becomes one of these that was not one before.
template <typename Word>
constexpr Word FoldWord(Word word) {
  return static_cast<Word>(word | ((word & static_cast<Word>(0x4040404040404040u)) >> 1));
}

// Length, first, middle and last byte, mixed by one multiplication.
inline constexpr size_t FieldSlot(const char* name, size_t length) {
  const auto byte = [name](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(name[i]));
  };
  const uint32_t key = byte(0) | byte(length / 2) << 8 | byte(length - 1) << 16;
  const uint32_t mixed = (FoldWord(key) | static_cast<uint32_t>(length) << 24) * 0x9e3779b1u;
  return mixed >> 23;
}
static_assert(kFieldSlots == size_t{1} << 9, "FieldSlot gives nine bits");

struct FoldedName {
  char bytes[kMaxFieldLength] = {};
  uint8_t length = 0;
};

struct FieldTable {
  std::array<uint8_t, kFieldSlots> slots{};  // open addressing, linear probing; 0 is empty
  std::array<FoldedName, kKnownFieldCount> names{};
};

constexpr FieldTable MakeFieldTable() {
  FieldTable table;
  for (size_t id = 1; id < kKnownFieldCount; ++id) {
    const std::string_view name = kFieldNames[id];
    for (size_t i = 0; i < name.size(); ++i) {
      table.names[id].bytes[i] =
          static_cast<char>(FoldWord(static_cast<uint8_t>(static_cast<unsigned char>(name[i]))));
    }
    table.names[id].length = static_cast<uint8_t>(name.size());
    size_t slot = FieldSlot(name.data(), name.size());
    while (table.slots[slot] != 0) slot = (slot + 1) % kFieldSlots;
    table.slots[slot] = static_cast<uint8_t>(id);
  }
  return table;
}
inline constexpr FieldTable kFieldTable = MakeFieldTable();

constexpr bool FieldLengthsFit() {
  for (size_t id = 1; id < kKnownFieldCount; ++id) {
    const size_t length = kFieldNames[id].size();
    if (length < kMinFieldLength || length > kMaxFieldLength) return false;
  }
  return true;
}
static_assert(FieldLengthsFit());

template <typename Word>
bool SameWord(const char* name, const char* folded) {
  Word x;
  Word y;
  std::memcpy(&x, name, sizeof(x));
  std::memcpy(&y, folded, sizeof(y));
  return FoldWord(x) == y;
}

// `name` equals the folded name but for case; both have `length` bytes, 2–32. Words at the end
// overlap those before.
inline bool SameName(const char* name, const char* folded, size_t length) {
  if (length >= 8) {
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
      if (!SameWord<uint64_t>(name + i, folded + i)) return false;
    }
    return i == length || SameWord<uint64_t>(name + length - 8, folded + length - 8);
  }
  if (length >= 4) {
    return SameWord<uint32_t>(name, folded) &&
           SameWord<uint32_t>(name + length - 4, folded + length - 4);
  }
  return SameWord<uint16_t>(name, folded) &&
         SameWord<uint16_t>(name + length - 2, folded + length - 2);
}

#if defined(__SSE2__)
// The same where 32 bytes may be read from `name` on: no loop, no branch on the length below 17.
inline bool SameNameWide(const char* name, const char* folded, size_t length) {
  const auto equal = [&](size_t at) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(name + at));
    const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(folded + at));
    const __m128i bit6 = _mm_and_si128(x, _mm_set1_epi8(0x40));
    const __m128i lower = _mm_or_si128(x, _mm_srli_epi16(bit6, 1));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(lower, y)));
  };
  if (length <= 16) return (~equal(0) & ((1u << length) - 1)) == 0;
  return equal(0) == 0xffff && (~equal(16) & ((1u << (length - 16)) - 1)) == 0;
}
#else
inline bool SameNameWide(const char* name, const char* folded, size_t length) {
  return SameName(name, folded, length);
}
#endif

// `Same` is SameName or SameNameWide.
template <typename Same>
inline uint16_t FindField(const char* name, size_t length, Same same) {
  if (length < kMinFieldLength || length > kMaxFieldLength) return 0;
  for (size_t slot = FieldSlot(name, length);; slot = (slot + 1) % kFieldSlots) {
    const uint8_t id = kFieldTable.slots[slot];
    if (id == 0) return 0;
    const FoldedName& known = kFieldTable.names[id];
    if (known.length == length && same(name, known.bytes, length)) return id;
  }
}

}  // namespace httpd::http::internal

#endif  // HTTPD_HTTP_KNOWN_FIELD_TABLE_H_
