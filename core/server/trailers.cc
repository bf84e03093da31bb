// SPDX-License-Identifier: Apache-2.0
//
// Trailer fields (RFC 9110 §6.5) in both directions. What would change how a message is framed,
// routed or kept is no trailer, whoever sends it.

#include <httpd/body.h>
#include <httpd/response.h>

#include <algorithm>

#include "base/concat.h"
#include "http/field.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/request_log.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::Request;
using httpd::server::TrailerField;

namespace httpd::server {
namespace {

// RFC 9110 §6.5.1: framing, routing, control and conditions, authentication, and what has to be
// known before the content is read.
constexpr std::string_view kForbidden[] = {"age",
                                           "authorization",
                                           "cache-control",
                                           "connection",
                                           "content-encoding",
                                           "content-length",
                                           "content-range",
                                           "content-type",
                                           "cookie",
                                           "date",
                                           "expect",
                                           "expires",
                                           "host",
                                           "keep-alive",
                                           "location",
                                           "max-forwards",
                                           "pragma",
                                           "proxy-authenticate",
                                           "proxy-authorization",
                                           "proxy-connection",
                                           "range",
                                           "retry-after",
                                           "set-cookie",
                                           "te",
                                           "trailer",
                                           "transfer-encoding",
                                           "upgrade",
                                           "vary",
                                           "www-authenticate"};

constexpr uint32_t kMaxTrailers = 64;

}  // namespace

bool MayBeTrailer(std::string_view name) {
  if (name.size() > 3 && base::EqualsIgnoreCase(name.substr(0, 3), "if-")) return false;
  return std::none_of(std::begin(kForbidden), std::end(kForbidden), [name](std::string_view known) {
    return base::EqualsIgnoreCase(known, name);
  });
}

void ReceiveTrailer(Request* request, std::string_view name, std::string_view value) {
  if (!MayBeTrailer(name) || request->received_trailers.count >= kMaxTrailers) {
    LogRequest(request, log::Level::kInfo, "core",
               base::Concat("trailer field ", name, " of the request dropped [HS-45]"));
    return;
  }
  if (AddTrailer(request, &request->received_trailers, name, value)) return;
  LogRequest(request, log::Level::kError, "core",
             "no memory for a trailer field of the request: dropped [HS-45]");
}

bool SendTrailer(Request* request, std::string_view name, std::string_view value) {
  if (request->head->version < 1001) return true;  // no framing has room for it
  if (request->trailers.count >= kMaxTrailers || !MayBeTrailer(name)) return false;
  return AddTrailer(request, &request->trailers, name, value);
}

}  // namespace httpd::server

httpd_str httpd_request_trailer(const httpd_request* r, httpd_str name) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  for (const TrailerField* f = r->received_trailers.first; f != nullptr; f = f->next) {
    if (httpd::base::EqualsIgnoreCase(f->name, View(name))) return Str(f->value);
  }
  return {nullptr, 0};
}

httpd_result httpd_request_trailer_at(const httpd_request* r, uint32_t index, httpd_str* name,
                                      httpd_str* value) {
  HTTPD_CHECK_REQUEST(r);
  const TrailerField* field = r->received_trailers.first;
  while (field != nullptr && index-- > 0) field = field->next;
  if (field == nullptr) return HTTPD_ERR_NOT_FOUND;
  if (name != nullptr) *name = Str(field->name);
  if (value != nullptr) *value = Str(field->value);
  return HTTPD_OK;
}

httpd_result httpd_response_add_trailer(httpd_request* r, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE(!r->flags.complete && !r->flags.lookup_only, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the response is complete");
  HTTPD_REQUIRE(httpd::http::IsToken(View(name)) && httpd::http::IsFieldValue(View(value)) &&
                    httpd::server::MayBeTrailer(View(name)),
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "not a field that may be a trailer");
  if (r->head->version < 1001) return HTTPD_OK;
  if (r->trailers.count >= httpd::server::kMaxTrailers) return HTTPD_ERR_LIMIT;
  if (!httpd::server::AddTrailer(r, &r->trailers, View(name), View(value))) {
    return HTTPD_ERR_NO_MEMORY;
  }
  if (r->flags.head_sent) return HTTPD_OK;
  // RFC 9110 §6.6.2.
  std::string_view names = r->trailers.last->name;
  if (const httpd::server::HeaderField* field = httpd::server::FindField(r, "Trailer")) {
    const httpd_str joined = r->pool.Copy(httpd::base::Concat(field->value, ", ", names));
    if (joined.data == nullptr) return HTTPD_ERR_NO_MEMORY;
    names = View(joined);
  }
  return httpd::server::SetField(r, "Trailer", names) ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}
