#include "report/publication.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
  for (const Rule& rule : rules.rules) {
    if (rule.embargo && (host.grade.main_reason == rule.fail_text || host.grade.main_reason == rule.title)) {
      host.grade.main_reason.clear();
    }
  }
  Evidence open;
  for (const Fact& fact : host.evidence.all()) {
    if (!withheld.contains(fact.path)) open.insert(fact);
  }
  host.evidence = std::move(open);
}

}  // namespace

bool under_embargo(std::string_view name, const RuleSet& rules) {
  return withheld_names(rules).contains(name);
}

Report publishable(const Report& report, const RuleSet& rules, const Profile& profile) {
  const Names withheld = withheld_names(rules);
  Report out = report;
  if (withheld.empty()) return out;
  for (HostReport& host : out.hosts) withhold(host, rules, profile, withheld);
  return out;
}

}  // namespace meetlat
