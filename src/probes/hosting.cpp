// Where the addresses of an instance are registered, and whose networks they belong to. Web, signalling and STUN/TURN
// apart. Everything from local tables and reverse names: no service learns what is audited.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "base/url.h"
#include "net/geo.h"
#include "net/local_names.h"
#include "probes/fact_writer.h"
#include "probes/hosting_data.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{"hosting.country", "string", "country in which the address is registered, by a local table"},
    FactSpec{"hosting.reverse_names", "strings", "names that the network gives to the address (PTR); empty: none"},
    FactSpec{"hosting.network", "string", "network that announces the address, when the local table says so"},
    FactSpec{"hosting.web.countries", "strings", "countries in which addresses of the page's host are registered"},
    FactSpec{"hosting.signalling.countries", "strings", "the same of signalling hosts beside it; empty: none named"},
    FactSpec{"hosting.turn.countries", "strings", "the same of STUN and TURN hosts; empty: none named"},
    FactSpec{"hosting.eu_eea", "bool", "every address of the host itself is registered in the EU or EEA"},
    FactSpec{"hosting.outside_eu", "strings", "addresses of the host itself that are registered elsewhere"},
    FactSpec{"hosting.adequacy", "string",
             "what of European law holds there, at least: eea; decision (adequacy decision for the country); partial "
             "(for some recipients, as certified ones in the USA); none"},
    FactSpec{"hosting.data_date", "string", "date of the local table of countries (YYYY-MM-DD)"},
    FactSpec{"hosting.operators", "strings",
             "companies whose networks the host itself is in or behind, as far as told"},
    FactSpec{"hosting.big_tech", "strings",
             "those of Amazon, Google, Microsoft, Oracle, IBM, Alibaba, Tencent, Meta "
             "and Apple; not measured when nothing tells whose a network is"},
};
using Writer = probes::FactWriter<kFacts>;

constexpr std::size_t kMostHosts = 6;      // of signalling, and of STUN and TURN
constexpr std::size_t kMostAddresses = 8;  // of one host

struct Part {
  std::string_view role;  // "web", "signalling", "turn"
  std::string host;
  bool own = true;  // the target's own, by registrable domain or owner
};

// An address of a part, and what is known of it.
struct Seen {
  Part part;
  Address address;
  std::optional<std::string> country;  // none: not known, or the registration tells no place
  Error why{};                         // then
  probes::OperatorHit operated;
  std::string organisation;  // as the table of countries names the network; "": it does not
};

// Why something of a role is not known.
struct Gap {
  std::string_view role;
  bool own = true;
  Error why;
  bool unseen = false;  // not even an address is known
};

// Registries write these for blocks that are used in several countries.
bool is_region(std::string_view code) noexcept {
  return code == "EU" || code == "AP" || code == "XX" || code == "ZZ";
}

std::string whois(const Address& address) {
  return "whois " + address.str();
}

class Survey {
 public:
  Survey(const Target& target, Session& session, const Evidence& evidence, Writer& out)
      : own_(target.base.host()),
        session_(session),
        in_front_(evidence.text("http.intermediary")),
        out_(out),
        networks_(*probes::hosting_networks()),
        law_(*probes::jurisdictions()) {
    add_part({"web", own_, true});
    add_parts("signalling", evidence, "jitsi.signalling.hosts");
    // The server's list takes the place of the configuration's, where it was asked and answered.
    const std::span<const Fact> contacted = evidence.find("xmpp.ice.contacted");
    const bool confirmed = !contacted.empty() && contacted.front().measured();
    add_parts("turn", evidence, confirmed ? "xmpp.ice.contacted" : "jitsi.stun.hosts");
  }

  void put_all() {
    std::set<Address> told;  // STUN servers often have the address of the page
    for (const Seen& seen : seen_) {
      if (told.insert(seen.address).second) put_address(seen);
    }
    put_countries("hosting.web.countries", "web");
    put_countries("hosting.signalling.countries", "signalling");
    put_countries("hosting.turn.countries", "turn");
    put_law();
    put_operators();
    if (date_) {
      out_.put("hosting.data_date", format_date(date_->date), probes::seen(date_->source, {}, {}));
    } else {
      out_.missing("hosting.data_date", first_gap());
    }
    const Error nothing{ErrorCode::kNotAttempted, "no address is known"};
    out_.rest_missing(gaps_.empty() ? nothing : gaps_.front().why);
  }

 private:
  void add_parts(std::string_view role, const Evidence& evidence, std::string_view path) {
    std::vector<std::string> hosts;
    const std::span<const Fact> facts = evidence.find(path);
    if (facts.empty()) return;  // of a probe that was not asked
    if (!facts.front().measured()) {
      gaps_.push_back({role, true, facts.front().value.error(), true});
      return;
    }
    const auto* list = std::get_if<std::vector<std::string>>(&*facts.front().value);
    for (const std::string& host : list == nullptr ? std::vector<std::string>{} : *list) {
      hosts.push_back(probes::ice_server_host(host));
    }
    probes::sort_unique(hosts);
    if (hosts.size() > kMostHosts) {
      gaps_.push_back({role, true, Error{ErrorCode::kBudgetExhausted, fmt::format("{} hosts", hosts.size())}, true});
      hosts.resize(kMostHosts);
    }
    for (const std::string& host : hosts) {
      if (host.empty() || (host == own_ && role == "signalling")) continue;
      add_part({role, host, probes::same_owner(host, own_)});
    }
  }

  // An instance that only a hosts file of this side knows is nobody else's business: the public name servers are not
  // asked about its neighbours either.
  bool may_look_up(const std::string& host) {
    const Result<Resolved>& own = session_.resolve(own_);
    return host == own_ || !own || !own->from_hosts_file || is_special_use_name(host) || is_ip_literal(host);
  }

  void add_part(const Part& part) {
    if (!may_look_up(part.host)) {
      gaps_.push_back({part.role, part.own,
                       Error{ErrorCode::kNotAttempted, fmt::format("{} is not in the hosts file", part.host)}, true});
      return;
    }
    const Result<Resolved>& resolved = session_.resolve(part.host);
    if (!resolved) {
      gaps_.push_back({part.role, part.own, resolved.error(), true});
      return;
    }
    if (resolved->v4_unknown) gaps_.push_back({part.role, part.own, *resolved->v4_unknown, true});
    if (resolved->v6_unknown) gaps_.push_back({part.role, part.own, *resolved->v6_unknown, true});
    std::vector<Address> addresses = resolved->v4;
    addresses.insert(addresses.end(), resolved->v6.begin(), resolved->v6.end());
    addresses.resize(std::min(addresses.size(), kMostAddresses));
    for (const Address& address : addresses) add_address(part, address);
  }

  void add_address(const Part& part, const Address& address) {
    Seen seen{part, address, {}, {}, {}, {}};
    const Result<Place> place = session_.place(address);
    const Result<std::vector<std::string>>& names = session_.reverse(address);
    if (place) {
      if (!date_) date_ = *place;
      seen.organisation = place->as_number == 0 && place->as_organisation.empty()
                              ? std::string()
                              : fmt::format("AS{} {}", place->as_number, place->as_organisation);
    }
    seen.operated = networks_.match(address, place ? place->as_number : 0, names ? *names : std::vector<std::string>{});
    if (behind(part)) {
      seen.why = {ErrorCode::kNotAttempted,
                  fmt::format("{} stands in front, and {} is its address", in_front_, address.str())};
    } else if (seen.operated.owner != nullptr && seen.operated.owner->worldwide) {
      seen.why = {ErrorCode::kNotUnderstood, fmt::format("{}, whose addresses are used all over the world ({})",
                                                         seen.operated.owner->name, seen.operated.what)};
    } else if (!place) {
      seen.why = place.error();
    } else if (is_region(place->country)) {
      seen.why = {ErrorCode::kNotUnderstood,
                  fmt::format("{} is registered for a region ({}), not for a country", address.str(), place->country)};
    } else if (place->country == "US" && seen.organisation.empty() && (!names || names->empty())) {
      // Large clouds register the addresses of all their data centres in the US, and not all give them names.
      seen.why = {ErrorCode::kNotUnderstood,
                  fmt::format("{} is registered in the US, and nothing tells whose network it is: clouds register "
                              "addresses there that they use elsewhere",
                              address.str())};
    } else {
      seen.country = place->country;
    }
    if (!seen.country) gaps_.push_back({part.role, part.own, seen.why, false});
    seen_.push_back(std::move(seen));
  }

  // Is this the address of somebody who stands in front?
  bool behind(const Part& part) const noexcept { return !in_front_.empty() && part.host == own_; }

  void put_address(const Seen& seen) {
    const Subject subject = Subject::address(seen.address.str());
    const Result<Place> place = session_.place(seen.address);
    const std::string where = place ? fmt::format("{} of {}", place->source, format_date(place->date)) : std::string();
    const Provenance told =
        probes::seen(where, fmt::format("{} {}", seen.part.role, seen.part.host), whois(seen.address));
    if (seen.country) {
      out_.put_about("hosting.country", subject, Value(*seen.country), told);
    } else {
      out_.missing_about("hosting.country", subject, seen.why, told);
    }
    const std::string dig = "dig +short -x " + seen.address.str();
    const Result<std::vector<std::string>>& names = session_.reverse(seen.address);
    if (names) {
      out_.put_about("hosting.reverse_names", subject, Value(*names),
                     probes::seen("PTR of " + seen.address.str(), join(*names, ", "), dig));
    } else {
      out_.missing_about("hosting.reverse_names", subject, names.error(), probes::seen("", "", dig));
    }
    if (seen.organisation.empty()) {
      out_.missing_about("hosting.network", subject,
                         Error{ErrorCode::kNotFound, "the table of countries names no networks; --geo takes others"});
    } else {
      out_.put_about("hosting.network", subject, Value(seen.organisation), told);
    }
  }

  // The first reason of a role (every role: "") that something is not known; nullptr: nothing is missing.
  const Gap* gap_of(std::string_view role, bool own_only) const noexcept {
    for (const Gap& gap : gaps_) {
      if ((role.empty() || gap.role == role) && (gap.own || !own_only)) return &gap;
    }
    return nullptr;
  }
  Error first_gap() const {
    return gaps_.empty() ? Error{ErrorCode::kNotAttempted, "no address is known"} : gaps_.front().why;
  }

  std::string table_words() const {
    return date_ ? fmt::format("{} of {}: where blocks of addresses are registered", date_->source,
                               format_date(date_->date))
                 : std::string();
  }

  void put_countries(Writer::Ref fact, std::string_view role) {
    std::vector<std::string> countries;
    std::vector<std::string> trail;
    for (const Seen& seen : seen_) {
      if (seen.part.role != role || !seen.country) continue;
      countries.push_back(*seen.country);
      trail.push_back(fmt::format("{} {}: {}", seen.part.host, seen.address.str(), *seen.country));
    }
    probes::sort_unique(countries);
    const Provenance told = probes::seen(table_words(), join(trail, ", "), {});
    if (const Gap* gap = gap_of(role, false)) {
      out_.missing(fact, gap->why, told);
    } else {
      out_.put(fact, std::move(countries), told);
    }
  }

  void put_law() {
    std::vector<std::string> outside;
    probes::Protection least = probes::Protection::kEea;
    std::vector<std::string> decisions;
    std::optional<Error> law_unknown;
    std::string check;
    for (const Seen& seen : seen_) {
      if (!seen.country || !seen.part.own || law_.in_eea(*seen.country)) continue;
      outside.push_back(fmt::format("{} {} is registered in {}", seen.part.role, seen.address.str(), *seen.country));
      if (check.empty()) check = whois(seen.address);
      const Result<probes::Protection> protection = law_.protection(*seen.country, session_.now());
      if (!protection) {
        law_unknown = protection.error();
        continue;
      }
      least = std::max(least, *protection);
      if (const std::string words = law_.decision_words(*seen.country); !words.empty()) decisions.push_back(words);
    }
    probes::sort_unique(outside);
    probes::sort_unique(decisions);
    const Provenance told = probes::seen(table_words(), join(outside, ", "), check);
    const Gap* gap = gap_of("", true);
    if (outside.empty() && gap != nullptr) {
      // Of what is known nothing lies outside, but something is not known.
      for (const Writer::Ref fact :
           {Writer::Ref("hosting.eu_eea"), Writer::Ref("hosting.outside_eu"), Writer::Ref("hosting.adequacy")}) {
        out_.missing(fact, gap->why, told);
      }
      return;
    }
    out_.put("hosting.eu_eea", outside.empty(), told);
    out_.put("hosting.outside_eu", outside, told);
    if (law_unknown || (gap != nullptr && least != probes::Protection::kNone)) {
      out_.missing("hosting.adequacy", law_unknown ? *law_unknown : gap->why, told);
      return;
    }
    constexpr std::array<std::string_view, 4> kWords{"eea", "decision", "partial", "none"};
    out_.put("hosting.adequacy", kWords[static_cast<std::size_t>(least)],
             probes::seen(table_words(), decisions.empty() ? join(outside, ", ") : join(decisions, "; "), check));
  }

  void put_operators() {
    std::vector<std::string> all;
    std::vector<std::string> big;
    std::vector<std::string> evidence;
    std::vector<std::string> big_evidence;
    std::string unknown;
    const auto add = [&](const std::string& name, std::string_view role, bool is_big, const std::string& what) {
      const std::string text = fmt::format("{} ({})", name, role);
      all.push_back(text);
      evidence.push_back(what);
      if (is_big) big.push_back(text);
      if (is_big) big_evidence.push_back(what);
    };
    if (!in_front_.empty()) {
      const probes::NetworkOperator* owner = networks_.in_front(in_front_);
      add(owner == nullptr ? in_front_ : owner->name, "in front", owner != nullptr && owner->big_tech,
          in_front_ + " ends TLS");
      unknown = "what stands behind " + in_front_;
    }
    for (const Seen& seen : seen_) {
      if (!seen.part.own || behind(seen.part)) continue;
      if (seen.operated.owner != nullptr) {
        add(seen.operated.owner->name, seen.part.role, seen.operated.owner->big_tech, seen.operated.what);
      } else if (!seen.organisation.empty()) {
        add(seen.organisation, seen.part.role, false, seen.address.str() + " by the local table");
      } else if (unknown.empty()) {
        unknown = "the network of " + seen.address.str();
      }
    }
    const Gap* gap = nullptr;
    for (const Gap& each : gaps_) {
      if (gap == nullptr && each.own && each.unseen) gap = &each;
    }
    for (std::vector<std::string>* list : {&all, &big, &evidence, &big_evidence}) probes::sort_unique(*list);
    const Error nobody =
        gap != nullptr ? gap->why : Error{ErrorCode::kNotUnderstood, "nothing tells whose is " + unknown};
    put_list("hosting.operators", std::move(all), evidence, unknown.empty() && gap == nullptr, nobody);
    put_list("hosting.big_tech", std::move(big), big_evidence, unknown.empty() && gap == nullptr, nobody);
  }

  // What was found counts even when there may be more; nothing found counts only when everything is known.
  void put_list(Writer::Ref fact, std::vector<std::string> values, const std::vector<std::string>& evidence,
                bool complete, const Error& why) {
    Provenance told = probes::seen("reverse names, published ranges and local tables", join(evidence, ", "), {});
    if (values.empty() && !complete) {
      out_.missing(fact, why, std::move(told));
    } else {
      out_.put(fact, std::move(values), std::move(told));
    }
  }

  const std::string own_;
  Session& session_;
  const std::string in_front_;
  Writer& out_;
  const probes::NetworkTable& networks_;
  const probes::Jurisdictions& law_;
  std::vector<Seen> seen_;
  std::vector<Gap> gaps_;
  std::optional<Place> date_;  // of the first address that the table knows
};

class HostingProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 4> kAfter{"dns", "http", "jitsi", "xmpp"};
    // Questions to name servers only: names of 13 hosts, and of 12 addresses.
    static constexpr ProbeInfo kInfo{"hosting", "Hosting", kFacts, kAfter, 25};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    Writer out(evidence, Subject::target(), session.now());
    for (const Error* broken : {probes::hosting_networks() ? nullptr : &probes::hosting_networks().error(),
                                probes::jurisdictions() ? nullptr : &probes::jurisdictions().error()}) {
      if (broken != nullptr) return out.rest_missing(*broken);
    }
    Survey(target, session, evidence, out).put_all();
  }
};

}  // namespace

const Probe& hosting_probe() noexcept {
  static const HostingProbe probe;
  return probe;
}

}  // namespace meetlat
