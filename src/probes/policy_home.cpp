// Where the search for the policy looks when the instance itself leads nowhere: the operator's own site, and paths that
// such pages usually have.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probes/jitsi_page.h"
#include "probes/policy_hints.h"
#include "probes/policy_search.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMaxGuesses = 6;
constexpr std::size_t kGuessesOfLanguage = 2;

}  // namespace

// "" when the host has a web server, else why there is none. A server that cannot be reached forbids guesses (RFC
// 9309), but one that is not there has nothing to forbid; to tell them apart its robots.txt is asked for once more.
std::string PolicySearch::absent_host(const Url& url) {
  const Result<Resolved>& resolved = session_.resolve(url.host());
  if (!resolved && nothing_there(resolved.error().code)) return describe(resolved.error());
  if (session_.robots(url).why().empty()) return {};
  const Result<ExchangePtr> robots = session_.get(url.with_path("/robots.txt"));
  return !robots && nothing_there(robots.error().code) ? describe(robots.error()) : std::string();
}

// True when a page was there, whether it could be read or not.
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
    note(FoundBy::kParent, url->str(), absent);
    return false;
  }
  return read_home(*url, linked);
}

bool PolicySearch::read_home(const Url& url, bool linked) {
  ++pages_;
  const Result<ExchangePtr> answer = session_.get(url, {.follow = true, .guessed = !linked, .max_body = 0});
  if (!answer) {
    note(FoundBy::kParent, url.str(), describe(answer.error()));
    if (!nothing_there(answer.error().code)) cannot_look(answer.error());
    return false;
  }
  const Exchange& exchange = **answer;
  if (exchange.status != 200) {
    note(FoundBy::kParent, url.str(), fmt::format("{}", exchange.status));
    const bool overloaded = exchange.status == 429 || exchange.status >= 500;
    if (overloaded) {
      cannot_look(Error{ErrorCode::kHttpStatus, fmt::format("{}: status {}", url.str(), exchange.status)});
    }
    return overloaded;
  }
  const Result<HtmlDocument> page = parse_html(exchange.body);
  if (!page) {
    note(FoundBy::kParent, url.str(), describe(page.error()));
    cannot_look(page.error());
    return true;
  }
  if (is_makers(exchange.final_url)) {
    note(FoundBy::kParent, url.str(), "leads to " + exchange.final_url.host());
    return true;
  }
  if (!is_own_site(exchange.final_url)) {
    // Perhaps the operator's other domain: what it links is looked at, and is only sure when it names this instance.
    note(FoundBy::kParent, url.str(), "leads to " + exchange.final_url.host());
    add_links(page->links, page->base_href, {exchange.final_url, FoundBy::kParent, false, 0});
    return true;
  }
  if (!is_behind_wall({url, FoundBy::kParent}, exchange, *page)) follow_home(*page, exchange.final_url, linked);
  return true;
}

// A page that sends the browser on, or builds itself by script, shows its links elsewhere.
void PolicySearch::follow_home(const HtmlDocument& page, const Url& at, bool linked) {
  if (!page.meta_refresh.empty() && page.links.empty()) {
    if (const Result<Url> next = at.resolve(page.meta_refresh); next) {
      note(FoundBy::kParent, at.str(), "leads to " + excerpt(next->str()));
      if (is_makers(*next)) return;
      const Result<ExchangePtr> onward = session_.get(*next, {.follow = true, .guessed = !linked, .max_body = 0});
      ++pages_;
      if (!onward || (*onward)->status != 200 || !is_own_site((*onward)->final_url)) {
        return cannot_look(Error{ErrorCode::kNotUnderstood, at.str() + ": refers to a page that could not be read"});
      }
      if (const Result<HtmlDocument> further = parse_html((*onward)->body); further) {
        add_links(further->links, further->base_href, {(*onward)->final_url, FoundBy::kParent, false, 0});
      }
      return;
    }
  }
  const bool scripted = std::any_of(page.resources.begin(), page.resources.end(),
                                    [](const HtmlResource& resource) { return resource.element == "script"; });
  if (page.links.empty() && page.text.size() < 100 && scripted && !jitsi_marks(page, at).client) {
    note(FoundBy::kParent, at.str(), "a page without text that may need a browser");
    return cannot_look(Error{ErrorCode::kNotUnderstood, at.str() + ": its links come by script only"});
  }
  add_links(page.links, page.base_href, {at, FoundBy::kParent, false, 0});
}

void PolicySearch::look_at_home() {
  if (is_ip_literal(wanted_.host) || wanted_.domain.find('.') == std::string::npos) return;
  const std::string with_www = "www." + wanted_.domain;
  if (wanted_.domain != wanted_.host && look_at_home_of(wanted_.domain)) return;
  if (!done() && wanted_.host != with_www) (void)look_at_home_of(with_www);
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

// Usual paths in the languages of the instance, its country and in English; best first.
std::vector<std::string> PolicySearch::guesses() const {
  std::vector<std::string> paths;
  const auto take = [&](const std::vector<std::string>& more, std::size_t most) {
    for (const std::string& path : more) {
      if (most == 0 || paths.size() >= kMaxGuesses) return;
      if (std::find(paths.begin(), paths.end(), path) != paths.end()) continue;
      paths.push_back(path);
      --most;
    }
  };
  for (const std::string& lang : wanted_.languages) {
    if (lang != "en") take(discovery_.paths("privacy", lang), kGuessesOfLanguage);
  }
  take({"privacy", "static/privacy.html", "privacy-policy", "privacy.html"}, kMaxGuesses);
  return paths;
}

void PolicySearch::guess_paths() {
  const Url& base = session_.target().base;
  if (has_packaged_robots()) {
    note(FoundBy::kPath, base.origin(), "nothing guessed: the packaged robots.txt keeps machines out of rooms");
    return;
  }
  for (const std::string& guess : guesses()) {
    if (done()) return;
    PolicyCandidate candidate;
    candidate.url = base.with_path("/" + guess);
    candidate.found_by = FoundBy::kPath;
    candidate.rank = kRankPath;
    add(std::move(candidate));
    visit_all(true);
  }
}

}  // namespace meetlat::probes
