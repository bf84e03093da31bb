// SPDX-License-Identifier: Apache-2.0
//
// The beginning of a connection that somebody takes part in. One with nothing of the kind never
// comes here: the listener starts HTTP/1 on it.

#include "server/opening.h"

#include <httpd/connection.h>

#include <algorithm>

#include "base/concat.h"
#include "http/connection.h"
#include "log/error_log.h"
#include "net/extras.h"
#include "net/layer.h"
#include "server/blame_scope.h"
#include "server/generation_impl.h"
#include "server/module_protocol.h"
#include "server/take_over.h"

namespace httpd::server {
namespace {

constexpr size_t kMaxDetect = 64;

const CoreServer& Limits(const httpd_connection* connection) {
  return connection->hosts == nullptr ? connection->worker->generation->main_core()
                                      : *connection->hosts->fallback->core;
}

void LogConnection(const httpd_connection* connection, log::Level level, std::string_view module,
                   std::string_view text) {
  if (level > log::GetLevel() && level > log::Level::kError) return;
  log::Write(
      level, module,
      base::Concat("[client ", connection->client(), ":", connection->client_port, "] ", text));
}

httpd_result CallHook(const module::HookEntry& entry, httpd_connection* connection) {
  BlameScope blame(connection->worker->slot, entry.slot, entry.hook);
  try {
    return entry.connection(connection, entry.user);
  } catch (...) {
    LogConnection(connection, log::Level::kError,
                  connection->worker->generation->registry.at(entry.slot)->name,
                  base::Concat("a C++ exception left the ", HookName(entry.hook),
                               " hook; the connection is closed [HS-02]"));
    return HTTPD_ERR_INVALID;
  }
}

void Destroy(httpd_connection* connection, uint16_t slot, uint16_t hook, httpd_destroy destroy,
             void* user) {
  if (destroy == nullptr) return;
  BlameScope blame(connection->worker->slot, slot, hook);
  try {
    destroy(user);
  } catch (...) {
    LogConnection(connection, log::Level::kError,
                  connection->worker->generation->registry.at(slot)->name,
                  "a C++ exception left a destroy function [HS-02]");
  }
}

}  // namespace

void DropTakeOver(httpd_connection* connection) {
  const ProtocolEntry* entry = connection->extras->take_over;
  connection->extras->take_over = nullptr;
  Destroy(connection, entry->slot, 0, entry->table.destroy, entry->table.user);
}

bool HasOpening(const httpd_generation& generation) {
  return !generation.hooks.Of(HTTPD_HOOK_CONNECTION_OPEN).empty() ||
         !generation.hooks.Of(HTTPD_HOOK_CONNECTION_CLOSE).empty() ||
         generation.protocols.detects();
}

void RunOpening(httpd_connection* connection) {
  net::Extras* extras = net::NeedExtras(connection);
  if (extras == nullptr) return connection->protocol->OnStop();
  extras->base = connection->protocol;
  extras->opening = new Opening(connection);
  connection->protocol = extras->opening;
  extras->opening->Start();
}

void CallCloseHooks(httpd_connection* connection) {
  if (connection->worker->generation->hooks.Of(HTTPD_HOOK_CONNECTION_CLOSE).empty()) return;
  if (net::Extras* extras = net::NeedExtras(connection)) extras->hooked = true;
}

void Release(httpd_connection* connection) {
  net::Extras* extras = connection->extras;
  httpd_worker* worker = connection->worker;
  net::Protocol* base = extras->base == nullptr ? connection->protocol : extras->base;
  if (connection->protocol != base) connection->protocol->OnClosed();
  if (extras->hooked && !connection->moved) {
    for (const auto& entry : worker->generation->hooks.Of(HTTPD_HOOK_CONNECTION_CLOSE)) {
      CallHook(entry, connection);
    }
  }
  for (const net::Preface& preface : extras->prefaces) {
    Destroy(connection, preface.slot, preface.hook, preface.options.destroy, preface.options.user);
  }
  if (extras->take_over != nullptr) DropTakeOver(connection);
  while (extras->has_layers()) {
    httpd_layer* layer = extras->top;
    extras->top = layer->below;
    net::LayerDestroy(layer);
    delete layer;
  }
  extras->raw.Free(worker);
  extras->ahead.Free(worker);
  delete extras->opening;
  connection->extras = nullptr;
  delete extras;  // and its pool, whose cleanups may run
  base->OnClosed();
}

void StartProtocol(httpd_connection* connection, const ProtocolEntry* entry) {
  net::Extras* extras = connection->extras;
  if (extras->base == nullptr) extras->base = connection->protocol;
  extras->module_protocol = new ModuleProtocol(connection, entry);
  connection->protocol = extras->module_protocol;
  extras->module_protocol->Start();
}

std::string_view Opening::ModuleName(uint16_t slot) const {
  return connection_->worker->generation->registry.at(slot)->name;
}

void Opening::Start() {
  const CoreServer& server = Limits(connection_);
  const uint32_t limit = server.header_timeout.value;
  net::BecomeLayered(connection_);
  net::SetDeadline(connection_,
                   connection_->worker->loop_now() + (limit > 0 ? limit : server.timeout.value));
  connection_->extras->hooked = true;
  if (!RunHooks() || close_asked_) return Close();
  stage_ = Stage::kPrefaces;
  Advance();
}

bool Opening::RunHooks() {
  choosing_ = true;
  for (const auto& entry : connection_->worker->generation->hooks.Of(HTTPD_HOOK_CONNECTION_OPEN)) {
    const httpd_result result = CallHook(entry, connection_);
    if (result == HTTPD_OK || result == HTTPD_DECLINED) continue;
    LogConnection(
        connection_, log::Level::kInfo, ModuleName(entry.slot),
        base::Concat("the connection_open hook answered ", result, ": connection closed [HS-51]"));
    return false;
  }
  choosing_ = false;
  return true;
}

void Opening::Advance() {
  if (connection_->closing) return;
  if (stage_ == Stage::kPrefaces && !ReadPrefaces()) return;
  if (stage_ == Stage::kHandshakes && !Handshake()) return;
  if (stage_ == Stage::kChoice) Choose();
}

bool Opening::ReadPrefaces() {
  net::Extras* extras = connection_->extras;
  while (!extras->prefaces.empty()) {
    if (!extras->raw.empty() && TryPreface()) continue;
    if (connection_->closing) return false;
    if (!Fill(true)) return false;
  }
  stage_ = Stage::kHandshakes;
  return true;
}

bool Opening::TryPreface() {
  net::Extras* extras = connection_->extras;
  const net::Preface preface = extras->prefaces.front();
  const std::string_view bytes = extras->raw.view().substr(0, preface.options.max_bytes);
  uint64_t consumed = 0;
  httpd_result result;
  choosing_ = true;
  {
    BlameScope blame(connection_->worker->slot, preface.slot, preface.hook);
    try {
      result = preface.options.read(connection_, {bytes.data(), bytes.size()}, &consumed,
                                    preface.options.user);
    } catch (...) {
      LogConnection(connection_, log::Level::kError, ModuleName(preface.slot),
                    "a C++ exception left a preface [HS-02]");
      result = HTTPD_ERR_INVALID;
    }
  }
  choosing_ = false;
  if (close_asked_) {
    Close();
    return false;
  }
  if (result == HTTPD_AGAIN) {
    if (bytes.size() < preface.options.max_bytes) return false;
    return Fail(base::Concat("the preface is longer than ", preface.options.max_bytes, " bytes"));
  }
  if (result != HTTPD_OK) return Fail(base::Concat("the preface was refused (", result, ")"));
  if (consumed > bytes.size()) {
    LogConnection(connection_, log::Level::kError, ModuleName(preface.slot),
                  base::Concat("a preface took ", consumed, " of ", bytes.size(),
                               " bytes; the connection is cut [HS-50]"));
    Close();
    return false;
  }
  extras->raw.begin += static_cast<uint32_t>(consumed);
  EndPreface();
  return true;
}

void Opening::EndPreface() {
  net::Extras* extras = connection_->extras;
  const net::Preface preface = extras->prefaces.front();
  extras->prefaces.erase(extras->prefaces.begin());
  Destroy(connection_, preface.slot, preface.hook, preface.options.destroy, preface.options.user);
}

// From the one next to the socket upwards.
bool Opening::Handshake() {
  net::Extras* extras = connection_->extras;
  for (httpd_layer* layer = extras->bottom.above; layer != nullptr; layer = layer->above) {
    while (!layer->ready) {
      const uint32_t before = extras->raw.end - extras->raw.begin;
      const httpd_result result = net::LayerHandshake(layer);
      if (connection_->closing) return false;
      if (close_asked_) {
        Close();
        return false;
      }
      if (result == HTTPD_OK) {
        layer->ready = true;
      } else if (result == HTTPD_ERR_IO) {
        return Fail(base::Concat("the handshake of layer ", layer->table.name, " failed"));
      } else if (extras->raw.empty() || extras->raw.end - extras->raw.begin == before) {
        net::Watch(connection_, result == HTTPD_AGAIN_WRITE ? UV_WRITABLE : UV_READABLE);
        extras->starved = true;  // only the socket changes that
        return false;
      }
    }
  }
  stage_ = Stage::kChoice;
  return true;
}

bool Opening::Choose() {
  net::Extras* extras = connection_->extras;
  const ProtocolTable& protocols = connection_->worker->generation->protocols;
  const ProtocolEntry* entry = extras->chosen;
  bool known = extras->http1_chosen || entry != nullptr;
  for (const httpd_layer* layer = extras->top; layer != nullptr && !known; layer = layer->below) {
    const httpd_str alpn = net::LayerFact(layer, HTTPD_FACT_ALPN);
    if (alpn.data == nullptr || alpn.len == 0) continue;
    entry = protocols.Find({alpn.data, alpn.len});
    known = true;
  }
  if (!known && protocols.detects() && !Detect(&entry)) return false;
  Finish(entry);
  return true;
}

// False when more bytes are needed. A protocol that cannot tell yet holds back those behind it.
bool Opening::Detect(const ProtocolEntry** entry) {
  net::Extras* extras = connection_->extras;
  const ProtocolTable& protocols = connection_->worker->generation->protocols;
  for (;;) {
    const std::string_view bytes = extras->ahead.view().substr(0, kMaxDetect);
    bool undecided = bytes.empty();
    for (size_t i = 0; i < protocols.size() && !undecided; ++i) {
      const ProtocolEntry& candidate = protocols.at(i);
      if (candidate.table.detect == nullptr) continue;
      httpd_result result = HTTPD_DECLINED;
      BlameScope blame(connection_->worker->slot, candidate.slot, HTTPD_HOOK_CONNECTION_OPEN);
      try {
        result = candidate.table.detect({bytes.data(), bytes.size()}, candidate.table.user);
      } catch (...) {
        LogConnection(connection_, log::Level::kError, ModuleName(candidate.slot),
                      "a C++ exception left a detect function [HS-02]");
      }
      if (result == HTTPD_OK) {
        *entry = &candidate;
        return true;
      }
      undecided = result == HTTPD_AGAIN && bytes.size() < kMaxDetect;
    }
    if (!undecided || eof_) return true;
    if (!Fill(false)) return eof_ && !connection_->closing;
  }
}

bool Opening::Fill(bool raw) {
  net::Extras* extras = connection_->extras;
  net::ReadAhead& into = raw ? extras->raw : extras->ahead;
  if (!into.Prepare(connection_->worker)) {
    Close();
    return false;
  }
  const httpd_iovec piece = {into.buffer.data + into.end, into.buffer.capacity - into.end};
  int64_t n = HTTPD_ERR_IO;
  if (raw) {
    // What is there already must not be read again.
    net::ReadAhead kept = extras->raw;
    extras->raw = {};
    n = net::LayerRead(&extras->bottom, &piece, 1);
    extras->raw = kept;
  } else {
    n = net::LayerRead(extras->top, &piece, 1);
  }
  if (n > 0) {
    into.end += static_cast<uint32_t>(n);
    return true;
  }
  if (n == 0) {
    eof_ = true;
    // A preface or a first byte that does not come any more.
    if (raw || into.empty()) Close();
    return false;
  }
  if (n == HTTPD_ERR_IO) {
    Close();
    return false;
  }
  extras->starved = true;
  extras->read_wants_write = n == HTTPD_AGAIN_WRITE;
  net::Watch(connection_, UV_READABLE);
  return false;
}

bool Opening::Fail(std::string_view what) {
  LogConnection(connection_, log::Level::kInfo, "core",
                base::Concat(what, ": connection closed [HS-52]"));
  Close();
  return false;
}

void Opening::OnTimeout() {
  static constexpr std::string_view kWhat[] = {"", "a preface", "a handshake", "the first byte"};
  Fail(base::Concat(kWhat[static_cast<size_t>(stage_)],
                    " did not arrive in time (RequestReadTimeout header)"));
}

void Opening::Close() { net::Close(connection_); }

void Opening::Finish(const ProtocolEntry* entry) {
  net::Extras* extras = connection_->extras;
  httpd_connection* connection = connection_;
  extras->opening = nullptr;
  connection->protocol = extras->base;
  extras->starved = false;
  delete this;
  if (!extras->has_layers() && extras->raw.empty() && extras->ahead.empty()) {
    net::BecomePlain(connection);
  }
  if (entry != nullptr) return StartProtocol(connection, entry);
  extras->begun = true;
  http::StartHttp1(connection);
}

}  // namespace httpd::server
