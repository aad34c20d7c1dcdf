// What should not be public: transcripts, statistics and administration pages. Asked only of hosts whose control was
// proved (Depth::exposed), once each, and judged by content, since Jitsi Meet answers any path with its page.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "probes/fact_writer.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{"exposed.asked", "bool", "things that should not be public were asked for, after control was proved"},
    FactSpec{"exposed.things", "strings", "what answered from outside and should not"},
    FactSpec{"exposed.trail", "strings", "each place that was asked, and what was there"},
};
using Writer = probes::FactWriter<kFacts>;

constexpr std::size_t kMostBytes = 64 << 10;

// The answer, as far as the signs are looked for in it.
struct Page {
  std::string_view body;
  std::string title;  // lower case
};

using Sign = bool (*)(const Page&);

bool lists_files(const Page& page) {
  return page.title.starts_with("index of") || page.title.starts_with("directory listing");
}

// A JSON object with one of these members.
bool has_member(const Page& page, std::initializer_list<const char*> names) {
  const Result<Json> json = parse_json(page.body);
  if (!json || !json->is_object()) return false;
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return json->contains(name); });
}

bool is_bridge_statistics(const Page& page) {
  return has_member(page, {"bit_rate_download", "total_conferences_created", "stress_level", "current_timestamp"});
}

bool is_bridge_debug(const Page& page) {
  return has_member(page, {"conferences", "e2e_packet_delay", "overall_bridge_jitter"});
}

bool is_focus_statistics(const Page& page) {
  return has_member(page, {"bridge_selector", "conference_sizes", "jibri_detector", "total_conferences_created"});
}

// OpenMetrics of one of the components.
bool is_metrics(const Page& page) {
  if (page.body.find("# TYPE ") == std::string_view::npos) return false;
  return page.body.find("jitsi_") != std::string_view::npos || page.body.find("prosody_") != std::string_view::npos;
}

bool is_prosody_bosh(const Page& page) {
  return icontains(page.body, "bosh") && icontains(page.body, "prosody");
}

bool is_prosody_admin(const Page& page) {
  return page.title.find("prosody") != std::string::npos && page.title.find("admin") != std::string::npos;
}

bool is_etherpad_admin(const Page& page) {
  return page.title.find("admin") != std::string::npos && icontains(page.body, "etherpad");
}

bool is_rtcstats(const Page& page) {
  return page.title.find("rtcstats") != std::string::npos || page.title.find("rtc visualizer") != std::string::npos ||
         page.title.find("rtc-visualizer") != std::string::npos;
}

struct Place {
  int port = 0;  // 0: that of the page
  bool tls = true;
  const char* path;
  const char* what;
  Sign sign;
};

constexpr std::array kPlaces{
    Place{0, true, "/transcripts/", "a list of transcripts", lists_files},
    Place{0, true, "/colibri/stats", "statistics of the bridge", is_bridge_statistics},
    Place{0, true, "/etherpad/admin/", "administration of Etherpad", is_etherpad_admin},
    Place{0, true, "/rtcstats/", "recorded connection statistics", is_rtcstats},
    Place{0, true, "/rtc-visualizer/", "a viewer of recorded connection statistics", is_rtcstats},
    Place{8080, false, "/colibri/stats", "statistics of the bridge", is_bridge_statistics},
    Place{8080, false, "/metrics", "metrics of the bridge", is_metrics},
    Place{8080, false, "/debug", "debugging data of the bridge", is_bridge_debug},
    Place{8888, false, "/stats", "statistics of the focus", is_focus_statistics},
    Place{8888, false, "/metrics", "metrics of the focus", is_metrics},
    Place{5280, false, "/http-bind", "Prosody's own unencrypted web port", is_prosody_bosh},
    Place{5280, false, "/metrics", "metrics of Prosody", is_metrics},
    Place{5280, false, "/admin/", "administration of Prosody", is_prosody_admin},
    Place{5281, true, "/admin/", "administration of Prosody", is_prosody_admin},
};

Result<Url> url_of(const Url& base, const Place& place) {
  if (place.port == 0) return base.with_scheme(true).with_path(place.path);
  const std::string host = base.host().find(':') == std::string::npos ? base.host() : "[" + base.host() + "]";
  return Url::parse(fmt::format("{}://{}:{}{}", place.tls ? "https" : "http", host, place.port, place.path));
}

// Nothing listens there as far as this side can tell.
bool is_closed(ErrorCode code) noexcept {
  return code == ErrorCode::kConnectionRefused || code == ErrorCode::kUnreachable || code == ErrorCode::kTimedOut ||
         code == ErrorCode::kConnectionReset || code == ErrorCode::kTlsFailed || code == ErrorCode::kHttpProtocol;
}

class ExposedProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr ProbeInfo kInfo{
        "exposed", "Things that should not be public", kFacts, {}, static_cast<int>(kPlaces.size())};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    Writer out(evidence, Subject::target(), session.now());
    out.put("exposed.asked", session.depth().exposed, {});
    if (!session.depth().exposed) {
      out.rest_missing(Error{ErrorCode::kNotAttempted, "asked by a host's operator only: --exposed"});
      return;
    }
    ask_all(target, session, out);
  }

 private:
  static void ask_all(const Target& target, Session& session, Writer& out) {
    std::vector<std::string> things;
    std::vector<std::string> trail;
    std::vector<std::string> checks;
    std::optional<Error> unknown;
    std::set<int> closed;
    for (const Place& place : kPlaces) {
      if (closed.contains(place.port)) continue;
      const Result<Url> url = url_of(target.base, place);
      if (!url) continue;
      const Result<ExchangePtr> answer = session.get(*url, {.follow = false, .guessed = false, .max_body = kMostBytes});
      if (!answer) {
        const ErrorCode code = answer.error().code;
        trail.push_back(fmt::format("{}: {}", url->str(), describe(answer.error())));
        if (place.port != 0 && is_closed(code)) {
          closed.insert(place.port);
        } else if (!unknown) {
          unknown = answer.error();
        }
        continue;
      }
      const bool found = (*answer)->status == 200 && shows(**answer, place.sign);
      trail.push_back(
          fmt::format("{}: {}", url->str(), found ? place.what : fmt::format("nothing, status {}", (*answer)->status)));
      if (!found) continue;
      things.push_back(fmt::format("{}: {}", url->str(), place.what));
      checks.push_back(probes::curl_body(*url));
    }
    const Provenance told = probes::seen(target.base.origin(), things.empty() ? "none" : things.front(),
                                         checks.empty() ? "" : checks.front());
    if (things.empty() && unknown) {
      out.missing("exposed.things", *unknown, told);
    } else {
      out.put("exposed.things", std::move(things), told);
    }
    out.put("exposed.trail", std::move(trail), told);
  }

  static bool shows(const Exchange& answer, Sign sign) {
    // The page that Jitsi Meet gives for any path, whatever words are in it.
    if (answer.body.find("lib-jitsi-meet") != std::string::npos) return false;
    Page page{answer.body, {}};
    if (const Result<HtmlDocument> html = parse_html(answer.body)) page.title = to_lower(trim(html->title));
    return sign(page);
  }
};

}  // namespace

const Probe& exposed_probe() noexcept {
  static const ExposedProbe probe;
  return probe;
}

}  // namespace meetlat
