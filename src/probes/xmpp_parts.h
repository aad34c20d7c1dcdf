// The parts of the XMPP probe and what they share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/evidence.h"
#include "probes/jitsi_settings.h"
#include "probes/xmpp_facts.h"
#include "probes/xmpp_stream.h"

namespace meetlat::probes {

// What the client is told about signalling. Empty URLs: not set, or not to be used, for the reason beside them.
struct XmppPlace {
  std::string domain;  // hosts.domain
  std::string guests;  // hosts.anonymousdomain; "": none
  std::string muc;     // hosts.muc; ""
  std::string focus;   // hosts.focus, or focus.<domain> as the client makes it
  std::optional<Error> guests_unknown;
  Url bosh, websocket, conference;  // conference: the HTTP twin of the focus
  Error no_bosh, no_websocket;
  std::string room;  // random, at level 3 only
};
// Error: why nothing can be asked.
Result<XmppPlace> xmpp_place(const Settings& settings, const Url& page, int level);

// How to see something of XMPP by hand: the messages are in any browser.
std::string in_browser(const Url& base, std::string_view look_for);

// Level 2, over a stream that is logged in. `evidence` holds the facts of the jitsi probe.
void put_service_facts(const XmppPlace& place, const Settings& settings, const Evidence& evidence, Session& session,
                       XmppStream& stream, XmppWriter& out);
// Level 3: joins the room, looks around, and leaves it. What the room's metadata say of STUN and TURN servers; nullopt:
// nothing.
std::optional<std::vector<xmpp::Service>> put_room_facts(const XmppPlace& place, Session& session, XmppStream& stream,
                                                         XmppWriter& out);
// That list, where clients of this build surely use it. After put_service_facts().
void put_room_services(const XmppPlace& place, const Settings& settings, const Evidence& evidence, Session& session,
                       XmppStream& stream, std::vector<xmpp::Service> services, XmppWriter& out);

// What is published about the versions that the server and the focus told: by their numbers alone, since distributions
// put fixes into older versions without changing what they announce.
void put_component_advisories(const Evidence& evidence, Instant now, XmppWriter& out);

}  // namespace meetlat::probes
