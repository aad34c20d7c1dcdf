// Nothing is asked without proof; what answers is judged by content; a token proves one host to one user.
#include "probes/exposed_control.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "probe_test.h"

namespace meetlat::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// An instance whose other ports are closed and that answers any path with its page, as nginx has it.
class Asked : public Instance {
 public:
  explicit Asked(bool exposed = true) {
    stock();
    net.depth.exposed = exposed;
    HttpAnswer any = ok(index_html(), "text/html");
    net.otherwise(any);
    for (const char* closed : {"http://meet.example.test:8080/colibri/stats", "http://meet.example.test:8888/stats",
                               "http://meet.example.test:5280/http-bind", "https://meet.example.test:5281/admin/"}) {
      net.fail_url(closed, ErrorCode::kConnectionRefused);
    }
  }
  Asked& answers(const std::string& url, const std::string& body, const std::string& type = "text/html") {
    open_.emplace_back(url, body, type);
    return *this;
  }
  std::string things() {
    for (const auto& [url, body, type] : open_) net.page(url, body, type);
    return shown(run({"exposed"}), "exposed.things");
  }

 private:
  std::vector<std::tuple<std::string, std::string, std::string>> open_;
};

TEST(Exposed, NothingIsAskedWithoutProof) {
  Asked host(false);
  EXPECT_EQ(host.things(), "<not-attempted>");
  EXPECT_EQ(shown(host.evidence, "exposed.asked"), "false");
  EXPECT_TRUE(host.net.requests().empty());
}

TEST(Exposed, ThePageThatAnswersToAnyPathIsNothing) {
  Asked host;
  EXPECT_EQ(host.things(), "");
  EXPECT_EQ(shown(host.evidence, "exposed.asked"), "true");
}

TEST(Exposed, EachPlaceIsAskedOnceAndAClosedPortNotAgain) {
  Asked host;
  host.things();
  std::vector<std::string> urls = host.net.urls();
  std::sort(urls.begin(), urls.end());
  EXPECT_EQ(std::adjacent_find(urls.begin(), urls.end()), urls.end());
  EXPECT_THAT(urls, Not(Contains("http://meet.example.test:8080/metrics")));
  EXPECT_LE(urls.size(), 9U);
}

struct Thing {
  const char* url;
  const char* body;
  const char* what;
};

TEST(Exposed, IsToldByContent) {
  for (const Thing& thing :
       {Thing{"https://meet.example.test/transcripts/", "<title>Index of /transcripts/</title>", "transcripts"},
        Thing{"https://meet.example.test/colibri/stats", R"({"stress_level":0.1})", "bridge"},
        Thing{"https://meet.example.test/etherpad/admin/", "<title>Admin Dashboard - Etherpad</title>", "Etherpad"},
        Thing{"https://meet.example.test/rtc-visualizer/", "<title>rtcstats viewer</title>", "viewer"}}) {
    Asked host;
    EXPECT_EQ(host.answers(thing.url, thing.body).things().find(thing.url), 0U) << thing.url;
    EXPECT_THAT(shown(host.evidence, "exposed.things"), HasSubstr(thing.what));
  }
}

TEST(Exposed, OtherPortsAreAskedToo) {
  Instance host;
  host.stock();
  host.net.depth.exposed = true;
  host.net.page("http://meet.example.test:8080/metrics",
                "# TYPE jitsi_jvb_conferences gauge\njitsi_jvb_conferences 2\n");
  host.net.page("http://meet.example.test:8888/stats", R"({"bridge_selector":{},"participants":3})");
  host.net.page("http://meet.example.test:5280/http-bind", "It works! Point your BOSH client here to reach Prosody.");
  host.net.page("https://meet.example.test:5281/admin/", "<title>Prosody web admin</title>");
  const std::string things = shown(host.run({"exposed"}), "exposed.things");
  EXPECT_EQ(split(things, '|').size(), 4U) << things;
}

TEST(Exposed, WhatOnlyHasAFittingNameIsNothing) {
  Asked host;
  host.answers("https://meet.example.test/colibri/stats", R"(["stress_level"])")
      .answers("https://meet.example.test/transcripts/", "<title>Transcripts</title>Please log in")
      .answers("https://meet.example.test/etherpad/admin/", "<title>Etherpad</title>");
  EXPECT_EQ(host.things(), "");
}

TEST(Exposed, AnAnswerThatIsAnErrorOrARedirectShowsNothing) {
  Asked host;
  host.net.answer("https://meet.example.test/colibri/stats", status_answer(403, R"({"stress_level":0.1})"));
  host.net.answer("https://meet.example.test/transcripts/", redirect("https://elsewhere.test/"));
  EXPECT_EQ(host.things(), "");
  EXPECT_THAT(host.net.urls(), Not(Contains("https://elsewhere.test/")));
}

TEST(Exposed, AHostThatDoesNotAnswerIsNotMeasured) {
  Asked host;
  host.net.fail_address("192.0.2.1", ErrorCode::kTimedOut);
  EXPECT_EQ(host.things(), "<timed-out>");
}

const std::string kKey(32, 'k');

TEST(Control, TokensAreOfOneHostAndOneUser) {
  const std::string token = probes::control_token(kKey, "meet.example.test");
  EXPECT_EQ(token, probes::control_token(kKey, "meet.example.test"));
  EXPECT_NE(token, probes::control_token(kKey, "example.test"));
  EXPECT_NE(token, probes::control_token(std::string(32, 'j'), "meet.example.test"));
  EXPECT_EQ(token.size(), 48U);
}

class ControlTest : public ::testing::Test {
 protected:
  const std::string token_ = probes::control_token(kKey, "meet.example.test");
  static constexpr const char* kUrl = "https://meet.example.test/.well-known/meetlat.txt";
  std::string found() {
    host_.stock();
    session_ = host_.net.session(host_.target());
    const Result<std::string> place = probes::find_control_token(*session_, token_);
    return place ? *place : "<" + std::string(to_string(place.error().code)) + ">";
  }
  Instance host_;
  std::unique_ptr<Session> session_;
};

TEST_F(ControlTest, IsProvedByATextRecordWithoutAskingTheHost) {
  host_.net.txt("_meetlat.meet.example.test", std::vector<std::string>{"v=other", token_});
  EXPECT_EQ(found(), "TXT _meetlat.meet.example.test");
  EXPECT_TRUE(host_.net.requests().empty());
}

TEST_F(ControlTest, IsProvedByAFile) {
  host_.net.page(kUrl, "\r\n " + token_ + " \r\n", "text/plain");
  EXPECT_EQ(found(), kUrl);
}

TEST_F(ControlTest, IsNotProvedByAnythingElse) {
  EXPECT_EQ(found(), "<not-found>");
  host_.net.page(kUrl, "<html>You asked for " + token_ + "</html>");
  EXPECT_EQ(found(), "<not-found>") << "a page that repeats what it is asked";
  Instance other;
  other.net.answer(kUrl, redirect("https://elsewhere.test/meetlat.txt"));
  other.net.page("https://elsewhere.test/meetlat.txt", token_);
  const auto session = other.net.session(other.target());
  EXPECT_FALSE(probes::find_control_token(*session, token_)) << "another host's file";
}

TEST_F(ControlTest, ATokenOfAnotherHostProvesNothing) {
  host_.net.txt("_meetlat.meet.example.test",
                std::vector<std::string>{probes::control_token(kKey, "other.example.test")});
  EXPECT_EQ(found(), "<not-found>");
}

}  // namespace
}  // namespace meetlat::test
