// SPDX-License-Identifier: Apache-2.0
//
// The tests read the server's state file with a reader of their own, so that a mistake in the
// server's writer is not mirrored by its reader.

#include "integration/json.h"

#include <cstdlib>

namespace httpd::testing {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool ReadDocument(Json* out) {
    if (!ReadValue(out, 0)) return false;
    SkipSpace();
    return at_ == text_.size();
  }

 private:
  static constexpr int kMaxDepth = 32;

  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool ReadValue(Json* out, int depth) {
    SkipSpace();
    if (at_ >= text_.size() || depth > kMaxDepth) return false;
    switch (text_[at_]) {
      case '{':
        out->kind_ = Json::Kind::kObject;
        return ReadMembers(out, '}', depth);
      case '[':
        out->kind_ = Json::Kind::kArray;
        return ReadMembers(out, ']', depth);
      case '"':
        out->kind_ = Json::Kind::kString;
        return ReadString(&out->text_);
      case 't':
        out->kind_ = Json::Kind::kBool;
        out->number_ = 1;
        return TakeWord("true");
      case 'f':
        out->kind_ = Json::Kind::kBool;
        return TakeWord("false");
      case 'n':
        return TakeWord("null");
      default:
        return ReadNumber(out);
    }
  }

  bool ReadMembers(Json* out, char end, int depth) {
    ++at_;
    if (Take(end)) return true;
    while (true) {
      if (end == '}') {
        SkipSpace();
        std::string name;
        if (at_ >= text_.size() || !ReadString(&name) || !Take(':')) return false;
        out->names_.push_back(std::move(name));
      }
      out->items_.emplace_back();
      if (!ReadValue(&out->items_.back(), depth + 1)) return false;
      if (Take(end)) return true;
      if (!Take(',')) return false;
    }
  }

  bool ReadNumber(Json* out) {
    std::string digits(text_.substr(at_, 32));
    char* end = nullptr;
    out->number_ = strtod(digits.c_str(), &end);
    out->kind_ = Json::Kind::kNumber;
    at_ += static_cast<size_t>(end - digits.c_str());
    return end != digits.c_str();
  }

  bool ReadString(std::string* out) {
    if (!Take('"')) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c != '\\') {
        *out += c;
        continue;
      }
      if (at_ >= text_.size()) return false;
      c = text_[at_++];
      if (c == 'u') {
        if (at_ + 4 > text_.size()) return false;
        // Test data is ASCII; anything else becomes a question mark.
        long code = strtol(std::string(text_.substr(at_, 4)).c_str(), nullptr, 16);
        *out += code < 128 ? static_cast<char>(code) : '?';
        at_ += 4;
      } else {
        constexpr std::string_view kFrom = "bfnrt", kTo = "\b\f\n\r\t";
        size_t which = kFrom.find(c);
        *out += which == kFrom.npos ? c : kTo[which];
      }
    }
    return Take('"');
  }

  std::string_view text_;
  size_t at_ = 0;
};

Json Json::Parse(std::string_view text) {
  Json out;
  return JsonReader(text).ReadDocument(&out) ? out : Json();
}

const Json& Json::operator[](std::string_view name) const {
  static const Json null;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return items_[i];
  }
  return null;
}

const Json& Json::operator[](size_t index) const {
  static const Json null;
  return index < items_.size() ? items_[index] : null;
}

}  // namespace httpd::testing
