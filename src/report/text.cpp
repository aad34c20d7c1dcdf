// Host by host, everything: for the operator who wants to change something and for whoever wants to check by hand.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/asked.h"
#include "report/client_text.h"
#include "report/guideline_text.h"
#include "report/hosting_text.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/parties_text.h"
#include "report/policy_text.h"
#include "report/summary.h"
#include "report/tls_text.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostSubjects = 6;  // facts of one path that are shown; the JSON report has all
constexpr std::size_t kLongestValue = 700;
constexpr std::size_t kLongestCommand = 500;

struct Item {
  const Finding* finding = nullptr;
  const Rule* rule = nullptr;  // nullptr: judged by rules that are not at hand
};

std::string title_of(const Item& item) {
  return printable(item.rule == nullptr ? item.finding->rule : item.rule->title);
}

Severity severity_of(const Item& item) {
  return item.rule == nullptr ? Severity::kInfo : item.rule->severity;
}

std::vector<Item> items_with(const HostReport& host, const RuleSet& rules, Outcome outcome) {
  std::vector<Item> items;
  for (const Finding& finding : host.findings) {
    if (finding.outcome == outcome) items.push_back({&finding, rules.rule(finding.rule)});
  }
  return items;
}

// The paths that decided, then those that the rule shows beside them.
std::vector<std::string> paths_of(const Item& item) {
  std::vector<std::string> paths = item.finding->facts;
  if (item.rule != nullptr) {
    for (const std::string& path : item.rule->shows) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    }
  }
  return paths;
}

std::string shown_value(const Fact& fact) {
  if (!fact.measured()) return "not measured: " + clean(describe(fact.value.error()), kLongestValue);
  return clean(value_words(fact), kLongestValue);
}

// "config.js line 12, 2026-11-23T06:03:52Z"
std::string place_words(const Fact& fact) {
  std::vector<std::string> parts;
  if (!fact.provenance.where.empty()) parts.push_back(excerpt(mask_mail(fact.provenance.where), kLongestCommand));
  if (fact.provenance.at != Instant{}) parts.push_back(format_instant(fact.provenance.at));
  return join(parts, ", ");
}

// Facts of one finding often come from one place: what was printed of it already is not repeated.
void print_fact(Page& page, const Fact& fact, std::set<std::string>& told) {
  std::string text = fact.path;
  if (const std::string subject = to_string(fact.subject); !subject.empty()) text += " of " + clean(subject);
  text += " = " + shown_value(fact);
  const std::string place = place_words(fact);
  if (!place.empty() && told.insert(place).second) text += " (" + place + ")";
  page.paragraph("      ", text);
  const std::string there = clean(fact.provenance.excerpt);
  if (!there.empty() && told.insert(place + there).second) page.paragraph("        there: ", there);
}

void print_facts(Page& page, const HostReport& host, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  page.line("    Seen:");
  std::set<std::string> told;
  for (const std::string& path : paths) {
    const auto facts = host.evidence.find(path);
    if (facts.empty()) page.line("      " + path + " was not asked for");
    for (std::size_t i = 0; i < facts.size() && i < kMostSubjects; ++i) print_fact(page, facts[i], told);
    if (facts.size() > kMostSubjects) page.line(fmt::format("      and {} more", facts.size() - kMostSubjects));
  }
}

void print_checks(Page& page, const HostReport& host, const std::vector<std::string>& paths) {
  std::vector<std::string> commands;
  for (const std::string& path : paths) {
    for (const Fact& fact : host.evidence.find(path)) {
      const std::string command = excerpt(mask_mail(fact.provenance.check), kLongestCommand);
      if (command.empty() || commands.size() >= kMostSubjects) continue;
      if (std::find(commands.begin(), commands.end(), command) == commands.end()) commands.push_back(command);
    }
  }
  if (commands.empty()) return;
  page.line("    To check by hand:");
  for (const std::string& command : commands) page.verbatim("      ", command);
}

void print_rule_texts(Page& page, const HostReport& host, const Rule& rule) {
  page.paragraphs("    Why it matters: ", rule.why);
  page.paragraphs("    What to change: ", rule.remedy);
  for (const ConfigLines& config : config_for(rule, host.target.service)) {
    page.line("      " + printable(config.file) + ":");
    page.verbatim("        | ", config.lines);
  }
}

void print_failure(Page& page, const HostReport& host, const Item& item) {
  page.blank();
  const std::string lost = item.finding->points > 0 ? fmt::format(", {:.1f} points lost", item.finding->points) : "";
  page.paragraph("  ! ", fmt::format("{}: no [{}, {}{}]", title_of(item), printable(item.finding->rule),
                                     to_string(severity_of(item)), lost));
  if (item.rule != nullptr && !item.rule->fail_text.empty()) page.paragraph("    ", printable(item.rule->fail_text));
  if (item.rule != nullptr && item.rule->embargo) {
    page.paragraph("    ", "NOT FOR PUBLICATION: who reads this could use it. It is for the operator of the host.");
  }
  for (const FindingNote& note : host.notes) {
    if (note.rule == item.finding->rule) page.paragraph("    Note: ", note_words(note));
  }
  const std::vector<std::string> paths = paths_of(item);
  print_facts(page, host, paths);
  if (item.rule != nullptr) print_rule_texts(page, host, *item.rule);
  print_checks(page, host, paths);
  if (item.rule == nullptr) return;
  for (const Reference& reference : item.rule->references) {
    page.paragraph("    See: ", printable(reference.title));
    page.verbatim("      ", reference.url);
  }
}

void print_failures(Page& page, const HostReport& host, const RuleSet& rules) {
  std::vector<Item> items = items_with(host, rules, Outcome::kFail);
  if (items.empty()) return;
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    if (severity_of(a) != severity_of(b)) return severity_of(a) > severity_of(b);
    return a.finding->points > b.finding->points;
  });
  page.blank();
  page.line(fmt::format("FAILED ({})", items.size()));
  for (const Item& item : items) print_failure(page, host, item);
}

// Of files, most cannot be told: said once, by how many and not one by one.
void print_offline(Page& page, const HostReport& host, const RuleSet& rules) {
  std::vector<Item> items = items_with(host, rules, Outcome::kNotMeasured);
  std::vector<std::string> untold;
  std::size_t offline = 0;
  for (const Item& item : items) {
    const std::string& reason = item.finding->reason;
    if (reason.empty() || reason == describe(Error{ErrorCode::kOffline, ""})) {
      ++offline;
    } else {
      untold.push_back(fmt::format("{}: {}", title_of(item), clean(reason)));
    }
  }
  if (!untold.empty()) {
    page.blank();
    page.line(fmt::format("CANNOT BE TOLD FROM THESE FILES ({})", untold.size()));
    for (const std::string& text : untold) page.paragraph("  ", text);
  }
  if (offline == 0) return;
  page.blank();
  page.paragraph("", fmt::format("{} not judged: only the host itself can answer.",
                                 offline == 1 ? "1 rule was" : fmt::format("{} rules were", offline)));
}

void print_with_reasons(Page& page, const HostReport& host, const RuleSet& rules, Outcome outcome,
                        std::string_view heading) {
  const std::vector<Item> items = items_with(host, rules, outcome);
  if (items.empty()) return;
  page.blank();
  page.line(fmt::format("{} ({})", heading, items.size()));
  std::size_t left_out = 0;
  for (const Item& item : items) {
    const std::string reason = clean(item.finding->reason);
    if (was_not_asked(reason)) {
      ++left_out;
      continue;
    }
    const std::string points = outcome == Outcome::kNotMeasured && item.finding->points > 0
                                   ? fmt::format(" [{:.1f} points open]", item.finding->points)
                                   : "";
    page.paragraph("  ", title_of(item) + points + (reason.empty() ? "" : ": " + reason));
  }
  if (left_out > 0) page.paragraph("  ", not_asked_words(left_out));
}

// A configuration that was read but for some places is not all known, which whoever reads that it was read should know.
void print_unread(Page& page, const HostReport& host, const Item& item) {
  if (item.rule == nullptr) return;
  for (const std::string& path : item.rule->shows) {
    if (path != "jitsi.config.problems") continue;
    for (const Fact& fact : host.evidence.find(path)) {
      const auto* problems = fact.measured() ? std::get_if<std::vector<std::string>>(&*fact.value) : nullptr;
      if (problems == nullptr || problems->empty()) continue;
      page.paragraph("    ", "but not all of it was understood, so what depends on these places is unknown: " +
                                 clean(join(*problems, "; "), kLongestValue));
    }
  }
}

void print_passed(Page& page, const HostReport& host, const RuleSet& rules) {
  const std::vector<Item> items = items_with(host, rules, Outcome::kPass);
  if (items.empty()) return;
  page.blank();
  page.line(fmt::format("PASSED ({})", items.size()));
  for (const Item& item : items) {
    std::vector<std::string> seen;
    for (const std::string& path : item.finding->facts) {
      const auto facts = host.evidence.find(path);
      if (!facts.empty()) seen.push_back(path + " = " + clean(shown_value(facts.front()), 80));
    }
    const bool short_text = item.rule != nullptr && !item.rule->pass_text.empty();
    std::string line = short_text ? printable(item.rule->pass_text) : title_of(item);
    if (!seen.empty()) line += " (" + join(seen, ", ") + ")";
    page.line("  " + fit(line, page.columns() - 2));
    print_unread(page, host, item);
  }
}

void print_grade(Page& page, const Grade& grade, bool colour) {
  if (!grade.letter) {
    page.paragraph("", "Not graded: " + clean(grade.not_graded_reason));
    return;
  }
  // The letter is put in after wrapping: its colour has no width.
  page.line(fmt::format("{} {}, {} of 100 points", letter_mark(*grade.letter, colour), clean(grade.word),
                        range_words(grade.range)));
  if (!grade.main_reason.empty()) page.paragraph("Main reason: ", clean(grade.main_reason));
  for (const AppliedCap& cap : grade.caps) {
    page.paragraph(fmt::format("Not better than {}: ", cap.letter),
                   fmt::format("{} ({})", clean(cap.title), clean(cap.confirmation)));
  }
}

void print_categories(Page& page, const Grade& grade) {
  if (grade.categories.empty()) return;
  page.blank();
  page.line("Points by category");
  std::size_t width = 0;
  for (const CategoryScore& category : grade.categories) width = std::max(width, display_width(category.title));
  for (const CategoryScore& category : grade.categories) {
    if (category.weight <= 0) continue;
    const double low = category.share.low * category.weight;
    const double high = category.share.high * category.weight;
    const std::string points =
        high - low < 0.05 ? fmt::format("{:.1f}", low) : fmt::format("{:.1f} to {:.1f}", low, high);
    page.line(fmt::format("  {}  {} of {:g}", pad(printable(category.title), width), points, category.weight));
  }
}

void print_who(Page& page, const HostReport& host) {
  const HostView view = view_of(host);
  const bool* elsewhere = host.evidence.get<bool>("policy.operator_identified");
  std::string who = !view.stated.empty()    ? view.stated + " (in the host's own words)"
                    : !view.stated_measured ? "not measured"
                    : elsewhere != nullptr && *elsewhere
                        ? "not stated on the instance itself; its policy or imprint does"
                        : "not stated by the host";
  page.paragraph("Run by: ", who);
  if (!view.claimed.empty()) {
    page.paragraph("Run by, as a list says: ",
                   view.claimed + (view.claimed_by.empty() ? "" : " (" + view.claimed_by + ")"));
  }
  page.paragraph("Who else sees you: ", others_words(view));
  page.paragraph("", fmt::format("May start: {}. E2EE: {}. Own policy: {}.", view.may_start, view.e2ee, view.policy));
}

void print_corrections(Page& page, const HostReport& host) {
  if (host.corrections.empty()) return;
  page.blank();
  page.line(fmt::format("CORRECTED BY A PERSON ({})", host.corrections.size()));
  for (const Correction& correction : host.corrections) page.paragraph("  ", correction_words(correction));
}

void print_host(Page& page, const HostReport& host, const ClientIndex& clients, const Rendering& rendering) {
  page.blank();
  page.line(std::string(page.columns(), '='));
  const std::string name = host_words(host.target);
  page.paragraph("", name == host.target.id ? name : name + " (" + printable(host.target.id) + ")");
  if (host.status == HostStatus::kFromFiles) {
    print_failures(page, host, *rendering.rules);
    print_offline(page, host, *rendering.rules);
    print_passed(page, host, *rendering.rules);
    return;
  }
  if (host.status != HostStatus::kMeasured) {
    page.paragraph("", fmt::format("Not audited: {}", words_for(host.status)));
    if (!host.status_reason.empty()) page.paragraph("Reason: ", clean(host.status_reason));
    page.paragraph("What to do: ", advice_for(host.status));
    print_corrections(page, host);
    return;
  }
  print_grade(page, host.grade, rendering.colour);
  if (host.target.is_instance()) print_who(page, host);
  print_in_front(page, host);
  print_corrections(page, host);
  print_categories(page, host.grade);
  print_policy(page, host, *rendering.rules);
  print_parties(page, host);
  print_hosting(page, host);
  print_tls(page, host);
  print_client(page, host, clients);
  print_guidelines(page, host);
  print_failures(page, host, *rendering.rules);
  print_with_reasons(page, host, *rendering.rules, Outcome::kNotMeasured, "NOT MEASURED");
  print_with_reasons(page, host, *rendering.rules, Outcome::kNotApplicable, "NOT APPLICABLE");
  print_passed(page, host, *rendering.rules);
  if (host.evidence_sha256.empty()) return;
  page.blank();
  page.line("Evidence: sha256 " + printable(host.evidence_sha256));
}

class TextWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "text"; }
  std::string_view summary() const noexcept override { return "every finding of every host, for reading"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Page page(std::clamp<std::size_t>(rendering.columns, 80, 200));
    const Tally numbers = tally(report);
    for (const std::string& text : head_paragraphs(report, numbers)) page.paragraph("", text);
    const ClientIndex clients(report);
    for (const HostReport& host : report.hosts) {
      if (host.status == HostStatus::kExcluded && !rendering.show_excluded) continue;
      print_host(page, host, clients, rendering);
    }
    page.blank();
    page.line(std::string(page.columns(), '='));
    if (numbers.audited > 0) page.paragraph("", legend_paragraph());
    for (const std::string_view text : foot_paragraphs(numbers)) page.paragraph("", text);
    return deliver(page.text(), out);
  }
};

}  // namespace

const ReportWriter& text_writer() noexcept {
  static const TextWriter writer;
  return writer;
}

}  // namespace meetlat
