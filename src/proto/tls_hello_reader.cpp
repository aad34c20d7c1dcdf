#include "proto/tls_hello_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace meetlat {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 10;          // certificates are far smaller
constexpr std::size_t kMaxRecord = (std::size_t{1} << 14) + 2048;  // RFC 5246, 6.2.3
constexpr std::size_t kMaxKeyExchange = 8192;  // a prime of 8192 bits, its key and a signature are 4 KB

// RFC 8446, 4.1.3: a ServerHello with this random is a HelloRetryRequest.
constexpr std::string_view kRetryRandom(
    "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2"
    "\xC8\xA8\x33\x9C",
    32);
// RFC 8446, 4.1.3: the last bytes of the random of a server that would have agreed on more.
constexpr std::string_view kDowngrade("DOWNGRD", 7);

// Takes bytes from the front; what is not there makes it bad, and everything after it empty.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : left_(bytes) {}
  std::size_t number(std::size_t size) {
    std::size_t value = 0;
    for (const char byte : take(size)) value = (value << 8) | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::string_view take(std::size_t size) {
    if (size > left_.size()) {
      good_ = false;
      left_ = {};
      return {};
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::string_view block8() { return take(number(1)); }
  std::string_view block16() { return take(number(2)); }
  bool good() const noexcept { return good_; }
  bool empty() const noexcept { return left_.empty(); }

 private:
  std::string_view left_;
  bool good_ = true;
};

bool printable_ascii(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; });
}

// false: the extension does not have its form.
bool read_extension(std::uint16_t number, std::string_view body, bool retry, HelloAnswer& answer) {
  Cursor in(body);
  switch (number) {
    case 15:
      answer.heartbeat = true;
      return true;
    case 16: {  // RFC 7301, 3.1: exactly one name
      Cursor names(in.block16());
      answer.alpn = names.block8();
      return in.good() && names.good() && in.empty() && names.empty();
    }
    case 23:
      answer.extended_master_secret = true;
      return body.empty();
    case 35:
      answer.session_ticket = true;
      return true;
    case 43:
      answer.version = in.u16();
      return in.good() && in.empty();
    case 51:
      answer.group = in.u16();
      if (!retry) in.block16();
      return in.good() && in.empty();
    case 0xff01:
      answer.renegotiation_info = true;
      return true;
    default:
      return true;
  }
}

}  // namespace

bool HelloReader::feed(std::string_view bytes) {
  if (done_) return true;
  const std::size_t room = kMaxBytes - total_;
  const bool too_much = bytes.size() > room;
  bytes = bytes.substr(0, room);
  total_ += bytes.size();
  wire_ += bytes;
  ssl2_ ? read_ssl2() : read_records();
  if (!done_ && too_much) give_up(HelloAnswer::Kind::kMalformed, "the first flight is too long");
  return done_;
}

void HelloReader::finish() {
  if (done_) return;
  done_ = true;
  if (answer_.agreed() || answer_.kind == HelloAnswer::Kind::kAlert) return;
  if (total_ > 0) give_up(HelloAnswer::Kind::kMalformed, "closed in the middle of its answer");
}

// A ServerHello that was read stays one, whatever comes after it: only what it lacks is not known then.
void HelloReader::give_up(HelloAnswer::Kind kind, std::string problem) {
  done_ = true;
  if (answer_.agreed()) return;
  answer_ = {};
  answer_.kind = kind;
  answer_.problem = std::move(problem);
}

void HelloReader::read_records() {
  std::size_t at = 0;
  while (!done_ && wire_.size() - at >= 1) {
    const std::string_view left = std::string_view(wire_).substr(at);
    const auto type = static_cast<std::uint8_t>(left[0]);
    // RFC 8446, 5.1: change_cipher_spec, alert, handshake, application_data; the major version has always been 3.
    if (type < 20 || type > 23 || (left.size() >= 2 && left[1] != 3)) {
      const std::string_view start = left.substr(0, std::min<std::size_t>(left.size(), 40));
      return give_up(HelloAnswer::Kind::kNotTls,
                     printable_ascii(start) ? std::string(start) : "bytes of no TLS record");
    }
    if (left.size() < 5) break;
    const std::size_t length =
        (std::size_t{static_cast<unsigned char>(left[3])} << 8) | static_cast<unsigned char>(left[4]);
    if (length > kMaxRecord) return give_up(HelloAnswer::Kind::kMalformed, "a record is too long");
    if (left.size() - 5 < length) break;
    read_record(type, left.substr(5, length));
    at += 5 + length;
  }
  wire_.erase(0, at);
}

void HelloReader::read_record(std::uint8_t type, std::string_view body) {
  if (type == 21) return read_alert(body);
  if (type == 22) {
    messages_ += body;
    return read_messages();
  }
  // The others come after a ServerHello, if at all.
  if (!answer_.agreed()) return give_up(HelloAnswer::Kind::kMalformed, "no hello comes first");
  done_ = true;
}

void HelloReader::read_alert(std::string_view body) {
  if (answer_.agreed()) {
    done_ = true;
    return;
  }
  if (body.size() < 2) return give_up(HelloAnswer::Kind::kMalformed, "an alert is too short");
  answer_.kind = HelloAnswer::Kind::kAlert;
  answer_.alert_level = static_cast<std::uint8_t>(body[0]);
  answer_.alert = static_cast<std::uint8_t>(body[1]);
  // A warning (RFC 5246, 7.2) may precede the hello, as unrecognized_name does; close_notify is the end.
  done_ = answer_.alert_level != 1 || answer_.alert == 0;
}

void HelloReader::read_messages() {
  std::size_t at = 0;
  while (!done_ && messages_.size() - at >= 4) {
    Cursor head(std::string_view(messages_).substr(at));
    const std::uint8_t type = head.u8();
    const std::size_t length = head.number(3);
    if (length > kMaxBytes) return give_up(HelloAnswer::Kind::kMalformed, "a message is too long");
    const std::string_view body = head.take(length);
    if (!head.good()) break;
    read_message(type, body);
    at += 4 + length;
  }
  messages_.erase(0, at);
}

void HelloReader::read_message(std::uint8_t type, std::string_view body) {
  if (!answer_.agreed()) {
    if (type == 0 && body.empty()) return;  // HelloRequest may come at any time (RFC 5246, 7.4.1.1)
    if (type != 2) return give_up(HelloAnswer::Kind::kMalformed, fmt::format("message {} comes first", type));
    return read_server_hello(body);
  }
  switch (type) {
    case 12:  // ServerKeyExchange
      if (body.size() <= kMaxKeyExchange) answer_.key_exchange = body;
      done_ = true;
      return;
    case 14:  // ServerHelloDone
      answer_.flight_ended = true;
      done_ = true;
      return;
    case 11:  // Certificate
    case 22:  // CertificateStatus
      return;
    default:
      done_ = true;  // a CertificateRequest, or what does not belong here: no key exchange comes after it
  }
}

// RFC 8446, 4.1.3; RFC 5246, 7.4.1.3
void HelloReader::read_server_hello(std::string_view body) {
  HelloAnswer found;
  Cursor in(body);
  found.version = in.u16();
  const std::string_view random = in.take(32);
  const bool session_fits = in.block8().size() <= 32;
  found.suite = in.u16();
  found.compression = in.u8();
  const bool retry = random == kRetryRandom;
  bool good = in.good() && session_fits;
  if (good && !in.empty()) {
    Cursor extensions(in.block16());
    good = in.good() && in.empty();
    while (good && !extensions.empty()) {
      const std::uint16_t number = extensions.u16();
      const std::string_view content = extensions.block16();
      good = extensions.good() && read_extension(number, content, retry, found);
    }
  }
  if (!good) return give_up(HelloAnswer::Kind::kMalformed, "a ServerHello that cannot be read");
  if (!retry && found.version < kTls13 && random.substr(24, 7) == kDowngrade) found.downgrade_mark = true;
  found.kind = retry ? HelloAnswer::Kind::kHelloRetry : HelloAnswer::Kind::kServerHello;
  answer_ = std::move(found);
  // From TLS 1.3 on everything after the hello is encrypted.
  done_ = retry || answer_.version >= kTls13;
}

// SSL 2.0: a header of two bytes (the first bit set) or three, SERVER-HELLO is message 4.
void HelloReader::read_ssl2() {
  if (wire_.size() < 3) return;
  const auto first = static_cast<unsigned char>(wire_[0]);
  if (first >= 20 && first <= 23 && wire_[1] == 3) {
    ssl2_ = false;  // an alert of something newer
    return read_records();
  }
  const std::size_t header = (first & 0x80) != 0 ? 2 : 3;
  const std::size_t mask = header == 2 ? 0x7fff : 0x3fff;
  const std::size_t length = ((std::size_t{first} << 8) | static_cast<unsigned char>(wire_[1])) & mask;
  if (wire_.size() < header + 1) return;
  const auto type = static_cast<unsigned char>(wire_[header]);
  if (length == 0 || (type != 4 && !(type == 0 && length == 3))) {
    return give_up(HelloAnswer::Kind::kNotTls, "bytes of no SSLv2 message");
  }
  if (wire_.size() < header + length) return;
  Cursor in(std::string_view(wire_).substr(header + 1, length - 1));
  if (type == 0) {  // ERROR
    answer_.kind = HelloAnswer::Kind::kAlert;
    answer_.alert_level = 2;
    answer_.alert = 40;
    done_ = true;
    return;
  }
  in.take(2);  // session_id_hit, certificate_type
  const std::uint16_t version = in.u16();
  const std::size_t certificate = in.number(2);
  const std::size_t kinds = in.number(2);
  in.number(2);
  in.take(certificate);
  Cursor list(in.take(kinds));
  if (!in.good() || version != kSsl2 || kinds % 3 != 0) {
    return give_up(HelloAnswer::Kind::kMalformed, "an SSLv2 hello that cannot be read");
  }
  answer_.kind = HelloAnswer::Kind::kSsl2Hello;
  answer_.version = version;
  while (!list.empty() && answer_.ssl2_kinds.size() < 64) {
    answer_.ssl2_kinds.push_back(static_cast<std::uint32_t>(list.number(3)));
  }
  done_ = true;
}

std::string describe(const HelloAnswer& answer) {
  switch (answer.kind) {
    case HelloAnswer::Kind::kNothing:
      return "no answer";
    case HelloAnswer::Kind::kServerHello:
    case HelloAnswer::Kind::kHelloRetry: {
      const char* what = answer.kind == HelloAnswer::Kind::kServerHello ? "ServerHello" : "HelloRetryRequest";
      std::string text = fmt::format("{} {} suite 0x{:04x}", what, tls_version_name(answer.version), answer.suite);
      if (answer.group) text += fmt::format(" group 0x{:04x}", *answer.group);
      return text;
    }
    case HelloAnswer::Kind::kAlert:
      return "alert " + tls_alert_name(answer.alert);
    case HelloAnswer::Kind::kSsl2Hello:
      return fmt::format("SSLv2 hello with {} kinds of cipher", answer.ssl2_kinds.size());
    case HelloAnswer::Kind::kNotTls:
      return "no TLS: " + answer.problem;
    case HelloAnswer::Kind::kMalformed:
      return "broken TLS: " + answer.problem;
  }
  return {};
}

std::optional<KeyExchange> parse_key_exchange(std::string_view body, KeyExchange::Kind kind, std::uint16_t version) {
  KeyExchange out;
  Cursor in(body);
  if (kind == KeyExchange::Kind::kEcdhe) {
    // RFC 8422, 5.4: only named curves are left.
    if (in.u8() != 3) return std::nullopt;
    out.group = in.u16();
    in.block8();
  } else {
    std::string_view prime = in.block16();
    while (prime.starts_with('\0')) prime.remove_prefix(1);
    out.prime = prime;
    in.block16();
    in.block16();
    if (prime.empty()) return std::nullopt;
  }
  if (!in.good()) return std::nullopt;
  if (version >= kTls12 && !in.empty()) {
    out.signature = in.u16();
    in.block16();
    if (!in.good()) return std::nullopt;
  }
  return out;
}

int bits_of(std::string_view number) noexcept {
  if (number.empty()) return 0;
  int bits = static_cast<int>(number.size()) * 8;
  for (auto first = static_cast<unsigned char>(number[0]); (first & 0x80) == 0 && bits > 0;
       first = static_cast<unsigned char>(first << 1))
    --bits;
  return bits;
}

std::string contradiction(const ClientHello& hello, const HelloAnswer& answer) {
  const auto offered = [](const auto& list, auto value) { return std::ranges::find(list, value) != list.end(); };
  if (hello.ssl2) return answer.agreed() ? "answered an SSLv2 hello with a TLS ServerHello" : "";
  if (answer.kind == HelloAnswer::Kind::kSsl2Hello) return "answered with an SSLv2 hello, which was not offered";
  if (!answer.agreed()) return {};
  // Without supported_versions anything up to the hello's version is offered.
  const bool version_fits = hello.versions.empty() ? answer.version >= kSsl3 && answer.version <= hello.version
                                                   : offered(hello.versions, answer.version);
  if (!version_fits) return fmt::format("agreed on {}, which was not offered", tls_version_name(answer.version));
  if (!offered(hello.suites, answer.suite)) {
    return fmt::format("chose suite 0x{:04x}, which was not offered", answer.suite);
  }
  if (!offered(hello.compressions, answer.compression)) {
    return fmt::format("chose compression {}, which was not offered", answer.compression);
  }
  if (answer.version >= kTls13 && (!answer.group || !offered(hello.groups, *answer.group))) {
    return answer.group ? fmt::format("chose group 0x{:04x}, which was not offered", *answer.group)
                        : std::string("chose no group");
  }
  if (answer.kind == HelloAnswer::Kind::kHelloRetry && answer.version < kTls13) {
    return "sent a HelloRetryRequest of an older version";
  }
  return {};
}

}  // namespace meetlat
