// What a server says first in answer to a ClientHello, read from bytes as they come. Bounded, and fit for bytes of
// anybody: other protocols, lies, and messages cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/tls_hello.h"

namespace meetlat {

struct HelloAnswer {
  enum class Kind {
    kNothing,      // nothing that could be told so far
    kServerHello,  // SSL 3.0 to TLS 1.3
    kHelloRetry,   // HelloRetryRequest (RFC 8446, 4.1.4): the server agrees and wants a key share
    kAlert,        // the server refuses, or says why it hangs up
    kSsl2Hello,    // SERVER-HELLO of SSL 2.0
    kNotTls,       // another protocol, or noise
    kMalformed,    // TLS that breaks its own rules; `problem` says how
  };
  Kind kind = Kind::kNothing;
  std::uint16_t version = 0;           // that was agreed on
  std::uint16_t suite = 0;             // that was chosen
  std::uint8_t compression = 0;        // that was chosen
  std::optional<std::uint16_t> group;  // TLS 1.3: that was chosen
  bool extended_master_secret = false;
  bool renegotiation_info = false;
  bool heartbeat = false;
  bool session_ticket = false;
  bool downgrade_mark = false;            // RFC 8446, 4.1.3: the server knows a higher version than it agreed on
  std::string alpn;                       // that was chosen
  std::string key_exchange;               // body of ServerKeyExchange (TLS 1.2 and older); see parse_key_exchange
  bool flight_ended = false;              // ServerHelloDone was seen, so without `key_exchange` there is none
  std::vector<std::uint32_t> ssl2_kinds;  // kinds of cipher of SSL 2.0
  std::uint8_t alert_level = 0;           // 1 warning, 2 fatal
  std::uint8_t alert = 0;
  std::string problem;  // of kMalformed and kNotTls

  bool agreed() const noexcept { return kind == Kind::kServerHello || kind == Kind::kHelloRetry; }
};

// "HelloRetryRequest TLSv1.3 0x1302 group 0x001d", "alert handshake_failure", ...: for a transcript.
std::string describe(const HelloAnswer& answer);

class HelloReader {
 public:
  explicit HelloReader(bool ssl2 = false) : ssl2_(ssl2) {}
  // The next bytes; true: all is known and the rest does not matter. Takes at most 256 KB in all.
  bool feed(std::string_view bytes);
  // The peer has closed: what was begun stays unfinished.
  void finish();
  // At any time: what is known so far.
  const HelloAnswer& answer() const noexcept { return answer_; }
  bool done() const noexcept { return done_; }
  bool has_bytes() const noexcept { return total_ > 0; }

 private:
  void read_records();
  void read_ssl2();
  void read_record(std::uint8_t type, std::string_view body);
  void read_messages();
  void read_message(std::uint8_t type, std::string_view body);
  void read_server_hello(std::string_view body);
  void read_alert(std::string_view body);
  void give_up(HelloAnswer::Kind kind, std::string problem);

  bool ssl2_;
  bool done_ = false;
  std::size_t total_ = 0;
  std::string wire_;      // bytes of the record that is not complete
  std::string messages_;  // handshake bytes of the message that is not complete
  HelloAnswer answer_;
};

// The parameters of a ServerKeyExchange, as far as they tell something.
struct KeyExchange {
  enum class Kind { kEcdhe, kDhe };
  std::optional<std::uint16_t> group;      // named curve (RFC 8422, 5.4)
  std::string prime;                       // of Diffie-Hellman, big-endian, no leading zeros
  std::optional<std::uint16_t> signature;  // algorithm, TLS 1.2 (RFC 5246, 7.4.3); none when it is anonymous
};
// nullopt: it does not have the form that the suite and version want.
std::optional<KeyExchange> parse_key_exchange(std::string_view body, KeyExchange::Kind kind, std::uint16_t version);
// Bits of a number as in KeyExchange::prime.
int bits_of(std::string_view number) noexcept;

// What in the answer the hello did not allow ("chose suite 0x0005, which was not offered"); "" when there is nothing.
// Such an answer says nothing about what the server has.
std::string contradiction(const ClientHello& hello, const HelloAnswer& answer);

}  // namespace meetlat
