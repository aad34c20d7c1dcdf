// STUN and TURN servers that the client's settings name, or that it would use without any.
#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// The library's STUN default changed between these two stable releases.
constexpr int kLastGoogleStun = 5142;
constexpr int kFirstJitsiStun = 5390;
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

struct Stun {
  Gathered hosts;
  std::set<std::string, std::less<>> relays;  // those of the hosts that are TURN servers
  std::string source;
  std::size_t unreadable = 0;                            // entries
  std::map<std::string, JsOrigin, std::less<>> origins;  // of the hosts
};

// Entries of an RTCIceServer list: {urls: "..."} or {urls: [...]} or the old {url: "..."}, or plain strings.
void collect_ice(const JsValue& value, int depth, Stun& out) {
  if (depth > 4) return;
  switch (value.kind) {
    case JsValue::Kind::kString:
      if (std::string host = ice_host(value.string); !host.empty()) {
        if (starts_with_i(trim(value.string), "turn")) out.relays.insert(host);
        out.origins.emplace(host, value.origin);
        out.hosts.items.push_back(std::move(host));
      }
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
      ++out.unreadable;
      if (!out.hosts.unknown) {
        out.hosts.unknown =
            Error{ErrorCode::kNotUnderstood, "an entry of the STUN list: " + excerpt(value.unknown, 120)};
      }
      break;
    default:
      break;
  }
}

// Where the entries were written when that is not where the list begins, and how many are not in the answer.
void note_entries(const Read& list, const Settings& settings, Stun& out) {
  constexpr std::size_t kMost = 6;
  for (const auto& [host, origin] : out.origins) {
    if (origin.line <= 0 || (origin.line == list.origin.line && origin.source == list.origin.source)) continue;
    if (out.hosts.notes.size() > kMost) break;
    Read entry;
    entry.origin = origin;
    const std::string where = settings.seen(entry).where;
    out.hosts.notes.push_back(fmt::format("{} ({})", host, where.substr(where.rfind('/') + 1)));
  }
  if (out.unreadable == 1) out.hosts.notes.emplace_back("1 entry could not be evaluated");
  if (out.unreadable > 1) out.hosts.notes.push_back(fmt::format("{} entries could not be evaluated", out.unreadable));
}

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
    collect_ice(*list.value, 0, stun);
    note_entries(list, settings, stun);
    stun.source = stun.hosts.items.empty() && !stun.hosts.unknown ? "none" : "config.js";
    return stun;
  }
  const Read legacy = settings.read("p2pStunServers");
  if (!legacy.absent && !build.surely_at_least(kLegacyStunDead)) {
    stun.hosts.notes.push_back(legacy.note);
    stun.source = "legacy key";
    if (legacy.unknown) stun.hosts.unknown = legacy.unknown;
    if (legacy.value != nullptr) collect_ice(*legacy.value, 0, stun);
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

// Which of them belong to somebody else. The list serves calls of two only; the leg to the bridge takes no STUN server.
Gathered foreign_of(const Stun& stun, const Settings& settings) {
  const Read p2p = settings.read("p2p.enabled");
  Gathered foreign;
  if (!p2p.absent && !p2p.unknown && !p2p.truthy()) {
    foreign.notes.push_back(p2p.note + "; the list is not used");
    return foreign;
  }
  foreign.notes = stun.hosts.notes;
  foreign.unknown = stun.hosts.unknown;
  for (const std::string& host : stun.hosts.items) {
    const std::string_view name = without_port(host);
    const Owner owner = settings.owner_of(name);
    if (owner == Owner::kOther) {
      foreign.items.push_back(host);
      foreign.add_contact(stun.relays.contains(host) ? "turn" : "stun", std::string(name),
                          join(stun.hosts.notes, "; "));
    }
    if (owner == Owner::kUnclear && !foreign.unknown) {
      foreign.unknown = Error{ErrorCode::kNotUnderstood, host + ": an address tells no owner"};
    }
  }
  if (p2p.unknown && !foreign.items.empty()) {
    foreign = Gathered{};
    foreign.notes.push_back(p2p.note);
    foreign.unknown = p2p.unknown;
  }
  return foreign;
}

}  // namespace

Gathered gather_stun(const Settings& settings, const BuildKnowledge& build) {
  return foreign_of(stun_of(settings, build), settings);
}

void put_stun_facts(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out) {
  const Read p2p = settings.read("p2p.enabled");
  if (p2p.unknown) {
    out.missing("jitsi.p2p.enabled", *p2p.unknown, settings.seen(p2p.note));
  } else {
    out.put("jitsi.p2p.enabled", p2p.absent || p2p.truthy(), settings.seen(p2p.note));
  }
  const Read policy = settings.read("p2p.iceTransportPolicy");
  if (policy.unknown) {
    out.missing("jitsi.p2p.ice_policy", *policy.unknown, settings.seen(policy));
  } else {
    // Browsers take every other word for "all", or refuse it, which the client survives (W3C WebRTC,
    // RTCIceTransportPolicy).
    out.put("jitsi.p2p.ice_policy", policy.text() == "relay" ? "relay" : "all", settings.seen(policy));
  }
  Stun stun = stun_of(settings, build);
  const std::string note = join(stun.hosts.notes, "; ");
  if (stun.source.empty()) {
    out.missing("jitsi.stun.source", *stun.hosts.unknown, settings.seen(note));
  } else {
    out.put("jitsi.stun.source", stun.source, settings.seen(note));
  }
  foreign_of(stun, settings).put("jitsi.stun.third_party", settings, out);
  stun.hosts.put("jitsi.stun.hosts", settings, out);
}

}  // namespace meetlat::probes
