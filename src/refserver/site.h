// What the hosts of one persona answer: pure, no sockets. Pages are made once; host names and ports are filled in per
// request.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "refserver/persona.h"

namespace meetlat {

// The names under which a site is reached. Pages write them as {{host}}, {{parent}}, {{elsewhere}} and
// {{port}}.
struct SiteNames {
  std::string host;    // "meet.exemplary.test"
  std::string parent;  // "exemplary.test"
  std::string port;    // "" for 443, else ":8443"
  // "exemplary-elsewhere.test": somebody else's site, which nothing but a link connects with the instance
  std::string elsewhere() const;
};

struct SiteRequest {
  bool tls = true;
  PersonaHost at = PersonaHost::kInstance;
  std::string_view method = "GET";
  std::string_view path;  // without query, starts with '/'
};

struct Answer {
  // How the bytes go out; everything but kWhole is hostile or broken on purpose.
  enum class Delivery { kWhole, kDrip, kSilence, kEndless, kEndlessXml, kHeaderFlood, kReset, kTruncated };
  int status = 200;
  HeaderList headers;  // without Content-Length
  std::string body;
  Delivery delivery = Delivery::kWhole;
  bool compressed = false;  // the body is gzip already and says so in a header
  int every_ms = 1000;      // kDrip
};

// What of an instance is no page but a door to its XMPP server.
enum class XmppDoor { kNone, kBosh, kWebSocket, kConferenceRequest };

class Site {
 public:
  explicit Site(Persona persona);
  const Persona& persona() const noexcept { return persona_; }

  Answer answer(const SiteRequest& request, const SiteNames& names) const;
  // Whether that request, a POST or an upgrade to WebSocket, goes to the XMPP server instead of to answer().
  XmppDoor xmpp_door(const SiteRequest& request) const;
  // The text of a page of one of the hosts with names filled in; "" when there is none.
  std::string page(PersonaHost at, std::string_view path, const SiteNames& names) const;

 private:
  struct Page {
    int status = 200;
    std::string type;
    std::string body;
    HeaderList headers;
    bool binary = false;  // no names to fill in
  };
  using Pages = std::map<std::string, Page, std::less<>>;

  Pages& pages_at(PersonaHost at);
  const Pages& pages_at(PersonaHost at) const { return const_cast<Site*>(this)->pages_at(at); }
  void add(Pages& pages, std::string path, const std::string& body);
  void make_instance();
  void make_parent();
  void make_policy();
  void inline_includes();
  const Page* instance_page(std::string_view path) const;
  Answer from_page(const Page& page, const SiteRequest& request, const SiteNames& names) const;
  Answer plain_answer(const SiteRequest& request, const SiteNames& names) const;
  bool misbehaves(PersonaHost at) const noexcept;
  std::optional<Answer> xmpp_page(const SiteRequest& request, const SiteNames& names) const;
  Answer misbehave(const SiteRequest& request, const SiteNames& names) const;
  void add_common_headers(const SiteRequest& request, const SiteNames& names, Answer& answer) const;

  Persona persona_;
  Pages instance_;
  Pages parent_;
  Pages elsewhere_;
  std::string bomb_;  // the body of a gzip bomb, when the persona is one
};

}  // namespace meetlat
