// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/helper.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// A declared helper. The generation's process fills in where it can be reached before it forks
// workers.
struct httpd_helper {
  const httpd_module_handle* module = nullptr;
  std::string module_name;
  std::string name;
  std::vector<std::string> argv;  // empty: a function
  httpd_helper_main main = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
  std::string socket;                       // the path that workers connect to
  std::atomic<uint32_t>* starts = nullptr;  // shared with the workers

  httpd_helper() = default;
  httpd_helper(const httpd_helper&) = delete;
  ~httpd_helper();
};

namespace httpd::server {

// The helpers of a generation, in the order of their declaration.
class HelperSet {
 public:
  static constexpr size_t kMost = 64;

  HelperSet() = default;
  ~HelperSet();
  HelperSet(const HelperSet&) = delete;
  HelperSet& operator=(const HelperSet&) = delete;

  // `options` were checked. Null when there is no memory that can be shared.
  httpd_helper* Add(const httpd_module_handle* module, const httpd_helper_options& options);

  httpd_helper* Find(const httpd_module_handle* module, std::string_view name) const;
  std::vector<httpd_helper*> all() const;

  // The configuration is read: nothing is added any more.
  void Seal() { sealed_ = true; }
  bool sealed() const { return sealed_; }
  size_t size() const { return helpers_.size(); }

 private:
  std::vector<std::unique_ptr<httpd_helper>> helpers_;
  std::atomic<uint32_t>* counters_ = nullptr;  // kMost of them, shared by fork
  bool sealed_ = false;
};

}  // namespace httpd::server
