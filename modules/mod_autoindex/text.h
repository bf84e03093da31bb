// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <httpd/cxx.hpp>
#include <string_view>

namespace mod_autoindex {

using httpd::api::PoolText;

// Appends text for HTML, in elements and in quoted attributes. Bytes that are not UTF-8 become
// U+FFFD, control characters their pictures (U+2400 and on), so that every name can be seen.
void AppendHtml(std::string_view text, PoolText* out);

// Appends text that goes on from line to line, as AppendHtml but with its line ends and tabs.
void AppendHtmlText(std::string_view text, PoolText* out);

// Appends one name as a relative reference: percent-encoded, ":" too, since "a:b" would be a
// scheme.
void AppendHref(std::string_view name, PoolText* out);

// Appends 512, 1.5K, 23M and so on.
void AppendSize(int64_t size, PoolText* out);

// Appends "2026-11-22" and "17:38" of a time in nanoseconds, UTC.
void AppendDate(int64_t nanoseconds, PoolText* out);
void AppendClock(int64_t nanoseconds, PoolText* out);

void AppendNumber(uint64_t number, PoolText* out);

// Decodes %XX and "+" of a query's value; what does not decode stays.
void AppendDecoded(std::string_view value, PoolText* out);

}  // namespace mod_autoindex
