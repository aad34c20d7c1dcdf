// The facts of the DNS probe and what its parts share: dns.cpp (addresses), dns_records.cpp (everything that is
// validated).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/rdata.h"
#include "net/session.h"
#include "probes/fact_writer.h"

namespace meetlat::probes {

inline constexpr std::array kDnsFacts{
    FactSpec{"dns.ipv4", "strings", "IPv4 addresses of the host"},
    FactSpec{"dns.ipv6", "strings", "IPv6 addresses of the host; empty: there are none"},
    FactSpec{"dns.status", "string", "\"ok\": the name has at least one address"},
    FactSpec{
        "dns.ipv6.reachable", "bool",
        "the host answers at its first IPv6 address; not measured without IPv6 on this side, or when nothing came"},
    FactSpec{"dns.dnssec", "string",
             "secure: signed, and the signatures lead to the trust anchor; insecure: proved to be unsigned; bogus: the "
             "signatures are wrong or missing where they should be"},
    FactSpec{"dns.dnssec.reason", "string",
             "why it is insecure or bogus, as far as that can be told; \"\" when secure"},
    FactSpec{"dns.dnssec.validated_by", "string", "who validated, from which trust anchor, through which name server"},
    FactSpec{"dns.caa", "strings",
             "the CAA records that hold for the host (RFC 8659); empty: none up to the top level"},
    FactSpec{"dns.caa.found_at", "string", "the name at which they stand, the host or one above it; \"\": none"},
    FactSpec{"dns.caa.restricts", "bool", "they limit who may issue a certificate for exactly this host"},
    FactSpec{"dns.caa.issuer", "string",
             "do they name the authority that issued the certificate: named, not-named (it was issued before they said "
             "so, or the authority answers to another name); not measured when they limit nobody, or when it is not "
             "known by which names the authority goes"},
    FactSpec{"dns.tlsa", "strings", "TLSA records of the web port (RFC 6698); empty: none"},
    FactSpec{"dns.dane", "string",
             "do they agree with the certificates that were served: match, mismatch, none (no records), not-usable "
             "(without DNSSEC, or with parameters that nobody knows)"},
    FactSpec{"dns.https_records", "strings", "HTTPS records of the host (RFC 9460); empty: none"},
    FactSpec{"dns.name_servers", "strings", "name servers of the zone that the host is in"},
    FactSpec{"dns.name_server_owners", "strings",
             "whose they are: a company by the table of owners, or the domain that their names are in; they see which "
             "resolvers ask for the host"},
};
using DnsWriter = FactWriter<kDnsFacts>;

// Why an answer is bogus, in libunbound's words without the question, which is known, and the name server's address,
// which is this side's affair.
std::string bogus_words(std::string_view why);

// The domains by which a certificate authority goes in CAA records (data/tls/authorities.tsv); `organisation` is O of
// the issuer's name. Empty: not known. An error that names the file when it cannot be read. Read once.
Result<std::vector<std::string>> caa_domains_of(std::string_view organisation);
// The domains that records let issue for a name: of "issuewild" when there are such and `wildcard`, else of "issue". An
// empty one lets nobody. nullopt: nothing limits it, or a critical property that nobody here knows leaves it open.
std::optional<std::vector<std::string>> caa_issuers(const std::vector<CaaRecord>& records, bool wildcard);

// Everything that is asked with validation, about the target's host. `type` is that of an address record it has.
void put_validated(const Target& target, int type, Session& session, DnsWriter& out);

}  // namespace meetlat::probes
