#include "cli/advice.h"

#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <utility>

#include "cli/output_options.h"
#include "judgement/judge.h"
#include "net/session.h"
#include "probes/jitsi_page.h"

namespace meetlat {
namespace {

// The file beside the page that the client takes, if it was asked for: from the Session's memory.
std::string kept(Session& session, const Url& base, const char* name, const std::vector<std::string>& sources) {
  const Result<Url> url = base.resolve(name);
  if (!url) return {};
  for (const std::string& source : sources) {
    if (source.ends_with(" (inlined)")) continue;
    const Result<Url> from = Url::parse(source);
    if (!from || !from->path().ends_with(std::string("/") + name)) continue;
    const Result<ExchangePtr> got = session.get(*url);
    return got ? (*got)->body : std::string();
  }
  return {};
}

// Equal as far as a rule could see it.
bool same_reading(const Fact* a, const Fact& b) {
  if (a == nullptr || a->measured() != b.measured()) return false;
  return b.measured() ? *a->value == *b.value : a->value.error() == b.value.error();
}

const Fact* find(const Evidence& evidence, const Fact& like) {
  for (const Fact& fact : evidence.find(like.path)) {
    if (fact.subject == like.subject) return &fact;
  }
  return nullptr;
}

OfflineSite with_settings(OfflineSite site, const std::string& javascript) {
  if (site.config_js.empty()) {
    site.page += "<script>\n" + javascript + "\n</script>";
  } else {
    site.config_js += "\n" + javascript + "\n";
  }
  return site;
}

struct Trial {
  OfflineSite site;
  Evidence seen;
  Evidence before;
  std::map<std::string, Evidence> tried;

  const Evidence& after(const std::string& javascript) {
    const auto [at, is_new] = tried.try_emplace(javascript);
    if (is_new) {
      at->second = seen;
      const Evidence now = read_site(with_settings(site, javascript), {});
      for (const Fact& fact : now.all()) {
        if (!same_reading(find(before, fact), fact)) at->second.insert(fact);
      }
    }
    return at->second;
  }
};

}  // namespace

const ProbeInfo& SiteKeeper::info() const noexcept {
  static constexpr std::array<std::string_view, 1> kAfter{"jitsi"};
  static constexpr ProbeInfo kInfo{"site-keeper", "Page and settings as they were served", {}, kAfter, 0};
  return kInfo;
}

void SiteKeeper::collect(const Target& target, Session& session, Evidence& evidence) const {
  const Result<Landing>& landing = session.landing();
  if (!landing || !evidence.is_true("jitsi.present")) return;
  const Exchange& page = *landing->exchange;
  const Configuration& configuration = session.configuration();
  if (!configuration.readable) return;
  Url base = page.final_url;
  if (const Result<Url> other = base.resolve(landing->html.base_href);
      !landing->html.base_href.empty() && other && other->origin() == base.origin()) {
    base = *other;
  }
  site_.base = target.base;
  site_.page = page.body;
  site_.page_headers = page.headers;
  site_.config_js = kept(session, base, "config.js", configuration.sources);
  site_.interface_config_js = kept(session, base, "interface_config.js", configuration.sources);
  site_.worker = evidence.is_true("e2ee.worker");
  site_.olm = evidence.is_true("e2ee.olm");
  const probes::JitsiMarks marks = probes::jitsi_marks(landing->html, page.final_url);
  site_.libs = marks.libs.empty() ? site_.base.with_path("/libs/") : marks.libs;
}

SettingsTrial trial_of(const OfflineSite& site, const Evidence& seen) {
  if (site.page.empty()) return {};
  auto trial = std::make_shared<Trial>();
  trial->site = site;
  trial->seen = seen;
  trial->before = read_site(site, {});
  return [trial](const Rule& rule, const std::string& javascript) {
    return evaluate(rule, trial->after(javascript)).outcome;
  };
}

Result<void> write_advice_list(const HostReport& host, const OfflineSite& site, const std::string& host_name,
                               const RuleSet& rules, const Profile& profile, const AdviceChoice& choice,
                               CliContext& context) {
  AdviceContext words;
  words.tool_version = MEETLAT_VERSION;
  words.options.host = host_name;
  words.options.system = choice.system == "debian"   ? AdviceFor::kDebian
                         : choice.system == "docker" ? AdviceFor::kDocker
                                                     : AdviceFor::kBoth;
  words.options.trial = trial_of(site, host.evidence);
  int columns = choice.columns;
  if (columns == 0 && choice.output == "-") columns = terminal_columns(STDOUT_FILENO);
  words.columns = columns > 0 ? static_cast<std::size_t>(columns) : 100;
  const Advice advice = plan_advice(host, rules, profile, words.options);
  const std::string text = choice.kind == "config"       ? advice_config(advice, host, words)
                           : choice.format == "markdown" ? advice_markdown(advice, host, words)
                                                         : advice_text(advice, host, words);
  return write_text(text, choice.output, context);
}

}  // namespace meetlat
