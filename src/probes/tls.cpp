// Transport: one full handshake, what it agreed on, and the certificate.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "probes/fact_writer.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{"tls.version", "string", "protocol version that was agreed on, as \"TLSv1.3\""},
    FactSpec{"tls.cipher_suite", "string", "IANA name of the agreed cipher suite"},
    FactSpec{"tls.group", "string", "key exchange group; \"\" for RSA key exchange"},
    FactSpec{"tls.alpn", "string", "application protocol, \"h2\", \"http/1.1\" or \"\""},
    FactSpec{"tls.certificate.trusted", "bool", "chain to a trusted CA, in time, right name"},
    FactSpec{"tls.certificate.trust_error", "string", "why it is not trusted; \"\" when it is"},
    FactSpec{"tls.certificate.name_matches", "bool", "the certificate names the host"},
    FactSpec{"tls.certificate.names", "strings", "subject alternative names"},
    FactSpec{"tls.certificate.subject", "string", "subject, RFC 2253"},
    FactSpec{"tls.certificate.issuer", "string", "issuer, RFC 2253"},
    FactSpec{"tls.certificate.not_before", "string", "start of validity, RFC 3339"},
    FactSpec{"tls.certificate.not_after", "string", "end of validity, RFC 3339"},
    FactSpec{"tls.certificate.days_left", "int", "whole days until the end of validity, when it was measured"},
    FactSpec{"tls.certificate.key", "string", "kind and size of the key, \"EC P-256\""},
    FactSpec{"tls.certificate.key_type", "string", "\"RSA\", \"EC\", \"Ed25519\""},
    FactSpec{"tls.certificate.key_bits", "int", "size of the key in bits"},
    FactSpec{"tls.certificate.signature", "string", "signature algorithm"},
    FactSpec{"tls.certificate.chain", "strings", "subjects of the chain as sent, leaf first"},
    FactSpec{"tls.certificate.sha256", "string", "SHA-256 of the certificate, hexadecimal"},
    FactSpec{"tls.legacy_only", "bool", "nothing above TLS 1.1 is spoken"},
    FactSpec{"tls.recheck.trusted", "bool", "the same as tls.certificate.trusted, seen again at the end of the run"},
    FactSpec{"tls.recheck.legacy_only", "bool", "the same as tls.legacy_only, seen again at the end of the run"},
};
using Writer = probes::FactWriter<kFacts>;

std::string s_client(const Url& base, std::string_view more = {}) {
  return fmt::format("openssl s_client -connect {} -servername {}{} </dev/null",
                     probes::shell_quote(fmt::format("{}:{}", base.host(), base.port())),
                     probes::shell_quote(base.host()), more);
}

// Subject of the facts when no address answered.
std::string unanswered(const Target& target, Session& session) {
  const Result<std::vector<Address>> addresses = session.addresses(target.base.host());
  if (!addresses || addresses->empty()) return fmt::format("{}:{}", target.base.host(), target.base.port());
  const Address& first = addresses->front();
  return first.v6 ? fmt::format("[{}]:{}", first.str(), target.base.port())
                  : fmt::format("{}:{}", first.str(), target.base.port());
}

std::string key_text(const CertificateInfo& leaf) {
  if (leaf.key_type == "EC" && !leaf.key_group.empty()) return "EC " + leaf.key_group;
  if (leaf.key_type == "RSA" || leaf.key_type == "EC" || leaf.key_type == "DSA") {
    return fmt::format("{} {}", leaf.key_type, leaf.key_bits);
  }
  return leaf.key_type;
}

void put_certificate(const TlsHandshake& tls, const Target& target, Session& session, Writer& out) {
  const std::string show = s_client(target.base, " -showcerts");
  const auto at_peer = [&](std::string_view text) { return probes::seen(tls.peer, text, show, tls.at); };
  out.put("tls.certificate.trusted", tls.trusted, at_peer(tls.trusted ? "" : tls.trust_error));
  out.put("tls.certificate.trust_error", tls.trusted ? std::string() : printable(tls.trust_error),
          at_peer(tls.trust_error));
  if (tls.chain.empty()) {
    out.rest_missing(Error{ErrorCode::kNotUnderstood, tls.peer + ": the server sent no certificate"});
    return;
  }
  const CertificateInfo& leaf = tls.chain.front();
  std::vector<std::string> names;
  for (const std::string& name : leaf.names) names.push_back(excerpt(name, 253));
  std::vector<std::string> chain;
  for (const CertificateInfo& certificate : tls.chain) chain.push_back(excerpt(certificate.subject, 300));
  out.put("tls.certificate.name_matches", tls.name_matches, at_peer(join(names, ", ")));
  out.put("tls.certificate.names", std::move(names), at_peer(leaf.subject));
  out.put("tls.certificate.subject", excerpt(leaf.subject, 300), at_peer(leaf.subject));
  out.put("tls.certificate.issuer", excerpt(leaf.issuer, 300), at_peer(leaf.issuer));
  out.put("tls.certificate.not_before", format_instant(leaf.not_before), at_peer({}));
  out.put("tls.certificate.not_after", format_instant(leaf.not_after), at_peer({}));
  const Instant when = tls.at == Instant{} ? session.now() : tls.at;
  out.put("tls.certificate.days_left", static_cast<std::int64_t>(days_between(when, leaf.not_after)),
          at_peer("valid until " + format_instant(leaf.not_after)));
  out.put("tls.certificate.key", key_text(leaf), at_peer({}));
  out.put("tls.certificate.key_type", leaf.key_type, at_peer({}));
  out.put("tls.certificate.key_bits", leaf.key_bits, at_peer({}));
  out.put("tls.certificate.signature", leaf.signature, at_peer({}));
  out.put("tls.certificate.chain", std::move(chain), at_peer(leaf.issuer));
  out.put("tls.certificate.sha256", leaf.sha256, at_peer({}));
}

class TlsProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    // One handshake; a second and a third when the first is refused by a protocol alert.
    static constexpr ProbeInfo kInfo{"tls", "Transport encryption", kFacts, {}, 3};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    const Subject again = Subject::host(target.base.host());
    const Error not_yet{ErrorCode::kNotAttempted, "no second look was needed so far"};
    if (!target.base.is_https()) {
      Writer out(evidence, Subject::address(unanswered(target, session)), session.now());
      out.missing_about("tls.recheck.trusted", again, not_yet);
      out.missing_about("tls.recheck.legacy_only", again, not_yet);
      out.rest_missing(Error{ErrorCode::kNotAttempted, "the instance is listed with an http address"});
      return;
    }
    const Result<TlsHandshake>& tls = session.handshake();
    Writer out(evidence, Subject::address(tls ? tls->peer : unanswered(target, session)), session.now());
    out.missing_about("tls.recheck.trusted", again, not_yet);
    out.missing_about("tls.recheck.legacy_only", again, not_yet);
    if (!tls) {
      out.rest_missing(tls.error());
      return;
    }
    const auto at_peer = [&](std::string_view text) {
      return probes::seen(tls->peer, text, s_client(target.base), tls->at);
    };
    const std::string agreed = fmt::format("{} {} {}", tls->version, tls->cipher_suite, tls->group);
    out.put("tls.version", tls->version, at_peer(agreed));
    out.put("tls.cipher_suite", tls->cipher_suite, at_peer(agreed));
    out.put("tls.group", tls->group, at_peer(agreed));
    out.put("tls.alpn", printable(tls->alpn), at_peer(agreed));
    out.put("tls.legacy_only", tls->legacy_only, at_peer(agreed));
    put_certificate(*tls, target, session, out);
  }

  bool wants_recheck(const Evidence& evidence) const override {
    for (const Fact& fact : evidence.find("tls.certificate.trusted")) {
      if (fact.measured() && *fact.value == Value(false)) return true;
    }
    return evidence.is_true("tls.legacy_only");
  }

  void recheck(const Target& target, Session& session, Evidence& evidence) const override {
    const Subject subject = Subject::host(target.base.host());
    const Result<TlsHandshake>& tls = session.handshake();
    Writer out(evidence, subject, session.now());
    if (!tls) {
      out.missing("tls.recheck.trusted", tls.error());
      out.missing("tls.recheck.legacy_only", tls.error());
      return;
    }
    const Instant at = tls->at == Instant{} ? session.now() : tls->at;
    out.put("tls.recheck.trusted", tls->trusted,
            probes::seen(tls->peer, tls->trust_error, s_client(target.base, " -showcerts"), at));
    out.put("tls.recheck.legacy_only", tls->legacy_only,
            probes::seen(tls->peer, tls->version, s_client(target.base), at));
  }
};

}  // namespace

const Probe& tls_probe() noexcept {
  static const TlsProbe probe;
  return probe;
}

}  // namespace meetlat
