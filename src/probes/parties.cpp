// Who else learns of somebody who opens the page or takes part in a call: one subject per host.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probes/fact_writer.h"
#include "probes/jitsi_settings.h"
#include "probes/party_book.h"
#include "probes/party_country.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

using probes::PartyClass;

inline constexpr std::array kPartyFacts{
    FactSpec{"parties.class", "string",
             "of a host: loaded, in-call, on-use, permitted or hinted; the strongest when several hold"},
    FactSpec{"parties.sources", "strings", "of a host: where it was met"},
    FactSpec{"parties.owner", "string", "of a host: whose it is; \"\": not in the table of owners"},
    FactSpec{"parties.owner_kind", "string", "of a host: what its owner does there (cdn, analytics, ...); \"\""},
    FactSpec{"parties.owner_country", "string", "of a host: seat of the company, ISO 3166; \"\": not known"},
    FactSpec{"parties.country", "strings",
             "of a host that is loaded or contacted in a call: countries in which its addresses are registered"},
    FactSpec{"parties.data", "strings", "of a host: what it learns of a participant"},
    FactSpec{"parties.stopped_by", "strings",
             "of a host: which settings stop it, and whether disableThirdPartyRequests does"},
    FactSpec{"parties.loaded", "strings", "hosts of others that the page itself loads from or connects to"},
    FactSpec{"parties.in_call", "strings", "further hosts of others that a client contacts in a call"},
    FactSpec{"parties.on_use", "strings", "further hosts of others that are contacted when a function is used"},
    FactSpec{"parties.permitted", "strings", "further hosts that headers allow or report to; \"*\": any host"},
    FactSpec{"parties.hinted", "strings", "further hosts that the page names without loading from them for sure"},
    FactSpec{"parties.unknown", "strings", "why the lists may lack something, by class; empty: they are whole"},
};
using PartyWriter = probes::FactWriter<kPartyFacts>;

PartyWriter::Ref list_fact(PartyClass kind) {
  switch (kind) {
    case PartyClass::kLoaded:
      return "parties.loaded";
    case PartyClass::kInCall:
      return "parties.in_call";
    case PartyClass::kOnUse:
      return "parties.on_use";
    case PartyClass::kPermitted:
      return "parties.permitted";
    case PartyClass::kHinted:
      break;
  }
  return "parties.hinted";
}

void put_party(const std::string& host, const probes::Party& party, PartyWriter& out) {
  const Subject subject = Subject::host(host);
  const probes::DomainOwner* owner = probes::owner_of_domain(host);
  const auto put = [&](PartyWriter::Ref fact, Value value) {
    out.put_about(fact, subject, std::move(value), party.first);
  };
  std::vector<std::string> data;
  std::vector<std::string> stops;
  for (const probes::Mechanism* how : party.mechanisms) {
    for (const std::string_view what : how->data) {
      if (std::find(data.begin(), data.end(), what) == data.end()) data.emplace_back(what);
    }
    if (std::string stop = probes::stop_words(*how); !stop.empty()) stops.push_back(std::move(stop));
  }
  put("parties.class", std::string(to_string(party.kind)));
  put("parties.sources", party.sources);
  put("parties.owner", owner == nullptr ? std::string() : owner->name);
  put("parties.owner_kind", owner == nullptr ? std::string() : owner->kind);
  put("parties.owner_country", owner == nullptr ? std::string() : owner->country);
  put("parties.data", std::move(data));
  put("parties.stopped_by", std::move(stops));
}

// Of those who are met without anybody's doing; each costs a look-up or two.
void put_countries(const probes::PartyBook& book, Session& session, PartyWriter& out) {
  constexpr int kMostHosts = 12;
  int asked = 0;
  for (const auto& [host, party] : book.parties()) {
    if (party.kind > PartyClass::kInCall) continue;
    const Subject subject = Subject::host(host);
    if (++asked > kMostHosts) {
      out.missing_about("parties.country", subject,
                        Error{ErrorCode::kBudgetExhausted, fmt::format("only {} hosts are looked up", kMostHosts)});
      continue;
    }
    const Result<std::vector<std::string>> countries = probes::countries_of(host, session);
    const Provenance where = probes::seen("DNS A and AAAA of " + host, "", "dig +short " + probes::shell_quote(host));
    if (countries) {
      out.put_about("parties.country", subject, Value(*countries), where);
    } else {
      out.missing_about("parties.country", subject, countries.error(), where);
    }
  }
  if (asked == 0) {
    out.missing("parties.country", Error{ErrorCode::kNotAttempted, "nobody else is loaded or contacted in a call"});
  }
}

void put_list(PartyClass kind, const probes::PartyBook& book, const Provenance& at_page, PartyWriter& out) {
  std::vector<std::string> hosts;
  Provenance where = at_page;
  for (const auto& [host, party] : book.parties()) {
    if (party.kind != kind) continue;
    if (hosts.empty()) where = party.first;
    hosts.push_back(host);
  }
  if (kind == PartyClass::kPermitted && book.everybody_allowed() != nullptr) {
    if (hosts.empty()) where = *book.everybody_allowed();
    hosts.insert(hosts.begin(), "*");
  }
  if (hosts.empty() && !book.unknown(kind).empty()) {
    out.missing(list_fact(kind), book.unknown(kind).front(), at_page);
  } else {
    out.put(list_fact(kind), std::move(hosts), std::move(where));
  }
}

// The server's list of STUN and TURN servers takes the place of the configuration's as soon as a client is connected,
// so what the xmpp probe learned of it is who is met; the configuration's are then named and no more.
void read_ice(const Evidence& evidence, const probes::Settings& settings, const probes::BuildKnowledge& build,
              probes::PartyBook& book) {
  const probes::Gathered configured = probes::gather_stun(settings, build);
  const auto named = [&](std::string_view mechanism) {
    for (const probes::Contact& contact : configured.contacts) {
      book.add(mechanism, contact.host, settings.seen(contact.note));
    }
  };
  const std::span<const Fact> source = evidence.find("xmpp.ice.source");
  if (evidence.get<bool>("xmpp.ice.announced") != nullptr && !source.empty() && !source.front().measured()) {
    // The server was asked, and still nobody knows whose list clients take: perhaps one that only a room brings.
    named("ice-open");
    return book.add_unknown(PartyClass::kInCall, source.front().value.error());
  }
  if (evidence.text("xmpp.ice.source") != "server") return book.add(configured, PartyClass::kInCall);
  named("ice-replaced");
  const std::span<const Fact> facts = evidence.find("xmpp.ice.contacted_third_party");
  const auto* foreign = evidence.get<std::vector<std::string>>("xmpp.ice.contacted_third_party");
  if (foreign == nullptr) {
    return book.add_unknown(PartyClass::kInCall, facts.empty() ? Error{ErrorCode::kNotAttempted, "STUN and TURN"}
                                                               : facts.front().value.error());
  }
  const auto* all = evidence.get<std::vector<std::string>>("xmpp.ice.contacted");  // "turns:turn.example.org:443/tcp"
  for (const std::string& host_port : *foreign) {
    const auto relays = [&](const std::string& server) {
      return server.starts_with("turn") && server.find(":" + host_port) != std::string::npos;
    };
    const bool turn = all != nullptr && std::ranges::any_of(*all, relays);
    Provenance where = facts.front().provenance;
    where.excerpt = host_port;
    book.add(turn ? "server-turn" : "server-stun", probes::ice_server_host(host_port), where);
  }
}

class PartiesProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 1> kAfter{"xmpp"};
    // Four style sheets and two manifests, each with up to 8 redirects; the rest was asked for by others.
    static constexpr ProbeInfo kInfo{"parties", "Who else is contacted", kPartyFacts, kAfter, 54};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    PartyWriter out(evidence, Subject::target(), session.now());
    const Result<probes::JitsiInstance> jitsi = probes::jitsi_instance(session);
    if (!jitsi) {
      out.rest_missing(jitsi.error());
      return;
    }
    const probes::ClientPage& page = jitsi->page;
    const Configuration& configuration = *jitsi->configuration;
    const probes::BuildKnowledge& build = jitsi->build;
    const probes::Settings settings(configuration, target.base, probes::own_addresses(session), &build);
    probes::PartyBook book(settings);
    probes::read_page_parties(session, book);
    read_settings(configuration, settings, build, evidence, book);
    probes::read_script_hints(session, book);
    const Url& url = page.exchange->final_url;
    const Provenance at_page = probes::seen(url.str(), "", probes::curl_body(url), page.exchange->at);
    for (const auto& [host, party] : book.parties()) put_party(host, party, out);
    put_countries(book, session, out);
    std::vector<std::string> reasons;
    for (const PartyClass kind : probes::kPartyClasses) {
      put_list(kind, book, at_page, out);
      for (const Error& why : book.unknown(kind))
        reasons.push_back(fmt::format("{}: {}", to_string(kind), describe(why)));
    }
    out.put("parties.unknown", std::move(reasons), at_page);
    out.rest_missing(Error{ErrorCode::kNotAttempted, "nobody else was met"});
  }

 private:
  static void read_settings(const Configuration& configuration, const probes::Settings& settings,
                            const probes::BuildKnowledge& build, const Evidence& evidence, probes::PartyBook& book) {
    if (!configuration.readable) {
      book.add_unknown(PartyClass::kInCall, configuration.why_not);
      book.add_unknown(PartyClass::kOnUse, configuration.why_not);
      return;
    }
    book.add(probes::gather_signalling(settings).foreign, PartyClass::kInCall);
    read_ice(evidence, settings, build, book);
    book.add(probes::gather_analytics(settings, build), PartyClass::kInCall);
    book.add(probes::gather_avatars(settings), PartyClass::kInCall);
    book.add(probes::gather_branding(settings), PartyClass::kInCall);
    book.add(probes::gather_login(settings), PartyClass::kInCall);
    book.add(probes::gather_integrations(settings), PartyClass::kOnUse);
    book.add(probes::gather_built_in(settings), PartyClass::kOnUse);
    book.add(probes::gather_app(settings, build).links, PartyClass::kOnUse);
  }
};

}  // namespace

const Probe& parties_probe() noexcept {
  static const PartiesProbe probe;
  return probe;
}

}  // namespace meetlat
