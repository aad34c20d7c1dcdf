// A scriptable wire for Session and probe tests: what each name, URL and host answers is written down beforehand, and
// what was asked is recorded.
//
//   FakeNet net;
//   net.host("meet.test");                                       // resolves to 192.0.2.1
//   net.page("https://meet.test/", "<html>...</html>");          // 200 text/html
//   net.answer("https://meet.test/old", redirect("https://meet.test/"));
//   net.fail_url("https://meet.test/slow", ErrorCode::kTimedOut);
//   const Target target = Target::from_url(*Url::parse("https://meet.test/"));
//   auto session = net.session(target);
//
// Names that were not scripted do not exist; URLs that were not scripted answer 404; hosts without a scripted handshake
// answer a good one. The FakeNet outlives its sessions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/target.h"
#include "net/address.h"
#include "net/host_gate.h"
#include "net/limits.h"
#include "net/session.h"
#include "net/transport.h"
#include "support/fake_tls_server.h"

namespace meetlat::test {

class FakeClock : public Clock {
 public:
  Instant now() const override { return now_; }
  void set(Instant now) { now_ = now; }

 private:
  Instant now_ = *parse_instant("2026-11-23T06:00:00Z");
};

// Building blocks for answers.
inline HttpAnswer ok(std::string body, std::string content_type = "text/html; charset=utf-8") {
  HttpAnswer answer;
  answer.status = 200;
  answer.http_version = "1.1";
  answer.headers.push_back({"content-type", std::move(content_type)});
  answer.wire_bytes = body.size() + 100;
  answer.body = std::move(body);
  answer.certificate_verified = true;
  return answer;
}
inline HttpAnswer status_answer(int status, std::string body = "") {
  HttpAnswer answer = ok(std::move(body));
  answer.status = status;
  return answer;
}
inline HttpAnswer redirect(std::string location, int status = 301) {
  HttpAnswer answer = status_answer(status);
  answer.headers.push_back({"location", std::move(location)});
  return answer;
}
inline HttpAnswer with_header(HttpAnswer answer, std::string lower_case_name, std::string value) {
  answer.headers.push_back({std::move(lower_case_name), std::move(value)});
  return answer;
}

// A handshake as a well-kept server gives it.
inline TlsHandshake good_handshake(const std::string& host, Instant at) {
  using std::chrono::days;
  TlsHandshake tls;
  tls.peer = "192.0.2.1:443";
  tls.version = "TLSv1.3";
  tls.cipher_suite = "TLS_AES_256_GCM_SHA384";
  tls.group = "X25519";
  tls.alpn = "h2";
  tls.trusted = true;
  tls.name_matches = true;
  tls.at = at;
  CertificateInfo leaf;
  leaf.subject = "CN=" + host;
  leaf.issuer = "CN=Test CA";
  leaf.names = {host};
  leaf.not_before = at - days{30};
  leaf.not_after = at + days{60};
  leaf.key_type = "EC";
  leaf.key_bits = 256;
  leaf.key_group = "P-256";
  leaf.signature = "ecdsa-with-SHA256";
  leaf.sha256 = std::string(64, 'a');
  leaf.validation = "DV";
  leaf.issuer_organisation = "Test CA";
  leaf.key_strength = 128;
  leaf.signature_strength = 128;
  tls.links.emplace();
  tls.links->anchor = ChainInfo::Anchor::kKnownRoot;
  tls.links->path = {leaf};
  tls.chain.push_back(std::move(leaf));
  tls.scts.emplace();
  tls.scts->table_date = "2026-08-12";
  for (const char* name : {"Lantern", "Candle"}) {
    SctInfo sct;
    sct.status = SctInfo::Status::kValid;
    sct.log = std::string(name) + " One";
    sct.log_operator = name;
    sct.at = at - days{30};
    sct.accepted = true;
    tls.scts->all.push_back(sct);
  }
  tls.staple.emplace();
  tls.tickets = TicketInfo{2, 7200, 0};
  tls.extended_master_secret = true;
  return tls;
}

class FakeNet {
 public:
  // --- script
  void host(const std::string& name, const std::vector<std::string>& addresses = {"192.0.2.1"}) {
    Resolved resolved;
    resolved.host = name;
    for (const std::string& text : addresses) {
      const Address address = *Address::parse(text);
      (address.v6 ? resolved.v6 : resolved.v4).push_back(address);
    }
    names_.insert_or_assign(name, Result<Resolved>(std::move(resolved)));
  }
  void host_fails(const std::string& name, ErrorCode code, std::string why = "scripted") {
    names_.insert_or_assign(name, Result<Resolved>(fail(code, std::move(why))));
  }
  void resolved(const std::string& name, Result<Resolved> result) { names_.insert_or_assign(name, std::move(result)); }

  void page(const std::string& url, std::string body, std::string content_type = "text/html; charset=utf-8") {
    answer(url, ok(std::move(body), std::move(content_type)));
  }
  // Answers of one URL are given in the order in which they were scripted; the last one is repeated for ever.
  void answer(const std::string& url, HttpAnswer http) { answers_[url].emplace_back(std::move(http)); }
  void fail_url(const std::string& url, ErrorCode code, std::string why = "scripted") {
    answers_[url].emplace_back(meetlat::fail(code, std::move(why)));
  }
  // Every exchange with this address fails, whatever the URL.
  void fail_address(const std::string& address, ErrorCode code) { dead_addresses_[address] = code; }
  // What the table of countries says of an address; any other address is unknown to it.
  void place(const std::string& address, Place where) {
    if (where.source.empty()) where.source = "Fake table, geoip";
    if (where.date == Instant{}) where.date = *parse_instant("2026-06-25T00:00:00Z");
    places_.insert_or_assign(address, std::move(where));
  }
  void place(const std::string& address, const std::string& country) {
    Place where;
    where.country = country;
    place(address, std::move(where));
  }
  // PTR of an address, TXT of a name; others have none.
  void reverse(const std::string& address, Result<std::vector<std::string>> names) {
    reverse_.insert_or_assign(address, std::move(names));
  }
  void txt(const std::string& name, Result<std::vector<std::string>> texts) {
    texts_.insert_or_assign(name, std::move(texts));
  }
  // A validated answer; questions without one are not answered (kTimedOut), and without any script not asked at all.
  void records(const std::string& name, int type, Result<DnsRecords> answer) {
    records_.insert_or_assign({name, type}, std::move(answer));
  }
  // What comparing the chain with TLSA records comes to.
  void dane(DaneCheck check) { dane_ = std::move(check); }
  // This machine has no IPv6.
  bool no_ipv6 = false;
  // What URLs without a script answer.
  void otherwise(HttpAnswer http) { fallback_ = std::move(http); }
  void tls(const std::string& host, Result<TlsHandshake> result) {
    handshakes_.insert_or_assign(host, std::move(result));
  }
  // What answers raw hellos, of any host; hosts that are told to fail do so. Without one hellos are not supported.
  std::optional<FakeTlsServer> hello_server;
  // Called before each exchange, e.g. to request a stop in the middle.
  void before_exchange(std::function<void(const HttpRequest&)> hook) { hook_ = std::move(hook); }

  // --- what was asked, in order
  const std::vector<std::string>& resolved_names() const { return asked_names_; }
  const std::vector<HttpRequest>& requests() const { return requests_; }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const HttpRequest& request : requests_) all.push_back(request.url.str());
    return all;
  }
  int count(const std::string& url) const {
    int n = 0;
    for (const HttpRequest& request : requests_) n += request.url.str() == url ? 1 : 0;
    return n;
  }
  const std::vector<ClientHello>& hellos() const { return asked_hellos_; }
  const std::vector<std::string>& handshakes() const { return asked_handshakes_; }  // "host:port address"

  // --- what a Session needs; change these before session()
  AddressGuard guard{{}, true};  // everything is allowed unless a test says otherwise
  HostGate gate{HostGate::Rates{8, std::chrono::milliseconds{0}, std::chrono::milliseconds{0}}};
  Limits limits;
  Depth depth;
  FakeClock clock;

  std::unique_ptr<Transport> transport();
  // `target` must outlive the session.
  std::unique_ptr<Session> session(const Target& target, std::stop_token stop = {}) {
    return std::make_unique<Session>(target, transport(), guard, gate, limits, clock, std::move(stop), depth);
  }
  std::unique_ptr<Session> session(Target&& target, std::stop_token stop = {}) = delete;

 private:
  friend class FakeTransport;
  std::map<std::string, Result<Resolved>> names_;
  std::map<std::string, std::vector<Result<HttpAnswer>>> answers_;
  std::map<std::string, std::size_t> given_;
  std::map<std::string, ErrorCode> dead_addresses_;
  std::map<std::string, Result<TlsHandshake>> handshakes_;
  std::map<std::string, Place> places_;
  std::map<std::string, Result<std::vector<std::string>>> reverse_;
  std::map<std::string, Result<std::vector<std::string>>> texts_;
  std::map<std::pair<std::string, int>, Result<DnsRecords>> records_;
  DaneCheck dane_;
  HttpAnswer fallback_ = status_answer(404, "<html><title>404</title>not found</html>");
  std::function<void(const HttpRequest&)> hook_;
  std::vector<std::string> asked_names_;
  std::vector<HttpRequest> requests_;
  std::vector<std::string> asked_handshakes_;
  std::vector<ClientHello> asked_hellos_;
};

class FakeTransport : public Transport {
 public:
  explicit FakeTransport(FakeNet& net) : net_(net) {}

  Result<Resolved> resolve(const std::string& host, Ticks) override {
    net_.asked_names_.push_back(host);
    const auto found = net_.names_.find(host);
    if (found != net_.names_.end()) return found->second;
    if (Result<Address> literal = Address::parse(host)) {
      Resolved self;
      self.host = host;
      (literal->v6 ? self.v6 : self.v4).push_back(*literal);
      return self;
    }
    return fail(ErrorCode::kNameNotFound, host + ": not scripted");
  }

  Result<HttpAnswer> exchange(const HttpRequest& request, Ticks) override {
    if (net_.hook_) net_.hook_(request);
    net_.requests_.push_back(request);
    const std::string peer = (request.address.v6 ? "[" + request.address.str() + "]" : request.address.str()) + ":" +
                             std::to_string(request.url.port());
    const auto dead = net_.dead_addresses_.find(request.address.str());
    if (dead != net_.dead_addresses_.end()) return fail(dead->second, peer + ": scripted");
    const std::string url = request.url.str();
    HttpAnswer answer = net_.fallback_;
    if (const auto found = net_.answers_.find(url); found != net_.answers_.end()) {
      std::size_t& given = net_.given_[url];
      const Result<HttpAnswer>& scripted = found->second[std::min(given, found->second.size() - 1)];
      ++given;
      if (!scripted) return scripted;
      answer = *scripted;
    }
    if (request.max_body != 0 && answer.body.size() > request.max_body) {
      answer.body.resize(request.max_body);
      answer.truncated = true;
    }
    if (answer.peer.empty()) answer.peer = peer;
    return answer;
  }

  Result<TlsHandshake> handshake(const std::string& host, std::uint16_t port, const Address& address, Ticks) override {
    net_.asked_handshakes_.push_back(host + ":" + std::to_string(port) + " " + address.str());
    const auto dead = net_.dead_addresses_.find(address.str());
    if (dead != net_.dead_addresses_.end()) return fail(dead->second, address.str() + ": scripted");
    const auto found = net_.handshakes_.find(host);
    if (found != net_.handshakes_.end()) return found->second;
    return good_handshake(host, net_.clock.now());
  }

  Result<void> hellos(const HelloPlace& place, HelloFeed& feed, Ticks) override {
    if (!net_.hello_server) return fail(ErrorCode::kUnsupported, place.host + ": no hellos are scripted");
    const auto dead = net_.dead_addresses_.find(place.address.str());
    std::vector<HelloAsk> open;
    while (true) {
      // Two at once, and the later one is answered first: whoever asks may not rely on the order.
      while (open.size() < 2) {
        std::optional<HelloAsk> ask = feed.next();
        if (!ask) break;
        open.push_back(*std::move(ask));
      }
      if (open.empty()) return {};
      const HelloAsk ask = std::move(open.back());
      open.pop_back();
      net_.asked_hellos_.push_back(ask.hello);
      const HelloResult result = dead == net_.dead_addresses_.end() ? net_.hello_server->answer(ask.hello)
                                                                    : HelloResult(fail(dead->second, "scripted"));
      feed.answered(ask, result, 100, std::chrono::steady_clock::now());
    }
  }

  Result<std::vector<std::string>> reverse(const Address& address, Ticks) override {
    const auto found = net_.reverse_.find(address.str());
    return found == net_.reverse_.end() ? Result<std::vector<std::string>>(std::vector<std::string>{}) : found->second;
  }

  Result<std::vector<std::string>> texts(const std::string& name, Ticks) override {
    const auto found = net_.texts_.find(name);
    return found == net_.texts_.end() ? Result<std::vector<std::string>>(std::vector<std::string>{}) : found->second;
  }

  std::vector<Result<DnsRecords>> records(std::span<const DnsQuestion> questions, Ticks) override {
    std::vector<Result<DnsRecords>> answers;
    for (const DnsQuestion& question : questions) {
      const auto found = net_.records_.find({question.name, question.type});
      if (found != net_.records_.end()) {
        answers.push_back(found->second);
      } else {
        answers.emplace_back(fail(net_.records_.empty() ? ErrorCode::kNotAttempted : ErrorCode::kTimedOut,
                                  question.name + ": not scripted"));
      }
    }
    return answers;
  }

  Result<DaneCheck> dane(const std::string&, const TlsHandshake&, std::span<const std::string>) const override {
    return net_.dane_;
  }

  bool can_reach(const Address& address) const override { return !address.v6 || !net_.no_ipv6; }

  Result<Place> place(const Address& address, Instant) const override {
    const auto found = net_.places_.find(address.str());
    if (found != net_.places_.end()) return found->second;
    return fail(ErrorCode::kNotFound, address.str() + ": not scripted");
  }

 private:
  FakeNet& net_;
};

inline std::unique_ptr<Transport> FakeNet::transport() {
  return std::make_unique<FakeTransport>(*this);
}

}  // namespace meetlat::test
