// SPDX-License-Identifier: Apache-2.0
// The index is believed only when every byte is as this user wrote it, and no change is missed.
#include "module/index.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "module/store.h"

namespace httpd::module {
namespace {

namespace fs = std::filesystem;

class IndexTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/index_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    chmod(folder, 0755);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path() const { return folder_ + "/index"; }
  static Index::Original Original(uint64_t inode) { return {{1, inode, 3, 4, 5}, "mod_a.so"}; }
  static Index::Copy Copy(char fill) { return {std::string(32, fill), {1, 2, 3, 4, 5}}; }
  static Index::Verdict Verdict(const std::string& key, char fill) {
    return {key, {std::string(32, fill)}, {{"/etc/ld.so.cache", {9, 8, 7, 6, 5}}}, "plan " + key};
  }
  void WriteOne() {
    Index index;
    index.PutCopy(Original(2), Copy('a'));
    index.PutVerdict(Verdict("key", 'a'));
    ASSERT_TRUE(index.Save(folder_, "build", &finding_)) << finding_.what;
  }
  bool Load() {
    finding_ = Finding();
    return Index().Load(folder_, "build", &finding_);
  }
  std::string Get() {
    std::ifstream in(Path());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void Put(const std::string& bytes) { std::ofstream(Path()) << bytes; }

  std::string folder_;
  Finding finding_;
};

TEST_F(IndexTest, WhatIsWrittenIsRead) {
  WriteOne();
  Index index;
  ASSERT_TRUE(index.Load(folder_, "build", &finding_));
  ASSERT_NE(index.FindCopy(Original(2)), nullptr);
  EXPECT_EQ(*index.FindCopy(Original(2)), Copy('a'));
  EXPECT_EQ(index.FindCopy(Original(3)), nullptr);
  ASSERT_NE(index.FindVerdict("key"), nullptr);
  EXPECT_EQ(index.FindVerdict("key")->plan, "plan key");
  EXPECT_EQ(index.FindVerdict("key")->depends_on, Verdict("key", 'a').depends_on);
  EXPECT_EQ(index.FindVerdict("other"), nullptr);
  struct stat facts = {};
  ASSERT_EQ(stat(Path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
}

TEST_F(IndexTest, NoneIsNothingToTell) {
  EXPECT_FALSE(Load());
  EXPECT_EQ(finding_.code, "");
}

TEST_F(IndexTest, AnotherBuildsIsNotUsed) {
  WriteOne();
  Index index;
  EXPECT_FALSE(index.Load(folder_, "another", &finding_));
  EXPECT_EQ(finding_.code, "");
  EXPECT_EQ(index.FindVerdict("key"), nullptr);
}

TEST_F(IndexTest, EachTruncationAndEachFlippedByteIsSeen) {
  WriteOne();
  const std::string bytes = Get();
  ASSERT_GT(bytes.size(), 100u);
  for (size_t size = 0; size < bytes.size(); ++size) {
    Put(bytes.substr(0, size));
    EXPECT_FALSE(Load()) << size;
    EXPECT_EQ(finding_.code, "HM-91") << size;
    std::string flipped = bytes;
    flipped[size] ^= 0x20;
    Put(flipped);
    EXPECT_FALSE(Load()) << size;
  }
  Put(bytes + "x");
  EXPECT_FALSE(Load());
  Put(bytes);
  EXPECT_TRUE(Load());
}

TEST_F(IndexTest, WhatOthersCanWriteIsNotBelieved) {
  WriteOne();
  chmod(Path().c_str(), 0620);
  EXPECT_FALSE(Load());
  EXPECT_EQ(finding_.code, "HM-90");
  EXPECT_EQ(finding_.fix, "rm " + Path());
  chmod(Path().c_str(), 0602);
  EXPECT_FALSE(Load());
  EXPECT_EQ(finding_.code, "HM-90");
  chmod(Path().c_str(), 0600);
  EXPECT_TRUE(Load());
  fs::rename(Path(), folder_ + "/elsewhere");
  fs::create_symlink(folder_ + "/elsewhere", Path());
  EXPECT_FALSE(Load());
  EXPECT_EQ(finding_.code, "HM-90");
  fs::remove(Path());
  ASSERT_EQ(mkfifo(Path().c_str(), 0600), 0);
  EXPECT_FALSE(Load());  // and does not wait for a writer
  EXPECT_EQ(finding_.code, "HM-90");
}

TEST_F(IndexTest, AnotherUsersIsNotBelieved) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  WriteOne();
  ASSERT_EQ(chown(Path().c_str(), 65534, 0), 0);
  EXPECT_FALSE(Load());
  EXPECT_EQ(finding_.code, "HM-90");
}

TEST_F(IndexTest, AFolderThatOthersCanWriteIsNotBelieved) {
  WriteOne();
  chmod(folder_.c_str(), 0777);
  EXPECT_FALSE(Load());
}

TEST_F(IndexTest, WritersKeepWhatOthersWroteMeanwhile) {
  Index one, two;
  one.Load(folder_, "build", &finding_);
  two.Load(folder_, "build", &finding_);
  one.PutCopy(Original(2), Copy('a'));
  one.PutVerdict(Verdict("one", 'a'));
  two.PutCopy(Original(3), Copy('b'));
  two.PutVerdict(Verdict("two", 'b'));
  ASSERT_TRUE(one.Save(folder_, "build", &finding_));
  ASSERT_TRUE(two.Save(folder_, "build", &finding_));
  Index all;
  ASSERT_TRUE(all.Load(folder_, "build", &finding_));
  EXPECT_NE(all.FindCopy(Original(2)), nullptr);
  EXPECT_NE(all.FindCopy(Original(3)), nullptr);
  EXPECT_NE(all.FindVerdict("one"), nullptr);
  EXPECT_NE(all.FindVerdict("two"), nullptr);
}

TEST_F(IndexTest, OnlyTheNewestVerdictsAreKept) {
  Index index;
  for (int i = 0; i < 20; ++i) index.PutVerdict(Verdict("key" + std::to_string(i), 'a'));
  EXPECT_EQ(index.FindVerdict("key0"), nullptr);
  EXPECT_NE(index.FindVerdict("key19"), nullptr);
  EXPECT_NE(index.FindVerdict("key12"), nullptr);
  EXPECT_EQ(index.FindVerdict("key11"), nullptr);
}

TEST_F(IndexTest, WhatIsAboutOtherCopiesIsForgotten) {
  Index index;
  index.PutCopy(Original(2), Copy('a'));
  index.PutCopy(Original(3), Copy('b'));
  index.PutVerdict(Verdict("a", 'a'));
  index.PutVerdict(Verdict("b", 'b'));
  index.Keep({std::string(32, 'b')});
  EXPECT_EQ(index.FindCopy(Original(2)), nullptr);
  EXPECT_NE(index.FindCopy(Original(3)), nullptr);
  EXPECT_EQ(index.FindVerdict("a"), nullptr);
  EXPECT_NE(index.FindVerdict("b"), nullptr);
}

TEST_F(IndexTest, WhatCannotBeWrittenIsAWarning) {
  Index index;
  index.PutVerdict(Verdict("a", 'a'));
  EXPECT_FALSE(index.Save(folder_ + "/none", "build", &finding_));
  EXPECT_EQ(finding_.code, "HM-92");
  EXPECT_EQ(finding_.severity, FindingSeverity::kWarning);
}

// A change within the same tick of the file system's clock looks like none.
TEST_F(IndexTest, AFileThatHasJustChangedIsNotSettled) {
  const int64_t now = RealTime();
  FileIdentity file{1, 2, 3, now - 1, now - 1};
  EXPECT_FALSE(IsSettled(file, now));
  file.ctime_ns = now - 1'000'000'001;
  EXPECT_TRUE(IsSettled(file, now));
  file.ctime_ns = (now / 1'000'000'000 - 1) * 1'000'000'000;  // a clock of whole seconds
  EXPECT_FALSE(IsSettled(file, now));
  file.ctime_ns -= 2'000'000'000;
  EXPECT_TRUE(IsSettled(file, now));
  file.ctime_ns = now + 1'000'000'000;  // its clock runs ahead
  EXPECT_FALSE(IsSettled(file, now));
  EXPECT_TRUE(IsSettled(FileIdentity(), now));
}

class DependencyTest : public IndexTest {
 protected:
  Dependency Of(const std::string& name) {
    struct stat facts = {};
    const std::string path = folder_ + "/" + name;
    if (stat(path.c_str(), &facts) != 0) return {path, {}};
    return {path, FileIdentity::Of(facts)};
  }
  // Until a change of a file leaves another time than one made before.
  void WaitForTick() {
    const std::string probe = folder_ + "/probe";
    std::ofstream(probe) << "x";
    const FileIdentity before = Of("probe").identity;
    do {
      std::ofstream(probe) << "y";
    } while (Of("probe").identity == before);
  }
  bool Same(const Dependency& file) {
    TrustedFolders folders;
    return StillTheSame({file}, &folders);
  }
};

TEST_F(DependencyTest, EachKindOfChangeIsSeen) {
  const std::string path = folder_ + "/lib.so";
  const Dependency absent = Of("lib.so");
  EXPECT_TRUE(Same(absent));
  std::ofstream(path) << "first";
  EXPECT_FALSE(Same(absent));
  Dependency file = Of("lib.so");
  EXPECT_TRUE(Same(file));
  WaitForTick();                   // what is younger is never relied on
  std::ofstream(path) << "other";  // the same size
  EXPECT_FALSE(Same(file));
  file = Of("lib.so");
  std::ofstream(folder_ + "/new") << "third";
  fs::rename(folder_ + "/new", path);
  EXPECT_FALSE(Same(file));
  file = Of("lib.so");
  WaitForTick();
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), old, 0), 0);
  EXPECT_FALSE(Same(file));
  file = Of("lib.so");
  EXPECT_TRUE(Same(file));
  fs::rename(path, folder_ + "/real.so");
  EXPECT_FALSE(Same(file));
  fs::create_symlink("real.so", path);
  EXPECT_TRUE(Same(Of("lib.so")));  // seen through the link
}

TEST_F(DependencyTest, WhatOthersCanExchangeIsNeverTheSame) {
  std::ofstream(folder_ + "/lib.so") << "first";
  chmod((folder_ + "/lib.so").c_str(), 0666);
  EXPECT_FALSE(Same(Of("lib.so")));
  EXPECT_FALSE(Same({"relative", {}}));
}

}  // namespace
}  // namespace httpd::module
