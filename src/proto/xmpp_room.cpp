#include "proto/xmpp_room.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace meetlat::xmpp {

namespace {

constexpr std::size_t kMostProperties = 100;
constexpr std::size_t kMostStatuses = 32;

using Properties = std::vector<std::pair<std::string, std::string>>;

void write_properties(const Properties& properties, XmlElement& conference) {
  for (const auto& [name, value] : properties) {
    XmlElement property("property", std::string(kFocusNs));
    property.set("name", name).set("value", value);
    conference.add(std::move(property));
  }
}

Properties read_properties(const XmlElement& conference) {
  Properties out;
  for (const XmlElement& child : conference.children) {
    if (child.name != "property" || out.size() >= kMostProperties) continue;
    out.emplace_back(excerpt(child.attribute("name"), 100), excerpt(child.attribute("value"), 200));
  }
  return out;
}

// A JSON scalar as the XML form would write it.
std::string scalar_text(const Json& value) {
  if (value.is_string()) return excerpt(value.get_ref<const std::string&>(), 200);
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return value.is_number() ? dump_json(value) : std::string();
}

const XmlElement* child_of(const XmlElement& iq, std::string_view name, std::string_view ns,
                           std::string_view type) noexcept {
  return is_stanza(iq, "iq") && iq.attribute("type") == type ? iq.child(name, ns) : nullptr;
}

}  // namespace

XmlElement muc_join(std::string_view occupant) {
  return presence(occupant).add(XmlElement("x", std::string(kMucNs)));
}

XmlElement muc_leave(std::string_view occupant) {
  return presence(occupant, "unavailable");
}

bool MucPresence::is_self() const noexcept {
  return has_status(110);
}
bool MucPresence::has_status(int status) const noexcept {
  return std::ranges::find(statuses, status) != statuses.end();
}

std::optional<MucPresence> read_muc_presence(const XmlElement& stanza) {
  if (!is_stanza(stanza, "presence")) return std::nullopt;
  MucPresence out;
  out.from = stanza.attribute("from");
  out.nick = jid_resource(out.from);
  out.type = stanza.attribute("type");
  out.error = read_error(stanza);
  const XmlElement* x = stanza.child("x", kMucUserNs);
  if (x == nullptr) return out;
  for (const XmlElement& child : x->children) {
    if (child.name == "item") {
      out.affiliation = child.attribute("affiliation");
      out.role = child.attribute("role");
      out.real_jid = child.attribute("jid");
    } else if (child.name == "status" && out.statuses.size() < kMostStatuses) {
      int code = 0;
      const std::string_view text = child.attribute("code");
      if (std::from_chars(text.data(), text.data() + text.size(), code).ec == std::errc{}) out.statuses.push_back(code);
    }
  }
  return out;
}

XmlElement muc_presence(const MucPresence& from, std::string_view to) {
  XmlElement out = presence(to, from.type);
  out.set("from", from.from);
  XmlElement x("x", std::string(kMucUserNs));
  XmlElement item("item", std::string(kMucUserNs));
  item.set("affiliation", from.affiliation).set("role", from.role);
  if (!from.real_jid.empty()) item.set("jid", from.real_jid);
  x.add(std::move(item));
  for (const int status : from.statuses) {
    x.add(XmlElement("status", std::string(kMucUserNs)).set("code", std::to_string(status)));
  }
  return out.add(std::move(x));
}

XmlElement room_form_query() {
  return XmlElement("query", std::string(kMucOwnerNs));
}

std::optional<DataForm> read_room_form(const XmlElement& iq) {
  const XmlElement* query = child_of(iq, "query", kMucOwnerNs, "result");
  const XmlElement* x = query == nullptr ? nullptr : query->child("x", kDataFormNs);
  return x == nullptr ? std::nullopt : read_form(*x);
}

XmlElement room_form_result(const DataForm& form) {
  return XmlElement("query", std::string(kMucOwnerNs)).add(data_form(form));
}

XmlElement conference_request(const ConferenceRequest& request) {
  XmlElement conference("conference", std::string(kFocusNs));
  conference.set("room", request.room).set("machine-uid", request.machine_uid);
  write_properties(request.properties, conference);
  return conference;
}

std::optional<ConferenceRequest> read_conference_request(const XmlElement& iq) {
  const XmlElement* conference = child_of(iq, "conference", kFocusNs, "set");
  if (conference == nullptr) return std::nullopt;
  return ConferenceRequest{std::string(conference->attribute("room")),
                           std::string(conference->attribute("machine-uid")), read_properties(*conference)};
}

std::string conference_request_json(const ConferenceRequest& request) {
  Json properties = Json::object();
  for (const auto& [name, value] : request.properties) properties[name] = value;
  return dump_json(Json{{"room", request.room}, {"machineUid", request.machine_uid}, {"properties", properties}});
}

std::string ConferenceAnswer::property(std::string_view name) const {
  const auto found = std::ranges::find(properties, name, &std::pair<std::string, std::string>::first);
  return found == properties.end() ? std::string() : found->second;
}

XmlElement conference_answer(const ConferenceAnswer& answer) {
  XmlElement conference("conference", std::string(kFocusNs));
  conference.set("ready", answer.ready ? "true" : "false");
  if (!answer.room.empty()) conference.set("room", answer.room);
  if (!answer.focus_jid.empty()) conference.set("focusjid", answer.focus_jid);
  if (!answer.vnode.empty()) conference.set("vnode", answer.vnode);
  if (!answer.identity.empty()) conference.set("identity", answer.identity);
  write_properties(answer.properties, conference);
  return conference;
}

std::optional<ConferenceAnswer> read_conference_answer(const XmlElement& iq) {
  const XmlElement* conference = child_of(iq, "conference", kFocusNs, "result");
  if (conference == nullptr) return std::nullopt;
  ConferenceAnswer out;
  out.ready = conference->attribute("ready") == "true";
  out.room = conference->attribute("room");
  out.focus_jid = conference->attribute("focusjid");
  out.vnode = conference->attribute("vnode");
  out.identity = conference->attribute("identity");
  out.properties = read_properties(*conference);
  return out;
}

Result<ConferenceAnswer> read_conference_json(std::string_view bytes) {
  const Result<Json> json = parse_json(bytes);
  if (!json) return fail(json.error());
  if (!json->is_object() || !json->contains("ready")) {
    return fail(ErrorCode::kNotUnderstood, "JSON that is no answer of a conference focus");
  }
  ConferenceAnswer out;
  const Json& ready = json_member(*json, "ready");
  out.ready = ready.is_boolean() ? ready.get<bool>() : json_string(*json, "ready") == "true";
  out.room = json_string(*json, "room");
  out.focus_jid = json_string(*json, "focusJid");
  out.vnode = json_string(*json, "vnode");
  out.identity = json_string(*json, "identity");
  const Json& properties = json_member(*json, "properties");
  if (!properties.is_object()) return out;
  for (const auto& [name, value] : properties.items()) {
    if (out.properties.size() >= kMostProperties) break;
    out.properties.emplace_back(excerpt(name, 100), scalar_text(value));
  }
  return out;
}

std::string read_room_metadata(const XmlElement& message) {
  if (!is_stanza(message, "message")) return {};
  // As pushed: <json-message xmlns="http://jitsi.org/jitmeet">{"type":"room_metadata",...}</json-message>
  const XmlElement* json = message.child("json-message", kRoomMetadataNs);
  if (json == nullptr) json = message.child("room_metadata", kRoomMetadataNs);
  return json == nullptr || json->text.find("room_metadata") == std::string::npos ? std::string() : json->text;
}

}  // namespace meetlat::xmpp
