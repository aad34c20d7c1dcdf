#include "refserver/xmpp_focus.h"

#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kJitsiNs = "http://jitsi.org/jitmeet";
constexpr std::size_t kMostRequestBytes = std::size_t{16} << 10;

bool needs_login(const PersonaXmpp& persona) {
  return persona.focus == XmppFocus::kLoginNeeded || persona.login != XmppLogin::kAnonymous;
}

// What the focus shows of itself in a room.
std::vector<XmlElement> focus_payload(const PersonaXmpp& persona) {
  std::vector<XmlElement> out;
  if (!persona.focus_version.empty()) {
    XmlElement versions("versions", std::string(kJitsiNs));
    XmlElement component("component", std::string(kJitsiNs));
    component.set("name", "focus").with_text(persona.focus_version);
    out.push_back(versions.add(std::move(component)));
  }
  XmlElement properties("conference-properties", std::string(xmpp::kFocusNs));
  XmlElement property("property", std::string(xmpp::kFocusNs));
  property.set("key", "support-terminate-restart").set("value", "true");
  out.push_back(properties.add(std::move(property)));
  return out;
}

bool is_room(std::string_view jid, const std::string& component) {
  const std::size_t at = jid.find('@');
  return at != std::string_view::npos && at > 0 && at <= kMostNameBytes && jid.substr(at + 1) == component &&
         jid.find_first_of("/\"&'<> \t\r\n") == std::string_view::npos;
}

Answer json_answer(int status, const Json& json) {
  Answer answer;
  answer.status = status;
  answer.headers = {{"Content-Type", "application/json"}, {"Access-Control-Allow-Origin", "*"}};
  answer.body = dump_json(json);
  return answer;
}

Json answer_json(const xmpp::ConferenceAnswer& answer) {
  Json properties = Json::object();
  for (const auto& [name, value] : answer.properties) properties[name] = value;
  return Json{{"ready", answer.ready},
              {"room", answer.room},
              {"focusJid", answer.focus_jid},
              {"properties", std::move(properties)}};
}

}  // namespace

FocusReply ask_focus(const PersonaXmpp& persona, const XmppNames& names, XmppRooms& rooms,
                     const xmpp::ConferenceRequest& request) {
  FocusReply reply;
  if (persona.focus == XmppFocus::kSilent) return {FocusReply::Kind::kSilence, {}};
  if (persona.focus == XmppFocus::kAbsent) return reply;
  const std::string room_jid = to_lower(request.room);
  if (!is_room(room_jid, names.muc)) return {FocusReply::Kind::kBadRequest, {}};
  // Guests may come to a meeting that goes on; only its start needs a login.
  if (needs_login(persona) && rooms.find(room_jid) == nullptr) return {FocusReply::Kind::kLoginNeeded, {}};
  reply.answer.ready = persona.focus == XmppFocus::kReady || persona.focus == XmppFocus::kLoginNeeded;
  if (reply.answer.ready) {
    XmppRoom* room = rooms.create(room_jid);
    if (room == nullptr) return reply;
    rooms.add_focus(*room, names.focus_user + "/focus", focus_payload(persona));
  }
  reply.kind = FocusReply::Kind::kAnswer;
  reply.answer.room = room_jid;
  reply.answer.focus_jid = names.focus_user;
  reply.answer.properties = {{"authentication", needs_login(persona) ? "true" : "false"},
                             {"externalAuth", persona.login == XmppLogin::kToken ? "true" : "false"},
                             {"sipGatewayEnabled", "false"},
                             {"visitors-supported", "false"}};
  return reply;
}

Answer answer_conference_request(const PersonaXmpp& persona, const XmppNames& names, XmppRooms& rooms,
                                 std::string_view body) {
  const auto plain = [](int status) {
    Answer answer;
    answer.status = status;
    answer.headers = {{"Content-Type", "text/plain"}, {"Access-Control-Allow-Origin", "*"}};
    return answer;
  };
  if (!persona.conference_http) return plain(404);
  if (body.size() > kMostRequestBytes) return plain(413);
  const Result<Json> json = parse_json(body);
  if (!json || !json->is_object()) return plain(400);
  xmpp::ConferenceRequest request;
  request.room = json_string(*json, "room");
  request.machine_uid = json_string(*json, "machineUid");
  const FocusReply reply = ask_focus(persona, names, rooms, request);
  switch (reply.kind) {
    case FocusReply::Kind::kAnswer:
      return json_answer(200, answer_json(reply.answer));
    case FocusReply::Kind::kBadRequest:
      return plain(400);
    case FocusReply::Kind::kLoginNeeded:
      return plain(403);
    case FocusReply::Kind::kUnavailable:
      return plain(502);
    case FocusReply::Kind::kSilence:
      break;
  }
  Answer silent = plain(200);
  silent.delivery = Answer::Delivery::kSilence;
  return silent;
}

}  // namespace meetlat
