// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace httpd::testing {

// A JSON value, read leniently: what is absent is null, a null has no members.
class Json {
 public:
  // Null when `text` is not JSON.
  static Json Parse(std::string_view text);

  bool IsNull() const { return kind_ == Kind::kNull; }
  bool IsObject() const { return kind_ == Kind::kObject; }
  const std::string& String() const { return text_; }
  int64_t Int() const { return static_cast<int64_t>(number_); }
  const std::vector<Json>& Items() const { return items_; }
  const Json& operator[](std::string_view name) const;
  const Json& operator[](size_t index) const;

 private:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  friend class JsonReader;

  Kind kind_ = Kind::kNull;
  double number_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<std::string> names_;  // of an object's items
};

}  // namespace httpd::testing
