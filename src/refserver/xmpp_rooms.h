// The rooms of one component (XEP-0045, as far as Jitsi's clients use it). Pure: stanzas in, stanzas out.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "proto/xml.h"
#include "refserver/xmpp_relay.h"

namespace meetlat {

struct XmppOccupant {
  std::string nick;
  std::string jid;  // with resource
  std::string affiliation, role;
  std::vector<XmlElement> payload;  // what its presence says beyond MUC's own
  bool is_focus = false;            // no client: what it is sent is answered here
};

struct XmppRoom {
  std::string jid;                      // "name@muc.domain"
  std::vector<XmppOccupant> occupants;  // as they came
  std::string meeting_id;
  Instant created;
  bool members_only = false;
  std::string password;           // "" = none
  std::set<std::string> members;  // bare addresses that may enter a members-only room
  XmppOccupant* find_jid(std::string_view occupant_jid) noexcept;
  XmppOccupant* find_nick(std::string_view nick) noexcept;
  bool has_people() const noexcept;  // anybody besides the focus
};

struct XmppRoomOptions {
  std::string component;    // "conference.meet.exemplary.test"
  bool restricted = true;   // rooms are made by create() only, as Jitsi's focus does it
  bool listed = false;      // are rooms shown to who asks the component?
  bool public_jids = true;  // does everybody see real addresses, or moderators only?
  std::string lobby;        // the component where people wait for a members-only room; "" = none
};

class XmppRooms {
 public:
  // To a full or bare address; what nobody has is dropped.
  using Send = std::function<void(const std::string& jid, const XmlElement&)>;
  using Joined = std::function<void(const XmppRoom&, const XmppOccupant&)>;
  XmppRooms(XmppRoomOptions options, XmppEnvironment environment, Send send, Joined joined);

  // A stanza for the component, a room or an occupant. Its "from" is the sender's true address.
  void receive(const XmlElement& stanza);
  void leave_all(const std::string& jid);
  void sweep();  // forgets rooms that nobody entered in time

  XmppRoom* find(std::string_view room_jid) noexcept;
  // The room, made when it is not there; nullptr when there are too many.
  XmppRoom* create(std::string_view room_jid);
  // Puts the focus into a room, where it shows that payload.
  void add_focus(XmppRoom& room, const std::string& jid, std::vector<XmlElement> payload);
  const XmppRoomOptions& options() const noexcept { return options_; }
  std::size_t size() const noexcept { return rooms_.size(); }

 private:
  struct Address {
    std::string room;  // "name@component", in lower case as a server prepares it; "" for the component itself
    std::string nick;
    explicit Address(std::string_view jid);
  };
  void on_presence(const XmlElement& stanza, const Address& to);
  void join(const XmlElement& stanza, const Address& to);
  bool may_enter(const XmlElement& stanza, const XmppRoom& room);
  void enter(const XmlElement& stanza, XmppRoom& room, const std::string& nick, bool made_now);
  void leave(XmppRoom& room, const std::string& jid);
  void on_message(const XmlElement& stanza, const Address& to);
  void on_invite(const XmlElement& stanza, XmppRoom& room, const XmppOccupant& sender);
  void on_iq(const XmlElement& stanza, const Address& to);
  void on_room_iq(const XmlElement& stanza, XmppRoom& room);
  void on_component_iq(const XmlElement& stanza);
  void on_owner_iq(const XmlElement& stanza, XmppRoom& room, const XmppOccupant& sender);
  void show(const XmppRoom& room, const XmppOccupant& who, const XmppOccupant& to, std::vector<int> statuses) const;
  void show_to_all(const XmppRoom& room, const XmppOccupant& who, std::vector<int> own_statuses) const;
  void answer(const XmlElement& reply) const;
  XmlElement room_info(const XmppRoom& room) const;
  XmlElement room_form(const XmppRoom& room) const;

  XmppRoomOptions options_;
  XmppEnvironment environment_;
  Send send_;
  Joined joined_;
  std::map<std::string, XmppRoom, std::less<>> rooms_;
};

}  // namespace meetlat
