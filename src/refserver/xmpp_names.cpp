#include "refserver/xmpp_names.h"

#include <array>
#include <utility>

#include "refserver/pages.h"

namespace meetlat {
namespace {

// Types as the modules announce them; labels as in the packaged configuration of Prosody.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kComponents{{
    {"lobbyrooms", "lobby"},
    {"breakout_rooms", "breakout"},
    {"speakerstats", "speakerstats"},
    {"conference_duration", "conferenceduration"},
    {"end_conference", "endconference"},
    {"av_moderation", "avmoderation"},
    {"room_metadata", "metadata"},
    {"polls", "polls"},
    {"file-sharing", "filesharing"},
    {"visitors", "visitors"},
    {"audio-translation", "audiotranslation"},
}};

}  // namespace

std::string_view component_label(std::string_view type) noexcept {
  for (const auto& [known, label] : kComponents) {
    if (known == type) return label;
  }
  return {};
}

XmppNames xmpp_names(const PersonaXmpp& persona, const std::string& host) {
  XmppNames names;
  names.domain = fill_in(persona.domain, [&host](std::string_view name) { return name == "host" ? &host : nullptr; });
  if (persona.login == XmppLogin::kGuestDomain) names.guest = "guest." + names.domain;
  names.muc = persona.muc + "." + names.domain;
  names.focus = "focus." + names.domain;
  names.focus_user = "focus@auth." + names.domain;
  for (const std::string& type : persona.components) {
    names.components.push_back({type, std::string(component_label(type)) + "." + names.domain});
    if (type == "lobbyrooms") names.lobby = names.components.back().jid;
    if (type == "room_metadata") names.metadata = names.components.back().jid;
  }
  return names;
}

}  // namespace meetlat
