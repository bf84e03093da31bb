// SPDX-License-Identifier: Apache-2.0
//
// What an expression is worth in a request. Memory comes from the request's pool; a regular
// expression has the limits of all regular expressions.

#include <fnmatch.h>

#include <charconv>
#include <cstring>

#include "base/concat.h"
#include "base/str.h"
#include "server/expression.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/request_log.h"
#include "server/subnet.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using base::Str;
using base::View;
using Kind = Condition::Kind;
using Order = Condition::Order;

// As strtol: blanks, a sign, digits; what follows does not count. Beyond 64 bits the nearest.
int64_t NumberOf(std::string_view text) {
  while (!text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'))) {
    text.remove_prefix(1);
  }
  const bool negative = text.starts_with('-');
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return negative ? INT64_MIN : INT64_MAX;
  return number;
}

bool Holds(Order order, int compared) {
  switch (order) {
    case Order::kEqual:
      return compared == 0;
    case Order::kNotEqual:
      return compared != 0;
    case Order::kLess:
      return compared < 0;
    case Order::kLessOrEqual:
      return compared <= 0;
    case Order::kGreater:
      return compared > 0;
    case Order::kGreaterOrEqual:
      return compared >= 0;
  }
  return false;
}

// What Apache takes for "no".
bool IsTrue(std::string_view text) {
  for (const std::string_view no : {"", "0", "off", "false", "no"}) {
    if (base::EqualsIgnoreCase(text, no)) return false;
  }
  return true;
}

class Evaluation {
 public:
  explicit Evaluation(httpd_request* request) : request_(request) {}

  // HTTPD_OK unless something went wrong.
  httpd_result result() const { return result_; }

  bool Test(const Condition& c) {
    switch (c.kind) {
      case Kind::kFalse:
        return false;
      case Kind::kTrue:
        return true;
      case Kind::kNot:
        return !Test(*c.first);
      case Kind::kAnd:
        for (const Condition* one = c.first; one != nullptr; one = one->next) {
          if (!Test(*one) || failed()) return false;
        }
        return true;
      case Kind::kOr:
        for (const Condition* one = c.first; one != nullptr; one = one->next) {
          if (Test(*one)) return true;
          if (failed()) return false;
        }
        return false;
      case Kind::kEmpty:
        return Text(c.left).empty();
      case Kind::kFilled:
        return !Text(c.left).empty();
      case Kind::kTruth:
        return IsTrue(Text(c.left));
      case Kind::kFromClient:
        return Within(ClientOf(request_), Text(c.left));
      case Kind::kInSubnet: {
        const std::string_view address = Text(c.left);
        return Within(address, Text(c.right));
      }
      case Kind::kText: {
        const std::string_view left = Text(c.left);
        return Holds(c.order, left.compare(Text(c.right)));
      }
      case Kind::kNumber: {
        const int64_t left = NumberOf(Text(c.left));
        const int64_t right = NumberOf(Text(c.right));
        return Holds(c.order, left < right ? -1 : left > right);
      }
      case Kind::kGlob:
        return Glob(c);
      case Kind::kRegex:
        return Match(c);
      case Kind::kIn:
        return In(c);
    }
    return false;
  }

  std::string_view Text(const Word* word) {
    if (failed() || word->first == nullptr) return {};
    if (word->parts == 1) return Part(*word->first);
    auto* pieces = static_cast<httpd_str*>(request_->pool.Alloc(word->parts * sizeof(httpd_str)));
    if (pieces == nullptr) return OutOfMemory();
    size_t count = 0;
    for (const WordPart* part = word->first; part != nullptr; part = part->next) {
      pieces[count++] = Str(Part(*part));
    }
    const httpd_str joined = httpd_pool_join(&request_->pool, pieces, count);
    return joined.data == nullptr ? OutOfMemory() : View(joined);
  }

 private:
  bool failed() const { return result_ != HTTPD_OK; }
  std::string_view OutOfMemory() {
    result_ = HTTPD_ERR_NO_MEMORY;
    return {};
  }

  std::string_view Part(const WordPart& part) {
    httpd_str value = {nullptr, 0};
    switch (part.kind) {
      case WordPart::Kind::kLiteral:
        return part.literal;
      case WordPart::Kind::kCapture:
        return View(captures_[part.capture]);
      case WordPart::Kind::kVariable:
        ValueOf(request_, *part.variable, {nullptr, 0}, &value);
        return View(value);
      case WordPart::Kind::kCall: {
        const std::string_view argument = Text(part.argument);
        if (!failed()) ValueOf(request_, *part.variable, Str(argument), &value);
        return View(value);
      }
    }
    return {};
  }

  static bool Within(std::string_view address, std::string_view subnet_text) {
    Subnet subnet;
    return ParseSubnet(subnet_text, &subnet) && Contains(subnet, address);
  }

  bool Glob(const Condition& c) {
    const httpd_str text = request_->pool.Copy(Text(c.left));
    const httpd_str pattern = request_->pool.Copy(Text(c.right));
    if (text.data == nullptr || pattern.data == nullptr) return !OutOfMemory().empty();
    int flags = 0;
    if (c.glob == Condition::Glob::kIgnoreCase) flags = FNM_CASEFOLD;
    if (c.glob == Condition::Glob::kPath) flags = FNM_PATHNAME;
    return ::fnmatch(pattern.data, text.data, flags) == 0;
  }

  bool Match(const Condition& c) {
    const std::string_view subject = Text(c.left);
    if (failed()) return false;
    httpd_str captures[HTTPD_REGEX_CAPTURES];
    const httpd_result result = httpd_regex_match(c.regex, Str(subject), captures);
    if (result == HTTPD_OK) std::memcpy(captures_, captures, sizeof(captures_));
    if (result != HTTPD_OK && result != HTTPD_DECLINED) {
      result_ = result;
      LogRequest(request_, log::Level::kError, "core",
                 base::Concat("a regular expression in a condition took too many steps with a text "
                              "of ",
                              subject.size(), " bytes [HS-70]"));
    }
    return result == HTTPD_OK;
  }

  bool In(const Condition& c) {
    const std::string_view left = Text(c.left);
    for (const Word* word = c.right; word != nullptr; word = word->next) {
      if (Text(word) == left) return !failed();
    }
    return false;
  }

  httpd_request* request_;
  httpd_result result_ = HTTPD_OK;
  httpd_str captures_[HTTPD_REGEX_CAPTURES] = {};
};

}  // namespace

httpd_result Test(httpd_request* request, const httpd_expression& expression) {
  Evaluation evaluation(request);
  const bool holds = evaluation.Test(*expression.condition);
  if (evaluation.result() != HTTPD_OK) return evaluation.result();
  return holds ? HTTPD_OK : HTTPD_DECLINED;
}

httpd_result TextOf(httpd_request* request, const httpd_expression& expression, httpd_str* value) {
  if (expression.condition != nullptr) {
    const httpd_result result = Test(request, expression);
    if (result != HTTPD_OK && result != HTTPD_DECLINED) return result;
    *value = result == HTTPD_OK ? HTTPD_STR("true") : HTTPD_STR("false");
    return HTTPD_OK;
  }
  Evaluation evaluation(request);
  const std::string_view text = evaluation.Text(expression.text);
  if (evaluation.result() != HTTPD_OK) return evaluation.result();
  *value = text.data() == nullptr ? httpd_str{"", 0} : Str(text);
  return HTTPD_OK;
}

}  // namespace httpd::server
