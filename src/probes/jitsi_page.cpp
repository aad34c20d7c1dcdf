#include "probes/jitsi_page.h"

#include <fmt/format.h>

#include "base/text.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// The last path segment without its query.
std::string_view file_name(std::string_view url) {
  const std::size_t end = url.find_first_of("?#");
  std::string_view path = url.substr(0, end);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string version_of(std::string_view url) {
  const std::size_t query = url.find('?');
  if (query == std::string_view::npos) return {};
  for (const std::string& pair : split(url.substr(query + 1, 200), '&')) {
    if (pair.starts_with("v=")) return excerpt(pair.substr(2), 60);
  }
  return {};
}

Url base_of(const HtmlDocument& html, const Url& page) {
  if (html.base_href.empty()) return page;
  const Result<Url> base = page.resolve(html.base_href);
  return base ? *base : page;
}

}  // namespace

JitsiMarks jitsi_marks(const HtmlDocument& html, const Url& page) {
  JitsiMarks marks;
  bool lib = false;
  const Url base = base_of(html, page);
  for (const HtmlResource& resource : html.resources) {
    if (resource.element != "script") continue;
    const std::string_view file = file_name(resource.url);
    const bool app = file == "app.bundle.min.js" || file == "app.bundle.js";
    const bool library = file == "lib-jitsi-meet.min.js" || file == "lib-jitsi-meet.js";
    if (!app && !library) continue;
    lib = lib || library;
    if (!marks.client) marks.what = "loads " + excerpt(resource.url, 150);
    marks.client = marks.client || library;
    if (marks.version_text.empty() || app) {
      if (std::string version = version_of(resource.url); !version.empty()) marks.version_text = std::move(version);
    }
    const Result<Url> script = base.resolve(resource.url);
    if (script && marks.libs.empty()) {
      const std::size_t slash = script->path().rfind('/');
      marks.libs = script->with_path(script->path().substr(0, slash + 1));
    }
  }
  // A bundle of that name alone may be anybody's; inlined settings of the client beside it are not.
  for (const HtmlScript& script : html.scripts) {
    if (marks.client) break;
    const std::string_view text = std::string_view(script.text).substr(0, 200'000);
    if (!marks.libs.empty() && (text.find("interfaceConfig") != std::string_view::npos ||
                                text.find("JitsiMeetJS") != std::string_view::npos)) {
      marks.client = true;
    }
  }
  if (!marks.client) return JitsiMarks{};
  return marks;
}

bool jitsi_configuration(const Configuration& configuration) {
  if (!configuration.readable) return false;
  const auto known = [&](std::string_view path) {
    return configuration.config.find(path).state == Setting::State::kValue;
  };
  const auto there = [&](std::string_view path) {
    return configuration.config.find(path).state != Setting::State::kAbsent;
  };
  const Setting domain = configuration.config.find("hosts.domain");
  const bool has_domain = domain.state == Setting::State::kValue && domain.value->kind == JsValue::Kind::kString;
  return (has_domain && (there("hosts.muc") || there("bosh") || there("websocket"))) ||
         (known("hosts.muc") && there("hosts.domain") && (there("bosh") || there("websocket")));
}

ClientPage client_page(Session& session) {
  ClientPage page;
  const Landing& landing = *session.landing();
  page.exchange = landing.exchange;
  page.marks = jitsi_marks(landing.html, landing.exchange->final_url);
  if (page.marks.client || !jitsi_configuration(session.configuration())) return page;
  const Result<ExchangePtr> room = session.random_path(session.target().base);
  if (!room || (*room)->status != 200) return page;
  const Result<HtmlDocument> html = parse_html((*room)->body);
  if (!html) return page;
  JitsiMarks marks = jitsi_marks(*html, (*room)->final_url);
  if (marks.client) page = ClientPage{std::move(marks), *room, false};
  return page;
}

bool BuildKnowledge::table_too_old(Instant now) const noexcept {
  const Result<BuildTable>& table = BuildTable::bundled();
  return !table || now > table->good_until();
}

Error BuildKnowledge::why_unknown() const {
  if (!web) return web.error();
  if (!place) return BuildTable::bundled().error();
  if (newer_than_table()) {
    return {ErrorCode::kDataTooOld, fmt::format("web build {} is newer than the table of releases", web->number)};
  }
  return {ErrorCode::kNotUnderstood, fmt::format("web build {} is no stable release", web->number)};
}

BuildKnowledge build_knowledge(const std::string& version_text) {
  BuildKnowledge knowledge;
  knowledge.text = version_text;
  if (version_text.empty()) return knowledge;
  knowledge.web = parse_web_build(version_text);
  const Result<BuildTable>& table = BuildTable::bundled();
  if (knowledge.web && table) knowledge.place = table->place(*knowledge.web);
  return knowledge;
}

Result<JitsiInstance> jitsi_instance(Session& session) {
  if (const Result<void> usable = landing_usable(session); !usable) return fail(usable.error());
  JitsiInstance instance;
  instance.page = client_page(session);
  instance.configuration = &session.configuration();
  if (!instance.page.marks.client && !jitsi_configuration(*instance.configuration)) {
    return fail(ErrorCode::kNotAttempted, "the page is not Jitsi Meet");
  }
  instance.build = build_knowledge(instance.page.marks.version_text);
  return instance;
}

}  // namespace meetlat::probes
