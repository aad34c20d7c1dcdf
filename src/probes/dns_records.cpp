// What the zone says of the host, validated with DNSSEC: is it signed, who may issue certificates, which certificate it
// promises (DANE), whose name servers answer.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/url.h"
#include "net/dns_question.h"
#include "net/rdata.h"
#include "probes/dns_facts.h"
#include "probes/owners.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostLevels = 8;  // names from the host upwards that are asked about

// "meet.example.org", "example.org", "org".
std::vector<std::string> climb(std::string_view host) {
  std::vector<std::string> names;
  while (names.size() < kMostLevels) {
    names.emplace_back(host);
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
  }
  return names;
}

Provenance at_record(std::string_view type, const std::string& name, std::string_view text) {
  return seen(fmt::format("DNS {} {}", type, name), text, fmt::format("dig +dnssec {} {}", type, shell_quote(name)));
}

Error bogus_error(const std::string& name, const DnsRecords& records) {
  return Error{ErrorCode::kResolverFailed, fmt::format("{}: bogus: {}", name, bogus_words(records.why_bogus))};
}

class ZoneSurvey {
 public:
  ZoneSurvey(const Target& target, Session& session, DnsWriter& out)
      : target_(target), host_(target.base.host()), session_(session), out_(out), names_(climb(host_)) {}

  void put_all(int type) {
    const Result<DnsRecords> address = std::move(session_.records(std::vector{DnsQuestion{host_, type}}).front());
    if (!address) {
      for (const DnsWriter::Ref fact :
           {DnsWriter::Ref("dns.dnssec"), DnsWriter::Ref("dns.dnssec.reason"),
            DnsWriter::Ref("dns.dnssec.validated_by"), DnsWriter::Ref("dns.caa"), DnsWriter::Ref("dns.caa.found_at"),
            DnsWriter::Ref("dns.caa.restricts"), DnsWriter::Ref("dns.caa.issuer"), DnsWriter::Ref("dns.tlsa"),
            DnsWriter::Ref("dns.dane"), DnsWriter::Ref("dns.https_records"), DnsWriter::Ref("dns.name_servers"),
            DnsWriter::Ref("dns.name_server_owners")}) {
        out_.missing(fact, address.error());
      }
      return;
    }
    ask();
    put_dnssec(*address, type == DnsType::kA ? "A" : "AAAA");
    put_caa();
    put_tlsa(address->trust);
    put_https();
    put_name_servers();
  }

 private:
  // Everything else at once.
  void ask() {
    std::vector<DnsQuestion> questions;
    const auto add = [&questions](std::string name, int type) {
      questions.push_back({std::move(name), type});
      return questions.size() - 1;
    };
    caa_ = questions.size();
    for (const std::string& name : names_) add(name, DnsType::kCaa);
    name_servers_ = questions.size();
    for (const std::string& name : names_) {
      add(name, DnsType::kNs);
      if (name == registrable_domain(host_)) break;  // those of a top-level domain say nothing of the host
    }
    name_server_count_ = questions.size() - name_servers_;
    tlsa_name_ = fmt::format("_{}._tcp.{}", target_.base.port(), host_);
    tlsa_ = add(tlsa_name_, DnsType::kTlsa);
    // RFC 9460 9.1: another port than 443 has a name of its own.
    https_name_ = target_.base.port() == 443 || !target_.base.is_https()
                      ? host_
                      : fmt::format("_{}._https.{}", target_.base.port(), host_);
    if (target_.is_instance()) https_ = add(https_name_, DnsType::kHttps);
    ds_ = add(registrable_domain(host_), DnsType::kDs);
    answers_ = session_.records(questions);
  }

  void put_dnssec(const DnsRecords& address, const char* type) {
    std::string word = "secure";
    std::string reason;
    if (address.trust == DnsTrust::kBogus) {
      word = "bogus";
      reason = bogus_words(address.why_bogus);
    } else if (address.trust == DnsTrust::kInsecure) {
      word = "insecure";
      reason = why_insecure(address);
    }
    Provenance seen = at_record(type, host_, reason.empty() ? word : word + ": " + reason);
    seen.check = fmt::format("delv {} {}", type, shell_quote(host_));
    out_.put("dns.dnssec", word, seen);
    out_.put("dns.dnssec.reason", std::move(reason), seen);
    out_.put("dns.dnssec.validated_by", excerpt(address.validated_by), std::move(seen));
  }

  // Where the chain of signatures ends.
  std::string why_insecure(const DnsRecords& address) {
    const std::string domain = registrable_domain(host_);
    const Result<DnsRecords>& own = answers_[ds_];
    const bool own_signed = own && own->trust == DnsTrust::kSecure && !own->rdata.empty();
    if (!own_signed || address.canonical.empty() || address.canonical == host_) return where_it_ends(domain, own);
    const std::string other = registrable_domain(address.canonical);
    const std::string alias = fmt::format("an alias of {}; ", excerpt(address.canonical, 100));
    if (other == domain) return alias + where_it_ends(domain, own);
    return alias + where_it_ends(other, session_.records(std::vector{DnsQuestion{other, DnsType::kDs}}).front());
  }

  static std::string where_it_ends(const std::string& domain, const Result<DnsRecords>& ds) {
    if (!ds || ds->trust == DnsTrust::kBogus) return "where the signatures end was not found out";
    if (ds->trust == DnsTrust::kInsecure) return fmt::format("the zone above {} is not signed", printable(domain));
    if (ds->rdata.empty()) return fmt::format("{} has no DS record in the zone above it", printable(domain));
    return fmt::format("{} is signed, but a zone or an alias below it is not, or its algorithm is unknown here",
                       printable(domain));
  }

  // RFC 8659 3: the first name upwards from the host that has CAA records decides.
  void put_caa() {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const Result<DnsRecords>& answer = answers_[caa_ + i];
      if (!answer || answer->trust == DnsTrust::kBogus) {
        const Error why = answer ? bogus_error(names_[i], *answer) : answer.error();
        return caa_missing(why);
      }
      if (!answer->rdata.empty()) return put_caa_at(names_[i], answer->rdata);
    }
    if (names_.back().find('.') != std::string::npos) {
      return caa_missing(Error{ErrorCode::kBudgetExhausted, fmt::format("nothing on {} levels", kMostLevels)});
    }
    const Provenance seen = at_record("CAA", host_, "none, nor at the names above");
    out_.put("dns.caa", std::vector<std::string>{}, seen);
    out_.put("dns.caa.found_at", "", seen);
    out_.put("dns.caa.restricts", false, seen);
    out_.missing("dns.caa.issuer", Error{ErrorCode::kNotAttempted, "there are no CAA records"});
  }

  // Authorities look when they issue, so a difference says that the next certificate will need another authority, or
  // that one is missing in our table's row; never that something was issued wrongly.
  void put_caa_issuer(const std::string& name, const std::vector<CaaRecord>& records, const Provenance& at) {
    const auto missing = [&](ErrorCode code, std::string why) {
      out_.missing("dns.caa.issuer", Error{code, std::move(why)}, at);
    };
    const Result<TlsHandshake>& shake = session_.handshake();
    if (!shake) return out_.missing("dns.caa.issuer", shake.error(), at);
    if (!shake->trusted || shake->chain.empty()) {
      return missing(ErrorCode::kNotAttempted, "the certificate is not trusted, so its issuer is anybody");
    }
    const CertificateInfo& leaf = shake->chain.front();
    const Result<std::vector<std::string>> own = caa_domains_of(leaf.issuer_organisation);
    if (!own) return out_.missing("dns.caa.issuer", own.error(), at);
    if (own->empty()) {
      return missing(ErrorCode::kNotUnderstood, fmt::format("it is not known by which names '{}' goes in CAA records",
                                                            excerpt(leaf.issuer_organisation, 60)));
    }
    const bool exact = std::ranges::find(leaf.names, host_) != leaf.names.end();
    const std::optional<std::vector<std::string>> allowed = caa_issuers(records, !exact);
    if (!allowed) return missing(ErrorCode::kNotAttempted, name + ": the CAA records do not limit who may issue");
    const bool named = std::ranges::any_of(
        *allowed, [&](const std::string& domain) { return std::ranges::find(*own, domain) != own->end(); });
    Provenance seen = at;
    seen.excerpt = excerpt(fmt::format("issued by {}; {}", leaf.issuer_organisation, at.excerpt), 200);
    out_.put("dns.caa.issuer", named ? "named" : "not-named", std::move(seen));
  }

  void caa_missing(const Error& why) {
    out_.missing("dns.caa.issuer", why);
    out_.missing("dns.caa", why);
    out_.missing("dns.caa.found_at", why);
    out_.missing("dns.caa.restricts", why);
  }

  void put_caa_at(const std::string& name, const std::vector<std::string>& rdata) {
    std::vector<std::string> texts;
    std::vector<CaaRecord> records;
    bool restricts = false;
    for (const std::string& bytes : rdata) {
      const std::optional<CaaRecord> record = caa_in_rdata(bytes);
      if (!record) continue;
      texts.push_back(to_string(*record));
      records.push_back(*record);
      const bool known = record->tag == "issue" || record->tag == "issuewild" || record->tag == "iodef";
      if (record->tag == "issue" || (record->critical && !known)) restricts = true;
    }
    if (texts.empty()) return caa_missing(Error{ErrorCode::kNotUnderstood, name + ": malformed CAA records"});
    sort_unique(texts);
    const Provenance seen = at_record("CAA", name, join(texts, " | "));
    out_.put("dns.caa", std::move(texts), seen);
    out_.put("dns.caa.found_at", name, seen);
    out_.put("dns.caa.restricts", restricts, seen);
    put_caa_issuer(name, records, seen);
  }

  void put_tlsa(DnsTrust address_trust) {
    const Result<DnsRecords>& answer = answers_[tlsa_];
    if (!target_.base.is_https() || !answer || answer->trust == DnsTrust::kBogus) {
      const Error why = !target_.base.is_https()
                            ? Error{ErrorCode::kNotAttempted, "the instance is listed with an http address"}
                        : answer ? bogus_error(tlsa_name_, *answer)
                                 : answer.error();
      out_.missing("dns.tlsa", why);
      out_.missing("dns.dane", why);
      return;
    }
    std::vector<std::string> texts;
    for (const std::string& bytes : answer->rdata) {
      if (const std::optional<TlsaRecord> record = tlsa_in_rdata(bytes)) texts.push_back(to_string(*record));
    }
    sort_unique(texts);
    const std::string shown = texts.empty() ? "none" : join(texts, " | ");
    const std::string first = texts.empty() ? "none" : texts.front();
    out_.put("dns.tlsa", std::move(texts), at_record("TLSA", tlsa_name_, shown));
    Provenance seen = at_record("TLSA", tlsa_name_, shown);
    if (answer->rdata.empty()) return out_.put("dns.dane", "none", std::move(seen));
    // RFC 7671 2.1 and RFC 7672 2.1.2: records that anybody could have put there promise nothing.
    if (answer->trust != DnsTrust::kSecure || address_trust != DnsTrust::kSecure) {
      return out_.put("dns.dane", "not-usable", std::move(seen));
    }
    const Result<DaneCheck> check = session_.dane(answer->rdata);
    if (!check) return out_.missing("dns.dane", check.error(), std::move(seen));
    seen.check = fmt::format("openssl s_client -connect {0}:{1} -dane_tlsa_domain {0} -dane_tlsa_rrdata {2}", host_,
                             target_.base.port(), shell_quote(first));
    if (!check->why_not.empty()) seen.excerpt = excerpt(check->why_not + ": " + seen.excerpt);
    out_.put("dns.dane", !check->usable ? "not-usable" : check->match ? "match" : "mismatch", std::move(seen));
  }

  void put_https() {
    if (!target_.is_instance()) {
      return out_.missing("dns.https_records", Error{ErrorCode::kNotAttempted, target_.id + " is no web server"});
    }
    const Result<DnsRecords>& answer = answers_[https_];
    if (!answer || answer->trust == DnsTrust::kBogus) {
      return out_.missing("dns.https_records", answer ? bogus_error(https_name_, *answer) : answer.error());
    }
    std::vector<std::string> texts;
    for (const std::string& bytes : answer->rdata) {
      if (std::string text = https_in_rdata(bytes); !text.empty()) texts.push_back(std::move(text));
    }
    Provenance seen = at_record("HTTPS", https_name_, texts.empty() ? "none" : texts.front());
    out_.put("dns.https_records", std::move(texts), std::move(seen));
  }

  // Of the lowest zone that the host is in.
  void put_name_servers() {
    for (std::size_t i = 0; i < name_server_count_; ++i) {
      const Result<DnsRecords>& answer = answers_[name_servers_ + i];
      if (!answer || answer->trust == DnsTrust::kBogus) {
        return name_servers_missing(answer ? bogus_error(names_[i], *answer) : answer.error());
      }
      std::vector<std::string> servers;
      std::vector<std::string> owners;
      for (const std::string& bytes : answer->rdata) {
        const std::optional<std::string> server = name_in_rdata(bytes);
        if (!server) continue;
        servers.push_back(*server);
        const DomainOwner* owner = owner_of_domain(*server);
        owners.push_back(owner == nullptr ? registrable_domain(*server) : owner->name);
      }
      if (servers.empty()) continue;
      sort_unique(servers);
      sort_unique(owners);
      const Provenance seen = at_record("NS", names_[i], join(servers, ", "));
      out_.put("dns.name_servers", std::move(servers), seen);
      out_.put("dns.name_server_owners", std::move(owners), seen);
      return;
    }
    name_servers_missing(Error{ErrorCode::kNotUnderstood, host_ + ": no name servers up to its registrable domain"});
  }

  void name_servers_missing(const Error& why) {
    out_.missing("dns.name_servers", why);
    out_.missing("dns.name_server_owners", why);
  }

  const Target& target_;
  const std::string& host_;
  Session& session_;
  DnsWriter& out_;
  const std::vector<std::string> names_;
  std::string tlsa_name_;
  std::string https_name_;
  std::size_t caa_ = 0;  // positions of the answers
  std::size_t name_servers_ = 0;
  std::size_t name_server_count_ = 0;
  std::size_t tlsa_ = 0;
  std::size_t https_ = 0;
  std::size_t ds_ = 0;
  std::vector<Result<DnsRecords>> answers_;
};

}  // namespace

// "validation failure <meet.example. A IN>: signature expired from 192.0.2.53 for key ..."
std::string bogus_words(std::string_view why) {
  const std::size_t question = why.find(">: ");
  if (question != std::string_view::npos) why.remove_prefix(question + 3);
  std::string text(why);
  for (std::size_t at = text.find(" from "); at != std::string::npos; at = text.find(" from ", at + 1)) {
    const std::size_t end = std::min(text.find(' ', at + 6), text.size());
    if (is_ip_literal(std::string_view(text).substr(at + 6, end - at - 6))) text.erase(at, end - at);
  }
  return excerpt(text, 200);
}

void put_validated(const Target& target, int type, Session& session, DnsWriter& out) {
  if (is_ip_literal(target.base.host())) return;  // an address has no records
  ZoneSurvey(target, session, out).put_all(type);
}

}  // namespace meetlat::probes
