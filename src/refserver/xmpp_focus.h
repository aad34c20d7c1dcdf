// The conference focus: gives out rooms, over XMPP and over HTTP.
#pragma once

#include <string>
#include <string_view>

#include "proto/xmpp_room.h"
#include "refserver/site.h"
#include "refserver/xmpp_names.h"
#include "refserver/xmpp_rooms.h"

namespace meetlat {

struct FocusReply {
  enum class Kind { kAnswer, kBadRequest, kLoginNeeded, kUnavailable, kSilence };
  Kind kind = Kind::kUnavailable;
  xmpp::ConferenceAnswer answer;  // of kAnswer
};
// Makes the room and puts the focus into it where the answer is "ready".
FocusReply ask_focus(const PersonaXmpp& persona, const XmppNames& names, XmppRooms& rooms,
                     const xmpp::ConferenceRequest& request);

// The body of POST /conference-request/v1 and its answer, 404 where the focus cannot be asked so.
Answer answer_conference_request(const PersonaXmpp& persona, const XmppNames& names, XmppRooms& rooms,
                                 std::string_view body);

}  // namespace meetlat
