// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

namespace httpd::process {

// Turns signals into bytes of a pipe that poll(2) sees (the "self-pipe"). One per process; a child
// gives it up with ResetSignals.
class SignalPipe {
 public:
  // Catches each of `signals`. False with errno set.
  static bool Open(std::initializer_list<int> signals);
  static int fd();
  // The signals that came since the last call, each named once, in the order of their first coming.
  static std::vector<int> Take();
  // Both descriptors of the pipe.
  static std::vector<int> Descriptors();
};

// For a child: every signal as after exec, the pipe closed, nothing blocked; SIGPIPE and those of
// `ignored` are ignored.
void ResetSignals(std::initializer_list<int> ignored);

// Holds back every signal while it lives: a child must not run its parent's handlers.
class BlockSignals {
 public:
  BlockSignals();
  ~BlockSignals();
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;
};

// "signal 11 (Segmentation fault)".
std::string DescribeSignal(int number);

// "exit status 3" or "signal 11 (Segmentation fault)", of a waitpid status.
std::string DescribeStatus(int status);

}  // namespace httpd::process
