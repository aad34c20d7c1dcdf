// What the certificate of a handshake says.
#include <fmt/format.h>

#include "base/text.h"
#include "probes/support.h"
#include "probes/tls_facts.h"

namespace meetlat::probes {

std::string key_text(const CertificateInfo& leaf) {
  if (leaf.key_type == "EC" && !leaf.key_group.empty()) return "EC " + leaf.key_group;
  if (leaf.key_type == "RSA" || leaf.key_type == "EC" || leaf.key_type == "DSA") {
    return fmt::format("{} {}", leaf.key_type, leaf.key_bits);
  }
  return leaf.key_type;
}

std::string s_client(const Target& target, std::string_view more) {
  const Url& base = target.base;
  const std::string host = shell_quote(base.host());
  const std::string_view who = more.find("MLKEM") == std::string_view::npos ? "" : "  # OpenSSL 3.5 or newer";
  const std::string before = target.service == Service::kXmpp ? " -starttls xmpp -xmpphost " + host : "";
  return fmt::format("openssl s_client -connect {}{} -servername {}{} </dev/null{}",
                     shell_quote(fmt::format("{}:{}", base.host(), base.port())), before, host, more, who);
}

void put_certificate_facts(const TlsHandshake& tls, const Target& target, Session& session, TlsWriter& out) {
  const std::string show = s_client(target, " -showcerts");
  const auto at_peer = [&](std::string_view text) { return seen(tls.peer, text, show, tls.at); };
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
  put_chain_facts(tls, target, session, out);
}

}  // namespace meetlat::probes
