// The addresses of one XMPP domain, by the habits of Jitsi's packages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "refserver/persona_xmpp.h"

namespace meetlat {

// The label of the component for a feature, "lobby" for "lobbyrooms"; "" for what is none of Jitsi's.
std::string_view component_label(std::string_view type) noexcept;

struct XmppComponent {
  std::string type;  // "lobbyrooms", as in disco identities
  std::string jid;   // "lobby.meet.exemplary.test"
};

struct XmppNames {
  std::string domain;
  std::string guest;       // "" unless guests have a domain of their own
  std::string muc;         // of the rooms
  std::string focus;       // who is asked for a conference
  std::string focus_user;  // "focus@auth.<domain>", without resource
  std::string lobby;       // "" without lobbies
  std::string metadata;    // "" without room metadata
  std::vector<XmppComponent> components;
};
// `host` is what {{host}} in the persona's domain stands for.
XmppNames xmpp_names(const PersonaXmpp& persona, const std::string& host);

}  // namespace meetlat
