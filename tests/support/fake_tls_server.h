// What a TLS server with a given configuration answers to a ClientHello, as OpenSSL decides it: for tests of what is
// asked and what is made of the answers, without sockets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/tls_hello.h"

namespace meetlat::test {

struct FakeTlsServer {
  std::vector<std::uint16_t> versions{kTls12, kTls13};
  std::vector<std::uint16_t> suites13{0x1302, 0x1303, 0x1301};  // in its order
  std::vector<std::uint16_t> suites{0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8};
  std::vector<std::uint16_t> groups{0x1d, 0x17, 0x18};
  std::vector<std::uint16_t> signatures{0x0403, 0x0804, 0x0805, 0x0401};  // of TLS 1.2, in its order
  bool own_order = true;
  std::string prime = std::string(256, '\xf1');
  bool knows_fallback_signal = true;
  bool extended_master_secret = true;
  bool renegotiation_info = true;
  bool session_ticket = true;
  bool heartbeat = false;
  bool compresses = false;
  std::size_t most_suites = 1000;  // a longer hello is not answered
  // Asked first; nullopt: answer as below.
  std::function<std::optional<HelloResult>(const ClientHello&)> instead;

  static HelloAnswer alert(std::uint8_t number) {
    HelloAnswer answer;
    answer.kind = HelloAnswer::Kind::kAlert;
    answer.alert_level = 2;
    answer.alert = number;
    return answer;
  }

  HelloResult answer(const ClientHello& hello) const {
    if (instead) {
      if (std::optional<HelloResult> other = instead(hello)) return *other;
    }
    if (hello.ssl2) return fail(ErrorCode::kConnectionReset, "closed without an answer to a hello");
    if (hello.suites.size() > most_suites) return fail(ErrorCode::kTimedOut, "no answer to a hello");
    std::uint16_t version = 0;
    for (const std::uint16_t mine : versions) {
      const bool offered = hello.versions.empty() ? mine <= hello.version && mine < kTls13
                                                  : std::ranges::find(hello.versions, mine) != hello.versions.end();
      if (offered) version = std::max(version, mine);
    }
    if (version == 0) return alert(70);
    const std::uint16_t newest = *std::ranges::max_element(versions);
    if (knows_fallback_signal && version < newest && has(hello.suites, kFallbackScsv)) return alert(86);
    return version == kTls13 ? retry(hello) : server_hello(hello, version);
  }

 private:
  static bool has(const std::vector<std::uint16_t>& list, std::uint16_t value) {
    return std::ranges::find(list, value) != list.end();
  }
  // 0: nothing in common.
  std::uint16_t choose(const std::vector<std::uint16_t>& mine, const std::vector<std::uint16_t>& theirs,
                       const std::function<bool(std::uint16_t)>& usable) const {
    for (const std::uint16_t value : own_order ? mine : theirs) {
      if (has(own_order ? theirs : mine, value) && usable(value)) return value;
    }
    return 0;
  }

  HelloResult retry(const ClientHello& hello) const {
    const auto any = [](std::uint16_t) { return true; };
    HelloAnswer answer;
    answer.kind = HelloAnswer::Kind::kHelloRetry;
    answer.version = kTls13;
    answer.suite = choose(suites13, hello.suites, any);
    answer.group = choose(groups, hello.groups, any);
    if (answer.suite == 0 || answer.group == 0) return alert(40);
    return answer;
  }

  HelloResult server_hello(const ClientHello& hello, std::uint16_t version) const;

  static std::string u16(std::size_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)}; }
};

inline HelloResult FakeTlsServer::server_hello(const ClientHello& hello, std::uint16_t version) const {
  // The names that these tests use; the real table is data.
  const auto ecdhe = [](std::uint16_t suite) {
    return (suite >= 0xc007 && suite <= 0xc014) || (suite >= 0xc023 && suite <= 0xc032) || suite == 0xcca8 ||
           suite == 0xcca9;
  };
  const auto dhe = [](std::uint16_t suite) {
    return suite == 0x0033 || suite == 0x0039 || suite == 0x009e || suite == 0x009f || suite == 0x0016;
  };
  const auto aead = [](std::uint16_t suite) {
    return suite == 0x9c || suite == 0x9d || suite == 0x9e || suite == 0x9f || (suite >= 0xc02b && suite <= 0xc032) ||
           suite >= 0xcca8;
  };
  const auto on_curve = [](std::uint16_t suite) {
    return suite == 0xc02b || suite == 0xc02c || suite == 0xcca9 || suite == 0xc009 || suite == 0xc00a;
  };
  const auto signature_for = [&](std::uint16_t suite) {
    return choose(signatures, hello.signatures,
                  [&](std::uint16_t value) { return on_curve(suite) == ((value >> 8) != 8 && (value & 0xff) == 3); });
  };
  const std::uint16_t group = choose(groups, hello.groups, [](std::uint16_t value) { return value < 0x100; });
  HelloAnswer answer;
  answer.kind = HelloAnswer::Kind::kServerHello;
  answer.version = version;
  answer.suite = choose(suites, hello.suites, [&](std::uint16_t suite) {
    return (!ecdhe(suite) || group != 0 || hello.groups.empty()) && (version >= kTls12 || !aead(suite)) &&
           (version < kTls12 || (!ecdhe(suite) && !dhe(suite)) || signature_for(suite) != 0);
  });
  if (answer.suite == 0) return alert(40);
  answer.extended_master_secret = extended_master_secret && hello.extended_master_secret;
  answer.renegotiation_info = renegotiation_info && (hello.renegotiation_info || has(hello.suites, kRenegotiationScsv));
  answer.session_ticket = session_ticket && hello.session_ticket;
  answer.heartbeat = heartbeat && hello.heartbeat;
  answer.compression = compresses && hello.compressions.front() == 1 ? 1 : 0;
  const std::string tail = version >= kTls12 ? u16(signature_for(answer.suite)) + u16(3) + "sig" : u16(3) + "sig";
  if (ecdhe(answer.suite)) answer.key_exchange = "\x03" + u16(group) + "\x01k" + tail;
  if (dhe(answer.suite)) answer.key_exchange = u16(prime.size()) + prime + u16(1) + "\x02" + u16(1) + "k" + tail;
  answer.flight_ended = true;
  return answer;
}

}  // namespace meetlat::test
