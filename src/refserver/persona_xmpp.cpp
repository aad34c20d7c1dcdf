#include "refserver/persona_xmpp.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "refserver/persona_fields.h"
#include "refserver/xmpp_names.h"

namespace meetlat {
namespace {

template <class E, std::size_t N>
using Words = std::array<std::pair<std::string_view, E>, N>;

constexpr Words<XmppLogin, 4> kLogins{{{"anonymous", XmppLogin::kAnonymous},
                                       {"accounts", XmppLogin::kAccounts},
                                       {"token", XmppLogin::kToken},
                                       {"guest-domain", XmppLogin::kGuestDomain}}};
constexpr Words<XmppDiscovery, 3> kDiscoveries{{{"offered", XmppDiscovery::kOffered},
                                                {"missing", XmppDiscovery::kMissing},
                                                {"forbidden", XmppDiscovery::kForbidden}}};
constexpr Words<XmppFocus, 5> kFocuses{{{"ready", XmppFocus::kReady},
                                        {"not-ready", XmppFocus::kNotReady},
                                        {"login-needed", XmppFocus::kLoginNeeded},
                                        {"absent", XmppFocus::kAbsent},
                                        {"silent", XmppFocus::kSilent}}};
constexpr Words<XmppFault, 9> kFaults{{{"none", XmppFault::kNone},
                                       {"garbage", XmppFault::kGarbage},
                                       {"endless", XmppFault::kEndless},
                                       {"entity-bomb", XmppFault::kEntityBomb},
                                       {"oversized", XmppFault::kOversized},
                                       {"deep", XmppFault::kDeep},
                                       {"silence", XmppFault::kSilence},
                                       {"wrong-rid", XmppFault::kWrongRid},
                                       {"redirect", XmppFault::kRedirect}}};
constexpr int kMostRooms = 40;
constexpr int kLongestLogin = 400 * 86'400;

void read_services(Fields& fields, PersonaXmpp& xmpp) {
  const Doc* given = fields.take("services");
  if (given == nullptr) return;
  auto items = fields.each("services");
  xmpp.services.clear();  // an empty list is an answer too
  for (Fields& item : items) {
    PersonaService service;
    item.text("type", service.type);
    item.text("host", service.host);
    item.number("port", service.port, 1, 65'535);
    item.text("transport", service.transport);
    item.number("expires", service.expires, 1, kLongestLogin);
    item.flag("static", service.fixed_login);
    if (service.host.empty()) item.complain(*given, "a service needs a 'host'");
    item.finish();
    xmpp.services.push_back(std::move(service));
  }
}

}  // namespace

void read_xmpp(Fields& persona, PersonaXmpp& xmpp) {
  auto fields = persona.below("xmpp");
  if (!fields) return;
  fields->flag("present", xmpp.present);
  fields->number("missing_status", xmpp.missing_status, 200, 599);
  fields->flag("bosh", xmpp.bosh);
  fields->flag("websocket", xmpp.websocket);
  fields->text("domain", xmpp.domain);
  fields->text("muc", xmpp.muc);
  fields->choice("login", kLogins, xmpp.login);
  fields->choice("extdisco", kDiscoveries, xmpp.discovery);
  read_services(*fields, xmpp);
  fields->text("software", xmpp.software);
  fields->text("version", xmpp.version);
  fields->texts("components", xmpp.components);
  if (const Doc* components = fields->take("components")) {
    for (const std::string& type : xmpp.components) {
      if (component_label(type).empty()) fields->complain(*components, "'" + type + "' is no component of Jitsi's");
    }
  }
  fields->text("shard", xmpp.shard);
  fields->text("region", xmpp.region);
  fields->text("release", xmpp.release);
  fields->number("other_rooms", xmpp.other_rooms, 0, kMostRooms);
  fields->flag("rooms_listed", xmpp.rooms_listed);
  fields->flag("public_jids", xmpp.public_jids);
  fields->choice("focus", kFocuses, xmpp.focus);
  fields->text("focus_version", xmpp.focus_version);
  fields->flag("conference_http", xmpp.conference_http);
  fields->text("room_metadata", xmpp.room_metadata);
  if (const Doc* metadata = fields->take("room_metadata"); metadata != nullptr && !parse_json(xmpp.room_metadata)) {
    fields->complain(*metadata, "'room_metadata' must be JSON");
  }
  fields->choice("fault", kFaults, xmpp.fault);
  fields->finish();
}

}  // namespace meetlat
