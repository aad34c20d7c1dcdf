// The app that the client sends phones to before they may join (deep linking), and the stores it names.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// `deeplinking` took the place of disableDeepLinking and of keys of interface_config.js between these two stable
// releases (jitsi-meet pull request 12704); the older key stays in force where the newer one does not decide.
constexpr int kLastOldLinking = 8138;
constexpr int kFirstNewLinking = 8218;

// The first stable release that names F-Droid's page without a language (jitsi-meet issue 15465). Both lead to one
// page.
constexpr int kFirstPlainFDroid = 10431;
constexpr const char* kPlainFDroid = "https://f-droid.org/packages/org.jitsi.meet/";

// The stores as the client names them when nothing is set.
struct Store {
  const char* path;
  const char* old_name;
  const char* by_default;
};
constexpr std::array kStores{
    Store{"deeplinking.android.downloadLink", "MOBILE_DOWNLOAD_LINK_ANDROID",
          "https://play.google.com/store/apps/details?id=org.jitsi.meet"},
    Store{"deeplinking.android.fDroidUrl", "MOBILE_DOWNLOAD_LINK_F_DROID",
          "https://f-droid.org/en/packages/org.jitsi.meet/"},
    Store{"deeplinking.ios.downloadLink", "MOBILE_DOWNLOAD_LINK_IOS",
          "https://itunes.apple.com/us/app/jitsi-meet/id1165103905"},
};

// Is the page that offers the app switched off? nullopt with the reason in `why`.
std::optional<bool> switched_off(const Settings& settings, const BuildKnowledge& build, std::string& note,
                                 std::optional<Error>& why) {
  const Read now = settings.read("deeplinking.disabled");
  const Read old = settings.read("disableDeepLinking");
  note = now.unset() ? old.note : now.note;
  if (build.surely_before(kLastOldLinking + 1) || now.unset()) {
    note = old.note;
    why = old.unknown;
    return old.unknown ? std::nullopt : std::optional(old.truthy());
  }
  if (now.unknown) {
    why = now.unknown;
    return std::nullopt;
  }
  if (build.surely_at_least(kFirstNewLinking) || build.newer_than_table() ||
      (!old.unknown && old.truthy() == now.truthy())) {
    return now.truthy();
  }
  why = Error{ErrorCode::kNotUnderstood, now.note + ", and whether this client heeds that is not known"};
  return std::nullopt;
}

void add_stores(const Settings& settings, const BuildKnowledge& build, Gathered& out) {
  const bool plain = build.surely_at_least(kFirstPlainFDroid) || build.newer_than_table();
  for (const Store& store : kStores) {
    Read read = settings.read(store.path);
    if (read.unset()) read = settings.read_interface(store.old_name);
    out.add_unknown(read);
    if (read.unknown) continue;
    const std::string set = read.text();
    const char* const by_default =
        plain && host_of(store.by_default) == "f-droid.org" ? kPlainFDroid : store.by_default;
    const std::string link = set.empty() ? by_default : set;
    const std::string note =
        set.empty() ? fmt::format("{} is not set, so the client names its own", store.path) : read.note;
    out.add(excerpt(link, 300), note);
    out.add_contact("app-store", host_of(link), note);
  }
}

// A link by way of a service that hands people on to the app or its store. Google's ended in August 2025, and clients
// still write its addresses.
void add_dynamic_link(const Settings& settings, Gathered& out) {
  for (const char* system : {"ios", "android"}) {
    const Read link = settings.read(fmt::format("deeplinking.{}.dynamicLink", system));
    out.add_unknown(link);
    if (link.value == nullptr || link.value->kind != JsValue::Kind::kObject) continue;
    const Read own = settings.read(fmt::format("deeplinking.{}.dynamicLink.customDomain", system));
    const Read code = settings.read(fmt::format("deeplinking.{}.dynamicLink.appCode", system));
    if (const std::string domain = own.text(); !domain.empty()) {
      const std::string host = host_of(domain.find("//") == std::string::npos ? "//" + domain : domain);
      out.add_contact("dynamic-link", host, own.note);
    } else if (!code.text().empty()) {
      const Result<std::string> host = normalise_host(code.text() + ".app.goo.gl");
      if (host) out.add_contact("dynamic-link", *host, code.note);
    }
  }
  const Read old = settings.read_interface("MOBILE_DYNAMIC_LINK.APP_CODE");
  if (old.text().empty()) return;
  const Result<std::string> host = normalise_host(old.text() + ".app.goo.gl");
  if (host) out.add_contact("dynamic-link", *host, old.note);
}

// Shown on desktops: an extension of the browser maker's store.
void add_extension(const Settings& settings, Gathered& out) {
  for (const char* path : {"chromeExtensionBanner.url", "chromeExtensionBanner.edgeUrl"}) {
    const Read read = settings.read(path);
    out.add_unknown(read);
    if (read.text().empty()) continue;
    out.add_contact("extension", host_of(read.text()), read.note);
  }
}

}  // namespace

AppOffer gather_app(const Settings& settings, const BuildKnowledge& build) {
  AppOffer offer;
  add_extension(settings, offer.links);
  const Read promo = settings.read_interface("MOBILE_APP_PROMO");
  const std::optional<bool> off = switched_off(settings, build, offer.note, offer.links.unknown);
  const bool not_promoted = !promo.unset() && !promo.unknown && !promo.truthy();
  if (not_promoted) {
    // Phones then get a page that turns them away, which pushes no app.
    offer.note = promo.note;
    offer.promoted = false;
    offer.links.unknown.reset();
  } else if (off && *off) {
    offer.promoted = false;
  } else if (off && promo.unknown) {
    offer.note = promo.note;
    offer.links.unknown = promo.unknown;
  } else if (off) {
    offer.note += "; " + promo.note;
    offer.promoted = true;
    add_stores(settings, build, offer.links);
    add_dynamic_link(settings, offer.links);
  }
  return offer;
}

void put_app_facts(const Settings& settings, const BuildKnowledge& build, const Landing& landing, JitsiWriter& out) {
  AppOffer offer = gather_app(settings, build);
  for (const HtmlLink& link : landing.html.links) {
    const DomainOwner* owner = owner_of_domain(host_of(link.href));
    if (owner == nullptr || owner->kind != "app store") continue;
    offer.links.add(excerpt(link.href, 300), "linked from the start page");
  }
  if (offer.promoted) {
    out.put("jitsi.app.promoted", *offer.promoted, settings.seen(offer.note));
  } else {
    out.missing("jitsi.app.promoted", *offer.links.unknown, settings.seen(offer.note));
  }
  if (offer.links.notes.empty()) offer.links.notes.push_back(offer.note);
  offer.links.put("jitsi.app.links", settings, out);
}

}  // namespace meetlat::probes
