#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/diff_writer.h"
#include "report/layout.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostLinesShown = 24;
constexpr std::size_t kLongestLine = 400;

constexpr std::string_view heading(ChangeCategory category) {
  switch (category) {
    case ChangeCategory::kWorse:
      return "WORSE";
    case ChangeCategory::kNew:
      return "NEW FINDINGS";
    case ChangeCategory::kWaiverExpired:
      return "WAIVER EXPIRED";
    case ChangeCategory::kWaived:
      return "NEW BUT WAIVED";
    case ChangeCategory::kBetter:
      return "BETTER";
    case ChangeCategory::kFixed:
      return "NO LONGER FOUND";
    case ChangeCategory::kChanged:
      return "CHANGED";
    case ChangeCategory::kHostAdded:
      return "HOSTS ADDED";
    case ChangeCategory::kHostGone:
      return "HOSTS GONE";
    case ChangeCategory::kNotMeasured:
      return "NOT MEASURED, SO NEITHER BETTER NOR WORSE";
  }
  return {};
}

std::string side_words(const DiffSide& side) {
  std::string out = format_date(side.started);
  if (!side.run.empty()) out += fmt::format(", Run {}", printable(side.run));
  out += fmt::format(", meetlat {}, rules {}", printable(side.tool_version), printable(side.rules_version));
  if (!side.vantage.empty()) out += ", from " + printable(side.vantage);
  return out;
}

std::string digest_words(const std::string& digest) {
  return digest.empty() ? "none" : printable(digest.substr(0, 12));
}

void print_notes(Page& page, const Diff& diff) {
  if (diff.backwards) page.paragraph("", "BACKWARDS: the second Run is older than the first one.");
  if (diff.rejudged) {
    page.paragraph("", fmt::format("JUDGED AGAIN: both Runs are judged here by rule set {} ({}), so letters can differ "
                                   "from those that were shown at the time.",
                                   printable(diff.rules_version), digest_words(diff.rules_digest)));
  }
  if (diff.other_tool) {
    page.paragraph("", fmt::format("MAY BE OURS: the Runs were made by different versions (meetlat {}, then {}; data "
                                   "tables {}, then {}), so a change can come from how meetlat looks.",
                                   printable(diff.base.tool_version), printable(diff.head.tool_version),
                                   digest_words(diff.base.data_digest), digest_words(diff.head.data_digest)));
  }
  if (diff.base.vantage != diff.head.vantage) {
    page.paragraph("", "The Runs were made from different places, which can change what is seen.");
  }
}

void print_lines(Page& page, const Change& change) {
  // So few are quoted in the sentence above, unless the whole text is another one.
  if (change.lines_added + change.lines_removed <= kQuotedLines && !change.other_text) return;
  std::size_t shown = 0;
  for (const LineChange& line : change.lines) {
    if (shown++ == kMostLinesShown) break;
    page.paragraph(line.added ? "      + " : "      - ", clean(line.line, kLongestLine));
  }
  const std::size_t all = change.lines_added + change.lines_removed;
  if (all > kMostLinesShown) page.line(fmt::format("      and {} more lines", all - kMostLinesShown));
}

void print_change(Page& page, const Change& change, const RuleSet& rules) {
  std::string text = host_words(change.host) + ": " + change_words(change, rules);
  if (!change.rule.empty()) text += fmt::format(" [{}, {}]", printable(change.rule), to_string(change.severity));
  page.paragraph("  ", text);
  if (const std::string cause = cause_words(change); !cause.empty()) page.paragraph("      why: ", cause);
  for (const FactChange& fact : change.facts) {
    page.paragraph("      ",
                   fmt::format("{}: {} -> {}", printable(fact.path), clean(fact.before, 200), clean(fact.after, 200)));
  }
  const bool item = change.kind == ChangeKind::kPolicyStates || change.kind == ChangeKind::kPolicyDropped;
  if (item && !change.reason.empty()) {
    page.paragraph(change.kind == ChangeKind::kPolicyDropped ? "      it said: " : "      it says: ",
                   clean(change.reason));
  }
  print_lines(page, change);
}

// Rules that could not be measured, together: one unreadable page leaves many unknown.
void print_unmeasured_rules(Page& page, const std::vector<const Change*>& changes) {
  std::map<std::string_view, std::vector<std::string>> by_host;
  for (const Change* change : changes) by_host[change->host].push_back(printable(change->rule));
  for (const auto& [host, names] : by_host) {
    page.paragraph("  ", fmt::format("{}: {} known before and not measured now: {}", host_words(std::string(host)),
                                     count_words(names.size(), "rule"), join(names, ", ")));
  }
}

void print_category(Page& page, const Diff& diff, ChangeCategory category, const RuleSet& rules) {
  std::vector<const Change*> single;
  std::vector<const Change*> unmeasured;
  for (const Change& change : diff.changes) {
    if (category_of(change.kind) != category) continue;
    (change.kind == ChangeKind::kRuleNotMeasured ? unmeasured : single).push_back(&change);
  }
  if (single.empty() && unmeasured.empty()) return;
  page.blank();
  page.line(fmt::format("{} ({})", heading(category), single.size() + unmeasured.size()));
  for (const Change* change : single) print_change(page, *change, rules);
  print_unmeasured_rules(page, unmeasured);
}

void print_corrections(Page& page, const Diff& diff) {
  if (diff.corrections.empty()) return;
  page.blank();
  page.line(fmt::format("CORRECTED BY A PERSON ({})", diff.corrections.size()));
  for (const DiffCorrection& each : diff.corrections) {
    page.paragraph("  ", host_words(each.host) + ": " + correction_words(each.correction));
  }
}

}  // namespace

Result<void> write_diff_text(const Diff& diff, const RuleSet& rules, std::size_t columns, std::ostream& out) {
  Page page(std::clamp<std::size_t>(columns, 80, 200));
  if (diff.demo) page.paragraph("", kDemoStamp);
  page.paragraph("From: ", side_words(diff.base));
  page.paragraph("To:   ", side_words(diff.head));
  page.line(fmt::format("{} measured in both, {}.", count_words(diff.compared, "host"),
                        count_words(diff.changes.size(), "change")));
  print_notes(page, diff);
  for (int i = 0; i <= static_cast<int>(ChangeCategory::kNotMeasured); ++i) {
    print_category(page, diff, static_cast<ChangeCategory>(i), rules);
  }
  print_corrections(page, diff);
  if (!diff.changes.empty()) {
    page.blank();
    page.paragraph("",
                   "What two Runs can tell: what was seen on two days. Not found is not the same as not there; a "
                   "statement of a policy is found or not by the words that meetlat knows.");
  }
  return deliver(page.text(), out);
}

Result<void> write_diff_updates(const Diff& diff, const RuleSet& rules, std::ostream& out) {
  std::vector<const Change*> changes;
  for (const Change& change : diff.changes) {
    const Rule* rule = rules.rule(change.rule);
    // These lines are for everybody.
    if (is_update(change) && (rule == nullptr || !rule->embargo)) changes.push_back(&change);
  }
  std::stable_sort(changes.begin(), changes.end(), [](const Change* a, const Change* b) {
    const std::string first = format_date(a->at);
    const std::string second = format_date(b->at);
    return first != second ? first > second : a->host < b->host;
  });
  std::string text;
  if (diff.demo && !changes.empty()) text += std::string(kDemoStamp) + "\n";
  for (const Change* change : changes) {
    text +=
        fmt::format("{}  {}: {}\n", format_date(change->at), host_words(change->host), change_words(*change, rules));
  }
  return deliver(text, out);
}

}  // namespace meetlat
