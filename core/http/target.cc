// SPDX-License-Identifier: Apache-2.0
//
// The four forms of a request target and which method may use which.
#include "http/target.h"

#include "http/field.h"
#include "http/host.h"

namespace httpd::http {
namespace {

const char* SetAuthority(const char* data, std::string_view authority, RequestHead* head) {
  std::string_view host;
  if (!ParseAuthority(authority, &host, &head->port)) {
    return "the host in the request target is not valid";
  }
  head->host = {static_cast<uint32_t>(host.data() - data), static_cast<uint32_t>(host.size())};
  return nullptr;
}

// RFC 9112 §3.2.3: host and port, nothing else.
const char* ClassifyAuthority(const char* data, std::string_view target, RequestHead* head) {
  head->form = TargetForm::kAuthority;
  if (const char* reason = SetAuthority(data, target, head)) return reason;
  return head->port > 0 ? nullptr : "CONNECT without a port";
}

// RFC 9112 §3.2.2.
const char* ClassifyAbsolute(const char* data, std::string_view target, RequestHead* head) {
  head->form = TargetForm::kAbsolute;
  const size_t colon = target.find("://");
  if (colon == std::string_view::npos) return "the request target is neither a path nor a URI";
  const std::string_view scheme = target.substr(0, colon);
  if (EqualsIgnoreCase(scheme, "http")) {
    head->scheme = Scheme::kHttp;
  } else if (EqualsIgnoreCase(scheme, "https")) {
    head->scheme = Scheme::kHttps;
  } else {
    return "the request target has a scheme other than http and https";
  }
  const size_t start = colon + 3;
  const size_t slash = target.find_first_of("/?", start);
  const size_t end = slash == std::string_view::npos ? target.size() : slash;
  head->path = {head->target.off + static_cast<uint32_t>(end),
                static_cast<uint32_t>(target.size() - end)};
  return SetAuthority(data, target.substr(start, end - start), head);
}

}  // namespace

const char* ClassifyTarget(const char* data, RequestHead* head) {
  const std::string_view target = head->target.view(data);
  if (target.empty()) return "an empty request target";
  if (head->method == Method::kConnect) return ClassifyAuthority(data, target, head);
  if (target[0] == '/') {
    head->form = TargetForm::kOrigin;
    head->path = head->target;
    return nullptr;
  }
  if (target == "*") {
    head->form = TargetForm::kAsterisk;
    return head->method == Method::kOptions ? nullptr : "the target * with a method but OPTIONS";
  }
  return ClassifyAbsolute(data, target, head);
}

}  // namespace httpd::http
