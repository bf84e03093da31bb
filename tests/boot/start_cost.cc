// SPDX-License-Identifier: Apache-2.0
// What the bootstrap costs: starts `bin/httpd` and `libexec/libhttpd.ep` in turns and compares the
// median of the pairs' differences with the bar, 0.5 ms.

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace {

// Processor time of one run: unlike the time on the wall it does not count other programs.
double Start(const char* program) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  char* argv[] = {const_cast<char*>(program), nullptr};
  pid_t child = -1;
  int status = -1;
  rusage used;
  if (posix_spawn(&child, program, &actions, nullptr, argv, environ) != 0 ||
      wait4(child, &status, 0, &used) != child || status != 0) {
    fprintf(stderr, "%s: could not be started, or failed with status %d\n", program, status);
    exit(1);
  }
  posix_spawn_file_actions_destroy(&actions);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: start_cost BOOTSTRAP ENTRY-PROGRAM\n");
    return 1;
  }
  std::vector<double> with, without, difference;
  for (int i = 0; i < 401; ++i) {
    with.push_back(Start(argv[1]));
    without.push_back(Start(argv[2]));
    difference.push_back(with.back() - without.back());
  }
  const double cost = Median(difference);
  printf("bootstrap %.3f ms, entry program alone %.3f ms, difference %.3f ms, bar 0.5 ms\n",
         Median(with), Median(without), cost);
  return cost <= 0.5 ? 0 : 1;
}
