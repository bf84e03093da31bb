// SPDX-License-Identifier: Apache-2.0
//
// .htaccess files in a worker: found on the way to a file, read when they have changed, forgotten
// when nobody uses them.

#include "server/access_files.h"

#include "server/generation_impl.h"
#include "server/worker.h"

namespace httpd::server {

AccessFiles::~AccessFiles() { Retire(); }

void AccessFiles::Release(Overlay* overlay) {
  if (--overlay->references == 0) delete overlay;
}

void AccessFiles::Retire() {
  if (overlay_ != nullptr) Release(overlay_);
  overlay_ = nullptr;
}

LocationTree* AccessFiles::Enter(Request* request) {
  if (overlay_ != nullptr && overlay_->tree.merges() > kMaxMerges) Retire();
  if (overlay_ == nullptr) overlay_ = new Overlay(&worker_->generation->registry);
  Overlay* overlay = overlay_;
  const auto release = [](void* used) { Release(static_cast<Overlay*>(used)); };
  if (!request->pool.AddCleanup(release, overlay)) return nullptr;
  ++overlay->references;
  return &overlay->tree;
}

}  // namespace httpd::server
