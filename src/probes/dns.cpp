// Names: which addresses the host has.
#include <fmt/format.h>

#include <array>

#include "probes/fact_writer.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{"dns.ipv4", "strings", "IPv4 addresses of the host"},
    FactSpec{"dns.ipv6", "strings", "IPv6 addresses of the host; empty: there are none"},
    FactSpec{"dns.status", "string", "\"ok\": the name has at least one address"},
};

std::vector<std::string> texts(const std::vector<Address>& addresses) {
  std::vector<std::string> result;
  result.reserve(addresses.size());
  for (const Address& address : addresses) result.push_back(address.str());
  probes::sort_unique(result);
  return result;
}

class DnsProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr ProbeInfo kInfo{"dns", "Names and addresses", kFacts, {}, 2};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    const std::string& host = target.base.host();
    probes::FactWriter<kFacts> out(evidence, Subject::host(host), session.now());
    const Result<Resolved>& resolved = session.resolve(host);
    if (!resolved) {
      out.rest_missing(resolved.error());
      return;
    }
    const std::string source = resolved->from_hosts_file ? "hosts file" : "DNS";
    const auto provenance = [&](const char* type, const std::vector<std::string>& values) {
      return probes::seen(fmt::format("{} {} {}", source, type, host), values.empty() ? "none" : values.front(),
                          fmt::format("dig +short {} {}", type, probes::shell_quote(host)));
    };
    std::vector<std::string> v4 = texts(resolved->v4);
    std::vector<std::string> v6 = texts(resolved->v6);
    out.put("dns.status", "ok", provenance("A", v4));
    Provenance seen_v4 = provenance("A", v4);
    Provenance seen_v6 = provenance("AAAA", v6);
    // One of the two questions can fail alone; an empty list would then claim what nobody saw.
    const Error unknown{ErrorCode::kResolverFailed, "no answer to this question"};
    if (resolved->v4_unknown) {
      out.missing("dns.ipv4", unknown, std::move(seen_v4));
    } else {
      out.put("dns.ipv4", std::move(v4), std::move(seen_v4));
    }
    if (resolved->v6_unknown) {
      out.missing("dns.ipv6", unknown, std::move(seen_v6));
    } else {
      out.put("dns.ipv6", std::move(v6), std::move(seen_v6));
    }
  }
};

}  // namespace

const Probe& dns_probe() noexcept {
  static const DnsProbe probe;
  return probe;
}

}  // namespace meetlat
