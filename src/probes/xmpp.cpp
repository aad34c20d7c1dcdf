// The signalling of the instance: what its XMPP server offers before a login (level 1), to an anonymous visitor
// (level 2), and to somebody alone in a room with a random name (level 3).
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "probes/registry.h"
#include "probes/support.h"
#include "probes/xmpp_parts.h"

namespace meetlat {

namespace probes {

namespace {

std::string random_text(std::size_t letters) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string text;
  for (std::size_t i = 0; i < letters; ++i) text += kLetters[pick(random)];
  return text;
}

// A signalling address as the client resolves it; the error says why there is none.
Result<Url> signalling_url(const Read& read, const Settings& settings, const Url& page) {
  if (read.unknown) return fail(*read.unknown);
  std::string text = read.text();
  if (text.empty()) return fail(ErrorCode::kNotAttempted, read.note);
  const std::string lower = to_lower(std::string_view(text).substr(0, 6));
  if (lower.starts_with("wss://")) text = "https://" + text.substr(6);
  if (lower.starts_with("ws://")) text = "http://" + text.substr(5);
  Result<Url> url = page.resolve(text);
  if (!url || settings.owner_of(url->host()) == Owner::kNobody) return fail(ErrorCode::kNotUnderstood, read.note);
  return url;
}

Url with_room(const Url& url, const std::string& room) {
  if (room.empty() || url.empty()) return url;
  return url.with_path(url.path() + "?" + (url.query().empty() ? "" : url.query() + "&") + "room=" + room);
}

}  // namespace

Result<XmppPlace> xmpp_place(const Settings& settings, const Url& page, int level) {
  const Read domain = settings.read("hosts.domain");
  if (domain.unknown) return fail(*domain.unknown);
  XmppPlace place;
  place.domain = domain.text();
  if (place.domain.empty()) return fail(ErrorCode::kNotUnderstood, domain.note);
  const Read guests = settings.read("hosts.anonymousdomain");
  place.guests_unknown = guests.unknown;
  if (guests.text() != place.domain) place.guests = guests.text();
  place.muc = settings.read("hosts.muc").text();
  place.focus = settings.read("hosts.focus").text();
  if (place.focus.empty()) place.focus = "focus." + place.domain;
  if (level >= 3) place.room = random_text(20);
  // Without an address for either, the library goes to this one.
  const Read bosh = settings.read("bosh");
  const Read websocket = settings.read("websocket");
  Result<Url> url =
      bosh.unset() && websocket.unset() ? page.resolve("/http-bind") : signalling_url(bosh, settings, page);
  if (url) {
    place.bosh = with_room(*url, place.room);
  } else {
    place.no_bosh = url.error();
  }
  url = signalling_url(websocket, settings, page);
  if (url) {
    place.websocket = with_room(*url, place.room);
  } else {
    place.no_websocket = url.error();
  }
  if (const Result<Url> conference = signalling_url(settings.read("conferenceRequestUrl"), settings, page)) {
    place.conference = *conference;
  }
  if (place.bosh.empty() && place.websocket.empty()) return fail(place.no_bosh);
  return place;
}

std::string in_browser(const Url& base, std::string_view look_for) {
  return fmt::format("in a browser: developer tools (F12), Network, open {}, and look for '{}' in the messages of {}",
                     base.with_path(base.path() + "a-random-name").str(), look_for, "xmpp-websocket or http-bind");
}

}  // namespace probes

namespace {

using probes::XmppPlace;
using probes::XmppStream;
using probes::XmppWriter;

std::string websocket_command(const Url& url) {
  return "curl -s -i -N --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' "
         "-H 'Sec-WebSocket-Key: bWVldGxhdC1tZWV0bGF0LQ==' -H 'Sec-WebSocket-Protocol: xmpp' " +
         probes::shell_quote(url.str());
}

// Did something answer that is surely no XMPP? Everything else (blocked, busy, broken, unreachable) leaves it open.
bool surely_not_there(const Error& error) {
  if (error.code == ErrorCode::kNotUnderstood) return true;
  if (error.code != ErrorCode::kHttpStatus) return false;
  return std::ranges::any_of(std::initializer_list<std::string_view>{" 200", " 301", " 302", " 404", " 405", " 410"},
                             [&](std::string_view status) { return error.context.ends_with(status); });
}

std::string bosh_command(const Url& url, const std::string& domain) {
  xmpp::BoshOpen open;
  open.to = domain;
  open.rid = 1'000'000'001;
  open.wait_seconds = 5;
  return fmt::format("curl -s -H 'Content-Type: text/xml; charset=utf-8' --data {} {}",
                     probes::shell_quote(write_xml(xmpp::bosh_open(open))), probes::shell_quote(url.str()));
}

using Features = Result<xmpp::StreamFeatures>;

// A domain of the server: what it offers before a login, and a stream that waits for one.
struct Door {
  Features features = fail(ErrorCode::kNotAttempted, {});
  std::unique_ptr<XmppStream> stream;

  bool anonymous() const {
    return features && std::ranges::find(features->mechanisms, "ANONYMOUS") != features->mechanisms.end();
  }
};

// What the server lets a stranger do.
class Visit {
 public:
  Visit(const XmppPlace& place, Session& session, XmppWriter& out) : place_(place), session_(session), out_(out) {}

  // The stream that is logged in; nullptr when there is none, for the reason of why_not().
  std::unique_ptr<XmppStream> run() {
    main_ = knock_main();
    // Who has no way in without an account is asked for the guests' domain, as the client does.
    if (main_.features && !main_.anonymous()) knock_guests();
    std::unique_ptr<XmppStream> stream;
    if (session_.depth().level >= 2) {
      stream = log_in(main_, main_login_);
      if (stream == nullptr && !place_.guests.empty() && main_.features) {
        knock_guests();
        stream = log_in(guests_, guest_login_);
      }
    }
    put_mechanisms();
    put_login_kind();
    for (Door* door : {&main_, &guests_}) {
      if (door->stream != nullptr) door->stream->close();
    }
    return stream;
  }
  const Error& why_not() const noexcept { return why_not_; }

 private:
  Door knock(const Url& url, const Error& none, bool bosh, const std::string& domain) {
    Door door;
    if (url.empty()) {
      door.features = fail(none);
      return door;
    }
    door.stream = std::make_unique<XmppStream>(
        session_, bosh ? probes::bosh_wire(session_, url) : probes::websocket_wire(session_, url));
    door.features = door.stream->open(domain);
    if (!door.features) door.stream.reset();
    return door;
  }

  // By both ways, to see which of them works. The WebSocket is gone on with: one request for everything.
  Door knock_main() {
    Door bosh = knock(place_.bosh, place_.no_bosh, true, place_.domain);
    put_way("xmpp.bosh", place_.bosh, bosh.features);
    Door websocket = knock(place_.websocket, place_.no_websocket, false, place_.domain);
    put_way("xmpp.websocket", place_.websocket, websocket.features);
    by_websocket_ = websocket.features.has_value();
    if (!by_websocket_) return bosh;
    if (bosh.stream != nullptr) bosh.stream->close();
    return websocket;
  }

  void knock_guests() {
    if (place_.guests.empty() || knocked_) return;
    knocked_ = true;
    if (main_.stream != nullptr) main_.stream->close();
    guests_ = by_websocket_ ? knock(place_.websocket, place_.no_websocket, false, place_.guests)
                            : knock(place_.bosh, place_.no_bosh, true, place_.guests);
  }

  // Hands the door's stream over when the login worked.
  std::unique_ptr<XmppStream> log_in(Door& door, std::optional<Result<void>>& outcome) {
    if (!door.features) {
      why_not_ = door.features.error();
      return nullptr;
    }
    if (!door.anonymous()) {
      why_not_ = {ErrorCode::kNotAttempted, "the server offers no anonymous login, and no other is tried"};
      return nullptr;
    }
    outcome = door.stream->log_in();
    if (*outcome) return std::move(door.stream);
    why_not_ = outcome->error();
    return nullptr;
  }

  void put_way(XmppWriter::Ref fact, const Url& url, const Features& features) {
    if (features) {
      out_.put(fact, true, probes::seen(url.str(), join(features->names, "; "), check(url)));
    } else if (!url.empty() && surely_not_there(features.error())) {
      out_.put(fact, false, probes::seen(url.str(), describe(features.error()), check(url)));
    } else {
      out_.missing(fact, features.error());
    }
  }

  void put_mechanisms() {
    put_list("xmpp.mechanisms", place_.domain, main_.features);
    if (place_.guests.empty()) {
      out_.missing("xmpp.guest_mechanisms",
                   place_.guests_unknown.value_or(Error{ErrorCode::kNotAttempted, "hosts.anonymousdomain is not set"}));
    } else if (knocked_) {
      put_list("xmpp.guest_mechanisms", place_.guests, guests_.features);
    } else {
      out_.missing("xmpp.guest_mechanisms", {ErrorCode::kNotAttempted, "the main domain lets strangers in"});
    }
  }

  void put_list(XmppWriter::Ref fact, const std::string& domain, const Features& features) {
    if (!features) return out_.missing(fact, features.error());
    const Url& url = by_websocket_ || place_.bosh.empty() ? place_.websocket : place_.bosh;
    std::vector<std::string> mechanisms = features->mechanisms;
    probes::sort_unique(mechanisms);
    Provenance seen = probes::seen(url.str(), fmt::format("{} offers: {}", domain, join(mechanisms, ", ")), check(url));
    out_.put(fact, std::move(mechanisms), std::move(seen));
  }

  void put_login_kind() {
    const auto answer = [&](const char* kind, const std::string& why) {
      const Provenance seen =
          probes::seen(place_.domain, why, check(place_.bosh.empty() ? place_.websocket : place_.bosh));
      out_.put("xmpp.login.kind", kind, seen);
      out_.put("xmpp.login.needed", kind, seen);
    };
    const auto unknown = [&](const Error& why) { out_.missing("xmpp.login.kind", why); };
    if (!main_.features) return unknown(main_.features.error());
    const std::string offer = fmt::format("{} offers: {}", place_.domain, join(main_.features->mechanisms, ", "));
    if (main_login_ && *main_login_) return answer("open", offer + "; an anonymous login worked");
    const bool refused = main_login_ && main_login_->error().code == ErrorCode::kNotAttempted;
    if (main_login_ && !refused) return unknown(main_login_->error());
    if (main_.anonymous() && !refused) {
      return unknown({ErrorCode::kNotAttempted, offer + "; whether a token is asked for shows only a login"});
    }
    if (!refused && main_.features->mechanisms.empty()) {
      return unknown({ErrorCode::kNotUnderstood, place_.domain + " offers no way to log in"});
    }
    // Strangers are not let in by the main domain. By the other one?
    const char* closed = refused ? "token" : "account";
    if (place_.guests_unknown) return unknown(*place_.guests_unknown);
    const std::string why = refused ? main_login_->error().context : offer;
    if (place_.guests.empty()) return answer(closed, why);
    if (!guests_.features) return unknown(guests_.features.error());
    if (!guests_.anonymous()) return answer(closed, why);
    if (guest_login_ && !*guest_login_) {
      return guest_login_->error().code == ErrorCode::kNotAttempted ? answer(closed, why)
                                                                    : unknown(guest_login_->error());
    }
    answer("account-to-create", fmt::format("{}; {} lets guests in", why, place_.guests));
  }

  std::string check(const Url& url) const {
    if (url == place_.websocket) return websocket_command(url);
    return bosh_command(url, place_.domain);
  }

  const XmppPlace& place_;
  Session& session_;
  XmppWriter& out_;
  Door main_;
  Door guests_;
  bool by_websocket_ = false;
  bool knocked_ = false;  // at the guests' door
  std::optional<Result<void>> main_login_;
  std::optional<Result<void>> guest_login_;
  Error why_not_{ErrorCode::kNotAttempted, "the audit stops before a login (--level)"};
};

// What the configuration says about logging in holds until the server has answered.
void put_configured_login(const Evidence& evidence, XmppWriter& out) {
  const auto facts = evidence.find("jitsi.login.kind");
  if (facts.empty()) return;
  const Fact& configured = facts.front();  // until something is written, and that takes copies
  if (!configured.measured()) return out.missing("xmpp.login.needed", configured.value.error(), configured.provenance);
  if (const auto* kind = std::get_if<std::string>(&*configured.value)) {
    out.put("xmpp.login.needed", *kind, configured.provenance);
  }
}

class XmppProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 1> kAfter{"jitsi"};
    // Mostly five: BOSH opened and closed, a WebSocket. Without WebSockets each question is a request.
    static constexpr ProbeInfo kInfo{"xmpp", "Signalling: what the XMPP server lets strangers do and see",
                                     probes::kXmppFacts, kAfter, 45};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    XmppWriter out(evidence, Subject::target(), session.now());
    put_configured_login(evidence, out);
    const int level = session.depth().level;
    if (level < 1) return out.rest_missing({ErrorCode::kNotAttempted, "the audit stays with pages (--level 0)"});
    if (!evidence.is_true("jitsi.present")) {
      return out.rest_missing({ErrorCode::kNotAttempted, "the page is not known to be Jitsi Meet"});
    }
    const Configuration& configuration = session.configuration();
    if (!configuration.readable) return out.rest_missing(configuration.why_not);
    const probes::Settings settings(configuration, target.base, probes::own_addresses(session));
    const Result<Landing>& landing = session.landing();
    Url page = landing ? landing->exchange->final_url : target.base;
    if (landing && !landing->html.base_href.empty()) page = page.resolve(landing->html.base_href).value_or(page);
    const Result<XmppPlace> place = probes::xmpp_place(settings, page, level);
    if (!place) return out.rest_missing(place.error());
    Visit visit(*place, session, out);
    const std::unique_ptr<XmppStream> stream = visit.run();
    if (stream == nullptr) return out.rest_missing(visit.why_not());
    probes::put_service_facts(*place, settings, evidence, session, *stream, out);
    if (level >= 3) {
      if (auto services = probes::put_room_facts(*place, session, *stream, out)) {
        probes::put_room_services(*place, settings, evidence, session, *stream, *std::move(services), out);
      }
    }
    stream->close();
    probes::put_component_advisories(evidence, session.now(), out);
    out.rest_missing({ErrorCode::kNotAttempted, "asked only when one host is audited with --join"});
  }
};

}  // namespace

const Probe& xmpp_probe() noexcept {
  static const XmppProbe probe;
  return probe;
}

}  // namespace meetlat
