// SPDX-License-Identifier: Apache-2.0
//
// Conditional requests: which of 200, 206, 304 and 412 a request with preconditions gets.
#include "http/conditional.h"

#include "http/date.h"
#include "http/etag.h"
#include "http/field.h"

namespace httpd::http {
namespace {

using EtagMatch = bool (*)(const ETag&, const ETag&);

// One line of If-Match or If-None-Match: "*" or a list of entity tags. A member that is no entity
// tag matches nothing; reading goes on behind the next comma.
bool LineMatches(std::string_view line, const Validators& validators, const ETag* current,
                 EtagMatch match) {
  line = TrimOws(line);
  if (line == "*") return validators.exists;
  while (!line.empty()) {
    ETag tag;
    if (line[0] == ',' || line[0] == ' ' || line[0] == '\t') {
      line.remove_prefix(1);
    } else if (ConsumeETag(&line, &tag)) {
      const std::string_view behind = TrimOws(line);
      const bool complete = behind.empty() || behind[0] == ',';
      if (complete && current != nullptr && match(tag, *current)) return true;
    } else {
      const size_t comma = line.find(',');
      line.remove_prefix(comma == std::string_view::npos ? line.size() : comma);
    }
  }
  return false;
}

bool AnyMatches(FieldLines lines, const Validators& validators, const ETag* current,
                EtagMatch match) {
  std::string_view line;
  while (lines.Next(&line)) {
    if (LineMatches(line, validators, current, match)) return true;
  }
  return false;
}

// The date of a field that was sent once and is well-formed.
bool SingleDate(FieldLines lines, int64_t now, int64_t* date) {
  std::string_view value;
  std::string_view more;
  if (!lines.Next(&value) || lines.Next(&more)) return false;
  return ParseHttpDate(value, now, date);
}

bool IfRangeHolds(FieldLines lines, const Validators& validators, const ETag* current,
                  int64_t now) {
  if (lines.empty()) return true;
  std::string_view value;
  std::string_view more;
  if (!lines.Next(&value) || lines.Next(&more)) return false;
  ETag tag;
  if (ParseETag(value, &tag)) return current != nullptr && StrongMatch(tag, *current);
  int64_t date;
  if (!validators.has_last_modified || !ParseHttpDate(value, now, &date)) return false;
  // RFC 9110 §8.8.2.2: a date is a strong validator only when the representation could not have
  // changed twice within that second.
  return date == validators.last_modified && now - validators.last_modified >= 1;
}

bool SelectsRepresentation(Method method) {
  return method != Method::kConnect && method != Method::kOptions && method != Method::kTrace;
}

// Steps 1–4 of RFC 9110 §13.2.2.
Condition Evaluate(Method method, const ConditionalFields& fields, const Validators& validators,
                   const ETag* current, int64_t now) {
  const bool reading = method == Method::kGet || method == Method::kHead;
  int64_t date;
  if (!fields.if_match.empty()) {
    if (!AnyMatches(fields.if_match, validators, current, StrongMatch)) {
      return Condition::kPreconditionFailed;
    }
  } else if (validators.has_last_modified && SingleDate(fields.if_unmodified_since, now, &date)) {
    if (validators.last_modified > date) return Condition::kPreconditionFailed;
  }
  if (!fields.if_none_match.empty()) {
    if (AnyMatches(fields.if_none_match, validators, current, WeakMatch)) {
      return reading ? Condition::kNotModified : Condition::kPreconditionFailed;
    }
  } else if (reading && validators.has_last_modified &&
             SingleDate(fields.if_modified_since, now, &date)) {
    if (validators.last_modified <= date) return Condition::kNotModified;
  }
  return Condition::kProceed;
}

bool HasOne(FieldLines lines) {
  std::string_view value;
  return lines.Next(&value) && !lines.Next(&value);
}

}  // namespace

ConditionalFields ConditionalFieldsOf(const RequestHead& head, const char* data) {
  const auto lines = [&](KnownField id) { return FieldLines(head, id, data); };
  return {lines(KnownField::kIfMatch),         lines(KnownField::kIfNoneMatch),
          lines(KnownField::kIfModifiedSince), lines(KnownField::kIfUnmodifiedSince),
          lines(KnownField::kIfRange),         lines(KnownField::kRange)};
}

bool HasConditions(const RequestHead& head) {
  return head.Has(KnownField::kIfModifiedSince) || head.Has(KnownField::kIfNoneMatch) ||
         head.Has(KnownField::kRange) || head.Has(KnownField::kIfMatch) ||
         head.Has(KnownField::kIfUnmodifiedSince);
}

ConditionOutcome EvaluateConditions(Method method, const ConditionalFields& fields,
                                    const Validators& validators, int64_t now) {
  if (!SelectsRepresentation(method)) return {};
  ETag etag;
  const bool has_etag = validators.exists && ParseETag(validators.etag, &etag);
  const ETag* current = has_etag ? &etag : nullptr;
  ConditionOutcome outcome;
  outcome.condition = Evaluate(method, fields, validators, current, now);
  outcome.range_applies = outcome.condition == Condition::kProceed && method == Method::kGet &&
                          validators.exists && HasOne(fields.range) &&
                          IfRangeHolds(fields.if_range, validators, current, now);
  return outcome;
}

}  // namespace httpd::http
