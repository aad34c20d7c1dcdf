#include "refserver/xmpp_domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "proto/xmpp.h"
#include "proto/xmpp_room.h"
#include "refserver/xmpp_focus.h"
#include "refserver/xmpp_services.h"

namespace meetlat {
namespace {

constexpr int kMostLoginFailures = 3;
constexpr std::size_t kMostResource = 64;

XmppRoomOptions room_options(const PersonaXmpp& persona, const XmppNames& names) {
  // Jitsi lets the focus alone make rooms. Where there is none, anybody may, as in a bare Prosody.
  return {names.muc, persona.focus != XmppFocus::kAbsent, persona.rooms_listed, persona.public_jids, names.lobby};
}
XmppRoomOptions lobby_options(const XmppNames& names) {
  return {names.lobby, false, false, true, {}};
}

// "3f2a...": 32 digits in the form of a UUID, as Jitsi's anonymous login names people.
std::string uuid_of(const std::string& hex) {
  if (hex.size() < 32) return hex;
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20, 12));
}

bool is_request(const XmlElement& iq) {
  return iq.attribute("type") == "get" || iq.attribute("type") == "set";
}

}  // namespace

XmppDomain::XmppDomain(const PersonaXmpp& persona, const std::string& host, XmppEnvironment environment)
    : persona_(persona),
      host_(host),
      names_(xmpp_names(persona, host)),
      environment_(std::move(environment)),
      turn_secret_(environment_.random()),
      rooms_(
          room_options(persona, names_), environment_,
          [this](const std::string& jid, const XmlElement& element) { send(jid, element); },
          [this](const XmppRoom& room, const XmppOccupant& occupant) { push_metadata(room, occupant); }),
      lobby_(
          lobby_options(names_), environment_,
          [this](const std::string& jid, const XmlElement& element) { send_from_lobby(jid, element); }, nullptr) {
  for (int i = 1; i <= persona_.other_rooms; ++i) {
    XmppRoom* room = rooms_.create(fmt::format("weekly-circle-{}@{}", i, names_.muc));
    if (room != nullptr) room->members_only = true;
  }
}

// --- Streams

XmppDomain::StreamId XmppDomain::open(std::string_view to, Deliver deliver) {
  const auto refuse = [&deliver](std::string_view condition) {
    XmlElement error("error", std::string(xmpp::kStreamsNs));
    error.prefix = "stream";
    deliver(error.add(XmlElement(std::string(condition), std::string(xmpp::kStreamErrorNs))));
    return StreamId{0};
  };
  const std::string domain = to_lower(to);
  if (domain != names_.domain && (names_.guest.empty() || domain != names_.guest)) return refuse("host-unknown");
  if (streams_.size() >= kMostStreams) return refuse("resource-constraint");
  Stream stream;
  stream.domain = domain;
  stream.deliver = std::move(deliver);
  features(stream);
  streams_.emplace(++last_, std::move(stream));
  return last_;
}

std::vector<std::string> XmppDomain::mechanisms(const std::string& domain) const {
  const bool accounts = persona_.login == XmppLogin::kAccounts || persona_.login == XmppLogin::kGuestDomain;
  if (accounts && domain == names_.domain) return {"SCRAM-SHA-1", "PLAIN"};
  return {"ANONYMOUS"};
}

void XmppDomain::features(const Stream& stream) const {
  xmpp::StreamFeatures features;
  if (stream.state == Stream::State::kNew) {
    features.mechanisms = mechanisms(stream.domain);
  } else {
    features.bind = true;
  }
  stream.deliver(xmpp::stream_features(features));
}

void XmppDomain::restart(StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  Stream& stream = found->second;
  if (stream.state == Stream::State::kBound) return end(id, "policy-violation");
  if (stream.state == Stream::State::kLoggedIn) stream.state = Stream::State::kReady;
  features(stream);
}

void XmppDomain::end(StreamId id, std::string_view condition) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  XmlElement error("error", std::string(xmpp::kStreamsNs));
  error.prefix = "stream";
  error.add(XmlElement(std::string(condition), std::string(xmpp::kStreamErrorNs)));
  found->second.deliver(error);
  close(id);
}

void XmppDomain::close(StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::string jid = found->second.jid;
  bound_.erase(jid);  // first, so that nothing is delivered any more
  streams_.erase(found);
  if (jid.empty()) return;
  rooms_.leave_all(jid);
  lobby_.leave_all(jid);
}

void XmppDomain::drop_all() {
  bound_.clear();
  streams_.clear();
}

void XmppDomain::sweep() {
  rooms_.sweep();
  lobby_.sweep();
}

void XmppDomain::receive(StreamId id, const XmlElement& element) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  Stream& stream = found->second;
  if (rough_size(element) > kMostStanzaBytes) return end(id, "policy-violation");
  if (stream.state == Stream::State::kNew) {
    if (element.is("auth", xmpp::kSaslNs)) return on_auth(id, stream, element);
    return end(id, "not-authorized");
  }
  const bool stanza =
      xmpp::is_stanza(element, "iq") || xmpp::is_stanza(element, "message") || xmpp::is_stanza(element, "presence");
  if (!stanza) return end(id, "unsupported-stanza-type");
  if (stream.state != Stream::State::kBound) return on_unbound(id, stream, element);
  XmlElement addressed = tidied(element);
  replace_attribute(addressed, "from", stream.jid);
  route(stream, addressed);
}

void XmppDomain::on_auth(StreamId id, Stream& stream, const XmlElement& auth) {
  const std::string_view mechanism = auth.attribute("mechanism");
  const auto offered = mechanisms(stream.domain);
  if (std::ranges::find(offered, mechanism) == offered.end()) {
    stream.deliver(xmpp::sasl_failure("invalid-mechanism"));
  } else if (mechanism == "ANONYMOUS" && persona_.login != XmppLogin::kToken) {
    stream.state = Stream::State::kLoggedIn;
    return stream.deliver(xmpp::sasl_success());
  } else if (mechanism == "ANONYMOUS") {
    XmlElement failure = xmpp::sasl_failure("not-allowed");
    stream.deliver(failure.add(XmlElement("text", std::string(xmpp::kSaslNs)).with_text("token required")));
  } else {
    stream.deliver(xmpp::sasl_failure("not-authorized"));
  }
  if (++stream.failures >= kMostLoginFailures) end(id, "policy-violation");
}

void XmppDomain::on_unbound(StreamId id, Stream& stream, const XmlElement& element) {
  const XmlElement* bind = element.child("bind", xmpp::kBindNs);
  if (stream.state != Stream::State::kReady || element.name != "iq" || element.attribute("type") != "set" ||
      bind == nullptr) {
    return end(id, "not-authorized");
  }
  const XmlElement* wanted = bind->child("resource");
  std::string resource = wanted == nullptr ? std::string() : std::string(trim(wanted->text));
  const bool usable = !resource.empty() && resource.size() <= kMostResource &&
                      std::ranges::all_of(resource, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (!usable) resource = environment_.random().substr(0, 12);
  stream.jid = uuid_of(environment_.random()) + "@" + stream.domain + "/" + resource;
  stream.state = Stream::State::kBound;
  bound_[stream.jid] = id;
  stream.deliver(xmpp::iq_result(element).add(xmpp::bind_result(stream.jid)));
}

void XmppDomain::send(const std::string& jid, const XmlElement& element) const {
  auto found = bound_.find(jid);
  if (found == bound_.end() && jid.find('/') == std::string::npos) {
    // A bare address: everybody has one connection only.
    found = bound_.lower_bound(jid + "/");
    if (found != bound_.end() && xmpp::bare_jid(found->first) != jid) found = bound_.end();
  }
  if (found == bound_.end()) return;
  const auto stream = streams_.find(found->second);
  if (stream != streams_.end()) stream->second.deliver(element);
}

// As mod_muc_lobby_rooms of the packages filters what leaves its component: of all answers to questions, only features
// (disco#info) get out, not even refusals do.
void XmppDomain::send_from_lobby(const std::string& jid, const XmlElement& element) const {
  const bool filtered = element.name == "iq" && element.child("query", xmpp::kDiscoInfoNs) == nullptr;
  if (!filtered) send(jid, element);
}

// --- Stanzas of those who are bound

void XmppDomain::route(Stream& stream, const XmlElement& stanza) {
  const std::string_view to = stanza.attribute("to");
  const std::string domain = to_lower(xmpp::jid_domain(to));
  if (to.empty() || to == xmpp::bare_jid(stream.jid) || domain == names_.domain || domain == names_.guest) {
    return on_server(stream, stanza);
  }
  if (domain == names_.muc) return rooms_.receive(stanza);
  if (domain == names_.focus || to_lower(xmpp::bare_jid(to)) == names_.focus_user) return on_focus(stream, stanza);
  for (const XmppComponent& component : names_.components) {
    if (component.jid != domain) continue;
    return domain == names_.lobby ? on_lobby(stream, stanza) : on_component(stream, stanza, component);
  }
  // There are no connections to other servers.
  if (stanza.name == "iq" && is_request(stanza)) {
    stream.deliver(xmpp::iq_error(stanza, "cancel", "remote-server-not-found"));
  } else if (stanza.attribute("type") != "error" && stanza.name != "iq") {
    stream.deliver(stanza_error(stanza, "cancel", "remote-server-not-found"));
  }
}

void XmppDomain::on_server(const Stream& stream, const XmlElement& stanza) {
  if (stanza.name != "iq" || !is_request(stanza)) return;
  const bool get = stanza.attribute("type") == "get";
  const bool to_user = stanza.attribute("to").find('@') != std::string_view::npos;
  XmlElement reply = xmpp::iq_result(stanza);
  const auto payload = [&](std::string_view name, std::string_view ns) { return stanza.child(name, ns) != nullptr; };
  const bool services = payload("services", xmpp::kServicesNs) || payload("services", xmpp::kOldServicesNs);
  if (payload("ping", xmpp::kPingNs) || (payload("session", xmpp::kSessionNs) && !get)) {
    return stream.deliver(reply);
  }
  if (get && !to_user && payload("query", xmpp::kDiscoInfoNs)) return stream.deliver(reply.add(server_info()));
  if (get && !to_user && payload("query", xmpp::kDiscoItemsNs)) return stream.deliver(reply.add(server_items()));
  if (get && services && persona_.discovery == XmppDiscovery::kForbidden) {
    return stream.deliver(xmpp::iq_error(stanza, "auth", "forbidden"));
  }
  if (get && services && persona_.discovery == XmppDiscovery::kOffered) {
    const bool current = payload("services", xmpp::kServicesNs);
    const auto list = make_services(persona_, host_, turn_secret_, environment_.now());
    return stream.deliver(reply.add(xmpp::services_result(list, current ? xmpp::kServicesNs : xmpp::kOldServicesNs)));
  }
  if (get && !persona_.version.empty() && payload("query", xmpp::kVersionNs)) {
    return stream.deliver(reply.add(xmpp::version_result({persona_.software, persona_.version, {}})));
  }
  stream.deliver(xmpp::iq_error(stanza, "cancel", "service-unavailable"));
}

XmlElement XmppDomain::server_info() const {
  xmpp::DiscoInfo info;
  info.identities.push_back({"server", "im", persona_.software});
  for (const XmppComponent& component : names_.components) {
    info.identities.push_back({"component", component.type, component.jid});
  }
  for (const auto& [type, name] :
       {std::pair("shard", persona_.shard), {"region", persona_.region}, {"release", persona_.release}}) {
    if (!name.empty()) info.identities.push_back({"server", type, name});
  }
  info.features = {std::string(xmpp::kDiscoInfoNs), std::string(xmpp::kDiscoItemsNs), std::string(xmpp::kPingNs)};
  if (!persona_.version.empty()) info.features.emplace_back(xmpp::kVersionNs);
  if (persona_.discovery != XmppDiscovery::kMissing) {
    info.features.emplace_back(xmpp::kOldServicesNs);
    info.features.emplace_back(xmpp::kServicesNs);
  }
  return xmpp::disco_info_result(info);
}

XmlElement XmppDomain::server_items() const {
  std::vector<xmpp::DiscoItem> items{{names_.muc, {}, {}}};
  if (persona_.focus != XmppFocus::kAbsent) items.push_back({names_.focus, {}, {}});
  for (const XmppComponent& component : names_.components) items.push_back({component.jid, {}, {}});
  return xmpp::disco_items_result(items);
}

void XmppDomain::on_focus(const Stream& stream, const XmlElement& stanza) {
  if (stanza.name != "iq" || !is_request(stanza)) return;
  const auto request = xmpp::read_conference_request(stanza);
  if (!request) {
    const bool ping = stanza.child("ping", xmpp::kPingNs) != nullptr && persona_.focus != XmppFocus::kAbsent;
    return stream.deliver(ping ? xmpp::iq_result(stanza) : xmpp::iq_error(stanza, "cancel", "service-unavailable"));
  }
  const FocusReply reply = ask_focus(persona_, names_, rooms_, *request);
  switch (reply.kind) {
    case FocusReply::Kind::kAnswer:
      return stream.deliver(xmpp::iq_result(stanza).add(xmpp::conference_answer(reply.answer)));
    case FocusReply::Kind::kBadRequest:
      return stream.deliver(xmpp::iq_error(stanza, "modify", "bad-request"));
    case FocusReply::Kind::kLoginNeeded:
      return stream.deliver(xmpp::iq_error(stanza, "auth", "not-authorized"));
    case FocusReply::Kind::kUnavailable:
      return stream.deliver(xmpp::iq_error(stanza, "wait", "service-unavailable"));
    case FocusReply::Kind::kSilence:
      return;
  }
}

void XmppDomain::on_component(const Stream& stream, const XmlElement& stanza, const XmppComponent& component) {
  if (stanza.name != "iq" || !is_request(stanza)) return;  // what clients report is taken and forgotten
  XmlElement reply = xmpp::iq_result(stanza);
  if (stanza.attribute("type") == "get" && stanza.child("query", xmpp::kDiscoInfoNs) != nullptr) {
    xmpp::DiscoInfo info;
    info.identities = {{"component", component.type, component.jid}};
    info.features = {std::string(xmpp::kDiscoInfoNs)};
    return stream.deliver(reply.add(xmpp::disco_info_result(info)));
  }
  stream.deliver(xmpp::iq_error(stanza, "cancel", "service-unavailable"));
}

// People wait in "room@lobby" for a members-only "room@muc".
void XmppDomain::on_lobby(const Stream& stream, const XmlElement& stanza) {
  const std::string room = to_lower(xmpp::bare_jid(stanza.attribute("to")));
  const std::size_t at = room.find('@');
  const bool comes = stanza.name == "presence" && stanza.attribute("type").empty();
  if (comes && at != std::string::npos) {
    const XmppRoom* waited_for = rooms_.find(room.substr(0, at + 1) + names_.muc);
    if (waited_for == nullptr || !waited_for->members_only) {
      return stream.deliver(stanza_error(stanza, "cancel", "item-not-found"));
    }
  }
  lobby_.receive(stanza);
}

void XmppDomain::push_metadata(const XmppRoom& room, const XmppOccupant& occupant) const {
  if (names_.metadata.empty() || persona_.room_metadata.empty()) return;
  XmlElement message("message", std::string(xmpp::kClientNs));
  message.set("from", names_.metadata).set("to", occupant.jid);
  XmlElement json("json-message", std::string(xmpp::kRoomMetadataNs));
  json.set("room", room.jid).with_text(R"({"type":"room_metadata","metadata":)" + persona_.room_metadata + "}");
  send(occupant.jid, message.add(std::move(json)));
}

Answer XmppDomain::conference_request(std::string_view body) {
  return answer_conference_request(persona_, names_, rooms_, body);
}

}  // namespace meetlat
