#include "refserver/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "refserver/compress.h"
#include "refserver/pages.h"

namespace meetlat {
namespace {

using Kind = PersonaBehaviour::Kind;

// As nginx's mime.types has it, with the two additions of the packaged Jitsi configuration.
std::string_view type_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{{".html", "text/html"},
                                                                                  {".js", "application/javascript"},
                                                                                  {".css", "text/css"},
                                                                                  {".json", "application/json"},
                                                                                  {".txt", "text/plain"},
                                                                                  {".svg", "image/svg+xml"},
                                                                                  {".ico", "image/x-icon"},
                                                                                  {".png", "image/png"},
                                                                                  {".wasm", "application/wasm"},
                                                                                  {".wav", "audio/wav"},
                                                                                  {".pdf", "application/pdf"},
                                                                                  {".xml", "text/xml"}}};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "text/html";
}

bool in_asset_folder(std::string_view path) {
  for (const std::string_view folder :
       {"/libs/", "/css/", "/static/", "/images/", "/fonts/", "/lang/", "/sounds/", "/.well-known/"}) {
    if (path.starts_with(folder)) return true;
  }
  return false;
}

std::string_view robots_text(RobotsFile kind) {
  switch (kind) {
    case RobotsFile::kStock:
      return "User-agent: *\nAllow: /$\nDisallow: /\n";  // as the packages ship it
    case RobotsFile::kOpen:
      return "User-agent: *\nDisallow:\n";
    case RobotsFile::kClosed:
      return "# Please do not read this site by machine.\nUser-agent: *\nDisallow: /\n";
    case RobotsFile::kMissing:
      break;
  }
  return {};
}

// The whole build number, or 0 when the text is none.
int build_number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') break;
    value = value > 100'000 ? value : value * 10 + (c - '0');
  }
  return value;
}

// The values of {{host}}, {{parent}}, {{elsewhere}} and {{port}}.
class Names {
 public:
  explicit Names(const SiteNames& names) : names_(names), elsewhere_(names.elsewhere()) {}
  const std::string* operator()(std::string_view name) const {
    return name == "host"        ? &names_.host
           : name == "parent"    ? &names_.parent
           : name == "elsewhere" ? &elsewhere_
           : name == "port"      ? &names_.port
                                 : nullptr;
  }

 private:
  const SiteNames& names_;
  std::string elsewhere_;
};

std::string without_doubled_slashes(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  }
  return out;
}

// By the end of the path: a tenant, or several, may stand before it.
XmppDoor door_of(std::string_view path) {
  if (path.ends_with("/http-bind")) return XmppDoor::kBosh;
  if (path.ends_with("/xmpp-websocket")) return XmppDoor::kWebSocket;
  if (path.ends_with("/conference-request/v1")) return XmppDoor::kConferenceRequest;
  return XmppDoor::kNone;
}

std::string name_at(PersonaHost at, const SiteNames& names) {
  return at == PersonaHost::kParent ? names.parent : at == PersonaHost::kElsewhere ? names.elsewhere() : names.host;
}

}  // namespace

std::string SiteNames::elsewhere() const {
  const std::size_t dot = parent.find('.');
  return dot == std::string::npos ? parent : parent.substr(0, dot) + "-elsewhere" + parent.substr(dot);
}

Site::Pages& Site::pages_at(PersonaHost at) {
  return at == PersonaHost::kParent ? parent_ : at == PersonaHost::kElsewhere ? elsewhere_ : instance_;
}

Site::Site(Persona persona) : persona_(std::move(persona)) {
  make_instance();
  make_parent();
  make_policy();
  for (const auto& file : persona_.files) {
    Page page{file.status, file.type, file.body, file.headers, false};
    if (!file.document.empty()) {
      Persona whole;
      whole.policy_text = file.body;
      add(pages_at(file.host), file.path, render_policy_html(whole));
      page.body = pages_at(file.host)[file.path].body;
    }
    pages_at(file.host)[file.path] = std::move(page);
  }
  inline_includes();  // last, so that a persona's own files are included
  if (persona_.behaviour.kind == Kind::kGzipBomb) bomb_ = gzip_of_zeros(persona_.behaviour.megabytes);
}

void Site::add(Pages& pages, std::string path, const std::string& body) {
  const std::map<std::string, std::string, std::less<>> known{
      {"operator", persona_.operated_by.name},
      {"build", persona_.jitsi.web_build},
      {"lib", persona_.jitsi.lib},
      {"language", language_of(persona_)},
      {"policy_url", policy_url(persona_)},
      {"parent_links", render_links(persona_, "parent")},
      {"imprint_links", render_links(persona_, "imprint")},
  };
  const auto value = [&known](std::string_view name) -> const std::string* {
    const auto found = known.find(name);
    return found == known.end() ? nullptr : &found->second;
  };
  Page page;
  page.type = type_of(path);
  page.body = fill_in(body, value);
  pages.insert_or_assign(std::move(path), std::move(page));
}

void Site::make_instance() {
  const auto& jitsi = persona_.jitsi;
  if (const auto robots = robots_text(jitsi.robots); !robots.empty())
    add(instance_, "/robots.txt", std::string(robots));
  if (!jitsi.present) return;
  for (const auto& [path, body] : persona_.docroot->instance) add(instance_, path, body);
  add(instance_, "/config.js", render_config_js(persona_));
  add(instance_, "/interface_config.js", render_interface_config_js(persona_));
  add(instance_, "/static/welcomePageAdditionalContent.html", render_welcome_content(persona_));
  // Logging settings were a file of their own until build 6600.
  const bool old_logging = build_number(jitsi.web_build) <= 6600;
  if (!old_logging) instance_.erase("/logging_config.js");
  if (!jitsi.worker) instance_.erase("/libs/lib-jitsi-meet.e2ee-worker.js");
  if (jitsi.olm) instance_["/libs/olm.wasm"] = Page{200, "application/wasm", minimal_wasm(), {}, true};
  instance_["/external_api.js"] = instance_["/libs/external_api.min.js"];
  instance_["/_unlock"] =
      Page{200, "application/octet-stream", "OK\n", {{"Cache-Control", "no-cache, no-store"}}, false};
  const std::string bosh =
      "<!DOCTYPE html>\n<html><head><title>Prosody BOSH endpoint</title></head><body>\n"
      "<h1>It works!</h1>\n<p>It works! Now point your BOSH client to this URL to connect to Prosody.</p>\n"
      "</body></html>\n";
  instance_["/http-bind"] = Page{200, "text/html; charset=utf-8", bosh, {}, false};
  instance_["/xmpp-websocket"] =
      Page{200,
           "text/html; charset=utf-8",
           "<!DOCTYPE html>\n<html><head><title>Prosody WebSocket endpoint</title></head><body>\n"
           "<h1>It works!</h1>\n<p>Now point your WebSocket client to this URL to connect to Prosody.</p>\n"
           "</body></html>\n",
           {},
           false};
}

void Site::inline_includes() {
  if (!persona_.jitsi.ssi) return;
  const auto file = [this](std::string_view path) -> const std::string* {
    const auto found = instance_.find(path);
    return found == instance_.end() ? nullptr : &found->second.body;
  };
  for (const std::string_view path : {"/config.js", "/index.html"}) {
    const auto found = instance_.find(path);
    if (found != instance_.end()) found->second.body = process_ssi(found->second.body, file);
  }
}

void Site::make_parent() {
  if (!persona_.parent_present) return;
  for (const auto& [path, body] : persona_.docroot->parent) add(parent_, path, body);
  if (const auto found = parent_.find("/imprint.html"); found != parent_.end()) {
    if (persona_.operated_by.imprint) {
      for (const char* const path : {"/imprint", "/impressum"}) parent_[path] = found->second;
    } else {
      parent_.erase(found);
    }
  }
  if (const auto robots = robots_text(persona_.parent_robots); !robots.empty()) {
    add(parent_, "/robots.txt", std::string(robots));
  }
}

void Site::make_policy() {
  if (persona_.policy.at == PersonaPolicy::At::kNone) return;
  Pages& pages = persona_.policy.at == PersonaPolicy::At::kParent ? parent_ : instance_;
  add(pages, persona_.policy.path, render_policy_html(persona_));
  Page& page = pages[persona_.policy.path];
  if (!persona_.policy.pdf) {
    page.type = "text/html; charset=utf-8";
    return;
  }
  // A PDF has a table of byte positions, so its names are filled in now.
  const std::string parent = persona_.id + ".test";
  const std::string host = "meet." + parent;
  const SiteNames names{host, parent, {}};
  const Names value(names);
  page.body = persona_.policy.scanned ? make_scanned_pdf()
                                      : make_pdf("Privacy policy", plain_text_of(fill_in(page.body, value)));
  page.type = "application/pdf";
  page.binary = true;
}

// The locations of the packaged nginx configuration, in its order.
const Site::Page* Site::instance_page(std::string_view path) const {
  while (true) {
    if (path == "/") path = "/index.html";
    if (const auto found = instance_.find(path); found != instance_.end()) return &found->second;
    if (!persona_.jitsi.present || in_asset_folder(path)) return nullptr;
    const auto slash = path.find('/', 1);
    if (slash == std::string_view::npos) {  // one segment: a room
      const auto index = instance_.find("/index.html");
      return index == instance_.end() ? nullptr : &index->second;
    }
    path.remove_prefix(slash);  // a tenant, as far as nginx can tell
  }
}

Answer Site::from_page(const Page& page, const SiteRequest& request, const SiteNames& names) const {
  Answer answer;
  answer.status = page.status;
  if (!page.type.empty()) answer.headers.emplace_back("Content-Type", page.type);
  const Names value(names);
  for (const auto& [name, text] : page.headers) answer.headers.emplace_back(name, fill_in(text, value));
  answer.body = page.binary ? page.body : fill_in(page.body, value);
  const bool on_instance = request.at == PersonaHost::kInstance;
  if (on_instance && page.type.starts_with("text/html")) {
    for (const auto& cookie : persona_.http.cookies) answer.headers.emplace_back("Set-Cookie", cookie);
  }
  if (on_instance && persona_.jitsi.present && in_asset_folder(request.path)) {
    answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
  }
  return answer;
}

std::string Site::page(PersonaHost at, std::string_view path, const SiteNames& names) const {
  SiteRequest request;
  request.at = at;
  request.path = path;
  const auto& pages = pages_at(at);
  const auto found = pages.find(path);
  return found == pages.end() ? std::string() : from_page(found->second, request, names).body;
}

Answer Site::misbehave(const SiteRequest& request, const SiteNames& names) const {
  const auto& behaviour = persona_.behaviour;
  Page page{behaviour.status, behaviour.type, behaviour.body, behaviour.headers, false};
  Answer answer = from_page(page, request, names);
  const auto redirect = [&](std::string target) {
    answer.status = 302;
    answer.headers.emplace_back("Location", std::move(target));
  };
  const Names value(names);
  switch (behaviour.kind) {
    case Kind::kRedirect:
      redirect(fill_in(behaviour.location, value));
      break;
    case Kind::kEndlessRedirect: {
      const auto digits = request.path.find_last_not_of("0123456789") + 1;
      redirect(fmt::format("/next/{}", build_number(request.path.substr(digits)) + 1));
      break;
    }
    case Kind::kGzipBomb:
      answer.body = bomb_;
      answer.compressed = true;
      answer.headers.emplace_back("Content-Encoding", "gzip");
      break;
    case Kind::kEverything200:
      if (const auto index = instance_.find("/index.html"); index != instance_.end()) {
        answer = from_page(index->second, request, names);
      }
      break;
    case Kind::kSlowLoris:
      answer.delivery = Answer::Delivery::kDrip;
      answer.every_ms = behaviour.every_ms;
      break;
    case Kind::kSilence:
      answer.delivery = Answer::Delivery::kSilence;
      break;
    case Kind::kEndlessBody:
      answer.delivery = Answer::Delivery::kEndless;
      break;
    case Kind::kHeaderFlood:
      answer.delivery = Answer::Delivery::kHeaderFlood;
      break;
    case Kind::kReset:
      answer.delivery = Answer::Delivery::kReset;
      break;
    case Kind::kTruncated:
      answer.delivery = Answer::Delivery::kTruncated;
      break;
    case Kind::kAnswerAll:
    case Kind::kNone:
      break;
  }
  return answer;
}

Answer Site::plain_answer(const SiteRequest& request, const SiteNames& names) const {
  Answer answer;
  if (persona_.http.plain == PlainHttp::kNotFound) {
    answer.status = 404;
    answer.body = "<html><body><h1>404 Not Found</h1></body></html>\n";
  } else {
    answer.status = 301;
    answer.headers.emplace_back("Location",
                                "https://" + name_at(request.at, names) + names.port + std::string(request.path));
    answer.body = "<html><body><h1>301 Moved Permanently</h1></body></html>\n";
  }
  answer.headers.emplace_back("Content-Type", "text/html");
  return answer;
}

void Site::add_common_headers(const SiteRequest& request, const SiteNames& names, Answer& answer) const {
  const auto has = [&answer](std::string_view name) {
    for (const auto& header : answer.headers) {
      if (iequals(header.first, name)) return true;
    }
    return false;
  };
  const Names value(names);
  const bool page = std::ranges::any_of(answer.headers, [](const auto& header) {
    return iequals(header.first, "Content-Type") && header.second.starts_with("text/html");
  });
  if (request.at == PersonaHost::kInstance && (page || persona_.http.on_files)) {
    for (const auto& [name, text] : persona_.http.headers) {
      // A browser ignores HSTS over plain HTTP, and nginx does not send it there.
      if (has(name) || (!request.tls && iequals(name, "Strict-Transport-Security"))) continue;
      answer.headers.emplace_back(name, fill_in(text, value));
    }
  }
  if (!has("Server")) answer.headers.emplace_back("Server", "nginx");
}

bool Site::misbehaves(PersonaHost at) const noexcept {
  return persona_.behaviour.kind != Kind::kNone && (at == PersonaHost::kInstance || persona_.behaviour.parent_too);
}

XmppDoor Site::xmpp_door(const SiteRequest& request) const {
  const PersonaXmpp& xmpp = persona_.xmpp;
  const bool open = xmpp.present && persona_.jitsi.present && xmpp.fault != XmppFault::kRedirect &&
                    request.at == PersonaHost::kInstance && !misbehaves(request.at) &&
                    (request.tls || persona_.http.plain == PlainHttp::kServe);
  const XmppDoor door = open ? door_of(request.path) : XmppDoor::kNone;
  const bool post = request.method == "POST";
  switch (door) {
    case XmppDoor::kBosh:
      return post && xmpp.bosh ? door : XmppDoor::kNone;
    case XmppDoor::kWebSocket:
      return !post && request.tls && xmpp.websocket ? door : XmppDoor::kNone;
    case XmppDoor::kConferenceRequest:
      return post && xmpp.conference_http ? door : XmppDoor::kNone;
    case XmppDoor::kNone:
      break;
  }
  return XmppDoor::kNone;
}

// What the paths of the XMPP server answer to everything that xmpp_door() does not take, if it is not a page.
std::optional<Answer> Site::xmpp_page(const SiteRequest& request, const SiteNames& names) const {
  const PersonaXmpp& xmpp = persona_.xmpp;
  const XmppDoor door =
      request.at == PersonaHost::kInstance && persona_.jitsi.present ? door_of(request.path) : XmppDoor::kNone;
  if (door == XmppDoor::kNone) return std::nullopt;
  const bool there = xmpp.present && (door == XmppDoor::kBosh        ? xmpp.bosh
                                      : door == XmppDoor::kWebSocket ? xmpp.websocket
                                                                     : xmpp.conference_http);
  Answer answer;
  answer.headers = {{"Content-Type", "text/html"}};
  if (!there) {
    answer.status = xmpp.missing_status;
    answer.body = fmt::format("<html><body><h1>{}</h1></body></html>\n", xmpp.missing_status);
  } else if (xmpp.fault == XmppFault::kRedirect && door != XmppDoor::kConferenceRequest) {
    answer.status = 302;
    answer.headers.emplace_back("Location", "https://" + names.elsewhere() + names.port + std::string(request.path));
  } else if (request.method == "OPTIONS") {
    answer.headers = {{"Access-Control-Allow-Origin", "*"},
                      {"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
                      {"Access-Control-Allow-Headers", "Content-Type"}};
  } else if (door == XmppDoor::kConferenceRequest) {
    answer.status = 405;
  } else {
    return std::nullopt;
  }
  return answer;
}

Answer Site::answer(const SiteRequest& asked, const SiteNames& names) const {
  SiteRequest request = asked;
  const std::string path = without_doubled_slashes(asked.path);
  request.path = path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool plain = !request.tls && persona_.http.plain != PlainHttp::kServe;
  const bool behaves = !plain && !misbehaves(request.at);
  Answer answer;
  if (auto xmpp = behaves ? xmpp_page(request, names) : std::nullopt) {
    answer = *std::move(xmpp);
  } else if (!reads) {
    answer.status = 405;
    answer.headers = {{"Allow", "GET, HEAD"}, {"Content-Type", "text/html"}};
  } else if (plain) {
    answer = plain_answer(request, names);
  } else if (!behaves) {
    answer = misbehave(request, names);
  } else {
    const Page* page = nullptr;
    if (request.at == PersonaHost::kInstance) {
      page = instance_page(path);
    } else {
      const Pages& pages = pages_at(request.at);
      const auto found = pages.find(path == "/" ? std::string_view("/index.html") : std::string_view(path));
      page = found == pages.end() ? nullptr : &found->second;
    }
    Page missing{404, "text/html", "<html><body><h1>404 Not Found</h1></body></html>\n", {}, false};
    if (const auto own = instance_.find("/static/404.html");
        own != instance_.end() && request.at == PersonaHost::kInstance) {
      missing.body = own->second.body;
    }
    answer = from_page(page == nullptr ? missing : *page, request, names);
  }
  add_common_headers(request, names, answer);
  return answer;
}

}  // namespace meetlat
