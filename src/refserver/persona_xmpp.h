// What a persona's XMPP server is like: part of the persona's file, below `xmpp:`.
#pragma once

#include <string>
#include <vector>

namespace meetlat {

class Fields;

// Who may log in. Nobody ever can with a password or a token: there are no accounts.
enum class XmppLogin {
  kAnonymous,
  kAccounts,     // PLAIN and SCRAM are offered, ANONYMOUS is not
  kToken,        // ANONYMOUS is offered, as Jitsi's token login has it, and refused without a token
  kGuestDomain,  // accounts at the domain, ANONYMOUS at guest.<domain>
};

enum class XmppDiscovery { kOffered, kMissing, kForbidden };  // of external services (XEP-0215)

// What the conference focus says to who asks for a room.
enum class XmppFocus { kReady, kNotReady, kLoginNeeded, kAbsent, kSilent };

enum class XmppFault {
  kNone,
  kGarbage,     // bytes that are no XML
  kEndless,     // an answer that does not end
  kEntityBomb,  // a document type with nested entities
  kOversized,   // a stanza of several megabytes
  kDeep,        // elements in elements, ten thousand times
  kSilence,     // the request is taken and never answered
  kWrongRid,    // BOSH: every request after the first has an unknown number; WebSocket: closed after the first message
  kRedirect,    // BOSH and WebSocket are redirected to somebody else's server
};

struct PersonaService {
  std::string type = "stun";  // "stun", "turn", "turns"
  std::string host;
  int port = 3478;
  std::string transport = "udp";
  int expires = 86'400;      // seconds that a login is good for; of "turn" and "turns" only
  bool fixed_login = false;  // the same name and password for everybody, for ever
};

struct PersonaXmpp {
  bool present = false;
  int missing_status = 404;  // of the paths of a transport that is not there
  bool bosh = true;
  bool websocket = true;
  std::string domain = "{{host}}";  // "meet.jitsi" in containers
  std::string muc = "conference";   // in front of the domain; "muc" in containers
  XmppLogin login = XmppLogin::kAnonymous;
  XmppDiscovery discovery = XmppDiscovery::kOffered;
  std::vector<PersonaService> services;
  std::string software = "Prosody";
  std::string version;                  // "" = the server does not say
  std::vector<std::string> components;  // types of the features that have a component of their own: "lobbyrooms" ...
  std::string shard, region, release;
  int other_rooms = 2;        // meetings of other people that go on
  bool rooms_listed = false;  // does the server list them?
  bool public_jids = true;    // does everybody in a room see the addresses of the others?
  XmppFocus focus = XmppFocus::kReady;
  std::string focus_version = "1.0.1183";
  bool conference_http = true;  // may the focus be asked by HTTP as well?
  std::string room_metadata = R"({"recording":{"isTranscribingEnabled":false}})";  // pushed into rooms
  XmppFault fault = XmppFault::kNone;
};

// Reads the map below "xmpp" into `xmpp`, if there is one.
void read_xmpp(Fields& persona, PersonaXmpp& xmpp);

}  // namespace meetlat
