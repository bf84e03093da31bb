// SPDX-License-Identifier: Apache-2.0
//
// Requests within requests: looked up, run, kept, passed on, nested, suspended, and given up.

#include <sys/stat.h>

#include <fstream>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class SubrequestTest : public ModuleTest {
 protected:
  void Configure(std::string_view more = "") {
    server_.modules = {"mime", "dir", "subrequest"};
    server_.workers = 1;
    server_.Write("marks/readme", "");
    ASSERT_EQ(chmod(server_.Path("marks").c_str(), 0777), 0);
    server_.Write("htdocs/plain.txt", "plain words");
    server_.Write("htdocs/big.txt", std::string(300000, 'b'));
    server_.extra = "SubrequestMarks " + server_.Path("marks/marks") + "\n" + std::string(more);
    Begin();
  }
  std::string Marks() const {
    std::ifstream in(server_.Path("marks/marks"));
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  bool WaitForMark(std::string_view text) const {
    return WaitUntil([&] { return Marks().find(text) != std::string::npos; });
  }
};

TEST_F(SubrequestTest, LookupTellsWhatItIs) {
  Configure(
      "<Location /closed>\nRequire all denied\n</Location>\n"
      "<Location /locked>\nAuthType Basic\nRequire valid-user\n</Location>\n");
  EXPECT_EQ(Body("/sub/lookup?/plain.txt"),
            "lookup=0\nkind=1\nsize=11\n" + server_.Path("htdocs/plain.txt"));
  EXPECT_THAT(Body("/sub/lookup?/nothing"), HasSubstr("lookup=0\nkind=0"));
  EXPECT_THAT(Body("/sub/lookup?/closed"), HasSubstr("lookup=403"));
  EXPECT_THAT(Body("/sub/lookup?/locked"), HasSubstr("lookup=401"));
}

TEST_F(SubrequestTest, CapturedBodiesAreTheCallers) {
  Configure();
  EXPECT_EQ(Body("/sub/capture?/plain.txt"), "result=0\nstatus=200\ntext/plain\nplain words");
  const Answer big = Fetch("/sub/capture?/big.txt");
  EXPECT_EQ(big.body, "result=0\nstatus=200\ntext/plain\n" + std::string(300000, 'b'));
  EXPECT_THAT(Body("/sub/capture?/nothing"), HasSubstr("result=0\nstatus=404\ntext/html"));
  EXPECT_EQ(Body("/sub/both?/plain.txt"),
            "lookup=0\nresult=0\nstatus=200\ntext/plain\nplain words");
  EXPECT_EQ(Body("/sub/calls"), "done=4\n");  // once each
}

TEST_F(SubrequestTest, ConditionsAndRangesAreTheParentsOwn) {
  Configure();
  EXPECT_THAT(Fetch("/sub/capture?/plain.txt", "Range: bytes=0-1\r\nIf-None-Match: *\r\n").body,
              HasSubstr("status=200\ntext/plain\nplain words"));
}

TEST_F(SubrequestTest, TooMuchEndsIt) {
  Configure();
  EXPECT_EQ(Body("/sub/limit?/plain.txt"), "result=0\nstatus=200\ntext/plain\nplain words");
  EXPECT_EQ(Body("/sub/limit?/big.txt"), "result=-21\nstatus=200\n");
  EXPECT_EQ(Body("/sub/limit?/sub/endless"), "result=-21\nstatus=200\n");
  EXPECT_TRUE(WaitForMark("stopped"));  // its producer was told
  EXPECT_EQ(Body("/sub/calls"), "done=3\n");
}

TEST_F(SubrequestTest, PassedBodiesBecomePartOfTheParents) {
  Configure();
  EXPECT_EQ(Body("/sub/pass?/plain.txt"), "[plain words]");
  EXPECT_EQ(Body("/sub/pass?/big.txt"), "[" + std::string(300000, 'b') + "]");
  const Answer streamed = Fetch("/sub/pass?/sub/endless");
  EXPECT_EQ(streamed.status, 200);
  EXPECT_EQ(streamed.body, "[" + std::string(199000, 'e') + "]");
  EXPECT_EQ(Body("/sub/capture?/sub/endless").size(),
            std::string("result=0\nstatus=200\n\n").size() + 199000);
}

TEST_F(SubrequestTest, ASuspendedOneIsWaitedFor) {
  Configure();
  EXPECT_EQ(Body("/sub/capture?/sub/later"), "result=0\nstatus=200\ntext/later\nlater");
  EXPECT_EQ(Body("/sub/pass?/sub/later"), "[later]");
}

TEST_F(SubrequestTest, TenDeepIsTheEnd) {
  server_.AllowLog("HS-34");
  Configure();
  const std::string body = Body("/sub/deep");
  EXPECT_THAT(body, HasSubstr("depth=10\n"));
  EXPECT_THAT(body, HasSubstr("create=-21\n"));
  EXPECT_EQ(body.find("depth=11"), std::string::npos);
}

TEST_F(SubrequestTest, InternalRedirectsWorkInsideAndEnd) {
  Configure();
  EXPECT_EQ(Body("/sub/capture?/sub/hop"), "result=0\nstatus=200\ntext/plain\nplain words");
  EXPECT_THAT(Body("/sub/capture?/sub/loop"), HasSubstr("result=0\nstatus=508"));
  EXPECT_EQ(Status("/sub/loop"), 508);
}

TEST_F(SubrequestTest, AnErrorDocumentMayAskForAnother) {
  Configure("ErrorDocument 418 \"/sub/capture?/plain.txt\"\n");
  const Answer answer = Fetch("/sub/refuse");
  EXPECT_EQ(answer.status, 418);
  EXPECT_EQ(answer.body, "result=0\nstatus=200\ntext/plain\nplain words");
  // An error inside has its own document, too.
  EXPECT_THAT(Body("/sub/capture?/sub/refuse"), HasSubstr("status=418"));
}

TEST_F(SubrequestTest, TheClientOfTheParentLeaves) {
  Configure();
  {
    Wire wire(port_);
    ASSERT_TRUE(wire.Send(Request("GET", "/sub/capture?/sub/never")));
    ASSERT_TRUE(WaitForMark("never waits"));
  }
  EXPECT_TRUE(WaitForMark("stopped"));
  EXPECT_EQ(Body("/sub/capture?/plain.txt"), "result=0\nstatus=200\ntext/plain\nplain words");
  EXPECT_EQ(Body("/sub/calls"), "done=1\n");  // not for the one that was given up
}

TEST_F(SubrequestTest, MisuseIsAnswered) {
  for (const char* code : {"HS-30", "HS-31", "HS-32"}) server_.AllowLog(code);
  Configure();
  EXPECT_EQ(Body("/sub/misuse"),
            "create of NULL=-16\ncreate into NULL=-16\nrelative=-16\nup=-16\ntwo ways=-18\n"
            "bad method=-16\nlookup of NULL=-16\nrun of NULL=-16\nfreed=1\nend of NULL=-16\n"
            "body of NULL=0\nparent of NULL=0\nend of a client's=-16\nrun of a client's=-16\n"
            "body too early=0\nrun without done=-16\nlookup=0\nlookup twice=-19\n"
            "run after end=-22\nend twice=-22\n");
  EXPECT_TRUE(server_.WaitForLog("httpd_subrequest_run() called by subrequest"));
  EXPECT_EQ(Body("/sub/twice?/plain.txt"), "run twice=-19\nlookup after run=-19\n");
  EXPECT_EQ(Status("/sub/late?/plain.txt"), 200);
  EXPECT_TRUE(WaitForMark("pass refused"));
}

}  // namespace
}  // namespace httpd::testing
