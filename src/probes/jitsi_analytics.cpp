// Services that the client would report to: analytics handlers, and statistics of the call.
#include <fmt/format.h>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// Support for these services was removed from the client in these releases.
constexpr int kCallstatsRemoved = 9164;
constexpr int kGoogleAnalyticsRemoved = 10073;
// analyticsScriptUrls was still read at the one, and no longer at the other.
constexpr int kOldScriptsAlive = 4966;
constexpr int kOldScriptsDead = 7439;
void add_scripts(const Settings& settings, std::string_view path, bool google_id, Gathered& out) {
  const Read read = settings.read(path);
  out.add_unknown(read);
  if (read.value == nullptr) return;
  std::vector<const JsValue*> values{read.value};
  if (read.value->kind == JsValue::Kind::kArray) {
    values.clear();
    for (const JsValue& item : read.value->items) values.push_back(&item);
  }
  for (const JsValue* value : values) {
    if (value->kind == JsValue::Kind::kUnknown && !out.unknown) {
      out.unknown = Error{ErrorCode::kNotUnderstood, fmt::format("{}: {}", path, excerpt(value->unknown, 120))};
    }
    if (value->kind != JsValue::Kind::kString || trim(value->string).empty()) continue;
    // The client's own Google handler does nothing without an identifier, which has a setting of its own.
    if (value->string.find("analytics-ga") != std::string::npos && !google_id) continue;
    const Result<Url> script = settings.base().resolve(value->string);
    out.add("script " + (script ? excerpt(script->str(), 300) : excerpt(value->string, 300)), read.note);
    if (script) out.add_contact("analytics-script", script->host(), read.note);
  }
}

// Spellings of long ago, which configurations that are never rewritten still hold.
void add_old_scripts(const Settings& settings, bool google_id, const BuildKnowledge& build, Gathered& out) {
  if (build.surely_at_least(kOldScriptsDead) || build.newer_than_table()) return;
  Gathered old;
  for (const char* path : {"analyticsScriptUrls", "hepopAnalyticsUrl"}) add_scripts(settings, path, google_id, old);
  if (build.surely_before(kOldScriptsAlive + 1) || old.items.empty()) {
    out.merge(std::move(old));
  } else if (!out.unknown) {
    out.unknown = Error{ErrorCode::kNotUnderstood,
                        join(old.notes, "; ") + ", and whether this client still reads that is not known"};
  }
}

// A service that the client dropped in some release: contacted, dead, or (build unknown) not known.
void add_until(const Read& read, int removed_in, const char* name, const Contact& contact, const BuildKnowledge& build,
               Gathered& out) {
  out.add_unknown(read);
  if (read.text().empty()) return;
  if (build.surely_at_least(removed_in) || build.newer_than_table()) {
    out.notes.push_back(read.note + ", which this client no longer reads");
  } else if (build.surely_before(removed_in)) {
    out.add(name, read.note);
    out.add_contact(contact.mechanism, contact.host, read.note);
  } else if (!out.unknown) {
    out.unknown = Error{ErrorCode::kNotUnderstood,
                        fmt::format("{} is set, but whether this client still has {} is not known", read.note, name)};
  }
}

void add_rtcstats(const Settings& settings, Gathered& out) {
  const Read enabled = settings.read("analytics.rtcstatsEnabled");
  out.add_unknown(enabled);
  if (!enabled.truthy()) return;
  const Read endpoint = settings.read("analytics.rtcstatsEndpoint");
  out.add_unknown(endpoint);
  const std::string host = host_of(endpoint.text());
  if (!endpoint.text().empty()) {
    out.add(service_at("rtcstats", host.empty() ? settings.base().host() : host), endpoint.note);
    out.add_contact("rtcstats", host, endpoint.note);
  }
}

}  // namespace

Gathered gather_analytics(const Settings& settings, const BuildKnowledge& build) {
  Gathered found;
  const Read disabled = settings.read("analytics.disabled");
  if (disabled.truthy()) {
    found.notes.push_back(disabled.note);
    add_rtcstats(settings, found);  // has a switch of its own
    return found;
  }
  Gathered handlers;  // what disableThirdPartyRequests stops
  const Read amplitude = settings.read("analytics.amplitudeAPPKey");
  handlers.add_unknown(amplitude);
  if (!amplitude.text().empty()) {
    handlers.add("Amplitude", amplitude.note);
    handlers.add_contact("amplitude", "amplitude.com", amplitude.note);
  }
  const Read matomo = settings.read("analytics.matomoEndpoint");
  const Read site = settings.read("analytics.matomoSiteID");
  handlers.add_unknown(matomo);
  if (!matomo.text().empty() && (site.truthy() || site.unknown)) {
    if (site.unknown) {
      handlers.add_unknown(site);
    } else {
      const std::string host = host_of(matomo.text());
      handlers.add(service_at("Matomo", host.empty() ? settings.base().host() : host), matomo.note);
      handlers.add_contact("matomo", host, matomo.note);
    }
  }
  const Read google = settings.read("analytics.googleAnalyticsTrackingId");
  add_until(google, kGoogleAnalyticsRemoved, "Google Analytics", {"google-analytics", "google-analytics.com", {}},
            build, handlers);
  const bool google_id = !google.text().empty();
  add_scripts(settings, "analytics.scriptURLs", google_id, handlers);
  add_old_scripts(settings, google_id, build, handlers);
  // The library took part only with both halves of the account.
  const Read secret = settings.read("callStatsSecret");
  if (secret.unknown || !secret.text().empty()) {
    if (!settings.read("callStatsID").text().empty()) handlers.add_unknown(secret);
    if (!secret.unknown) {
      add_until(settings.read("callStatsID"), kCallstatsRemoved, "callstats.io", {"callstats", "callstats.io", {}},
                build, handlers);
    }
  }

  // Unknown switches make their consequence unknown, never "off" and never "on".
  const Read no_third_parties = settings.read("disableThirdPartyRequests");
  if (no_third_parties.truthy()) {
    found.notes.push_back(no_third_parties.note);
  } else if (no_third_parties.unknown) {
    if (!handlers.items.empty() || handlers.unknown) found.unknown = no_third_parties.unknown;
  } else {
    found = std::move(handlers);
  }
  const Read watch = settings.read("analytics.watchRTCEnabled");
  found.add_unknown(watch);
  if (watch.truthy()) {
    found.add("watchRTC", watch.note);
    found.add_contact("watchrtc", "testrtc.com", watch.note);
  }
  add_rtcstats(settings, found);
  if (disabled.unknown && !found.items.empty()) {
    found.items.clear();
    found.contacts.clear();
    found.unknown = disabled.unknown;
  }
  if (found.items.empty() && found.notes.empty()) found.notes.emplace_back("no analytics key is set");
  return found;
}

}  // namespace meetlat::probes
