// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_CONDITIONAL_H_
#define HTTPD_HTTP_CONDITIONAL_H_

#include <cstdint>
#include <string_view>

#include "http/method.h"
#include "http/request_head.h"

namespace httpd::http {

// The selected representation as a response would describe it.
struct Validators {
  std::string_view etag;      // as sent in ETag, `"x"` or `W/"x"`; empty: none
  int64_t last_modified = 0;  // as sent in Last-Modified, unix seconds
  bool has_last_modified = false;
  bool exists = true;  // false: there is no current representation (PUT of a new resource)
};

enum class Condition : uint8_t { kProceed, kNotModified, kPreconditionFailed };  // -, 304, 412

struct ConditionOutcome {
  Condition condition = Condition::kProceed;
  bool range_applies = false;  // GET with one Range field whose If-Range, if any, holds
};

// The conditional fields of a request. Empty FieldLines mean: not sent.
struct ConditionalFields {
  FieldLines if_match;
  FieldLines if_none_match;
  FieldLines if_modified_since;
  FieldLines if_unmodified_since;
  FieldLines if_range;
  FieldLines range;
};

ConditionalFields ConditionalFieldsOf(const RequestHead& head, const char* data);

// False when the request has no conditional and no Range field: nothing to evaluate. A handful of
// loads, so that the common request pays nothing.
bool HasConditions(const RequestHead& head);

// RFC 9110 §13.2.2, in its order: If-Match (strong), else If-Unmodified-Since; If-None-Match
// (weak), else If-Modified-Since for GET and HEAD; then Range with If-Range (strong). Call it only
// when the answer would be 2xx without the conditions (§13.2.1); methods that select no
// representation (CONNECT, OPTIONS, TRACE) always proceed. Dates that are malformed or sent twice
// are ignored. `now` is the time that goes into Date.
ConditionOutcome EvaluateConditions(Method method, const ConditionalFields& fields,
                                    const Validators& validators, int64_t now);

inline ConditionOutcome EvaluateConditions(const RequestHead& head, const char* data,
                                           const Validators& validators, int64_t now) {
  if (!HasConditions(head)) return {};
  return EvaluateConditions(head.method, ConditionalFieldsOf(head, data), validators, now);
}

}  // namespace httpd::http

#endif  // HTTPD_HTTP_CONDITIONAL_H_
