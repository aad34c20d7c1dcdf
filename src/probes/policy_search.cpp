// Visiting the places that may hold the policy, best first. Where they come from is in policy_places.cpp.
#include "probes/policy_search.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "probes/jitsi_page.h"
#include "probes/marks.h"
#include "probes/policy_hints.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr int kMaxPages = 15;
constexpr int kMaxRequests = 30;  // with redirects and robots.txt; then the search counts as incomplete
constexpr int kMaxAfterOwn = 3;   // pages that are looked at although an own policy was found
constexpr int kMaxRedirects = 5;  // of one page
constexpr int kMaxHops = 2;       // refreshes, frames and links from page to page
constexpr int kMaxFrames = 3;     // of one page
constexpr std::size_t kMaxTrail = 60;
constexpr std::size_t kLittleText = 500;  // bytes; a page with less may be a frame around another
constexpr std::size_t kLittlePage = 2000;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The text of a page that repeats the name it was asked for, as if another name had been asked for.
std::string renamed(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    const std::size_t at = from.empty() ? std::string_view::npos : text.find(from);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.append(to);
    text.remove_prefix(at + from.size());
  }
}

std::string_view last_segment(const Url& url) {
  const std::string_view path = url.path();
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

bool nothing_there(ErrorCode code) {
  return code == ErrorCode::kNameNotFound || code == ErrorCode::kNoAddress || code == ErrorCode::kConnectionRefused ||
         code == ErrorCode::kAddressRefused;
}

PolicySearch::PolicySearch(Session& session, const policy::Discovery& discovery, std::string operated_by)
    : session_(session), discovery_(discovery), requests_before_(session.requests()) {
  const std::string& host = session.target().base.host();
  wanted_ = {host, registrable_domain(host), std::move(operated_by), {}};
}

// Is what was found the page that one would show somebody?
bool PolicySearch::fits_best() const {
  const FoundPolicy& best = result_.best;
  if (!best.names_service || !best.reading) return false;
  return wanted_.languages.empty() || is_in_language(*best.reading, wanted_.languages.front());
}

bool PolicySearch::better_waits() const {
  return std::any_of(waiting_.begin(), waiting_.end(), [](const PolicyCandidate& candidate) {
    return !candidate.is_imprint && candidate.found_by != FoundBy::kPath && candidate.rank >= kRankPath - kOffSite;
  });
}

bool PolicySearch::done() const {
  const bool satisfied =
      result_.best.verdict == PolicyVerdict::kOwn && (fits_best() || after_own_ >= kMaxAfterOwn || !better_waits());
  return satisfied || session_.cancelled() || pages_ >= kMaxPages ||
         session_.requests() - requests_before_ >= kMaxRequests;
}

void PolicySearch::note(FoundBy step, const std::string& place, std::string_view what) {
  if (result_.trail.size() >= kMaxTrail) return;
  result_.trail.push_back(fmt::format("{}: {} : {}", to_string(step), excerpt(place), what));
}

void PolicySearch::cannot_look(const Error& why) {
  if (!result_.incomplete) result_.incomplete = why;
}

bool PolicySearch::is_own_site(const Url& url) const {
  return same_owner(url.host(), wanted_.host);
}

// The documents of the client's makers are known; whoever else links them has not written them.
bool PolicySearch::is_makers(const Url& url) const {
  return !is_own_site(url) && same_owner(url.host(), "jitsi.org");
}

void PolicySearch::add(PolicyCandidate candidate) {
  if (!seen_.insert(candidate.url.str()).second) return;
  waiting_.push_back(std::move(candidate));
}

bool PolicySearch::is_app_answer(const Exchange& exchange, const HtmlDocument& page) {
  if (jitsi_marks(page, exchange.final_url).client) return true;
  const Url& base = session_.target().base;
  if (exchange.final_url.origin() != base.origin()) return false;
  const Result<ExchangePtr> random = session_.random_path(base);
  if (!random || (*random)->status != exchange.status) return false;
  if ((*random)->body == exchange.body) return true;
  const Result<HtmlDocument> other = parse_html((*random)->body);
  if (!other || other->resources.size() != page.resources.size()) return false;
  // Apart from the name that was asked for: the whole path, or its end.
  const std::string_view path = std::string_view(exchange.url.path()).substr(1);
  const std::string_view there = last_segment((*random)->url);
  for (const std::string_view here : {path, last_segment(exchange.url)}) {
    if (page.title == renamed(other->title, there, here) && page.text == renamed(other->text, there, here)) return true;
  }
  return false;
}

bool PolicySearch::is_behind_wall(const Place& place, const Exchange& exchange, const HtmlDocument& page) {
  const Result<MarkTable>& walls = bot_walls();
  if (!walls) return false;
  const MarkHit wall = walls->match(exchange, &page);
  if (wall.name.empty()) return false;
  note(place.step, place.page.str(), wall.name);
  cannot_look(Error{ErrorCode::kChallenged, fmt::format("{}: {}", place.page.str(), wall.name)});
  return true;
}

void PolicySearch::somebody_elses(const PolicyCandidate& candidate, const Url& url) {
  if (candidate.is_imprint) return;
  FoundPolicy found;
  found.verdict = PolicyVerdict::kSomeoneElses;
  found.url = url;
  found.title = candidate.link_text;
  found.found_by = candidate.found_by;
  found.linked_from_instance = candidate.from_instance;
  found.why = "the documents of " + registrable_domain(url.host());
  note(candidate.found_by, candidate.url.str(), found.why);
  if (found.better_than(result_.best, wanted_)) result_.best = std::move(found);
}

// Follows redirects itself, so that nobody who has nothing to do with this host is asked for a known document.
Result<PolicySearch::Fetched> PolicySearch::fetch(const Url& url, bool guessed) {
  Fetched fetched{nullptr, url, false};
  std::set<Url> seen;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    if (is_makers(fetched.end)) {
      fetched.exchange = nullptr;
      return fetched;
    }
    if (!seen.insert(fetched.end).second) {
      return fail(ErrorCode::kTooManyRedirects, url.str() + " redirects in a circle");
    }
    const Result<ExchangePtr> answer =
        session_.get(fetched.end, {.follow = false, .guessed = guessed && hop == 0, .max_body = 0});
    if (!answer) return fail(answer.error());
    fetched.exchange = *answer;
    const std::string* location = (*answer)->header("location");
    if (!is_redirect((*answer)->status) || location == nullptr) return fetched;
    const Result<Url> next = fetched.end.resolve(*location);
    if (!next) return fail(ErrorCode::kRedirectRefused, fmt::format("{} to {}", url.str(), excerpt(*location)));
    fetched.end = *next;
    fetched.redirected = true;
  }
  return fail(ErrorCode::kTooManyRedirects, fmt::format("{}: more than {}", url.str(), kMaxRedirects));
}

void PolicySearch::visit(const PolicyCandidate& candidate) {
  if (is_makers(candidate.url)) return somebody_elses(candidate, candidate.url);
  const std::string place = candidate.url.str();
  ++pages_;
  if (result_.best.verdict == PolicyVerdict::kOwn) ++after_own_;
  const Result<Fetched> fetched = fetch(candidate.url, candidate.found_by == FoundBy::kPath && candidate.hops == 0);
  if (!fetched) {
    std::string why = describe(fetched.error());
    if (const std::string again = ": " + place; why.ends_with(again)) why.resize(why.size() - again.size());
    note(candidate.found_by, place, why);
    if (!nothing_there(fetched.error().code)) cannot_look(fetched.error());
    return;
  }
  if (fetched->exchange == nullptr) return somebody_elses(candidate, fetched->end);
  // The start page of a host of its own ("privacy.example.org") may well be the document.
  const auto bare = [](std::string_view host) { return host.starts_with("www.") ? host.substr(4) : host; };
  const std::string_view end = bare(fetched->end.host());
  const bool to_start = fetched->end.path() == "/" && candidate.url.path() != "/" && fetched->redirected &&
                        (end == bare(candidate.url.host()) || end == bare(wanted_.host) || end == wanted_.domain);
  if (to_start) return note(candidate.found_by, place, "leads to the start page");
  if (fetched->redirected && !seen_.insert(fetched->end.str()).second) {
    return note(candidate.found_by, place, "leads to " + excerpt(fetched->end.str()) + ", which was looked at");
  }
  judge_page(candidate, *fetched);
}

// No document behind this status? Then it is in the trail.
bool PolicySearch::hidden_by_status(const PolicyCandidate& candidate, const Exchange& exchange) {
  if (exchange.status == 200) return false;
  const std::string place = candidate.url.str();
  note(candidate.found_by, place, fmt::format("{}", exchange.status));
  const bool absent = exchange.status == 404 || exchange.status == 410;
  const bool overloaded = exchange.status == 429 || exchange.status >= 500;
  if ((!absent && candidate.found_by != FoundBy::kPath) || overloaded) {
    const ErrorCode code = exchange.status == 429 ? ErrorCode::kRateLimited : ErrorCode::kHttpStatus;
    cannot_look(Error{code, fmt::format("{}: status {}", place, exchange.status)});
  }
  return true;
}

// A page that only sends the browser on, or only frames another of the same site.
bool PolicySearch::leads_on(const PolicyCandidate& candidate, const Url& where, const HtmlDocument& page) {
  if (page.text.size() >= kLittleText) return false;
  std::vector<Url> targets;
  if (!page.meta_refresh.empty()) {
    if (const Result<Url> next = where.resolve(page.meta_refresh); next && *next != where) targets.push_back(*next);
  } else {
    for (const HtmlResource& resource : page.resources) {
      if (resource.element != "iframe" && resource.element != "frame") continue;
      const Result<Url> next = where.resolve(resource.url);
      if (next && same_site(next->host(), where.host()) && targets.size() < kMaxFrames) targets.push_back(*next);
    }
  }
  if (targets.empty()) return false;
  if (candidate.hops >= kMaxHops) {
    note(candidate.found_by, candidate.url.str(), "leads on and on");
    return true;
  }
  for (const Url& next : targets) {
    note(candidate.found_by, candidate.url.str(), "leads to " + excerpt(next.str()));
    PolicyCandidate onward = candidate;
    onward.url = next;
    ++onward.hops;
    add(std::move(onward));
  }
  return true;
}

// A page that says with status 200 that it does not exist.
bool PolicySearch::says_missing(const HtmlDocument& page) const {
  if (page.text.size() > kLittlePage) return false;
  if (discovery_.text_names("missing", std::string_view(page.title).substr(0, 100))) return true;
  for (const HtmlBlock& block : page.blocks) {
    const std::string_view text = std::string_view(page.text).substr(block.begin, block.end - block.begin);
    if (block.kind == HtmlBlock::Kind::kHeading && discovery_.text_names("missing", text)) return true;
  }
  return false;
}

void PolicySearch::judge_page(const PolicyCandidate& candidate, const Fetched& fetched) {
  const Exchange& exchange = *fetched.exchange;
  const std::string place = candidate.url.str();
  if (hidden_by_status(candidate, exchange)) return;
  const bool pdf = std::string_view(exchange.body).substr(0, 1024).find("%PDF-") != std::string_view::npos;
  const Result<HtmlDocument> page = pdf ? Result<HtmlDocument>(HtmlDocument{}) : parse_html(exchange.body);
  if (!page) {
    note(candidate.found_by, place, describe(page.error()));
    cannot_look(page.error());
    return;
  }
  if (!pdf) {
    if (is_behind_wall({candidate.url, candidate.found_by}, exchange, *page)) return;
    if (is_app_answer(exchange, *page)) return note(candidate.found_by, place, "answers as any path does");
    if (says_missing(*page)) return note(candidate.found_by, place, "says that there is no such page");
    if (leads_on(candidate, fetched.end, *page)) return;
    if (candidate.is_imprint) {
      add_links(page->links, page->base_href,
                {fetched.end, FoundBy::kImprint, candidate.from_instance, candidate.hops + 1});
    }
  }
  judge(candidate, fetched, *page);
}

void PolicySearch::judge(const PolicyCandidate& candidate, const Fetched& fetched, const HtmlDocument& page) {
  const std::string place = candidate.url.str();
  Result<FoundPolicy> found = judge_document(*fetched.exchange, fetched.end, candidate, wanted_);
  if (!found) {
    note(candidate.found_by, place, describe(found.error()));
    cannot_look(found.error());
    return;
  }
  if (candidate.is_imprint && result_.imprint.empty() && found->reading && found->reading->text.size() > 40 &&
      is_own_site(fetched.end)) {
    result_.imprint = fetched.end;
    result_.imprint_note = candidate.link_text;
  }
  note(candidate.found_by, place, found->why);
  const bool guessed = candidate.found_by == FoundBy::kPath;
  if (found->form == "script-only" && candidate.rank >= kRankPath - kOffSite && !guessed) {
    cannot_look(Error{ErrorCode::kNotUnderstood, place + ": its text comes by script only"});
  }
  if (found->verdict < PolicyVerdict::kOwn && candidate.hops == 0 && !candidate.is_imprint &&
      is_own_site(fetched.end)) {
    // A page of that name that is no policy may link the one that is ("tips", "privacy overview").
    add_links(page.links, page.base_href, {fetched.end, candidate.found_by, candidate.from_instance, 1});
  }
  if (found->verdict >= PolicyVerdict::kUnsure) add_language_variant(candidate, *found, page);
  if (found->better_than(result_.best, wanted_)) result_.best = *std::move(found);
}

// The same page in a language that fits better, when it links one.
void PolicySearch::add_language_variant(const PolicyCandidate& candidate, const FoundPolicy& found,
                                        const HtmlDocument& page) {
  if (!found.reading || candidate.hops >= kMaxHops) return;
  for (const std::string& lang : wanted_.languages) {
    if (is_in_language(*found.reading, lang)) return;
    for (const HtmlLink& link : page.links) {
      const Result<Url> url = found.url.resolve(link.href);
      if (!url || *url == found.url || !same_site(url->host(), found.url.host())) continue;
      if (!is_language_link(link, *url, found.url, lang)) continue;
      PolicyCandidate variant = candidate;
      variant.url = *url;
      variant.hops = kMaxHops;
      variant.rank = kRankSetting + 10;
      add(std::move(variant));
      return;
    }
  }
}

// Best first; links that an imprint adds join the queue.
void PolicySearch::visit_all(bool imprints) {
  while (!done()) {
    auto best = waiting_.end();
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
      if ((imprints || !it->is_imprint) && (best == waiting_.end() || it->rank > best->rank)) best = it;
    }
    if (best == waiting_.end()) return;
    const PolicyCandidate next = std::move(*best);
    waiting_.erase(best);
    visit(next);
  }
}

// What is linked comes before what is guessed: a document that visitors are led to is worth more, and costs its host
// fewer requests.
PolicySearchResult PolicySearch::run() {
  const Landing& landing = *session_.landing();
  seen_.insert(landing.exchange->final_url.str());
  seen_.insert(session_.target().base.str());
  learn_languages();
  read_settings();
  read_landing();
  read_other_settings();
  visit_all(false);
  if (!done()) read_static_files();
  if (!done()) read_manifest();
  if (!done()) read_branding();
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
  for (const PolicyCandidate& candidate : waiting_) {
    if (candidate.is_imprint && result_.imprint.empty() && is_own_site(candidate.url)) {
      result_.imprint = candidate.url;
      result_.imprint_note = candidate.link_text;
    }
  }
  return std::move(result_);
}

}  // namespace meetlat::probes
