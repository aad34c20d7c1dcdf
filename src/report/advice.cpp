#include "report/advice.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "judgement/judge.h"
#include "report/advice_lines.h"
#include "report/layout.h"

namespace meetlat {
namespace {

constexpr std::string_view kOwnDocument = "privacy.html";  // the operator's text: one change, however much is missing

struct Failed {
  const Finding* finding = nullptr;
  RuleLines lines;
  std::size_t group = 0;
};

bool is_document(const Rule& rule) {
  return !rule.config.empty() && std::all_of(rule.config.begin(), rule.config.end(),
                                             [](const ConfigLines& config) { return config.file == kOwnDocument; });
}

bool equal_lines(const AdviceLines& a, const AdviceLines& b) {
  return a.debian == b.debian && a.docker == b.docker && a.lines == b.lines;
}

// Do both rules ask for the same change: the same lines somewhere, or the same setting?
bool one_change(const Failed& a, const Failed& b) {
  const Rule& first = *a.lines.rule;
  const Rule& second = *b.lines.rule;
  if (first.same_change_as == second.id || second.same_change_as == first.id) return true;
  if (is_document(first) && is_document(second)) return true;
  for (const AdviceLines& file : a.lines.files) {
    for (const AdviceLines& other : b.lines.files) {
      if (equal_lines(file, other)) return true;
    }
  }
  for (const std::string& statement : a.lines.settings) {
    const std::string path = assigned_path(statement);
    for (const std::string& other : b.lines.settings) {
      if (!path.empty() && path == assigned_path(other)) return true;
    }
  }
  return false;
}

std::vector<Failed> failed_rules(const HostReport& host, const RuleSet& rules, const AdviceOptions& options) {
  std::vector<Failed> failed;
  for (const Finding& finding : host.findings) {
    const Rule* rule = rules.rule(finding.rule);
    if (finding.outcome != Outcome::kFail || rule == nullptr) continue;
    failed.push_back({&finding, lines_for(*rule, options), failed.size()});
  }
  for (std::size_t i = 0; i < failed.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (failed[i].group == failed[j].group || !one_change(failed[i], failed[j])) continue;
      const std::size_t from = failed[i].group;
      const std::size_t to = failed[j].group;
      for (Failed& each : failed) {
        if (each.group == from) each.group = to;
      }
    }
  }
  return failed;
}

// Whose lines another one's replace goes first, then what is worth most.
bool goes_first(const Failed* a, const Failed* b) {
  const bool leads_a = a->lines.rule->same_change_as.empty();
  const bool leads_b = b->lines.rule->same_change_as.empty();
  if (leads_a != leads_b) return leads_a;
  if (a->finding->points != b->finding->points) return a->finding->points > b->finding->points;
  return a->lines.rule->severity > b->lines.rule->severity;
}

bool led_by_other(const Rule& rule, const std::vector<const Failed*>& members) {
  return std::any_of(members.begin(), members.end(),
                     [&](const Failed* each) { return each->lines.rule->id == rule.same_change_as; });
}

void add_files(const RuleLines& from, AdviceChange& change) {
  for (const AdviceLines& file : from.files) {
    const auto same = std::find_if(change.files.begin(), change.files.end(), [&](const AdviceLines& each) {
      return each.debian == file.debian && each.docker == file.docker;
    });
    if (same == change.files.end()) {
      change.files.push_back(file);
    } else if (same->lines.find(file.lines) == std::string::npos) {
      same->lines += "\n" + file.lines;
    }
  }
}

AdviceChange change_of(std::vector<const Failed*> members, const AdviceOptions& options) {
  std::stable_sort(members.begin(), members.end(), goes_first);
  AdviceChange change;
  change.who = members.front()->lines.rule->who;
  std::vector<std::string> statements;
  bool untried = false;
  for (const Failed* member : members) {
    const Rule& rule = *member->lines.rule;
    change.rules.push_back(&rule);
    if (!rule.side_effect.empty() && !led_by_other(rule, members) &&
        std::find(change.side_effects.begin(), change.side_effects.end(), rule.side_effect) ==
            change.side_effects.end()) {
      change.side_effects.push_back(rule.side_effect);
    }
    if (led_by_other(rule, members)) continue;
    statements.insert(statements.end(), member->lines.settings.begin(), member->lines.settings.end());
    untried = untried || member->lines.untried;
    add_files(member->lines, change);
  }
  change.settings = join(merge_statements(statements), "\n");
  change.untried = !change.settings.empty() && (untried || !options.trial);
  if (options.trial && !change.settings.empty() && !untried) {
    // Several rules together, each of which was tried alone.
    for (const Failed* member : members) {
      const bool by_settings = !member->lines.settings.empty() && !member->lines.untried;
      if (by_settings && options.trial(*member->lines.rule, change.settings) != Outcome::kPass) change.untried = true;
    }
  }
  return change;
}

// The findings with the rules of these changes passed.
std::vector<Finding> with_passed(std::vector<Finding> findings, const AdviceChange& change) {
  for (Finding& finding : findings) {
    const bool fixed = std::any_of(change.rules.begin(), change.rules.end(),
                                   [&](const Rule* rule) { return rule->id == finding.rule; });
    if (fixed) finding.outcome = Outcome::kPass;
  }
  return findings;
}

struct After {
  std::vector<Finding> findings;
  Grade grade;
};

// A better letter goes before more points.
bool better(const After& a, const After& b) {
  // F stands although something was not measured; without it there may be no letter, which is no worse than F.
  const auto place = [](const Grade& grade) { return grade.letter ? 2 * *grade.letter : 2 * 'F' - 1; };
  if (place(a.grade) != place(b.grade)) return place(a.grade) < place(b.grade);
  return a.grade.range.low > b.grade.range.low + 1e-9;
}

// Takes the change that gains most, then that which gains most after it, and so on.
void put_in_order(const HostReport& host, const RuleSet& rules, const Profile& profile,
                  std::vector<AdviceChange>& changes) {
  std::vector<Finding> findings = host.findings;
  std::vector<AdviceChange> ordered;
  for (AdviceChange& change : changes) {
    change.points = grade(with_passed(findings, change), rules, profile).range.low - host.grade.range.low;
  }
  while (!changes.empty()) {
    std::optional<After> best;
    std::size_t index = 0;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      After after{with_passed(findings, changes[i]), {}};
      after.grade = grade(after.findings, rules, profile);
      if (best && !better(after, *best)) continue;
      best = std::move(after);
      index = i;
    }
    changes[index].letter = best->grade.letter;
    changes[index].range = best->grade.range;
    findings = std::move(best->findings);
    ordered.push_back(std::move(changes[index]));
    changes.erase(changes.begin() + static_cast<std::ptrdiff_t>(index));
  }
  changes = std::move(ordered);
}

// Files have no grade: what the rules are worth decides.
void put_in_order_by_points(const HostReport& host, std::vector<AdviceChange>& changes) {
  for (AdviceChange& change : changes) {
    for (const Finding& finding : host.findings) {
      const bool fixed = std::any_of(change.rules.begin(), change.rules.end(),
                                     [&](const Rule* rule) { return rule->id == finding.rule; });
      if (fixed) change.points += finding.points;
    }
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const AdviceChange& a, const AdviceChange& b) { return a.points > b.points; });
}

std::vector<NotJudged> not_judged(const HostReport& host, const RuleSet& rules) {
  std::vector<NotJudged> out;
  for (const Finding& finding : host.findings) {
    if (finding.outcome != Outcome::kNotMeasured) continue;
    const Rule* rule = rules.rule(finding.rule);
    const std::string reason = clean(finding.reason);
    auto same = std::find_if(out.begin(), out.end(), [&](const NotJudged& each) { return each.reason == reason; });
    if (same == out.end()) same = out.insert(out.end(), {{}, reason});
    same->titles.push_back(printable(rule == nullptr ? finding.rule : rule->title));
  }
  return out;
}

void facts_of(const Condition& condition, std::set<std::string>& out) {
  if (condition.kind == Condition::Kind::kFact) out.insert(condition.fact);
  for (const Condition& child : condition.children) facts_of(child, out);
}

// Rules that do not apply now, and hang on what the change alters.
std::vector<std::string> opened_by(const AdviceChange& change, const HostReport& host, const RuleSet& rules) {
  std::set<std::string> changing;
  for (const Rule* rule : change.rules) facts_of(rule->pass_if, changing);
  if (changing.contains("policy.own")) changing.insert("policy.verdict");  // two readings of one document
  std::vector<std::string> titles;
  for (const Finding& finding : host.findings) {
    const Rule* rule = rules.rule(finding.rule);
    if (finding.outcome != Outcome::kNotApplicable || rule == nullptr || !rule->applies_if || rule->points <= 0) {
      continue;
    }
    std::set<std::string> asked;
    facts_of(*rule->applies_if, asked);
    if (std::any_of(asked.begin(), asked.end(), [&](const std::string& fact) { return changing.contains(fact); })) {
      titles.push_back(printable(rule->title));
    }
  }
  return titles;
}

void note_opened(const HostReport& host, const RuleSet& rules, Advice& advice) {
  for (AdviceChange& change : advice.changes) {
    const std::vector<std::string> titles = opened_by(change, host, rules);
    change.opens = titles.size();
    for (const std::string& title : titles) {
      if (std::find(advice.may_apply.begin(), advice.may_apply.end(), title) == advice.may_apply.end()) {
        advice.may_apply.push_back(title);
      }
    }
  }
}

}  // namespace

Advice plan_advice(const HostReport& host, const RuleSet& rules, const Profile& profile, const AdviceOptions& choice) {
  Advice advice;
  AdviceOptions options = choice;
  options.service = host.target.service;
  const std::vector<Failed> failed = failed_rules(host, rules, options);
  std::map<std::size_t, std::vector<const Failed*>> groups;
  for (const Failed& each : failed) groups[each.group].push_back(&each);
  for (const auto& [group, members] : groups) advice.changes.push_back(change_of(members, options));
  if (host.status == HostStatus::kMeasured) {
    put_in_order(host, rules, profile, advice.changes);
  } else {
    put_in_order_by_points(host, advice.changes);
  }
  advice.not_judged = not_judged(host, rules);
  note_opened(host, rules, advice);
  return advice;
}

}  // namespace meetlat
