// The seam between measuring and the wire: one real implementation (curl, OpenSSL, libunbound) and fakes in tests.
// One Transport serves one target on one thread; it keeps connections alive between calls.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/url.h"
#include "net/address.h"
#include "net/dane.h"
#include "net/dns_question.h"
#include "net/geo.h"
#include "net/tls_hello.h"
#include "net/tls_info.h"

namespace meetlat {

struct Resolved {
  std::string host;
  std::vector<Address> v4;
  std::vector<Address> v6;
  bool from_hosts_file = false;
  // One question of the two had no usable answer while the other had addresses: an empty list then says nothing.
  std::optional<Error> v4_unknown;
  std::optional<Error> v6_unknown;
};

enum class DnsTrust {
  kSecure,    // signed, and the signatures lead to the trust anchor; so does the proof that something is not there
  kInsecure,  // proved to be unsigned
  kBogus,     // should be signed, and is not as it should be
};

// A validated answer about one name and type.
struct DnsRecords {
  DnsTrust trust = DnsTrust::kInsecure;
  std::string why_bogus;           // printable; "" unless kBogus
  bool name_exists = true;         // false: NXDOMAIN
  std::vector<std::string> rdata;  // as on the wire, uncompressed, sorted; at most 16 of 2 KiB. Of a bogus answer too
  std::string canonical;           // where aliases (CNAME) led, lower case, without the last dot; "": no alias
  std::string validated_by;        // who, from which anchor, through whom: "this program, from root.key"
};

// What a list of hosts that browsers contact by https only says of one.
struct HstsPlace {
  bool listed = false;
  std::string source;  // name of the list
};

struct Header {
  std::string name;   // lower case
  std::string value;  // as sent, trimmed; raw bytes
};

struct HttpRequest {
  Url url;
  Address address;                  // the address to connect to; the guard was asked
  bool by_name = false;             // no address: the proxy resolves the name (see Transport::resolve)
  std::vector<Header> headers;      // beside the defaults (User-Agent, browser-like Accept, Accept-Encoding)
  std::optional<std::string> body;  // sent with POST; without one it is a GET
  std::size_t max_body = 0;         // bytes after decompression; a longer body is cut and `truncated`
  std::size_t max_headers = 0;
  bool verify = true;  // false: an untrusted certificate does not stop the exchange (it is recorded)
  std::chrono::milliseconds connect_timeout{0};  // for TCP and TLS together; 0: only the deadline counts
};

// One request and its answer, without following redirects.
struct HttpAnswer {
  int status = 0;
  std::string http_version;           // "1.1", "2"
  std::vector<Header> headers;        // in order, repeats kept
  std::string body;                   // after decompression
  bool truncated = false;             // the body went on past max_body
  std::uint64_t wire_bytes = 0;       // received, headers and compressed body
  std::string peer;                   // "192.0.2.1:443", "[2001:db8::1]:443"
  bool certificate_verified = false;  // meaningless for http
  std::string certificate_error;      // why not
};

// How a server is approached before and in a handshake.
struct TlsApproach {
  bool starttls_xmpp = false;     // first ask an XMPP server for TLS (RFC 6120, 5)
  std::vector<std::string> alpn;  // application protocols that are offered (RFC 7301)
  bool xmpp_names = false;        // certificates may name the domain in XMPP's own forms (RFC 6120, 13.7.1.2)
};

// A completed handshake, whatever is thought of the certificate.
struct TlsHandshake {
  std::string peer;                    // "192.0.2.1:443"
  std::string version;                 // "TLSv1.3" as OpenSSL names it
  std::string cipher_suite;            // IANA name: "TLS_AES_256_GCM_SHA384"
  std::string group;                   // "X25519", "P-256", "ffdhe2048"; "" for RSA key exchange
  std::string alpn;                    // "h2", "http/1.1", ""
  std::vector<CertificateInfo> chain;  // as sent, leaf first
  bool trusted = false;                // chain to the trust store, in time, right name
  bool name_matches = false;
  std::string trust_error;   // OpenSSL's words when untrusted, plus the name mismatch
  bool legacy_only = false;  // a TLS 1.2+ offer was refused by a protocol alert and TLS <= 1.1 was then accepted
  Instant at{};

  // Left out by transports that do not look so deep: then not measured.
  std::optional<ChainInfo> links;
  std::optional<SctReport> scts;
  std::optional<StapleInfo> staple;
  // None also when no ticket came although the server may have had no occasion to send one.
  std::optional<TicketInfo> tickets;
  bool extended_master_secret = false;  // RFC 7627; part of TLS 1.3
};

// A WebSocket to be opened (RFC 6455).
struct WsRequest {
  Url url;                      // "wss://..." is written https here
  Address address;              // as in HttpRequest
  std::string subprotocol;      // demanded: without it in the answer there is no channel
  std::string origin;           // of the page that a browser would show
  bool verify = true;           // as in HttpRequest
  std::size_t max_message = 0;  // bytes; a longer message ends the channel with kTooLarge
};

// An open WebSocket with text messages. Owned by one thread. Pings are answered inside receive().
class WsChannel {
 public:
  virtual ~WsChannel() = default;
  // kTimedOut, kCancelled, kConnectionReset (also when the peer has closed), kTooLarge, kHttpProtocol (a broken frame,
  // text that is no UTF-8). After an error the channel is of no use any more.
  virtual Result<void> send(std::string_view text, Ticks deadline) = 0;
  virtual Result<std::string> receive(Ticks deadline) = 0;
  // Says good-bye and hangs up; waits for the answer until then. The destructor only hangs up.
  virtual void close(Ticks deadline) = 0;
  virtual std::uint64_t wire_bytes() const noexcept = 0;  // received, of all messages so far
  virtual const std::string& peer() const noexcept = 0;   // "192.0.2.1:443"
  virtual bool certificate_verified() const noexcept = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // kNameNotFound, kNoAddress, kResolverFailed, kTimedOut, kCancelled. Does not ask the guard.
  // kUnsupported: there is a proxy, which resolves names itself; exchange() with `by_name` then. (Address literals and
  // names of --hosts-file have their addresses all the same.)
  virtual Result<Resolved> resolve(const std::string& host, Ticks deadline) = 0;
  // kConnectionRefused, kUnreachable, kConnectionReset, kTimedOut, kTlsFailed, kTlsUntrusted, kHttpProtocol,
  // kAddressRefused (the guard is asked once more by the socket itself), kCancelled, kTooLarge (headers).
  virtual Result<HttpAnswer> exchange(const HttpRequest& request, Ticks deadline) = 0;
  // One handshake to that address with that SNI, then close. kUnsupported through a proxy.
  virtual Result<TlsHandshake> handshake(const std::string& host, std::uint16_t port, const Address& address,
                                         Ticks deadline) = 0;
  // The same with a server that is no web server.
  virtual Result<TlsHandshake> handshake_as(const TlsApproach&, const std::string& host, std::uint16_t, const Address&,
                                            Ticks) {
    return fail(ErrorCode::kUnsupported, host);
  }
  // Raw hellos, see run_hellos. kUnsupported through a proxy.
  virtual Result<void> hellos(const HelloPlace& place, HelloFeed&, Ticks) {
    return fail(ErrorCode::kUnsupported, place.host);
  }
  // Names of an address (PTR), see Resolver::reverse. kUnsupported through a proxy.
  virtual Result<std::vector<std::string>> reverse(const Address& address, Ticks) {
    return fail(ErrorCode::kUnsupported, address.str());
  }
  // TXT records of a name, see Resolver::texts. kUnsupported through a proxy.
  virtual Result<std::vector<std::string>> texts(const std::string& name, Ticks) {
    return fail(ErrorCode::kUnsupported, name);
  }
  // Records of names, all asked at once and validated with DNSSEC; answers in the order of the questions. Each can be
  // kNotAttempted (a name of the hosts file, a special-use name, nothing of the trust anchor's), kResolverFailed (also
  // when validation does not work from here at all), kTimedOut, kCancelled, kNotFound (no trust anchor is installed).
  // kUnsupported through a proxy.
  virtual std::vector<Result<DnsRecords>> records(std::span<const DnsQuestion> questions, Ticks) {
    std::vector<Result<DnsRecords>> answers;
    for (const DnsQuestion& question : questions) answers.emplace_back(fail(ErrorCode::kUnsupported, question.name));
    return answers;
  }
  // Does a chain agree with TLSA records? See check_dane in net/dane.h; asks nobody.
  virtual Result<DaneCheck> dane(const std::string& host, const TlsHandshake&, std::span<const std::string>) const {
    return fail(ErrorCode::kUnsupported, host);
  }
  // Is the host on the list of --hsts-preload-list? The source names it. kNotFound when no list was given. Asks nobody.
  virtual Result<HstsPlace> hsts_place(const std::string& host) const {
    return fail(ErrorCode::kNotFound, host + ": no list was given (--hsts-preload-list)");
  }
  // What the local table of countries says, see GeoTable::find; kNotFound when there is no table. Asks nobody.
  virtual Result<Place> place(const Address& address, Instant) const {
    return fail(ErrorCode::kNotFound, address.str());
  }
  // One WebSocket. As exchange(), and kHttpStatus when the server answers with another status than 101, kUnsupported
  // through a proxy.
  virtual Result<std::unique_ptr<WsChannel>> open_websocket(const WsRequest& request, Ticks deadline) {
    (void)deadline;
    return fail(ErrorCode::kUnsupported, request.url.authority() + ": no WebSocket here");
  }
  // Is there any hope to reach this address from this machine? False for public IPv6 without an IPv6 route.
  virtual bool can_reach(const Address&) const { return true; }
};

}  // namespace meetlat
