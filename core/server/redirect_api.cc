// SPDX-License-Identifier: Apache-2.0
//
// The part of httpd/resource.h about other paths instead: internal redirects and where they came
// from.

#include <httpd/resource.h>

#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/phases.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::RequestState;

httpd_result httpd_request_redirect_internal(httpd_request* r, httpd_str path, httpd_str query) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(path, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(query, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(!r->flags.head_sent && r->state == RequestState::kRunning, HTTPD_ERR_STATE,
                HTTPD_ERR_STATE, "only a hook that runs before the head is sent may redirect");
  HTTPD_REQUIRE(path.len > 0 && path.data[0] == '/', HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the path does not start with '/'");
  if (r->redirects >= httpd_request::kMaxRedirects) return HTTPD_ERR_LIMIT;
  const httpd_str copy = query.data == nullptr ? httpd_str{nullptr, 0} : r->pool.Copy(View(query));
  if (query.data != nullptr && copy.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  if (!httpd::server::Restart(r, View(path))) return HTTPD_ERR_NO_MEMORY;
  httpd::server::ClearBody(r);
  if (query.data != nullptr) r->query = View(copy);
  return httpd::server::kRestarted;
}

uint32_t httpd_request_redirect_count(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->redirects;
}

httpd_str httpd_request_redirect_path(const httpd_request* r, uint32_t index) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  if (index >= r->redirects) return {nullptr, 0};
  const httpd::server::Redirected* redirected = r->redirected;
  for (uint32_t i = r->redirects - 1u; i > index; --i) redirected = redirected->previous;
  return Str(redirected->path);
}
