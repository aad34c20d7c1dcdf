// Who else is contacted by the client's settings: integrations, signalling, avatars.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

struct Integration {
  const char* path;
  const char* name;
  const char* mechanism;
  const char* host;  // where it is known; "": the setting holds an address, reported only when it is somebody else's
};

constexpr std::array kIntegrations{
    Integration{"dropbox.appKey", "Dropbox", "dropbox", "www.dropbox.com"},
    Integration{"googleApiApplicationClientID", "Google", "google", "apis.google.com"},
    Integration{"microsoftApiApplicationClientID", "Microsoft", "microsoft", "login.microsoftonline.com"},
    Integration{"etherpad_base", "etherpad", "etherpad", ""},
    Integration{"dialInNumbersUrl", "dial-in", "dial-in", ""},
    Integration{"dialInConfCodeUrl", "dial-in", "dial-in", ""},
    Integration{"dialOutAuthUrl", "dial-out", "dial-out", ""},
    Integration{"dialOutCodesUrl", "dial-out", "dial-out", ""},
    Integration{"inviteServiceUrl", "invitations", "invitations", ""},
    Integration{"peopleSearchUrl", "people search", "people-search", ""},
    Integration{"sipInviteUrl", "SIP invitations", "invitations", ""},
    Integration{"salesforceUrl", "Salesforce", "salesforce", ""},
    Integration{"moderatedRoomServiceUrl", "moderated rooms", "rooms", ""},
    Integration{"visitors.queueService", "visitors' queue", "visitors", ""},
};
// Fetched by every participant at join, unlike the others.
constexpr std::array kBranding{
    Integration{"brandingDataUrl", "branding", "branding", ""},
    Integration{"dynamicBrandingUrl", "branding", "branding", ""},
};

void add_integration(const Settings& settings, const Integration& integration, Gathered& out) {
  const Read read = settings.read(integration.path);
  out.add_unknown(read);
  if (read.text().empty()) return;
  std::string host = integration.host;
  if (!host.empty()) {
    out.add(integration.name, read.note);
  } else {
    host = host_of(read.text());
    if (!out.names_other(host, read, settings)) return;
    out.add(service_at(integration.name, host), read.note);
  }
  out.add_contact(integration.mechanism, host, read.note);
}

// A service with a switch of its own beside its address.
struct Switched {
  const char* on;
  const char* address;
  const char* name;
  const char* mechanism;
};
constexpr std::array kSwitched{
    Switched{"whiteboard.enabled", "whiteboard.collabServerBaseUrl", "whiteboard", "whiteboard"},
    Switched{"fileSharing.enabled", "fileSharing.apiUrl", "file sharing", "files"},
    Switched{"prejoinConfig.preCallTestEnabled", "prejoinConfig.preCallTestICEUrl", "pre-call test", "pre-call-test"},
};

void add_switched(const Settings& settings, const Switched& service, Gathered& out) {
  const Read on = settings.read(service.on);
  if (on.absent || (!on.unknown && !on.truthy())) return;
  const Read address = settings.read(service.address);
  const std::string host = host_of(address.text());
  const bool foreign = out.names_other(host, address, settings);
  if (!foreign && !address.unknown) return;
  out.add_unknown(on);
  out.add_unknown(address);
  if (!foreign || on.unknown) return;
  out.add(service_at(service.name, host), address.note);
  out.add_contact(service.mechanism, host, address.note);
}

// Does the toolbar show this button? The default set has all that this file asks for.
std::optional<bool> shows_button(const Settings& settings, std::string_view button) {
  Read buttons = settings.read("toolbarButtons");
  if (buttons.unset()) buttons = settings.read_interface("TOOLBAR_BUTTONS");
  if (buttons.unset()) return true;
  if (buttons.unknown || buttons.value == nullptr || buttons.value->kind != JsValue::Kind::kArray) return std::nullopt;
  for (const JsValue& item : buttons.value->items) {
    if (item.kind == JsValue::Kind::kUnknown) return std::nullopt;
    if (item.kind == JsValue::Kind::kString && item.string == button) return true;
  }
  return false;
}

// Everybody in the room loads a video that somebody shares, from its host; YouTube is allowed without any setting.
void add_shared_video(const Settings& settings, Gathered& out) {
  const Read switched = settings.read("disableThirdPartyRequests");
  if (switched.truthy()) return;
  const std::optional<bool> button = shows_button(settings, "sharedvideo");
  if (button && !*button) return;
  if (!button || switched.unknown) {
    out.add_unknown(switched);
    if (!out.unknown) out.unknown = Error{ErrorCode::kNotUnderstood, "which buttons the toolbar has is not known"};
    return;
  }
  out.add_contact("shared-video", "www.youtube.com", "offered without any setting");
  const Read domains = settings.read("sharedVideoAllowedURLDomains");
  out.add_unknown(domains);
  if (domains.value == nullptr || domains.value->kind != JsValue::Kind::kArray) return;
  for (const JsValue& item : domains.value->items) {
    if (item.kind != JsValue::Kind::kString || item.string == "*") continue;
    const Result<std::string> host = normalise_host(trim(item.string));
    if (host) out.add_contact("shared-video", *host, domains.note);
  }
}

void add_live_stream(const Settings& settings, Gathered& out) {
  Read on = settings.read("liveStreamingEnabled");
  if (on.unset()) on = settings.read("liveStreaming.enabled");
  out.add_unknown(on);
  if (on.truthy()) out.add_contact("live-stream", "www.youtube.com", on.note + ", to YouTube unless told otherwise");
}

}  // namespace

std::string service_at(std::string_view name, std::string_view host) {
  return fmt::format("{} at {}", name, host);
}

Gathered gather_branding(const Settings& settings) {
  Gathered found;
  for (const Integration& integration : kBranding) add_integration(settings, integration, found);
  return found;
}

Gathered gather_integrations(const Settings& settings) {
  Gathered found;
  for (const Integration& integration : kIntegrations) add_integration(settings, integration, found);
  const Read giphy = settings.read("giphy.enabled");
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  found.add_unknown(giphy);
  if (giphy.truthy() && no_third_parties.unknown) found.add_unknown(no_third_parties);
  if (giphy.truthy() && !no_third_parties.unknown && !no_third_parties.truthy()) {
    found.add("Giphy", giphy.note);
    found.add_contact("giphy", "giphy.com", giphy.note);
  }
  for (const Switched& service : kSwitched) add_switched(settings, service, found);
  const Read jaas = settings.read("enableJaaS");
  found.add_unknown(jaas);
  if (jaas.truthy()) {
    found.add("8x8 (JaaS)", jaas.note);
    found.add_contact("jaas", "8x8.vc", jaas.note);
  }
  return found;
}

Gathered gather_built_in(const Settings& settings) {
  Gathered found;
  add_shared_video(settings, found);
  add_live_stream(settings, found);
  return found;
}

Signalling gather_signalling(const Settings& settings) {
  Signalling found;
  for (const char* path : {"bosh", "websocket", "conferenceRequestUrl", "websocketKeepAliveUrl"}) {
    const Read read = settings.read(path);
    found.hosts.add_unknown(read);
    found.foreign.add_unknown(read);
    if (read.text().empty()) continue;
    std::string host = host_of(read.text());
    // A relative address stays with the page; "https://host" built from unreadable parts does not get here.
    if (host.empty() && read.text().find("//") == std::string::npos) host = settings.base().host();
    // "https://http://host/" and "https://localhost:8443/" come from settings that were never made.
    if (host.empty() || settings.owner_of(host) == Owner::kNobody) {
      const Error why{ErrorCode::kNotUnderstood, read.note};
      if (!found.hosts.unknown) found.hosts.unknown = why;
      if (!found.foreign.unknown) found.foreign.unknown = why;
      continue;
    }
    if (found.foreign.names_other(host, read, settings)) {
      found.foreign.add(host, read.note);
      found.foreign.add_contact("signalling", host, read.note);
    }
    found.hosts.add(std::move(host), read.note);
  }
  return found;
}

Gathered gather_avatars(const Settings& settings) {
  Gathered found;
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  const Read disabled = settings.read("gravatar.disabled");
  if (no_third_parties.truthy() || disabled.truthy()) {
    found.notes.push_back(no_third_parties.truthy() ? no_third_parties.note : disabled.note);
    return found;
  }
  Read base = settings.read("gravatar.baseUrl");
  if (base.absent) base = settings.read("gravatarBaseURL");
  found.add_unknown(no_third_parties);
  found.add_unknown(disabled);
  found.add_unknown(base);
  if (!found.unknown) {
    const std::string text = base.text();
    const std::string host = text.empty() ? "gravatar.com" : host_of(text);
    // Gravatar's two spellings are one recipient.
    const std::string shown = same_site(host, "gravatar.com") ? "gravatar.com" : host;
    found.notes.push_back(text.empty() ? disabled.note : base.note);
    if (found.names_other(shown, base, settings)) {
      found.items.push_back(shown);
      found.add_contact("avatars", shown, found.notes.back());
    }
  }
  return found;
}

void put_other_party_facts(const Settings& settings, JitsiWriter& out) {
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  if (no_third_parties.unknown) {
    out.missing("jitsi.third_party_requests_disabled", *no_third_parties.unknown, settings.seen(no_third_parties.note));
  } else {
    out.put("jitsi.third_party_requests_disabled", no_third_parties.truthy(), settings.seen(no_third_parties.note));
  }
  Gathered integrations = gather_integrations(settings);
  integrations.merge(gather_branding(settings));
  if (integrations.items.empty()) integrations.notes.emplace_back("no service of somebody else is set");
  integrations.put("jitsi.integrations.third_party", settings, out);
  Signalling signalling = gather_signalling(settings);
  signalling.foreign.put("jitsi.signalling.third_party", settings, out);
  signalling.hosts.put("jitsi.signalling.hosts", settings, out);
  gather_avatars(settings).put("jitsi.avatars.third_party", settings, out);
}

}  // namespace meetlat::probes
