#include "net/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_transport.h"

namespace meetlat {
namespace {

using test::FakeNet;
using test::ok;
using test::redirect;
using test::status_answer;
using test::with_header;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Url url(const std::string& text) {
  return *Url::parse(text);
}

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() { net_.host("meet.test"); }
  Session& session() {
    if (session_ == nullptr) session_ = net_.session(target_, stop_.get_token());
    return *session_;
  }
  ErrorCode error_of(const std::string& text, const GetOptions& options = {}) {
    const Result<ExchangePtr> got = session().get(url(text), options);
    EXPECT_FALSE(got) << text;
    return got ? ErrorCode{} : got.error().code;
  }

  FakeNet net_;
  std::stop_source stop_;
  const Target target_ = Target::from_url(url("https://meet.test/"));
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, AsksEveryNameAndPageOnce) {
  net_.page("https://meet.test/", "<title>Meet</title>");
  const Result<ExchangePtr> first = session().get(target_.base);
  const Result<ExchangePtr> second = session().get(target_.base);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->get(), second->get());
  ASSERT_TRUE(session().landing());
  EXPECT_EQ(session().landing()->html.title, "Meet");
  EXPECT_THAT(net_.urls(), ElementsAre("https://meet.test/"));
  EXPECT_THAT(net_.resolved_names(), ElementsAre("meet.test"));
  EXPECT_EQ(session().requests(), 1);
  EXPECT_GT(session().bytes(), 0U);
}

TEST_F(SessionTest, RemembersFailuresToo) {
  net_.fail_url("https://meet.test/", ErrorCode::kTlsFailed);
  EXPECT_EQ(error_of("https://meet.test/"), ErrorCode::kTlsFailed);
  EXPECT_EQ(error_of("https://meet.test/"), ErrorCode::kTlsFailed);
  EXPECT_EQ(net_.count("https://meet.test/"), 1);
  EXPECT_EQ(error_of("https://gone.test/"), ErrorCode::kNameNotFound);
  EXPECT_EQ(error_of("https://gone.test/x"), ErrorCode::kNameNotFound);
  EXPECT_THAT(net_.resolved_names(), ElementsAre("meet.test", "gone.test"));
}

TEST_F(SessionTest, FollowsRedirectsHopByHopAndKeepsThem) {
  net_.host("www.test");
  net_.answer("http://meet.test/", redirect("https://meet.test/"));
  net_.answer("https://meet.test/", redirect("//www.test/start?x=1", 302));
  net_.page("https://www.test/start?x=1", "here");
  const Result<ExchangePtr> got = session().get(url("http://meet.test/"));
  ASSERT_TRUE(got) << describe(got.error());
  EXPECT_EQ((*got)->url.str(), "http://meet.test/");
  EXPECT_EQ((*got)->final_url.str(), "https://www.test/start?x=1");
  EXPECT_EQ((*got)->body, "here");
  ASSERT_THAT((*got)->hops, SizeIs(2));
  EXPECT_EQ((*got)->hops[0].status, 301);
  EXPECT_EQ((*got)->hops[0].url.str(), "http://meet.test/");
  EXPECT_EQ((*got)->hops[1].location, "//www.test/start?x=1");
  // What was fetched on the way is not fetched again.
  ASSERT_TRUE(session().get(target_.base));
  EXPECT_EQ(session().requests(), 3);
}

TEST_F(SessionTest, GivesTheRedirectItselfWhenNotToFollow) {
  net_.answer("http://meet.test/", redirect("https://meet.test/"));
  GetOptions options;
  options.follow = false;
  const Result<ExchangePtr> got = session().get(url("http://meet.test/"), options);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)->status, 301);
  EXPECT_EQ(*(*got)->header("location"), "https://meet.test/");
  EXPECT_EQ(session().requests(), 1);
}

TEST_F(SessionTest, ADowngradeToHttpIsFollowedAndSeen) {
  net_.answer("https://meet.test/", redirect("http://meet.test/plain"));
  net_.page("http://meet.test/plain", "plain");
  const Result<ExchangePtr> got = session().get(target_.base);
  ASSERT_TRUE(got);
  EXPECT_FALSE((*got)->final_url.is_https());
  EXPECT_THAT((*got)->hops, SizeIs(1));
}

TEST_F(SessionTest, EndsRedirectCirclesAndChains) {
  net_.answer("https://meet.test/a", redirect("/b"));
  net_.answer("https://meet.test/b", redirect("/a"));
  EXPECT_EQ(error_of("https://meet.test/a"), ErrorCode::kTooManyRedirects);
  EXPECT_EQ(session().requests(), 2);
  for (int i = 0; i < 20; ++i) {
    net_.answer("https://meet.test/n" + std::to_string(i), redirect("/n" + std::to_string(i + 1)));
  }
  EXPECT_EQ(error_of("https://meet.test/n0"), ErrorCode::kTooManyRedirects);
  EXPECT_EQ(session().requests(), 2 + 1 + net_.limits.max_redirects);
}

TEST_F(SessionTest, RefusesRedirectsToOtherSchemes) {
  for (const char* place : {"javascript:alert(1)", "file:///etc/passwd", "ftp://meet.test/", "https://"}) {
    const std::string path = "https://meet.test/r" + std::to_string(net_.requests().size());
    net_.answer(path, redirect(place));
    EXPECT_EQ(error_of(path), ErrorCode::kRedirectRefused) << place;
  }
}

TEST_F(SessionTest, ARedirectStatusWithoutPlaceIsAnAnswer) {
  net_.answer("https://meet.test/", status_answer(302, "nowhere"));
  const Result<ExchangePtr> got = session().get(target_.base);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)->status, 302);
}

TEST_F(SessionTest, AsksTheGuardAtEveryHop) {
  net_.guard = AddressGuard({{"meet.test", *Address::parse("192.0.2.1")}}, false);
  net_.host("inside.test", {"10.0.0.1"});
  net_.answer("https://meet.test/", redirect("https://inside.test/"));
  net_.answer("https://meet.test/meta", redirect("http://169.254.169.254/"));
  EXPECT_EQ(error_of("https://meet.test/"), ErrorCode::kAddressRefused);
  EXPECT_EQ(error_of("https://meet.test/meta"), ErrorCode::kAddressRefused);
  EXPECT_THAT(net_.urls(), ElementsAre("https://meet.test/", "https://meet.test/meta"));
}

TEST_F(SessionTest, UsesOnlyTheAddressesThatTheGuardAccepts) {
  net_.guard = AddressGuard{};
  net_.host("meet.test", {"10.0.0.1", "198.41.0.4", "2001:503:ba3e::2:30", "fe80::1"});
  const Result<std::vector<Address>> accepted = session().addresses("meet.test");
  ASSERT_TRUE(accepted);
  ASSERT_THAT(*accepted, SizeIs(2));
  EXPECT_EQ((*accepted)[0].str(), "198.41.0.4");
  EXPECT_EQ((*accepted)[1].str(), "2001:503:ba3e::2:30");
  net_.host("private.test", {"10.0.0.1"});
  EXPECT_EQ(session().addresses("private.test").error().code, ErrorCode::kAddressRefused);
}

TEST_F(SessionTest, TriesTheNextAddressWhenOneDoesNotAnswerAndStaysWithTheGoodOne) {
  net_.host("meet.test", {"192.0.2.1", "192.0.2.2", "2001:db8::3"});
  net_.fail_address("192.0.2.1", ErrorCode::kConnectionRefused);
  net_.fail_address("192.0.2.2", ErrorCode::kTimedOut);
  net_.page("https://meet.test/", "a");
  net_.page("https://meet.test/b", "b");
  ASSERT_TRUE(session().get(target_.base));
  ASSERT_TRUE(session().get(url("https://meet.test/b")));
  std::vector<std::string> asked;
  for (const HttpRequest& request : net_.requests()) asked.push_back(request.address.str());
  EXPECT_THAT(asked, ElementsAre("192.0.2.1", "192.0.2.2", "2001:db8::3", "2001:db8::3"));
  EXPECT_GT(net_.requests()[0].connect_timeout.count(), 0);
  EXPECT_EQ(net_.requests()[2].connect_timeout.count(), 0);  // the last one may use all the time
}

TEST_F(SessionTest, WhenNoAddressAnswersTheFirstReasonCounts) {
  net_.host("meet.test", {"192.0.2.1", "192.0.2.2"});
  net_.fail_address("192.0.2.1", ErrorCode::kConnectionRefused);
  net_.fail_address("192.0.2.2", ErrorCode::kUnreachable);
  EXPECT_EQ(error_of("https://meet.test/"), ErrorCode::kConnectionRefused);
  EXPECT_EQ(session().handshake().error().code, ErrorCode::kConnectionRefused);
}

TEST_F(SessionTest, DemandsTrustOfOtherHostsOnly) {
  net_.host("other.test");
  (void)session().get(target_.base);
  (void)session().get(url("https://other.test/"));
  ASSERT_THAT(net_.requests(), SizeIs(2));
  EXPECT_FALSE(net_.requests()[0].verify);
  EXPECT_TRUE(net_.requests()[1].verify);
}

TEST_F(SessionTest, StopsAtTheRequestBudget) {
  net_.limits.max_requests = 3;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(session().get(url("https://meet.test/" + std::to_string(i))));
  EXPECT_EQ(error_of("https://meet.test/3"), ErrorCode::kBudgetExhausted);
  EXPECT_EQ(session().handshake().error().code, ErrorCode::kBudgetExhausted);
  EXPECT_EQ(session().requests(), 3);
  ASSERT_TRUE(session().get(url("https://meet.test/0")));  // what is known costs nothing
}

TEST_F(SessionTest, StopsAtTheByteAndTimeBudgets) {
  net_.limits.max_host_bytes = 50;
  net_.page("https://meet.test/", "x");
  ASSERT_TRUE(session().get(target_.base));
  EXPECT_EQ(error_of("https://meet.test/b"), ErrorCode::kBudgetExhausted);
  session_.reset();
  net_.limits.max_host_bytes = 1'000;
  HttpAnswer packed = ok(std::string(5'000, 'x'));
  packed.wire_bytes = 50;
  net_.answer("https://meet.test/packed", packed);
  ASSERT_TRUE(session().get(url("https://meet.test/packed")));
  EXPECT_EQ(error_of("https://meet.test/b"), ErrorCode::kBudgetExhausted);
  session_.reset();
  net_.limits = Limits{};
  net_.limits.per_host = std::chrono::milliseconds{0};
  EXPECT_EQ(error_of("https://meet.test/c"), ErrorCode::kBudgetExhausted);
  EXPECT_EQ(session().requests(), 0);
}

TEST_F(SessionTest, AStopEndsEverything) {
  net_.before_exchange([this](const HttpRequest&) { stop_.request_stop(); });
  ASSERT_TRUE(session().get(target_.base));
  EXPECT_EQ(error_of("https://meet.test/b"), ErrorCode::kCancelled);
  EXPECT_TRUE(session().cancelled());
  EXPECT_EQ(session().requests(), 1);
}

TEST_F(SessionTest, CutsBodiesAtTheSmallerOfBothLimits) {
  net_.limits.max_body = 10;
  net_.page("https://meet.test/", std::string(100, 'x'));
  GetOptions five;
  five.max_body = 5;
  GetOptions huge;
  huge.max_body = 1'000;
  EXPECT_EQ((*session().get(target_.base))->body.size(), 10U);
  EXPECT_TRUE((*session().get(target_.base))->truncated);
  EXPECT_EQ((*session().get(target_.base, five))->body.size(), 5U);
  EXPECT_TRUE((*session().get(target_.base, five))->truncated);
  EXPECT_EQ((*session().get(target_.base, huge))->body.size(), 10U);
  EXPECT_EQ(session().requests(), 1) << "what was read further serves for less";
}

TEST_F(SessionTest, AsksRobotsBeforeGuessing) {
  net_.page("https://meet.test/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain");
  net_.page("https://meet.test/privacy", "p");
  GetOptions guess;
  guess.guessed = true;
  EXPECT_EQ(error_of("https://meet.test/private?x=1", guess), ErrorCode::kRobotsDisallowed);
  ASSERT_TRUE(session().get(url("https://meet.test/privacy"), guess));
  ASSERT_TRUE(session().get(url("https://meet.test/private?x=1")));  // linked pages are not guessed
  EXPECT_EQ(net_.count("https://meet.test/robots.txt"), 1);
}

TEST_F(SessionTest, RobotsByStatus) {
  struct Case {
    HttpAnswer answer;
    bool allowed;
  };
  const Case cases[] = {{status_answer(404), true},
                        {status_answer(403), true},
                        {status_answer(500), false},
                        {status_answer(503), false},
                        {ok("<html>the app</html>"), true},
                        {redirect("/robots.txt"), true},
                        {ok("User-agent: meetlat\nDisallow: /\n", "text/plain"), false}};
  for (const Case& c : cases) {
    FakeNet net;
    net.host("meet.test");
    net.answer("https://meet.test/robots.txt", c.answer);
    const auto one = net.session(target_);
    EXPECT_EQ(one->robots(target_.base).allows("/x"), c.allowed) << c.answer.status << c.answer.body;
    EXPECT_EQ(one->random_path(target_.base).has_value(), c.allowed) << c.answer.status << c.answer.body;
  }
  FakeNet dead;
  dead.host("meet.test");
  dead.fail_url("https://meet.test/robots.txt", ErrorCode::kTimedOut);
  EXPECT_FALSE(dead.session(target_)->robots(target_.base).allows("/x"));
}

TEST_F(SessionTest, TheRandomPathIsUnlikelyToExistAndAskedOnce) {
  const Result<ExchangePtr> first = session().random_path(url("https://meet.test/F/room"));
  ASSERT_TRUE(first);
  EXPECT_THAT((*first)->url.path(), ::testing::MatchesRegex("/F/[0-9a-f]+"));
  EXPECT_EQ((*first)->url.path().size(), 3U + 16U);
  EXPECT_EQ(first->get(), session().random_path(target_.base)->get());
  EXPECT_NE((*net_.session(target_)->random_path(target_.base))->url.path(), (*first)->url.path());
}

TEST_F(SessionTest, WaitsOnceForAShortPause) {
  net_.answer("https://meet.test/", with_header(status_answer(429), "retry-after", "0"));
  net_.page("https://meet.test/", "now");
  const Result<ExchangePtr> got = session().get(target_.base);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)->status, 200);
  EXPECT_EQ(session().requests(), 2);
}

TEST_F(SessionTest, ALongPauseIsTheAnswerAndHoldsBackOthers) {
  net_.answer("https://meet.test/", with_header(status_answer(503), "retry-after", "3600"));
  const Result<ExchangePtr> got = session().get(target_.base);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)->status, 503);
  EXPECT_EQ(session().requests(), 1);
  EXPECT_EQ(error_of("https://meet.test/b"), ErrorCode::kRateLimited);
  EXPECT_EQ(session().requests(), 1);
}

TEST_F(SessionTest, ReadsRetryAfterAsADate) {
  net_.answer("https://meet.test/", with_header(status_answer(429), "retry-after", "Mon, 23 Nov 2026 06:30:00 GMT"));
  ASSERT_TRUE(session().get(target_.base));
  EXPECT_EQ(session().requests(), 1);  // half an hour is not waited for
  FakeNet past;
  past.host("meet.test");
  past.answer("https://meet.test/", with_header(status_answer(429), "retry-after", "Mon, 23 Nov 2026 05:00:00 GMT"));
  past.page("https://meet.test/", "now");
  EXPECT_EQ((*past.session(target_)->get(target_.base))->status, 200);
}

TEST_F(SessionTest, ServerErrorsWithoutRetryAfterAreAnswers) {
  net_.answer("https://meet.test/", status_answer(503));
  EXPECT_EQ((*session().get(target_.base))->status, 503);
  EXPECT_EQ(session().requests(), 1);
}

TEST_F(SessionTest, TriesAgainAfterAResetOfAKeptConnectionOnly) {
  net_.fail_url("https://meet.test/", ErrorCode::kConnectionReset);
  net_.page("https://meet.test/", "second");
  EXPECT_EQ(error_of("https://meet.test/"), ErrorCode::kConnectionReset);
  ASSERT_TRUE(session().get(url("https://meet.test/a")));
  net_.fail_url("https://meet.test/b", ErrorCode::kConnectionReset);
  net_.page("https://meet.test/b", "second");
  ASSERT_TRUE(session().get(url("https://meet.test/b")));
  net_.fail_url("https://meet.test/c", ErrorCode::kConnectionReset);
  EXPECT_EQ(error_of("https://meet.test/c"), ErrorCode::kConnectionReset);
  EXPECT_EQ(net_.count("https://meet.test/c"), 2);
}

TEST_F(SessionTest, ShakesHandsOnceWithTheFirstAddressThatAnswers) {
  net_.host("meet.test", {"192.0.2.1", "192.0.2.2"});
  net_.fail_address("192.0.2.1", ErrorCode::kUnreachable);
  ASSERT_TRUE(session().handshake());
  ASSERT_TRUE(session().handshake());
  EXPECT_THAT(net_.handshakes(), ElementsAre("meet.test:443 192.0.2.1", "meet.test:443 192.0.2.2"));
}

TEST_F(SessionTest, AFailedHandshakeIsNotTriedElsewhere) {
  net_.host("meet.test", {"192.0.2.1", "192.0.2.2"});
  net_.tls("meet.test", fail(ErrorCode::kTlsFailed, "alert"));
  EXPECT_EQ(session().handshake().error().code, ErrorCode::kTlsFailed);
  EXPECT_THAT(net_.handshakes(), SizeIs(1));
}

TEST_F(SessionTest, ThroughAProxyPagesAreAskedByNameAndTheRestIsUnsupported) {
  net_.host_fails("meet.test", ErrorCode::kUnsupported);
  net_.page("https://meet.test/", "by name");
  ASSERT_TRUE(session().get(target_.base));
  EXPECT_TRUE(net_.requests().at(0).by_name);
  EXPECT_EQ(session().addresses("meet.test").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(session().handshake().error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(net_.handshakes(), IsEmpty());
}

TEST_F(SessionTest, TheTranscriptHoldsEveryExchangeAndNoSecret) {
  net_.answer("https://meet.test/?jwt=topsecret",
              with_header(redirect("/in?token=hidden"), "set-cookie", "session=cookiesecret"));
  net_.page("https://meet.test/in?token=hidden", "body");
  (void)session().get(url("https://meet.test/?jwt=topsecret"));
  (void)session().handshake();
  ASSERT_THAT(session().transcript(), SizeIs(4));
  std::string all;
  for (const TranscriptEntry& entry : session().transcript()) {
    all += entry.kind + "|" + entry.request + "|" + entry.answer + "|" + entry.peer + "\n";
    EXPECT_EQ(format_instant(entry.at), "2026-11-23T06:00:00Z");
  }
  for (const char* secret : {"topsecret", "hidden", "cookiesecret"}) EXPECT_THAT(all, Not(HasSubstr(secret)));
  EXPECT_THAT(all, HasSubstr("dns|A, AAAA meet.test|192.0.2.1|"));
  EXPECT_THAT(all, HasSubstr("http|GET https://meet.test/?jwt=REDACTED|301 text/html"));
  EXPECT_THAT(all, HasSubstr("-> /in?token=REDACTED|192.0.2.1:443"));
  EXPECT_THAT(all, HasSubstr("200 text/html; charset=utf-8 4 bytes sha256:"));
  EXPECT_THAT(all, HasSubstr("TLSv1.3 TLS_AES_256_GCM_SHA384 trusted"));
}

TEST(Exchange, FindsHeaders) {
  Exchange exchange;
  exchange.headers = {{"content-type", "Text/HTML ; charset=x"}, {"set-cookie", "a"}, {"set-cookie", "b"}};
  EXPECT_EQ(exchange.media_type(), "text/html");
  EXPECT_EQ(*exchange.header("set-cookie"), "a");
  EXPECT_THAT(exchange.all_headers("set-cookie"), ElementsAre("a", "b"));
  EXPECT_EQ(exchange.header("server"), nullptr);
  EXPECT_EQ(Exchange{}.media_type(), "");
}

// --- which configuration the client would use

constexpr const char* kConfig = "var config = { hosts: { domain: 'meet.test' } };";
constexpr const char* kInterface = "var interfaceConfig = { APP_NAME: 'Meet' };";

TEST_F(SessionTest, TheInlinedConfigurationWins) {
  net_.page("https://meet.test/",
            std::string("<html><script>") + kConfig + "</script><script>" + kInterface + "</script></html>");
  net_.page("https://meet.test/config.js", "var config = { other: 1 };", "text/javascript");
  const Configuration& read = session().configuration();
  EXPECT_TRUE(read.readable);
  EXPECT_THAT(read.sources, ElementsAre("https://meet.test/ (inlined)"));
  EXPECT_EQ(session().requests(), 1);
}

TEST_F(SessionTest, WithoutAnInlinedConfigurationTheFilesAreRead) {
  net_.page("https://meet.test/", "<html><script type='application/json'>{}</script></html>");
  net_.page("https://meet.test/config.js", kConfig, "text/javascript");
  net_.page("https://meet.test/interface_config.js", kInterface, "text/javascript");
  const Configuration& read = session().configuration();
  EXPECT_TRUE(read.readable) << describe(read.why_not);
  EXPECT_TRUE(read.config.found_object());
  EXPECT_TRUE(read.interface_config.found_object());
  EXPECT_THAT(read.sources, ElementsAre("https://meet.test/config.js", "https://meet.test/interface_config.js"));
  EXPECT_EQ(&read, &session().configuration());
  EXPECT_EQ(session().requests(), 3);
}

TEST_F(SessionTest, FilesAreSoughtWhereTheClientSeeksThem) {
  struct Case {
    const char* landing;  // where the page is in the end
    const char* html;
    const char* config;
  };
  const Case cases[] = {
      {"https://meet.test/", "<html></html>", "https://meet.test/config.js"},
      {"https://meet.test/F/", "<html></html>", "https://meet.test/F/config.js"},
      {"https://meet.test/F/", "<html><base href='/'></html>", "https://meet.test/config.js"},
      {"https://meet.test/", "<html><base href='https://evil.test/'></html>", "https://meet.test/config.js"},
      {"https://meet.test/room", "<html></html>", "https://meet.test/config.js"},
  };
  for (const Case& c : cases) {
    FakeNet net;
    net.host("meet.test");
    if (std::string(c.landing) != "https://meet.test/") net.answer("https://meet.test/", redirect(c.landing));
    net.page(c.landing, c.html);
    net.page(c.config, kConfig, "application/javascript");
    EXPECT_TRUE(net.session(target_)->configuration().readable) << c.landing << c.html;
  }
}

TEST_F(SessionTest, APageInPlaceOfTheFileIsNoConfiguration) {
  net_.page("https://meet.test/", "<html>the app</html>");
  net_.otherwise(ok("<html>the app</html>"));
  const Configuration& read = session().configuration();
  EXPECT_FALSE(read.readable);
  EXPECT_EQ(read.why_not.code, ErrorCode::kNotUnderstood);
  EXPECT_THAT(read.why_not.context, HasSubstr("https://meet.test/config.js"));
  EXPECT_THAT(read.sources, IsEmpty());
}

TEST_F(SessionTest, AMissingConfigurationSaysWhy) {
  net_.page("https://meet.test/", "<html></html>");
  EXPECT_EQ(session().configuration().why_not.code, ErrorCode::kHttpStatus);
  FakeNet dead;
  dead.host("meet.test");
  dead.fail_url("https://meet.test/", ErrorCode::kConnectionRefused);
  const auto one = dead.session(target_);
  EXPECT_FALSE(one->configuration().readable);
  EXPECT_EQ(one->configuration().why_not.code, ErrorCode::kConnectionRefused);
  EXPECT_EQ(one->requests(), 1);
}

}  // namespace
}  // namespace meetlat
