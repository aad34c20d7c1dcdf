#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "judgement/scoring.h"

namespace meetlat {
namespace {

using FindingsById = std::map<std::string_view, const Finding*>;

FindingsById by_id(std::span<const Finding> findings) {
  FindingsById map;
  for (const Finding& finding : findings) map.emplace(finding.rule, &finding);
  return map;
}

const Finding* find(const FindingsById& findings, std::string_view rule) {
  const auto it = findings.find(rule);
  return it == findings.end() ? nullptr : it->second;
}

// A rule without a finding was not judged at all; that is not measured, never passed.
Outcome outcome_of(const FindingsById& findings, std::string_view rule) {
  const Finding* finding = find(findings, rule);
  return finding == nullptr ? Outcome::kNotMeasured : finding->outcome;
}

bool holds(const OutcomeCondition& condition, const FindingsById& findings) {
  const auto child_holds = [&findings](const OutcomeCondition& child) { return holds(child, findings); };
  switch (condition.kind) {
    case OutcomeCondition::Kind::kRule:
      return outcome_of(findings, condition.rule) == condition.outcome;
    case OutcomeCondition::Kind::kAll:
      return std::all_of(condition.children.begin(), condition.children.end(), child_holds);
    case OutcomeCondition::Kind::kAny:
      return std::any_of(condition.children.begin(), condition.children.end(), child_holds);
  }
  return false;
}

// What the applicable rules of one category are worth and how many of those points are sure and possible.
struct Tally {
  double points = 0;
  double passed = 0;
  double unknown = 0;
};

Tally tally(const Category& category, const RuleSet& rules, const FindingsById& findings) {
  Tally sum;
  for (const Rule* rule : rules_of(category, rules)) {
    const Outcome outcome = outcome_of(findings, rule->id);
    if (outcome == Outcome::kNotApplicable) continue;
    sum.points += rule->points;
    if (outcome == Outcome::kPass) sum.passed += rule->points;
    if (outcome == Outcome::kNotMeasured) sum.unknown += rule->points;
  }
  return sum;
}

std::vector<CategoryScore> score_categories(const RuleSet& rules, const Profile& profile,
                                            const FindingsById& findings) {
  std::vector<CategoryScore> scores;
  double applicable = 0;
  for (const Category& category : profile.categories) {
    const Tally sum = tally(category, rules, findings);
    CategoryScore score{category.id, category.title, 0, {}};
    if (sum.points > 0) {
      score.weight = category.weight;
      score.share = {sum.passed / sum.points, (sum.passed + sum.unknown) / sum.points};
      applicable += category.weight;
    }
    scores.push_back(std::move(score));
  }
  // Categories in which nothing applies leave their weight to the others.
  for (CategoryScore& score : scores) score.weight = applicable > 0 ? score.weight * 100 / applicable : 0;
  return scores;
}

Range total(const std::vector<CategoryScore>& scores) {
  Range range;
  for (const CategoryScore& score : scores) {
    range.low += score.weight * score.share.low;
    range.high += score.weight * score.share.high;
  }
  return range;
}

std::vector<AppliedCap> caps_that_hold(const Profile& profile, const FindingsById& findings) {
  std::vector<AppliedCap> caps;
  for (const Cap& cap : profile.caps) {
    if (holds(cap.when, findings)) caps.push_back({cap.id, cap.letter, cap.title, "machine"});
  }
  std::stable_sort(caps.begin(), caps.end(),
                   [](const AppliedCap& a, const AppliedCap& b) { return a.letter > b.letter; });
  return caps;
}

std::string why_not_graded(const RuleSet& rules, const Profile& profile, const FindingsById& findings) {
  std::vector<std::string> reasons;
  for (const Remark& remark : profile.not_graded) {
    if (holds(remark.when, findings)) reasons.push_back(remark.text);
  }
  for (const std::string& id : profile.core) {
    if (outcome_of(findings, id) != Outcome::kNotMeasured) continue;
    const Finding* finding = find(findings, id);
    const Rule* rule = rules.rule(id);
    reasons.push_back(
        fmt::format("not measured: \"{}\"{}", rule == nullptr ? id : rule->title,
                    finding == nullptr || finding->reason.empty() ? "" : fmt::format(" ({})", finding->reason)));
  }
  return join(reasons, "; ");
}

// What each applicable rule is worth in the score, by the categories' tallies.
using Worth = std::map<std::string_view, double>;

Worth worth_of(const RuleSet& rules, const Profile& profile, const std::vector<CategoryScore>& scores,
               const FindingsById& findings) {
  Worth worth;
  for (std::size_t i = 0; i < profile.categories.size(); ++i) {
    const double points = tally(profile.categories[i], rules, findings).points;
    if (!(points > 0)) continue;
    for (const Rule* rule : rules_of(profile.categories[i], rules)) {
      if (outcome_of(findings, rule->id) == Outcome::kNotApplicable) continue;
      worth[rule->id] = scores[i].weight * rule->points / points;
    }
  }
  return worth;
}

// The costliest failed rule's short text; "" when nothing that counts failed.
std::string costliest_failure(const RuleSet& rules, const Profile& profile, const std::vector<CategoryScore>& scores,
                              const FindingsById& findings) {
  const Worth worth = worth_of(rules, profile, scores, findings);
  const Rule* costliest = nullptr;
  double most = 0;
  for (const Rule& rule : rules.rules) {
    // The main reason stands in every format, published ones too.
    if (rule.embargo || outcome_of(findings, rule.id) != Outcome::kFail) continue;
    const auto it = worth.find(rule.id);
    if (it == worth.end()) continue;
    const double points = it->second;
    const bool graver = costliest != nullptr && points == most && rule.severity > costliest->severity;
    if (points > most || graver) {
      costliest = &rule;
      most = points;
    }
  }
  if (costliest == nullptr) return {};
  return costliest->fail_text.empty() ? costliest->title : costliest->fail_text;
}

std::string main_reason(const Grade& grade, const RuleSet& rules, const Profile& profile,
                        const FindingsById& findings) {
  const char letter = *grade.letter;
  if (!grade.caps.empty() && grade.caps.front().letter == letter) return grade.caps.front().title;
  if (!profile.letters.empty() && letter == profile.letters.begin()->first) {
    for (const Remark& remark : profile.good_reasons) {
      if (holds(remark.when, findings)) return remark.text;
    }
  }
  std::string failure = costliest_failure(rules, profile, grade.categories, findings);
  if (!failure.empty()) return failure;
  return grade.range.high > grade.range.low ? "too much was not measured for a better letter" : "no rule failed";
}

}  // namespace

std::vector<const Rule*> rules_of(const Category& category, const RuleSet& rules) {
  std::vector<const Rule*> list;
  for (const Rule& rule : rules.rules) {
    const bool named = std::find(category.rules.begin(), category.rules.end(), rule.id) != category.rules.end();
    if (category.rules.empty() ? rule.category == category.id : named) list.push_back(&rule);
  }
  return list;
}

double weighted_score(std::span<const double> weights, std::span<const double> shares) {
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < weights.size() && i < shares.size(); ++i) {
    sum += weights[i] * shares[i];
    all += weights[i];
  }
  return all > 0 ? 100 * sum / all : 0;
}

char letter_for(double score, const Profile& profile) {
  constexpr double kRounding = 1e-9;  // 85 made of many shares is still 85
  for (const auto& [letter, bound] : profile.letters) {
    if (score + kRounding >= bound) return letter;
  }
  return profile.letters.empty() ? 'F' : profile.letters.rbegin()->first;
}

void assign_points(std::span<Finding> findings, const RuleSet& rules, const Profile& profile) {
  const FindingsById map = by_id(findings);
  const std::vector<CategoryScore> scores = score_categories(rules, profile, map);
  const Worth worth = worth_of(rules, profile, scores, map);
  for (Finding& finding : findings) {
    const auto it = worth.find(finding.rule);
    finding.points = it == worth.end() ? 0 : it->second;
  }
}

Grade grade(std::span<const Finding> findings, const RuleSet& rules, const Profile& profile) {
  const FindingsById map = by_id(findings);
  Grade grade;
  grade.categories = score_categories(rules, profile, map);
  grade.range = total(grade.categories);
  grade.caps = caps_that_hold(profile, map);
  const char last = std::max(profile.letters.empty() ? 'F' : profile.letters.rbegin()->first,
                             profile.words.empty() ? 'F' : profile.words.rbegin()->first);
  const bool decided = !grade.caps.empty() && grade.caps.front().letter == last;
  if (!decided) grade.not_graded_reason = why_not_graded(rules, profile, map);
  if (!grade.not_graded_reason.empty()) return grade;
  char letter = letter_for(grade.range.low, profile);
  if (!grade.caps.empty()) letter = worse(letter, grade.caps.front().letter);
  grade.letter = letter;
  if (const auto word = profile.words.find(letter); word != profile.words.end()) grade.word = word->second;
  grade.main_reason = main_reason(grade, rules, profile, map);
  return grade;
}

}  // namespace meetlat
