// What a broken or hostile XMPP server says instead of an answer.
#pragma once

#include <string>

#include "refserver/persona_xmpp.h"

namespace meetlat {

// The text that stands for an answer under that fault; "" for faults that are no text (none, endless, silence ...).
std::string fault_text(XmppFault fault);
// A piece of an answer that does not end: its beginning, and what is repeated.
std::string endless_beginning();
std::string endless_piece();

}  // namespace meetlat
