// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_FIELD_H_
#define HTTPD_HTTP_FIELD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/known_field.h"

namespace httpd::http {

// ASCII only, no locale.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// One or more tchar (RFC 9110 §5.6.2).
bool IsToken(std::string_view text);

// A value that may be sent: no CTL but HTAB, no CR, LF or NUL (RFC 9110 §5.5), so that no module
// can split a response.
bool IsFieldValue(std::string_view text);

// Without the spaces and tabs around it.
std::string_view TrimOws(std::string_view text);

// Walks a comma separated list (RFC 9110 §5.6.1). Commas inside quoted strings do not separate;
// empty elements are skipped; each element is trimmed.
//   for (ListReader list(value); list.Next(&element);) …
class ListReader {
 public:
  explicit ListReader(std::string_view value) : rest_(value) {}
  bool Next(std::string_view* element);

 private:
  std::string_view rest_;
};

// `token` is a member of the list, without regard to case.
bool ListHasToken(std::string_view list, std::string_view token);

// Walks `; name=value; name="quoted value"` behind a media type, a coding or an expectation.
// `value` of a quoted string comes without the quotes and with its backslashes; `quoted` tells.
// A malformed parameter ends the walk and sets malformed().
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view parameters) : rest_(parameters) {}
  bool Next(std::string_view* name, std::string_view* value, bool* quoted);
  bool malformed() const { return malformed_; }

 private:
  std::string_view rest_;
  bool malformed_ = false;
};

// Length of the quoted-string at the front of `text`, quotes included; 0 when there is none
// (RFC 9110 §5.6.4).
size_t QuotedStringLength(std::string_view text);

// Removes the backslashes of the inside of a quoted string into `out` (inside.size() bytes at
// most) and returns the view written.
std::string_view Unquote(std::string_view inside, char* out);

struct MediaType {
  std::string_view type;        // "text"
  std::string_view subtype;     // "html"
  std::string_view parameters;  // "; charset=utf-8", for ParameterReader; empty when none
};

// RFC 9110 §8.3.1. False when type/subtype is malformed. "*/*" and "text/*" pass: ranges of Accept.
bool ParseMediaType(std::string_view text, MediaType* media);

// Weight in thousandths, 0–1000, of "0.5" or "1"; -1 when malformed (RFC 9110 §12.4.2).
int ParseQValue(std::string_view text);

// Quality that an Accept-Encoding style list gives to `token`, 0–1000: an exact member wins over
// "*"; -1 when neither is listed. Malformed members count as absent.
int ListQuality(std::string_view list, std::string_view token);

// Decimal digits only, no sign, no space; false on overflow or an empty text.
bool ParseDecimal(std::string_view text, uint64_t* value);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_FIELD_H_
