// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "process/grant_client.h"
#include "server/zone_set.h"

namespace httpd::process {

// A generation's way to the supervisor's zones, over the channel that the broker uses too.
class ZoneRequests : public server::ZoneClient {
 public:
  explicit ZoneRequests(BrokerClient* broker) : broker_(broker) {}

  bool Open(const server::ZoneKey& key, server::ZoneMemory* memory,
            config::Diagnostic* problem) override;

 private:
  BrokerClient* broker_;
};

}  // namespace httpd::process
