#include "probes/party_mechanisms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace meetlat::probes {

namespace {

using Data = std::string_view;
using Kind = PartyClass;

constexpr Data kAddress = "network address";
constexpr Data kBrowser = "browser and language";
constexpr Data kSite = "name of this site";
constexpr Data kRoom = "room name";
constexpr Data kTime = "time of the call";
constexpr Data kName = "display name";

constexpr std::array kVisit{kAddress, kBrowser, kSite};
constexpr std::array kCode{kAddress, kBrowser, kSite, Data{"could read all that the page shows and plays"}};
constexpr std::array kConnection{kAddress};
constexpr std::array kLookUp{Data{"that somebody asked for its name"}};
constexpr std::array kCall{kAddress, kTime};
constexpr std::array kRelay{kAddress, kTime, Data{"addresses of the other participants"}, Data{"encrypted media"}};
constexpr std::array kSignals{kAddress, kRoom, kName, Data{"who meets whom and when"}, Data{"chat messages"}};
constexpr std::array kEvents{kAddress, kBrowser, kRoom, Data{"course of the call"}};
constexpr std::array kTrace{kAddress, kRoom, Data{"statistics of the call"}, Data{"addresses of participants"}};
constexpr std::array kHash{kAddress, Data{"hash of the e-mail address"}, Data{"who meets whom"}};
constexpr std::array kRoomOnly{kAddress, kRoom};
constexpr std::array kAccount{kAddress, Data{"account"}, kRoom};
constexpr std::array kAccountOnly{kAddress, Data{"account"}};
constexpr std::array kSearch{kAddress, Data{"search words"}};
constexpr std::array kWatching{kAddress, Data{"what is watched and when"}};
constexpr std::array kPad{kAddress, kName, Data{"what is written"}};
constexpr std::array kBoard{kAddress, kRoom, Data{"what is drawn"}};
constexpr std::array kFiles{kAddress, kRoom, Data{"files"}};
constexpr std::array kContacts{kAddress, Data{"names, numbers or addresses of invited people"}};
constexpr std::array kCalendar{kAddress, Data{"account"}, Data{"calendar entries"}};
constexpr std::array kStream{Data{"sound and picture of the meeting"}};
constexpr std::array kForm{kAddress, Data{"what is typed in"}};
constexpr std::array kViolations{kAddress, Data{"addresses of pages that broke a rule"}};
constexpr std::array<Data, 0> kNothing{};

constexpr std::string_view kPage =
    "the files included into the page (head.html, plugin.head.html, body.html, fonts.html)";
constexpr std::string_view kHeaders = "the web server's headers";

constexpr std::string_view kPageOrHeaders = "the files included into the page, or the web server's headers";

constexpr std::array kMechanisms{
    Mechanism{"script", Kind::kLoaded, "script", kCode, kPage},
    Mechanism{"frame", Kind::kLoaded, "frame", kVisit, kPage},
    Mechanism{"resource", Kind::kLoaded, "part of the page", kVisit, kPage},
    Mechanism{"style-import", Kind::kLoaded, "imported by a style sheet", kVisit, "the style sheet"},
    Mechanism{"style-url", Kind::kLoaded, "named by a style sheet", kVisit, "the style sheet"},
    Mechanism{"preload", Kind::kLoaded, "fetched ahead", kVisit, kPage},
    Mechanism{"preconnect", Kind::kLoaded, "connection opened ahead", kConnection, kPageOrHeaders},
    Mechanism{"link-header", Kind::kLoaded, "fetched because of a header", kVisit, kHeaders},
    Mechanism{"refresh", Kind::kLoaded, "the page sends the browser on", kVisit, kPage},

    Mechanism{"signalling", Kind::kInCall, "signalling", kSignals, "bosh and websocket"},
    Mechanism{"stun", Kind::kInCall, "STUN for calls of two, unless the server names others", kCall,
              "p2p.stunServers (an own server, or none) or p2p.enabled"},
    Mechanism{"turn", Kind::kInCall, "TURN for calls of two, unless the server names others", kRelay,
              "p2p.stunServers (an own server, or none) or p2p.enabled"},
    Mechanism{"server-stun", Kind::kInCall, "STUN, by the server's list", kCall,
              "external_services of the XMPP server"},
    Mechanism{"server-turn", Kind::kInCall, "TURN, by the server's list", kRelay,
              "external_services of the XMPP server"},
    Mechanism{"amplitude", Kind::kInCall, "Amplitude", kEvents, "analytics.amplitudeAPPKey or analytics.disabled",
              true},
    Mechanism{"matomo", Kind::kInCall, "Matomo", kEvents, "analytics.matomoEndpoint or analytics.disabled", true},
    Mechanism{"google-analytics", Kind::kInCall, "Google Analytics", kEvents,
              "analytics.googleAnalyticsTrackingId or analytics.disabled", true},
    Mechanism{"analytics-script", Kind::kInCall, "analytics script", kEvents,
              "analytics.scriptURLs or analytics.disabled", true},
    Mechanism{"callstats", Kind::kInCall, "callstats", kTrace, "callStatsID and callStatsSecret", true},
    Mechanism{"rtcstats", Kind::kInCall, "rtcstats", kTrace, "analytics.rtcstatsEnabled"},
    Mechanism{"watchrtc", Kind::kInCall, "watchRTC", kTrace, "analytics.watchRTCEnabled"},
    Mechanism{"avatars", Kind::kInCall, "pictures of participants who give an e-mail address", kHash,
              "gravatar.disabled", true},
    Mechanism{"branding", Kind::kInCall, "branding, fetched at join", kRoomOnly,
              "dynamicBrandingUrl and brandingDataUrl"},
    Mechanism{"login", Kind::kInCall, "login", kAccount, "tokenAuthUrl"},

    Mechanism{"login-to-create", Kind::kOnUse, "login of who opens a room", kAccount, "tokenAuthUrl"},
    Mechanism{"giphy", Kind::kOnUse, "animated pictures", kSearch, "giphy.enabled", true},
    Mechanism{"shared-video", Kind::kOnUse, "shared video", kWatching, "toolbarButtons without 'sharedvideo'", true},
    Mechanism{"dial-in", Kind::kOnUse, "dial-in numbers", kRoomOnly, "dialInNumbersUrl and dialInConfCodeUrl"},
    Mechanism{"dial-out", Kind::kOnUse, "dial-out", kContacts, "dialOutAuthUrl and dialOutCodesUrl"},
    Mechanism{"invitations", Kind::kOnUse, "invitations", kContacts, "inviteServiceUrl and sipInviteUrl"},
    Mechanism{"people-search", Kind::kOnUse, "search for people", kSearch, "peopleSearchUrl"},
    Mechanism{"google", Kind::kOnUse, "Google account", kCalendar, "googleApiApplicationClientID"},
    Mechanism{"microsoft", Kind::kOnUse, "Microsoft account", kCalendar, "microsoftApiApplicationClientID"},
    Mechanism{"dropbox", Kind::kOnUse, "recordings in Dropbox", kAccountOnly, "dropbox.appKey"},
    Mechanism{"etherpad", Kind::kOnUse, "shared document", kPad, "etherpad_base"},
    Mechanism{"whiteboard", Kind::kOnUse, "whiteboard", kBoard, "whiteboard.enabled or whiteboard.collabServerBaseUrl"},
    Mechanism{"files", Kind::kOnUse, "shared files", kFiles, "fileSharing.enabled or fileSharing.apiUrl"},
    Mechanism{"live-stream", Kind::kOnUse, "live stream", kStream, "liveStreaming.enabled"},
    Mechanism{"salesforce", Kind::kOnUse, "Salesforce records", kContacts, "salesforceUrl"},
    Mechanism{"rooms", Kind::kOnUse, "moderated rooms", kRoomOnly, "moderatedRoomServiceUrl"},
    Mechanism{"pre-call-test", Kind::kOnUse, "test before the call", kConnection, "prejoinConfig.preCallTestEnabled"},
    Mechanism{"visitors", Kind::kOnUse, "visitors' queue", kRoomOnly, "visitors.queueService"},
    Mechanism{"jaas", Kind::kOnUse, "Jitsi as a Service", kRoomOnly, "enableJaaS"},
    Mechanism{"app-store", Kind::kOnUse, "app offered to phones", kVisit, "disableDeepLinking"},
    Mechanism{"dynamic-link", Kind::kOnUse, "link that opens the app", kRoomOnly,
              "disableDeepLinking, or no dynamicLink and no MOBILE_DYNAMIC_LINK"},
    Mechanism{"extension", Kind::kOnUse, "browser extension offered", kVisit, "chromeExtensionBanner"},
    Mechanism{"installed", Kind::kOnUse, "page installed as an app", kVisit, "manifest.json"},
    Mechanism{"form", Kind::kOnUse, "form", kForm, kPage},

    Mechanism{"policy", Kind::kPermitted, "allowed by Content-Security-Policy", kNothing, kHeaders},
    Mechanism{"policy-trial", Kind::kPermitted, "named by Content-Security-Policy-Report-Only", kNothing, kHeaders},
    Mechanism{"reports", Kind::kPermitted, "gets reports of browsers", kViolations, kHeaders},
    Mechanism{"permissions", Kind::kPermitted, "allowed by Permissions-Policy", kNothing, kHeaders},

    Mechanism{"ice-open", Kind::kHinted, "STUN or TURN of the configuration, which a list in rooms may replace",
              kNothing, "p2p.stunServers"},
    Mechanism{"ice-replaced", Kind::kHinted, "STUN or TURN of the configuration, replaced by the server's list",
              kNothing, "p2p.stunServers"},
    Mechanism{"name-look-up", Kind::kHinted, "name looked up ahead", kLookUp, kPageOrHeaders},
    Mechanism{"template", Kind::kHinted, "in a template of the page", kVisit, kPage},
    Mechanism{"without-scripts", Kind::kHinted, "only for browsers without scripts", kVisit, kPage},
    Mechanism{"text", Kind::kHinted, "address in a script of the page", kNothing, {}},
};

}  // namespace

std::string_view to_string(PartyClass kind) noexcept {
  switch (kind) {
    case PartyClass::kLoaded:
      return "loaded";
    case PartyClass::kInCall:
      return "in-call";
    case PartyClass::kOnUse:
      return "on-use";
    case PartyClass::kPermitted:
      return "permitted";
    case PartyClass::kHinted:
      break;
  }
  return "hinted";
}

std::span<const Mechanism> all_mechanisms() noexcept {
  return kMechanisms;
}

const Mechanism& mechanism(std::string_view id) noexcept {
  const auto found =
      std::find_if(kMechanisms.begin(), kMechanisms.end(), [&](const Mechanism& m) { return m.id == id; });
  assert(found != kMechanisms.end());
  return *found;
}

std::string stop_words(const Mechanism& mechanism) {
  if (mechanism.stopped_by.empty()) return {};
  std::string words = fmt::format("{}: {}", mechanism.name, mechanism.stopped_by);
  // Only what the client does can be meant by a switch of the client.
  if (mechanism.by_switch) {
    words += ", or disableThirdPartyRequests";
  } else if (mechanism.kind == PartyClass::kInCall || mechanism.kind == PartyClass::kOnUse) {
    if (mechanism.id != "form" && mechanism.id != "installed") words += "; not disableThirdPartyRequests";
  }
  return words;
}

}  // namespace meetlat::probes
