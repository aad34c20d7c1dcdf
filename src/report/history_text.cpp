#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/personal.h"
#include "base/text.h"
#include "report/diff_writer.h"
#include "report/history_writer.h"
#include "report/layout.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostRules = 12;  // of one step
constexpr std::size_t kLongestUrl = 300;

std::string minute(Instant at) {
  std::string text = format_instant(at);
  text[10] = ' ';
  return text.substr(0, 16);
}

std::string score_words(const HistorySight& sight) {
  if (!sight.measured()) return {};
  return range_words(sight.range);
}

std::string url_words(const std::string& url) {
  return excerpt(mask_mail(printable(url)), kLongestUrl);
}

char letter_of(const HistorySight& sight) {
  if (!sight.measured()) return '-';
  return sight.letter.value_or('?');
}

const HistorySight* latest_measured(const HostHistory& host) {
  const auto at = std::find_if(host.sights.rbegin(), host.sights.rend(),
                               [](const HistorySight& sight) { return sight.measured(); });
  return at == host.sights.rend() ? nullptr : &*at;
}

bool other_rules(const HistoryRunInfo& a, const HistoryRunInfo& b) {
  return a.rules_digest != b.rules_digest || a.profile != b.profile || a.profile_version != b.profile_version;
}

// "CC|B?A": the latest letters, oldest first.
std::string trend_of(const History& history, const HostHistory& host, std::size_t most) {
  std::string out;
  const std::size_t begin = host.sights.size() > most ? host.sights.size() - most : 0;
  const HistorySight* before = nullptr;
  for (std::size_t i = 0; i < host.sights.size(); ++i) {
    const HistorySight& sight = host.sights[i];
    if (i >= begin) {
      const bool marked = before != nullptr && i > begin && sight.measured() &&
                          other_rules(history.runs[before->run], history.runs[sight.run]);
      if (marked) out += '|';
      out += letter_of(sight);
    }
    if (sight.measured()) before = &sight;
  }
  return out;
}

void print_demo(Page& page, const History& history) {
  if (std::any_of(history.runs.begin(), history.runs.end(), [](const HistoryRunInfo& run) { return run.demo; })) {
    page.line(kDemoStamp);
    page.blank();
  }
}

// --- all hosts

using Row = std::array<std::string, 7>;
constexpr std::array<bool, 7> kRight{false, false, true, false, false, false, true};

void print_rows(Page& page, const std::vector<Row>& rows) {
  std::array<std::size_t, 7> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::size_t others = 2 * (widths.size() - 1);
  for (std::size_t i = 1; i < widths.size(); ++i) others += widths[i];
  const std::size_t room = page.columns() > others + 20 ? page.columns() - others : 20;
  widths[0] = std::min(widths[0], room);
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string cell = i == 0 ? fit(row[i], widths[0]) : row[i];
      line += kRight[i] ? std::string(widths[i] - display_width(cell), ' ') + cell : pad(cell, widths[i]);
    }
    page.line(line);
  }
}

// --- one host

struct HostPage {
  const History& history;
  const HostHistory& host;
  const std::vector<HistoryStep>& steps;
  const HistoryDrawing& drawing;
  Page& page;

  const HistorySight& sight(std::size_t at) const { return host.sights[at]; }
  std::string day(std::size_t at) const { return format_date(sight(at).at); }

  std::string rule_words(const std::string& id) const {
    const Rule* rule = drawing.rules->rule(id);
    return rule == nullptr ? printable(id) : fmt::format("{} ({})", printable(rule->title), printable(id));
  }

  std::string settings_words(const HistoryStep& step) const {
    const HistoryRunInfo& before = history.runs[sight(*step.previous).run];
    const HistoryRunInfo& after = history.runs[sight(step.sight).run];
    std::vector<std::string> parts;
    const auto add = [&](bool differs, std::string_view what, const std::string& old, const std::string& now) {
      if (!differs) return;
      parts.push_back(old == now ? fmt::format("other {}", what)
                                 : fmt::format("{} {} -> {}", what, printable(old), printable(now)));
    };
    const bool profile = before.profile != after.profile || before.profile_version != after.profile_version;
    add(before.rules_digest != after.rules_digest, "rules", before.rules_version, after.rules_version);
    add(profile, "profile", before.profile + " " + before.profile_version, after.profile + " " + after.profile_version);
    add(step.settings.tool, "meetlat", before.tool_version, after.tool_version);
    add(step.settings.tables, "data tables", before.data_digest.substr(0, 8), after.data_digest.substr(0, 8));
    add(step.settings.level, "level", std::to_string(before.level), std::to_string(after.level));
    add(step.settings.vantage, "place", before.vantage.empty() ? "unnamed" : before.vantage,
        after.vantage.empty() ? "unnamed" : after.vantage);
    return join(parts, ", ");
  }

  std::string rule_step_words(const RuleStep& step) const {
    std::string rule = rule_words(step.rule);
    switch (step.after) {
      case Outcome::kFail:
        return (step.before == Outcome::kNotMeasured ? "fails, not measured before: " : "fails now: ") + rule;
      case Outcome::kPass:
        return (step.before == Outcome::kNotMeasured ? "passes, not measured before: " : "passes now: ") + rule;
      case Outcome::kNotApplicable:
        return "does not apply now: " + rule;
      case Outcome::kNotMeasured:
        return "not measured now: " + rule;
    }
    return rule;
  }

  std::string policy_words(const HistoryStep& step) const {
    const HistoryPolicy& now = sight(step.sight).policy;
    const std::string counts = fmt::format("lines: {} came, {} went", step.lines_added, step.lines_removed);
    switch (step.policy) {
      case PolicyStep::kNone:
        return {};
      case PolicyStep::kPublished:
        return fmt::format("a privacy policy was found: {}", url_words(now.url));
      case PolicyStep::kWithdrawn:
        return "no privacy policy was found any more, after a complete search";
      case PolicyStep::kMoved:
        return fmt::format("the privacy policy is elsewhere: {}", url_words(now.url));
      case PolicyStep::kEdited:
        return fmt::format("the privacy policy was edited, no whole sentence of it ({})", counts);
      case PolicyStep::kChanged:
        return fmt::format("the privacy policy reads otherwise ({})", counts);
    }
    return {};
  }

  std::vector<std::string> changes(const HistoryStep& step) const {
    std::vector<std::string> out;
    if (step.letter_changed) {
      const auto words = [](const std::optional<char>& letter) {
        return letter ? std::string(1, *letter) : std::string("not graded");
      };
      out.push_back(
          fmt::format("letter {}, before {}", words(sight(step.sight).letter), words(sight(*step.previous).letter)));
      if (!sight(step.sight).main_reason.empty()) out.back() += ": " + clean(sight(step.sight).main_reason);
    }
    if (std::string policy = policy_words(step); !policy.empty()) out.push_back(std::move(policy));
    if (step.build_changed) {
      out.push_back(fmt::format("build {}, before {}", clean(sight(step.sight).build, 80),
                                clean(sight(*step.previous).build, 80)));
    }
    for (std::size_t i = 0; i < std::min(step.rules.size(), kMostRules); ++i) {
      out.push_back(rule_step_words(step.rules[i]));
    }
    if (step.rules.size() > kMostRules) out.push_back(fmt::format("and {} more rules", step.rules.size() - kMostRules));
    return out;
  }

  void print_step(const HistoryStep& step) {
    const HistorySight& seen = sight(step.sight);
    if (step.previous && step.settings.any()) {
      page.paragraph("  ~~~~  ", fmt::format("{}: what differs across this line may be ours", settings_words(step)));
    }
    const std::string lead = fmt::format("{}  {}  {:>7}  ", minute(seen.at), letter_of(seen), score_words(seen));
    if (!seen.measured()) {
      page.paragraph(lead,
                     std::string(words_for(seen.status)) + (seen.reason.empty() ? "" : ": " + clean(seen.reason)));
      return;
    }
    std::vector<std::string> lines = changes(step);
    if (!step.previous) lines.insert(lines.begin(), "first measured");
    if (lines.empty()) lines.emplace_back(step.settings.any() ? "nothing differs" : "as before");
    page.paragraph(lead, lines.front());
    const std::string indent(lead.size(), ' ');
    for (std::size_t i = 1; i < lines.size(); ++i) page.paragraph(indent, lines[i]);
  }

  // Since when a rule has failed: what was not measured in between interrupts nothing.
  std::string since_words(std::size_t at) const {
    std::size_t from = at;
    bool gaps = false;
    bool unknown_before = false;
    for (std::size_t i = at; i-- > 0;) {
      const HistoryInterval& before = host.intervals[i];
      if (before.rule != host.intervals[at].rule) break;
      if (before.outcome == Outcome::kNotMeasured) {
        unknown_before = true;
        continue;
      }
      if (before.outcome != Outcome::kFail) break;
      gaps = gaps || unknown_before;
      unknown_before = false;
      from = i;
    }
    const HistoryInterval& first = host.intervals[from];
    std::string out = "since " + day(first.first);
    const HistoryStep& step = steps[first.first];
    if (!step.previous) out += " or before";
    if (unknown_before) out += " or before, not measured until then";
    if (step.previous && step.settings.any() && !unknown_before) out += ", may be ours";
    if (gaps) out += ", not always measured";
    return out;
  }

  // From when to when a rule failed, and what came then.
  std::string over_words(std::size_t at) const {
    const HistoryInterval& interval = host.intervals[at];
    std::string out = day(interval.first);
    if (day(interval.last) != out) out += " until " + day(interval.last);
    const HistoryInterval* next = at + 1 < host.intervals.size() ? &host.intervals[at + 1] : nullptr;
    if (next == nullptr || next->rule != interval.rule) return out + ", then not judged";
    const bool ours = steps[next->first].previous && steps[next->first].settings.any();
    return fmt::format("{}, then {}{}", out, to_string(next->outcome), ours ? ", may be ours" : "");
  }

  void print_findings() {
    std::vector<std::pair<std::string, std::string>> failing;
    std::vector<std::pair<std::string, std::string>> over;
    const HistorySight* latest = latest_measured(host);
    for (std::size_t i = 0; i < host.intervals.size(); ++i) {
      const HistoryInterval& interval = host.intervals[i];
      if (interval.outcome != Outcome::kFail) continue;
      if (latest == &host.sights[interval.last]) {
        failing.emplace_back(since_words(i), rule_words(interval.rule));
        continue;
      }
      over.emplace_back(over_words(i), rule_words(interval.rule));
    }
    std::stable_sort(failing.begin(), failing.end());
    std::stable_sort(over.begin(), over.end());
    for (const auto& [heading, rows] : {std::pair("FAILS NOW", &failing), std::pair("FAILED", &over)}) {
      if (rows->empty()) continue;
      page.blank();
      page.line(heading);
      for (const auto& [when, what] : *rows) page.paragraph(fmt::format("  {}  ", when), what);
    }
  }

  void print_policies() {
    std::string last;
    bool any = false;
    for (const HistorySight& seen : host.sights) {
      if (seen.policy.sha256.empty() || seen.policy.sha256 == last) continue;
      if (!any) {
        page.blank();
        page.line("VERSIONS OF THE PRIVACY POLICY");
        any = true;
      }
      last = seen.policy.sha256;
      const auto text = history.policies.find(last);
      const std::size_t lines =
          text == history.policies.end()
              ? 0
              : static_cast<std::size_t>(std::count(text->second.begin(), text->second.end(), '\n')) + 1;
      page.paragraph(fmt::format("  {}  {}  ", format_date(seen.at), last.substr(0, 12)),
                     fmt::format("{} lines, {}", lines, url_words(seen.policy.url)));
    }
  }

  void print() {
    const HistorySight& first = host.sights.front();
    const HistorySight& last = host.sights.back();
    const HistorySight* now = latest_measured(host);
    std::string head = host_words(host.host) + ": ";
    head += now == nullptr ? "never measured"
            : now->letter  ? fmt::format("{} ({} of 100)", *now->letter, score_words(*now))
                           : fmt::format("not graded ({} of 100)", score_words(*now));
    if (now != nullptr && now != &last) head += fmt::format(" on {}", format_date(now->at));
    head += fmt::format(", {} from {} to {} (times are UTC)", count_words(host.sights.size(), "Run"),
                        format_date(first.at), format_date(last.at));
    page.paragraph("", head);
    page.blank();
    for (const HistoryStep& step : steps) print_step(step);
    print_findings();
    print_policies();
  }
};

}  // namespace

Result<void> write_history_table(const History& history, const HistoryDrawing& drawing, std::ostream& out) {
  Page page(drawing.columns);
  print_demo(page, history);
  std::vector<const HostHistory*> hosts;
  for (const HostHistory& host : history.hosts) hosts.push_back(&host);
  const auto order = [](const HostHistory* host) {
    const HistorySight* now = latest_measured(*host);
    return std::tuple(now == nullptr ? '~' : now->letter.value_or('}'), std::string_view(host->host));
  };
  std::sort(hosts.begin(), hosts.end(), [&](const auto* a, const auto* b) { return order(a) < order(b); });
  if (hosts.empty()) {
    page.line("The history holds no host.");
    return deliver(page.text(), out);
  }
  std::vector<Row> rows{{"HOST", "NOW", "SCORE", "TREND", "FIRST SEEN", "LAST SEEN", "RUNS"}};
  for (const HostHistory* host : hosts) {
    const HistorySight* now = latest_measured(*host);
    rows.push_back({host_words(host->host), now == nullptr ? "-" : std::string(1, letter_of(*now)),
                    now == nullptr ? "" : score_words(*now), trend_of(history, *host, drawing.trend),
                    format_date(host->sights.front().at), format_date(host->sights.back().at),
                    std::to_string(host->sights.size())});
  }
  print_rows(page, rows);
  page.blank();
  page.paragraph("",
                 "Oldest letter first; ? was not graded, - was not measured; after | other rules judged, so that a "
                 "difference across it may be theirs. Elsewhere it may come from other data tables or another version "
                 "of meetlat: 'meetlat history HOST' says so, and tells one host in full.");
  return deliver(page.text(), out);
}

Result<void> write_history_host(const History& history, const HostHistory& host, const std::vector<HistoryStep>& steps,
                                const HistoryDrawing& drawing, std::ostream& out) {
  Page page(drawing.columns);
  print_demo(page, history);
  HostPage{history, host, steps, drawing, page}.print();
  page.blank();
  page.paragraph("",
                 "What differs between sights that were made alike is the host's, or the time's that passed; "
                 "'meetlat diff' on the files of two Runs tells which facts.");
  return deliver(page.text(), out);
}

}  // namespace meetlat
