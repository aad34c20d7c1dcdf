// WebSockets and POSTs by the real transport against servers on loopback that are written out byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <mutex>
#include <thread>

#include "net/network.h"
#include "net/session.h"
#include "support/loopback_server.h"
#include "support/test_certificates.h"

namespace meetlat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::http_response;
using test::Identity;
using test::LoopbackServer;
using test::ServerStream;
using ::testing::HasSubstr;

const Address kLoopback = *Address::parse("127.0.0.1");

Ticks soon() {
  return std::chrono::steady_clock::now() + seconds{60};
}

std::string header_of(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t start = at + name.size() + 4;
  return request.substr(start, request.find("\r\n", start) - start);
}

// RFC 6455 section 4.2.2.
std::string accept_key(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 64> out{};
  const int length = EVP_EncodeBlock(out.data(), digest.data(), SHA_DIGEST_LENGTH);
  return std::string(reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(length));
}

std::string upgrade(const std::string& request, const std::string& extra = "Sec-WebSocket-Protocol: xmpp\r\n") {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         accept_key(header_of(request, "Sec-WebSocket-Key")) + "\r\n" + extra + "\r\n";
}

// A frame of a server: unmasked, shorter than 64 KiB.
std::string frame(int opcode, const std::string& payload, bool last = true) {
  std::string out(1, static_cast<char>((last ? 0x80 : 0) | opcode));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    out += static_cast<char>(126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  return out + payload;
}

// The next frame of the client over plain TCP, unmasked: opcode and payload; opcode 0 when it is gone.
std::pair<int, std::string> read_frame(const ServerStream& stream) {
  std::array<unsigned char, 6> head{};
  if (recv(stream.fd(), head.data(), head.size(), MSG_WAITALL) != static_cast<ssize_t>(head.size())) return {0, {}};
  std::string payload(head[1] & 0x7f, '\0');  // the tests send short ones only
  if (recv(stream.fd(), payload.data(), payload.size(), MSG_WAITALL) != static_cast<ssize_t>(payload.size())) {
    return {0, {}};
  }
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ head[2 + i % 4]);
  return {head[0] & 0x0f, payload};
}

class WebSocketTest : public ::testing::Test {
 protected:
  WebSocketTest() {
    NetworkOptions options;
    options.ca_file = ca_file_.path();
    options.hosts = {{"meet.test", kLoopback}};
    network_ = *Network::create(options);
    transport_ = network_->open(stop_.get_token());
  }

  static WsRequest request(const LoopbackServer& server, bool https = false, const std::string& host = "meet.test") {
    WsRequest made;
    made.url = *Url::parse((https ? "https://" : "http://") + host + ":" + std::to_string(server.port()) + "/ws?a=b");
    made.address = kLoopback;
    made.subprotocol = "xmpp";
    made.origin = "https://meet.test";
    made.max_message = 1000;
    return made;
  }
  Result<std::unique_ptr<WsChannel>> open(const LoopbackServer& server) {
    return transport_->open_websocket(request(server), soon());
  }
  // The error of the first receive() from a server that sends these bytes after the upgrade.
  ErrorCode first_error(const std::string& bytes) {
    const LoopbackServer server([&](ServerStream& stream) {
      stream.write(upgrade(stream.read_request()) + bytes);
      stream.hang();
    });
    const Result<std::unique_ptr<WsChannel>> channel = open(server);
    if (!channel) return channel.error().code;
    const Result<std::string> message = (*channel)->receive(soon());
    return message ? ErrorCode::kNotAttempted : message.error().code;
  }

  std::stop_source stop_;
  const Identity ca_ = test::make_ca();
  const test::PemFile ca_file_{ca_.certificate.get()};
  std::unique_ptr<Network> network_;
  std::unique_ptr<Transport> transport_;
};

TEST_F(WebSocketTest, SaysWhoAsksAndForWhat) {
  std::string seen;
  {
    const LoopbackServer server([&](ServerStream& stream) {
      seen = stream.read_request();
      stream.write(upgrade(seen));
      stream.hang();
    });
    const auto channel = open(server);
    ASSERT_TRUE(channel) << describe(channel.error());
    EXPECT_EQ((*channel)->peer(), "127.0.0.1:" + std::to_string(server.port()));
  }
  EXPECT_THAT(seen, HasSubstr("GET /ws?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(header_of(seen, "Host"), HasSubstr("meet.test:"));
  EXPECT_EQ(header_of(seen, "Origin"), "https://meet.test");
  EXPECT_EQ(header_of(seen, "Sec-WebSocket-Protocol"), "xmpp");
  EXPECT_THAT(header_of(seen, "User-Agent"), HasSubstr("meetlat/"));
}

TEST_F(WebSocketTest, CarriesMessagesBothWaysAndAnswersPings) {
  std::pair<int, std::string> sent;
  std::pair<int, std::string> pong;
  std::pair<int, std::string> goodbye;
  {
    const LoopbackServer server([&](ServerStream& stream) {
      stream.write(upgrade(stream.read_request()));
      sent = read_frame(stream);
      stream.write(frame(9, "p") + frame(1, "hel", false) + frame(0, "lo"));
      pong = read_frame(stream);
      goodbye = read_frame(stream);
      stream.write(frame(8, goodbye.second));
    });
    const auto channel = open(server);
    ASSERT_TRUE(channel) << describe(channel.error());
    ASSERT_TRUE((*channel)->send("<open/>", soon()));
    const Result<std::string> message = (*channel)->receive(soon());
    ASSERT_TRUE(message) << describe(message.error());
    EXPECT_EQ(*message, "hello");
    EXPECT_GT((*channel)->wire_bytes(), 100U);
    (*channel)->close(soon());
  }
  EXPECT_EQ(sent, (std::pair<int, std::string>{1, "<open/>"}));
  EXPECT_EQ(pong, (std::pair<int, std::string>{10, "p"}));
  EXPECT_EQ(goodbye.first, 8);
}

TEST_F(WebSocketTest, AnotherStatusIsNoChannel) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.read_request();
    stream.write(http_response("404 Not Found", "", "no"));
  });
  const auto channel = open(server);
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, ErrorCode::kHttpStatus);
  EXPECT_TRUE(channel.error().context.ends_with("status 404")) << channel.error().context;
}

TEST_F(WebSocketTest, DemandsTheRightKeyAndTheSubprotocol) {
  const LoopbackServer other([](ServerStream& stream) {
    stream.read_request();
    stream.write(upgrade("\r\nSec-WebSocket-Key: AAAA\r\n"));
    stream.hang();
  });
  auto channel = open(other);
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, ErrorCode::kHttpProtocol);
  const LoopbackServer without([](ServerStream& stream) {
    stream.write(upgrade(stream.read_request(), ""));
    stream.hang();
  });
  channel = open(without);
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, ErrorCode::kHttpProtocol);
  EXPECT_THAT(channel.error().context, HasSubstr("not for xmpp"));
}

TEST_F(WebSocketTest, NamesWhatBrokenServersDo) {
  EXPECT_EQ(first_error(frame(1, std::string(1001, 'x'))), ErrorCode::kTooLarge);
  EXPECT_EQ(first_error(frame(1, std::string(600, 'x'), false) + frame(0, std::string(600, 'x'))),
            ErrorCode::kTooLarge);
  EXPECT_EQ(first_error(frame(2, "binary")), ErrorCode::kHttpProtocol);
  EXPECT_EQ(first_error(frame(1, "\xff\xfe")), ErrorCode::kHttpProtocol);
  EXPECT_EQ(first_error(std::string("\xf1\0", 2)), ErrorCode::kHttpProtocol) << "reserved bits";
  EXPECT_EQ(first_error(frame(8, "\x03\xe8")), ErrorCode::kConnectionReset);
  std::string pings;
  for (int i = 0; i < 2000; ++i) pings += frame(9, std::string(100, 'p'));
  EXPECT_EQ(first_error(pings), ErrorCode::kTooLarge) << "endless control frames";
}

TEST_F(WebSocketTest, EndlessHeadersEnd) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.read_request();
    stream.write("HTTP/1.1 101 Switching Protocols\r\n");
    while (stream.write("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_FALSE(open(server));
}

TEST_F(WebSocketTest, ASlowServerMeetsTheDeadlineAndAStopCancels) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.write(upgrade(stream.read_request()));
    stream.hang();
  });
  auto channel = open(server);
  ASSERT_TRUE(channel);
  const Result<std::string> late = (*channel)->receive(std::chrono::steady_clock::now() + milliseconds{50});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimedOut);
  channel = open(server);
  ASSERT_TRUE(channel);
  std::jthread stopper([&] { stop_.request_stop(); });
  const Result<std::string> stopped = (*channel)->receive(soon());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST_F(WebSocketTest, TheGuardIsAskedBeforeTheSocketIsOpened) {
  const LoopbackServer server([](ServerStream& stream) { stream.hang(); });
  const auto channel = transport_->open_websocket(request(server, false, "stranger.test"), soon());
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, ErrorCode::kAddressRefused);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(WebSocketTest, DemandsTrustWhenAskedAndReportsItTruthfully) {
  const auto serve = [](ServerStream& stream) {
    stream.write(upgrade(stream.read_request()));
    stream.hang();
  };
  const Identity good = test::make_identity({}, &ca_);
  const test::SslContextPtr good_context = test::server_context(good);
  const LoopbackServer trusted(serve, good_context.get());
  auto channel = transport_->open_websocket(request(trusted, true), soon());
  ASSERT_TRUE(channel) << describe(channel.error());
  EXPECT_TRUE((*channel)->certificate_verified());
  const Identity own = test::make_identity({}, nullptr);
  const test::SslContextPtr own_context = test::server_context(own);
  const LoopbackServer untrusted(serve, own_context.get());
  channel = transport_->open_websocket(request(untrusted, true), soon());
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, ErrorCode::kTlsUntrusted);
  WsRequest lenient = request(untrusted, true);
  lenient.verify = false;
  channel = transport_->open_websocket(lenient, soon());
  ASSERT_TRUE(channel) << describe(channel.error());
  EXPECT_FALSE((*channel)->certificate_verified());
}

TEST_F(WebSocketTest, ASessionChargesItAndWritesItDown) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.write(upgrade(stream.read_request()) + frame(1, "hello"));
    stream.hang();
  });
  const Target target = Target::from_url(*Url::parse("http://meet.test:" + std::to_string(server.port()) + "/"));
  Limits limits;
  limits.max_requests = 1;
  Session session(target, network_->open({}), network_->guard(), network_->gate(), limits, Clock::system(), {});
  WsOptions options;
  options.subprotocol = "xmpp";
  const Url url = target.base.with_path("/ws?token=secret");
  {
    const auto channel = session.websocket(url, options);
    ASSERT_TRUE(channel) << describe(channel.error());
    EXPECT_EQ((*channel)->receive(soon()).value_or(""), "hello");
  }
  EXPECT_EQ(session.requests(), 1);
  EXPECT_GT(session.bytes(), 100U);
  ASSERT_FALSE(session.transcript().empty());
  const TranscriptEntry& last = session.transcript().back();
  EXPECT_EQ(last.kind, "websocket");
  EXPECT_THAT(last.request, HasSubstr("token=REDACTED"));
  const auto second = session.websocket(url, options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBudgetExhausted);
}

TEST_F(WebSocketTest, APostCarriesItsBodyAndLeavesItOutOfTheTranscript) {
  std::string head;
  std::string body(16, '\0');
  const LoopbackServer server([&](ServerStream& stream) {
    head = stream.read_request();
    if (recv(stream.fd(), body.data(), body.size(), MSG_WAITALL) != static_cast<ssize_t>(body.size())) body.clear();
    stream.write(http_response("200 OK", "Content-Type: text/xml\r\n", "<secret-answer/>"));
    stream.write(http_response("200 OK", "", stream.read_request().substr(0, 4)));
  });
  const Target target = Target::from_url(*Url::parse("http://meet.test:" + std::to_string(server.port()) + "/"));
  Session session(target, network_->open({}), network_->guard(), network_->gate(), Limits{}, Clock::system(), {});
  const Result<ExchangePtr> answer =
      session.post(target.base.with_path("/http-bind"), "<secret-request>", {"text/xml", "session request", 0});
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ((*answer)->body, "<secret-answer/>");
  EXPECT_THAT(head, HasSubstr("POST /http-bind HTTP/1.1"));
  EXPECT_EQ(header_of(head, "Content-Type"), "text/xml");
  EXPECT_EQ(body, "<secret-request>");
  const TranscriptEntry& last = session.transcript().back();
  EXPECT_THAT(last.request, HasSubstr("(session request)"));
  EXPECT_THAT(last.answer, HasSubstr("200 text/xml 16 bytes"));
  for (const TranscriptEntry& entry : session.transcript()) {
    EXPECT_THAT(entry.request + entry.answer, ::testing::Not(HasSubstr("secret")));
    EXPECT_THAT(entry.answer, ::testing::Not(HasSubstr("sha256")));
  }
  const Result<ExchangePtr> page = session.get(target.base.with_path("/next"));
  ASSERT_TRUE(page) << describe(page.error());
  EXPECT_EQ((*page)->body, "GET ") << "a GET after a POST on the same connection";
}

}  // namespace
}  // namespace meetlat
