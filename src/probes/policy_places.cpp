// Where the search for the policy looks on the instance itself: settings, links, template files, manifest.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/document.h"
#include "base/text.h"
#include "probes/jitsi_page.h"
#include "probes/policy_hints.h"
#include "probes/policy_search.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr int kMaxLinks = 8;     // of privacy, on one page
constexpr int kMaxImprints = 3;  // on one page
constexpr int kMaxTerms = 2;     // on one page
constexpr std::size_t kMaxSmallFile = 100'000;
constexpr std::size_t kShortName = 40;  // bytes; "Privacy policy", not a sentence with these words

// Files that the package's index.html includes and operators write into (jitsi/jitsi-meet: index.html, static/).
constexpr std::array<std::string_view, 5> kIncluded{
    "static/welcomePageAdditionalContent.html", "static/welcomePageAdditionalCard.html",
    "static/settingsToolbarAdditionalContent.html", "title.html", "plugin.head.html"};

const Result<Url> base_for(const Url& page, const std::string& base_href) {
  return base_href.empty() ? Result<Url>(page) : page.resolve(base_href);
}

}  // namespace

int PolicySearch::rank_of(int rank, const Url& url, std::string_view text) const {
  if (!is_own_site(url)) rank -= kOffSite;
  if (url.path().ends_with(".pdf")) rank -= 1;  // the same as a page is easier to read
  if (!text.empty() && text.size() <= kShortName) rank += 1;
  const std::string words = fold(std::string(text) + " " + url.host() + " " + url.path());
  for (const char* service : {"jitsi", "meet", "video", "konferenz", "conferenc", "vergader"}) {
    if (words.find(service) == std::string::npos) continue;
    rank += 2;
    break;
  }
  const std::string lang = language_of_url(url);
  for (std::size_t i = 0; i < wanted_.languages.size() && !lang.empty(); ++i) {
    if (wanted_.languages[i] == lang) rank += i == 0 ? 3 : 1;
  }
  return rank;
}

// The instance's language first, that of its country next, then English; nothing when neither of the first is known.
void PolicySearch::learn_languages() {
  const Configuration& configuration = session_.configuration();
  const Setting setting = configuration.config.find("defaultLanguage");
  if (setting.state == Setting::State::kValue && setting.value->kind == JsValue::Kind::kString) {
    result_.instance_language = language_code(setting.value->string);
  } else if (setting.state == Setting::State::kAbsent) {
    result_.instance_language = language_code(session_.landing()->html.lang);
  }
  for (const std::string& lang :
       {result_.instance_language, std::string(language_of_domain(wanted_.host)), std::string("en")}) {
    const bool known = std::find(wanted_.languages.begin(), wanted_.languages.end(), lang) != wanted_.languages.end();
    const bool only_english = wanted_.languages.empty() && lang == "en" && result_.instance_language != "en";
    if (!lang.empty() && !known && !only_english) wanted_.languages.push_back(lang);
  }
}

// What the client itself shows: legalUrls. Unset, it shows jitsi.org's, which is nobody's own but theirs.
void PolicySearch::read_settings() {
  const Configuration& configuration = session_.configuration();
  if (!configuration.readable) {
    note(FoundBy::kConfig, "config.js", describe(configuration.why_not));
    cannot_look(configuration.why_not);
    return;
  }
  for (const char* path :
       {"legalUrls.privacy", "legalUrls.terms", "liveStreaming.dataPrivacyLink", "livestreaming.dataPrivacyLink"}) {
    read_setting(path);
  }
}

void PolicySearch::read_setting(const std::string& path) {
  const Url& base = session_.target().base;
  const bool privacy = path == "legalUrls.privacy";
  const Setting setting = session_.configuration().config.find(path);
  const std::string place = fmt::format("config.js {}", path);
  if (setting.state == Setting::State::kUnknown) {
    if (!privacy) return;
    note(FoundBy::kConfig, place, "could not be evaluated");
    cannot_look(Error{ErrorCode::kNotUnderstood, fmt::format("{}: {}", path, excerpt(setting.why, 120))});
    return;
  }
  const bool text = setting.state == Setting::State::kValue && setting.value->kind == JsValue::Kind::kString;
  if (!text || trim(setting.value->string).empty()) {
    if (privacy) note(FoundBy::kConfig, place, "not set");
    return;
  }
  const Result<Url> url = base.resolve(trim(setting.value->string));
  note(FoundBy::kConfig, place, url ? excerpt(url->str()) : "no web address");
  // Terms and the privacy page of a streaming platform are the host's words only on the host's own site.
  if (!url || (!privacy && !is_own_site(*url))) return;
  const bool terms = path.ends_with("terms");
  PolicyCandidate candidate;
  candidate.url = *url;
  candidate.found_by = FoundBy::kConfig;
  candidate.from_instance = true;
  candidate.named = privacy;
  if (privacy) candidate.link_text = path;
  candidate.rank = rank_of(privacy ? kRankSetting : terms ? kRankTerms : kRankPath, *url, "");
  add(std::move(candidate));
}

// Addresses in settings whose name or path says privacy, and links in settings that hold HTML.
int PolicySearch::add_named(const std::vector<NamedText>& texts, const Place& place) {
  int found = 0;
  for (const NamedText& text : texts) {
    const std::string_view value = trim(text.text);
    if (value.find('<') != std::string_view::npos && icontains(value, "href")) {
      if (const Result<HtmlDocument> html = parse_html(value.substr(0, kMaxSmallFile)); html) {
        add_links(html->links, "", place);
        ++found;
      }
      continue;
    }
    const bool address = starts_with_i(value, "http://") || starts_with_i(value, "https://") ||
                         value.starts_with('/') || value.starts_with("./") || value.ends_with(".html");
    const Result<Url> url = address ? place.page.resolve(value) : fail(ErrorCode::kParse, "");
    if (!url) continue;
    const std::string name = words_of_key(text.name);
    const bool named = discovery_.text_names("privacy", name);
    if (!named && !discovery_.path_names("privacy", url->path())) continue;
    if (++found > kMaxLinks) break;
    PolicyCandidate candidate;
    candidate.url = *url;
    candidate.link_text = named ? excerpt(text.name, 100) : std::string();
    candidate.found_by = place.step;
    candidate.from_instance = place.from_instance;
    candidate.named = named;
    candidate.rank = rank_of(named ? kRankText : kRankPath, *url, "");
    note(place.step, excerpt(text.name, 60), excerpt(url->str()));
    add(std::move(candidate));
  }
  return found;
}

void PolicySearch::read_other_settings() {
  const Configuration& configuration = session_.configuration();
  const Place place{session_.target().base, FoundBy::kConfig, true, 0};
  int found = 0;
  const Setting deployment = configuration.config.find("deploymentUrls");
  if (deployment.state == Setting::State::kValue) found += add_named(texts_of(*deployment.value), place);
  found += add_named(texts_of(configuration.interface_config.root()), place);
  if (found == 0 && configuration.interface_config.found_object()) {
    note(FoundBy::kConfig, "interface_config.js", "no address of a privacy page");
  }
}

void PolicySearch::add_links(const std::vector<HtmlLink>& links, const std::string& base_href, const Place& place) {
  const Result<Url> base = base_for(place.page, base_href);
  int privacy = 0;
  int known = 0;  // of privacy, and looked at or waiting already
  int imprints = 0;
  int terms = 0;
  for (const HtmlLink& link : links) {
    if (link.href.empty() || link.href.front() == '#' || !base) continue;
    const Result<Url> url = base->resolve(link.href);
    if (!url) continue;
    PolicyCandidate candidate;
    candidate.url = *url;
    candidate.found_by = link.in_template && place.step == FoundBy::kLink ? FoundBy::kTemplate : place.step;
    candidate.from_instance = place.from_instance;
    candidate.hops = place.hops;
    const bool rel = link.rel.find("privacy-policy") != std::string::npos;
    candidate.named = rel || discovery_.text_names("privacy", link.text);
    const std::string words = excerpt(link.text, 100);
    if (candidate.named || discovery_.path_names("privacy", url->path())) {
      if (seen_.contains(url->str())) {
        ++known;
        continue;
      }
      if (++privacy > kMaxLinks) {
        cannot_look(Error{ErrorCode::kBudgetExhausted,
                          fmt::format("{}: more than {} links of privacy", place.page.str(), kMaxLinks)});
        continue;
      }
      if (candidate.named) candidate.link_text = link.text.empty() ? "privacy-policy" : words;
      candidate.rank = rank_of(candidate.named ? kRankText : kRankPath, *url, candidate.link_text) - place.hops;
      add(std::move(candidate));
    } else if (place.hops == 0 &&
               (discovery_.text_names("imprint", link.text) || discovery_.path_names("imprint", url->path()))) {
      // Somebody else's legal page (a list of software, a project's site) is no imprint of this host.
      if (!is_own_site(*url) && !discovery_.text_names("imprint", link.text)) continue;
      if (++imprints > kMaxImprints) continue;
      candidate.is_imprint = true;
      candidate.link_text = words;
      candidate.rank = kRankImprint;
      add(std::move(candidate));
    } else if (place.hops == 0 && is_own_site(*url) &&
               (link.rel.find("terms-of-service") != std::string::npos || discovery_.text_names("terms", link.text))) {
      if (++terms > kMaxTerms) continue;
      candidate.rank = kRankTerms;
      add(std::move(candidate));
    }
  }
  if (place.hops > 0 && privacy == 0) return;
  note(place.step, place.shown.empty() ? place.page.str() : place.shown,
       fmt::format("{} link{}, {} of privacy, {} of an imprint", links.size(), links.size() == 1 ? "" : "s",
                   privacy + known, imprints));
}

void PolicySearch::read_landing() {
  const Landing& landing = *session_.landing();
  add_links(landing.html.links, landing.html.base_href, {landing.exchange->final_url, FoundBy::kLink, true, 0});
}

// Operators put their footer into files that the server includes; without that the files themselves are asked for. The
// page names them in its include comments, so they are no guesses; the last page of a meeting is one.
void PolicySearch::read_static_files() {
  const Landing& landing = *session_.landing();
  if (!jitsi_marks(landing.html, landing.exchange->final_url).client) return;
  const Url& base = session_.target().base;
  const auto at = [&](std::string_view file) { return base.with_path(base.path() + std::string(file)); };
  bool named = false;
  for (const std::string_view file : kIncluded) {
    const bool included =
        std::any_of(landing.html.comments.begin(), landing.html.comments.end(), [&](const std::string& comment) {
          return comment.find("#include") != std::string::npos && comment.find(file) != std::string::npos;
        });
    if (!included || done()) continue;
    named = true;
    read_static_file(at(file), false);
  }
  if (has_packaged_robots()) return;
  if (!named && landing.html.templates.empty()) read_static_file(at(kIncluded.front()), true);
  if (!done() && waiting_.empty()) read_static_file(at("static/close3.html"), true);
}

void PolicySearch::read_static_file(const Url& url, bool guessed) {
  const Result<ExchangePtr> file = session_.get(url, {.follow = false, .guessed = guessed, .max_body = kMaxSmallFile});
  if (!file) {
    note(FoundBy::kStaticFile, url.str(), describe(file.error()));
    if (!nothing_there(file.error().code)) cannot_look(file.error());
    return;
  }
  const Result<HtmlDocument> page = parse_html((*file)->body);
  if ((*file)->status != 200 || !page) {
    note(FoundBy::kStaticFile, url.str(), fmt::format("{}", (*file)->status));
    return;
  }
  if (is_app_answer(**file, *page)) {
    note(FoundBy::kStaticFile, url.str(), "answers as any path does");
    return;
  }
  // Addresses in an included file are those of the page that includes it.
  add_links(page->links, "", {guessed ? url : session_.target().base, FoundBy::kStaticFile, true, 0, url.str()});
}

// The client's script links the manifest, so a browser loads it although the page's markup may not say so.
void PolicySearch::read_manifest() {
  const Landing& landing = *session_.landing();
  const Url& page = landing.exchange->final_url;
  for (const HtmlResource& resource : landing.html.resources) {
    if (resource.element != "link:manifest") continue;
    const Result<Url> base = base_for(page, landing.html.base_href);
    const Result<Url> url = base ? base->resolve(resource.url) : base;
    if (url && is_own_site(*url)) read_json_file(*url, FoundBy::kManifest);
    return;
  }
  const Url& base = session_.target().base;
  if (jitsi_marks(landing.html, page).client) {
    read_json_file(base.with_path(base.path() + "manifest.json"), FoundBy::kManifest);
  }
}

void PolicySearch::read_branding() {
  const Setting setting = session_.configuration().config.find("dynamicBrandingUrl");
  if (setting.state != Setting::State::kValue || setting.value->kind != JsValue::Kind::kString) return;
  const Result<Url> url = session_.target().base.resolve(trim(setting.value->string));
  if (!url || trim(setting.value->string).empty()) return;
  if (is_own_site(*url)) return read_json_file(*url, FoundBy::kConfig);
  note(FoundBy::kConfig, "config.js dynamicBrandingUrl", excerpt(url->str()) + ", which is not asked");
}

// Files that the client's programs read: one that is missing or broken hides no page from visitors.
void PolicySearch::read_json_file(const Url& url, FoundBy step) {
  const Result<ExchangePtr> file = session_.get(url, {.follow = false, .guessed = false, .max_body = kMaxSmallFile});
  if (!file) return note(step, url.str(), describe(file.error()));
  if ((*file)->status != 200) return note(step, url.str(), fmt::format("{}", (*file)->status));
  const Result<Doc> json = read_json((*file)->body);
  if (!json) return note(step, url.str(), "no JSON");
  if (add_named(texts_of(*json), {url, step, true, 0}) == 0) {
    note(step, url.str(), "no address of a privacy page");
  }
}

}  // namespace meetlat::probes
