#include "probes/policy_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probes/jitsi_page.h"
#include "probes/marks.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr int kMaxPages = 15;
constexpr int kMaxRequests = 24;  // with redirects and robots.txt; then the search counts as incomplete
constexpr int kMaxLinks = 8;      // of privacy, on one page
constexpr std::size_t kMaxGuesses = 3;
constexpr std::size_t kMaxTrail = 60;

constexpr int kRankSetting = 5;
constexpr int kRankText = 4;
constexpr int kRankPath = 3;
constexpr int kRankTerms = 2;

bool is_pdf(const Exchange& exchange) {
  return std::string_view(exchange.body).substr(0, 1024).find("%PDF-") != std::string_view::npos;
}

// Country domains whose language says how a path is probably named.
std::string_view language_of(std::string_view host) {
  struct Pair {
    std::string_view domain;
    std::string_view lang;
  };
  constexpr std::array<Pair, 13> kPairs{{{".de", "de"},
                                         {".at", "de"},
                                         {".ch", "de"},
                                         {".nl", "nl"},
                                         {".be", "nl"},
                                         {".fr", "fr"},
                                         {".it", "it"},
                                         {".es", "es"},
                                         {".pt", "pt"},
                                         {".br", "pt"},
                                         {".pl", "pl"},
                                         {".cz", "cs"},
                                         {".se", "sv"}}};
  for (const Pair& pair : kPairs) {
    if (host.ends_with(pair.domain)) return pair.lang;
  }
  return "en";
}

// A text file or a page without tags becomes a document of its text.
Result<HtmlDocument> document_of(const Exchange& exchange) {
  const std::string type = exchange.media_type();
  if (type == "text/plain" || type == "text/markdown") {
    HtmlDocument page;
    page.text = exchange.body;
    return page;
  }
  return parse_html(exchange.body);
}

// Failures that mean that there is nothing, against those that mean that we could not look.
bool nothing_there(ErrorCode code) {
  return code == ErrorCode::kNameNotFound || code == ErrorCode::kNoAddress || code == ErrorCode::kConnectionRefused ||
         code == ErrorCode::kAddressRefused;
}

}  // namespace

PolicySearch::PolicySearch(Session& session, const DiscoveryTable& discovery, std::string operator_name)
    : session_(session), discovery_(discovery), requests_before_(session.requests()) {
  const std::string& host = session.target().base.host();
  names_ = {host, registrable_domain(host), std::move(operator_name)};
}

bool PolicySearch::done() const {
  return result_.best.verdict == PolicyVerdict::kOwn || session_.cancelled() || pages_ >= kMaxPages ||
         session_.requests() - requests_before_ >= kMaxRequests;
}

void PolicySearch::note(const std::string& place, std::string_view what) {
  if (result_.trail.size() < kMaxTrail) result_.trail.push_back(fmt::format("{} : {}", excerpt(place), what));
}

void PolicySearch::cannot_look(const Error& why) {
  if (!result_.incomplete) result_.incomplete = why;
}

bool PolicySearch::is_own_site(const Url& url) const {
  return same_owner(url.host(), names_.host);
}

void PolicySearch::keep(FoundPolicy found) {
  if (found.verdict > result_.best.verdict) result_.best = std::move(found);
}

void PolicySearch::add(Candidate candidate) {
  if (!seen_.insert(candidate.url.str()).second) return;
  waiting_.push_back(std::move(candidate));
}

// What the client itself shows: legalUrls. Unset, it shows jitsi.org's, which is nobody's own but theirs.
void PolicySearch::read_settings() {
  const Configuration& configuration = session_.configuration();
  if (!configuration.readable) {
    note("config.js", describe(configuration.why_not));
    cannot_look(configuration.why_not);
    return;
  }
  const Url& base = session_.target().base;
  for (const char* path : {"legalUrls.privacy", "legalUrls.terms"}) {
    const bool terms = std::string_view(path).ends_with("terms");
    const Setting setting = configuration.config.find(path);
    const std::string place = fmt::format("config.js {}", path);
    if (setting.state == Setting::State::kUnknown) {
      note(place, "could not be evaluated");
      if (!terms) cannot_look(Error{ErrorCode::kNotUnderstood, fmt::format("{}: {}", path, excerpt(setting.why, 120))});
      continue;
    }
    const bool text = setting.state == Setting::State::kValue && setting.value->kind == JsValue::Kind::kString;
    if (!text || trim(setting.value->string).empty()) {
      if (!terms) note(place, "not set");
      continue;
    }
    const Result<Url> url = base.resolve(trim(setting.value->string));
    note(place, url ? excerpt(url->str()) : "no web address");
    if (!url || (terms && !is_own_site(*url))) continue;
    add({*url, terms ? "" : path, true, false, false, terms ? kRankTerms : kRankSetting, 0});
  }
}

void PolicySearch::add_links(const std::vector<HtmlLink>& links, const Url& page, bool from_instance) {
  int privacy = 0;
  int imprints = 0;
  for (const HtmlLink& link : links) {
    const Result<Url> url = page.resolve(link.href);
    if (!url || link.href.empty() || link.href.front() == '#') continue;
    const bool rel = link.rel.find("privacy-policy") != std::string::npos;
    const bool by_text = rel || discovery_.text_names("privacy", link.text);
    const bool by_path = discovery_.path_names("privacy", url->path());
    if (by_text || by_path) {
      if (++privacy > kMaxLinks) {
        cannot_look(Error{ErrorCode::kBudgetExhausted,
                          fmt::format("{}: more than {} links of privacy", page.str(), kMaxLinks)});
        continue;
      }
      const std::string words = link.text.empty() ? "privacy-policy" : excerpt(link.text, 100);
      add({*url, by_text ? words : std::string(), from_instance, false, false, by_text ? kRankText : kRankPath, 0});
    } else if (discovery_.text_names("imprint", link.text) || discovery_.path_names("imprint", url->path())) {
      // Somebody else's legal page (a list of software, a project's site) is no imprint of this host.
      if (!is_own_site(*url) && !discovery_.text_names("imprint", link.text)) continue;
      if (++imprints > 3) continue;
      add({*url, excerpt(link.text, 100), from_instance, false, true, 1, 0});
    }
  }
  note(page.str(), fmt::format("{} links, {} of privacy, {} of an imprint", links.size(), privacy, imprints));
}

// Operators put their footer into a file that the server includes; without that the file itself is asked for.
void PolicySearch::read_templates() {
  const Landing& landing = *session_.landing();
  if (!landing.html.templates.empty() || !jitsi_marks(landing.html, landing.exchange->final_url).client) return;
  if (has_packaged_robots()) return;
  const Url url =
      session_.target().base.with_path(session_.target().base.path() + "static/welcomePageAdditionalContent.html");
  const Result<ExchangePtr> file = session_.get(url, {.follow = false, .guessed = true, .max_body = 100'000});
  ++pages_;
  if (!file) {
    note(url.str(), describe(file.error()));
    if (!nothing_there(file.error().code)) cannot_look(file.error());
    return;
  }
  const Result<HtmlDocument> page = parse_html((*file)->body);
  if ((*file)->status != 200 || !page) {
    note(url.str(), fmt::format("{}", (*file)->status));
    return;
  }
  if (is_app_answer(**file, *page)) {
    note(url.str(), "answers as any path does");
    return;
  }
  add_links(page->links, url, true);
}

bool PolicySearch::is_app_answer(const Exchange& exchange, const HtmlDocument& page) {
  if (jitsi_marks(page, exchange.final_url).client) return true;
  const Url& base = session_.target().base;
  if (exchange.final_url.origin() != base.origin()) return false;
  const Result<ExchangePtr> random = session_.random_path(base);
  if (!random || (*random)->status != exchange.status) return false;
  if ((*random)->body == exchange.body) return true;
  const Result<HtmlDocument> other = parse_html((*random)->body);
  return other && other->title == page.title && other->text == page.text &&
         other->resources.size() == page.resources.size();
}

void PolicySearch::judge_pdf(const Candidate& candidate, const Exchange& exchange) {
  FoundPolicy found;
  found.url = exchange.final_url;
  found.media_type = "application/pdf";
  found.title = candidate.link_text;
  found.linked_from_instance = candidate.from_instance;
  const bool named = discovery_.text_names("privacy", candidate.link_text) || candidate.rank >= kRankText;
  found.verdict = named && is_own_site(exchange.final_url) ? PolicyVerdict::kOwn : PolicyVerdict::kUnsure;
  found.why = "a PDF, which was not read";
  note(candidate.url.str(), found.why);
  keep(std::move(found));
}

void PolicySearch::judge_text(const Candidate& candidate, const Exchange& exchange, const HtmlDocument& page) {
  Result<PolicyReading> reading = read_policy(page, candidate.link_text, names_);
  if (!reading) {
    note(candidate.url.str(), describe(reading.error()));
    cannot_look(reading.error());
    return;
  }
  if (candidate.is_imprint && result_.imprint.empty() && reading->folded.size() > 40 &&
      is_own_site(exchange.final_url)) {
    result_.imprint = exchange.final_url;
    result_.imprint_note = candidate.link_text;
  }
  const bool scripted = reading->folded.size() < 100 && (!page.scripts.empty() || !page.resources.empty());
  if (reading->kind == PolicyKind::kNone && scripted && candidate.rank >= kRankPath && !candidate.guessed) {
    note(candidate.url.str(), "a page without text that may need a browser");
    cannot_look(Error{ErrorCode::kNotUnderstood, candidate.url.str() + ": its text comes by script only"});
    return;
  }
  FoundPolicy found;
  found.url = exchange.final_url;
  found.media_type = exchange.media_type();
  found.title = excerpt(trim(page.title).empty() ? std::string_view(candidate.link_text) : trim(page.title), 120);
  found.linked_from_instance = candidate.from_instance;
  found.readable = true;
  found.names_service = reading->names_service;
  const bool ours = is_own_site(exchange.final_url) || reading->names_instance;
  if (reading->kind == PolicyKind::kPolicy) found.verdict = ours ? PolicyVerdict::kOwn : PolicyVerdict::kUnsure;
  if (reading->kind == PolicyKind::kUnsure) found.verdict = PolicyVerdict::kUnsure;
  found.why = reading->why;
  // What the client's own setting names as the policy is one in some language, whether its words are known or not.
  if (reading->kind == PolicyKind::kNone && candidate.rank == kRankSetting && reading->items.empty() &&
      reading->folded.size() >= 250 && candidate.hops == 0 && exchange.final_url.path() != "/") {
    found.verdict = PolicyVerdict::kUnsure;
    found.why = "named as the policy by the configuration; its words are in no language that is known here";
  }
  if (reading->kind != PolicyKind::kNone && !ours) found.why += "; it does not name this instance";
  note(candidate.url.str(), found.why);
  found.folded = std::move(reading->folded);
  keep(std::move(found));
}

void PolicySearch::judge_page(const Candidate& candidate, const Exchange& exchange) {
  const std::string place = candidate.url.str();
  if (exchange.status != 200) {
    note(place, fmt::format("{}", exchange.status));
    const bool absent = exchange.status == 404 || exchange.status == 410;
    const bool overloaded = exchange.status == 429 || exchange.status >= 500;
    if ((!absent && !candidate.guessed) || overloaded) {
      const ErrorCode code = exchange.status == 429 ? ErrorCode::kRateLimited : ErrorCode::kHttpStatus;
      cannot_look(Error{code, fmt::format("{}: status {}", place, exchange.status)});
    }
    return;
  }
  if (is_pdf(exchange)) return judge_pdf(candidate, exchange);
  const Result<HtmlDocument> page = document_of(exchange);
  if (!page) {
    note(place, describe(page.error()));
    cannot_look(page.error());
    return;
  }
  if (const Result<MarkTable>& walls = bot_walls(); walls) {
    if (const MarkHit wall = walls->match(exchange, &*page); !wall.name.empty()) {
      note(place, wall.name);
      cannot_look(Error{ErrorCode::kChallenged, fmt::format("{}: {}", place, wall.name)});
      return;
    }
  }
  if (is_app_answer(exchange, *page)) {
    note(place, "answers as any path does");
    return;
  }
  if (!page->meta_refresh.empty() && page->text.size() < 500 && candidate.hops < 2) {
    if (const Result<Url> next = exchange.final_url.resolve(page->meta_refresh); next) {
      note(place, "refers to " + excerpt(next->str()));
      Candidate onward = candidate;
      onward.url = *next;
      ++onward.hops;
      add(std::move(onward));
      return;
    }
  }
  if (candidate.is_imprint) add_links(page->links, exchange.final_url, candidate.from_instance);
  judge_text(candidate, exchange, *page);
}

void PolicySearch::visit(const Candidate& candidate) {
  const std::string place = candidate.url.str();
  // The documents of the client's makers are known; whoever else links them has not written them.
  const auto foreign_default = [&](const Url& url) { return !is_own_site(url) && same_owner(url.host(), "jitsi.org"); };
  const auto somebody_elses = [&](const Url& url) {
    FoundPolicy found;
    found.verdict = PolicyVerdict::kSomeoneElses;
    found.url = url;
    found.title = candidate.link_text;
    found.linked_from_instance = candidate.from_instance;
    found.why = "the documents of " + registrable_domain(url.host());
    note(place, found.why);
    keep(std::move(found));
  };
  if (foreign_default(candidate.url)) {
    if (!candidate.is_imprint) somebody_elses(candidate.url);
    return;
  }
  ++pages_;
  const Result<ExchangePtr> answer =
      session_.get(candidate.url, {.follow = true, .guessed = candidate.guessed, .max_body = 0});
  if (!answer) {
    note(place, describe(answer.error()));
    if (!nothing_there(answer.error().code)) cannot_look(answer.error());
    return;
  }
  const Exchange& exchange = **answer;
  if (foreign_default(exchange.final_url)) {
    if (!candidate.is_imprint) somebody_elses(exchange.final_url);
    return;
  }
  // The start page of a host of its own ("privacy.example.org") may well be the document.
  const auto bare = [](std::string_view host) { return host.starts_with("www.") ? host.substr(4) : host; };
  const std::string_view end = bare(exchange.final_url.host());
  const bool to_start = exchange.final_url.path() == "/" && candidate.url.path() != "/" && !exchange.hops.empty() &&
                        (end == bare(candidate.url.host()) || end == bare(names_.host) || end == names_.domain);
  if (to_start) {
    note(place, "leads to the start page");
    return;
  }
  judge_page(candidate, exchange);
}

// Best first; links that an imprint adds join the queue.
void PolicySearch::visit_all(bool imprints) {
  while (!done()) {
    auto best = waiting_.end();
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
      if ((imprints || !it->is_imprint) && (best == waiting_.end() || it->rank > best->rank)) best = it;
    }
    if (best == waiting_.end()) return;
    const Candidate next = std::move(*best);
    waiting_.erase(best);
    visit(next);
  }
}

// "" when the host has a web server, else why there is none. A server that cannot be reached forbids guesses (RFC
// 9309), but one that is not there has nothing to forbid; to tell them apart its robots.txt is asked for once more.
std::string PolicySearch::absent_host(const Url& url) {
  const Result<Resolved>& resolved = session_.resolve(url.host());
  if (!resolved && nothing_there(resolved.error().code)) return describe(resolved.error());
  if (session_.robots(url).why().empty()) return {};
  const Result<ExchangePtr> robots = session_.get(url.with_path("/robots.txt"));
  return !robots && nothing_there(robots.error().code) ? describe(robots.error()) : std::string();
}

// True when a page was there and read.
bool PolicySearch::look_at_home_of(const std::string& host) {
  Result<Url> url = Url::parse("https://" + host + "/");
  if (!url) return false;
  // Who serves an instance on a port of its own may serve the rest there too.
  if (const std::uint16_t port = session_.target().base.port(); port != 443 && !absent_host(*url).empty()) {
    url = Url::parse(fmt::format("https://{}:{}/", host, port));
    if (!url) return false;
  }
  bool linked = false;
  for (const HtmlLink& link : session_.landing()->html.links) {
    const Result<Url> target = session_.landing()->exchange->final_url.resolve(link.href);
    linked = linked || (target && target->origin() == url->origin());
  }
  if (const std::string absent = absent_host(*url); !absent.empty()) {
    note(url->str(), absent);
    return false;
  }
  ++pages_;
  const Result<ExchangePtr> answer = session_.get(*url, {.follow = true, .guessed = !linked, .max_body = 0});
  if (!answer) {
    note(url->str(), describe(answer.error()));
    if (!nothing_there(answer.error().code)) cannot_look(answer.error());
    return false;
  }
  const Exchange& exchange = **answer;
  if (exchange.status != 200) {
    note(url->str(), fmt::format("{}", exchange.status));
    if (exchange.status == 429 || exchange.status >= 500) {
      cannot_look(Error{ErrorCode::kHttpStatus, fmt::format("{}: status {}", url->str(), exchange.status)});
    }
    return exchange.status == 429 || exchange.status >= 500;
  }
  const Result<HtmlDocument> page = parse_html(exchange.body);
  if (!page) {
    note(url->str(), describe(page.error()));
    cannot_look(page.error());
    return true;
  }
  if (!is_own_site(exchange.final_url)) {
    // Perhaps the operator's other domain: what it links is looked at, and is only sure when it names this instance.
    note(url->str(), "leads to " + exchange.final_url.host());
    add_links(page->links, exchange.final_url, false);
    return true;
  }
  if (const Result<MarkTable>& walls = bot_walls(); walls) {
    if (const MarkHit wall = walls->match(exchange, &*page); !wall.name.empty()) {
      note(url->str(), wall.name);
      cannot_look(Error{ErrorCode::kChallenged, fmt::format("{}: {}", url->str(), wall.name)});
      return true;
    }
  }
  // A page that sends the browser on, or builds itself by script, shows its links elsewhere.
  if (!page->meta_refresh.empty() && page->links.empty()) {
    if (const Result<Url> next = exchange.final_url.resolve(page->meta_refresh); next) {
      note(url->str(), "refers to " + excerpt(next->str()));
      const Result<ExchangePtr> onward = session_.get(*next, {.follow = true, .guessed = !linked, .max_body = 0});
      ++pages_;
      if (!onward || (*onward)->status != 200 || !is_own_site((*onward)->final_url)) {
        cannot_look(Error{ErrorCode::kNotUnderstood, url->str() + ": refers to a page that could not be read"});
        return true;
      }
      if (const Result<HtmlDocument> further = parse_html((*onward)->body); further) {
        add_links(further->links, (*onward)->final_url, false);
      }
      return true;
    }
  }
  const bool scripted = std::any_of(page->resources.begin(), page->resources.end(),
                                    [](const HtmlResource& resource) { return resource.element == "script"; });
  if (page->links.empty() && page->text.size() < 100 && scripted && !jitsi_marks(*page, exchange.final_url).client) {
    note(url->str(), "a page without text that may need a browser");
    cannot_look(Error{ErrorCode::kNotUnderstood, url->str() + ": its links come by script only"});
    return true;
  }
  add_links(page->links, exchange.final_url, false);
  return true;
}

void PolicySearch::look_at_home() {
  if (is_ip_literal(names_.host) || names_.domain.find('.') == std::string::npos) return;
  const std::string with_www = "www." + names_.domain;
  if (names_.domain != names_.host && look_at_home_of(names_.domain)) return;
  if (!done() && names_.host != with_www) (void)look_at_home_of(with_www);
}

// Every Jitsi Meet package ships a robots.txt that keeps machines out of everything but the start page
// (jitsi/jitsi-meet: resources/robots.txt), because any other path is somebody's room. It is obeyed, so nothing is
// guessed there; but it is no operator's wish to hide a document, and a page that no visitor is led to is no
// publication: a search without the guesses is complete. An operator's own robots.txt leaves it incomplete.
bool PolicySearch::has_packaged_robots() {
  const Result<ExchangePtr> robots = session_.get(session_.target().base.with_path("/robots.txt"));
  if (!robots || (*robots)->status != 200) return false;
  std::string rules;
  for (const std::string& line : split((*robots)->body, '\n')) {
    const std::string rule = to_lower(trim(std::string_view(line).substr(0, line.find('#'))));
    if (!rule.empty()) rules += rule + "\n";
  }
  return rules == "user-agent: *\nallow: /$\ndisallow: /\n";
}

void PolicySearch::guess_paths() {
  if (has_packaged_robots()) {
    note(session_.target().base.origin(), "nothing guessed: the packaged robots.txt keeps machines out of rooms");
    return;
  }
  const std::string_view lang = language_of(names_.host);
  std::vector<std::string> guesses{"privacy"};
  const auto take = [&](const std::vector<std::string>& paths, std::size_t limit) {
    for (const std::string& path : paths) {
      if (guesses.size() < limit && std::find(guesses.begin(), guesses.end(), path) == guesses.end()) {
        guesses.push_back(path);
      }
    }
  };
  if (lang != "en") take(discovery_.paths("privacy", lang), 2);
  take({"static/privacy.html", "privacy-policy"}, kMaxGuesses);
  const Url& base = session_.target().base;
  for (const std::string& guess : guesses) {
    if (done()) return;
    add({base.with_path("/" + guess), "", false, true, false, kRankPath, 0});
    visit_all(true);
  }
}

PolicySearchResult PolicySearch::run() {
  const Landing& landing = *session_.landing();
  seen_.insert(landing.exchange->final_url.str());
  seen_.insert(session_.target().base.str());
  read_settings();
  add_links(landing.html.links, landing.exchange->final_url, true);
  visit_all(false);
  if (!done()) read_templates();
  visit_all(true);
  if (!done()) look_at_home();
  visit_all(true);
  if (!done()) guess_paths();
  if (result_.best.verdict != PolicyVerdict::kOwn) {
    if (session_.cancelled()) {
      cannot_look(Error{ErrorCode::kCancelled, "the search was stopped"});
    } else if (done()) {
      cannot_look(Error{ErrorCode::kBudgetExhausted, fmt::format("stopped after {} pages", pages_)});
    }
  }
  // An imprint that was linked but did not have to be opened is named as the link says.
  for (const Candidate& candidate : waiting_) {
    if (candidate.is_imprint && result_.imprint.empty() && is_own_site(candidate.url)) {
      result_.imprint = candidate.url;
      result_.imprint_note = candidate.link_text;
    }
  }
  return std::move(result_);
}

}  // namespace meetlat::probes
