// The findings of one host: failures first, with what was seen and how to see it again, then what is not known.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/asked.h"
#include "report/html_page.h"
#include "report/layout.h"
#include "report/mask.h"

namespace meetlat::html {
namespace {

constexpr std::size_t kMostSubjects = 4;  // facts of one path that are shown; the JSON report has all
constexpr std::size_t kMostBeside = 3;  // facts that a rule shows beside the deciding ones, where there are many hosts
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

// The paths that decided, then those that the rule shows beside them, where they say something.
std::vector<std::string> paths_of(const Page& page, const HostReport& host, const Item& item) {
  std::vector<std::string> paths = item.finding->facts;
  if (item.rule == nullptr) return paths;
  const std::size_t most = page.few ? 100 : paths.size() + kMostBeside;
  for (const std::string& path : item.rule->shows) {
    if (paths.size() >= most) break;
    const auto facts = host.evidence.find(path);
    const bool measured = std::any_of(facts.begin(), facts.end(), [](const Fact& fact) { return fact.measured(); });
    if (measured && std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }
  return paths;
}

// What the fact is about, unless that is the host itself.
std::string subject_of(const HostReport& host, const Fact& fact) {
  const Subject& subject = fact.subject;
  const Url& base = host.target.base;
  const bool own = (subject.kind == SubjectKind::kOrigin && subject.name == base.origin()) ||
                   (subject.kind == SubjectKind::kHost && subject.name == base.host());
  return own ? std::string() : to_string(subject);
}

Html shown_value(const Page& page, const Fact& fact) {
  if (fact.measured()) return foreign(value_words(fact), kLongestValue);
  return page.words.say("findings.not_measured", {{"reason", foreign(describe(fact.value.error()), kLongestValue)}});
}

// Facts of one finding often come from one place: what was said of it already is not repeated.
void write_fact(const Page& page, const HostReport& host, const Fact& fact, std::set<std::string>& told) {
  const Words& words = page.words;
  const Html path{"<code>" + escape(fact.path).text + "</code>"};
  const std::string subject = subject_of(host, fact);
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
    for (std::size_t i = 0; i < facts.size() && i < kMostSubjects; ++i) write_fact(page, host, facts[i], told);
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
  if (latest != Instant{} && page.few) {  // of many hosts, each part says once when its host was seen
    page.out << ' ' << words.say("findings.time", {{"date", words.date(latest)}, {"time", minute_of(latest)}});
  }
  if (!page.report.header.vantage.empty() && page.few) {
    page.out << ' ' << words.say("findings.from", {{"vantage", foreign(page.report.header.vantage, 100)}});
  }
  page.out << ".</p>\n";
  for (const std::string& command : commands) page.out << "<pre tabindex=\"0\"><code>" << command << "</code></pre>\n";
  page.out << "</details>\n";
}

// The heading says what was found; what was asked, which reads like praise, stands below it.
void write_failure_head(const Page& page, const Item& item) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  const std::string severity(to_string(severity_of(item)));
  const bool says = item.rule != nullptr && !item.rule->fail_text.empty();
  out << "<article class=\"finding " << severity << "\">\n<h4>"
      << (says ? words.english(item.rule->fail_text) : words.say("findings.said_no", {{"title", title_of(page, item)}}))
      << "</h4>\n";
  if (item.rule != nullptr) {
    // The explanation stands once for each rule, unless the page is about few hosts.
    Html title = title_of(page, item);
    if (!page.few) title.text = "<a href=\"#" + rule_anchor(item.rule->id) + "\">" + title.text + "</a>";
    out << "<p class=\"asked\">" << words.say("findings.asked", {{"title", title}}) << "</p>\n";
  }
  out << "<p class=\"tags\"><span class=\"tag\">" << words.say("severity." + severity) << "</span>";
  if (item.finding->points >= 0.05) {
    out << " <span class=\"tag\">"
        << words.say("findings.lost", {{"points", {fmt::format("{:.1f}", item.finding->points)}}}) << "</span>";
  }
  out << "</p>\n";
}

void write_notes(const Page& page, const HostReport& host, const Item& item) {
  for (const FindingNote& note : host.notes) {
    if (note.rule != item.finding->rule) continue;
    page.out << "<p class=\"note\">" << page.words.marked_english(foreign(words_for(note), 1000)) << "</p>\n";
  }
}

void write_failure(const Page& page, const HostReport& host, const Item& item) {
  write_failure_head(page, item);
  write_notes(page, host, item);
  const std::vector<std::string> paths = paths_of(page, host, item);
  write_seen(page, host, paths);
  if (item.rule != nullptr && page.few) write_explanation(page, *item.rule, host.target.service);
  write_check(page, host, paths);
  page.out << "</article>\n";
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

Html listed(const Page& page, const Item& item) {
  Html title = title_of(page, item);
  if (item.finding->outcome != Outcome::kNotMeasured || item.finding->points < 0.05) return title;
  const Html points = page.words.say("findings.open", {{"points", {fmt::format("{:.1f}", item.finding->points)}}});
  return {title.text + " <span class=\"muted\">(" + points.text + ")</span>"};
}

// Titles with their reasons; those that share a reason stand together, since one refused login leaves ten of them.
void write_list(const Page& page, const std::vector<Item>& items) {
  std::size_t unasked = 0;
  std::vector<std::pair<std::string, std::vector<Item>>> groups;
  for (const Item& item : items) {
    const std::string& reason = item.finding->reason;
    if (was_not_asked(reason)) {
      ++unasked;
      continue;
    }
    // Why something does not apply is seldom asked, and of many hosts it is left to the other formats.
    const bool together = !page.few && item.finding->outcome == Outcome::kNotApplicable;
    const auto same = [&](const auto& group) { return together || (!reason.empty() && group.first == reason); };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(groups.end(), {reason, {}});
    group->second.push_back(item);
  }
  page.out << "<ul class=\"plain\">";
  for (const auto& [reason, same] : groups) {
    page.out << "<li>";
    const char* between = same.front().finding->outcome == Outcome::kNotApplicable ? "; " : "<br>";
    for (const Item& item : same) page.out << (&item == &same.front() ? "" : between) << listed(page, item);
    if (!reason.empty() && (page.few || same.front().finding->outcome == Outcome::kNotMeasured)) {
      page.out << "<br><span class=\"muted\">" << page.words.marked_english(foreign(reason, 300)) << "</span>";
    }
    page.out << "</li>\n";
  }
  page.out << "</ul>\n";
  if (unasked > 0) {
    page.out << "<p class=\"muted\">" << page.words.say("findings.unasked", {{"rules", {fmt::format("{}", unasked)}}})
             << "</p>\n";
  }
}

// By category, which reads better than 80 lines, and each title once.
void write_passed(const Page& page, const HostReport& host) {
  const std::vector<Item> items = items_with(page, host, Outcome::kPass);
  if (items.empty()) return;
  page.out << "<details class=\"minor\"><summary>" << page.words.count("findings.passed", items.size())
           << "</summary>\n<ul class=\"plain\">";
  std::vector<std::pair<std::string, std::string>> groups;  // category, titles
  for (const Item& item : items) {
    const std::string category = item.rule == nullptr ? std::string() : item.rule->category;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.first == category; });
    if (group == groups.end()) group = groups.insert(groups.end(), {category, {}});
    group->second += (group->second.empty() ? "" : "; ") + title_of(page, item).text;
  }
  for (const auto& group : groups) {
    const auto& categories = page.rendering.profile->categories;
    const auto category = std::find_if(categories.begin(), categories.end(),
                                       [&](const Category& each) { return each.id == group.first; });
    page.out << "<li>";
    if (category != categories.end()) page.out << "<b>" << page.words.english(category->title) << "</b>: ";
    page.out << group.second << "</li>\n";
  }
  page.out << "</ul></details>\n";
}

void write_group(const Page& page, const HostReport& host, Outcome outcome, std::string_view key, bool open) {
  const std::vector<Item> items = items_with(page, host, outcome);
  if (items.empty()) return;
  page.out << "<details class=\"minor\"" << (open ? " open" : "") << "><summary>" << page.words.count(key, items.size())
           << "</summary>\n";
  write_list(page, items);
  page.out << "</details>\n";
}

}  // namespace

void write_findings(const Page& page, const HostReport& host) {
  if (host.findings.empty()) return;
  write_failures(page, host);
  write_group(page, host, Outcome::kNotMeasured, "findings.unmeasured", true);
  write_passed(page, host);
  write_group(page, host, Outcome::kNotApplicable, "findings.not_applicable", false);
}

}  // namespace meetlat::html
