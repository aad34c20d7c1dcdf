// The fact table of the XMPP probe; its parts are written by several files.
#pragma once

#include <array>

#include "probes/fact_writer.h"

namespace meetlat::probes {

inline constexpr std::array kXmppFacts{
    // --- level 1: the first answer, before any login
    FactSpec{"xmpp.bosh", "bool", "the address for BOSH answers with XMPP"},
    FactSpec{"xmpp.websocket", "bool", "the address for WebSockets answers with XMPP"},
    FactSpec{"xmpp.mechanisms", "strings", "ways to log in that the server offers on the main domain"},
    FactSpec{"xmpp.guest_mechanisms", "strings", "those on the domain for guests"},
    FactSpec{"xmpp.login.kind", "string",
             "who may connect by the server's answer: open, account-to-create, account, token"},
    FactSpec{"xmpp.login.needed", "string",
             "the same, or what the client's configuration says where the server's answer is not known"},
    FactSpec{"xmpp.advisories", "strings",
             "published advisories that the server's and the focus's version numbers lack the fix of"},
    // --- level 2: an anonymous login and questions about services
    FactSpec{"xmpp.components", "strings", "server modules that the server announces, such as polls or speakerstats"},
    FactSpec{"xmpp.deployment", "strings", "what the server tells about its place: shard, region, release"},
    FactSpec{"xmpp.server.version", "string", "software and version of the XMPP server; \"\": not told"},
    FactSpec{"xmpp.rooms_listed", "int", "rooms in use that the server lists to anybody (a count, never their names)"},
    FactSpec{"xmpp.ice.announced", "bool", "the server hands out a list of STUN and TURN servers (XEP-0215)"},
    FactSpec{"xmpp.ice.hosts", "strings", "STUN and TURN servers of that list, type:host:port/transport"},
    FactSpec{"xmpp.ice.third_party", "strings", "those of another registrable domain, host:port"},
    FactSpec{"xmpp.ice.source", "string",
             "which list clients use after connecting: server, or that of the configuration"},
    FactSpec{"xmpp.ice.contacted", "strings", "STUN and TURN servers that participants' browsers use after connecting"},
    FactSpec{"xmpp.ice.contacted_third_party", "strings", "those of another registrable domain: confirmed, host:port"},
    FactSpec{"xmpp.turn.static_login", "bool", "a TURN login is handed out that does not say when it ends"},
    FactSpec{"xmpp.turn.lifetime_seconds", "int", "seconds until the longest-lived TURN login that says so ends"},
    // --- level 3: alone in a room with a random name
    FactSpec{"xmpp.room.start", "string", "may a stranger start a room: open, login-needed, refused"},
    FactSpec{"xmpp.room.joined", "bool", "the room with a random name let us in"},
    FactSpec{"xmpp.room.real_addresses", "string",
             "who sees the XMPP addresses of participants: moderators, anyone, or what the room says"},
    FactSpec{"xmpp.room.features", "strings", "what the room says about itself, such as muc_membersonly"},
    FactSpec{"xmpp.room.information", "strings", "fields that the room tells, such as meetingId or created_timestamp"},
    FactSpec{"xmpp.room.lobby_on", "bool", "people wait in a lobby before they may come in"},
    FactSpec{"xmpp.room.metadata", "strings", "names of the metadata that the server pushes into a room"},
    FactSpec{"xmpp.focus.version", "string", "version of the conference focus; \"\": not told"},
    FactSpec{"xmpp.focus.properties", "strings", "what the focus says about a conference, such as authentication=true"},
};
using XmppWriter = FactWriter<kXmppFacts>;

}  // namespace meetlat::probes
