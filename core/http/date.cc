// SPDX-License-Identifier: Apache-2.0
//
// HTTP dates without libc: strftime and timegm depend on locale and time zone and cost a hundred
// times as much. Calendar arithmetic after Howard Hinnant's "chrono-compatible low-level date
// algorithms".
#include "http/date.h"

#include <cstring>

namespace httpd::http {
namespace {

constexpr char kDays[] = "SunMonTueWedThuFriSat";
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kLongDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};
constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kYear0 = -62167219200;     // 0000-01-01T00:00:00Z
constexpr int64_t kYear9999 = 253402300799;  // 9999-12-31T23:59:59Z

void PutTwo(unsigned value, char* out) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
}

struct Civil {
  int64_t year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Eats `text` piece by piece; every step tells whether the piece was there.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool Literal(std::string_view want) {
    if (text_.substr(0, want.size()) != want) return false;
    text_.remove_prefix(want.size());
    return true;
  }

  bool Digits(size_t count, unsigned* value) {
    if (text_.size() < count) return false;
    unsigned result = 0;
    for (size_t i = 0; i < count; ++i) {
      const unsigned digit = static_cast<unsigned char>(text_[i]) - '0';
      if (digit > 9) return false;
      result = result * 10 + digit;
    }
    *value = result;
    text_.remove_prefix(count);
    return true;
  }

  // A three-letter name out of `names`; `*index` counts from 0.
  bool Name(std::string_view names, unsigned* index) {
    if (text_.size() < 3) return false;
    for (size_t i = 0; i + 3 <= names.size(); i += 3) {
      if (names.substr(i, 3) != text_.substr(0, 3)) continue;
      *index = static_cast<unsigned>(i / 3);
      text_.remove_prefix(3);
      return true;
    }
    return false;
  }

  bool Month(unsigned* month) {
    if (!Name(kMonths, month)) return false;
    ++*month;
    return true;
  }

  bool Time(Civil* c) {
    return Digits(2, &c->hour) && Literal(":") && Digits(2, &c->minute) && Literal(":") &&
           Digits(2, &c->second);
  }

  bool AtEnd() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
bool ParseImfFixdate(std::string_view text, Civil* c) {
  Reader r(text);
  unsigned weekday;
  unsigned year;
  if (!(r.Name(kDays, &weekday) && r.Literal(", ") && r.Digits(2, &c->day) && r.Literal(" ") &&
        r.Month(&c->month) && r.Literal(" ") && r.Digits(4, &year) && r.Literal(" ") && r.Time(c) &&
        r.Literal(" GMT") && r.AtEnd())) {
    return false;
  }
  c->year = year;
  return true;
}

bool LongDay(Reader* r) {
  for (const std::string_view day : kLongDays) {
    if (r->Literal(day)) return true;
  }
  return false;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"; the year is left as 0–99.
bool ParseRfc850(std::string_view text, Civil* c) {
  Reader r(text);
  unsigned year;
  if (!(LongDay(&r) && r.Literal(", ") && r.Digits(2, &c->day) && r.Literal("-") &&
        r.Month(&c->month) && r.Literal("-") && r.Digits(2, &year) && r.Literal(" ") && r.Time(c) &&
        r.Literal(" GMT") && r.AtEnd())) {
    return false;
  }
  c->year = year;
  return true;
}

// "Sun Nov  6 08:49:37 1994"
bool ParseAsctime(std::string_view text, Civil* c) {
  Reader r(text);
  unsigned weekday;
  unsigned year;
  if (!(r.Name(kDays, &weekday) && r.Literal(" ") && r.Month(&c->month) && r.Literal(" "))) {
    return false;
  }
  const bool day = r.Literal(" ") ? r.Digits(1, &c->day) : r.Digits(2, &c->day);
  if (!(day && r.Literal(" ") && r.Time(c) && r.Literal(" ") && r.Digits(4, &year) && r.AtEnd())) {
    return false;
  }
  c->year = year;
  return true;
}

bool IsLeap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned DaysInMonth(int64_t year, unsigned month) {
  static constexpr uint8_t kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kLengths[month - 1];
}

bool ToUnix(const Civil& c, int64_t* seconds) {
  if (c.day < 1 || c.day > DaysInMonth(c.year, c.month)) return false;
  // 60 is a leap second, which unix time counts as the next one.
  if (c.hour > 23 || c.minute > 59 || c.second > 60) return false;
  *seconds = DaysFromCivil(c.year, c.month, c.day) * kSecondsPerDay + c.hour * 3600 +
             c.minute * 60 + c.second;
  return true;
}

// RFC 9110 §5.6.7: a two-digit year that seems more than 50 years ahead is the most recent past
// year with these digits.
bool Rfc850ToUnix(Civil c, int64_t now, int64_t* seconds) {
  int64_t this_year;
  unsigned month;
  unsigned day;
  CivilFromDays(now / kSecondsPerDay, &this_year, &month, &day);
  c.year += this_year / 100 * 100;
  const bool valid = ToUnix(c, seconds);
  Civil limit;
  limit.year = this_year + 50;
  limit.month = month;
  limit.day = month == 2 && day == 29 ? 28 : day;
  int64_t limit_seconds = 0;
  ToUnix(limit, &limit_seconds);
  if (valid && *seconds <= limit_seconds + kSecondsPerDay - 1) return true;
  // 29 February may exist in one century and not in the other.
  if (!valid && c.year <= this_year) return false;
  c.year -= 100;
  return ToUnix(c, seconds);
}

}  // namespace

int64_t DaysFromCivil(int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<int64_t>(day_of_era) - 719468;
}

void CivilFromDays(int64_t days, int64_t* year, unsigned* month, unsigned* day) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_index = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * month_index + 2) / 5 + 1;
  *month = month_index < 10 ? month_index + 3 : month_index - 9;
  *year = static_cast<int64_t>(year_of_era) + era * 400 + (*month <= 2);
}

void FormatHttpDate(int64_t unix_seconds, char* out) {
  if (unix_seconds < kYear0) unix_seconds = kYear0;
  if (unix_seconds > kYear9999) unix_seconds = kYear9999;
  int64_t days = unix_seconds / kSecondsPerDay;
  int64_t rest = unix_seconds % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  int64_t year;
  unsigned month;
  unsigned day;
  CivilFromDays(days, &year, &month, &day);
  const auto weekday = static_cast<size_t>(((days % 7) + 11) % 7);  // 1970-01-01 was a Thursday
  const auto second = static_cast<unsigned>(rest);

  std::memcpy(out, "Xxx, 00 Xxx 0000 00:00:00 GMT", kHttpDateLength);
  std::memcpy(out, kDays + 3 * weekday, 3);
  PutTwo(day, out + 5);
  std::memcpy(out + 8, kMonths + 3 * static_cast<size_t>(month - 1), 3);
  PutTwo(static_cast<unsigned>(year) / 100, out + 12);
  PutTwo(static_cast<unsigned>(year) % 100, out + 14);
  PutTwo(second / 3600, out + 17);
  PutTwo(second / 60 % 60, out + 20);
  PutTwo(second % 60, out + 23);
}

bool ParseHttpDate(std::string_view text, int64_t now, int64_t* unix_seconds) {
  Civil civil;
  if (ParseImfFixdate(text, &civil) || ParseAsctime(text, &civil)) {
    return ToUnix(civil, unix_seconds);
  }
  return ParseRfc850(text, &civil) && Rfc850ToUnix(civil, now, unix_seconds);
}

}  // namespace httpd::http
