#include "report/view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "report/layout.h"
#include "report/mask.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongestName = 120;
constexpr std::string_view kUnknown = "?";

struct Words {
  std::string_view value;
  std::string_view shown;
};

template <std::size_t N>
std::string words(const std::array<Words, N>& table, std::string_view value) {
  for (const Words& row : table) {
    if (row.value == value) return std::string(row.shown);
  }
  return std::string(kUnknown);
}

constexpr std::array kMayStart = {Words{"open", "no login"}, Words{"account-to-create", "account"},
                                  Words{"account", "members"}, Words{"token", "token"}};

constexpr std::array kE2ee = {Words{"available", "switch"}, Words{"available-outdated-format", "old format"},
                              Words{"hidden", "hidden"},    Words{"external-key-only", "no"},
                              Words{"disabled", "no"},      Words{"blocked-by-csp", "no"},
                              Words{"not-supported", "no"}};

constexpr std::array kPolicy = {Words{"own", "yes"}, Words{"unsure", "unsure"}, Words{"not-found", "not found"},
                                Words{"someone-elses", "other's"}};

std::string policy_words(const Evidence& evidence) {
  const std::string shown = words(kPolicy, evidence.text("policy.verdict"));
  const bool pdf = icontains(evidence.text("policy.media_type"), "pdf");
  return shown == "yes" && pdf ? "pdf" : shown;
}

// Where other parties come from, the one that sees most first.
struct Source {
  std::string_view fact;
  std::string_view way;
};
constexpr std::array kSources = {
    Source{"http.intermediary", "in front"},    Source{"jitsi.signalling.third_party", "signalling"},
    Source{"jitsi.login.third_party", "login"}, Source{"jitsi.analytics", "analytics"},
    Source{"jitsi.stun.third_party", "STUN"},   Source{"parties.loaded", "page"},
    Source{"jitsi.avatars.third_party", "avatars"},
};

// "stun.example.org:19302", "https://x.example.org/a.js" or "Matomo at x.example.org" as the name of a party. Empty
// when that is the audited site itself.
std::string party_name(std::string_view seen, const std::string& own_host) {
  std::string_view label;
  std::string_view place = trim(seen);
  if (const std::size_t at = place.find(" at "); at != std::string_view::npos) {
    label = place.substr(0, at);
    place = place.substr(at + 4);
  } else if (place.starts_with("script ")) {
    place.remove_prefix(7);
  }
  if (const std::size_t scheme = place.find("://"); scheme != std::string_view::npos) place.remove_prefix(scheme + 3);
  const std::string_view name = trim(place);
  if (place.find(' ') != std::string_view::npos || place.find('.') == std::string_view::npos) {
    return clean(seen, kLongestName);  // a product's name
  }
  const std::size_t end = name.find_first_of(name.starts_with('[') ? "/?" : "/?:");
  const auto host = normalise_host(name.substr(0, end));
  if (!host) return clean(name, kLongestName);
  if (!own_host.empty() && same_site(*host, own_host)) return {};
  const std::string site = display_host(registrable_domain(*host));
  return label.empty() ? site : clean(label, kLongestName) + " at " + site;
}

void add_party(std::vector<OtherParty>& parties, const std::string& name, std::string_view way) {
  if (name.empty()) return;
  const auto same = [&](const OtherParty& party) { return party.name == name; };
  auto party = std::find_if(parties.begin(), parties.end(), same);
  if (party == parties.end()) party = parties.insert(parties.end(), OtherParty{name, {}});
  if (std::find(party->ways.begin(), party->ways.end(), way) == party->ways.end()) party->ways.emplace_back(way);
}

// What the server's answer confirms or clears says more than what the configuration makes possible; so does a server
// that was asked and leaves it open.
std::string_view fact_for(const Source& source, const Evidence& evidence) {
  constexpr std::string_view kConfirmed = "xmpp.ice.contacted_third_party";
  const bool stun = source.fact == "jitsi.stun.third_party";
  const bool asked = evidence.get<std::vector<std::string>>(kConfirmed) != nullptr ||
                     evidence.get<bool>("xmpp.ice.announced") != nullptr;
  return stun && asked ? kConfirmed : source.fact;
}

void find_others(const HostReport& host, HostView& view) {
  constexpr std::size_t kMostParties = 50;
  view.others_complete = true;
  for (const Source& source : kSources) {
    bool measured = false;
    for (const Fact& fact : host.evidence.find(fact_for(source, host.evidence))) {
      if (!fact.measured()) continue;
      measured = true;
      const auto* one = std::get_if<std::string>(&*fact.value);
      const auto* many = std::get_if<std::vector<std::string>>(&*fact.value);
      if (one != nullptr && !one->empty()) add_party(view.others, clean(*one, kLongestName), source.way);
      if (many == nullptr) continue;
      for (const std::string& seen : *many) {
        if (view.others.size() >= kMostParties) break;
        add_party(view.others, party_name(seen, host.target.base.host()), source.way);
      }
    }
    view.others_complete = view.others_complete && measured;
  }
}

// "stun.example.org:19302" -> stun.example.org, example.org, example, and whose it is; "Matomo at x.example.org" ->
// Matomo too.
void add_names(std::string_view seen, const HostReport& host, std::vector<std::string>& names) {
  const std::string name = party_name(seen, host.target.base.host());
  if (name.empty()) return;  // the site itself
  names.push_back(name);
  const std::size_t at = name.find(" at ");
  if (at != std::string::npos) names.push_back(name.substr(0, at));
  const std::string site = at == std::string::npos ? name : name.substr(at + 4);
  if (at != std::string::npos) names.push_back(site);
  if (const std::size_t dot = site.find('.'); dot != std::string::npos) names.push_back(site.substr(0, dot));
  std::string_view place = trim(seen);
  if (const std::size_t scheme = place.find("://"); scheme != std::string_view::npos) place.remove_prefix(scheme + 3);
  if (at != std::string::npos && place.find(" at ") != std::string_view::npos)
    place.remove_prefix(place.find(" at ") + 4);
  const auto whole = normalise_host(place.substr(0, place.find_first_of(place.starts_with('[') ? "/?" : "/?:")));
  if (!whole) return;
  names.push_back(*whole);
  for (const Fact& fact : host.evidence.find("parties.owner")) {
    const auto* owner = fact.measured() ? std::get_if<std::string>(&*fact.value) : nullptr;
    if (owner != nullptr && !owner->empty() && fact.subject.name == *whole) names.push_back(*owner);
  }
}

}  // namespace

SeenParties parties_seen(const HostReport& host, std::string_view way) {
  SeenParties seen{{}, true};
  for (const Source& source : kSources) {
    if (!way.empty() && source.way != way) continue;
    const auto facts = host.evidence.find(fact_for(source, host.evidence));
    if (facts.empty()) seen.complete = false;
    for (const Fact& fact : facts) {
      seen.complete = seen.complete && fact.measured();
      if (!fact.measured()) continue;
      const auto* one = std::get_if<std::string>(&*fact.value);
      if (one != nullptr && !one->empty()) seen.names.push_back(*one);
      const auto* many = std::get_if<std::vector<std::string>>(&*fact.value);
      if (many == nullptr) continue;
      for (const std::string& each : *many) add_names(each, host, seen.names);
    }
  }
  return seen;
}

std::string host_words(const Target& target) {
  const std::string& host = target.base.host();
  const std::size_t at = target.id.find(host);
  const bool leads = at == 0 || (at != std::string::npos && !target.is_instance());  // "xmpp://" stands before it
  if (!host.empty() && leads) {
    return printable(target.id.substr(0, at) + display_host(host) + target.id.substr(at + host.size()));
  }
  return printable(target.id);
}

HostView view_of(const HostReport& host) {
  const Evidence& evidence = host.evidence;
  HostView view;
  view.host = host_words(host.target);
  if (const std::string* stated = evidence.get<std::string>("jitsi.operator.stated")) {
    view.stated_measured = true;
    view.stated = clean(*stated, kLongestName);
  }
  // "operator" is about who runs it; the "hoster" columns of lists mix that with network owners, so they come second.
  const std::vector<Claim> claims = masked(host.target.claims);
  for (const std::string_view key : {"operator", "hoster"}) {
    for (const Claim& claim : claims) {
      if (claim.key != key || trim(claim.value).empty() || !view.claimed.empty()) continue;
      view.claimed = clean(claim.value, kLongestName);
      view.claimed_by = clean(claim.source, kLongestName);
    }
  }
  view.may_start = words(kMayStart, evidence.text("xmpp.login.needed"));
  view.e2ee = words(kE2ee, evidence.text("e2ee.verdict"));
  view.policy = policy_words(evidence);
  find_others(host, view);
  return view;
}

std::string operator_words(const HostView& view) {
  if (!view.stated.empty()) return view.stated;
  if (!view.claimed.empty()) return "list: " + view.claimed;
  return view.stated_measured ? "not stated" : std::string(kUnknown);
}

std::string others_words(const HostView& view) {
  std::vector<std::string> parts;
  for (const OtherParty& party : view.others) parts.push_back(party.name + " (" + join(party.ways, ", ") + ")");
  if (!view.others_complete) parts.emplace_back(kUnknown);
  return parts.empty() ? "none seen" : join(parts, ", ");
}

std::vector<std::size_t> picks(const Report& report, const RuleSet& rules) {
  const auto contradicts = [&](const Finding& finding) {
    const Rule* rule = rules.rule(finding.rule);
    return finding.outcome == Outcome::kFail && rule != nullptr && rule->contradiction;
  };
  constexpr std::size_t kNamed = 3;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < report.hosts.size(); ++i) {
    const HostReport& host = report.hosts[i];
    const bool good = host.status == HostStatus::kMeasured && host.grade.letter && *host.grade.letter <= 'C' &&
                      std::none_of(host.findings.begin(), host.findings.end(), contradicts);
    // Whoever chooses wants to start a meeting without asking somebody.
    if (good && view_of(host).may_start == "no login") out.push_back(i);
  }
  std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    const Grade& left = report.hosts[a].grade;
    const Grade& right = report.hosts[b].grade;
    if (left.letter != right.letter) return left.letter < right.letter;
    return std::floor(left.range.low) > std::floor(right.range.low);
  });
  if (out.size() > kNamed) out.resize(kNamed);
  return out;
}

}  // namespace meetlat
