#include "lists/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "list_testing.h"
#include "net/network.h"

namespace meetlat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kUrl = "https://lists.test/servers.txt";

class FakeClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  void set(std::string_view text) { now_ = *parse_instant(text); }

 private:
  Instant now_ = *parse_instant("2026-03-01T12:00:00Z");
};

struct Script {
  std::map<std::string, std::deque<Result<HttpAnswer>>> answers;  // by URL
  std::vector<HttpRequest> requests;
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(Script& script) : script_(script) {}
  Result<Resolved> resolve(const std::string& host, Ticks) override {
    if (host == "gone.test") return fail(ErrorCode::kNameNotFound, host);
    Resolved out;
    out.host = host;
    out.v4.push_back(*Address::parse(host == "inside.test" ? "10.0.0.1" : "93.184.216.34"));
    return out;
  }
  Result<HttpAnswer> exchange(const HttpRequest& request, Ticks) override {
    script_.requests.push_back(request);
    auto& queue = script_.answers[request.url.str()];
    if (queue.empty()) return fail(ErrorCode::kConnectionRefused, request.url.host());
    auto answer = queue.front();
    queue.pop_front();
    if (answer && answer->body.size() > request.max_body) {
      answer->body.resize(request.max_body);
      answer->truncated = true;
    }
    return answer;
  }
  Result<TlsHandshake> handshake(const std::string&, std::uint16_t, const Address&, Ticks) override {
    return fail(ErrorCode::kNotAttempted, "");
  }

 private:
  Script& script_;
};

class FakeNetwork final : public Network {
 public:
  std::unique_ptr<Transport> open(std::stop_token) override { return std::make_unique<FakeTransport>(script); }
  const AddressGuard& guard() const noexcept override { return guard_; }
  HostGate& gate() noexcept override { return gate_; }
  Script script;

 private:
  AddressGuard guard_;
  HostGate gate_{HostGate::Rates{}};
};

HttpAnswer answer(int status, std::string body, std::vector<Header> headers = {}) {
  HttpAnswer out;
  out.status = status;
  out.body = std::move(body);
  out.headers = std::move(headers);
  return out;
}

class Loader : public testing::Test {
 protected:
  Loader() {
    options.network = &network;
    options.clock = &clock;
    options.cache_dir = folder;
  }
  ~Loader() override { std::filesystem::remove_all(folder); }

  void serve(Result<HttpAnswer> what, const std::string& url = kUrl) { network.script.answers[url].push_back(what); }
  std::vector<std::string> load_ids(std::string_view spec = kUrl) {
    last = load_list(spec, options);
    if (!last) return {"error: " + last.error().context};
    std::vector<std::string> out;
    for (const Target& target : last->parsed.targets) out.push_back(target.id);
    return out;
  }

  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) /
      ("lists-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  FakeNetwork network;
  FakeClock clock;
  LoadOptions options;
  Result<LoadedList> last = fail(ErrorCode::kNotAttempted, "");
};

TEST_F(Loader, FetchesOverAVerifiedConnectionAndRemembers) {
  serve(answer(200, "meet.a.test\nmeet.b.test\n",
               {{"etag", "\"v1\""}, {"last-modified", "Sat, 31 Jan 2026 10:00:00 GMT"}}));
  EXPECT_THAT(load_ids(), ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_TRUE(network.script.requests[0].verify);
  EXPECT_THAT(network.script.requests[0].headers, IsEmpty());
  EXPECT_EQ(last->record.name, kUrl);
  EXPECT_EQ(last->record.date, "2026-01-31");
  EXPECT_EQ(last->record.retrieved, "2026-03-01T12:00:00Z");
  EXPECT_EQ(last->record.sha256, sha256_hex("meet.a.test\nmeet.b.test\n"));
  EXPECT_FALSE(last->record.from_cache);
  EXPECT_THAT(last->warnings, IsEmpty());
}

TEST_F(Loader, AsksWithTheStoredValidatorsAndTakes304) {
  serve(answer(200, "meet.a.test\n", {{"etag", "\"v1\""}, {"last-modified", "Sat, 31 Jan 2026 10:00:00 GMT"}}));
  load_ids();
  clock.set("2026-03-05T12:00:00Z");
  serve(answer(304, ""));
  EXPECT_THAT(load_ids(), ElementsAre("meet.a.test"));
  const auto& headers = network.script.requests[1].headers;
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].name + ": " + headers[0].value, "if-none-match: \"v1\"");
  EXPECT_EQ(headers[1].name + ": " + headers[1].value, "if-modified-since: Sat, 31 Jan 2026 10:00:00 GMT");
  EXPECT_EQ(last->record.retrieved, "2026-03-05T12:00:00Z");
  EXPECT_FALSE(last->record.from_cache);
}

TEST_F(Loader, FailedFetchUsesTheStoredCopyAndSaysHowOldItIs) {
  serve(answer(200, "meet.a.test\n"));
  load_ids();
  clock.set("2026-03-11T12:00:00Z");
  for (const Result<HttpAnswer>& failure :
       {Result<HttpAnswer>(fail(ErrorCode::kTimedOut, "no answer")), Result<HttpAnswer>(answer(503, "busy")),
        Result<HttpAnswer>(answer(200, "<html><body>Please log in</body></html>"))}) {
    serve(failure);
    EXPECT_THAT(load_ids(), ElementsAre("meet.a.test"));
    EXPECT_TRUE(last->record.from_cache);
    EXPECT_EQ(last->record.cache_age_days, 10);
    EXPECT_EQ(last->record.retrieved, "2026-03-01T12:00:00Z");
    ASSERT_FALSE(last->warnings.empty());
    EXPECT_THAT(last->warnings[0], HasSubstr("stored copy of 2026-03-01 (10 days old)"));
  }
}

TEST_F(Loader, WithoutAStoredCopyAFailureIsAnErrorThatNamesTheList) {
  serve(answer(404, "gone"));
  EXPECT_THAT(load_ids(), ElementsAre(HasSubstr("https://lists.test/servers.txt answered with status 404")));
  EXPECT_EQ(last.error().code, ErrorCode::kHttpStatus);
  EXPECT_THAT(load_ids("https://gone.test/list"), ElementsAre(HasSubstr("https://gone.test/list")));
  EXPECT_EQ(last.error().code, ErrorCode::kNameNotFound);
}

TEST_F(Loader, OfflineNeverFetches) {
  serve(answer(200, "meet.a.test\n"));
  load_ids();
  options.offline = true;
  EXPECT_THAT(load_ids(), ElementsAre("meet.a.test"));
  EXPECT_TRUE(last->record.from_cache);
  EXPECT_THAT(last->warnings[0], HasSubstr("offline"));
  EXPECT_EQ(network.script.requests.size(), 1u);
  load_ids("https://other.test/list");
  EXPECT_EQ(last.error().code, ErrorCode::kOffline);
  EXPECT_EQ(network.script.requests.size(), 1u);
}

TEST_F(Loader, DamagedCopyIsFetchedAgain) {
  serve(answer(200, "meet.a.test\n", {{"etag", "\"v1\""}}));
  load_ids();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ofstream(entry.path(), std::ios::app) << "meet.evil.test\n";
  }
  serve(answer(200, "meet.b.test\n"));
  EXPECT_THAT(load_ids(), ElementsAre("meet.b.test"));
  EXPECT_THAT(network.script.requests[1].headers, IsEmpty());
}

TEST_F(Loader, PrivateAddressesAreRefusedAlsoAfterARedirect) {
  load_ids("https://inside.test/list");
  EXPECT_EQ(last.error().code, ErrorCode::kAddressRefused);
  serve(answer(302, "", {{"location", "https://inside.test/list"}}));
  load_ids();
  EXPECT_EQ(last.error().code, ErrorCode::kAddressRefused);
  EXPECT_EQ(network.script.requests.size(), 1u);
}

TEST_F(Loader, RedirectsAreFollowedButNeverDownToHttp) {
  serve(answer(301, "", {{"location", "/new.txt"}}));
  serve(answer(200, "meet.a.test\n"), "https://lists.test/new.txt");
  EXPECT_THAT(load_ids(), ElementsAre("meet.a.test"));
  serve(answer(301, "", {{"location", "http://lists.test/plain.txt"}}), "https://lists.test/down");
  load_ids("https://lists.test/down");
  EXPECT_EQ(last.error().code, ErrorCode::kRedirectRefused);
  for (int i = 0; i < 20; ++i) serve(answer(302, "", {{"location", "/loop"}}), "https://lists.test/loop");
  load_ids("https://lists.test/loop");
  EXPECT_EQ(last.error().code, ErrorCode::kTooManyRedirects);
}

TEST_F(Loader, ABodyWithoutEndIsTooLarge) {
  serve(answer(200, std::string(kMaxListBytes + 1, 'a')));
  load_ids();
  EXPECT_EQ(last.error().code, ErrorCode::kTooLarge);
}

TEST_F(Loader, ReadsFilesAndStandardInput) {
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "list.md").string();
  std::ofstream(file) << "# Jitsi\n* meet.a.test\n";
  EXPECT_THAT(load_ids(file), ElementsAre("meet.a.test"));
  EXPECT_EQ(last->record.name, file);
  EXPECT_EQ(last->record.date, "2026-03-01");
  std::istringstream input("meet.b.test\n");
  options.input = &input;
  EXPECT_THAT(load_ids("-"), ElementsAre("meet.b.test"));
  EXPECT_EQ(last->record.name, "standard input");
}

TEST_F(Loader, BadSourcesAreNamedWithWhatToDo) {
  load_ids("/nonexistent/list.md");
  EXPECT_EQ(last.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(last.error().context, HasSubstr("/nonexistent/list.md"));
  std::filesystem::create_directories(folder);
  load_ids(folder.string());
  EXPECT_EQ(last.error().code, ErrorCode::kIo);
  load_ids("ftp://lists.test/x");
  EXPECT_EQ(last.error().code, ErrorCode::kInvalidArgument);
  load_ids("https://exa mple/");
  EXPECT_EQ(last.error().code, ErrorCode::kInvalidArgument);
  const std::string big = (folder / "big").string();
  std::ofstream(big).close();
  std::filesystem::resize_file(big, std::uintmax_t{300} << 20);
  load_ids(big);
  EXPECT_EQ(last.error().code, ErrorCode::kTooLarge);
  std::istringstream endless(std::string(kMaxListBytes + 10, 'a'));
  options.input = &endless;
  load_ids("-");
  EXPECT_EQ(last.error().code, ErrorCode::kTooLarge);
}

TEST_F(Loader, InvalidUtf8IsAWarning) {
  std::istringstream input("meet.a.test # caf\xe9\n");
  options.input = &input;
  EXPECT_THAT(load_ids("-"), ElementsAre("meet.a.test"));
  EXPECT_THAT(last->warnings, ElementsAre(HasSubstr("not valid UTF-8")));
}

}  // namespace
}  // namespace meetlat
