// What the parts of the XMPP server share: its surroundings, its limits, and how a client's stanza is passed on.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "proto/xml.h"

namespace meetlat {

struct XmppEnvironment {
  std::function<Instant()> now;
  std::function<std::string()> random;  // 32 hex digits that nobody can guess
  static XmppEnvironment real();
};

// Of one domain. Together they bound what a stranger can make it keep.
inline constexpr std::size_t kMostStreams = 200;
inline constexpr std::size_t kMostRooms = 100;
inline constexpr std::size_t kMostOccupants = 75;
inline constexpr std::size_t kMostRoomsOfOne = 4;
inline constexpr std::size_t kMostPresenceBytes = std::size_t{16} << 10;
inline constexpr std::size_t kMostStanzaBytes = std::size_t{256} << 10;  // as Prosody has it by default
inline constexpr std::size_t kMostNameBytes = 1023;                      // of a part of an address (RFC 7622)
inline constexpr std::size_t kMostMembers = 200;
inline constexpr std::chrono::seconds kEmptyRoomLife{15};  // jicofo leaves when nobody has come by then

// The stanza as somebody else gets it: of jabber:client whatever it came in, and without attributes whose prefix the
// receiver does not know.
XmlElement relayed(const XmlElement& stanza, std::string_view from, std::string_view to);
// The same without new addresses.
XmlElement tidied(const XmlElement& stanza);
void replace_attribute(XmlElement& element, std::string_view name, std::string_view value);  // "" takes it away
// About as many bytes as the element takes when written.
std::size_t rough_size(const XmlElement& element) noexcept;

// Stanza errors for what is no <iq/>.
XmlElement stanza_error(const XmlElement& stanza, std::string_view type, std::string_view condition);

}  // namespace meetlat
