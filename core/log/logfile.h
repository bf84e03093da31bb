// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/log.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "server/generation.h"

namespace httpd::log {
class LogFiles;
}

// One file that lines are appended to, through a buffer of the worker's own. Before
// LogFiles::StartWorker there is no buffer, and Reserve answers null. Used by one thread.
//
// The descriptor is exchanged under it with dup2 when logs are reopened, so nothing about it is
// remembered from one flush to the next.
struct httpd_logfile {
 public:
  static constexpr size_t kBufferSize = 64 * 1024;

  httpd_logfile(httpd::log::LogFiles* owner, int fd, std::string name)
      : owner_(owner), fd_(fd), name_(std::move(name)) {}

  // Room for one line of at most `size` bytes; null when it is longer than the buffer, or does not
  // fit because the file takes nothing (both are counted as a drop). No heap, and at most one round
  // of write(2), when the buffer is full.
  char* Reserve(size_t size) {
    if (size <= limit_ - used_) {
      reserved_ = size;
      return buffer_.get() + used_;
    }
    return ReserveSlow(size);
  }

  // Keeps the first `size` bytes, never more than were reserved.
  void Commit(size_t size) {
    used_ += size < reserved_ ? size : reserved_;
    reserved_ = 0;
  }

  // Writes what is buffered. A pipe gets whole lines and never blocks; what the file does not take
  // now stays in the buffer. True when the buffer is empty afterwards.
  bool Flush();

  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }
  size_t reserved() const { return reserved_; }
  size_t buffered() const { return used_; }
  uint64_t drops() const { return drops_; }

 private:
  friend class httpd::log::LogFiles;

  char* ReserveSlow(size_t size);
  void Drop(uint64_t lines, int error);
  // Bytes of the next write: everything for a file, whole lines up to PIPE_BUF for a pipe.
  size_t NextChunk(size_t written, bool pipe) const;
  void ReportTrouble(int error);

  httpd::log::LogFiles* owner_;
  httpd::base::UniqueFd fd_;
  std::string name_;  // as in the configuration, for messages
  std::unique_ptr<char[]> buffer_;
  size_t limit_ = 0;  // kBufferSize once there is a buffer
  size_t used_ = 0;
  size_t reserved_ = 0;
  uint64_t drops_ = 0;
  uint64_t reported_drops_ = 0;
  int trouble_ = 0;           // errno of the last write; 0 when it went well
  int drop_error_ = 0;        // why the last line was lost
  int64_t last_report_ = -1;  // seconds of the monotonic clock
};

namespace httpd::log {

// The log files of a generation that modules opened. Created before OPEN_LOGS runs; forked into the
// workers with its descriptors. SIGPIPE must be ignored in a worker.
class LogFiles {
 public:
  // `grants` opens files in the name of the server's owner; in check mode it answers with
  // /dev/null. It must live until the last Open.
  explicit LogFiles(server::GrantClient* grants) : grants_(grants) {}
  LogFiles(const LogFiles&) = delete;
  LogFiles& operator=(const LogFiles&) = delete;

  // The file of that privileged argument; the same one for the same line, and for two lines that
  // turn out to name the same regular file. Before the first worker is forked. The status says in
  // words what is wrong.
  absl::StatusOr<httpd_logfile*> Open(std::string_view directive, std::string_view argument);

  // In the worker, before its first line: gives each file its buffer. `drops` counts lost lines in
  // the scoreboard and may be null. False when memory is used up.
  bool StartWorker(std::atomic<uint32_t>* drops);

  // Call once a second, and at the end of the worker: writes all buffers out. Also reports drops,
  // at most once a minute per file.
  void FlushAll();

  // At the end of the worker, in place of FlushAll: what cannot be written now is counted as lost
  // and reported.
  void Finish();

  size_t size() const { return files_.size(); }
  uint64_t drops() const;

  // The monotonic clock in seconds; replaced by tests.
  void SetClock(std::function<int64_t()> clock) { clock_ = std::move(clock); }

 private:
  friend struct ::httpd_logfile;

  struct Key {
    std::string directive;
    std::string argument;
    httpd_logfile* file;
  };

  int64_t Now() const;

  server::GrantClient* grants_;
  std::vector<std::unique_ptr<httpd_logfile>> files_;
  std::vector<Key> keys_;
  // Second descriptors of shared files. They stay open because the supervisor exchanges them by
  // number when logs are reopened; a number given to something else would be overwritten.
  std::vector<base::UniqueFd> spare_;
  std::atomic<uint32_t>* drops_ = nullptr;
  bool started_ = false;
  std::function<int64_t()> clock_;
};

// The log files of a generation; null when it has none (yet). Implemented with httpd_generation.
LogFiles* LogFilesOf(httpd_generation* generation);

}  // namespace httpd::log
