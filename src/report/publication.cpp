#include "report/publication.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "judgement/notes.h"

namespace meetlat {
namespace {

using Names = std::set<std::string, std::less<>>;

void collect(const Condition& condition, Names& into) {
  if (condition.kind == Condition::Kind::kFact) into.insert(condition.fact);
  for (const Condition& child : condition.children) collect(child, into);
}

Names facts_of(const Rule& rule) {
  Names out(rule.shows.begin(), rule.shows.end());
  collect(rule.pass_if, out);
  if (rule.applies_if) collect(*rule.applies_if, out);
  return out;
}

// Rules under embargo, and the facts that are theirs alone.
Names withheld_names(const RuleSet& rules) {
  Names withheld;
  Names open;
  for (const Rule& rule : rules.rules) {
    if (rule.embargo) withheld.insert(rule.id);
    (rule.embargo ? withheld : open).merge(facts_of(rule));
  }
  for (const std::string& name : open) withheld.erase(name);
  return withheld;
}

// What is withheld of one host: by the rules, and by what a person said about this host.
Names withheld_of(const HostReport& host, const RuleSet& rules, const Names& by_rules) {
  Names out = by_rules;
  for (const FindingNote& note : host.notes) {
    const Rule* rule = rules.rule(note.rule);
    if (note.kind != ReviewKind::kEmbargo || rule == nullptr) continue;
    if (note.state == FindingNote::State::kOver) {
      out.erase(note.rule);
      for (const std::string& fact : facts_of(*rule)) out.erase(fact);
    } else {
      out.insert(note.rule);
      collect(rule->pass_if, out);
    }
  }
  return out;
}

bool names_one(const OutcomeCondition& condition, const Names& withheld) {
  if (condition.kind == OutcomeCondition::Kind::kRule) return withheld.contains(condition.rule);
  return std::any_of(condition.children.begin(), condition.children.end(),
                     [&](const OutcomeCondition& child) { return names_one(child, withheld); });
}

void withhold_caps(Grade& grade, const Profile& profile, const Names& withheld) {
  for (const Cap& cap : profile.caps) {
    if (!names_one(cap.when, withheld)) continue;
    std::erase_if(grade.caps, [&](const AppliedCap& applied) { return applied.id == cap.id; });
    if (grade.main_reason == cap.title) grade.main_reason.clear();
  }
}

void withhold(HostReport& host, const RuleSet& rules, const Profile& profile, const Names& withheld) {
  const auto named = [&](const std::string& name) { return withheld.contains(name); };
  std::erase_if(host.findings, [&](const Finding& finding) { return withheld.contains(finding.rule); });
  std::erase_if(host.corrections, [&](const Correction& correction) { return withheld.contains(correction.item); });
  for (GuidelineResult& guideline : host.guidelines) {
    std::erase_if(guideline.items, [&](const GuidelineResult::Item& item) {
      return std::any_of(item.facts.begin(), item.facts.end(), named);
    });
  }
  withhold_caps(host.grade, profile, withheld);
  std::erase_if(host.notes, [](const FindingNote& note) { return note.kind != ReviewKind::kExcuse; });
  for (const Rule& rule : rules.rules) {
    if (withheld.contains(rule.id) &&
        (host.grade.main_reason == rule.fail_text || host.grade.main_reason == rule.title)) {
      host.grade.main_reason.clear();
    }
  }
  Evidence open;
  for (const Fact& fact : host.evidence.all()) {
    if (!withheld.contains(fact.path)) open.insert(fact);
  }
  host.evidence = std::move(open);
}

void add_faults(const HostReport& host, const RuleSet& rules, const Profile& profile, const Names& withheld,
                std::vector<std::string>& out) {
  for (const OpenPoint& point : open_points(host, rules, profile)) {
    if (point.applied != nullptr) {
      if (names_one(point.cap->when, withheld)) continue;
      out.push_back(fmt::format("{}: not better than {}, since {}: nobody confirmed {}", host.target.id,
                                point.applied->letter, point.applied->title, join(point.rules, ", ")));
      continue;
    }
    const Rule& rule = *rules.rule(point.rules.front());
    if (withheld.contains(rule.id)) continue;
    out.push_back(fmt::format("{}: its own words differ from what was seen ({}): nobody confirmed {}", host.target.id,
                              rule.fail_text.empty() ? rule.title : rule.fail_text, rule.id));
  }
}

}  // namespace

std::vector<std::string> publication_faults(const Report& report, const RuleSet& rules, const Profile& profile) {
  const Names by_rules = withheld_names(rules);
  std::vector<std::string> out;
  for (const HostReport& host : report.hosts) {
    add_faults(host, rules, profile, withheld_of(host, rules, by_rules), out);
  }
  return out;
}

bool under_embargo(std::string_view name, const RuleSet& rules) {
  return withheld_names(rules).contains(name);
}

Report publishable(const Report& report, const RuleSet& rules, const Profile& profile) {
  const Names withheld = withheld_names(rules);
  Report out = report;
  for (HostReport& host : out.hosts) withhold(host, rules, profile, withheld_of(host, rules, withheld));
  return out;
}

}  // namespace meetlat
