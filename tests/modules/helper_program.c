/* SPDX-License-Identifier: Apache-2.0
 *
 * A helper that is a program: it listens on descriptor 0, and answers what it was asked turned
 * around, with its argument behind. "gone" has it exit. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  for (;;) {
    char text[256], back[512];
    ssize_t i, size;
    size_t used = 0;
    const int fd = accept(0, NULL, NULL);
    if (fd < 0) return 9;
    size = read(fd, text, sizeof text);
    if (size == 4 && memcmp(text, "gone", 4) == 0) return 4;
    for (i = size; i > 0; --i) back[used++] = text[i - 1];
    if (argc > 1 && strlen(argv[1]) < 200) {
      memcpy(back + used, argv[1], strlen(argv[1]));
      used += strlen(argv[1]);
    }
    if (write(fd, back, used) != (ssize_t)used) return 8;
    close(fd);
  }
}
