// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

// JSON (RFC 8259) as it is written: for the error log, the state file and the tools.
namespace httpd::base {

// The next piece of a JSON string's content: one character of `text`, escaped where JSON wants it.
// A byte that is not UTF-8 becomes U+FFFD. Without heap allocation.
class JsonPiece {
 public:
  explicit JsonPiece(std::string_view text);  // not empty
  JsonPiece(const JsonPiece&) = delete;
  JsonPiece& operator=(const JsonPiece&) = delete;

  std::string_view text() const { return text_; }
  size_t taken() const { return taken_; }  // bytes of the input

 private:
  char escape_[8];
  std::string_view text_;
  size_t taken_ = 1;
};

// `text` as a JSON string, with its quotes.
std::string JsonString(std::string_view text);

// Writes one value after the other and sets the commas. Members of an object: Key, then a value.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view name);
  JsonWriter& Text(std::string_view text) { return Raw(JsonString(text)); }
  JsonWriter& Number(unsigned long long value) { return Raw(std::to_string(value)); }
  JsonWriter& Integer(long long value) { return Raw(std::to_string(value)); }
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  // Key and Text in one; and a list of texts.
  JsonWriter& Member(std::string_view name, std::string_view text) { return Key(name).Text(text); }
  template <class Range>
  JsonWriter& Texts(const Range& range) {
    BeginArray();
    for (const auto& text : range) Text(text);
    return EndArray();
  }

  std::string Take() { return std::move(out_); }

 private:
  JsonWriter& Raw(std::string_view text);
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);

  std::string out_;
  bool comma_ = false;  // something stands before the next value
};

}  // namespace httpd::base
