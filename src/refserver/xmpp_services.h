// The answer to "which STUN and TURN servers may I use?" (XEP-0215).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "proto/xmpp.h"
#include "refserver/persona_xmpp.h"

namespace meetlat {

// `host` stands for {{host}} in the persona's services. Logins are made from `secret` as TURN servers check them: the
// name is the second when it ends, the password a keyed digest of it (draft-uberti-behave-turn-rest-00 section 2.2).
std::vector<xmpp::Service> make_services(const PersonaXmpp& persona, const std::string& host, std::string_view secret,
                                         Instant now);

}  // namespace meetlat
