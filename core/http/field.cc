// SPDX-License-Identifier: Apache-2.0
//
// The small grammars inside field values that several features share (RFC 9110 §5.6, §12.4.2).
#include "http/field.h"

#include "http/chars.h"
#include "http/scan.h"

namespace httpd::http {
namespace {

bool IsOws(char c) { return c == ' ' || c == '\t'; }

void SkipOws(std::string_view* text) {
  while (!text->empty() && IsOws(text->front())) text->remove_prefix(1);
}

size_t TokenLength(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && HasClass(text[i], kTchar)) ++i;
  return i;
}

// Splits "token;params" of a list member.
std::string_view MemberName(std::string_view member) {
  return TrimOws(member.substr(0, member.find(';')));
}

// The q of a member's parameters; 1000 when there is none, -1 when malformed.
int MemberQuality(std::string_view member) {
  const size_t semicolon = member.find(';');
  if (semicolon == std::string_view::npos) return 1000;
  ParameterReader reader(member.substr(semicolon));
  std::string_view name;
  std::string_view value;
  bool quoted;
  while (reader.Next(&name, &value, &quoted)) {
    if (EqualsIgnoreCase(name, "q")) return quoted ? -1 : ParseQValue(value);
  }
  return reader.malformed() ? -1 : 1000;
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}

bool IsToken(std::string_view text) { return !text.empty() && TokenLength(text) == text.size(); }

bool IsFieldValue(std::string_view text) {
  const char* end = text.data() + text.size();
  return ScanValue(text.data(), text.data(), end) == end;
}

std::string_view TrimOws(std::string_view text) {
  SkipOws(&text);
  while (!text.empty() && IsOws(text.back())) text.remove_suffix(1);
  return text;
}

bool ListReader::Next(std::string_view* element) {
  while (!rest_.empty()) {
    size_t i = 0;
    while (i < rest_.size() && rest_[i] != ',') {
      const size_t quoted = rest_[i] == '"' ? QuotedStringLength(rest_.substr(i)) : 0;
      i += quoted > 0 ? quoted : 1;
    }
    *element = TrimOws(rest_.substr(0, i));
    rest_.remove_prefix(i < rest_.size() ? i + 1 : i);
    if (!element->empty()) return true;
  }
  return false;
}

bool ListHasToken(std::string_view list, std::string_view token) {
  ListReader reader(list);
  for (std::string_view element; reader.Next(&element);) {
    if (EqualsIgnoreCase(element, token)) return true;
  }
  return false;
}

bool ParameterReader::Next(std::string_view* name, std::string_view* value, bool* quoted) {
  SkipOws(&rest_);
  if (rest_.empty()) return false;
  malformed_ = true;  // until the parameter is complete
  if (rest_.front() != ';') return false;
  // RFC 9110 §5.6.6 allows empty parameters: ";;".
  while (!rest_.empty() && (rest_.front() == ';' || IsOws(rest_.front()))) rest_.remove_prefix(1);
  if (rest_.empty()) {
    malformed_ = false;
    return false;
  }
  const size_t name_length = TokenLength(rest_);
  if (name_length == 0 || name_length == rest_.size() || rest_[name_length] != '=') return false;
  *name = rest_.substr(0, name_length);
  rest_.remove_prefix(name_length + 1);
  const size_t quoted_length = QuotedStringLength(rest_);
  *quoted = quoted_length > 0;
  const size_t length = *quoted ? quoted_length : TokenLength(rest_);
  if (length == 0) return false;
  *value = *quoted ? rest_.substr(1, length - 2) : rest_.substr(0, length);
  rest_.remove_prefix(length);
  malformed_ = false;
  return true;
}

size_t QuotedStringLength(std::string_view text) {
  if (text.empty() || text[0] != '"') return 0;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') {
      // quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )
      if (++i == text.size() ||
          !(HasClass(text[i], kQuotedText) || text[i] == '"' || text[i] == '\\')) {
        return 0;
      }
      continue;
    }
    if (!HasClass(text[i], kQuotedText)) return 0;
  }
  return 0;
}

std::string_view Unquote(std::string_view inside, char* out) {
  size_t length = 0;
  for (size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    out[length++] = inside[i];
  }
  return {out, length};
}

bool ParseMediaType(std::string_view text, MediaType* media) {
  text = TrimOws(text);
  const size_t type = TokenLength(text);
  if (type == 0 || type == text.size() || text[type] != '/') return false;
  const std::string_view rest = text.substr(type + 1);
  const size_t subtype = TokenLength(rest);
  if (subtype == 0) return false;
  media->parameters = TrimOws(rest.substr(subtype));
  if (!media->parameters.empty() && media->parameters.front() != ';') return false;
  media->type = text.substr(0, type);
  media->subtype = rest.substr(0, subtype);
  return true;
}

int ParseQValue(std::string_view text) {
  // ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  if (text.size() > 1 && text[1] != '.') return -1;
  int value = (text[0] - '0') * 1000;
  int scale = 100;
  for (size_t i = 2; i < text.size(); ++i, scale /= 10) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value += (text[i] - '0') * scale;
  }
  return value > 1000 ? -1 : value;
}

int ListQuality(std::string_view list, std::string_view token) {
  int any = -1;
  ListReader reader(list);
  for (std::string_view element; reader.Next(&element);) {
    const std::string_view name = MemberName(element);
    const bool exact = EqualsIgnoreCase(name, token);
    if (!exact && name != "*") continue;
    const int quality = MemberQuality(element);
    if (exact && quality >= 0) return quality;
    if (!exact && any < 0) any = quality;
  }
  return any;
}

bool ParseDecimal(std::string_view text, uint64_t* value) {
  if (text.empty()) return false;
  uint64_t result = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (result > (UINT64_MAX - digit) / 10) return false;
    result = result * 10 + digit;
  }
  *value = result;
  return true;
}

}  // namespace httpd::http
