// The instance itself: is it Jitsi Meet, how old, and what its configuration does with participants' data.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "probes/jitsi_operator.h"
#include "probes/jitsi_page.h"
#include "probes/jitsi_settings.h"
#include "probes/marks.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

using probes::JitsiWriter;

void put_other_software(const Landing& landing, JitsiWriter& out) {
  const Result<probes::MarkTable>& table = probes::other_software();
  if (!table) {
    out.missing("jitsi.other_software", table.error());
    return;
  }
  const probes::MarkHit hit = table->match(*landing.exchange, &landing.html);
  out.put("jitsi.other_software", hit.name,
          probes::seen(landing.exchange->final_url.str(), hit.what, probes::curl_body(landing.exchange->final_url),
                       landing.exchange->at));
}

void put_operator(const Landing& landing, const Configuration& configuration, const probes::Settings& settings,
                  JitsiWriter& out) {
  const std::string where = landing.exchange->final_url.str();
  const std::string check = probes::curl_body(landing.exchange->final_url);
  const probes::Read provider = settings.read_interface("PROVIDER_NAME");
  if (const std::string name = provider.text(); !name.empty() && !probes::is_default_provider(name)) {
    out.put("jitsi.operator.stated", excerpt(name, 80),
            probes::seen(join(configuration.sources, ", "), provider.note, check));
    return;
  }
  for (const std::string& text : landing.html.templates) {
    if (std::string name = probes::operator_phrase(text); !name.empty()) {
      out.put("jitsi.operator.stated", name, probes::seen(where, text, check, landing.exchange->at));
      return;
    }
  }
  std::string name = probes::operator_phrase(landing.html.text);
  if (name.empty() && provider.unknown) {
    out.missing("jitsi.operator.stated", *provider.unknown);
    return;
  }
  out.put("jitsi.operator.stated", name,
          probes::seen(where, name.empty() ? provider.note : landing.html.text, check, landing.exchange->at));
}

// What can be said when the configuration could not be read: that it could not, and why.
void put_configuration(const Configuration& configuration, const Url& base, JitsiWriter& out) {
  const Url file = base.with_path(base.path() + "config.js");
  const std::string check = probes::curl_body(file);
  const std::string where = configuration.sources.empty() ? file.str() : join(configuration.sources, ", ");
  out.put("jitsi.config.readable", configuration.readable,
          probes::seen(where, configuration.readable ? "" : describe(configuration.why_not), check));
  out.put("jitsi.config.sources", configuration.sources, probes::seen(where, "", check));
  std::vector<std::string> problems;
  for (const JsConfig* config : {&configuration.config, &configuration.interface_config}) {
    for (const std::string& problem : config->problems()) {
      const std::string text = excerpt(problem);  // both objects are told of what one script could not be read for
      const bool told = std::find(problems.begin(), problems.end(), text) != problems.end();
      if (!told && problems.size() < 20) problems.push_back(text);
    }
  }
  Provenance seen_problems = probes::seen(where, join(problems, "; "), check);
  out.put("jitsi.config.problems", std::move(problems), std::move(seen_problems));
}

class JitsiProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    // Landing page, config.js and interface_config.js, each with up to 8 redirects; a room-like address.
    static constexpr ProbeInfo kInfo{"jitsi", "Jitsi Meet and its configuration", probes::kJitsiFacts, {}, 36};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    JitsiWriter out(evidence, Subject::target(), session.now());
    if (const Result<void> usable = probes::landing_usable(session); !usable) {
      out.rest_missing(usable.error());
      return;
    }
    const Landing& landing = *session.landing();
    const probes::ClientPage page = probes::client_page(session);
    const bool by_configuration = !page.marks.client && probes::jitsi_configuration(session.configuration());
    put_presence(landing, page, by_configuration, session, out);
    if (!page.marks.client && !by_configuration) {
      put_other_software(landing, out);
      out.rest_missing(Error{ErrorCode::kNotAttempted, "the page is not Jitsi Meet"});
      return;
    }
    out.put("jitsi.other_software", "", Provenance{landing.exchange->final_url.str(), {}, {}, landing.exchange->at});
    const probes::BuildKnowledge build = probes::build_knowledge(page.marks.version_text);
    const Configuration& configuration = session.configuration();
    const probes::Settings settings(configuration, target.base, probes::own_addresses(session), &build);
    probes::put_build_facts(build, page, settings, session, out);
    put_configuration(configuration, target.base, out);
    put_operator(landing, configuration, settings, out);
    if (configuration.readable) {
      probes::put_stun_facts(settings, build, out);
      probes::gather_analytics(settings, build).put("jitsi.analytics", settings, out);
      probes::put_access_facts(settings, out);
      probes::put_other_party_facts(settings, out);
      probes::put_app_facts(settings, build, landing, out);
    }
    out.rest_missing(configuration.readable ? Error{ErrorCode::kNotUnderstood, "not told by the page"}
                                            : configuration.why_not);
  }

 private:
  static void put_presence(const Landing& landing, const probes::ClientPage& page, bool by_configuration,
                           Session& session, JitsiWriter& out) {
    const Url& url = page.exchange->final_url;
    const std::string check = probes::curl_body(url) + " | grep lib-jitsi-meet";
    if (page.marks.client) {
      out.put("jitsi.present", true, probes::seen(url.str(), page.marks.what, check, page.exchange->at));
    } else if (by_configuration) {
      out.put(
          "jitsi.present", true,
          probes::seen(join(session.configuration().sources, ", "), "hosts.domain and a signalling address",
                       probes::curl_body(session.target().base.with_path(session.target().base.path() + "config.js"))));
    } else {
      out.put("jitsi.present", false,
              probes::seen(url.str(), "page title: " + landing.html.title, check, page.exchange->at));
    }
  }
};

}  // namespace

const Probe& jitsi_probe() noexcept {
  static const JitsiProbe probe;
  return probe;
}

}  // namespace meetlat
