// The real transport against servers on loopback.
#include "net/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/session.h"
#include "support/loopback_server.h"
#include "support/test_certificates.h"

namespace meetlat {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::CertificateWish;
using test::http_response;
using test::Identity;
using test::LoopbackServer;
using test::ServerStream;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Address kLoopback = *Address::parse("127.0.0.1");

Ticks soon() {
  return std::chrono::steady_clock::now() + seconds{60};
}

// Answers every request on a connection with the same bytes.
LoopbackServer::Handler always(std::string response) {
  return [response = std::move(response)](ServerStream& stream) {
    while (!stream.read_request().empty() && stream.write(response)) {
    }
  };
}

// A gzip stream of `repeats` times 258 zero bytes, thirteen bits for each: one literal, then matches at distance one.
std::string gzip_of_zeros(std::size_t repeats) {
  std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  unsigned int bits = 0;
  int count = 0;
  const auto put = [&](unsigned int value, int width) {
    for (int i = 0; i < width; ++i) {
      bits |= (value >> i & 1U) << count;
      if (++count == 8) {
        out += static_cast<char>(bits);
        bits = 0;
        count = 0;
      }
    }
  };
  const auto put_code = [&](unsigned int code, int width) {  // Huffman codes start with their highest bit
    for (int i = width - 1; i >= 0; --i) put(code >> i & 1U, 1);
  };
  put(1, 1);          // the last block
  put(1, 2);          // with fixed codes
  put_code(0x30, 8);  // literal 0
  for (std::size_t i = 0; i < repeats; ++i) {
    put_code(0xc5, 8);  // length 258
    put_code(0, 5);     // distance 1
  }
  put_code(0, 7);  // end of block
  put(0, 7);
  return out;
}

class NetworkTest : public ::testing::Test {
 protected:
  NetworkTest() {
    NetworkOptions options;
    options.ca_file = ca_file_.path();
    options.hosts = {{"meet.test", kLoopback}, {"other.test", kLoopback}};
    network_ = *Network::create(options);
    transport_ = network_->open({});
  }

  static HttpRequest request(const LoopbackServer& server, const std::string& path = "/", bool https = false) {
    HttpRequest made;
    made.url = *Url::parse((https ? "https://meet.test:" : "http://meet.test:") + std::to_string(server.port()) + path);
    made.address = kLoopback;
    made.max_body = 1 << 20;
    made.max_headers = 64 << 10;
    return made;
  }
  Result<HttpAnswer> get(const LoopbackServer& server, const std::string& path = "/") {
    return transport_->exchange(request(server, path), soon());
  }
  Result<HttpAnswer> get_tls(const LoopbackServer& server, bool verify) {
    HttpRequest made = request(server, "/", true);
    made.verify = verify;
    return transport_->exchange(made, soon());
  }

  const Identity ca_ = test::make_ca();
  const test::PemFile ca_file_{ca_.certificate.get()};
  std::unique_ptr<Network> network_;
  std::unique_ptr<Transport> transport_;
};

TEST_F(NetworkTest, ReadsAnAnswer) {
  const LoopbackServer server(
      always(http_response("200 OK", "Content-Type: text/html\r\nSet-Cookie: a=1\r\nset-cookie:  b=2 \r\n", "hello")));
  const Result<HttpAnswer> answer = get(server);
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->http_version, "1.1");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_FALSE(answer->truncated);
  EXPECT_EQ(answer->peer, "127.0.0.1:" + std::to_string(server.port()));
  ASSERT_EQ(answer->headers.size(), 4U);
  EXPECT_EQ(answer->headers[0].name, "content-type");
  EXPECT_EQ(answer->headers[1].value, "a=1");
  EXPECT_EQ(answer->headers[2].name, "set-cookie");
  EXPECT_EQ(answer->headers[2].value, "b=2");
  EXPECT_GT(answer->wire_bytes, 50U);
}

TEST_F(NetworkTest, SaysWhoAsksAndNothingElse) {
  std::string seen;
  std::mutex mutex;
  const LoopbackServer server([&](ServerStream& stream) {
    const std::string request = stream.read_request();
    const std::scoped_lock lock(mutex);
    seen = request;
    stream.write(http_response("200 OK", "Set-Cookie: a=1\r\n", ""));
  });
  ASSERT_TRUE(get(server, "/a/../b%20c?x=%2F"));
  ASSERT_TRUE(get(server, "/a/../b%20c?x=%2F"));
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(seen, HasSubstr("User-Agent: meetlat/"));
  EXPECT_THAT(seen, HasSubstr("+https://"));
  EXPECT_THAT(seen, HasSubstr("Accept: text/html"));
  EXPECT_THAT(seen, HasSubstr("gzip"));
  EXPECT_THAT(seen, ::testing::Not(HasSubstr("Cookie")));
  EXPECT_THAT(seen, ::testing::Not(HasSubstr("Referer")));
}

TEST_F(NetworkTest, KeepsTheConnection) {
  const LoopbackServer server(always(http_response("200 OK", "", "x")));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(server));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(NetworkTest, DoesNotFollowRedirects) {
  const LoopbackServer server(always(http_response("302 Found", "Location: http://169.254.169.254/\r\n", "")));
  const Result<HttpAnswer> answer = get(server);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(NetworkTest, CutsLongBodiesAndHangsUp) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.read_request();
    stream.write("HTTP/1.1 200 OK\r\n\r\n");
    while (stream.write(std::string(10'000, 'x'))) {
    }
  });
  HttpRequest made = request(server);
  made.max_body = 100'001;
  const Result<HttpAnswer> answer = transport_->exchange(made, soon());
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_TRUE(answer->truncated);
  EXPECT_EQ(answer->body.size(), 100'001U);
}

TEST_F(NetworkTest, UnpacksGzipAndStopsBombs) {
  const LoopbackServer small(always(http_response("200 OK", "Content-Encoding: gzip\r\n", gzip_of_zeros(10))));
  const Result<HttpAnswer> unpacked = get(small);
  ASSERT_TRUE(unpacked) << describe(unpacked.error());
  EXPECT_EQ(unpacked->body, std::string(1 + 10 * 258, '\0'));
  const LoopbackServer damaged(always(http_response("200 OK", "Content-Encoding: gzip\r\n", "no gzip at all")));
  const Result<HttpAnswer> unusable = get(damaged);
  ASSERT_FALSE(unusable);
  EXPECT_EQ(unusable.error().code, ErrorCode::kHttpProtocol) << unusable.error().context;
  const LoopbackServer bomb(always(http_response("200 OK", "Content-Encoding: gzip\r\n", gzip_of_zeros(1'000'000))));
  const Result<HttpAnswer> answer = get(bomb);
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_TRUE(answer->truncated);
  EXPECT_EQ(answer->body.size(), 1U << 20);
  EXPECT_EQ(answer->body, std::string(1 << 20, '\0'));
  EXPECT_LT(answer->wire_bytes, 100'000U);
}

TEST_F(NetworkTest, EndlessHeadersAreTooLarge) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.read_request();
    stream.write("HTTP/1.1 200 OK\r\n");
    while (stream.write("X-Filler: " + std::string(200, 'x') + "\r\n")) {
    }
  });
  const Result<HttpAnswer> answer = get(server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge) << answer.error().context;
}

TEST_F(NetworkTest, EndlessInterimAnswersAreTooLarge) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.read_request();
    while (stream.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")) {
    }
  });
  const Result<HttpAnswer> answer = get(server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTooLarge) << answer.error().context;
}

TEST_F(NetworkTest, KeepsOnlyTheFinalHeaders) {
  const LoopbackServer server(
      always("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + http_response("200 OK", "Server: s\r\n", "x")));
  const Result<HttpAnswer> answer = get(server);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers[0].name, "server");
  EXPECT_EQ(answer->status, 200);
}

TEST_F(NetworkTest, NamesConnectionTroubles) {
  struct Case {
    const char* what;
    LoopbackServer::Handler handler;
    ErrorCode code;
  };
  const Case cases[] = {
      {"closes without a word", [](ServerStream& stream) { stream.read_request(); }, ErrorCode::kConnectionReset},
      {"resets",
       [](ServerStream& stream) {
         stream.read_request();
         stream.reset();
       },
       ErrorCode::kConnectionReset},
      {"ends in the middle of the body",
       [](ServerStream& stream) {
         stream.read_request();
         stream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
       },
       ErrorCode::kConnectionReset},
      {"speaks no HTTP",
       [](ServerStream& stream) {
         stream.read_request();
         stream.write("SSH-2.0-OpenSSH_9.2\r\n");
       },
       ErrorCode::kHttpProtocol},
      {"breaks chunking",
       [](ServerStream& stream) {
         stream.read_request();
         stream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
       },
       ErrorCode::kConnectionReset},
  };
  for (const Case& c : cases) {
    const LoopbackServer server(c.handler);
    const Result<HttpAnswer> answer = get(server);
    ASSERT_FALSE(answer) << c.what;
    EXPECT_EQ(answer.error().code, c.code) << c.what << ": " << answer.error().context;
    EXPECT_THAT(answer.error().context, HasSubstr("meet.test"));
  }
}

TEST_F(NetworkTest, NobodyListeningIsARefusal) {
  HttpRequest made;
  {
    const LoopbackServer gone([](ServerStream&) {});
    made = request(gone);
  }
  const Result<HttpAnswer> answer = transport_->exchange(made, soon());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kConnectionRefused) << answer.error().context;
}

TEST_F(NetworkTest, ASlowServerMeetsTheDeadline) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.read_request();
    stream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    stream.hang();
  });
  const Result<HttpAnswer> answer =
      transport_->exchange(request(server), std::chrono::steady_clock::now() + milliseconds{50});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimedOut);
  const Result<HttpAnswer> past = transport_->exchange(request(server), std::chrono::steady_clock::now());
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code, ErrorCode::kTimedOut);
}

TEST_F(NetworkTest, AStopCancelsAtOnce) {
  const LoopbackServer server([](ServerStream& stream) { stream.hang(); });
  std::stop_source stop;
  const std::unique_ptr<Transport> transport = network_->open(stop.get_token());
  std::thread stopper([&] {
    while (server.connections() == 0) std::this_thread::yield();
    stop.request_stop();
  });
  const Result<HttpAnswer> answer = transport->exchange(request(server), std::chrono::steady_clock::now() + hours{1});
  stopper.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
}

TEST_F(NetworkTest, TheSocketItselfAsksTheGuardAgain) {
  const LoopbackServer server(always(http_response("200 OK", "", "x")));
  HttpRequest made = request(server);
  made.url = *Url::parse("http://stranger.test:" + std::to_string(server.port()) + "/");
  const Result<HttpAnswer> answer = transport_->exchange(made, soon());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kAddressRefused);
  const Result<TlsHandshake> shake = transport_->handshake("stranger.test", server.port(), kLoopback, soon());
  ASSERT_FALSE(shake);
  EXPECT_EQ(shake.error().code, ErrorCode::kAddressRefused);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(NetworkTest, ReportsTrustTruthfullyAndDemandsItWhenAsked) {
  struct Case {
    const char* what;
    CertificateWish wish;
    bool signed_by_ca;
    const char* words;  // "" when trusted
  };
  CertificateWish expired;
  expired.ends = -86'400;
  CertificateWish other;
  other.alternative_names = "DNS:elsewhere.test";
  const Case cases[] = {{"good", {}, true, ""},
                        {"expired", expired, true, "has expired"},
                        {"other name", other, true, "elsewhere.test"},
                        {"self-signed", {}, false, "self-signed"}};
  for (const Case& c : cases) {
    const Identity identity = test::make_identity(c.wish, c.signed_by_ca ? &ca_ : nullptr);
    const test::SslContextPtr context = test::server_context(identity);
    const LoopbackServer server(always(http_response("200 OK", "", "secret place")), context.get());
    for (int i = 0; i < 2; ++i) {  // the second time on the kept connection
      const Result<HttpAnswer> lenient = get_tls(server, false);
      ASSERT_TRUE(lenient) << c.what << describe(lenient.error());
      EXPECT_EQ(lenient->certificate_verified, *c.words == '\0') << c.what;
      EXPECT_THAT(lenient->certificate_error, HasSubstr(c.words)) << c.what;
    }
    const Result<HttpAnswer> strict = get_tls(server, true);
    if (*c.words == '\0') {
      ASSERT_TRUE(strict) << describe(strict.error());
      EXPECT_TRUE(strict->certificate_verified);
    } else {
      ASSERT_FALSE(strict) << c.what;
      EXPECT_EQ(strict.error().code, ErrorCode::kTlsUntrusted) << c.what << ": " << strict.error().context;
    }
  }
}

TEST_F(NetworkTest, ReadsServersThatOnlySpeakOldTlsWhenTrustIsNotDemanded) {
  CertificateWish wish;
  wish.rsa = true;
  const Identity identity = test::make_identity(wish, &ca_);
  const test::SslContextPtr context = test::server_context(identity, TLS1_VERSION, TLS1_VERSION);
  const LoopbackServer server(always(http_response("200 OK", "", "old")), context.get());
  const Result<HttpAnswer> lenient = get_tls(server, false);
  ASSERT_TRUE(lenient) << describe(lenient.error());
  EXPECT_EQ(lenient->body, "old");
  EXPECT_TRUE(lenient->certificate_verified) << lenient->certificate_error;
  const Result<HttpAnswer> strict = get_tls(server, true);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, ErrorCode::kTlsFailed) << strict.error().context;
}

TEST_F(NetworkTest, PlainHttpOnATlsPortIsATlsFailure) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    stream.hang();
  });
  const Result<HttpAnswer> answer = get_tls(server, false);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTlsFailed) << answer.error().context;
}

TEST_F(NetworkTest, BodiesThatEndWithTheConnectionAreWholeEvenWithoutAGoodBye) {
  const Identity identity = test::make_identity({}, &ca_);
  const test::SslContextPtr context = test::server_context(identity);
  SSL_CTX_set_quiet_shutdown(context.get(), 1);
  const LoopbackServer server(
      [](ServerStream& stream) {
        stream.read_request();
        stream.write("HTTP/1.0 200 OK\r\n\r\nto the end");
      },
      context.get());
  const Result<HttpAnswer> answer = get_tls(server, true);
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->body, "to the end");
  EXPECT_EQ(answer->http_version, "1.0");
}

TEST_F(NetworkTest, ASessionWalksTheRealWire) {
  const Identity identity = test::make_identity({}, &ca_);
  const test::SslContextPtr context = test::server_context(identity);
  const LoopbackServer server(always(http_response("200 OK", "Content-Type: text/html\r\n", "<title>Meet</title>")),
                              context.get());
  const Target target = Target::from_url(*Url::parse("https://meet.test:" + std::to_string(server.port()) + "/"));
  Session session(target, network_->open({}), network_->guard(), network_->gate(), Limits{}, Clock::system(), {});
  const Result<Landing>& landing = session.landing();
  ASSERT_TRUE(landing) << describe(landing.error());
  EXPECT_EQ(landing->html.title, "Meet");
  EXPECT_TRUE(landing->exchange->certificate_verified);
  ASSERT_TRUE(session.handshake()) << describe(session.handshake().error());
  EXPECT_TRUE(session.handshake()->trusted);
  EXPECT_EQ(session.requests(), 2);
  ASSERT_EQ(session.transcript().size(), 3U);
  EXPECT_EQ(session.transcript()[0].kind, "dns");
  EXPECT_EQ(session.transcript()[1].kind, "http");
  EXPECT_EQ(session.transcript()[2].kind, "tls");
}

TEST_F(NetworkTest, AHostileRedirectToALinkLocalAddressIsRefused) {
  const LoopbackServer server(always(http_response("302 Found", "Location: http://169.254.169.254/meta\r\n", "")));
  const Target target = Target::from_url(*Url::parse("http://meet.test:" + std::to_string(server.port()) + "/"));
  Session session(target, network_->open({}), network_->guard(), network_->gate(), Limits{}, Clock::system(), {});
  const Result<ExchangePtr> got = session.get(target.base);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kAddressRefused);
  EXPECT_THAT(got.error().context, HasSubstr("169.254.169.254"));
}

// --- with a proxy

// Speaks just enough SOCKS5 to notice what it is asked for, then serves one HTTP answer itself.
LoopbackServer::Handler socks_server(std::vector<std::string>& asked, std::mutex& mutex) {
  return [&](ServerStream& stream) {
    const auto read = [&](std::size_t length) {
      std::string bytes(length, '\0');
      return recv(stream.fd(), bytes.data(), length, MSG_WAITALL) == static_cast<ssize_t>(length) ? bytes
                                                                                                  : std::string{};
    };
    const std::string hello = read(2);
    if (hello.empty()) return;
    read(static_cast<unsigned char>(hello[1]));
    stream.write(std::string("\x05\x00", 2));
    const std::string command = read(5);
    if (command.size() != 5) return;
    {
      const std::scoped_lock lock(mutex);
      asked.push_back(command[3] == 3 ? read(static_cast<unsigned char>(command[4])) : "an address");
    }
    read(2);
    stream.write(std::string("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10));
    while (!stream.read_request().empty() && stream.write(http_response("200 OK", "", "by proxy"))) {
    }
  };
}

TEST(ProxyTest, TheProxyLooksUpNamesAndNothingLeavesBesideIt) {
  std::vector<std::string> asked;
  std::mutex mutex;
  const LoopbackServer proxy(socks_server(asked, mutex));
  const Identity ca = test::make_ca();
  const test::PemFile ca_file(ca.certificate.get());
  NetworkOptions options;
  options.ca_file = ca_file.path();
  options.proxy = "socks5h://127.0.0.1:" + std::to_string(proxy.port());
  const Result<std::unique_ptr<Network>> network = Network::create(options);
  ASSERT_TRUE(network) << describe(network.error());
  const Target target = Target::from_url(*Url::parse("http://meet.test/"));
  Session session(target, (*network)->open({}), (*network)->guard(), (*network)->gate(), Limits{}, Clock::system(), {});
  const Result<ExchangePtr> got = session.get(target.base);
  ASSERT_TRUE(got) << describe(got.error());
  EXPECT_EQ((*got)->body, "by proxy");
  EXPECT_EQ(session.resolve("meet.test").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(session.handshake().error().code, ErrorCode::kUnsupported);
  for (const char* url : {"http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://a.localhost/"}) {
    const Result<ExchangePtr> refused = session.get(*Url::parse(url));
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, ErrorCode::kAddressRefused) << url;
  }
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(asked, ElementsAre("meet.test"));
}

TEST(ProxyTest, OtherFormsAreRefused) {
  for (const char* proxy : {"socks5://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1:1", "socks5h://"}) {
    NetworkOptions options;
    options.proxy = proxy;
    const Result<std::unique_ptr<Network>> network = Network::create(options);
    ASSERT_FALSE(network) << proxy;
    EXPECT_EQ(network.error().code, ErrorCode::kInvalidArgument) << proxy;
  }
}

}  // namespace
}  // namespace meetlat
