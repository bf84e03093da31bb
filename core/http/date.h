// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_DATE_H_
#define HTTPD_HTTP_DATE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace httpd::http {

inline constexpr size_t kHttpDateLength = 29;

// "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate), exactly kHttpDateLength bytes, no NUL. Times
// outside the years 0000–9999 are clamped, as the format has four digits. No libc, no locale.
void FormatHttpDate(int64_t unix_seconds, char* out);

// Reads any of the three forms of RFC 9110 §5.6.7: IMF-fixdate, rfc850-date, asctime-date. `now`
// decides the century of rfc850's two-digit year: a date more than 50 years ahead is in the past.
// False for anything else, including days the calendar does not have; a wrong but existing name of
// the weekday is not held against the sender.
bool ParseHttpDate(std::string_view text, int64_t now, int64_t* unix_seconds);

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back.
int64_t DaysFromCivil(int64_t year, unsigned month, unsigned day);
void CivilFromDays(int64_t days, int64_t* year, unsigned* month, unsigned* day);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_DATE_H_
