// The findings of one host: failures first, with what was seen and how to see it again, then what is not known.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "report/html_page.h"
#include "report/layout.h"
#include "report/mask.h"

namespace meetlat::html {
namespace {

constexpr std::size_t kMostSubjects = 4;  // facts of one path that are shown; the JSON report has all
constexpr std::size_t kMostCommands = 3;  // of one finding
constexpr std::size_t kLongestValue = 400;
constexpr std::size_t kLongestCommand = 300;

struct Item {
  const Finding* finding = nullptr;
  const Rule* rule = nullptr;  // nullptr: judged by rules that are not at hand
};

Severity severity_of(const Item& item) {
  return item.rule == nullptr ? Severity::kInfo : item.rule->severity;
}

Html title_of(const Page& page, const Item& item) {
  return item.rule == nullptr ? foreign(item.finding->rule) : page.words.english(item.rule->title);
}

std::vector<Item> items_with(const Page& page, const HostReport& host, Outcome outcome) {
  std::vector<Item> items;
  for (const Finding& finding : host.findings) {
    if (finding.outcome == outcome) items.push_back({&finding, page.rule(finding.rule)});
  }
  return items;
}

// The paths that decided, then those that the rule shows beside them.
std::vector<std::string> paths_of(const Item& item) {
  std::vector<std::string> paths = item.finding->facts;
  if (item.rule == nullptr) return paths;
  for (const std::string& path : item.rule->shows) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }
  return paths;
}

Html shown_value(const Page& page, const Fact& fact) {
  if (fact.measured()) return foreign(value_words(fact), kLongestValue);
  return page.words.say("findings.not_measured", {{"reason", foreign(describe(fact.value.error()), kLongestValue)}});
}

// Facts of one finding often come from one place: what was said of it already is not repeated.
void write_fact(const Page& page, const Fact& fact, std::set<std::string>& told) {
  const Words& words = page.words;
  const Html path{"<code>" + escape(fact.path).text + "</code>"};
  const std::string subject = to_string(fact.subject);
  page.out << "<li>"
           << (subject.empty() ? path
                               : words.say("findings.about", {{"path", path}, {"subject", foreign(subject, 200)}}))
           << ": <b>" << shown_value(page, fact) << "</b>";
  const std::string excerpt = clean(fact.provenance.excerpt, 200);
  if (!excerpt.empty() && told.insert(excerpt).second) {
    page.out << " <span class=\"there\">"
             << words.say("findings.there", {{"excerpt", {"<q>" + escape(excerpt).text + "</q>"}}}) << "</span>";
  }
  page.out << "</li>\n";
}

void write_seen(const Page& page, const HostReport& host, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  page.out << "<h5>" << page.words.say("findings.seen") << "</h5>\n<ul class=\"facts\" lang=\"en\">";
  std::set<std::string> told;
  for (const std::string& path : paths) {
    const auto facts = host.evidence.find(path);
    if (facts.empty()) {
      page.out << "<li><code>" << escape(path) << "</code> " << page.words.say("findings.was_not_asked") << "</li>\n";
    }
    for (std::size_t i = 0; i < facts.size() && i < kMostSubjects; ++i) write_fact(page, facts[i], told);
    if (facts.size() > kMostSubjects) {
      page.out << "<li>" << page.words.count("numbers.more", facts.size() - kMostSubjects) << "</li>\n";
    }
  }
  page.out << "</ul>\n";
}

// Where, when and from where, then the commands.
void write_check(const Page& page, const HostReport& host, const std::vector<std::string>& paths) {
  std::vector<std::string> commands;
  std::vector<std::string> places;
  Instant latest{};
  const auto add = [](std::vector<std::string>& all, const std::string& one, std::size_t most) {
    if (!one.empty() && all.size() < most && std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  };
  for (const std::string& path : paths) {
    for (const Fact& fact : host.evidence.find(path)) {
      add(commands, verbatim(fact.provenance.check, kLongestCommand).text, kMostCommands);
      add(places, verbatim(fact.provenance.where, 200).text, 2);
      latest = std::max(latest, fact.provenance.at);
    }
  }
  if (commands.empty() && places.empty()) return;
  const Words& words = page.words;
  page.out << "<details class=\"check\"><summary>" << words.say("findings.check") << "</summary>\n<p>";
  if (!places.empty()) page.out << words.say("findings.place", {{"place", {join(places, ", ")}}});
  if (latest != Instant{}) {
    page.out << ' ' << words.say("findings.time", {{"date", words.date(latest)}, {"time", minute_of(latest)}});
  }
  if (!page.report.header.vantage.empty()) {
    page.out << ' ' << words.say("findings.from", {{"vantage", foreign(page.report.header.vantage, 100)}});
  }
  page.out << ".</p>\n";
  for (const std::string& command : commands) page.out << "<pre tabindex=\"0\"><code>" << command << "</code></pre>\n";
  page.out << "</details>\n";
}

void write_failure(const Page& page, const HostReport& host, const Item& item) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  const std::string severity(to_string(severity_of(item)));
  out << "<article class=\"finding " << severity << "\">\n<h4>" << title_of(page, item)
      << "</h4>\n<p class=\"tags\"><span class=\"tag\">"
      << words.say("findings.severity", {{"severity", words.say("severity." + severity)}}) << "</span>";
  if (item.finding->points >= 0.05) {
    out << " <span class=\"tag\">"
        << words.say("findings.lost", {{"points", {fmt::format("{:.1f}", item.finding->points)}}}) << "</span>";
  }
  out << "</p>\n";
  if (item.rule != nullptr && !item.rule->fail_text.empty()) {
    out << "<p class=\"said\">" << words.english(item.rule->fail_text) << "</p>\n";
  }
  const std::vector<std::string> paths = paths_of(item);
  write_seen(page, host, paths);
  if (item.rule != nullptr && page.few) write_explanation(page, *item.rule);
  if (item.rule != nullptr && !page.few) {
    out << "<p><a href=\"#" << rule_anchor(item.rule->id) << "\" aria-label=\""
        << words.say("findings.explain_rule", {{"title", escape(item.rule->title)}}) << "\">"
        << words.say("findings.explain") << "</a></p>\n";
  }
  write_check(page, host, paths);
  out << "</article>\n";
}

void write_failures(const Page& page, const HostReport& host) {
  std::vector<Item> items = items_with(page, host, Outcome::kFail);
  if (items.empty()) {
    page.out << "<p>" << page.words.say("findings.none") << "</p>\n";
    return;
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    if (severity_of(a) != severity_of(b)) return severity_of(a) > severity_of(b);
    return a.finding->points > b.finding->points;
  });
  page.out << "<p class=\"count\">" << page.words.count("findings.failed", items.size()) << "</p>\n";
  for (const Item& item : items) write_failure(page, host, item);
}

// Every part of the reason says that nobody asked: --only left it out.
bool was_not_asked(std::string_view reason) {
  constexpr std::string_view kNotAsked = " was not asked";
  if (reason.empty()) return false;
  while (!reason.empty()) {
    const std::size_t end = std::min(reason.find("; "), reason.size());
    if (!reason.substr(0, end).ends_with(kNotAsked)) return false;
    reason.remove_prefix(std::min(end + 2, reason.size()));
  }
  return true;
}

// Titles with their reasons; the same reason of several is said once, below all of them.
void write_list(const Page& page, const std::vector<Item>& items, Outcome outcome) {
  std::vector<std::string> unasked;
  page.out << "<ul class=\"plain\">";
  for (const Item& item : items) {
    const std::string& reason = item.finding->reason;
    if (was_not_asked(reason)) {
      unasked.push_back(title_of(page, item).text);
      continue;
    }
    page.out << "<li>" << title_of(page, item);
    if (outcome == Outcome::kNotMeasured && item.finding->points >= 0.05) {
      page.out << " <span class=\"tag\">"
               << page.words.say("findings.open", {{"points", {fmt::format("{:.1f}", item.finding->points)}}})
               << "</span>";
    }
    if (!reason.empty()) {
      page.out << "<br><span class=\"muted\">" << page.words.marked_english(foreign(reason, 300)) << "</span>";
    }
    page.out << "</li>\n";
  }
  page.out << "</ul>\n";
  if (!unasked.empty()) {
    page.out << "<p class=\"muted\">" << page.words.say("findings.unasked", {{"titles", {join(unasked, "; ")}}})
             << "</p>\n";
  }
}

void write_group(const Page& page, const HostReport& host, Outcome outcome, std::string_view key, bool open) {
  const std::vector<Item> items = items_with(page, host, outcome);
  if (items.empty()) return;
  page.out << "<details class=\"minor\"" << (open ? " open" : "") << "><summary>" << page.words.count(key, items.size())
           << "</summary>\n";
  write_list(page, items, outcome);
  page.out << "</details>\n";
}

}  // namespace

void write_findings(const Page& page, const HostReport& host) {
  if (host.findings.empty()) return;
  write_failures(page, host);
  write_group(page, host, Outcome::kNotMeasured, "findings.unmeasured", true);
  write_group(page, host, Outcome::kPass, "findings.passed", false);
  write_group(page, host, Outcome::kNotApplicable, "findings.not_applicable", false);
}

}  // namespace meetlat::html
