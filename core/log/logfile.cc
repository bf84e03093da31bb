// SPDX-License-Identifier: Apache-2.0
// Log files of modules (access logs). A line costs a copy into memory; the system is asked to write
// when a buffer is full, once a second and at the end. A disk that is full or a logger that does
// not read must never stop the server: then lines are lost, counted, and said so once a minute.
#include "log/logfile.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "absl/status/status.h"
#include "log/error_log.h"

namespace {

constexpr int64_t kReportInterval = 60;  // seconds

// In words; `strerror` follows for those who search for it.
std::string_view Reason(int error) {
  switch (error) {
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EFBIG:
      return "the file has reached the largest size that the system or a limit (ulimit -f) allows";
    case EPIPE:
      return "the program that reads the log has ended";
    case EAGAIN:
      return "the program that reads the log does not keep up";
    case EMSGSIZE:
      return "a line was longer than the buffer of 64 KiB";
    case EIO:
      return "the disk reports an error";
    default:
      return "the system refuses to write";
  }
}

std::string_view Fix(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "make room on the file system that holds the log; logging goes on by itself";
    case EFBIG:
      return "rotate the log and reopen it (kill -USR1 of the supervisor, or httpd -k graceful)";
    case EPIPE:
      return "see in the error log why the program ended, then httpd -k graceful";
    case EMSGSIZE:
      return "leave out of the log's format what clients can make that long";
    case EAGAIN:
      return "make the program read faster, or log to a file";
    default:
      return "see the system's log for the disk or file system that holds the log";
  }
}

// A full pipe must not block. Set on every flush, since reopening exchanges what the number means.
// Other kinds are left as they are: the flag of a terminal is shared with the operator's shell.
bool IsPipe(int fd) {
  struct stat facts;
  if (fstat(fd, &facts) != 0 || (!S_ISFIFO(facts.st_mode) && !S_ISSOCK(facts.st_mode))) {
    return false;
  }
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  return true;
}

}  // namespace

char* httpd_logfile::ReserveSlow(size_t size) {
  reserved_ = 0;
  if (limit_ == 0) return nullptr;
  if (size <= limit_) {
    Flush();
    if (size <= limit_ - used_) {
      reserved_ = size;
      return buffer_.get() + used_;
    }
  }
  Drop(1, size > limit_ ? EMSGSIZE : trouble_);
  return nullptr;
}

void httpd_logfile::Drop(uint64_t lines, int error) {
  drops_ += lines;
  drop_error_ = error;
  if (owner_->drops_ != nullptr) {
    owner_->drops_->fetch_add(static_cast<uint32_t>(lines), std::memory_order_relaxed);
  }
}

size_t httpd_logfile::NextChunk(size_t written, bool pipe) const {
  const size_t left = used_ - written;
  if (!pipe || left <= PIPE_BUF) return left;
  // Up to PIPE_BUF bytes go into a pipe as one, so the lines of two workers do not mix.
  const std::string_view rest(buffer_.get() + written, left);
  size_t end = rest.rfind('\n', PIPE_BUF - 1);
  if (end == std::string_view::npos) end = rest.find('\n');  // one long line: it may be split
  return end == std::string_view::npos ? left : end + 1;
}

bool httpd_logfile::Flush() {
  if (used_ == 0) return true;
  const bool pipe = IsPipe(fd_.get());
  size_t written = 0;
  int error = 0;
  while (written < used_ && error == 0) {
    const ssize_t n = write(fd_.get(), buffer_.get() + written, NextChunk(written, pipe));
    if (n > 0) {
      written += static_cast<size_t>(n);
    } else if (n == 0) {
      error = ENOSPC;  // POSIX leaves it open; it means that nothing more is taken now
    } else if (errno != EINTR) {
      error = errno == EWOULDBLOCK ? EAGAIN : errno;
    }
  }
  if (written != 0) std::memmove(buffer_.get(), buffer_.get() + written, used_ - written);
  used_ -= written;
  // A pipe that is full for a moment is no trouble until lines are lost; FlushAll reports those.
  if (error != 0 && error != EAGAIN) ReportTrouble(error);
  trouble_ = error;
  return used_ == 0;
}

void httpd_logfile::ReportTrouble(int error) {
  const int64_t now = owner_->Now();
  if (last_report_ >= 0 && now - last_report_ < kReportInterval) return;
  last_report_ = now;
  const uint64_t lost = drops_ - reported_drops_;
  reported_drops_ = drops_;
  std::string text = "cannot write to the log " + name_ + ": " + std::string(Reason(error)) + " (" +
                     std::strerror(error) + ")";
  if (lost != 0) text += "; " + std::to_string(lost) + " lines were lost";
  text += "\nfix: " + std::string(Fix(error));
  httpd::log::Write(httpd::log::Level::kError, "core", text);
}

namespace httpd::log {

absl::StatusOr<httpd_logfile*> LogFiles::Open(std::string_view directive,
                                              std::string_view argument) {
  for (const Key& key : keys_) {
    if (key.directive == directive && key.argument == argument) return key.file;
  }
  if (started_) {
    return absl::FailedPreconditionError(
        "log files can be opened by the OPEN_LOGS hook only, not in a worker");
  }
  absl::StatusOr<int> opened = grants_->Open(directive, argument);
  if (!opened.ok()) return opened.status();
  base::UniqueFd fd(*opened);
  const int flags = fcntl(fd.get(), F_GETFD);
  if (flags < 0 || fcntl(fd.get(), F_SETFD, flags | FD_CLOEXEC) != 0) {
    return absl::InternalError("the descriptor for " + std::string(argument) + " cannot be used (" +
                               strerror(errno) + ")");
  }

  struct stat facts;
  const bool regular = fstat(fd.get(), &facts) == 0 && S_ISREG(facts.st_mode);
  httpd_logfile* file = nullptr;
  for (const auto& other : files_) {
    struct stat theirs;
    if (regular && fstat(other->fd(), &theirs) == 0 && theirs.st_dev == facts.st_dev &&
        theirs.st_ino == facts.st_ino) {
      file = other.get();
    }
  }
  if (file != nullptr) {
    spare_.push_back(std::move(fd));
  } else {
    files_.push_back(std::make_unique<httpd_logfile>(this, fd.Release(), std::string(argument)));
    file = files_.back().get();
  }
  keys_.push_back({std::string(directive), std::string(argument), file});
  return file;
}

bool LogFiles::StartWorker(std::atomic<uint32_t>* drops) {
  drops_ = drops;
  started_ = true;
  for (const auto& file : files_) {
    if (file->buffer_ == nullptr) {
      file->buffer_.reset(new (std::nothrow) char[httpd_logfile::kBufferSize]);
    }
    if (file->buffer_ == nullptr) return false;
    file->limit_ = httpd_logfile::kBufferSize;
  }
  return true;
}

void LogFiles::FlushAll() {
  for (const auto& file : files_) {
    file->Flush();
    if (file->drops_ != file->reported_drops_) file->ReportTrouble(file->drop_error_);
  }
}

void LogFiles::Finish() {
  for (const auto& file : files_) {
    if (file->Flush()) continue;
    const char* lines = file->buffer_.get();
    file->Drop(static_cast<uint64_t>(std::count(lines, lines + file->used_, '\n')), file->trouble_);
    file->used_ = 0;
    file->last_report_ = -1;  // the last chance to say so
    file->ReportTrouble(file->trouble_);
  }
}

uint64_t LogFiles::drops() const {
  uint64_t sum = 0;
  for (const auto& file : files_) sum += file->drops_;
  return sum;
}

int64_t LogFiles::Now() const {
  if (clock_) return clock_();
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

}  // namespace httpd::log
