// SPDX-License-Identifier: Apache-2.0

#include "server/chain.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "server/buffer.h"

namespace {

std::string_view View(httpd_str text) { return {text.data, text.len}; }
httpd_str Str(std::string_view text) { return {text.data(), text.size()}; }
void CountUp(void* user) { ++*static_cast<int*>(user); }

std::string Drain(httpd_chain* chain) {
  std::string text;
  char piece[7];
  for (;;) {
    const int64_t n = httpd_chain_read(chain, piece, sizeof(piece));
    if (n <= 0) return text;
    text.append(piece, static_cast<size_t>(n));
  }
}

class File {
 public:
  explicit File(std::string_view text) {
    char path[] = "/tmp/httpd_chain_XXXXXX";
    fd_ = ::mkstemp(path);
    ::unlink(path);
    EXPECT_EQ(::write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  ~File() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

TEST(Chain, KeepsTheOrderOfItsItems) {
  httpd_pool pool;
  httpd_chain* chain = httpd_chain_create(&pool);
  const File file("0123456789");
  httpd_buffer* buffer = httpd_buffer_create(4);
  ASSERT_NE(buffer, nullptr);
  std::memcpy(httpd_buffer_data(buffer), "wxyz", 4);
  EXPECT_EQ(httpd_chain_kind(chain), HTTPD_ITEM_NONE);
  EXPECT_EQ(httpd_chain_write(chain, HTTPD_STR("copy")), HTTPD_OK);
  EXPECT_EQ(httpd_chain_write_static(chain, HTTPD_STR("static"), nullptr, nullptr), HTTPD_OK);
  EXPECT_EQ(httpd_chain_write_buffer(chain, buffer, 1, 2), HTTPD_OK);
  EXPECT_EQ(httpd_buffer_unref(buffer), HTTPD_OK);
  EXPECT_EQ(httpd_chain_write_file(chain, file.fd(), 2, 3, nullptr, nullptr), HTTPD_OK);
  EXPECT_EQ(httpd_chain_flush(chain), HTTPD_OK);
  EXPECT_EQ(httpd_chain_add_trailer(chain, HTTPD_STR("Digest"), HTTPD_STR("abc")), HTTPD_OK);
  EXPECT_EQ(httpd_chain_end(chain), HTTPD_OK);
  EXPECT_EQ(httpd_chain_bytes(chain), 15u);

  EXPECT_EQ(View(httpd_chain_data(chain)), "copy");
  EXPECT_EQ(httpd_chain_consume(chain, 2), 2u);
  EXPECT_EQ(View(httpd_chain_data(chain)), "py");
  EXPECT_EQ(Drain(chain), "pystaticxy234");
  EXPECT_EQ(httpd_chain_kind(chain), HTTPD_ITEM_FLUSH);
  EXPECT_EQ(httpd_chain_consume(chain, 1), 0u);
  EXPECT_EQ(httpd_chain_pop(chain), HTTPD_OK);
  httpd_str name, value;
  EXPECT_EQ(httpd_chain_trailer(chain, &name, &value), HTTPD_OK);
  EXPECT_EQ(View(name), "Digest");
  EXPECT_EQ(View(value), "abc");
  EXPECT_EQ(httpd_chain_pop(chain), HTTPD_OK);
  EXPECT_EQ(httpd_chain_kind(chain), HTTPD_ITEM_EOS);
  EXPECT_EQ(httpd_chain_pop(chain), HTTPD_OK);
  EXPECT_EQ(httpd_chain_pop(chain), HTTPD_ERR_NOT_FOUND);
  EXPECT_EQ(httpd_chain_bytes(chain), 0u);
  EXPECT_EQ(chain->weight(), 0u);
}

TEST(Chain, NothingFollowsItsEnd) {
  httpd_pool pool;
  httpd_chain* chain = httpd_chain_create(&pool);
  httpd_chain* other = httpd_chain_create(&pool);
  int released = 0;
  ASSERT_EQ(httpd_chain_end(chain), HTTPD_OK);
  EXPECT_EQ(httpd_chain_write(chain, HTTPD_STR("x")), HTTPD_ERR_STATE);
  EXPECT_EQ(httpd_chain_write_static(chain, HTTPD_STR("x"), CountUp, &released), HTTPD_ERR_STATE);
  EXPECT_EQ(httpd_chain_write_file(chain, 0, 0, 1, CountUp, &released), HTTPD_ERR_STATE);
  EXPECT_EQ(released, 2);
  EXPECT_EQ(httpd_chain_end(chain), HTTPD_ERR_STATE);
  EXPECT_EQ(httpd_chain_fail(chain, 500), HTTPD_ERR_STATE);
  EXPECT_EQ(httpd_chain_flush(chain), HTTPD_ERR_STATE);
  EXPECT_EQ(httpd_chain_add_trailer(chain, HTTPD_STR("a"), HTTPD_STR("b")), HTTPD_ERR_STATE);
  ASSERT_EQ(httpd_chain_write(other, HTTPD_STR("x")), HTTPD_OK);
  EXPECT_EQ(httpd_chain_move(chain, other, UINT64_MAX), HTTPD_ERR_STATE);
  EXPECT_EQ(httpd_chain_bytes(other), 1u);
  EXPECT_EQ(httpd_chain_move(other, chain, UINT64_MAX), HTTPD_OK);
  EXPECT_EQ(httpd_chain_write(other, HTTPD_STR("x")), HTTPD_ERR_STATE);
}

TEST(Chain, AnswersMisuse) {
  httpd_pool pool;
  httpd_chain* chain = httpd_chain_create(&pool);
  httpd_buffer* buffer = httpd_buffer_create(4);
  int released = 0;
  EXPECT_EQ(httpd_chain_create(nullptr), nullptr);
  EXPECT_EQ(httpd_chain_write(nullptr, HTTPD_STR("x")), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write(chain, httpd_str{nullptr, 1}), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_buffer(chain, buffer, 5, 0), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_buffer(chain, buffer, 2, 3), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_buffer(chain, buffer, SIZE_MAX, 2), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_file(chain, -1, 0, 1, CountUp, &released), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_file(chain, 0, -1, 1, CountUp, &released), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_file(chain, 0, INT64_MAX, 1, CountUp, &released), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_write_static(nullptr, HTTPD_STR("x"), CountUp, &released),
            HTTPD_ERR_INVALID);
  EXPECT_EQ(released, 4);
  EXPECT_EQ(httpd_chain_add_trailer(chain, HTTPD_STR("a b"), HTTPD_STR("c")), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_add_trailer(chain, HTTPD_STR("a"), HTTPD_STR("c\r\nd: e")),
            HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_fail(chain, 200), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_move(chain, chain, 1), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_read(chain, nullptr, 1), HTTPD_ERR_INVALID);
  EXPECT_EQ(httpd_chain_kind(chain), HTTPD_ITEM_NONE);
  EXPECT_EQ(httpd_buffer_unref(buffer), HTTPD_OK);
  EXPECT_EQ(httpd_buffer_unref(nullptr), HTTPD_ERR_INVALID);
}

TEST(Chain, ReleasesWhatNobodyNeeds) {
  int released = 0;
  {
    httpd_pool pool;
    httpd_chain* chain = httpd_chain_create(&pool);
    httpd_chain* other = httpd_chain_create(&pool);
    httpd_chain_write_static(chain, HTTPD_STR("abcdef"), CountUp, &released);
    httpd_chain_write_static(chain, HTTPD_STR(""), CountUp, &released);
    EXPECT_EQ(released, 1);
    // Both halves hold it.
    EXPECT_EQ(httpd_chain_move(other, chain, 2), HTTPD_OK);
    EXPECT_EQ(httpd_chain_move(other, chain, 2), HTTPD_OK);
    EXPECT_EQ(httpd_chain_consume(chain, 2), 2u);
    EXPECT_EQ(released, 1);
    EXPECT_EQ(httpd_chain_consume(other, 2), 2u);
    EXPECT_EQ(released, 1);
    EXPECT_EQ(View(httpd_chain_data(other)), "cd");
    EXPECT_EQ(httpd_chain_pop(other), HTTPD_OK);
    EXPECT_EQ(released, 2);
    httpd_chain_write_static(chain, HTTPD_STR("left"), CountUp, &released);
  }
  EXPECT_EQ(released, 3);  // by the end of the pool
}

TEST(Chain, MovesBytesAndTheMarksBetweenThem) {
  httpd_pool pool;
  httpd_pool other_pool;
  char room[8];
  httpd_chain from(&pool, room, sizeof(room));
  const File file("0123456789");
  from.Write("abcd");
  from.AppendFile(file.fd(), 0, 10);
  from.AppendMark(HTTPD_ITEM_FLUSH);
  from.Write("tail");
  from.AppendMark(HTTPD_ITEM_EOS);
  httpd_chain* to = httpd_chain_create(&other_pool);
  EXPECT_EQ(httpd_chain_move(to, &from, 6), HTTPD_OK);
  EXPECT_EQ(httpd_chain_bytes(to), 6u);
  EXPECT_EQ(httpd_chain_bytes(&from), 12u);
  int32_t fd = -1;
  int64_t offset = 0, length = 0;
  EXPECT_EQ(httpd_chain_file(&from, &fd, &offset, &length), HTTPD_OK);
  EXPECT_EQ(fd, file.fd());
  EXPECT_EQ(offset, 2);
  EXPECT_EQ(length, 8);
  EXPECT_EQ(httpd_chain_move(to, &from, 8), HTTPD_OK);
  EXPECT_EQ(httpd_chain_kind(&from), HTTPD_ITEM_FLUSH);
  EXPECT_EQ(httpd_chain_move(to, &from, 0), HTTPD_OK);
  EXPECT_EQ(View(httpd_chain_data(&from)), "tail");
  EXPECT_EQ(httpd_chain_move(to, &from, 4), HTTPD_OK);
  EXPECT_EQ(httpd_chain_kind(&from), HTTPD_ITEM_EOS);
  EXPECT_EQ(httpd_chain_move(to, &from, UINT64_MAX), HTTPD_OK);
  EXPECT_EQ(httpd_chain_kind(&from), HTTPD_ITEM_NONE);
  // The room of `from` is used again; what was moved does not change.
  EXPECT_TRUE(from.Write("XXXXXXXX"));
  EXPECT_EQ(Drain(to), "abcd0123456789");
  EXPECT_EQ(httpd_chain_kind(to), HTTPD_ITEM_FLUSH);
  httpd_chain_pop(to);
  EXPECT_EQ(Drain(to), "tail");
  EXPECT_EQ(httpd_chain_kind(to), HTTPD_ITEM_EOS);
}

TEST(Chain, SaysWhenAFileIsShorter) {
  httpd_pool pool;
  httpd_chain* chain = httpd_chain_create(&pool);
  const File file("0123");
  httpd_chain_write_file(chain, file.fd(), 0, 6, nullptr, nullptr);
  char to[8];
  EXPECT_EQ(httpd_chain_read(chain, to, 8), 4);
  EXPECT_EQ(httpd_chain_read(chain, to, 8), HTTPD_ERR_IO);
}

TEST(Chain, MergesSmallCopies) {
  httpd_pool pool;
  httpd_chain* chain = httpd_chain_create(&pool);
  std::string expected;
  for (int i = 0; i < 10000; ++i) {
    const std::string text = std::to_string(i);
    expected += text;
    ASSERT_EQ(httpd_chain_write(chain, Str(text)), HTTPD_OK);
  }
  int items = 0;
  for (const auto* item = chain->first; item != nullptr; item = item->next) ++items;
  EXPECT_LT(items, 6);
  EXPECT_EQ(Drain(chain), expected);
}

// Whatever passes, the pool gives no more than is held at one time.
TEST(Chain, LongStreamsDoNotGrowThePool) {
  char memory[4096];
  httpd_pool pool(memory, sizeof(memory), 0);  // no block of the heap
  httpd_chain* a = httpd_chain_create(&pool);
  httpd_chain* b = httpd_chain_create(&pool);
  ASSERT_NE(b, nullptr);
  int released = 0;
  const std::string piece(5000, 'x');
  for (int i = 0; i < 10000; ++i) {
    ASSERT_EQ(httpd_chain_write(a, Str(piece)), HTTPD_OK);
    ASSERT_EQ(httpd_chain_write_static(a, HTTPD_STR("static"), CountUp, &released), HTTPD_OK);
    ASSERT_EQ(httpd_chain_flush(a), HTTPD_OK);
    ASSERT_EQ(httpd_chain_move(b, a, UINT64_MAX), HTTPD_OK);
    ASSERT_EQ(httpd_chain_consume(b, 5006), 5006u);
    ASSERT_EQ(httpd_chain_pop(b), HTTPD_OK);
  }
  EXPECT_EQ(released, 10000);
}

TEST(Chain, LongTrailersAreKeptWhole) {
  httpd_pool pool;
  httpd_chain* chain = httpd_chain_create(&pool);
  const std::string long_value(3000, 'v');
  ASSERT_EQ(httpd_chain_add_trailer(chain, HTTPD_STR("N"), Str(long_value)), HTTPD_OK);
  httpd_chain* other = httpd_chain_create(&pool);
  ASSERT_EQ(httpd_chain_move(other, chain, 0), HTTPD_OK);
  httpd_str name, value;
  ASSERT_EQ(httpd_chain_trailer(other, &name, &value), HTTPD_OK);
  EXPECT_EQ(View(name), "N");
  EXPECT_EQ(View(value), long_value);
}

}  // namespace
