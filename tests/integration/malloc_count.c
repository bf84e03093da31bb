/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded into the server by the test of the allocation-free hot path: counts what each process
 * takes from the heap, in a file that the test maps too. Nothing of the server is changed for it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Mirrored in invariants_test.cc. */
#define SLOTS 1024
struct slot {
  _Atomic uint32_t pid;
  uint32_t unused;
  _Atomic uint64_t count;
};

static struct slot* table;
static struct slot* mine;
static uint32_t mine_pid;

__attribute__((constructor)) static void Open(void) {
  const char* path = getenv("HTTPD_MALLOC_COUNT");
  int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  void* memory;
  if (fd < 0) return;
  memory = mmap(NULL, SLOTS * sizeof(struct slot), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory != MAP_FAILED) table = memory;
}

static void Count(void) {
  uint32_t pid = (uint32_t)getpid(); /* asked each time: the server forks in its own ways */
  if (table == NULL) return;
  if (mine == NULL || mine_pid != pid) {
    size_t i = pid % SLOTS;
    for (size_t tried = 0; tried < SLOTS; ++tried, i = (i + 1) % SLOTS) {
      uint32_t free_slot = 0;
      if (atomic_load(&table[i].pid) == pid ||
          atomic_compare_exchange_strong(&table[i].pid, &free_slot, pid)) {
        mine = &table[i];
        mine_pid = pid;
        break;
      }
    }
  }
  if (mine != NULL) atomic_fetch_add(&mine->count, 1);
}

#ifdef HTTPD_COUNT_BY_HOOK

/* ASan's runtime calls this when it is defined. */
__attribute__((visibility("default"))) void __sanitizer_malloc_hook(const volatile void* memory,
                                                                    size_t size);
void __sanitizer_malloc_hook(const volatile void* memory, size_t size) { Count(); }
__attribute__((visibility("default"))) void __sanitizer_free_hook(const volatile void* memory);
void __sanitizer_free_hook(const volatile void* memory) {}

#else

#define EXPORT __attribute__((visibility("default")))
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* memory, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);

EXPORT void* malloc(size_t size) {
  Count();
  return __libc_malloc(size);
}
EXPORT void* calloc(size_t count, size_t size) {
  Count();
  return __libc_calloc(count, size);
}
EXPORT void* realloc(void* memory, size_t size) {
  Count();
  return __libc_realloc(memory, size);
}
EXPORT void* memalign(size_t alignment, size_t size) {
  Count();
  return __libc_memalign(alignment, size);
}
EXPORT void* aligned_alloc(size_t alignment, size_t size) {
  Count();
  return __libc_memalign(alignment, size);
}
EXPORT int posix_memalign(void** out, size_t alignment, size_t size) {
  Count();
  *out = __libc_memalign(alignment, size);
  return *out == NULL ? 12 /* ENOMEM */ : 0;
}

#endif
