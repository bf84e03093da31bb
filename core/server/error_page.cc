// SPDX-License-Identifier: Apache-2.0
//
// Error responses: ErrorDocument of the configuration, else a page by a module, else a page of our
// own that is small and readable in light and dark.

#include <algorithm>

#include "absl/strings/numbers.h"
#include "base/concat.h"
#include "http/escape.h"
#include "http/status.h"
#include "server/auth.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

std::string_view Explanation(uint32_t status) {
  switch (status) {
    case 400:
      return "The request could not be understood.";
    case 401:
      return "You have to say who you are to see this.";
    case 403:
      return "You are not allowed to see this.";
    case 404:
      return "There is nothing at this address.";
    case 405:
      return "This method is not possible here.";
    case 408:
      return "The request took too long to arrive.";
    case 412:
      return "A precondition of the request does not hold.";
    case 413:
      return "The request is larger than this server accepts.";
    case 414:
      return "The address is longer than this server accepts.";
    case 416:
      return "None of the requested ranges lies within the file.";
    case 431:
      return "The header of the request is larger than this server accepts.";
    case 500:
      return "Something went wrong in the server; its error log tells more.";
    case 501:
      return "This server does not know how to do that.";
    case 503:
      return "The server cannot answer now; please try again later.";
    case 505:
      return "This version of HTTP is not supported.";
    default:
      return "";
  }
}

void BuiltinPage(Request* request, uint32_t status) {
  const std::string reason(http::ReasonPhrase(static_cast<int>(status)));
  std::string page = base::Concat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>",
      status, " ", reason,
      "</title><style>:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;"
      "max-width:34rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.6rem;margin:0 0 .4rem}"
      "p{margin:0;opacity:.8}</style></head>\n<body><h1>",
      status, " ", reason, "</h1>\n<p>", Explanation(status));
  const HeaderField* location = FindField(request, "Location");
  if (status >= 300 && status < 400 && location != nullptr) {
    const std::string url = http::EscapeHtml(location->value);
    base::Append(&page, "The page is at <a href=\"", url, "\">", url, "</a>.");
  }
  base::Append(&page, "</p>");
  const CoreLocation* core = request->location == nullptr ? nullptr : request->location->core;
  if (core != nullptr && core->server_signature.value != ServerSignature::kOff) {
    base::Append(&page, "\n<hr><address>");
    http::EscapeHtml(request->server->core->server_name.value, &page);
    base::Append(&page, "</address>");
  }
  base::Append(&page, "</body></html>\n");
  const httpd_str body = request->pool.Copy(page);
  request->content_type = "text/html; charset=utf-8";
  if (body.data != nullptr) AppendMemory(request, base::View(body));
}

bool PageByModule(Request* request) {
  for (const module::HookEntry* entry : request->worker->generation->program.error_page) {
    if (CallHook(entry, request) == HTTPD_OK) return true;
  }
  return false;
}

const std::string* ErrorDocument(const Request* request, uint32_t status) {
  if (request->location == nullptr || request->flags.error_response) return nullptr;
  const auto& documents = request->location->core->error_documents;
  const auto it = documents.find(status);
  return it == documents.end() || it->second.empty() || it->second == "default" ? nullptr
                                                                                : &it->second;
}

bool IsUrl(std::string_view text) {
  return text.find("://") != std::string_view::npos && text.find(' ') == std::string_view::npos;
}

// Fields that describe the representation that is not sent go; Location, Allow, WWW-Authenticate
// and the like stay.
void ClearForError(Request* request, uint32_t status) {
  for (uint32_t i = 0; i < request->field_count; ++i) {
    HeaderField* field = request->field(i);
    const std::string_view name = field->name;
    const bool of_content = base::EqualsIgnoreCase(name.substr(0, 8), "Content-") &&
                            !(status == 416 && base::EqualsIgnoreCase(name, "Content-Range"));
    if (of_content || base::EqualsIgnoreCase(name, "ETag") ||
        base::EqualsIgnoreCase(name, "Last-Modified") ||
        base::EqualsIgnoreCase(name, "Accept-Ranges")) {
      field->removed = true;
    }
  }
  ClearBody(request);
}

// The document is made by a fresh run over its path as GET; its status stays the error's. False
// when there were too many internal redirects.
bool RestartForDocument(Request* request, std::string_view path, uint32_t status) {
  const size_t question = path.find('?');
  if (!Restart(request, path.substr(0, question), true)) return false;
  request->flags.error_response = true;
  request->original_status = status;
  if (request->method != http::Method::kHead) request->method = http::Method::kGet;
  if (question != std::string_view::npos) request->query = path.substr(question + 1);
  return true;
}

}  // namespace

void Fail(Request* request, uint32_t status) {
  if (request->flags.head_sent) {  // too late for a page: the client must see that it is cut
    request->stream->ForbidKeepAlive(request);
    LogRequest(request, log::Level::kError, "core",
               base::Concat("status ", status, " after the response had begun: cut off [HS-12]"));
    request->status = status;
    request->flags.aborted = true;
    return Complete(request);
  }
  // The document of an error failed itself: the first error counts, with the built-in page.
  if (request->flags.error_response && request->original_status != 0) {
    status = request->original_status;
  }
  const std::string* document = ErrorDocument(request, status);
  ClearForError(request, status);
  if (request->auth != nullptr) PrepareAuthError(request, status);
  // Elsewhere the client could not be asked who it is.
  if (status == 401 && document != nullptr && IsUrl(*document)) document = nullptr;
  request->status = status;
  if (document != nullptr && document->front() == '/') {
    if (RestartForDocument(request, *document, status)) return Run(request);
    document = nullptr;
  }
  request->flags.error_response = true;
  request->state = RequestState::kRunning;  // for the modules that see the page
  FilterErrorPage(request);
  if (document != nullptr && IsUrl(*document)) {
    request->status = 302;
    AddField(request, "Location", *document);
    BuiltinPage(request, 302);
  } else if (document != nullptr) {
    std::string_view text = *document;
    if (text.front() == '"') text.remove_prefix(1);  // Apache 1.3's single leading quote
    request->content_type = "text/html; charset=utf-8";
    AppendMemory(request, text);
  } else if (!http::StatusForbidsBody(static_cast<int>(status)) && !PageByModule(request)) {
    BuiltinPage(request, status);
  }
  Complete(request);
}

}  // namespace httpd::server
