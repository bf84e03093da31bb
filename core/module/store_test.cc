// SPDX-License-Identifier: Apache-2.0
//
// Paths that may be trusted, and copies of module files, on real files in private folders.

#include "module/store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/xattr.h>
#endif

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace httpd::module {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    old_umask_ = umask(077);  // what is made for others must be readable all the same
    char name[] = "/tmp/httpd_store_test.XXXXXX";
    root_ = mkdtemp(name);
    chmod(root_.c_str(), 0755);
    fs::create_directory(root_ + "/libexec");
    chmod((root_ + "/libexec").c_str(), 0755);
    fs::create_directory(root_ + "/run");
    chmod((root_ + "/run").c_str(), 0755);
  }
  ~StoreTest() override {
    umask(old_umask_);
    fs::remove_all(root_);
  }

  std::string Put(const std::string& name, const std::string& bytes, mode_t mode = 0755) {
    const std::string path = root_ + "/libexec/" + name;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    chmod(path.c_str(), mode);
    return path;
  }
  static std::string Get(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  static mode_t Mode(const std::string& path) {
    struct stat facts = {};
    EXPECT_EQ(lstat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 07777;
  }
  std::string CodeOf(const std::string& path) {
    finding_ = Finding();
    StoredModule stored;
    return ModuleStore(root_ + "/run/modules").Add(path, &stored, &finding_) ? "" : finding_.code;
  }

  std::string root_;
  mode_t old_umask_;
  Finding finding_;
};

TEST_F(StoreTest, CopiesReusesAndFollowsChanges) {
  ModuleStore store(root_ + "/run/modules");
  const std::string path = Put("mod_a.so", "first");
  StoredModule one, again, two;
  ASSERT_TRUE(store.Add(path, &one, &finding_)) << finding_.what;
  EXPECT_TRUE(one.copied);
  EXPECT_EQ(one.original, path);
  EXPECT_EQ(one.copy, root_ + "/run/modules/" + one.hash + "/mod_a.so");
  EXPECT_EQ(Get(one.copy), "first");
  EXPECT_EQ(Mode(one.copy), 0755u);
  EXPECT_EQ(Mode(root_ + "/run/modules"), 0755u);
  EXPECT_EQ(Mode(root_ + "/run/modules/" + one.hash), 0755u);

  ASSERT_TRUE(store.Add(path, &again, &finding_));
  EXPECT_FALSE(again.copied);
  EXPECT_EQ(again.copy, one.copy);

  Put("mod_a.so", "second, longer");
  ASSERT_TRUE(store.Add(path, &two, &finding_));
  EXPECT_TRUE(two.copied);
  EXPECT_NE(two.hash, one.hash);
  EXPECT_EQ(Get(two.copy), "second, longer");
  EXPECT_EQ(Get(one.copy), "first");  // whoever has it mapped is not disturbed
}

TEST_F(StoreTest, AnotherProcessFindsTheCopyAndReplacesADamagedOne) {
  const std::string path = Put("mod_a.so", "bytes");
  StoredModule first, second, third;
  ASSERT_TRUE(ModuleStore(root_ + "/run/modules").Add(path, &first, &finding_));
  ASSERT_TRUE(ModuleStore(root_ + "/run/modules").Add(path, &second, &finding_));
  EXPECT_FALSE(second.copied);
  std::ofstream(first.copy) << "bytez";
  struct stat before = {};
  ASSERT_EQ(stat(first.copy.c_str(), &before), 0);
  ASSERT_TRUE(ModuleStore(root_ + "/run/modules").Add(path, &third, &finding_));
  EXPECT_TRUE(third.copied);
  EXPECT_EQ(Get(third.copy), "bytes");
  struct stat after = {};
  ASSERT_EQ(stat(third.copy.c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino);  // by rename, never in place
}

TEST_F(StoreTest, AnUnchangedFileIsNotReadAgain) {
  ModuleStore store(root_ + "/run/modules");
  const std::string path = Put("mod_a.so", "bytes");
  StoredModule first, second, third;
  ASSERT_TRUE(store.Add(path, &first, &finding_));
  // A copy that was touched is noticed without reading either file.
  ASSERT_EQ(unlink(first.copy.c_str()), 0);
  ASSERT_TRUE(store.Add(path, &second, &finding_));
  EXPECT_TRUE(second.copied);
  ASSERT_TRUE(store.Add(path, &third, &finding_));
  EXPECT_FALSE(third.copied);
}

TEST_F(StoreTest, PruneRemovesOnlyItsOwnUnusedCopies) {
  ModuleStore store(root_ + "/run/modules");
  StoredModule a, b;
  ASSERT_TRUE(store.Add(Put("mod_a.so", "a"), &a, &finding_));
  ASSERT_TRUE(store.Add(Put("mod_b.so", "b"), &b, &finding_));
  std::ofstream(root_ + "/run/modules/notes.txt") << "mine";
  fs::create_directory(root_ + "/run/modules/other");
  std::ofstream(root_ + "/run/modules/" + b.hash + "/.new-123") << "left by a crash";
  EXPECT_EQ(store.Prune({b.hash}), 1u);
  EXPECT_FALSE(fs::exists(root_ + "/run/modules/" + a.hash));
  EXPECT_TRUE(fs::exists(b.copy));
  EXPECT_FALSE(fs::exists(root_ + "/run/modules/" + b.hash + "/.new-123"));
  EXPECT_TRUE(fs::exists(root_ + "/run/modules/notes.txt"));
  EXPECT_TRUE(fs::exists(root_ + "/run/modules/other"));
  ASSERT_TRUE(store.Add(root_ + "/libexec/mod_a.so", &a, &finding_));
  EXPECT_TRUE(a.copied);
  EXPECT_EQ(ModuleStore(root_ + "/no/store").Prune({}), 0u);
}

TEST_F(StoreTest, RefusesAPathThatOthersCanWrite) {
  const std::string path = Put("mod_a.so", "a");
  EXPECT_EQ(CodeOf(path), "");
  chmod((root_ + "/libexec").c_str(), 0757);
  EXPECT_EQ(CodeOf(path), "HM-02");
  EXPECT_EQ(finding_.fix, "chmod o-w " + root_ + "/libexec");
  EXPECT_EQ(finding_.found, root_ + "/libexec is writable by everybody");
  chmod((root_ + "/libexec").c_str(), 0755);
  chmod(path.c_str(), 0757);
  EXPECT_EQ(CodeOf(path), "HM-02");
  EXPECT_EQ(finding_.fix, "chmod o-w " + path);
}

TEST_F(StoreTest, RefusesAPathThatAnotherGroupCanWrite) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file to another group";
  const std::string path = Put("mod_a.so", "a");
  ASSERT_EQ(chown((root_ + "/libexec").c_str(), 0, 65534), 0);
  chmod((root_ + "/libexec").c_str(), 0777);
  EXPECT_EQ(CodeOf(path), "HM-02");
  EXPECT_EQ(finding_.fix, "chmod go-w " + root_ + "/libexec");
  chmod((root_ + "/libexec").c_str(), 0775);
  EXPECT_EQ(CodeOf(path), "HM-02");
  EXPECT_EQ(finding_.fix, "chmod g-w " + root_ + "/libexec");
  ASSERT_EQ(chown((root_ + "/libexec").c_str(), 0, 0), 0);
  chmod((root_ + "/libexec").c_str(), 0775);
  EXPECT_EQ(CodeOf(path), "");  // root's own group
}

#if defined(__linux__)
TEST_F(StoreTest, RefusesAPathThatAnAccessListLetsOthersWrite) {
  const std::string path = Put("mod_a.so", "module");
  // acl(5) as the kernel keeps it: version 2, then tag, permissions and id of each entry. The mask
  // is what the mode shows as the group's permissions.
  struct Entry {
    uint16_t tag, permissions;
    uint32_t id;
  };
  const struct {
    uint32_t version = 2;
    Entry entries[5] = {{1, 7, UINT32_MAX},
                        {2, 6, 12345},
                        {4, 5, UINT32_MAX},
                        {16, 7, UINT32_MAX},
                        {32, 5, UINT32_MAX}};
  } list;
  if (setxattr(path.c_str(), "system.posix_acl_access", &list, sizeof(list), 0) != 0) {
    GTEST_SKIP() << "no access lists on this file system";
  }
  EXPECT_EQ(CodeOf(path), "HM-02");
  EXPECT_THAT(finding_.found, HasSubstr("access list"));
  EXPECT_EQ(finding_.fix, "chmod g-w " + path);
  ASSERT_EQ(chmod(path.c_str(), Mode(path) & ~static_cast<mode_t>(S_IWGRP)), 0);
  EXPECT_EQ(CodeOf(path), "");
}
#endif

TEST_F(StoreTest, AStickyDirectoryPassesOnlyForOurOwnFiles) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a file of another user";
  const std::string path = Put("mod_a.so", "a");
  chmod((root_ + "/libexec").c_str(), 01777);
  EXPECT_EQ(CodeOf(path), "");
  ASSERT_EQ(chown(path.c_str(), 65534, 0), 0);
  chmod(path.c_str(), 0755);
  EXPECT_EQ(CodeOf(path), "HM-02");
  EXPECT_THAT(finding_.fix, StartsWith("chown root "));
}

TEST_F(StoreTest, FollowsLinksAndChecksWhereTheyLead) {
  const std::string path = Put("mod_a-1.0.so", "a");
  const std::string link = root_ + "/libexec/mod_a.so";
  ASSERT_EQ(symlink("mod_a-1.0.so", link.c_str()), 0);
  EXPECT_EQ(CodeOf(link), "");
  fs::create_directory(root_ + "/open");
  chmod((root_ + "/open").c_str(), 0757);
  std::ofstream(root_ + "/open/mod_a.so") << "x";
  fs::remove(link);
  ASSERT_EQ(symlink("../open/mod_a.so", link.c_str()), 0);
  EXPECT_EQ(CodeOf(link), "HM-02");
  EXPECT_EQ(finding_.fix, "chmod o-w " + root_ + "/open");
  fs::remove(link);
  ASSERT_EQ(symlink((root_ + "/libexec/mod_a.so").c_str(), link.c_str()), 0);
  EXPECT_EQ(CodeOf(link), "HM-05");  // a circle
}

TEST_F(StoreTest, RefusesWhatIsNoPlainFile) {
  const std::string fifo = root_ + "/libexec/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(CodeOf(fifo), "HM-03");
  EXPECT_EQ(finding_.found, "a FIFO");
  EXPECT_EQ(CodeOf(root_ + "/libexec"), "HM-03");
  EXPECT_EQ(finding_.found, "a directory");
  EXPECT_EQ(CodeOf("/dev/null"), "HM-03");
  EXPECT_EQ(CodeOf(root_ + "/libexec/missing.so"), "HM-01");
  EXPECT_EQ(CodeOf(root_ + "/libexec/fifo/below"), "HM-01");
  const std::string sparse = Put("sparse", "");
  ASSERT_EQ(truncate(sparse.c_str(), off_t{1} << 30), 0);
  EXPECT_EQ(CodeOf(sparse), "HM-04");
}

TEST_F(StoreTest, TellsWhenTheCopyCannotBeWritten) {
  const std::string path = Put("mod_a.so", "a");
  std::ofstream(root_ + "/run/modules") << "in the way";
  EXPECT_NE(CodeOf(path), "");
  EXPECT_FALSE(finding_.what.empty());
}

TEST_F(StoreTest, ResolvesBothAncestorsSpellings) {
  SearchPath search{root_, {root_ + "/extra"}, root_ + "/libexec"};
  fs::create_directory(root_ + "/extra");
  const std::string mime = Put("mod_mime.so", "m");
  std::string path;
  ASSERT_TRUE(ResolveModule("mime", "libexec/mod_mime.so", search, &path, &finding_));
  EXPECT_EQ(path, mime);
  ASSERT_TRUE(ResolveModule("mime", mime, search, &path, &finding_));
  EXPECT_EQ(path, mime);
  ASSERT_TRUE(ResolveModule("mime", "", search, &path, &finding_));
  EXPECT_EQ(path, mime);
  std::ofstream(root_ + "/extra/mod_mime.so") << "newer";
  ASSERT_TRUE(ResolveModule("mime", "", search, &path, &finding_));
  EXPECT_EQ(path, root_ + "/extra/mod_mime.so");  // ModulePath comes first
}

TEST_F(StoreTest, AFileThatIsMissingGetsTheLineThatWorks) {
  SearchPath search{root_, {}, root_ + "/libexec"};
  const std::string mime = Put("mod_mime.so", "m");
  std::string path;
  EXPECT_FALSE(ResolveModule("mime", "modules/mod_mime.so", search, &path, &finding_));
  EXPECT_EQ(finding_.code, "HM-01");
  EXPECT_EQ(finding_.found, "no " + root_ + "/modules/mod_mime.so");
  EXPECT_EQ(finding_.fix, "LoadModule mime_module " + mime);
  EXPECT_FALSE(ResolveModule("gone", "", search, &path, &finding_));
  EXPECT_THAT(finding_.fix, HasSubstr("install mod_gone.so in " + root_ + "/libexec"));
}

TEST_F(StoreTest, FollowsLibtoolFiles) {
  SearchPath search{root_, {}, root_ + "/libexec"};
  const std::string so = Put("mod_foo.so", "x");
  Put("mod_foo.la", "# mod_foo.la - a libtool library file\ndlname='mod_foo.so'\nold_library=''\n",
      0644);
  std::string path;
  ASSERT_TRUE(ResolveModule("foo", "libexec/mod_foo.la", search, &path, &finding_));
  EXPECT_EQ(path, so);
  Put("mod_static.la", "dlname=''\nold_library='mod_static.a'\n", 0644);
  EXPECT_FALSE(ResolveModule("static", "", search, &path, &finding_));
  EXPECT_EQ(finding_.code, "HM-07");
  Put("mod_evil.la", "dlname='../../tmp/x.so'\n", 0644);
  EXPECT_FALSE(ResolveModule("evil", "", search, &path, &finding_));
  EXPECT_EQ(finding_.code, "HM-07");
}

TEST(ContentHashTest, IsStableAndDependsOnEveryByte) {
  EXPECT_EQ(ContentHash("").size(), 32u);
  EXPECT_EQ(ContentHash("module"), ContentHash("module"));
  std::string bytes(1000, 'x');
  const std::string before = ContentHash(bytes);
  for (size_t i = 0; i < bytes.size(); i += 7) {
    bytes[i] = 'y';
    EXPECT_NE(ContentHash(bytes), before);
    bytes[i] = 'x';
  }
  EXPECT_NE(ContentHash(std::string(15, '\0')), ContentHash(std::string(16, '\0')));
}

}  // namespace
}  // namespace httpd::module
