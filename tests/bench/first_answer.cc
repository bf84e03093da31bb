// SPDX-License-Identifier: Apache-2.0
//
// Start to first answer: the time from starting a server's program until the first byte of its
// first answer has arrived. A script is too slow and too uneven to measure a few milliseconds.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>

extern char** environ;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLimit{20};

// One attempt; true when an answer has begun.
bool Ask(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static constexpr char kRequest[] =
      "GET /1k.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  char byte;
  timeval limit{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  bool answered = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                  send(fd, kRequest, sizeof kRequest - 1, MSG_NOSIGNAL) > 0 &&
                  recv(fd, &byte, 1, 0) == 1;
  close(fd);
  return answered;
}

void Stop(pid_t pid) {
  kill(pid, SIGTERM);
  Clock::time_point end = Clock::now() + kLimit;
  while (waitpid(pid, nullptr, WNOHANG) == 0) {
    if (Clock::now() > end) kill(pid, SIGKILL);
    timespec pause{0, 1000000};
    nanosleep(&pause, nullptr);
  }
}

// Microseconds, or -1 when there was no answer in time.
long Measure(uint16_t port, char** command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  Clock::time_point start = Clock::now();
  pid_t pid;
  int error = posix_spawnp(&pid, command[0], &actions, nullptr, command, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    fprintf(stderr, "first_answer: cannot start %s: %s\n", command[0], strerror(error));
    return -1;
  }
  bool answered = false;
  while (!(answered = Ask(port)) && Clock::now() - start < kLimit) {
    if (waitpid(pid, nullptr, WNOHANG) == pid) {
      fprintf(stderr, "first_answer: %s ended before it answered\n", command[0]);
      return -1;
    }
    timespec pause{0, 50000};  // what a refused connect costs the server's core is nothing
    nanosleep(&pause, nullptr);
  }
  auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  Stop(pid);
  return answered ? static_cast<long>(spent.count()) : -1;
}

}  // namespace

// Usage: httpd_first_answer RUNS PORT COMMAND ARGUMENT…: prints one number of microseconds a line.
// The command must stay in the foreground and end on SIGTERM.
int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: httpd_first_answer RUNS PORT COMMAND ARGUMENT...\n");
    return 2;
  }
  int runs = atoi(argv[1]);
  for (int i = 0; i < runs; ++i) {
    long spent = Measure(static_cast<uint16_t>(atoi(argv[2])), argv + 3);
    if (spent < 0) return 1;
    printf("%ld\n", spent);
  }
}
