// Rooms: what a client says to join one (XEP-0045), to ask a conference focus for it, and what comes back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/xmpp.h"

namespace meetlat::xmpp {

inline constexpr std::string_view kMucNs = "http://jabber.org/protocol/muc";
inline constexpr std::string_view kMucUserNs = "http://jabber.org/protocol/muc#user";
inline constexpr std::string_view kMucOwnerNs = "http://jabber.org/protocol/muc#owner";
inline constexpr std::string_view kMucRoomInfo = "http://jabber.org/protocol/muc#roominfo";      // a FORM_TYPE
inline constexpr std::string_view kMucRoomConfig = "http://jabber.org/protocol/muc#roomconfig";  // a FORM_TYPE
inline constexpr std::string_view kFocusNs = "http://jitsi.org/protocol/focus";
inline constexpr std::string_view kRoomMetadataNs = "http://jitsi.org/jitmeet";

// --- Presence
XmlElement muc_join(std::string_view occupant);  // "room@muc.domain/nick"; more children may be added
XmlElement muc_leave(std::string_view occupant);

struct MucPresence {
  std::string from;               // "room@muc.domain/nick"
  std::string nick;               // the resource of `from`
  std::string type;               // "" when there, "unavailable", "error"
  std::string affiliation, role;  // "owner", "moderator" ...; "" when not said
  std::string real_jid;           // who it is beyond the room, when the room tells; ""
  std::vector<int> statuses;      // 110: this is you; 100: everybody sees real addresses; 201: made just now
  std::optional<StanzaError> error;
  bool is_self() const noexcept;
  bool has_status(int status) const noexcept;
};
// nullopt when the stanza is no presence. What comes from outside of rooms has no affiliation.
std::optional<MucPresence> read_muc_presence(const XmlElement& stanza);
// A server's: an occupant as the room shows it.
XmlElement muc_presence(const MucPresence& presence, std::string_view to);

// The form that an owner may fill in (muc#roomconfig).
XmlElement room_form_query();
std::optional<DataForm> read_room_form(const XmlElement& iq);
XmlElement room_form_result(const DataForm& form);

// --- The focus
struct ConferenceRequest {
  std::string room;         // "name@muc.domain"
  std::string machine_uid;  // any random text that stays the same for one client
  std::vector<std::pair<std::string, std::string>> properties;
};
XmlElement conference_request(const ConferenceRequest& request);
std::optional<ConferenceRequest> read_conference_request(const XmlElement& iq);
std::string conference_request_json(const ConferenceRequest& request);  // of the HTTP twin

struct ConferenceAnswer {
  bool ready = false;
  std::string room, focus_jid, vnode, identity;
  std::vector<std::pair<std::string, std::string>> properties;  // at most 100
  std::string property(std::string_view name) const;            // ""
};
XmlElement conference_answer(const ConferenceAnswer& answer);
std::optional<ConferenceAnswer> read_conference_answer(const XmlElement& iq);
// The HTTP twin's JSON. kParse, kNotUnderstood.
Result<ConferenceAnswer> read_conference_json(std::string_view bytes);

// The JSON that a metadata component pushes in a message; "" when the message holds none.
std::string read_room_metadata(const XmlElement& message);

}  // namespace meetlat::xmpp
