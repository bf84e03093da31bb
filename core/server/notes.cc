// SPDX-License-Identifier: Apache-2.0
//
// httpd/notes.h: texts by name on requests and connections. The environment is that of programs, so
// it changes its names on an internal redirect; that is done when somebody looks.

#include "server/notes.h"

#include <httpd/notes.h>

#include "base/concat.h"
#include "base/str.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/worker.h"

namespace httpd::server {

bool TextList::Same(std::string_view a, std::string_view b) const {
  return compare_ == Case::kMatters ? a == b : base::EqualsIgnoreCase(a, b);
}

httpd_str TextList::Find(std::string_view name) const {
  for (const Text* text = first_; text != nullptr; text = text->next) {
    if (Same(text->name, name)) return text->value;
  }
  return {nullptr, 0};
}

bool TextList::Set(httpd_pool* pool, std::string_view name, httpd_str value) {
  Text** link = &first_;
  while (*link != nullptr && !Same((*link)->name, name)) link = &(*link)->next;
  if (value.data == nullptr) {
    if (*link != nullptr) *link = (*link)->next;
    return true;
  }
  const httpd_str copy = pool->Copy(base::View(value));
  if (copy.data == nullptr) return false;
  if (*link != nullptr) {
    (*link)->value = copy;
    return true;
  }
  const httpd_str name_copy = pool->Copy(name);
  if (name_copy.data == nullptr) return false;
  Text* added = pool->New<Text>(Text{nullptr, base::View(name_copy), copy});
  if (added == nullptr) return false;
  *link = added;
  return true;
}

bool TextList::At(uint32_t index, httpd_str* name, httpd_str* value) const {
  const Text* text = first_;
  while (text != nullptr && index-- > 0) text = text->next;
  if (text == nullptr) return false;
  if (name != nullptr) *name = base::Str(text->name);
  if (value != nullptr) *value = text->value;
  return true;
}

bool TextList::Rename(httpd_pool* pool, std::string_view prefix) {
  for (Text* text = first_; text != nullptr; text = text->next) {
    const httpd_str parts[] = {base::Str(prefix), base::Str(text->name)};
    const httpd_str joined = httpd_pool_join(pool, parts, 2);
    if (joined.data == nullptr) return false;
    text->name = base::View(joined);
  }
  return true;
}

namespace {

const Redirected* RedirectAt(const Request* request, uint32_t index) {
  const Redirected* redirected = request->redirected;
  for (uint32_t i = request->redirects; i > index + 1u; --i) redirected = redirected->previous;
  return redirected;
}

// What Apache tells the next one about the request before the redirect.
bool Describe(RequestExtras* extras, Request* request, const Redirected& before) {
  TextList& environment = extras->environment;
  httpd_pool* pool = &request->pool;
  const std::string status = base::Concat(before.status);
  if (!environment.Set(pool, "REDIRECT_STATUS", base::Str(status)) ||
      !environment.Set(pool, "REDIRECT_URL", base::Str(before.path))) {
    return false;
  }
  if (before.query.data() != nullptr &&
      !environment.Set(pool, "REDIRECT_QUERY_STRING", base::Str(before.query))) {
    return false;
  }
  return !before.for_error ||
         environment.Set(pool, "REDIRECT_REQUEST_METHOD", httpd_request_method(request));
}

// The environment as it is now; null without memory, or when there is none and nobody writes.
RequestExtras* Environment(const httpd_request* constant, bool write) {
  auto* request = const_cast<httpd_request*>(constant);
  RequestExtras* extras = Extras(request);
  if (extras == nullptr) {
    if (!write && request->redirects == 0) return nullptr;
    extras = MakeExtras(request);
    if (extras == nullptr) return nullptr;
  }
  for (; extras->environment_redirects < request->redirects; ++extras->environment_redirects) {
    const Redirected* before = RedirectAt(request, extras->environment_redirects);
    if (!extras->environment.Rename(&request->pool, "REDIRECT_") ||
        !Describe(extras, request, *before)) {
      return nullptr;
    }
  }
  return extras;
}

}  // namespace
}  // namespace httpd::server

using httpd::base::View;
using httpd::server::Environment;
using httpd::server::Extras;
using httpd::server::MakeExtras;
using httpd::server::RequestExtras;

namespace {
constexpr httpd_str kNone = {nullptr, 0};
httpd_result Answer(bool set) { return set ? HTTPD_OK : HTTPD_ERR_NO_MEMORY; }
}  // namespace

#define REQUIRE_NAME(name) \
  HTTPD_REQUIRE(!View(name).empty(), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the name is empty")

httpd_str httpd_request_note(const httpd_request* request, httpd_str name) {
  HTTPD_CHECK_REQUEST_VALUE(request);
  const RequestExtras* extras = Extras(request);
  return extras == nullptr ? kNone : extras->notes.Find(View(name));
}

httpd_result httpd_request_set_note(httpd_request* request, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(request);
  REQUIRE_NAME(name);
  RequestExtras* extras = MakeExtras(request);
  if (extras == nullptr) return HTTPD_ERR_NO_MEMORY;
  return Answer(extras->notes.Set(&request->pool, View(name), value));
}

httpd_result httpd_request_note_at(const httpd_request* request, uint32_t index, httpd_str* name,
                                   httpd_str* value) {
  HTTPD_CHECK_REQUEST(request);
  const RequestExtras* extras = Extras(request);
  const bool found = extras != nullptr && extras->notes.At(index, name, value);
  return found ? HTTPD_OK : HTTPD_ERR_NOT_FOUND;
}

httpd_str httpd_request_env(const httpd_request* request, httpd_str name) {
  HTTPD_CHECK_REQUEST_VALUE(request);
  const RequestExtras* extras = Environment(request, false);
  return extras == nullptr ? kNone : extras->environment.Find(View(name));
}

httpd_result httpd_request_set_env(httpd_request* request, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(request);
  REQUIRE_NAME(name);
  HTTPD_REQUIRE(View(name).find_first_of(std::string_view("=\0", 2)) == std::string_view::npos,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the name holds \"=\" or NUL");
  RequestExtras* extras = Environment(request, true);
  if (extras == nullptr) return HTTPD_ERR_NO_MEMORY;
  return Answer(extras->environment.Set(&request->pool, View(name), value));
}

httpd_result httpd_request_env_at(const httpd_request* request, uint32_t index, httpd_str* name,
                                  httpd_str* value) {
  HTTPD_CHECK_REQUEST(request);
  const RequestExtras* extras = Environment(request, false);
  const bool found = extras != nullptr && extras->environment.At(index, name, value);
  return found ? HTTPD_OK : HTTPD_ERR_NOT_FOUND;
}
