// SPDX-License-Identifier: Apache-2.0
//
// The bytes that travel with a connection. Both ends are this core, but not always of one build,
// and a module may have taken the sender over: what is not exactly a record is refused.

#include <cstring>

#include "server/handover.h"

namespace httpd::server {
namespace {

constexpr uint32_t kMagic = 0x31766f68;  // "hov1"

struct Head {
  uint32_t magic;
  uint32_t served;
  uint16_t client_port;
  uint16_t local_port;
  uint8_t client_length;
  uint8_t local_length;
  uint16_t states;
};

struct StateHead {
  uint16_t name_length;
  uint16_t size;
};

template <typename T>
void Put(const T& value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  bool Get(T* value) {
    if (rest_.size() < sizeof *value) return false;
    std::memcpy(value, rest_.data(), sizeof *value);
    rest_.remove_prefix(sizeof *value);
    return true;
  }
  bool GetText(size_t size, std::string* text) {
    if (rest_.size() < size) return false;
    text->assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

std::string HandoverRecord::Encode() const {
  std::string out;
  Put(Head{kMagic, served, client_port, local_port, static_cast<uint8_t>(client.size()),
           static_cast<uint8_t>(local.size()), static_cast<uint16_t>(states.size())},
      &out);
  out += client;
  out += local;
  for (const auto& [name, state] : states) {
    Put(StateHead{static_cast<uint16_t>(name.size()), static_cast<uint16_t>(state.size())}, &out);
    out += name;
    out += state;
  }
  return out;
}

bool HandoverRecord::Decode(std::string_view bytes, HandoverRecord* record) {
  *record = HandoverRecord();
  Reader reader(bytes);
  Head head;
  if (!reader.Get(&head) || head.magic != kMagic || head.client_length > kMaxAddress ||
      head.local_length > kMaxAddress) {
    return false;
  }
  record->served = head.served;
  record->client_port = head.client_port;
  record->local_port = head.local_port;
  if (!reader.GetText(head.client_length, &record->client) ||
      !reader.GetText(head.local_length, &record->local)) {
    return false;
  }
  size_t total = 0;
  for (uint16_t i = 0; i < head.states; ++i) {
    StateHead state;
    std::string name, text;
    if (!reader.Get(&state) || !reader.GetText(state.name_length, &name) ||
        !reader.GetText(state.size, &text)) {
      return false;
    }
    total += text.size();
    record->states.emplace_back(std::move(name), std::move(text));
  }
  return reader.at_end() && total <= kMaxStates;
}

}  // namespace httpd::server
