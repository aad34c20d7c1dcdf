#include "refserver/xmpp_faults.h"

#include <cstddef>

namespace meetlat {
namespace {

constexpr std::size_t kOversizedBytes = std::size_t{4} << 20;
constexpr int kDepth = 10'000;
constexpr const char* kBegin = "<body xmlns='http://jabber.org/protocol/httpbind' sid='s'>";

// Ten levels, each ten times the one before.
std::string entity_bomb() {
  std::string out = "<?xml version='1.0'?>\n<!DOCTYPE body [\n<!ENTITY e0 'ha'>\n";
  for (int level = 1; level < 10; ++level) {
    out += "<!ENTITY e" + std::to_string(level) + " '";
    for (int i = 0; i < 10; ++i) out += "&e" + std::to_string(level - 1) + ";";
    out += "'>\n";
  }
  return out + "]>\n" + kBegin + "&e9;</body>";
}

}  // namespace

std::string fault_text(XmppFault fault) {
  switch (fault) {
    case XmppFault::kGarbage:
      return "\x01\x02<body <<>> \xff&nothing; ]]>";
    case XmppFault::kEntityBomb:
      return entity_bomb();
    case XmppFault::kOversized:
      return std::string(kBegin) + "<message xmlns='jabber:client'><body>" + std::string(kOversizedBytes, 'x') +
             "</body></message></body>";
    case XmppFault::kDeep: {
      std::string out = kBegin;
      for (int i = 0; i < kDepth; ++i) out += "<a>";
      for (int i = 0; i < kDepth; ++i) out += "</a>";
      return out + "</body>";
    }
    case XmppFault::kNone:
    case XmppFault::kEndless:
    case XmppFault::kSilence:
    case XmppFault::kWrongRid:
    case XmppFault::kRedirect:
      break;
  }
  return {};
}

std::string endless_beginning() {
  return kBegin;
}

std::string endless_piece() {
  return "<message xmlns='jabber:client' from='chatter.invalid'><body>" + std::string(900, '.') + "</body></message>";
}

}  // namespace meetlat
