// SPDX-License-Identifier: Apache-2.0
//
// The functions of httpd/helper.h.

#include <errno.h>
#include <fcntl.h>
#include <httpd/helper.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/concat.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "base/unique_fd.h"
#include "log/error_log.h"
#include "os/descriptors.h"
#include "server/generation_impl.h"
#include "server/service_name.h"
#include "server/worker.h"

namespace {

constexpr size_t kMostArguments = 256;

bool HasEnd(const char* const* argv) {
  for (size_t i = 0; i < kMostArguments; ++i) {
    if (argv[i] == nullptr) return true;
  }
  return false;
}

// What keeps the workers' user, which this process already runs as, from running `path`; "" when
// nothing does.
std::string WhyNotRunnable(const char* path, std::string* fix) {
  struct stat facts {};
  if (::stat(path, &facts) != 0) {
    *fix = "install the program, or correct the path";
    return httpd::base::Concat(path, ": ", ::strerror(errno));
  }
  if (!S_ISREG(facts.st_mode)) {
    *fix = "name a program";
    return httpd::base::Concat(path, " is not a file");
  }
  if (::access(path, X_OK) != 0) {
    *fix = httpd::base::Concat("chmod a+x ", path);
    return httpd::base::Concat(path, " is not executable for user ", ::geteuid());
  }
  return "";
}

}  // namespace

extern "C" {

httpd_result httpd_helper_add(httpd_module_handle* self, const httpd_helper_options* raw,
                              const httpd_helper** helper) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(helper != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "there is no place for the helper");
  *helper = nullptr;
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  httpd_helper_options options;
  HTTPD_READ_SIZED(httpd_helper_options, raw, &options);
  httpd_generation* generation = self->generation;
  HTTPD_REQUIRE(
      generation != nullptr && generation->worker == nullptr && !generation->helpers.sealed(),
      HTTPD_ERR_STATE, HTTPD_ERR_STATE, "helpers are added while the configuration is read");
  HTTPD_REQUIRE(options.flags == 0, HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "httpd_helper_options.flags has a flag that this core does not know");
  HTTPD_REQUIRE(httpd::server::IsServiceName(options.name), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "a helper's name has 1 to 63 letters, digits, - and _");
  HTTPD_REQUIRE((options.argv == nullptr) != (options.main == nullptr), HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "a helper is either a program (argv) or a function (main)");
  HTTPD_REQUIRE(options.argv == nullptr || HasEnd(options.argv), HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "argv has no NULL at its end");
  HTTPD_REQUIRE(options.argv == nullptr || (options.argv[0] != nullptr && *options.argv[0] == '/'),
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "argv[0] is not an absolute path");
  HTTPD_REQUIRE(generation->helpers.Find(self, options.name) == nullptr, HTTPD_ERR_EXISTS,
                HTTPD_ERR_EXISTS, "the module has a helper of that name");
  HTTPD_REQUIRE(generation->helpers.size() < httpd::server::HelperSet::kMost, HTTPD_ERR_LIMIT,
                HTTPD_ERR_LIMIT, "a generation has at most 64 helpers");
  if (options.argv != nullptr) {
    std::string fix;
    const std::string why = WhyNotRunnable(options.argv[0], &fix);
    if (!why.empty()) {
      self->error =
          httpd::base::Concat("helper ", options.name, " cannot be run: ", why, " [HS-81]");
      self->fix = fix;
      return HTTPD_ERR_NOT_FOUND;
    }
  }
  *helper = generation->helpers.Add(self, options);
  return *helper != nullptr ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}

int32_t httpd_helper_connect(httpd_worker* worker, const httpd_helper* helper) {
  HTTPD_REQUIRE_HANDLE(worker, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_HANDLE(helper, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(!helper->socket.empty(), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the helper was not started yet");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, helper->socket.c_str(), helper->socket.size() + 1);
  httpd::base::UniqueFd fd(httpd::os::MakeSocket(AF_UNIX, SOCK_STREAM));
  if (fd && ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    return fd.Release();
  }
  if (fd && errno == EAGAIN) return HTTPD_AGAIN;
  httpd::log::Write(httpd::log::Level::kError, helper->module_name,
                    httpd::base::Concat("cannot connect to helper ", helper->name, ": ",
                                        ::strerror(errno), " [HS-82]"));
  return HTTPD_ERR_IO;
}

uint32_t httpd_helper_starts(const httpd_helper* helper) {
  HTTPD_REQUIRE_HANDLE(helper, 0);
  return helper->starts->load(std::memory_order_relaxed);
}

}  // extern "C"
