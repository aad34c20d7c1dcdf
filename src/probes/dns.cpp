// Names: which addresses the host has, whether IPv6 works, and what its zone says of it.
#include <fmt/format.h>

#include "net/dns_question.h"
#include "probes/dns_facts.h"
#include "probes/registry.h"
#include "probes/support.h"
#include "probes/tls_facts.h"

namespace meetlat {

namespace {

using probes::DnsWriter;

std::vector<std::string> texts(const std::vector<Address>& addresses) {
  std::vector<std::string> result;
  result.reserve(addresses.size());
  for (const Address& address : addresses) result.push_back(address.str());
  probes::sort_unique(result);
  return result;
}

void put_addresses(const std::string& host, const Resolved& resolved, DnsWriter& out) {
  const std::string source = resolved.from_hosts_file ? "hosts file" : "DNS";
  const auto provenance = [&](const char* type, const std::vector<std::string>& values) {
    return probes::seen(fmt::format("{} {} {}", source, type, host), values.empty() ? "none" : values.front(),
                        fmt::format("dig +short {} {}", type, probes::shell_quote(host)));
  };
  std::vector<std::string> v4 = texts(resolved.v4);
  std::vector<std::string> v6 = texts(resolved.v6);
  out.put("dns.status", "ok", provenance("A", v4));
  Provenance seen_v4 = provenance("A", v4);
  Provenance seen_v6 = provenance("AAAA", v6);
  // One of the two questions can fail alone; an empty list would then claim what nobody saw.
  const Error unknown{ErrorCode::kResolverFailed, "no answer to this question"};
  if (resolved.v4_unknown) {
    out.missing("dns.ipv4", unknown, std::move(seen_v4));
  } else {
    out.put("dns.ipv4", std::move(v4), std::move(seen_v4));
  }
  if (resolved.v6_unknown) {
    out.missing("dns.ipv6", unknown, std::move(seen_v6));
  } else {
    out.put("dns.ipv6", std::move(v6), std::move(seen_v6));
  }
}

// An answer of any kind, even a refusal, was carried by IPv6. Silence can be this side's.
void put_ipv6(const Target& target, Session& session, const Resolved& resolved, DnsWriter& out) {
  if (resolved.v6_unknown || resolved.v6.empty()) {
    out.missing("dns.ipv6.reachable", Error{ErrorCode::kNotAttempted, "no IPv6 address is known"});
    return;
  }
  const Address& address = resolved.v6.front();
  const Result<TlsHandshake> shake = session.handshake_at(address);
  const std::string at = fmt::format("[{}]:{}", address.str(), target.base.is_https() ? target.base.port() : 443);
  const std::string check =
      target.is_instance() ? "curl -6 -sI " + probes::shell_quote(target.base.str()) : probes::s_client(target, " -6");
  const ErrorCode code = shake ? ErrorCode{} : shake.error().code;
  Provenance seen = probes::seen(at, shake ? shake->version : describe(shake.error()), check);
  if (shake || code == ErrorCode::kTlsFailed || code == ErrorCode::kTlsUntrusted) {
    out.put("dns.ipv6.reachable", true, std::move(seen));
  } else if (code == ErrorCode::kConnectionRefused) {
    out.put("dns.ipv6.reachable", false, std::move(seen));
  } else {
    out.missing("dns.ipv6.reachable", shake.error(), std::move(seen));
  }
}

class DnsProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    // Handshakes: up to three for the chain that TLSA records are compared with, one over IPv6.
    static constexpr ProbeInfo kInfo{"dns", "Names and addresses", probes::kDnsFacts, {}, 4};
    return kInfo;
  }

  bool asks_any_server() const noexcept override { return true; }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    const std::string& host = target.base.host();
    DnsWriter out(evidence, Subject::host(host), session.now());
    const Result<Resolved>& resolved = session.resolve(host);
    if (!resolved) {
      // A resolver that validates says the same of a name that is bogus as of one whose name servers are down.
      if (resolved.error().code == ErrorCode::kResolverFailed) {
        probes::put_validated(target, DnsType::kA, session, out);
      }
      out.rest_missing(resolved.error());
      return;
    }
    put_addresses(host, *resolved, out);
    put_ipv6(target, session, *resolved, out);
    probes::put_validated(target, resolved->v4.empty() ? DnsType::kAaaa : DnsType::kA, session, out);
    out.rest_missing(Error{ErrorCode::kNotAttempted, "an address has no records"});
  }
};

}  // namespace

const Probe& dns_probe() noexcept {
  static const DnsProbe probe;
  return probe;
}

}  // namespace meetlat
