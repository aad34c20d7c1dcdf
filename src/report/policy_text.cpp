#include "report/policy_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "policy/items.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongestQuote = 260;
constexpr std::size_t kLongestPlace = 500;

const Fact* fact_of(const HostReport& host, const std::string& path) {
  const auto facts = host.evidence.find(path);
  return facts.empty() ? nullptr : &facts.front();
}

// Without the bullet of a list, or what a footnote left of the sentence before.
std::string quoted(const Fact& fact) {
  std::string_view text = trim(fact.provenance.excerpt);
  for (const std::string_view sign : {"•", "·", "-", "*", ". "}) {
    if (text.starts_with(sign)) text = trim(text.substr(sign.size()));
  }
  return clean(text, kLongestQuote);
}

std::string heading_words(const HostReport& host) {
  const Fact* verdict = fact_of(host, "policy.verdict");
  if (!verdict->measured()) return "not known: " + clean(describe(verdict->value.error()), kLongestPlace);
  const std::string_view text = host.evidence.text("policy.verdict");
  if (text == "own") return "the host's own";
  if (text == "unsure") return "unsure whether it is one, or whose";
  if (text == "someone-elses") return "only somebody else's is linked";
  return "none found";
}

// How visitors get there. The values of policy.found_by, which are also the first words of a line of the trail.
struct Way {
  std::string_view id;
  std::string_view label;  // in the trail
  std::string_view words;
};
constexpr std::array kWays{
    Way{"config", "settings", "named in the settings of the client"},
    Way{"link", "page", "linked from the start page"},
    Way{"template", "page footer", "linked from the welcome page"},
    Way{"static-file", "static file", "linked from a file for the welcome page"},
    Way{"manifest", "manifest", "named in the web manifest"},
    Way{"path", "usual path", "linked from nowhere; guessed from usual paths"},
    Way{"parent", "own domain", "linked from the site of the same domain"},
    Way{"imprint", "imprint", "linked from the imprint"},
    Way{"off-domain", "other site", "on another domain, linked from the instance"},
};

const Way* way_of(std::string_view id) {
  const auto* found = std::find_if(kWays.begin(), kWays.end(), [&](const Way& way) { return way.id == id; });
  return found == kWays.end() ? nullptr : found;
}

void labelled(Page& page, std::string_view label, const std::string& text) {
  if (!text.empty()) page.paragraph("  " + pad(label, 13), text);
}

std::string found_words(const Evidence& evidence) {
  const Way* way = way_of(evidence.text("policy.found_by"));
  if (way == nullptr) return {};
  std::string out(way->words);
  const bool* linked = evidence.get<bool>("policy.linked_from_instance");
  if (linked != nullptr && !*linked && way->id != "path") out += "; the instance itself does not link it";
  return out;
}

// "PDF, language nl, 896 words, 4 minutes to read, LIX 44"
std::string form_words(const Evidence& evidence) {
  std::vector<std::string> parts;
  const std::string form(evidence.text("policy.form"));
  if (!form.empty())
    parts.push_back(form == "html" ? "web page" : form.starts_with("pdf") ? "PDF" + form.substr(3) : form);
  if (const auto* languages = evidence.get<std::vector<std::string>>("policy.languages");
      languages != nullptr && !languages->empty()) {
    parts.push_back((languages->size() > 1 ? "languages " : "language ") + join(*languages, " and "));
  }
  if (const auto* words = evidence.get<std::int64_t>("policy.words")) {
    parts.push_back(count_words(static_cast<std::size_t>(*words), "word"));
  }
  if (const auto* minutes = evidence.get<std::int64_t>("policy.reading_minutes")) {
    parts.push_back(count_words(static_cast<std::size_t>(*minutes), "minute") + " to read");
  }
  if (const auto* lix = evidence.get<double>("policy.lix")) {
    parts.push_back(fmt::format("LIX {:.0f} ({})", *lix, *lix < 40 ? "easy" : *lix < 50 ? "medium" : "hard"));
  }
  return join(parts, ", ");
}

void print_document(Page& page, const HostReport& host) {
  const Evidence& evidence = host.evidence;
  const std::string_view url = evidence.text("policy.url");
  if (url.empty()) return;
  const std::string title = clean(evidence.text("policy.title"));
  labelled(page, "Document", title);
  labelled(page, title.empty() ? "Document" : "", clean(url, kLongestPlace));
  labelled(page, "How found", found_words(evidence));
  if (const bool* names = evidence.get<bool>("policy.names_service")) {
    labelled(page, "About",
             *names ? "names this instance or video meetings"
                    : "a general policy: neither this instance nor video meetings are named in it");
  }
  labelled(page, "Form", form_words(evidence));
  labelled(page, "Dated", clean(evidence.text("policy.dated"), kLongestQuote));
  labelled(page, "Responsible", clean(evidence.text("policy.controller"), 200));
  if (const Fact* days = fact_of(host, "policy.log_days"); days != nullptr && days->measured()) {
    labelled(page, "Logs kept",
             "up to " + count_words(static_cast<std::size_t>(*evidence.get<std::int64_t>("policy.log_days")), "day"));
  }
  if (const auto* blanks = evidence.get<std::vector<std::string>>("policy.placeholders")) {
    labelled(page, "Left blank", clean(join(*blanks, ", ")));
  }
}

struct Points {
  std::vector<std::pair<std::string, std::string>> said;    // title, quotation
  std::vector<std::pair<std::string, std::string>> unsure;  // title, quotation of a hint
  std::set<std::string> unread;                             // why nothing could be said of the others
  std::vector<std::string> not_found;
  std::vector<std::string> not_due;
};

Points points_of(const HostReport& host) {
  Points points;
  for (const policy::ItemSpec& item : policy::items()) {
    const std::string title(item.title);
    const Fact* fact = fact_of(host, fmt::format("policy.states.{}", item.id));
    if (fact == nullptr) continue;
    if (!fact->measured()) {
      const bool hint = fact->value.error().context == policy::kOnlyHint;
      if (hint) points.unsure.emplace_back(title, quoted(*fact));
      if (!hint) points.unread.insert(clean(describe(fact->value.error())));
      continue;
    }
    const std::string_view state = host.evidence.text(fact->path);
    if (state == "found") points.said.emplace_back(title, quoted(*fact));
    if (state == "stated_none") points.said.emplace_back(title + ": none", quoted(*fact));
    if (state == "not_found") points.not_found.push_back(title);
    if (state == "not_applicable") points.not_due.push_back(title);
  }
  return points;
}

void print_quotes(Page& page, const std::string& heading, std::string_view mark,
                  const std::vector<std::pair<std::string, std::string>>& quotes) {
  if (quotes.empty()) return;
  page.blank();
  page.paragraph("  ", heading);
  std::size_t width = 0;
  for (const auto& [title, quote] : quotes) width = std::max(width, display_width(title));
  const std::size_t room = page.columns() - std::min(page.columns() / 2, width + 8);
  for (const auto& [title, quote] : quotes) {
    page.line(fmt::format("    {} {}  {}", mark, pad(title, width), fit(quote, room)));
  }
}

void print_points(Page& page, const HostReport& host) {
  const Points points = points_of(host);
  print_quotes(page, fmt::format("It says something of ({}), as a rule in this sentence:", points.said.size()), "+",
               points.said);
  print_quotes(page, fmt::format("Perhaps ({}), a hint only:", points.unsure.size()), "?", points.unsure);
  if (!host.evidence.text("policy.url").empty()) {
    for (const std::string& why : points.unread) labelled(page, "Not read", why);
  }
  if (points.said.empty() && points.not_found.empty()) return;
  page.blank();
  if (!points.not_found.empty()) {
    page.paragraph("  ", fmt::format("Not found by the word lists, which miss some ({}): {}.", points.not_found.size(),
                                     join(points.not_found, ", ")));
  }
  if (!points.not_due.empty()) page.paragraph("  ", "Not due here: " + join(points.not_due, ", ") + ".");
}

// The finding that holds a claim against what was measured; nullptr: none does.
const Finding* comparison(const HostReport& host, const RuleSet& rules, const std::string& claim) {
  for (const Finding& finding : host.findings) {
    const Rule* rule = rules.rule(finding.rule);
    if (rule == nullptr || rule->shows.empty() || rule->shows.front() != claim) continue;
    return &finding;
  }
  return nullptr;
}

// "cookies of the start page = session (https://...)": what else the rule looked at, as far as something was there.
std::vector<std::string> seen_against(const HostReport& host, const Rule& rule) {
  std::vector<std::string> out;
  for (const std::string& path : rule.shows) {
    if (path.starts_with("policy.")) continue;
    for (const Fact& fact : host.evidence.find(path)) {
      const auto* many = fact.measured() ? std::get_if<std::vector<std::string>>(&*fact.value) : nullptr;
      const auto* one = fact.measured() ? std::get_if<std::string>(&*fact.value) : nullptr;
      if (!fact.measured() || (many != nullptr && many->empty()) || (one != nullptr && one->empty())) continue;
      out.push_back(fmt::format("{} = {} ({})", path, clean(value_words(fact), kLongestQuote),
                                clean(fact.provenance.where, kLongestPlace)));
      break;
    }
  }
  return out;
}

void print_claims(Page& page, const HostReport& host, const RuleSet& rules) {
  bool first = true;
  for (const policy::ClaimSpec& spec : policy::claims()) {
    const std::string path = fmt::format("policy.claims.{}", policy::short_id(spec));
    const bool* claimed = host.evidence.get<bool>(path);
    if (claimed == nullptr || !*claimed) continue;
    if (first) {
      page.blank();
      page.line("  Its words against what was seen");
    }
    first = false;
    const Finding* finding = comparison(host, rules, path);
    const Outcome outcome = finding == nullptr ? Outcome::kNotMeasured : finding->outcome;
    const bool contradicts = outcome == Outcome::kFail;
    const std::string agrees = outcome == Outcome::kPass ? rules.rule(finding->rule)->pass_text : std::string();
    page.paragraph(contradicts                 ? "    ! "
                   : outcome == Outcome::kPass ? "    + "
                                               : "    ? ",
                   fmt::format("{}: {}", spec.title,
                               contradicts                 ? std::string("CONTRADICTED by what was seen")
                               : outcome == Outcome::kPass ? clean(agrees)
                                                           : std::string("not compared with anything")));
    page.paragraph("      it says: ", "\"" + quoted(*fact_of(host, path)) + "\"");
    if (!contradicts) continue;
    for (const std::string& seen : seen_against(host, *rules.rule(finding->rule)))
      page.paragraph("      seen:    ", seen);
  }
}

// "parent: https://example.org/ : 13 links, 2 of privacy" as "own domain", "https://example.org/ - 13 links, ...".
void print_step(Page& page, std::size_t number, std::string_view step) {
  std::string label;
  std::string_view rest = step;
  if (const std::size_t colon = step.find(": "); colon != std::string_view::npos) {
    const Way* way = way_of(step.substr(0, colon));
    label = way == nullptr ? clean(step.substr(0, colon), 20) : std::string(way->label);
    rest = step.substr(colon + 2);
  }
  std::string text(rest);
  if (const std::size_t parting = text.find(" : "); parting != std::string::npos) text.replace(parting, 3, " - ");
  page.paragraph(fmt::format("    {:>2}  {}", number, pad(label, 13)), clean(text, kLongestPlace));
}

void print_trail(Page& page, const HostReport& host) {
  const auto* trail = host.evidence.get<std::vector<std::string>>("policy.search.trail");
  if (trail == nullptr || trail->empty()) return;
  const Fact* complete = fact_of(host, "policy.search.complete");
  const bool* whole = host.evidence.get<bool>("policy.search.complete");
  std::string state = "the search is complete";
  if (whole == nullptr || !*whole) {
    state = "the search is NOT complete";
    if (complete != nullptr && !complete->provenance.excerpt.empty()) state += ": " + quoted(*complete);
  } else if (host.evidence.text("policy.verdict") == "own") {
    state = "the search ended where an own policy was found";
  }
  page.blank();
  page.paragraph("  ", fmt::format("Places looked at, in this order ({}); {}", trail->size(), state));
  for (std::size_t i = 0; i < trail->size(); ++i) print_step(page, i + 1, (*trail)[i]);
}

}  // namespace

void print_policy(Page& page, const HostReport& host, const RuleSet& rules) {
  if (fact_of(host, "policy.verdict") == nullptr || fact_of(host, "policy.search.trail") == nullptr) return;
  page.blank();
  page.paragraph("PRIVACY POLICY: ", heading_words(host));
  print_document(page, host);
  print_claims(page, host, rules);
  print_points(page, host);
  print_trail(page, host);
}

}  // namespace meetlat
