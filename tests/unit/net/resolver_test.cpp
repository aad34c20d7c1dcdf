#include "net/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/local_names.h"
#include "support/dns_server.h"

namespace meetlat {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::DnsServer;

constexpr int kA = DnsServer::kA;
constexpr int kAaaa = DnsServer::kAaaa;

std::vector<std::string> texts(const std::vector<Address>& addresses) {
  std::vector<std::string> all;
  for (const Address& address : addresses) all.push_back(address.str());
  return all;
}

Ticks soon() {
  return std::chrono::steady_clock::now() + seconds{60};
}

class ResolverTest : public ::testing::Test {
 protected:
  DnsServer dns_{{
      {{"both.test", kA}, {0, {"192.0.2.1", "192.0.2.2"}, false}},
      {{"both.test", kAaaa}, {0, {"2001:db8::1"}, false}},
      {{"four.test", kA}, {0, {"192.0.2.4"}, false}},
      {{"four.test", kAaaa}, {0, {}, false}},
      {{"empty.test", kA}, {0, {}, false}},
      {{"empty.test", kAaaa}, {0, {}, false}},
      {{"broken.test", kA}, {2, {}, false}},
      {{"broken.test", kAaaa}, {2, {}, false}},
      {{"halfbroken.test", kA}, {0, {"192.0.2.5"}, false}},
      {{"halfbroken.test", kAaaa}, {2, {}, false}},
      {{"refused.test", kA}, {5, {}, false}},
      {{"refused.test", kAaaa}, {5, {}, false}},
      {{"silent.test", kA}, {0, {}, true}},
      {{"silent.test", kAaaa}, {0, {}, true}},
  }};
  std::unique_ptr<Resolver> make(std::vector<HostsEntry> hosts = {}) {
    return *Resolver::create({std::move(hosts), dns_.forward_to(), true});
  }
};

TEST_F(ResolverTest, GivesBothFamilies) {
  const Result<Resolved> both = make()->resolve("both.test", soon(), {});
  ASSERT_TRUE(both) << describe(both.error());
  EXPECT_EQ(texts(both->v4), (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(texts(both->v6), (std::vector<std::string>{"2001:db8::1"}));
  EXPECT_FALSE(both->from_hosts_file);
  EXPECT_FALSE(both->v4_unknown || both->v6_unknown);
}

TEST_F(ResolverTest, TellsTheKindsOfFailureApart) {
  const std::pair<const char*, ErrorCode> cases[] = {
      {"missing.test", ErrorCode::kNameNotFound},
      {"empty.test", ErrorCode::kNoAddress},
      {"broken.test", ErrorCode::kResolverFailed},
      {"refused.test", ErrorCode::kResolverFailed},
  };
  const std::unique_ptr<Resolver> resolver = make();
  for (const auto& [name, code] : cases) {
    const Result<Resolved> result = resolver->resolve(name, soon(), {});
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code, code) << name << ": " << result.error().context;
  }
}

TEST_F(ResolverTest, AnUnansweredQuestionIsUnknownAndNotEmpty) {
  const std::unique_ptr<Resolver> resolver = make();
  const Result<Resolved> half = resolver->resolve("halfbroken.test", soon(), {});
  ASSERT_TRUE(half) << describe(half.error());
  EXPECT_EQ(half->v4.size(), 1U);
  ASSERT_TRUE(half->v6_unknown);
  EXPECT_EQ(half->v6_unknown->code, ErrorCode::kResolverFailed);
  const Result<Resolved> four = resolver->resolve("four.test", soon(), {});
  ASSERT_TRUE(four);
  EXPECT_TRUE(four->v6.empty());
  EXPECT_FALSE(four->v6_unknown);
}

TEST_F(ResolverTest, ASilentServerMeetsTheDeadlineAndTheStop) {
  const std::unique_ptr<Resolver> resolver = make();
  const Result<Resolved> late =
      resolver->resolve("silent.test", std::chrono::steady_clock::now() + milliseconds{50}, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimedOut);
  std::stop_source stop;
  std::thread stopper([&stop] { stop.request_stop(); });
  const Result<Resolved> stopped =
      resolver->resolve("silent.test", std::chrono::steady_clock::now() + hours{1}, stop.get_token());
  stopper.join();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(resolver->resolve("both.test", soon(), {}));  // and others are not disturbed
}

TEST_F(ResolverTest, ServesManyThreadsAtOnceAndSurvivesAbandonedQuestions) {
  const std::unique_ptr<Resolver> resolver = make();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        const bool abandon = (i + n) % 3 == 0;
        const Ticks deadline = abandon ? std::chrono::steady_clock::now() + milliseconds{n % 3} : soon();
        const Result<Resolved> result = resolver->resolve(abandon ? "silent.test" : "both.test", deadline, {});
        if (!abandon && result && result->v4.size() == 2) ++good;
        if (abandon && !result && result.error().code == ErrorCode::kTimedOut) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
}

TEST_F(ResolverTest, HostsFileNamesAndLiteralsAreNeverAsked) {
  const std::unique_ptr<Resolver> resolver = make({{"both.test", *Address::parse("127.0.0.1")}});
  const Result<Resolved> pinned = resolver->resolve("both.test", soon(), {});
  ASSERT_TRUE(pinned);
  EXPECT_TRUE(pinned->from_hosts_file);
  EXPECT_EQ(texts(pinned->v4), (std::vector<std::string>{"127.0.0.1"}));
  EXPECT_TRUE(pinned->v6.empty());
  const Result<Resolved> literal = resolver->resolve("2001:db8::7", soon(), {});
  ASSERT_TRUE(literal);
  EXPECT_EQ(texts(literal->v6), (std::vector<std::string>{"2001:db8::7"}));
  EXPECT_EQ(dns_.queries(), 0);
}

TEST_F(ResolverTest, SpecialUseNamesAreNeverAsked) {
  const std::unique_ptr<Resolver> resolver = *Resolver::create({{}, dns_.forward_to(), false});
  for (const char* name : {"both.test", "meet.local", "abc.onion", "router", "x.localhost", "meet.internal"}) {
    const Result<Resolved> result = resolver->resolve(name, soon(), {});
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code, ErrorCode::kNameNotFound) << name;
  }
  EXPECT_EQ(dns_.queries(), 0);
}

TEST(ResolverStart, AnUnusableNameServerIsAnErrorAndNoCrash) {
  const Result<std::unique_ptr<Resolver>> resolver = Resolver::create({{}, "not an address", true});
  ASSERT_FALSE(resolver);
  EXPECT_EQ(resolver.error().code, ErrorCode::kIo);
}

TEST(SpecialUseNames, AreWholeLabels) {
  const std::pair<const char*, bool> cases[] = {
      {"a.test", true},      {"test", true},      {"contest.example", true}, {"a.example.com", false},
      {"latest.org", false}, {"a.alt", true},     {"a.salt", false},         {"x.home.arpa", true},
      {"home.arpa", true},   {"arpa.net", false}, {"a.invalid", true},       {"meet.jit", false},
  };
  for (const auto& [name, special] : cases) EXPECT_EQ(is_special_use_name(name), special) << name;
}

}  // namespace
}  // namespace meetlat
