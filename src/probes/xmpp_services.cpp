// Level 2: what an anonymous visitor is told: modules of the server, its place, rooms, STUN and TURN servers.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "probes/support.h"
#include "probes/xmpp_parts.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMaxItems = 5000;  // of one room list; more is as bad
constexpr std::size_t kMaxRoomComponents = 3;

using Answer = std::optional<XmlElement>;
using Services = std::vector<xmpp::Service>;

Error no_answer(std::string_view what) {
  return {ErrorCode::kTimedOut, fmt::format("the server did not answer: {}", what)};
}

// Why an answer is no result.
Error refusal(const Answer& answer, std::string_view what) {
  if (!answer) return no_answer(what);
  const std::optional<xmpp::StanzaError> error = xmpp::read_error(*answer);
  return {ErrorCode::kNotUnderstood, error ? fmt::format("{}: the server answered {}", what, error->condition)
                                           : fmt::format("{}: an answer without content", what)};
}

bool has_condition(const Answer& answer, std::initializer_list<std::string_view> conditions) {
  const auto error = answer ? xmpp::read_error(*answer) : std::nullopt;
  return error && std::ranges::find(conditions, error->condition) != conditions.end();
}

// One of the server's own words, fit for a list.
std::string word(std::string_view text) {
  return excerpt(trim(text), 60);
}

// What a client's list entry is called in reports.
std::string service_text(const xmpp::Service& service, const std::string& host) {
  std::string text = service.type + ":" + host;
  if (service.port > 0) text += fmt::format(":{}", service.port);
  if (!service.transport.empty()) text += "/" + word(service.transport);
  return text;
}

// Shorter, as the facts about the configuration write it.
std::string host_port(const xmpp::Service& service, const std::string& host) {
  const std::int64_t standard = service.type == "turns" ? 5349 : 3478;
  const bool bare_v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return fmt::format("{}:{}", bare_v6 ? "[" + host + "]" : host, service.port > 0 ? service.port : standard);
}

std::string_view bare_host(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host;
}

class ServiceFacts {
 public:
  ServiceFacts(const XmppPlace& place, const Settings& settings, const Evidence& evidence, Session& session,
               XmppStream& stream, XmppWriter& out)
      : place_(place), settings_(settings), evidence_(evidence), session_(session), stream_(stream), out_(out) {}

  void run() {
    std::vector<XmlElement> questions;
    const auto add = [&](XmlElement payload) {
      questions.push_back(xmpp::iq_get(stream_.next_id(), place_.domain, std::move(payload)));
    };
    add(xmpp::services_query());
    add(xmpp::disco_info_query());
    add(xmpp::version_query());
    auto answers = stream_.ask(questions, "external services, features, version");
    if (!answers) return out_.rest_missing(answers.error());
    Answer services = (*answers)[0];
    if (services && xmpp::read_error(*services)) services = ask_old_version(*services);
    put_ice(services, (*answers)[1]);
    put_info((*answers)[1]);
    put_version((*answers)[2]);
    put_rooms((*answers)[1]);
  }

  // What clients take in a room instead of all that.
  void run_room(Services services) {
    const BuildKnowledge build = build_knowledge(client_page(session_).marks.version_text);
    if (!build.surely_at_least(kFirstWithRoomList) && !build.newer_than_table()) return;
    keep_ice(services);
    const std::string note = fmt::format("{} STUN and TURN entries in the room's metadata", services.size());
    put_list(services, note);
    put_logins(services, note);
    put_contacted_unless(why_override(), services, note);
  }

 private:
  // As the client does it. Keeps the first refusal when nothing comes of it.
  Answer ask_old_version(const XmlElement& refused) {
    auto again =
        stream_.ask({xmpp::iq_get(stream_.next_id(), place_.domain, xmpp::services_query(xmpp::kOldServicesNs))},
                    "external services, first version");
    if (!again || !again->front()) return std::nullopt;
    return xmpp::read_services(*again->front()) ? again->front() : Answer(refused);
  }

  Provenance seen_by(std::string_view excerpt_text, std::string_view look_for) const {
    return seen(stream_.url().str(), excerpt_text, in_browser(session_.target().base, look_for));
  }

  // --- features

  void put_info(const Answer& answer) {
    const std::optional<xmpp::DiscoInfo> info = answer ? xmpp::read_disco_info(*answer) : std::nullopt;
    if (!info) {
      const Error why = refusal(answer, "disco#info");
      out_.missing("xmpp.components", why);
      out_.missing("xmpp.deployment", why);
      return;
    }
    std::vector<std::string> components;
    std::vector<std::string> deployment;
    for (const xmpp::Identity& identity : info->identities) {
      if (identity.category == "component") components.push_back(word(identity.type));
      const bool tells = identity.type == "shard" || identity.type == "region" || identity.type == "release";
      if (identity.category == "server" && tells) {
        deployment.push_back(fmt::format("{}: {}", identity.type, word(identity.name)));
      }
    }
    std::erase(components, std::string());
    sort_unique(components);
    sort_unique(deployment);
    Provenance what = seen_by(join(components, ", "), "disco#info");
    out_.put("xmpp.components", std::move(components), std::move(what));
    what = seen_by(join(deployment, ", "), "disco#info");
    out_.put("xmpp.deployment", std::move(deployment), std::move(what));
  }

  void put_version(const Answer& answer) {
    const std::optional<xmpp::SoftwareVersion> version = answer ? xmpp::read_version(*answer) : std::nullopt;
    if (version) {
      const std::string text = std::string(trim(version->name + " " + version->version));
      return out_.put("xmpp.server.version", text, seen_by(text, "jabber:iq:version"));
    }
    if (has_condition(answer, {"service-unavailable", "feature-not-implemented", "forbidden", "not-allowed"})) {
      return out_.put("xmpp.server.version", "", seen_by("the server does not say", "jabber:iq:version"));
    }
    out_.missing("xmpp.server.version", refusal(answer, "version"));
  }

  // --- rooms

  // Where rooms are: what the client is told, and the component that says that it holds breakout rooms. A lobby is not
  // asked: the module that announces it (mod_muc_lobby_rooms) lets nothing out of it but disco#info, so that every
  // stock server would keep us waiting for an answer that never comes.
  std::vector<std::string> room_components(const Answer& info_answer) const {
    std::vector<std::string> found;
    if (!place_.muc.empty()) found.push_back(place_.muc);
    const std::optional<xmpp::DiscoInfo> info = info_answer ? xmpp::read_disco_info(*info_answer) : std::nullopt;
    if (!info) return found;
    for (const xmpp::Identity& identity : info->identities) {
      const bool rooms = identity.type == "breakout_rooms";
      // Only on this server: an address elsewhere would send our question through the world.
      const bool local = identity.name.ends_with("." + place_.domain);
      if (identity.category != "component" || !rooms || !local || found.size() >= kMaxRoomComponents) continue;
      if (std::ranges::find(found, identity.name) == found.end()) found.push_back(identity.name);
    }
    return found;
  }

  void put_rooms(const Answer& info) {
    const std::vector<std::string> components = room_components(info);
    if (components.empty()) {
      return out_.missing("xmpp.rooms_listed", {ErrorCode::kNotUnderstood, "hosts.muc is not known"});
    }
    std::vector<XmlElement> questions;
    questions.reserve(components.size());
    for (const std::string& component : components) {
      questions.push_back(xmpp::iq_get(stream_.next_id(), component, xmpp::disco_items_query()));
    }
    const auto answers = stream_.ask(questions, "does anybody get a list of rooms");
    if (!answers) return out_.missing("xmpp.rooms_listed", answers.error());
    std::int64_t rooms = 0;
    std::optional<Error> unknown;
    for (const Answer& answer : *answers) {
      if (answer) {
        if (const auto items = xmpp::read_disco_items(*answer, kMaxItems)) {
          rooms += std::ranges::count_if(
              *items, [](const xmpp::DiscoItem& item) { return item.jid.find('@') != std::string::npos; });
          continue;
        }
      }
      if (!has_condition(answer, {"forbidden", "not-allowed", "not-authorized", "service-unavailable",
                                  "feature-not-implemented", "item-not-found"}) &&
          !unknown) {
        unknown = refusal(answer, "disco#items");
      }
    }
    // Rooms that were listed are certain, also when another component did not answer.
    if (rooms == 0 && unknown) return out_.missing("xmpp.rooms_listed", *unknown);
    out_.put("xmpp.rooms_listed", rooms,
             seen_by(fmt::format("{} rooms listed by {}", rooms, join(components, ", ")), "disco#items"));
  }

  // --- STUN and TURN

  void put_ice(const Answer& answer, const Answer& info) {
    std::optional<Services> services = answer ? xmpp::read_services(*answer) : std::nullopt;
    const bool refused = answer && xmpp::read_error(*answer).has_value();
    if (!services && !refused) {
      const Error why = refusal(answer, "external services (XEP-0215)");
      for (const XmppWriter::Ref fact :
           {XmppWriter::Ref("xmpp.ice.announced"), XmppWriter::Ref("xmpp.ice.hosts"),
            XmppWriter::Ref("xmpp.ice.third_party"), XmppWriter::Ref("xmpp.ice.source"),
            XmppWriter::Ref("xmpp.ice.contacted"), XmppWriter::Ref("xmpp.ice.contacted_third_party"),
            XmppWriter::Ref("xmpp.turn.static_login"), XmppWriter::Ref("xmpp.turn.lifetime_seconds")}) {
        out_.missing(fact, why);
      }
      return;
    }
    if (services) keep_ice(*services);
    const std::string note = services ? fmt::format("{} STUN and TURN entries", services->size())
                                      : "the server answered " + xmpp::read_error(*answer)->condition;
    out_.put("xmpp.ice.announced", services.has_value(), seen_by(note, "extdisco"));
    put_list(services.value_or(Services{}), note);
    put_logins(services.value_or(Services{}), note);
    put_contacted(services, info, note);
  }

  // Clients take these three and no others.
  static void keep_ice(Services& services) {
    std::erase_if(services, [](const xmpp::Service& one) {
      return one.type != "stun" && one.type != "turn" && one.type != "turns";
    });
  }

  std::string host_of_service(const xmpp::Service& service) const {
    const std::string host = to_lower(excerpt(trim(service.host), 255));
    return host.empty() ? place_.domain : host;
  }

  struct Named {
    std::vector<std::string> foreign;
    std::optional<Error> unclear;
  };
  // Whose the hosts are.
  Named whose(const Services& services) const {
    Named named;
    for (const xmpp::Service& service : services) {
      const std::string host = host_of_service(service);
      const Owner owner = settings_.owner_of(bare_host(host));
      if (owner == Owner::kOther) named.foreign.push_back(host_port(service, host));
      if (owner == Owner::kUnclear && !named.unclear) {
        named.unclear = Error{ErrorCode::kNotUnderstood, host_port(service, host) + ": an address tells no owner"};
      }
    }
    sort_unique(named.foreign);
    return named;
  }

  void put_named(XmppWriter::Ref fact, Named named, const std::string& note) {
    if (named.foreign.empty() && named.unclear) return out_.missing(fact, *named.unclear);
    Provenance what = seen_by(note, "extdisco");
    out_.put(fact, std::move(named.foreign), std::move(what));
  }

  void put_list(const Services& services, const std::string& note) {
    std::vector<std::string> texts;
    for (const xmpp::Service& service : services) texts.push_back(service_text(service, host_of_service(service)));
    sort_unique(texts);
    Provenance what = seen_by(texts.empty() ? note : join(texts, ", "), "extdisco");
    out_.put("xmpp.ice.hosts", std::move(texts), std::move(what));
    put_named("xmpp.ice.third_party", whose(services), note);
  }

  // Names and passwords stay here: only whether they end, and when.
  void put_logins(const Services& services, const std::string& note) {
    bool any = false;
    bool endless = false;
    bool doubtful = false;  // an end is written beside a name that may stay the same for ever
    std::optional<std::int64_t> last;
    for (const xmpp::Service& service : services) {
      if (service.type == "stun" || service.password.empty()) continue;
      any = true;
      const std::optional<std::int64_t> end = xmpp::credential_expiry(service);
      endless = endless || !end;
      doubtful = doubtful || !xmpp::name_expiry(service);
      if (end) last = std::max(last.value_or(*end), *end);
    }
    const std::string said = !any ? note + ", none with a login" : endless ? "a TURN login without an end" : note;
    if (endless || !doubtful) {
      out_.put("xmpp.turn.static_login", endless, seen_by(said, "extdisco"));
    } else {
      out_.missing(
          "xmpp.turn.static_login",
          {ErrorCode::kNotUnderstood,
           "an end is written beside a TURN login, but its name holds none: the login itself may stay the same"});
    }
    if (!last) {
      return out_.missing(
          "xmpp.turn.lifetime_seconds",
          {ErrorCode::kNotAttempted, any ? "no TURN login says when it ends" : "no TURN login is given"});
    }
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(session_.now().time_since_epoch()).count();
    out_.put("xmpp.turn.lifetime_seconds", std::max<std::int64_t>(0, *last - now), seen_by(note, "extdisco"));
  }

  // The server's list replaces the configuration's as soon as a client is connected, also when it is empty; a refusal
  // leaves the configuration's in force (lib-jitsi-meet, modules/xmpp/strophe.jingle.js). Calls of two use all of it,
  // the way to the bridge TURN alone: by TCP, or by UDP too with useTurnUdp.
  void put_contacted(const std::optional<Services>& services, const Answer& info, const std::string& note) {
    std::optional<Error> unknown = why_list_unknown();
    if (!unknown && !services) unknown = why_room_decides(info);
    put_contacted_unless(unknown, services, note);
  }

  void put_contacted_unless(const std::optional<Error>& unknown, const std::optional<Services>& services,
                            const std::string& note) {
    const XmppWriter::Ref contacted("xmpp.ice.contacted");
    const XmppWriter::Ref foreign("xmpp.ice.contacted_third_party");
    if (unknown) {
      out_.missing("xmpp.ice.source", *unknown);
      out_.missing(contacted, *unknown);
      out_.missing(foreign, *unknown);
      return;
    }
    out_.put("xmpp.ice.source", services ? "server" : "configuration", seen_by(note, "extdisco"));
    if (!services) return put_configured(contacted, foreign, note);
    const Read p2p = settings_.read("p2p.enabled");
    const bool p2p_on = p2p.absent || p2p.truthy();
    const bool by_udp = settings_.read("useTurnUdp").truthy();
    const bool relay = settings_.read("p2p.iceTransportPolicy").text() == "relay";
    Services certain;
    Services maybe;
    for (const xmpp::Service& service : *services) {
      const bool turn = service.type != "stun";
      if ((turn && (by_udp || service.transport == "tcp")) || (p2p_on && !p2p.unknown && (turn || !relay))) {
        certain.push_back(service);
      } else if (p2p.unknown || (p2p_on && relay)) {
        // Clients of some age do not know that policy yet.
        maybe.push_back(service);
      }
    }
    std::vector<std::string> texts;
    for (const xmpp::Service& service : certain) texts.push_back(service_text(service, host_of_service(service)));
    sort_unique(texts);
    Named named = whose(certain);
    const Named doubtful = whose(maybe);
    if (named.foreign.empty() && !named.unclear && !doubtful.foreign.empty()) {
      named.unclear = p2p.unknown.value_or(Error{ErrorCode::kNotUnderstood, "p2p.iceTransportPolicy is relay"});
    }
    const std::string said = texts.empty() ? "none, by the server's list" : join(texts, ", ");
    out_.put(contacted, std::move(texts), seen_by(said, "extdisco"));
    put_named(foreign, std::move(named), note);
  }

  // What makes our answer say nothing about what clients use.
  std::optional<Error> why_override() const {
    if (settings_.read("iceServersOverride").unset()) return std::nullopt;
    return Error{ErrorCode::kNotUnderstood, "iceServersOverride changes what the server hands out"};
  }

  std::optional<Error> why_list_unknown() const {
    if (std::optional<Error> changed = why_override()) return changed;
    // Clients since release 10978 do not ask when this was pushed to them at login; they get the list in a room.
    for (const XmlElement& stray : stream_.strays()) {
      const std::optional<xmpp::DiscoInfo> pushed =
          xmpp::is_stanza(stray, "message") ? xmpp::read_disco_info(stray) : std::nullopt;
      if (pushed && has_metadata(*pushed)) {
        return Error{ErrorCode::kNotAttempted, "the server hands the list to current clients in a room only"};
      }
    }
    return std::nullopt;
  }

  // Clients since release 10978 (lib-jitsi-meet, JitsiConferenceEventManager.ts) take the list that comes with a room's
  // metadata instead, as the packaged component has sent it since: an empty one too, when Prosody has no servers to
  // hand out. So a refusal leaves the configuration's list in force for older clients only.
  std::optional<Error> why_room_decides(const Answer& answer) const {
    if (build_knowledge(client_page(session_).marks.version_text).surely_before(kFirstWithRoomList))
      return std::nullopt;
    const std::optional<xmpp::DiscoInfo> info = answer ? xmpp::read_disco_info(*answer) : std::nullopt;
    if (info && !has_metadata(*info)) return std::nullopt;
    return Error{
        ErrorCode::kNotAttempted,
        "clients since release 10978 take the list that a room's metadata brings, and that shows in a room only"};
  }

  static bool has_metadata(const xmpp::DiscoInfo& info) {
    return std::ranges::any_of(info.identities, [](const auto& identity) { return identity.type == "room_metadata"; });
  }

  // No list of the server: what the jitsi probe found in the configuration holds, and is confirmed by that.
  void put_configured(XmppWriter::Ref contacted, XmppWriter::Ref foreign, const std::string& note) {
    const bool unused = evidence_.get<bool>("jitsi.p2p.enabled") != nullptr && !evidence_.is_true("jitsi.p2p.enabled");
    for (const auto& [fact, path] :
         {std::pair{contacted, "jitsi.stun.hosts"}, std::pair{foreign, "jitsi.stun.third_party"}}) {
      const auto* list = evidence_.get<std::vector<std::string>>(path);
      if (list == nullptr) {
        const auto facts = evidence_.find(path);
        out_.missing(fact, facts.empty() ? Error{ErrorCode::kNotAttempted, "the configuration was not looked at"}
                                         : facts.front().value.error());
        continue;
      }
      out_.put(fact, unused ? std::vector<std::string>{} : *list,
               seen_by(note + ", so the configuration's list holds", "extdisco"));
    }
  }

  static constexpr int kFirstWithRoomList = 10978;

  const XmppPlace& place_;
  const Settings& settings_;
  const Evidence& evidence_;
  Session& session_;
  XmppStream& stream_;
  XmppWriter& out_;
};

}  // namespace

void put_service_facts(const XmppPlace& place, const Settings& settings, const Evidence& evidence, Session& session,
                       XmppStream& stream, XmppWriter& out) {
  ServiceFacts(place, settings, evidence, session, stream, out).run();
}

void put_room_services(const XmppPlace& place, const Settings& settings, const Evidence& evidence, Session& session,
                       XmppStream& stream, std::vector<xmpp::Service> services, XmppWriter& out) {
  ServiceFacts(place, settings, evidence, session, stream, out).run_room(std::move(services));
}

}  // namespace meetlat::probes
