// SPDX-License-Identifier: Apache-2.0
//
// Files that are cut, damaged, too large or no files: always a verdict, never a crash, and no byte
// is read of what is refused for what it is.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "object/inspected.h"

namespace httpd::object {
namespace {

// The smallest of each format, width and byte order.
constexpr const char* kSmall[] = {"mod_hello.so",
                                  "mod_hello.aarch64.so",
                                  "mod_hello.mips.so",
                                  "mod_hello.i386.so",
                                  "s390x.so",
                                  "libversioned.i386.so",
                                  "needs_version.s390x.so",
                                  "s390x.o",
                                  "ppc.bundle",
                                  "ppc64.bundle",
                                  "linked.macho.arm64.o",
                                  "linked.macho.arm64_32.o",
                                  "linked.x86_64.bundle",
                                  "linked.x64.dll",
                                  "linked.x86.dll",
                                  "delayed.x64.dll",
                                  "depends.arm64.dll",
                                  "linked.x64.obj",
                                  "linked.x86.obj",
                                  "xcoff32.so",
                                  "xcoff64.so",
                                  "linked.xcoff32.o",
                                  "linked.xcoff64.o"};
// Of these only the headers and tables are cut at every offset: they are tens of kilobytes long.
constexpr const char* kLarge[] = {"linked.arm64.bundle", "linked.arm64_32.bundle",
                                  "linked.fixups.bundle", "universal.bundle",
                                  "libdepends.fixups.dylib"};

class DamageTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!Exists(Fixture(GetParam()))) {
      GTEST_SKIP() << GetParam() << " was not built: clang, lld, llc or yaml2obj is missing";
    }
    whole_ = Contents(Fixture(GetParam()));
  }

  // An allocation of its own, so that a sanitizer sees a read behind the end.
  void ExpectRefusedWhenCutTo(size_t size) {
    std::unique_ptr<char[]> part(new char[size]);
    memcpy(part.get(), whole_.data(), size);
    Inspected file(part.get(), size);
    ASSERT_EQ(file.code, HTTPD_INSPECT_OK);
    const bool refused = file.facts.kind < HTTPD_INSPECT_SHARED ||
                         file.facts.state != static_cast<uint32_t>(HTTPD_INSPECT_WHOLE);
    ASSERT_TRUE(refused) << "cut to " << size << " of " << whole_.size() << " bytes";
    ASSERT_EQ(file.facts.state != 0, file.facts.reason.len != 0);
  }

  std::string whole_;
};

using CutTest = DamageTest;
TEST_P(CutTest, EveryTruncationIsFound) {
  ASSERT_FALSE(whole_.empty());
  for (size_t size = 0; size < whole_.size() && !HasFatalFailure(); ++size) {
    ExpectRefusedWhenCutTo(size);
  }
}
INSTANTIATE_TEST_SUITE_P(Small, CutTest, testing::ValuesIn(kSmall));

using LargeCutTest = DamageTest;
TEST_P(LargeCutTest, EveryTruncationNearTheTablesIsFound) {
  constexpr size_t kMargin = 2048;
  ASSERT_GT(whole_.size(), 2 * kMargin);
  for (size_t size = 0; size < kMargin && !HasFatalFailure(); ++size) {
    ExpectRefusedWhenCutTo(size);
    ExpectRefusedWhenCutTo(whole_.size() - 1 - size);
  }
  for (size_t size = kMargin; size < whole_.size() && !HasFatalFailure(); size += 61) {
    ExpectRefusedWhenCutTo(size);
  }
}
INSTANTIATE_TEST_SUITE_P(Large, LargeCutTest, testing::ValuesIn(kLarge));

TEST_P(DamageTest, IsSurvived) {
  std::mt19937 random(20240611);
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = whole_;
    for (uint32_t i = 0, n = 1 + random() % 8; i < n; ++i) {
      // Headers and tables decide; half of the damage goes to the first kilobyte.
      const size_t range =
          random() % 2 == 0 ? std::min<size_t>(1024, damaged.size()) : damaged.size();
      damaged[random() % range] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
    }
    Inspected file(damaged.data(), damaged.size());
    ASSERT_EQ(file.code, HTTPD_INSPECT_OK);
    ASSERT_EQ(file.facts.state != 0, file.facts.reason.len != 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Small, DamageTest, testing::ValuesIn(kSmall));
INSTANTIATE_TEST_SUITE_P(Large, DamageTest, testing::ValuesIn(kLarge));

// A table that refers to itself must not keep the reader busy: here an export trie whose root has
// itself as a child, in the smallest Mach-O library that has one.
TEST(LoopTest, ATrieThatContainsItselfIsMalformed) {
  struct {
    uint32_t header[8] = {0xfeedfacf, 0x01000007, 3, 6, 1, 16, 0, 0};
    uint32_t trie[4] = {0x80000033, 16, 48, 8};
    char nodes[8] = {0, 1, 'a', 0, 0, 0, 0, 0};
  } file;
  Inspected loop(&file, sizeof(file));
  EXPECT_EQ(loop.facts.state, static_cast<uint32_t>(HTTPD_INSPECT_MALFORMED));
  EXPECT_EQ(Text(loop.facts.reason), "its export trie points to 0x0 twice or from outside");
}

// Twenty thousand symbols that all have the same name of sixty thousand letters: a gigabyte to read
// in a file of 400 KB. The budget ends it, and the names that many honest symbols share do not.
TEST(LoopTest, NamesThatManySymbolsShareAreBounded) {
  const auto file = [](uint32_t symbols, uint32_t name) {
    const uint32_t names_at = 32 + 24 + symbols * 16;
    std::vector<uint32_t> words = {0xfeedfacf, 0x01000007, 3,       6,        1,       24, 0, 0, 2,
                                   24,         32 + 24,    symbols, names_at, name + 2};
    for (uint32_t i = 0; i < symbols; ++i) words.insert(words.end(), {1, 1, 0, 0});
    std::string bytes(reinterpret_cast<const char*>(words.data()), words.size() * 4);
    return bytes + '\0' + std::string(name, 'a') + '\0';
  };
  const std::string hostile = file(20000, 60000);
  Inspected refused(hostile.data(), hostile.size());
  EXPECT_EQ(refused.facts.state, static_cast<uint32_t>(HTTPD_INSPECT_MALFORMED));
  EXPECT_THAT(Text(refused.facts.reason), testing::HasSubstr("its tables overlap"));
  const std::string honest = file(20000, 40);
  Inspected read(honest.data(), honest.size());
  EXPECT_EQ(read.facts.state, static_cast<uint32_t>(HTTPD_INSPECT_WHOLE));
  EXPECT_EQ(read.imports.size(), 20000u);
}

class RefusalTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_), nullptr);
    path_ = std::string(folder_) + "/file";
  }
  void TearDown() override {
    unlink(path_.c_str());
    rmdir(folder_);
  }

  char folder_[32] = "/tmp/inspect_test.XXXXXX";
  std::string path_;
};

TEST_F(RefusalTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(Inspected("/").code, HTTPD_INSPECT_E_FILE);
  EXPECT_EQ(Inspected("/dev/zero").code, HTTPD_INSPECT_E_FILE);
  Inspected missing("/no/such/file");
  EXPECT_EQ(missing.code, HTTPD_INSPECT_E_OPEN);
  EXPECT_EQ(missing.error(), "cannot open /no/such/file: No such file or directory");
}

TEST_F(RefusalTest, AFifoIsRefusedWithoutWaitingOrReading) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(Inspected(path_).code, HTTPD_INSPECT_E_FILE);  // nobody writes: open() would wait
  const int fd = open(path_.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(write(fd, "x", 1), 1);
  EXPECT_EQ(Inspected(path_).code, HTTPD_INSPECT_E_FILE);
  char byte = 0;
  EXPECT_EQ(read(fd, &byte, 1), 1) << "the byte in the FIFO was read";
  close(fd);
}

// Nothing of it is read: the process may not even allocate as much.
TEST_F(RefusalTest, ASparseFileOfAGigabyteIsRefusedUnread) {
  const int fd = open(path_.c_str(), O_CREAT | O_RDWR, 0600);
  ASSERT_EQ(ftruncate(fd, off_t{1} << 30), 0);
  struct rusage before, after;
  ASSERT_EQ(getrusage(RUSAGE_SELF, &before), 0);
  Inspected file(path_);
  ASSERT_EQ(getrusage(RUSAGE_SELF, &after), 0);
  EXPECT_EQ(file.code, HTTPD_INSPECT_E_SIZE);
  EXPECT_EQ(file.error(), path_ + " has 1073741824 bytes; the limit is 268435456");
  EXPECT_EQ(before.ru_inblock, after.ru_inblock);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);  // KiB
  // Also a caller's own descriptor, whose offset stays.
  httpd_inspect_object* object = nullptr;
  EXPECT_EQ(httpd_inspect_open_fd(fd, "sparse", nullptr, &object, nullptr), HTTPD_INSPECT_E_SIZE);
  EXPECT_EQ(object, nullptr);
  EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 0);
  close(fd);
}

}  // namespace
}  // namespace httpd::object
