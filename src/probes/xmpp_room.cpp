// Level 3: alone in a room with a random name, as long as a few questions take.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "base/json.h"
#include "base/text.h"
#include "probes/support.h"
#include "probes/xmpp_parts.h"
#include "proto/xmpp_room.h"

namespace meetlat::probes {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxNames = 60;  // of one list of words

std::string hex(int digits) {
  std::random_device random;
  std::uniform_int_distribution<int> pick(0, 15);
  std::string text;
  for (int i = 0; i < digits; ++i) text += "0123456789abcdef"[pick(random)];
  return text;
}

void add_word(std::vector<std::string>& words, std::string_view word) {
  if (words.size() < kMaxNames && !trim(word).empty()) words.push_back(excerpt(trim(word), 60));
}

class RoomFacts {
 public:
  RoomFacts(const XmppPlace& place, Session& session, XmppStream& stream, XmppWriter& out)
      : place_(place),
        session_(session),
        stream_(stream),
        out_(out),
        room_(place.room + "@" + place.muc),
        occupant_(room_ + "/" + hex(8)) {}

  void run() {
    if (place_.muc.empty()) {
      return out_.rest_missing({ErrorCode::kNotUnderstood, "hosts.muc is not known, so there is no place for a room"});
    }
    const bool may_join = ask_focus();
    if (!may_join) return out_.rest_missing(why_not_);
    if (enter()) look_around();
    (void)stream_.send(xmpp::muc_leave(occupant_), "leaving the room");
    out_.rest_missing({ErrorCode::kNotUnderstood, "the room did not tell"});
  }
  // Of STUN and TURN, as the room's metadata list them; nullopt: they list none.
  const std::optional<std::vector<xmpp::Service>>& services() const noexcept { return services_; }

 private:
  Provenance seen_by(std::string_view text, std::string_view look_for) const {
    return seen(stream_.url().str(), text, in_browser(session_.target().base, look_for));
  }

  // --- the focus; false: the server does not want a stranger's room

  bool ask_focus() {
    const xmpp::ConferenceRequest request{room_, hex(32), {{"rtcstatsEnabled", "false"}, {"visitors-version", "1"}}};
    return place_.conference.empty() ? ask_by_xmpp(request) : ask_by_http(request);
  }

  bool ask_by_xmpp(const xmpp::ConferenceRequest& request) {
    const auto answers = stream_.ask({xmpp::iq_set(stream_.next_id(), place_.focus, xmpp::conference_request(request))},
                                     "conference request");
    if (!answers || !answers->front()) {
      const Error why = answers ? Error{ErrorCode::kTimedOut, "the focus did not answer"} : answers.error();
      no_answer(why);
      return false;
    }
    const XmlElement& answer = *answers->front();
    if (const auto error = xmpp::read_error(answer)) return refused(error->condition);
    const auto conference = xmpp::read_conference_answer(answer);
    if (!conference) {
      no_answer({ErrorCode::kNotUnderstood, "the focus gave an answer without content"});
      return false;
    }
    return accepted(*conference, stream_.url());
  }

  bool ask_by_http(const xmpp::ConferenceRequest& request) {
    PostOptions options;
    options.content_type = "application/json";
    options.what = "conference request";
    options.max_body = 64 << 10;
    const Result<ExchangePtr> got = session_.post(place_.conference, xmpp::conference_request_json(request), options);
    if (!got) {
      no_answer(got.error());
      return false;
    }
    const int status = (*got)->status;
    if (status == 403) return refused("not-authorized");
    Result<xmpp::ConferenceAnswer> answer = xmpp::read_conference_json((*got)->body);
    if (status != 200 || !answer) {
      no_answer({status != 200 ? ErrorCode::kHttpStatus : ErrorCode::kNotUnderstood,
                 fmt::format("{}: status {}", place_.conference.str(), status)});
      return false;
    }
    return accepted(*answer, place_.conference);
  }

  void no_answer(const Error& why) {
    out_.missing("xmpp.room.start", why);
    why_not_ = why;
  }

  bool refused(const std::string& condition) {
    const bool login = condition == "not-authorized";
    why_not_ = {ErrorCode::kNotAttempted, "a stranger may not start a room here: " + condition};
    out_.put("xmpp.room.start", login ? "login-needed" : "refused",
             seen_by("the focus answered " + condition, "conference"));
    return false;
  }

  bool accepted(const xmpp::ConferenceAnswer& answer, const Url& where) {
    std::vector<std::string> properties;
    for (const auto& [name, value] : answer.properties) add_word(properties, fmt::format("{}={}", name, value));
    sort_unique(properties);
    const std::string note = fmt::format("ready={} {}", answer.ready, join(properties, " "));
    Provenance what = seen(where.str(), note, in_browser(session_.target().base, "conference"));
    out_.put("xmpp.focus.properties", std::move(properties), what);
    out_.put("xmpp.room.start", "open", what);
    return true;
  }

  // --- the room

  bool enter() {
    if (Result<void> sent = stream_.send(xmpp::muc_join(occupant_), "joining a room with a random name"); !sent) {
      out_.missing("xmpp.room.joined", sent.error());
      return false;
    }
    const auto is_ours = [&](const XmlElement& stanza) {
      const auto presence = xmpp::read_muc_presence(stanza);
      if (!presence || xmpp::bare_jid(presence->from) != room_) return false;
      if (presence->is_self() || presence->error) return true;
      others_.push_back(stanza);
      return false;
    };
    const Result<std::optional<XmlElement>> self = stream_.wait_for(is_ours, milliseconds{10'000});
    if (!self || !*self) {
      out_.missing("xmpp.room.joined", self ? Error{ErrorCode::kTimedOut, "the room did not answer"} : self.error());
      return false;
    }
    const xmpp::MucPresence presence = *xmpp::read_muc_presence(**self);
    if (presence.error) {
      out_.put("xmpp.room.joined", false, seen_by("the room answered " + presence.error->condition, "presence"));
      if (presence.error->condition == "registration-required") {
        out_.put("xmpp.room.lobby_on", true, seen_by("registration-required", "lobbyroom"));
      }
      return false;
    }
    out_.put("xmpp.room.joined", true,
             seen_by(fmt::format("affiliation {}, role {}", presence.affiliation, presence.role), "presence"));
    everybody_sees_ = presence.has_status(100);
    return true;
  }

  void look_around() {
    // The ping comes back after everything that the server wanted to tell us by itself.
    const auto answers =
        stream_.ask({xmpp::iq_get(stream_.next_id(), room_, xmpp::disco_info_query()),
                     xmpp::iq_get(stream_.next_id(), place_.domain, XmlElement("ping", std::string(xmpp::kPingNs)))},
                    "what the room says about itself");
    if (!answers) return;
    if ((*answers)[0]) put_information(*(*answers)[0]);
    // By now the focus has made the first one an owner, where it does so.
    const auto form = stream_.ask({xmpp::iq_get(stream_.next_id(), room_, xmpp::room_form_query())}, "the room's form");
    put_addresses(form ? form->front() : std::nullopt);
    put_pushed();
  }

  void put_information(const XmlElement& answer) {
    const std::optional<xmpp::DiscoInfo> info = xmpp::read_disco_info(answer);
    if (!info) return;
    std::vector<std::string> features;
    for (const std::string& feature : info->features) {
      if (feature.starts_with("muc_")) add_word(features, feature);
    }
    std::vector<std::string> fields;
    for (const xmpp::DataForm& form : info->forms) {
      if (form.form_type() != xmpp::kMucRoomInfo) continue;
      for (const xmpp::FormField& field : form.fields) {
        constexpr std::string_view kPrefix = "muc#roominfo_";
        if (field.var.starts_with(kPrefix)) add_word(fields, std::string_view(field.var).substr(kPrefix.size()));
      }
    }
    const bool members_only = info->has_feature("muc_membersonly");
    sort_unique(features);
    sort_unique(fields);
    if (!out_.written("xmpp.room.lobby_on")) {
      out_.put("xmpp.room.lobby_on", members_only, seen_by(join(features, ", "), "muc#roominfo"));
    }
    Provenance what = seen_by(join(features, ", "), "disco#info");
    out_.put("xmpp.room.features", std::move(features), std::move(what));
    what = seen_by(join(fields, ", "), "muc#roominfo");
    out_.put("xmpp.room.information", std::move(fields), std::move(what));
  }

  void put_addresses(const std::optional<XmlElement>& answer) {
    const std::optional<xmpp::DataForm> form = answer ? xmpp::read_room_form(*answer) : std::nullopt;
    const std::string whois = form ? excerpt(form->value("muc#roomconfig_whois"), 40) : std::string();
    if (!whois.empty()) {
      out_.put("xmpp.room.real_addresses", whois, seen_by("muc#roomconfig_whois: " + whois, "whois"));
    } else if (everybody_sees_) {
      out_.put("xmpp.room.real_addresses", "anyone", seen_by("status 100 at joining", "status code=\"100\""));
    } else if (answer && xmpp::read_error(*answer)) {
      out_.missing("xmpp.room.real_addresses",
                   {ErrorCode::kNotUnderstood, "the form is not for us: " + xmpp::read_error(*answer)->condition});
    }
  }

  // What came by itself: the focus's presence and the room's metadata.
  void put_pushed() {
    std::vector<std::string> metadata;
    std::string version;
    bool focus = false;
    std::vector<const XmlElement*> pushed;
    for (const XmlElement& one : others_) pushed.push_back(&one);
    for (const XmlElement& one : stream_.strays()) pushed.push_back(&one);
    for (const XmlElement* one : pushed) {
      const auto presence = xmpp::read_muc_presence(*one);
      if (presence && presence->nick == "focus") {
        focus = true;
        if (const XmlElement* versions = one->child("versions")) {
          for (const XmlElement& component : versions->children) {
            if (component.attribute("name") == "focus") version = excerpt(trim(component.text), 60);
          }
        }
      }
      add_metadata(xmpp::read_room_metadata(*one), metadata);
    }
    if (focus) out_.put("xmpp.focus.version", version, seen_by("focus " + version, "versions"));
    sort_unique(metadata);
    Provenance what = seen_by(join(metadata, ", "), "room_metadata");
    out_.put("xmpp.room.metadata", std::move(metadata), std::move(what));
  }

  void add_metadata(const std::string& text, std::vector<std::string>& names) {
    if (text.empty()) return;
    const Result<Json> json = parse_json(text);
    if (!json) return;
    const Json& metadata = json_member(*json, "metadata");
    if (!metadata.is_object()) return;
    for (const auto& [name, value] : metadata.items()) {
      add_word(names, name);
      if (name == "services") services_ = services_of(value);
    }
  }

  // As the client reads them (lib-jitsi-meet, onReceiveStunAndTurnCredentials): whatever is no list counts as an empty
  // one, and Prosody writes an empty list as {}.
  static std::vector<xmpp::Service> services_of(const Json& list) {
    constexpr std::size_t kMostServices = 100;
    std::vector<xmpp::Service> services;
    if (!list.is_array()) return services;
    for (const Json& one : list) {
      if (services.size() >= kMostServices) break;
      if (!one.is_object()) continue;
      const auto text = [&](const char* name) {
        const Json& value = json_member(one, name);
        return value.is_string() ? value.get<std::string>() : value.is_number_integer() ? value.dump() : std::string();
      };
      xmpp::Service service;
      service.type = text("type");
      service.host = text("host");
      service.transport = text("transport");
      const std::string port = text("port");
      std::from_chars(port.data(), port.data() + port.size(), service.port);
      if (service.port < 0 || service.port > 65535) service.port = 0;
      service.username = text("username");
      service.password = text("password");
      service.expires = text("expires");
      services.push_back(std::move(service));
    }
    return services;
  }

  const XmppPlace& place_;
  Session& session_;
  XmppStream& stream_;
  XmppWriter& out_;
  const std::string room_;
  const std::string occupant_;
  std::vector<XmlElement> others_;  // presences of the room that came before ours
  std::optional<std::vector<xmpp::Service>> services_;
  bool everybody_sees_ = false;
  Error why_not_{};  // set when no room may be entered
};

}  // namespace

std::optional<std::vector<xmpp::Service>> put_room_facts(const XmppPlace& place, Session& session, XmppStream& stream,
                                                         XmppWriter& out) {
  RoomFacts facts(place, session, stream, out);
  facts.run();
  return facts.services();
}

}  // namespace meetlat::probes
