// Raw hellos over real sockets: against OpenSSL as a server, and against servers that are slow, silent or lie.
#include "net/tls_hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "net/network.h"
#include "net/session.h"
#include "support/loopback_server.h"
#include "support/test_certificates.h"

namespace meetlat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::LoopbackServer;
using test::ServerStream;
using ::testing::HasSubstr;
using Kind = HelloAnswer::Kind;

// A list of hellos; keeps what became of them.
class ListFeed : public HelloFeed {
 public:
  explicit ListFeed(std::deque<ClientHello> hellos, milliseconds timeout = seconds{30})
      : hellos_(std::move(hellos)), timeout_(timeout) {}
  std::optional<HelloAsk> next() override {
    if (hellos_.empty()) return std::nullopt;
    HelloAsk ask{next_++, std::move(hellos_.front()), timeout_};
    hellos_.pop_front();
    results.emplace_back(fail(ErrorCode::kNotAttempted, ""));
    ++open_;
    most_open = std::max(most_open, open_);
    return ask;
  }
  void answered(const HelloAsk& ask, const HelloResult& result, std::uint64_t bytes, Ticks) override {
    results[static_cast<std::size_t>(ask.id)] = result;
    received += bytes;
    --open_;
  }
  std::vector<HelloResult> results;
  std::uint64_t received = 0;
  int most_open = 0;

 private:
  std::deque<ClientHello> hellos_;
  milliseconds timeout_;
  int next_ = 0;
  int open_ = 0;
};

ClientHello tls12(std::vector<std::uint16_t> suites) {
  ClientHello hello;
  hello.suites = std::move(suites);
  hello.groups = {0x1d, 0x17};
  hello.signatures = common_signatures();
  hello.point_formats = hello.renegotiation_info = hello.extended_master_secret = true;
  return hello;
}
ClientHello tls13(std::vector<std::uint16_t> groups = {0x11ec, 0x17, 0x1d}) {
  ClientHello hello;
  hello.versions = {kTls13};
  hello.suites = {0x1303, 0x1301, 0x1302};
  hello.groups = std::move(groups);
  hello.signatures = common_signatures();
  hello.empty_key_share = hello.grease = true;
  return hello;
}

class TlsHelloTest : public ::testing::Test {
 protected:
  HelloPlace place(const LoopbackServer& server) const {
    return {"meet.test", server.port(), *Address::parse("127.0.0.1"), false, {}};
  }
  Result<void> run(const HelloPlace& where, ListFeed& feed, std::stop_token stop = {}, seconds most = seconds{60}) {
    return run_hellos(where, feed, guard_, {2, std::chrono::steady_clock::now() + most, std::move(stop)});
  }
  HelloResult ask(const LoopbackServer& server, const ClientHello& hello, milliseconds timeout = seconds{30}) {
    ListFeed feed({hello}, timeout);
    EXPECT_TRUE(run(place(server), feed));
    return feed.results.at(0);
  }
  // What a server that sends these bytes is taken for.
  HelloResult told(const std::string& bytes, milliseconds timeout = seconds{30}) {
    const LoopbackServer server([&](ServerStream& stream) {
      stream.write(bytes);
      shutdown(stream.fd(), SHUT_WR);
      stream.hang();
    });
    return ask(server, tls12({0xc02f}), timeout);
  }
  AddressGuard guard_{{}, true};
};

TEST_F(TlsHelloTest, GetsAnswersFromOpenssl) {
  const test::Identity identity = test::make_identity({}, nullptr);  // P-256
  const test::SslContextPtr context = test::server_context(identity, TLS1_2_VERSION);
  // SSL_accept fails, since no handshake is ever completed; the handler is not called.
  const LoopbackServer server([](ServerStream&) {}, context.get());
  ListFeed feed({tls13(), tls13({0x11ec}), tls12({0xc02b, 0xc02c}), tls12({0xc02f, 0x009e}), [] {
                   ClientHello old;
                   old.version = kTls11;
                   old.suites = {0xc009};
                   old.groups = {0x17};
                   return old;
                 }()});
  ASSERT_TRUE(run(place(server), feed));
  const auto& got = feed.results;
  ASSERT_TRUE(got[0] && got[1] && got[2] && got[3] && got[4]);
  EXPECT_EQ(got[0]->kind, Kind::kHelloRetry);
  EXPECT_EQ(got[0]->version, kTls13);
  EXPECT_EQ(got[0]->group, 0x1d) << "its own favourite; OpenSSL 3.0 has no post-quantum group";
  EXPECT_EQ(got[1]->alert, 40) << describe(*got[1]);
  EXPECT_EQ(got[2]->kind, Kind::kServerHello);
  EXPECT_EQ(got[2]->suite, 0xc02b);
  EXPECT_TRUE(got[2]->extended_master_secret && got[2]->renegotiation_info);
  EXPECT_TRUE(got[2]->downgrade_mark);
  const auto exchange = parse_key_exchange(got[2]->key_exchange, KeyExchange::Kind::kEcdhe, kTls12);
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->group, 0x1d);
  EXPECT_EQ(got[3]->alert, 40) << "a certificate on a curve cannot sign for RSA";
  EXPECT_EQ(got[4]->alert, 70);
  EXPECT_EQ(feed.most_open, 2);
  EXPECT_EQ(server.connections(), 5);
  EXPECT_GT(feed.received, 500U);
}

TEST_F(TlsHelloTest, SendsTheNameOfTheHost) {
  std::string got;
  std::mutex mutex;
  const LoopbackServer server([&](ServerStream& stream) {
    std::string buffer(4096, '\0');
    const ssize_t size = recv(stream.fd(), buffer.data(), buffer.size(), 0);
    const std::scoped_lock lock(mutex);
    got = buffer.substr(0, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  });
  (void)ask(server, tls12({0xc02f}));
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(got, HasSubstr("meet.test"));
}

TEST_F(TlsHelloTest, ReadsAnswersThatComeByteByByte) {
  const std::string alert = std::string("\x15\x03\x03\x00\x02\x02\x46", 7);
  const LoopbackServer server([&](ServerStream& stream) {
    for (const char byte : alert) {
      stream.write({&byte, 1});
      std::this_thread::sleep_for(milliseconds{2});
    }
    stream.hang();
  });
  const HelloResult result = ask(server, tls12({0xc02f}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->alert, 70);
}

TEST_F(TlsHelloTest, TellsResetSilenceAndOtherProtocolsApart) {
  const LoopbackServer resets([](ServerStream& stream) { stream.reset(); });
  const HelloResult reset = ask(resets, tls12({0xc02f}));
  ASSERT_FALSE(reset);
  EXPECT_EQ(reset.error().code, ErrorCode::kConnectionReset);

  const HelloResult closed = told("");
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::kConnectionReset);
  EXPECT_THAT(closed.error().context, HasSubstr("closed"));

  const LoopbackServer silent([](ServerStream& stream) { stream.hang(); });
  const HelloResult silence = ask(silent, tls12({0xc02f}), milliseconds{100});
  ASSERT_FALSE(silence);
  EXPECT_EQ(silence.error().code, ErrorCode::kTimedOut);

  const HelloResult http = told("HTTP/1.1 400 Bad Request\r\n\r\n");
  ASSERT_TRUE(http);
  EXPECT_EQ(http->kind, Kind::kNotTls);
  const HelloResult cut = told(std::string("\x16\x03\x03\x00\x40\x02\x00", 7));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->kind, Kind::kMalformed);
}

TEST_F(TlsHelloTest, TakesNoMoreThanItNeedsOfAnEndlessAnswer) {
  const LoopbackServer server([](ServerStream& stream) {
    const std::string block = std::string("\x16\x03\x03\x40\x00", 5) + std::string(0x4000, '\0');
    while (stream.write(block)) {
    }
  });
  const HelloResult result = ask(server, tls12({0xc02f}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, Kind::kMalformed);
}

TEST_F(TlsHelloTest, ReportsARefusedConnection) {
  HelloPlace nobody;
  {
    const LoopbackServer server([](ServerStream&) {});
    nobody = place(server);
  }
  ListFeed feed({tls12({0xc02f})});
  EXPECT_TRUE(run(nobody, feed));
  ASSERT_FALSE(feed.results.at(0));
  EXPECT_EQ(feed.results[0].error().code, ErrorCode::kConnectionRefused);
}

TEST_F(TlsHelloTest, AsksTheGuardBeforeItConnects) {
  const LoopbackServer server([](ServerStream&) {});
  ListFeed feed({tls12({0xc02f})});
  const Result<void> done =
      run_hellos(place(server), feed, AddressGuard(), {2, std::chrono::steady_clock::now() + seconds{60}, {}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kAddressRefused);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(TlsHelloTest, EndsAtAStopRequestAndAtItsDeadline) {
  const LoopbackServer silent([](ServerStream& stream) { stream.hang(); });
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds{50});
    stop.request_stop();
  });
  ListFeed feed({tls12({0xc02f}), tls12({0xc030})}, seconds{60});
  const Result<void> stopped = run(place(silent), feed, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);

  ListFeed late({tls12({0xc02f})}, seconds{60});
  const Result<void> over = run(place(silent), late, {}, seconds{0});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kTimedOut);
}

TEST_F(TlsHelloTest, AsksXmppServersForTlsFirst) {
  const test::Identity identity = test::make_identity({}, nullptr);
  const test::SslContextPtr context = test::server_context(identity);
  const auto read_until = [](ServerStream& stream, const std::string& end) {
    std::string all;
    char byte = 0;
    while (!all.ends_with(end) && recv(stream.fd(), &byte, 1, 0) == 1) all += byte;
    return all;
  };
  const LoopbackServer server([&](ServerStream& stream) {
    EXPECT_THAT(read_until(stream, "streams'>"), HasSubstr("to='meet.test'"));
    stream.write(
        "<?xml version='1.0'?><stream:stream><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    stream.write("</stream:features>");
    EXPECT_THAT(read_until(stream, "/>"), HasSubstr("<starttls "));
    stream.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    SSL* ssl = SSL_new(context.get());
    SSL_set_fd(ssl, stream.fd());
    SSL_accept(ssl);
    SSL_free(ssl);
  });
  HelloPlace where = place(server);
  where.starttls_xmpp = true;
  ListFeed feed({tls13()});
  ASSERT_TRUE(run(where, feed));
  ASSERT_TRUE(feed.results.at(0)) << feed.results[0].error().context;
  EXPECT_EQ(feed.results[0]->kind, Kind::kHelloRetry);

  const LoopbackServer plain([&](ServerStream& stream) {
    read_until(stream, "streams'>");
    stream.write("<stream:stream><stream:features><mechanisms/></stream:features>");
    stream.hang();
  });
  where.port = plain.port();
  ListFeed refused({tls13()});
  ASSERT_TRUE(run(where, refused));
  ASSERT_FALSE(refused.results.at(0));
  EXPECT_EQ(refused.results[0].error().code, ErrorCode::kTlsFailed);
}

}  // namespace
}  // namespace meetlat
