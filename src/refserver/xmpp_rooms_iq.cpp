// Questions to rooms: service discovery, the owner's form, and what occupants ask each other.
#include <chrono>
#include <utility>

#include "proto/xmpp.h"
#include "proto/xmpp_room.h"
#include "refserver/xmpp_rooms.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostPassword = 200;

std::string yes_or_no(bool value) {
  return value ? "1" : "0";
}

std::string name_of(const XmppRoom& room) {
  return room.jid.substr(0, room.jid.find('@'));
}

bool is_yes(std::string_view value) {
  return value == "1" || value == "true";
}

xmpp::FormField field(std::string_view var, std::string_view type, std::string value) {
  return {std::string(var), std::string(type), {std::move(value)}};
}

}  // namespace

void XmppRooms::on_iq(const XmlElement& stanza, const Address& to) {
  const std::string_view type = stanza.attribute("type");
  const bool asks = type == "get" || type == "set";
  const auto refuse = [&](std::string_view kind, std::string_view condition) {
    if (asks) answer(xmpp::iq_error(stanza, kind, condition));
  };
  if (to.room.empty()) {
    if (asks) on_component_iq(stanza);
    return;
  }
  XmppRoom* room = find(to.room);
  if (room == nullptr) return refuse("cancel", "item-not-found");
  if (to.nick.empty()) {
    if (asks) on_room_iq(stanza, *room);
    return;
  }
  const XmppOccupant* sender = room->find_jid(stanza.attribute("from"));
  if (sender == nullptr) return refuse("cancel", "not-acceptable");
  const XmppOccupant* target = room->find_nick(to.nick);
  if (target == nullptr) return refuse("cancel", "item-not-found");
  if (target->is_focus) {
    // It acknowledges whatever it is told, and knows no answers.
    if (type == "set") return answer(xmpp::iq_result(stanza));
    return refuse("cancel", "service-unavailable");
  }
  if (target->jid == sender->jid && stanza.child("ping", xmpp::kPingNs) != nullptr) {
    if (asks) answer(xmpp::iq_result(stanza));  // "am I still in there?" (XEP-0410)
    return;
  }
  send_(target->jid, relayed(stanza, room->jid + "/" + sender->nick, target->jid));
}

void XmppRooms::on_component_iq(const XmlElement& stanza) {
  const bool get = stanza.attribute("type") == "get";
  XmlElement reply = xmpp::iq_result(stanza);
  if (get && stanza.child("query", xmpp::kDiscoInfoNs) != nullptr) {
    xmpp::DiscoInfo info;
    info.identities = {{"conference", "text", "Rooms"}};
    info.features = {std::string(xmpp::kDiscoInfoNs), std::string(xmpp::kDiscoItemsNs), std::string(xmpp::kMucNs)};
    reply.add(xmpp::disco_info_result(info));
  } else if (get && stanza.child("query", xmpp::kDiscoItemsNs) != nullptr) {
    std::vector<xmpp::DiscoItem> items;
    for (const auto& [jid, room] : rooms_) {
      if (options_.listed) items.push_back({jid, name_of(room), {}});
    }
    reply.add(xmpp::disco_items_result(items));
  } else if (stanza.child("ping", xmpp::kPingNs) == nullptr) {
    reply = xmpp::iq_error(stanza, "cancel", "service-unavailable");
  }
  answer(reply);
}

void XmppRooms::on_room_iq(const XmlElement& stanza, XmppRoom& room) {
  const XmppOccupant* sender = room.find_jid(stanza.attribute("from"));
  const bool get = stanza.attribute("type") == "get";
  const bool info = stanza.child("query", xmpp::kDiscoInfoNs) != nullptr;
  const bool items = stanza.child("query", xmpp::kDiscoItemsNs) != nullptr;
  if (get && (info || items)) {
    if (sender == nullptr && !options_.listed) return answer(xmpp::iq_error(stanza, "auth", "forbidden"));
    XmlElement reply = xmpp::iq_result(stanza);
    return answer(reply.add(info ? room_info(room) : xmpp::disco_items_result({})));
  }
  if (sender == nullptr) return answer(xmpp::iq_error(stanza, "cancel", "not-acceptable"));
  if (stanza.child("query", xmpp::kMucOwnerNs) != nullptr) return on_owner_iq(stanza, room, *sender);
  if (stanza.child("ping", xmpp::kPingNs) != nullptr) return answer(xmpp::iq_result(stanza));
  answer(xmpp::iq_error(stanza, "cancel", "service-unavailable"));
}

XmlElement XmppRooms::room_info(const XmppRoom& room) const {
  xmpp::DiscoInfo info;
  info.identities = {{"conference", "text", name_of(room)}};
  info.features = {std::string(xmpp::kMucNs),
                   options_.listed ? "muc_public" : "muc_hidden",
                   options_.public_jids ? "muc_nonanonymous" : "muc_semianonymous",
                   room.members_only ? "muc_membersonly" : "muc_open",
                   room.password.empty() ? "muc_unsecured" : "muc_passwordprotected",
                   "muc_temporary",
                   "muc_unmoderated"};
  xmpp::DataForm form;
  form.type = "result";
  form.fields = {
      field("FORM_TYPE", "hidden", std::string(xmpp::kMucRoomInfo)),
      field("muc#roominfo_occupants", "text-single", std::to_string(room.occupants.size())),
      field("muc#roominfo_meetingId", "text-single", room.meeting_id),
      field("muc#roominfo_created_timestamp", "text-single", std::to_string(room.created.time_since_epoch().count())),
      field("muc#roominfo_isbreakout", "boolean", yes_or_no(false))};
  if (room.members_only && !options_.lobby.empty()) {
    form.fields.push_back(field("muc#roominfo_lobbyroom", "text-single", name_of(room) + "@" + options_.lobby));
  }
  info.forms.push_back(std::move(form));
  return xmpp::disco_info_result(info);
}

XmlElement XmppRooms::room_form(const XmppRoom& room) const {
  xmpp::DataForm form;
  form.type = "form";
  form.fields = {field("FORM_TYPE", "hidden", std::string(xmpp::kMucRoomConfig)),
                 field("muc#roomconfig_whois", "list-single", options_.public_jids ? "anyone" : "moderators"),
                 field("muc#roomconfig_publicroom", "boolean", yes_or_no(options_.listed)),
                 field("muc#roomconfig_membersonly", "boolean", yes_or_no(room.members_only)),
                 field("muc#roomconfig_passwordprotectedroom", "boolean", yes_or_no(!room.password.empty())),
                 field("muc#roomconfig_roomsecret", "text-private", room.password),
                 field("muc#roomconfig_meetingId", "text-single", room.meeting_id)};
  return xmpp::room_form_result(form);
}

void XmppRooms::on_owner_iq(const XmlElement& stanza, XmppRoom& room, const XmppOccupant& sender) {
  if (sender.affiliation != "owner") return answer(xmpp::iq_error(stanza, "auth", "forbidden"));
  XmlElement reply = xmpp::iq_result(stanza);
  if (stanza.attribute("type") == "get") return answer(reply.add(room_form(room)));
  const XmlElement* x = stanza.child("query", xmpp::kMucOwnerNs)->child("x", xmpp::kDataFormNs);
  const auto form = x == nullptr ? std::nullopt : xmpp::read_form(*x);
  if (!form) return answer(xmpp::iq_error(stanza, "modify", "bad-request"));
  if (form->find("muc#roomconfig_membersonly") != nullptr) {
    room.members_only = is_yes(form->value("muc#roomconfig_membersonly"));
  }
  if (form->find("muc#roomconfig_roomsecret") != nullptr) {
    room.password = form->value("muc#roomconfig_roomsecret").substr(0, kMostPassword);
  }
  // Who is in already is not put out by it.
  for (const XmppOccupant& one : room.occupants) {
    if (room.members.size() < kMostMembers) room.members.emplace(xmpp::bare_jid(one.jid));
  }
  answer(reply);
}

}  // namespace meetlat
