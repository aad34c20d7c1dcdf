// Who else is contacted by the client's settings: STUN, analytics, integrations, signalling, avatars.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// The library's STUN default changed between these two stable releases.
constexpr int kLastGoogleStun = 5142;
constexpr int kFirstJitsiStun = 5390;
// Support for these services was removed from the client in these releases.
constexpr int kCallstatsRemoved = 9164;
constexpr int kGoogleAnalyticsRemoved = 10073;
// analyticsScriptUrls was still read at the one, and no longer at the other.
constexpr int kOldScriptsAlive = 4966;
constexpr int kOldScriptsDead = 7439;
// Every client since the table begins reads p2p.stunServers and not the spelling before it.
constexpr int kLegacyStunDead = 4384;

// "stun:host:3478?transport=udp" -> "host:3478"; "" when it is no STUN or TURN address.
std::string ice_host(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string scheme = to_lower(trim(url.substr(0, colon)));
  if (scheme != "stun" && scheme != "stuns" && scheme != "turn" && scheme != "turns") return {};
  std::string_view rest = trim(url.substr(colon + 1));
  rest = rest.substr(0, rest.find('?'));
  while (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) return {};
  const bool has_port =
      rest.front() == '[' ? rest.find("]:") != std::string_view::npos : rest.find(':') != std::string_view::npos;
  std::string host = excerpt(rest, 260);
  if (!has_port) host += scheme.ends_with('s') ? ":5349" : ":3478";
  return to_lower(host);
}

std::string_view without_port(std::string_view host_port) {
  if (host_port.starts_with('[')) return host_port.substr(1, host_port.find(']') - 1);
  return host_port.substr(0, host_port.rfind(':'));
}

// Entries of an RTCIceServer list: {urls: "..."} or {urls: [...]} or the old {url: "..."}, or plain strings.
void collect_ice(const JsValue& value, int depth, Gathered& out) {
  if (depth > 4) return;
  switch (value.kind) {
    case JsValue::Kind::kString:
      if (std::string host = ice_host(value.string); !host.empty()) out.items.push_back(std::move(host));
      break;
    case JsValue::Kind::kArray:
      for (const JsValue& item : value.items) collect_ice(item, depth + 1, out);
      break;
    case JsValue::Kind::kObject:
      for (const char* key : {"urls", "url"}) {
        const auto found = value.members.find(std::string_view(key));
        if (found != value.members.end()) collect_ice(found->second, depth + 1, out);
      }
      break;
    case JsValue::Kind::kUnknown:
      if (!out.unknown) {
        out.unknown = Error{ErrorCode::kNotUnderstood, "an entry of the STUN list: " + excerpt(value.unknown, 120)};
      }
      break;
    default:
      break;
  }
}

struct Stun {
  Gathered hosts;
  std::string source;
};

Stun stun_of(const Settings& settings, const BuildKnowledge& build) {
  Stun stun;
  const Read list = settings.read("p2p.stunServers");
  const bool is_set = list.value != nullptr && list.value->kind != JsValue::Kind::kNull;
  stun.hosts.notes.push_back(list.note);
  if (list.unknown) {
    stun.hosts.unknown = list.unknown;
    return stun;
  }
  if (is_set) {
    collect_ice(*list.value, 0, stun.hosts);
    stun.source = stun.hosts.items.empty() && !stun.hosts.unknown ? "none" : "config.js";
    return stun;
  }
  const Read legacy = settings.read("p2pStunServers");
  if (!legacy.absent && !build.surely_at_least(kLegacyStunDead)) {
    stun.hosts.notes.push_back(legacy.note);
    stun.source = "legacy key";
    if (legacy.unknown) stun.hosts.unknown = legacy.unknown;
    if (legacy.value != nullptr) collect_ice(*legacy.value, 0, stun.hosts);
    return stun;
  }
  stun.source = "client default";
  stun.hosts.notes.emplace_back("so the client uses its own list");
  if (build.newer_than_table() ||
      (!build.surely_at_least(kFirstJitsiStun) && !build.surely_before(kLastGoogleStun + 1))) {
    stun.hosts.unknown = build.why_unknown();
  } else if (build.surely_at_least(kFirstJitsiStun)) {
    stun.hosts.items.emplace_back("meet-jit-si-turnrelay.jitsi.net:443");
  } else {
    for (const char* host : {"stun.l.google.com:19302", "stun1.l.google.com:19302", "stun2.l.google.com:19302"}) {
      stun.hosts.items.emplace_back(host);
    }
  }
  return stun;
}

}  // namespace

void put_stun_facts(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out) {
  const Read p2p = settings.read("p2p.enabled");
  const bool p2p_on = p2p.absent || p2p.truthy();
  if (p2p.unknown) {
    out.missing("jitsi.p2p.enabled", *p2p.unknown, settings.seen(p2p.note));
  } else {
    out.put("jitsi.p2p.enabled", p2p_on, settings.seen(p2p.note));
  }
  Stun stun = stun_of(settings, build);
  const std::string note = join(stun.hosts.notes, "; ");
  if (stun.source.empty()) {
    out.missing("jitsi.stun.source", *stun.hosts.unknown, settings.seen(note));
  } else {
    out.put("jitsi.stun.source", stun.source, settings.seen(note));
  }
  std::vector<std::string> foreign;
  std::optional<Error> unclear = stun.hosts.unknown;
  for (const std::string& host : stun.hosts.items) {
    const Owner owner = settings.owner_of(without_port(host));
    if (owner == Owner::kOther) foreign.push_back(host);
    if (owner == Owner::kUnclear && !unclear) {
      unclear = Error{ErrorCode::kNotUnderstood, host + ": an address tells no owner"};
    }
  }
  sort_unique(foreign);
  if (!p2p.unknown && !p2p_on) {
    // The list serves calls of two only; the leg to the bridge takes no STUN server.
    out.put("jitsi.stun.third_party", std::vector<std::string>{}, settings.seen(p2p.note + "; the list is not used"));
  } else if (!foreign.empty() && p2p.unknown) {
    out.missing("jitsi.stun.third_party", *p2p.unknown, settings.seen(p2p.note));
  } else if (foreign.empty() && unclear) {
    out.missing("jitsi.stun.third_party", *unclear, settings.seen(note));
  } else {
    out.put("jitsi.stun.third_party", std::move(foreign), settings.seen(note));
  }
  stun.hosts.put("jitsi.stun.hosts", settings, out);
}

namespace {

std::string service_at(const char* name, const std::string& host) {
  return fmt::format("{} at {}", name, host);
}

void add_scripts(const Settings& settings, std::string_view path, bool google_id, Gathered& out) {
  const Read read = settings.read(path);
  out.add_unknown(read);
  if (read.value == nullptr) return;
  std::vector<const JsValue*> values{read.value};
  if (read.value->kind == JsValue::Kind::kArray) {
    values.clear();
    for (const JsValue& item : read.value->items) values.push_back(&item);
  }
  for (const JsValue* value : values) {
    if (value->kind == JsValue::Kind::kUnknown && !out.unknown) {
      out.unknown = Error{ErrorCode::kNotUnderstood, fmt::format("{}: {}", path, excerpt(value->unknown, 120))};
    }
    if (value->kind != JsValue::Kind::kString || trim(value->string).empty()) continue;
    // The client's own Google handler does nothing without an identifier, which has a setting of its own.
    if (value->string.find("analytics-ga") != std::string::npos && !google_id) continue;
    const Result<Url> script = settings.base().resolve(value->string);
    out.add("script " + (script ? excerpt(script->str(), 300) : excerpt(value->string, 300)), read.note);
  }
}

// Spellings of long ago, which configurations that are never rewritten still hold.
void add_old_scripts(const Settings& settings, bool google_id, const BuildKnowledge& build, Gathered& out) {
  if (build.surely_at_least(kOldScriptsDead) || build.newer_than_table()) return;
  Gathered old;
  for (const char* path : {"analyticsScriptUrls", "hepopAnalyticsUrl"}) add_scripts(settings, path, google_id, old);
  if (build.surely_before(kOldScriptsAlive + 1) || old.items.empty()) {
    for (std::size_t i = 0; i < old.items.size(); ++i) out.add(old.items[i], old.notes[i]);
    if (old.unknown && !out.unknown) out.unknown = old.unknown;
  } else if (!out.unknown) {
    out.unknown = Error{ErrorCode::kNotUnderstood,
                        join(old.notes, "; ") + ", and whether this client still reads that is not known"};
  }
}

// A service that the client dropped in some release: contacted, dead, or (build unknown) not known.
void add_until(const Read& read, int removed_in, const char* name, const BuildKnowledge& build, Gathered& out) {
  out.add_unknown(read);
  if (read.text().empty()) return;
  if (build.surely_at_least(removed_in) || build.newer_than_table()) {
    out.notes.push_back(read.note + ", which this client no longer reads");
  } else if (build.surely_before(removed_in)) {
    out.add(name, read.note);
  } else if (!out.unknown) {
    out.unknown = Error{ErrorCode::kNotUnderstood,
                        fmt::format("{} is set, but whether this client still has {} is not known", read.note, name)};
  }
}

void add_rtcstats(const Settings& settings, Gathered& out) {
  const Read enabled = settings.read("analytics.rtcstatsEnabled");
  out.add_unknown(enabled);
  if (!enabled.truthy()) return;
  const Read endpoint = settings.read("analytics.rtcstatsEndpoint");
  out.add_unknown(endpoint);
  const std::string host = host_of(endpoint.text());
  if (!endpoint.text().empty()) {
    out.add(service_at("rtcstats", host.empty() ? settings.base().host() : host), endpoint.note);
  }
}

}  // namespace

void put_analytics_fact(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out) {
  Gathered found;
  const Read disabled = settings.read("analytics.disabled");
  if (disabled.truthy()) {
    found.notes.push_back(disabled.note);
    add_rtcstats(settings, found);  // has a switch of its own
    found.put("jitsi.analytics", settings, out);
    return;
  }
  Gathered handlers;  // what disableThirdPartyRequests stops
  const Read amplitude = settings.read("analytics.amplitudeAPPKey");
  handlers.add_unknown(amplitude);
  if (!amplitude.text().empty()) handlers.add("Amplitude", amplitude.note);
  const Read matomo = settings.read("analytics.matomoEndpoint");
  const Read site = settings.read("analytics.matomoSiteID");
  handlers.add_unknown(matomo);
  if (!matomo.text().empty() && (site.truthy() || site.unknown)) {
    if (site.unknown) {
      handlers.add_unknown(site);
    } else {
      const std::string host = host_of(matomo.text());
      handlers.add(service_at("Matomo", host.empty() ? settings.base().host() : host), matomo.note);
    }
  }
  const Read google = settings.read("analytics.googleAnalyticsTrackingId");
  add_until(google, kGoogleAnalyticsRemoved, "Google Analytics", build, handlers);
  const bool google_id = !google.text().empty();
  add_scripts(settings, "analytics.scriptURLs", google_id, handlers);
  add_old_scripts(settings, google_id, build, handlers);
  // The library took part only with both halves of the account.
  const Read secret = settings.read("callStatsSecret");
  if (secret.unknown || !secret.text().empty()) {
    if (!settings.read("callStatsID").text().empty()) handlers.add_unknown(secret);
    if (!secret.unknown) add_until(settings.read("callStatsID"), kCallstatsRemoved, "callstats.io", build, handlers);
  }

  // Unknown switches make their consequence unknown, never "off" and never "on".
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  if (no_third_parties.truthy()) {
    found.notes.push_back(no_third_parties.note);
  } else if (no_third_parties.unknown) {
    if (!handlers.items.empty() || handlers.unknown) found.unknown = no_third_parties.unknown;
  } else {
    found = std::move(handlers);
  }
  const Read watch = settings.read("analytics.watchRTCEnabled");
  found.add_unknown(watch);
  if (watch.truthy()) found.add("watchRTC", watch.note);
  add_rtcstats(settings, found);
  if (disabled.unknown && !found.items.empty()) {
    found.items.clear();
    found.unknown = disabled.unknown;
  }
  if (found.items.empty() && found.notes.empty()) found.notes.emplace_back("no analytics key is set");
  found.put("jitsi.analytics", settings, out);
}

namespace {

struct Integration {
  const char* path;
  const char* name;
  bool by_host;  // reported only when its address is of somebody else
};

constexpr std::array kIntegrations{
    Integration{"dropbox.appKey", "Dropbox", false},
    Integration{"googleApiApplicationClientID", "Google", false},
    Integration{"microsoftApiApplicationClientID", "Microsoft", false},
    Integration{"etherpad_base", "etherpad", true},
    Integration{"dialInNumbersUrl", "dial-in", true},
    Integration{"dialInConfCodeUrl", "dial-in", true},
    Integration{"dialOutAuthUrl", "dial-out", true},
    Integration{"dialOutCodesUrl", "dial-out", true},
    Integration{"inviteServiceUrl", "invitations", true},
    Integration{"peopleSearchUrl", "people search", true},
    Integration{"sipInviteUrl", "SIP invitations", true},
    Integration{"brandingDataUrl", "branding", true},
    Integration{"dynamicBrandingUrl", "branding", true},
    Integration{"salesforceUrl", "Salesforce", true},
    Integration{"moderatedRoomServiceUrl", "moderated rooms", true},
    Integration{"fileSharing.apiUrl", "file sharing", true},
    Integration{"prejoinConfig.preCallTestICEUrl", "pre-call test", true},
    Integration{"visitors.queueService", "visitors' queue", true},
};

void add_switched(const Settings& settings, const char* switch_path, const char* address_path, const char* name,
                  Gathered& out) {
  const Read on = settings.read(switch_path);
  if (on.absent || (!on.unknown && !on.truthy())) return;
  const Read address = settings.read(address_path);
  const std::string host = host_of(address.text());
  const bool foreign = out.names_other(host, address, settings);
  if (!foreign && !address.unknown) return;
  out.add_unknown(on);
  out.add_unknown(address);
  if (foreign && !on.unknown) out.add(service_at(name, host), address.note);
}

void put_integrations(const Settings& settings, JitsiWriter& out) {
  Gathered found;
  for (const Integration& integration : kIntegrations) {
    const Read read = settings.read(integration.path);
    found.add_unknown(read);
    if (read.text().empty()) continue;
    if (!integration.by_host) {
      found.add(integration.name, read.note);
      continue;
    }
    const std::string host = host_of(read.text());
    if (found.names_other(host, read, settings)) found.add(service_at(integration.name, host), read.note);
  }
  const Read giphy = settings.read("giphy.enabled");
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  found.add_unknown(giphy);
  if (giphy.truthy() && no_third_parties.unknown) found.add_unknown(no_third_parties);
  if (giphy.truthy() && !no_third_parties.unknown && !no_third_parties.truthy()) found.add("Giphy", giphy.note);
  add_switched(settings, "whiteboard.enabled", "whiteboard.collabServerBaseUrl", "whiteboard", found);
  const Read jaas = settings.read("enableJaaS");
  found.add_unknown(jaas);
  if (jaas.truthy()) found.add("8x8 (JaaS)", jaas.note);
  if (found.items.empty()) found.notes.emplace_back("no service of somebody else is set");
  found.put("jitsi.integrations.third_party", settings, out);
}

void put_signalling(const Settings& settings, JitsiWriter& out) {
  Gathered hosts;
  Gathered foreign;
  for (const char* path : {"bosh", "websocket", "conferenceRequestUrl", "websocketKeepAliveUrl"}) {
    const Read read = settings.read(path);
    hosts.add_unknown(read);
    foreign.add_unknown(read);
    if (read.text().empty()) continue;
    std::string host = host_of(read.text());
    // A relative address stays with the page; "https://host" built from unreadable parts does not get here.
    if (host.empty() && read.text().find("//") == std::string::npos) host = settings.base().host();
    // "https://http://host/" and "https://localhost:8443/" come from settings that were never made.
    if (host.empty() || settings.owner_of(host) == Owner::kNobody) {
      const Error why{ErrorCode::kNotUnderstood, read.note};
      if (!hosts.unknown) hosts.unknown = why;
      if (!foreign.unknown) foreign.unknown = why;
      continue;
    }
    if (foreign.names_other(host, read, settings)) foreign.add(host, read.note);
    hosts.add(std::move(host), read.note);
  }
  foreign.put("jitsi.signalling.third_party", settings, out);
  hosts.put("jitsi.signalling.hosts", settings, out);
}

void put_avatars(const Settings& settings, JitsiWriter& out) {
  Gathered found;
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  const Read disabled = settings.read("gravatar.disabled");
  if (no_third_parties.truthy() || disabled.truthy()) {
    found.notes.push_back(no_third_parties.truthy() ? no_third_parties.note : disabled.note);
    found.put("jitsi.avatars.third_party", settings, out);
    return;
  }
  Read base = settings.read("gravatar.baseUrl");
  if (base.absent) base = settings.read("gravatarBaseURL");
  found.add_unknown(no_third_parties);
  found.add_unknown(disabled);
  found.add_unknown(base);
  if (!found.unknown) {
    const std::string text = base.text();
    const std::string host = text.empty() ? "gravatar.com" : host_of(text);
    // Gravatar's two spellings are one recipient.
    const std::string shown = same_site(host, "gravatar.com") ? "gravatar.com" : host;
    found.notes.push_back(text.empty() ? disabled.note : base.note);
    if (found.names_other(shown, base, settings)) found.items.push_back(shown);
  }
  found.put("jitsi.avatars.third_party", settings, out);
}

}  // namespace

void put_other_party_facts(const Settings& settings, JitsiWriter& out) {
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  if (no_third_parties.unknown) {
    out.missing("jitsi.third_party_requests_disabled", *no_third_parties.unknown, settings.seen(no_third_parties.note));
  } else {
    out.put("jitsi.third_party_requests_disabled", no_third_parties.truthy(), settings.seen(no_third_parties.note));
  }
  put_integrations(settings, out);
  put_signalling(settings, out);
  put_avatars(settings, out);
}

}  // namespace meetlat::probes
