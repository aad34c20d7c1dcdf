#include "refserver/xmpp_rooms.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "proto/xmpp.h"
#include "proto/xmpp_room.h"

namespace meetlat {

XmppRooms::Address::Address(std::string_view jid) : nick(xmpp::jid_resource(jid)) {
  const std::string_view bare = xmpp::bare_jid(jid);
  if (bare.find('@') != std::string_view::npos) room = to_lower(bare);
}

XmppOccupant* XmppRoom::find_jid(std::string_view occupant_jid) noexcept {
  const auto found = std::ranges::find(occupants, occupant_jid, &XmppOccupant::jid);
  return found == occupants.end() ? nullptr : &*found;
}
XmppOccupant* XmppRoom::find_nick(std::string_view nick) noexcept {
  const auto found = std::ranges::find(occupants, nick, &XmppOccupant::nick);
  return found == occupants.end() ? nullptr : &*found;
}
bool XmppRoom::has_people() const noexcept {
  return std::ranges::any_of(occupants, [](const XmppOccupant& one) { return !one.is_focus; });
}

XmppRooms::XmppRooms(XmppRoomOptions options, XmppEnvironment environment, Send send, Joined joined)
    : options_(std::move(options)),
      environment_(std::move(environment)),
      send_(std::move(send)),
      joined_(std::move(joined)) {}

XmppRoom* XmppRooms::find(std::string_view room_jid) noexcept {
  const auto found = rooms_.find(room_jid);
  return found == rooms_.end() ? nullptr : &found->second;
}

XmppRoom* XmppRooms::create(std::string_view room_jid) {
  if (XmppRoom* room = find(room_jid)) return room;
  sweep();
  if (rooms_.size() >= kMostRooms) return nullptr;
  XmppRoom room;
  room.jid = room_jid;
  room.meeting_id = environment_.random();
  room.created = environment_.now();
  return &rooms_.emplace(room.jid, std::move(room)).first->second;
}

void XmppRooms::add_focus(XmppRoom& room, const std::string& jid, std::vector<XmlElement> payload) {
  if (room.find_nick("focus") != nullptr) return;
  XmppOccupant focus{"focus", jid, "owner", "moderator", std::move(payload), true};
  room.occupants.insert(room.occupants.begin(), focus);
  show_to_all(room, room.occupants.front(), {});
}

void XmppRooms::sweep() {
  const Instant now = environment_.now();
  std::erase_if(rooms_, [&](const auto& entry) {
    const XmppRoom& room = entry.second;
    // Other people's meetings are members-only and go on.
    return !room.has_people() && !room.members_only && now - room.created > kEmptyRoomLife;
  });
}

void XmppRooms::answer(const XmlElement& reply) const {
  send_(std::string(reply.attribute("to")), reply);
}

void XmppRooms::receive(const XmlElement& stanza) {
  const Address to(stanza.attribute("to"));
  if (stanza.name == "presence") {
    on_presence(stanza, to);
  } else if (stanza.name == "message") {
    on_message(stanza, to);
  } else if (stanza.name == "iq") {
    on_iq(stanza, to);
  }
}

// --- Presence

void XmppRooms::show(const XmppRoom& room, const XmppOccupant& who, const XmppOccupant& to,
                     std::vector<int> statuses) const {
  if (to.is_focus) return;
  xmpp::MucPresence presence;
  presence.from = room.jid + "/" + who.nick;
  presence.affiliation = who.affiliation;
  presence.role = who.role;
  presence.statuses = std::move(statuses);
  if (who.role == "none") presence.type = "unavailable";
  const bool sees = options_.public_jids || to.role == "moderator" || who.jid == to.jid;
  if (sees) presence.real_jid = who.jid;
  XmlElement out = xmpp::muc_presence(presence, to.jid);
  for (const XmlElement& child : who.payload) out.add(child);
  send_(to.jid, out);
}

void XmppRooms::show_to_all(const XmppRoom& room, const XmppOccupant& who, std::vector<int> own_statuses) const {
  for (const XmppOccupant& to : room.occupants) {
    if (to.jid != who.jid) show(room, who, to, {});
  }
  // Last to itself: when it sees itself, it has seen all.
  show(room, who, who, std::move(own_statuses));
}

void XmppRooms::on_presence(const XmlElement& stanza, const Address& to) {
  const std::string_view type = stanza.attribute("type");
  if (type == "error") return;
  if (to.room.empty() || to.nick.empty()) {
    if (type.empty()) answer(stanza_error(stanza, "modify", "jid-malformed"));
    return;
  }
  if (type == "unavailable") {
    if (XmppRoom* room = find(to.room)) leave(*room, std::string(stanza.attribute("from")));
  } else if (type.empty()) {
    join(stanza, to);
  }
}

void XmppRooms::join(const XmlElement& stanza, const Address& to) {
  const auto refuse = [&](std::string_view type, std::string_view condition) {
    answer(stanza_error(stanza, type, condition));
  };
  if (to.room.size() > 2 * kMostNameBytes || to.nick.size() > kMostNameBytes) return refuse("modify", "jid-malformed");
  if (rough_size(stanza) > kMostPresenceBytes) return refuse("modify", "policy-violation");
  const std::string jid(stanza.attribute("from"));
  XmppRoom* room = find(to.room);
  const bool made_now = room == nullptr;
  if (made_now) {
    if (options_.restricted) return refuse("cancel", "not-allowed");
    room = create(to.room);
    if (room == nullptr) return refuse("wait", "resource-constraint");
  }
  if (const XmppOccupant* self = room->find_jid(jid)) {
    if (self->nick != to.nick) return refuse("cancel", "not-acceptable");  // names stay as they are
    return enter(stanza, *room, to.nick, false);
  }
  if (room->find_nick(to.nick) != nullptr) return refuse("cancel", "conflict");
  const auto there = [&jid](auto& entry) { return entry.second.find_jid(jid) != nullptr; };
  if (room->occupants.size() >= kMostOccupants ||
      static_cast<std::size_t>(std::ranges::count_if(rooms_, there)) >= kMostRoomsOfOne) {
    return refuse("wait", "service-unavailable");
  }
  if (may_enter(stanza, *room)) enter(stanza, *room, to.nick, made_now);
}

// Says why not, if not.
bool XmppRooms::may_enter(const XmlElement& stanza, const XmppRoom& room) {
  const std::string bare(xmpp::bare_jid(stanza.attribute("from")));
  if (room.members.contains(bare)) return true;
  if (room.members_only) {
    XmlElement refused = stanza_error(stanza, "auth", "registration-required");
    if (!options_.lobby.empty()) {
      XmlElement lobby("lobbyroom", std::string(xmpp::kRoomMetadataNs));
      refused.children.back().add(lobby.with_text(room.jid.substr(0, room.jid.find('@') + 1) + options_.lobby));
    }
    answer(refused);
    return false;
  }
  if (room.password.empty()) return true;
  const XmlElement* x = stanza.child("x", xmpp::kMucNs);
  const XmlElement* password = x == nullptr ? nullptr : x->child("password");
  if (password != nullptr && password->text == room.password) return true;
  answer(stanza_error(stanza, "auth", "not-authorized"));
  return false;
}

// Somebody new, or a new presence of somebody who is there.
void XmppRooms::enter(const XmlElement& stanza, XmppRoom& room, const std::string& nick, bool made_now) {
  const std::string jid(stanza.attribute("from"));
  std::vector<XmlElement> payload;
  for (const XmlElement& child : tidied(stanza).children) {
    if (child.ns != xmpp::kMucNs && child.ns != xmpp::kMucUserNs) payload.push_back(child);
  }
  if (XmppOccupant* self = room.find_jid(jid)) {
    self->payload = std::move(payload);
    return show_to_all(room, *self, {110});
  }
  const bool first = !room.has_people();
  const bool member = room.members.contains(std::string(xmpp::bare_jid(jid)));
  XmppOccupant self{
      nick, jid, first ? "owner" : member ? "member" : "none", first ? "moderator" : "participant", std::move(payload),
      false};
  for (const XmppOccupant& other : room.occupants) show(room, other, self, {});
  room.occupants.push_back(self);
  std::vector<int> statuses;
  if (options_.public_jids) statuses.push_back(100);
  statuses.push_back(110);
  if (made_now) statuses.push_back(201);
  show_to_all(room, self, std::move(statuses));
  XmlElement subject("message", std::string(xmpp::kClientNs));
  subject.set("type", "groupchat").set("from", room.jid).set("to", jid);
  send_(jid, subject.add(XmlElement("subject", std::string(xmpp::kClientNs))));
  if (joined_) joined_(room, self);
}

void XmppRooms::leave(XmppRoom& room, const std::string& jid) {
  const auto found = std::ranges::find(room.occupants, jid, &XmppOccupant::jid);
  if (found == room.occupants.end() || found->is_focus) return;
  const bool moderated = found->role == "moderator";
  XmppOccupant gone = std::move(*found);
  room.occupants.erase(found);
  gone.role = "none";
  gone.payload.clear();
  show_to_all(room, gone, {110});
  if (!room.has_people()) {  // the focus leaves too, and with it the room
    rooms_.erase(std::string(room.jid));
    return;
  }
  if (!moderated) return;
  const auto heir = std::ranges::find_if(room.occupants, [](const XmppOccupant& one) { return !one.is_focus; });
  heir->affiliation = "owner";
  heir->role = "moderator";
  show_to_all(room, *heir, {110});
}

void XmppRooms::leave_all(const std::string& jid) {
  std::vector<std::string> names;
  for (auto& [name, room] : rooms_) {
    if (room.find_jid(jid) != nullptr) names.push_back(name);
  }
  for (const std::string& name : names) {
    if (XmppRoom* room = find(name)) leave(*room, jid);
  }
}

// --- Messages

void XmppRooms::on_message(const XmlElement& stanza, const Address& to) {
  const std::string_view type = stanza.attribute("type");
  if (type == "error") return;
  XmppRoom* room = find(to.room);
  XmppOccupant* sender = room == nullptr ? nullptr : room->find_jid(stanza.attribute("from"));
  if (sender == nullptr) {
    answer(stanza_error(stanza, "cancel", room == nullptr ? "item-not-found" : "not-acceptable"));
    return;
  }
  const std::string from = room->jid + "/" + sender->nick;
  if (!to.nick.empty()) {
    const XmppOccupant* target = room->find_nick(to.nick);
    if (target == nullptr || type == "groupchat") {
      answer(stanza_error(stanza, target == nullptr ? "cancel" : "modify",
                          target == nullptr ? "item-not-found" : "bad-request"));
    } else if (!target->is_focus) {
      send_(target->jid, relayed(stanza, from, target->jid));
    }
  } else if (type == "groupchat") {
    for (const XmppOccupant& target : room->occupants) {
      if (!target.is_focus) send_(target.jid, relayed(stanza, from, target.jid));
    }
  } else {
    on_invite(stanza, *room, *sender);
  }
}

// <message to=room><x><invite to=.../></x></message>: a moderator lets somebody in who waits in the lobby.
void XmppRooms::on_invite(const XmlElement& stanza, XmppRoom& room, const XmppOccupant& sender) {
  const XmlElement* x = stanza.child("x", xmpp::kMucUserNs);
  if (x == nullptr) return;
  for (const XmlElement& invite : x->children) {
    const std::string invited(invite.attribute("to"));
    if (invite.name != "invite" || invited.empty() || invited.size() > 3 * kMostNameBytes) continue;
    if (sender.role != "moderator") {
      answer(stanza_error(stanza, "auth", "forbidden"));
      return;
    }
    if (room.members.size() < kMostMembers) room.members.emplace(xmpp::bare_jid(invited));
    XmlElement out("message", std::string(xmpp::kClientNs));
    out.set("from", room.jid).set("to", invited);
    XmlElement user("x", std::string(xmpp::kMucUserNs));
    user.add(XmlElement("invite", std::string(xmpp::kMucUserNs)).set("from", room.jid + "/" + sender.nick));
    send_(invited, out.add(std::move(user)));
  }
}

}  // namespace meetlat
