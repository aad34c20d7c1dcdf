// What a handshake shows beyond the leaf: the chain, who logged the certificate, whether it is revoked, tickets.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "probes/support.h"
#include "probes/tls_facts.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMaxName = 300;
constexpr int kEnoughOperators = 2;  // Chrome's and Apple's policies ask for logs of two operators

// Days that the Baseline Requirements of the CA/Browser Forum (6.3.2) allow a certificate issued since then; the first
// by ballots 193 and SC-31, the others by ballot SC-081v3.
struct LifetimeLimit {
  std::string_view since;
  std::int64_t days;
};
constexpr std::array<LifetimeLimit, 5> kLifetimeLimits{{{"2029-03-15T00:00:00Z", 47},
                                                        {"2027-03-15T00:00:00Z", 100},
                                                        {"2026-03-15T00:00:00Z", 200},
                                                        {"2020-09-01T00:00:00Z", 398},
                                                        {"2018-03-01T00:00:00Z", 825}}};
constexpr std::int64_t kOldestLimit = std::int64_t{39} * 31;  // 39 months, since 2015-04-01

std::int64_t lifetime_days(const CertificateInfo& certificate) {
  using namespace std::chrono;
  // Both ends belong to it, and a begun day counts as one.
  const auto length = certificate.not_after - certificate.not_before + seconds{1};
  return std::max<std::int64_t>(0, ceil<days>(length).count());
}

std::int64_t lifetime_limit(Instant issued) {
  for (const LifetimeLimit& limit : kLifetimeLimits) {
    if (const Result<Instant> since = parse_instant(limit.since); since && issued >= *since) return limit.days;
  }
  return kOldestLimit;
}

std::string short_name(const std::string& name) {
  return excerpt(name, kMaxName);
}

std::vector<std::string> excerpts(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) out.push_back(short_name(text));
  return out;
}

class ChainFacts {
 public:
  ChainFacts(const TlsHandshake& tls, const Target& target, Session& session, TlsWriter& out)
      : tls_(tls),
        target_(target),
        out_(out),
        leaf_(tls.chain.front()),
        when_(tls.at == Instant{} ? session.now() : tls.at) {}

  void put_leaf() {
    out_.put("tls.certificate.self_signed", leaf_.self_signed, seen_leaf(leaf_.issuer));
    out_.put("tls.certificate.validation", leaf_.validation, seen_leaf(leaf_.issuer));
    out_.put("tls.certificate.issuer_organisation", leaf_.issuer_organisation, seen_leaf(leaf_.issuer));
    out_.put("tls.certificate.issuer_country", excerpt(leaf_.issuer_country, 20), seen_leaf(leaf_.issuer));
    const std::int64_t days = lifetime_days(leaf_);
    const std::string dates =
        fmt::format("{} to {}", format_instant(leaf_.not_before), format_instant(leaf_.not_after));
    out_.put("tls.certificate.lifetime_days", days, seen_leaf(dates));
    const std::int64_t allowed = lifetime_limit(leaf_.not_before);
    out_.put("tls.certificate.lifetime_excess", std::max<std::int64_t>(0, days - allowed),
             seen_leaf(fmt::format("{} days, {} allowed", days, allowed)));
    out_.put("tls.certificate.must_staple", leaf_.must_staple, seen_leaf({}));
    out_.put("tls.certificate.ocsp_urls", leaf_.ocsp_urls, seen_leaf({}));
    out_.put("tls.certificate.crl_urls", leaf_.crl_urls, seen_leaf({}));
  }

  void put_chain() {
    std::vector<std::string> lines;
    for (const CertificateInfo& one : tls_.chain) {
      lines.push_back(fmt::format("{}, issued by {}; {}; {}; until {}", short_name(one.subject), short_name(one.issuer),
                                  key_text(one), one.signature, format_date(one.not_after)));
    }
    out_.put("tls.chain.certificates", std::move(lines), seen_chain({}));
    if (!tls_.links) {
      return missing_all({"tls.chain.anchor", "tls.chain.missing_issuer", "tls.chain.ordered", "tls.chain.root_sent",
                          "tls.chain.superfluous", "tls.chain.key_strength", "tls.chain.weakest_key",
                          "tls.chain.signature_strength", "tls.chain.weakest_signature", "tls.chain.days_left",
                          "tls.chain.first_to_end"});
    }
    const ChainInfo& links = *tls_.links;
    out_.put("tls.chain.ordered", links.ordered, seen_chain({}));
    out_.put("tls.chain.root_sent", links.root_sent, seen_chain({}));
    out_.put("tls.chain.superfluous", excerpts(links.superfluous), seen_chain(join(links.superfluous, ", ")));
    if (links.anchor == ChainInfo::Anchor::kUnclear) {
      out_.missing("tls.chain.anchor", {ErrorCode::kNotUnderstood, "no path could be built from what was sent"});
    } else {
      out_.put("tls.chain.anchor", to_string(links.anchor), seen_chain(tls_.trust_error));
    }
    out_.put("tls.chain.missing_issuer", short_name(links.missing_issuer), seen_chain(tls_.trust_error));
    const std::vector<CertificateInfo>& path = links.path.empty() ? tls_.chain : links.path;
    put_end(path);
    put_keys(path);
    put_signatures(path);
  }

  void put_timestamps() {
    if (!tls_.scts) {
      return missing_all({"tls.sct.list", "tls.sct.operators", "tls.sct.operator_count", "tls.sct.invalid"});
    }
    std::vector<std::string> lines;
    std::set<std::string> operators;
    int invalid = 0;
    std::size_t open = tls_.scts->left_out;
    for (const SctInfo& sct : tls_.scts->all) {
      lines.push_back(line_of(sct));
      if (sct.status == SctInfo::Status::kValid && sct.accepted) operators.insert(sct.log_operator);
      if (sct.status == SctInfo::Status::kInvalid || sct.status == SctInfo::Status::kFuture) ++invalid;
      if (sct.status == SctInfo::Status::kUnknownLog || sct.status == SctInfo::Status::kUnchecked ||
          sct.status == SctInfo::Status::kUnsupported) {
        ++open;
      }
    }
    const std::string all = join(lines, "; ");
    const auto count = static_cast<std::int64_t>(operators.size());
    out_.put("tls.sct.list", std::move(lines), seen_sct(all));
    out_.put("tls.sct.invalid", invalid, seen_sct(all));
    if (!tls_.scts->no_table.empty()) {
      out_.missing("tls.sct.operators", {ErrorCode::kDataTooOld, tls_.scts->no_table}, seen_sct(all));
      out_.missing("tls.sct.operator_count", {ErrorCode::kDataTooOld, tls_.scts->no_table}, seen_sct(all));
      return;
    }
    out_.put("tls.sct.operators", std::vector<std::string>(operators.begin(), operators.end()), seen_sct(all));
    if (count < kEnoughOperators && !tls_.scts->malformed.empty()) {
      out_.missing("tls.sct.operator_count",
                   {ErrorCode::kNotUnderstood, "timestamps could not be read: " + tls_.scts->malformed}, seen_sct(all));
    } else if (count < kEnoughOperators && open > 0) {
      out_.missing(
          "tls.sct.operator_count",
          {ErrorCode::kNotUnderstood, fmt::format("{} of {} timestamps cannot be attributed with the table of {}", open,
                                                  tls_.scts->all.size() + tls_.scts->left_out, tls_.scts->table_date)},
          seen_sct(all));
    } else {
      out_.put("tls.sct.operator_count", count, seen_sct(all));
    }
  }

  void put_staple() {
    if (!tls_.staple) {
      return missing_all(
          {"tls.staple.status", "tls.staple.reason", "tls.staple.this_update", "tls.staple.next_update"});
    }
    const StapleInfo& staple = *tls_.staple;
    const auto seen_staple = [&] { return seen(tls_.peer, staple.reason, s_client(target_, " -status"), tls_.at); };
    const auto date = [](Instant at) { return at == Instant{} ? std::string() : format_instant(at); };
    if (staple.status == StapleInfo::Status::kUnchecked) {
      out_.missing("tls.staple.status", {ErrorCode::kNotUnderstood, staple.reason}, seen_staple());
    } else {
      out_.put("tls.staple.status", to_string(staple.status), seen_staple());
    }
    out_.put("tls.staple.reason", printable(staple.reason), seen_staple());
    out_.put("tls.staple.this_update", date(staple.this_update), seen_staple());
    out_.put("tls.staple.next_update", date(staple.next_update), seen_staple());
  }

  void put_session() {
    const auto at_peer = [&](std::string_view text) { return seen(tls_.peer, text, s_client(target_), tls_.at); };
    out_.put("tls.session.extended_master_secret", tls_.extended_master_secret, at_peer(tls_.version));
    if (!tls_.tickets) {
      const Error unsure{ErrorCode::kNotUnderstood,
                         "no ticket came, but some servers send them only with their first answer"};
      out_.missing("tls.session.tickets", unsure);
      out_.missing("tls.session.ticket_lifetime", unsure);
      out_.missing("tls.session.early_data", unsure);
      return;
    }
    const TicketInfo& tickets = *tls_.tickets;
    const std::string words = tickets.count == 0 ? std::string("no ticket")
                                                 : fmt::format("a ticket for {} s, early data up to {} bytes",
                                                               tickets.lifetime, tickets.max_early_data);
    out_.put("tls.session.tickets", tickets.count > 0, at_peer(words));
    out_.put("tls.session.ticket_lifetime", tickets.lifetime, at_peer(words));
    out_.put("tls.session.early_data", tickets.max_early_data > 0, at_peer(words));
  }

 private:
  void missing_all(std::initializer_list<TlsWriter::Ref> facts) {
    const Error why{ErrorCode::kNotAttempted, "the handshake was not looked at so closely"};
    for (const TlsWriter::Ref fact : facts) out_.missing(fact, why);
  }
  Provenance seen_leaf(std::string_view text) const {
    return seen(tls_.peer, text, s_client(target_) + " | openssl x509 -noout -text", tls_.at);
  }
  Provenance seen_chain(std::string_view text) const {
    return seen(tls_.peer, text, s_client(target_, " -showcerts"), tls_.at);
  }
  Provenance seen_sct(std::string_view text) const { return seen(tls_.peer, text, s_client(target_, " -ct"), tls_.at); }

  static std::string line_of(const SctInfo& sct) {
    if (sct.status == SctInfo::Status::kUnsupported && sct.log_id.empty()) {
      return fmt::format("{}: {}", to_string(sct.source), to_string(sct.status));
    }
    const std::string log = sct.log.empty()
                                ? "log " + sct.log_id
                                : fmt::format("{} ({})", excerpt(sct.log, 100), excerpt(sct.log_operator, 60));
    const bool refused = sct.status == SctInfo::Status::kValid && !sct.accepted;
    return fmt::format("{}: {}, {}, {}{}", to_string(sct.source), log, format_instant(sct.at), to_string(sct.status),
                       refused ? ", of a log that browsers do not accept" : "");
  }

  void put_end(const std::vector<CertificateInfo>& path) {
    const auto first =
        std::min_element(path.begin(), path.end(),
                         [](const CertificateInfo& a, const CertificateInfo& b) { return a.not_after < b.not_after; });
    const std::string which = fmt::format("{}, until {}", short_name(first->subject), format_instant(first->not_after));
    out_.put("tls.chain.days_left", static_cast<std::int64_t>(days_between(when_, first->not_after)),
             seen_chain(which));
    out_.put("tls.chain.first_to_end", which, seen_chain(which));
  }

  void put_keys(const std::vector<CertificateInfo>& path) {
    // The root above others is the visitor's own; an operator can choose no other key for it.
    const auto end = path.size() > 1 && path.back().self_signed ? path.end() - 1 : path.end();
    const auto weakest = std::min_element(path.begin(), end, [](const CertificateInfo& a, const CertificateInfo& b) {
      return a.key_strength < b.key_strength;
    });
    const std::string which = fmt::format("{} of {}", key_text(*weakest), short_name(weakest->subject));
    out_.put("tls.chain.weakest_key", which, seen_chain(which));
    if (weakest->key_strength <= 0) {
      out_.missing("tls.chain.key_strength", {ErrorCode::kNotUnderstood, "a key of unknown kind: " + which});
    } else {
      out_.put("tls.chain.key_strength", weakest->key_strength, seen_chain(which));
    }
  }

  void put_signatures(const std::vector<CertificateInfo>& path) {
    const CertificateInfo* weakest = nullptr;
    for (const CertificateInfo& one : path) {
      // What a root says of itself proves nothing, and nobody relies on it.
      if (one.self_signed) continue;
      if (weakest == nullptr || one.signature_strength < weakest->signature_strength) weakest = &one;
    }
    if (weakest == nullptr) {
      const Error nobody{ErrorCode::kNotAttempted, "no certificate of the chain is signed by another one"};
      out_.missing("tls.chain.signature_strength", nobody);
      out_.missing("tls.chain.weakest_signature", nobody);
      return;
    }
    const std::string which = fmt::format("{} of {}", weakest->signature, short_name(weakest->subject));
    out_.put("tls.chain.weakest_signature", which, seen_chain(which));
    if (weakest->signature_strength <= 0) {
      out_.missing("tls.chain.signature_strength",
                   {ErrorCode::kNotUnderstood, "a signature of unknown kind: " + which});
    } else {
      out_.put("tls.chain.signature_strength", weakest->signature_strength, seen_chain(which));
    }
  }

  const TlsHandshake& tls_;
  const Target& target_;
  TlsWriter& out_;
  const CertificateInfo& leaf_;
  const Instant when_;
};

}  // namespace

void put_chain_facts(const TlsHandshake& tls, const Target& target, Session& session, TlsWriter& out) {
  ChainFacts facts(tls, target, session, out);
  facts.put_leaf();
  facts.put_chain();
  facts.put_timestamps();
  facts.put_staple();
  facts.put_session();
}

}  // namespace meetlat::probes
