// Transport: one full handshake, what it agreed on, and the certificate.
#include <fmt/format.h>

#include "base/text.h"
#include "probes/registry.h"
#include "probes/support.h"
#include "probes/tls_facts.h"

namespace meetlat {

namespace {

// Subject of the facts when no address answered.
std::string unanswered(const Target& target, Session& session) {
  const Result<std::vector<Address>> addresses = session.addresses(target.base.host());
  if (!addresses || addresses->empty()) return fmt::format("{}:{}", target.base.host(), target.base.port());
  const Address& first = addresses->front();
  return first.v6 ? fmt::format("[{}]:{}", first.str(), target.base.port())
                  : fmt::format("{}:{}", first.str(), target.base.port());
}

class TlsProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    // One handshake; a second and a third when the first is refused by a protocol alert.
    static constexpr ProbeInfo kInfo{"tls", "Transport encryption", probes::kTlsFacts, {}, 3};
    return kInfo;
  }

  bool asks_any_server() const noexcept override { return true; }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    const Subject again = Subject::host(target.base.host());
    const Error not_yet{ErrorCode::kNotAttempted, "no second look was needed so far"};
    if (!target.base.is_https()) {
      probes::TlsWriter out(evidence, Subject::address(unanswered(target, session)), session.now());
      out.missing_about("tls.recheck.trusted", again, not_yet);
      out.missing_about("tls.recheck.legacy_only", again, not_yet);
      out.missing_about("tls.recheck.revoked", again, not_yet);
      out.rest_missing(Error{ErrorCode::kNotAttempted, "the instance is listed with an http address"});
      return;
    }
    const Result<TlsHandshake>& tls = session.handshake();
    probes::TlsWriter out(evidence, Subject::address(tls ? tls->peer : unanswered(target, session)), session.now());
    out.missing_about("tls.recheck.trusted", again, not_yet);
    out.missing_about("tls.recheck.legacy_only", again, not_yet);
    out.missing_about("tls.recheck.revoked", again, not_yet);
    // Only where something answers at all: a refused or silent port says the same to every hello.
    if (tls || tls.error().code == ErrorCode::kTlsFailed) probes::put_hello_facts(target, session, out);
    if (!tls) {
      out.rest_missing(tls.error());
      return;
    }
    const auto at_peer = [&](std::string_view text) {
      return probes::seen(tls->peer, text, probes::s_client(target), tls->at);
    };
    const std::string agreed = fmt::format("{} {} {}", tls->version, tls->cipher_suite, tls->group);
    out.put("tls.version", tls->version, at_peer(agreed));
    out.put("tls.cipher_suite", tls->cipher_suite, at_peer(agreed));
    out.put("tls.group", tls->group, at_peer(agreed));
    out.put("tls.alpn", printable(tls->alpn), at_peer(agreed));
    out.put("tls.legacy_only", tls->legacy_only, at_peer(agreed));
    probes::put_certificate_facts(*tls, target, session, out);
  }

  bool wants_recheck(const Evidence& evidence) const override {
    for (const Fact& fact : evidence.find("tls.certificate.trusted")) {
      if (fact.measured() && *fact.value == Value(false)) return true;
    }
    return evidence.is_true("tls.legacy_only") || evidence.text("tls.staple.status") == "revoked";
  }

  void recheck(const Target& target, Session& session, Evidence& evidence) const override {
    const Subject subject = Subject::host(target.base.host());
    const Result<TlsHandshake>& tls = session.handshake();
    probes::TlsWriter out(evidence, subject, session.now());
    if (!tls) {
      out.missing("tls.recheck.trusted", tls.error());
      out.missing("tls.recheck.legacy_only", tls.error());
      out.missing("tls.recheck.revoked", tls.error());
      return;
    }
    const Instant at = tls->at == Instant{} ? session.now() : tls->at;
    out.put("tls.recheck.trusted", tls->trusted,
            probes::seen(tls->peer, tls->trust_error, probes::s_client(target, " -showcerts"), at));
    out.put("tls.recheck.legacy_only", tls->legacy_only,
            probes::seen(tls->peer, tls->version, probes::s_client(target), at));
    // No staple clears nobody: a server may send it with one handshake and not with another.
    const bool said = tls->staple && (tls->staple->status == StapleInfo::Status::kGood ||
                                      tls->staple->status == StapleInfo::Status::kRevoked);
    if (!said) {
      out.missing("tls.recheck.revoked", Error{ErrorCode::kNotUnderstood, tls->peer + ": no valid stapled answer"});
    } else {
      out.put("tls.recheck.revoked", tls->staple->status == StapleInfo::Status::kRevoked,
              probes::seen(tls->peer, tls->staple->reason, probes::s_client(target, " -status"), at));
    }
  }
};

}  // namespace

const Probe& tls_probe() noexcept {
  static const TlsProbe probe;
  return probe;
}

}  // namespace meetlat
