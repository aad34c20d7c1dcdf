// What a broken or hostile XMPP server says instead of an answer.
#pragma once

#include <string>

#include "refserver/persona_xmpp.h"

namespace meetlat {

// The text that stands for an answer under that fault; "" for faults that are no text (none, endless, silence ...).
std::string fault_text(XmppFault fault);
// A BOSH answer that does not end: its beginning, and the stanza that is repeated; over WebSocket each is a message.
std::string endless_beginning();
std::string endless_piece();

}  // namespace meetlat
