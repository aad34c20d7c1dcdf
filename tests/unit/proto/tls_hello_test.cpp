// ClientHellos as bytes, and what is read from servers' first flights. Vectors: RFC 8448, sections 3 and 5.
#include "proto/tls_hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "proto/tls_hello_reader.h"

namespace meetlat {
namespace {

using Kind = HelloAnswer::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string hex(std::string_view digits) {
  std::string bytes;
  int high = -1;
  for (const char c : digits) {
    const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0) continue;
    if (high < 0) {
      high = value;
    } else {
      bytes += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  return bytes;
}
std::string u16(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}
std::string record(std::string_view body, char type = 22) {
  return std::string(1, type) + hex("0303") + u16(body.size()) + std::string(body);
}
std::string message(char type, std::string_view body) {
  return std::string(1, type) + std::string(1, '\0') + u16(body.size()) + std::string(body);
}
HelloAnswer read(std::string_view bytes, bool ssl2 = false) {
  HelloReader reader(ssl2);
  reader.feed(bytes);
  reader.finish();
  return reader.answer();
}

// RFC 8448, 3: the server's part of a simple handshake.
const std::string kServerHello13 =
    hex("020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020c98288"
        "76112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304");
// RFC 8448, 5
const std::string kRetry =
    hex("020000ac0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c0013010000840033000200"
        "17002c0074007271dcd04bb88bc3189119398a00000000eefafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23f"
        "cc654b1b5b40318d10d137abcbb87574e36e8a1f025f7dfa5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c0342267e8"
        "ca0caf571fb2b7cff0f934b0002b00020304");

// TLS 1.2 with these extensions.
std::string server_hello12(std::string_view extensions, std::uint16_t suite = 0xc02f,
                           std::string_view tail = "\1\2\3") {
  std::string random(32, 'r');
  random.replace(32 - tail.size(), tail.size(), tail);
  return message(2, hex("0303") + random + std::string(1, '\0') + u16(suite) + std::string(1, '\0') +
                        (extensions.empty() ? std::string() : u16(extensions.size()) + std::string(extensions)));
}
// ServerKeyExchange with P-256 and ecdsa_secp256r1_sha256.
const std::string kEcdheExchange = hex("03 0017 04") + "keys" + hex("0403 0003") + "sig";

TEST(ClientHello, BeginsAsTheOneOfRfc8448) {
  ClientHello hello;
  const std::string random = hex("cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7");
  std::copy(random.begin(), random.end(), hello.random.begin());
  hello.suites = {0x1301, 0x1303, 0x1302};
  hello.server_name = "server";
  hello.renegotiation_info = true;
  hello.groups = {0x1d, 0x17, 0x18, 0x19, 0x100, 0x101, 0x102, 0x103, 0x104};
  hello.session_ticket = true;
  const std::string bytes = encode(hello);
  // The record says TLS 1.0; the lengths differ, since the RFC's hello goes on with other extensions.
  EXPECT_EQ(bytes.substr(0, 3), hex("160301"));
  const std::string body =
      hex("0303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000");
  EXPECT_EQ(bytes.substr(9, body.size()), body);
  EXPECT_EQ(bytes.substr(9 + body.size()),
            hex("30 0000000b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000"));
}

TEST(ClientHello, CountsItsLengths) {
  ClientHello hello;
  hello.suites = {0x1301};
  hello.versions = {kTls13};
  hello.groups = {0x1d};
  hello.signatures = {0x0403};
  hello.empty_key_share = true;
  const std::string bytes = encode(hello);
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  EXPECT_EQ((at(3) << 8) + at(4), bytes.size() - 5);
  EXPECT_EQ((at(6) << 16) + (at(7) << 8) + at(8), bytes.size() - 9);
  EXPECT_NE(bytes.find(hex("003300020000")), std::string::npos) << "no empty key_share";
  EXPECT_NE(bytes.find(hex("002b0003020304")), std::string::npos) << "no supported_versions";
}

TEST(ClientHello, AvoidsTheLengthsThatSomeServersStumbleOver) {
  for (std::size_t suites = 1; suites < 300; ++suites) {
    ClientHello hello;
    hello.groups = {0x1d};
    hello.suites.assign(suites, 0xc02f);
    const std::size_t length = encode(hello).size() - 5;
    EXPECT_TRUE(length <= 0xff || length >= 0x200) << suites << " suites make " << length << " bytes";
  }
}

TEST(ClientHello, LeavesOutExtensionsForSsl3) {
  ClientHello hello;
  hello.version = kSsl3;
  hello.suites = {0x0005, kRenegotiationScsv};
  EXPECT_EQ(encode(hello), hex("160300002f 01 00002b 0300") + std::string(32, '\0') + hex("00 0004000500ff 0100"));
}

TEST(ClientHello, OffersSevenKindsOfCipherToSsl2) {
  ClientHello hello;
  hello.ssl2 = true;
  const std::string bytes = encode(hello);
  EXPECT_EQ(bytes.substr(0, 11), hex("802e 01 0002 0015 0000 0010"));
  EXPECT_EQ(bytes.size(), 2U + 0x2e);
}

TEST(HelloReader, ReadsTheServerHelloOfRfc8448) {
  const HelloAnswer answer = read(record(kServerHello13));
  EXPECT_EQ(answer.kind, Kind::kServerHello);
  EXPECT_EQ(answer.version, kTls13);
  EXPECT_EQ(answer.suite, 0x1301);
  EXPECT_EQ(answer.group, 0x1d);
}

TEST(HelloReader, ReadsTheHelloRetryRequestOfRfc8448) {
  const HelloAnswer answer = read(record(kRetry));
  EXPECT_EQ(answer.kind, Kind::kHelloRetry);
  EXPECT_EQ(answer.version, kTls13);
  EXPECT_EQ(answer.suite, 0x1301);
  EXPECT_EQ(answer.group, 0x17);
}

TEST(HelloReader, ReadsUpToTheKeyExchangeHoweverTheBytesAreCut) {
  const std::string flight =
      server_hello12(hex("00170000 ff01000100 000b00020100 00230000 000f000101 00100005000302 6832")) +
      message(11, std::string(5000, 'c')) + message(12, kEcdheExchange) + message(14, "");
  for (const std::size_t in_record : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{16000}}) {
    std::string wire;
    for (std::size_t at = 0; at < flight.size(); at += in_record) wire += record(flight.substr(at, in_record));
    for (const std::size_t step : {std::size_t{1}, std::size_t{13}, wire.size()}) {
      HelloReader reader;
      bool done = false;
      for (std::size_t at = 0; at < wire.size() && !done; at += step)
        done = reader.feed(std::string_view(wire).substr(at, step));
      ASSERT_TRUE(done) << in_record << ' ' << step;
      const HelloAnswer& answer = reader.answer();
      EXPECT_EQ(answer.kind, Kind::kServerHello);
      EXPECT_EQ(answer.version, kTls12);
      EXPECT_EQ(answer.suite, 0xc02f);
      EXPECT_TRUE(answer.extended_master_secret && answer.renegotiation_info && answer.session_ticket &&
                  answer.heartbeat);
      EXPECT_EQ(answer.alpn, "h2");
      EXPECT_EQ(answer.key_exchange, kEcdheExchange);
    }
  }
}

TEST(HelloReader, TellsAFlightWithoutKeyExchangeFromOneThatWasCut) {
  const std::string hello = server_hello12("", 0x002f);
  EXPECT_TRUE(read(record(hello + message(11, "certificate") + message(14, ""))).flight_ended);
  const HelloAnswer cut = read(record(hello + message(11, "certificate")));
  EXPECT_EQ(cut.kind, Kind::kServerHello);
  EXPECT_FALSE(cut.flight_ended);
  EXPECT_EQ(cut.key_exchange, "");
}

TEST(HelloReader, SeesTheMarkOfAServerThatKnowsMore) {
  EXPECT_TRUE(read(record(server_hello12("", 0xc02f, "DOWNGRD\1"))).downgrade_mark);
  EXPECT_FALSE(read(record(server_hello12("", 0xc02f))).downgrade_mark);
}

TEST(HelloReader, ReadsAlertsAndGoesOnAfterAWarning) {
  const HelloAnswer refused = read(record(hex("0246"), 21));
  EXPECT_EQ(refused.kind, Kind::kAlert);
  EXPECT_EQ(refused.alert, 70);
  EXPECT_THAT(describe(refused), HasSubstr("protocol_version"));
  // unrecognized_name as a warning, then a hello
  const HelloAnswer warned = read(record(hex("0170"), 21) + record(kServerHello13));
  EXPECT_EQ(warned.kind, Kind::kServerHello);
  const HelloAnswer only_warned = read(record(hex("0128"), 21));
  EXPECT_EQ(only_warned.kind, Kind::kAlert);
  EXPECT_EQ(only_warned.alert, 40);
}

TEST(HelloReader, KnowsWhatIsNoTls) {
  const HelloAnswer http = read("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(http.kind, Kind::kNotTls);
  EXPECT_THAT(http.problem, HasSubstr("HTTP/1.1 400"));
  EXPECT_EQ(read("SSH-2.0-OpenSSH_9.2\r\n").kind, Kind::kNotTls);
  EXPECT_EQ(read("\x16\x02\x01").kind, Kind::kNotTls);
  EXPECT_EQ(read("").kind, Kind::kNothing);
}

TEST(HelloReader, RefusesWhatBreaksTheRules) {
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {
      {"cut in the middle of a hello", record(kServerHello13.substr(0, 40))},
      {"cut in the middle of a record", record(kServerHello13).substr(0, 40)},
      {"a record that is too long", hex("160303 ffff") + std::string(70000, 'x')},
      {"another message first", record(message(11, "certificate"))},
      {"application data first", record("data", 23)},
      {"an alert of one byte", record("\2", 21)},
      {"a hello without a suite", record(message(2, hex("0303") + std::string(32, 'r')))},
      {"a session id of 33 bytes", record(message(2, hex("0303") + std::string(32, 'r') + std::string(1, 33) +
                                                         std::string(33, 's') + hex("130100")))},
      {"extensions that are longer than the message", record(server_hello12(hex("00170003")))},
      {"bytes after the extensions", record(message(2, server_hello12(hex("00170000")).substr(4) + "x"))},
      {"an endless message",
       [] {
         std::string all = hex("1603034000 02 ffffff") + std::string(0x4000 - 4, 'x');
         for (int i = 0; i < 20; ++i) all += record(std::string(0x4000, 'x'));
         return all;
       }()},
      {"empty records for ever",
       [] {
         std::string all;
         for (int i = 0; i < 60000; ++i) all += record("");
         return all;
       }()},
  };
  for (const auto& one : cases) {
    const HelloAnswer answer = read(one.bytes);
    EXPECT_EQ(answer.kind, Kind::kMalformed) << one.what;
    EXPECT_NE(answer.problem, "") << one.what;
  }
}

TEST(HelloReader, KeepsAHelloWhateverComesAfterIt) {
  const std::string hello = record(server_hello12("", 0x002f));
  for (const std::string& after :
       {std::string("garbage"), record(hex("0228"), 21), hex("160303ffff"), record("", 23)}) {
    const HelloAnswer answer = read(hello + after);
    EXPECT_EQ(answer.kind, Kind::kServerHello);
    EXPECT_EQ(answer.suite, 0x002f);
  }
}

TEST(HelloReader, ListsTheCiphersOfSsl2) {
  // session_id_hit, certificate_type, version, lengths of certificate, ciphers and connection id
  const std::string body = hex("04 00 01 0002 0003 0006 0010") + "crt" + hex("010080 0700c0") + std::string(16, 'i');
  const std::string wire = u16(0x8000 | body.size()) + body;
  const HelloAnswer answer = read(wire, true);
  EXPECT_EQ(answer.kind, Kind::kSsl2Hello);
  EXPECT_THAT(answer.ssl2_kinds, ElementsAre(0x010080U, 0x0700c0U));
  EXPECT_EQ(read(wire.substr(0, 20), true).kind, Kind::kMalformed);
  EXPECT_EQ(read(hex("8003 00 0001"), true).kind, Kind::kAlert);
  EXPECT_EQ(read(hex("8000") + body, true).kind, Kind::kNotTls) << "a message of no bytes";
  // What newer servers answer.
  EXPECT_EQ(read(record(hex("0246"), 21), true).kind, Kind::kAlert);
  EXPECT_EQ(read(wire).kind, Kind::kNotTls);
}

struct Captured {
  const char* file;  // of tests/fuzz/corpus/tls_hello, behind its first byte
  Kind kind;
  std::uint16_t version;
  std::uint16_t suite;
  std::optional<KeyExchange::Kind> exchange;
  int number;  // group of the exchange, or bits of its prime
};

// What `openssl s_server` (3.0) and `gnutls-serv` (3.7) sent.
TEST(HelloReader, ReadsWhatServersSent) {
  const Captured cases[] = {
      {"openssl-retry", Kind::kHelloRetry, kTls13, 0x1301, {}, 0x1d},
      {"openssl-12-ecdhe", Kind::kServerHello, kTls12, 0xc02f, KeyExchange::Kind::kEcdhe, 0x1d},
      {"openssl-12-dhe", Kind::kServerHello, kTls12, 0x009e, KeyExchange::Kind::kDhe, 2048},
      {"openssl-12-rsa", Kind::kServerHello, kTls12, 0x009c, {}, 0},
      {"openssl-10-dhe", Kind::kServerHello, kTls10, 0x0033, KeyExchange::Kind::kDhe, 2048},
      {"gnutls-retry", Kind::kHelloRetry, kTls13, 0x1301, {}, 0x1d},
      {"gnutls-12-ecdhe", Kind::kServerHello, kTls12, 0xc02b, KeyExchange::Kind::kEcdhe, 0x1d},
  };
  for (const Captured& one : cases) {
    const auto bytes = read_file(std::string(MEETLAT_TESTS_DIR) + "/fuzz/corpus/tls_hello/" + one.file);
    ASSERT_TRUE(bytes);
    const HelloAnswer answer = read(bytes->substr(1));
    EXPECT_EQ(answer.kind, one.kind) << one.file;
    EXPECT_EQ(answer.version, one.version) << one.file;
    EXPECT_EQ(answer.suite, one.suite) << one.file;
    EXPECT_EQ(answer.key_exchange.empty(), !one.exchange) << one.file;
    if (answer.kind == Kind::kHelloRetry) {
      EXPECT_EQ(answer.group, one.number) << one.file;
    } else {
      EXPECT_TRUE(answer.renegotiation_info) << one.file;
    }
    if (!one.exchange) continue;
    const auto exchange = parse_key_exchange(answer.key_exchange, *one.exchange, answer.version);
    ASSERT_TRUE(exchange) << one.file;
    EXPECT_EQ(exchange->group ? int{*exchange->group} : bits_of(exchange->prime), one.number) << one.file;
    EXPECT_EQ(exchange->signature.has_value(), one.version == kTls12) << one.file;
  }
  EXPECT_EQ(read(read_file(std::string(MEETLAT_TESTS_DIR) + "/fuzz/corpus/tls_hello/gnutls-alert")->substr(1)).alert,
            40);
}

TEST(KeyExchangeParameters, AreReadByKindAndVersion) {
  const auto curve = parse_key_exchange(kEcdheExchange, KeyExchange::Kind::kEcdhe, kTls12);
  ASSERT_TRUE(curve);
  EXPECT_EQ(curve->group, 0x17);
  EXPECT_EQ(curve->signature, 0x0403);

  const std::string prime = std::string("\0\x7f", 2) + std::string(127, 'p');
  const std::string dh = u16(prime.size()) + prime + hex("000102 0001") + "y" + hex("0401 0001") + "s";
  const auto finite = parse_key_exchange(dh, KeyExchange::Kind::kDhe, kTls12);
  ASSERT_TRUE(finite);
  EXPECT_EQ(bits_of(finite->prime), 1023);
  EXPECT_EQ(finite->signature, 0x0401);
  // Before TLS 1.2 a signature names no algorithm, and anonymous suites have none.
  EXPECT_FALSE(parse_key_exchange(dh, KeyExchange::Kind::kDhe, kTls11)->signature);
  EXPECT_FALSE(parse_key_exchange(dh.substr(0, dh.size() - 5), KeyExchange::Kind::kDhe, kTls12)->signature);

  EXPECT_FALSE(parse_key_exchange(kEcdheExchange.substr(0, 5), KeyExchange::Kind::kEcdhe, kTls12));
  EXPECT_FALSE(parse_key_exchange(dh.substr(0, 100), KeyExchange::Kind::kDhe, kTls12));
  EXPECT_FALSE(parse_key_exchange(hex("01 0017 00"), KeyExchange::Kind::kEcdhe, kTls12)) << "an explicit prime curve";
  EXPECT_FALSE(parse_key_exchange(hex("000100 000102 0001ff"), KeyExchange::Kind::kDhe, kTls12)) << "a prime of 0";
  EXPECT_EQ(bits_of("\x01"), 1);
  EXPECT_EQ(bits_of(""), 0);
}

TEST(Contradiction, NamesWhatTheHelloDidNotOffer) {
  ClientHello hello;
  hello.versions = {kTls13};
  hello.suites = {0x1301};
  hello.groups = {0x17, 0x1d};
  HelloAnswer answer = read(record(kServerHello13));
  EXPECT_EQ(contradiction(hello, answer), "");
  answer.suite = 0x1303;
  EXPECT_THAT(contradiction(hello, answer), HasSubstr("suite 0x1303"));
  answer.suite = 0x1301;
  answer.group = 0x1e;
  EXPECT_THAT(contradiction(hello, answer), HasSubstr("group 0x001e"));
  answer.group = 0x1d;
  hello.versions = {kTls12};
  EXPECT_THAT(contradiction(hello, answer), HasSubstr("TLSv1.3"));

  ClientHello old;
  old.version = kTls11;
  old.suites = {0xc02f};
  HelloAnswer newer = read(record(server_hello12("")));
  EXPECT_THAT(contradiction(old, newer), HasSubstr("TLSv1.2"));
  newer.version = kSsl3;
  EXPECT_EQ(contradiction(old, newer), "");
  newer.compression = 1;
  EXPECT_THAT(contradiction(old, newer), HasSubstr("compression 1"));
}

}  // namespace
}  // namespace meetlat
