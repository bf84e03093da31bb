// SPDX-License-Identifier: Apache-2.0
//
// httpd/subrequest.h.

#include <algorithm>

#include "base/sized.h"
#include "http/field.h"
#include "server/api_check.h"
#include "server/buffer.h"
#include "server/guarded_call.h"
#include "server/lifecycle.h"
#include "server/phases.h"
#include "server/subrequest.h"

using httpd::base::View;
using httpd::server::Request;
using httpd::server::RequestState;
using httpd::server::Subrequest;
using httpd::server::SubrequestLink;

namespace {

// What runs inside leaves nobody blamed; whoever called goes on.
class BlameScope {
 public:
  explicit BlameScope(httpd_worker* worker)
      : worker_(worker),
        module(worker->slot->module.load(std::memory_order_relaxed)),
        hook(worker->slot->hook.load(std::memory_order_relaxed)) {}
  ~BlameScope() { worker_->slot->Blame(module, hook); }

 private:
  httpd_worker* worker_;

 public:
  const uint16_t module;
  const uint16_t hook;
};

struct GiveBack {
  ~GiveBack() { httpd::server::CallRelease(destroy, user); }
  httpd_destroy destroy;
  void* user;
};

// Nobody else has looked at it: no way out of the document root may be in it.
bool IsPath(std::string_view path) {
  if (path.empty() || path[0] != '/' || path.find('\0') != path.npos) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return false;
    path.remove_prefix(segment.size());
  }
  return true;
}

// The parent ends, or had enough.
void EndRunning(Request* sub) {
  Subrequest* own = sub->sub;
  own->link->sub = nullptr;
  own->Forget();
  const bool waits = own->stage == Subrequest::Stage::kRunning;  // its own hooks do not run now
  own->stage = Subrequest::Stage::kDone;
  if (waits) return httpd::server::Abort(sub);
  httpd::server::EndSubrequest(sub);
}

void ParentEnds(void* user) {
  auto* link = static_cast<SubrequestLink*>(user);
  if (link->sub != nullptr) EndRunning(link->sub);
}

}  // namespace

#define REQUIRE_SUBREQUEST(sub, answer)                           \
  HTTPD_REQUIRE((sub)->sub != nullptr, answer, HTTPD_ERR_INVALID, \
                "the request is one of a client, not a subrequest")

httpd_result httpd_subrequest_create(httpd_request* parent, httpd_str path,
                                     const httpd_subrequest_options* raw, httpd_request** sub) {
  HTTPD_CHECK_REQUEST(parent);
  HTTPD_REQUIRE(sub != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "sub is NULL");
  *sub = nullptr;
  httpd_subrequest_options options;
  HTTPD_READ_OPTIONS(httpd_subrequest_options, raw, &options);
  HTTPD_REQUIRE(path.data != nullptr && IsPath(View(path)), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the path does not begin with / or has . or .. in it");
  HTTPD_REQUIRE(options.flags <= HTTPD_SUBREQUEST_PASS, HTTPD_ERR_UNSUPPORTED,
                HTTPD_ERR_UNSUPPORTED, "flags are none or one of HTTPD_SUBREQUEST_*");
  const std::string_view method =
      options.method.len == 0 ? std::string_view("GET") : View(options.method);
  HTTPD_REQUIRE(httpd::http::IsToken(method), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the method is not a word");
  HTTPD_REQUIRE(parent->location != nullptr && parent->state != RequestState::kEnding,
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "the request is ending");
  const uint32_t depth = parent->sub == nullptr ? 0 : parent->sub->depth;
  HTTPD_REQUIRE(depth < Subrequest::kMaxDepth, HTTPD_ERR_LIMIT, HTTPD_ERR_LIMIT,
                "ten subrequests deep, which is a loop");
  auto* link = static_cast<SubrequestLink*>(parent->pool.Alloc(sizeof(SubrequestLink)));
  if (link == nullptr) return HTTPD_ERR_NO_MEMORY;
  *link = {nullptr};
  if (!parent->pool.AddCleanup(ParentEnds, link)) return HTTPD_ERR_NO_MEMORY;
  Request* made = httpd::server::NewSubrequest(parent, View(path), method);
  HTTPD_REQUIRE(made != nullptr, HTTPD_ERR_LIMIT, HTTPD_ERR_LIMIT, "too many requests are active");
  link->sub = made;
  made->sub->link = link;
  if (options.query.data != nullptr) {
    const httpd_str query = made->pool.Copy(View(options.query));
    if (query.data == nullptr) {
      EndRunning(made);
      return HTTPD_ERR_NO_MEMORY;
    }
    made->query = View(query);
  }
  made->sub->pass = options.flags == HTTPD_SUBREQUEST_PASS;
  if (options.max_bytes != 0) made->sub->max_bytes = options.max_bytes;
  *sub = made;
  return HTTPD_OK;
}

httpd_result httpd_subrequest_lookup(httpd_request* sub) {
  HTTPD_CHECK_REQUEST(sub);
  REQUIRE_SUBREQUEST(sub, HTTPD_ERR_INVALID);
  Subrequest* own = sub->sub;
  HTTPD_REQUIRE(own->stage == Subrequest::Stage::kCreated && !sub->flags.lookup_only,
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "it was looked up or run before");
  const BlameScope blame(sub->worker);
  const httpd_result result = httpd::server::RunLookup(sub);
  if (result == HTTPD_OK || result == 401) {
    own->stage = Subrequest::Stage::kLookedUp;
  } else {
    own->stage = Subrequest::Stage::kRefused;
    own->refused = result > 0 ? static_cast<uint32_t>(result) : 0;
  }
  return result;
}

httpd_result httpd_subrequest_run(httpd_request* sub, httpd_subrequest_done done, void* user,
                                  httpd_destroy destroy) {
  GiveBack give_back{destroy, user};  // whatever is wrong
  HTTPD_CHECK_REQUEST(sub);
  REQUIRE_SUBREQUEST(sub, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(done != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "done is NULL");
  HTTPD_REQUIRE(sub->sub->stage < Subrequest::Stage::kRunning && !sub->flags.lookup_only,
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "it ran before");
  HTTPD_REQUIRE(!sub->sub->pass || !sub->sub->parent->flags.complete, HTTPD_ERR_STATE,
                HTTPD_ERR_STATE, "the response of the parent is complete");
  give_back.destroy = nullptr;
  const BlameScope blame(sub->worker);
  Subrequest* own = sub->sub;
  own->slot = blame.module;
  own->hook = blame.hook;
  own->done = done;
  own->user = user;
  own->destroy = destroy;
  const Subrequest::Stage stage = own->stage;
  own->stage = Subrequest::Stage::kRunning;
  if (stage == Subrequest::Stage::kRefused && own->refused != 0) {
    httpd::server::Fail(sub, own->refused);
    return HTTPD_OK;
  }
  if (stage != Subrequest::Stage::kLookedUp) httpd::server::StartOver(sub);
  httpd::server::Run(sub);
  return HTTPD_OK;
}

httpd_chain* httpd_subrequest_body(httpd_request* sub) {
  HTTPD_CHECK_REQUEST_VALUE(sub);
  REQUIRE_SUBREQUEST(sub, nullptr);
  return sub->sub->stage == Subrequest::Stage::kDone ? &sub->sub->captured : nullptr;
}

httpd_result httpd_subrequest_end(httpd_request* sub) {
  HTTPD_CHECK_REQUEST(sub);
  REQUIRE_SUBREQUEST(sub, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(sub->state != RequestState::kEnding, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "it is ending");
  const bool inside = sub->state == RequestState::kRunning &&
                      (sub->flags.lookup_only || sub->sub->stage == Subrequest::Stage::kRunning);
  HTTPD_REQUIRE(!inside, HTTPD_ERR_STATE, HTTPD_ERR_STATE, "one of its own hooks is running");
  const BlameScope blame(sub->worker);
  EndRunning(sub);
  return HTTPD_OK;
}

httpd_request* httpd_request_parent(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->sub == nullptr ? nullptr : r->sub->parent;
}
