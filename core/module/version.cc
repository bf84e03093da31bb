// SPDX-License-Identifier: Apache-2.0
// Which of two versions is newer. Modules come from many projects, so the rules are those that the
// habits of semver, Debian and ProFTPD have in common.
#include "module/version.h"

#include <algorithm>

namespace httpd::module {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The parts of a version in the order in which they sort.
enum class Kind { kBefore = 0, kEnd = 1, kLetters = 2, kNumber = 3 };

struct Part {
  Kind kind = Kind::kEnd;
  std::string_view text;  // of a number: without leading zeros
};

bool IsEarly(std::string_view word) {
  static constexpr std::string_view kEarly[] = {"alpha", "beta", "pre", "rc", "dev"};
  return std::any_of(std::begin(kEarly), std::end(kEarly), [&](std::string_view early) {
    return std::equal(word.begin(), word.end(), early.begin(), early.end(),
                      [](char x, char y) { return Lower(x) == y; });
  });
}

template <class Fits>
std::string_view Take(std::string_view* text, Fits fits) {
  const size_t size =
      static_cast<size_t>(std::find_if_not(text->begin(), text->end(), fits) - text->begin());
  const std::string_view taken = text->substr(0, size);
  text->remove_prefix(size);
  return taken;
}

Part Next(std::string_view* rest) {
  bool before = false;
  while (!rest->empty() && !IsDigit(rest->front()) && !IsLetter(rest->front())) {
    before = before || rest->front() == '-' || rest->front() == '~';
    rest->remove_prefix(1);
    // "-" has to be met as a part of its own: it alone makes the version older.
    if (before) return {Kind::kBefore, ""};
  }
  if (rest->empty()) return {};
  if (IsDigit(rest->front())) {
    std::string_view number = Take(rest, IsDigit);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return {Kind::kNumber, number};
  }
  const std::string_view word = Take(rest, IsLetter);
  return {IsEarly(word) ? Kind::kBefore : Kind::kLetters, word};
}

bool IsZero(const Part& part) { return part.kind == Kind::kNumber && part.text.empty(); }

int Sign(int value) { return (value > 0) - (value < 0); }

int CompareParts(const Part& a, const Part& b) {
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.kind == Kind::kNumber && a.text.size() != b.text.size()) {
    return a.text.size() < b.text.size() ? -1 : 1;
  }
  return Sign(a.text.compare(b.text));
}

}  // namespace

int CompareVersions(std::string_view a, std::string_view b) {
  a = a.substr(0, a.find('+'));
  b = b.substr(0, b.find('+'));
  while (!a.empty() || !b.empty()) {
    Part x = Next(&a);
    Part y = Next(&b);
    // 1.2 and 1.2.0 are the same, 1.2.0-rc1 and 1.2-rc1 too.
    while (IsZero(x) && y.kind != Kind::kNumber) x = Next(&a);
    while (IsZero(y) && x.kind != Kind::kNumber) y = Next(&b);
    if (const int order = CompareParts(x, y); order != 0) return order;
  }
  return 0;
}

}  // namespace httpd::module
