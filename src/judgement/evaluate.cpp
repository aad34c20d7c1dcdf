#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <type_traits>

#include "base/text.h"
#include "judgement/judge.h"
#include "judgement/truth.h"

namespace meetlat {
namespace {

Truth truth(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
}

void absorb(Verdict& into, const Verdict& from) {
  for (const std::string& path : from.facts) add_new(into.facts, path);
  for (const std::string& reason : from.reasons) add_new(into.reasons, reason);
}

bool less_than(const Value& a, const Value& b) {
  // The loader gives the operand the fact's own type.
  return a.index() == b.index() && a < b;
}

bool contains(const Value& value, const std::string& part) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->find(part) != std::string::npos;
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  return list != nullptr && std::find(list->begin(), list->end(), part) != list->end();
}

bool is_empty(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->empty();
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  return list != nullptr && list->empty();
}

bool matches(const Value& value, const std::string& pattern) {
  const re2::RE2 regex(pattern, re2::RE2::Quiet);  // linear time, whatever a remote host sent
  if (!regex.ok()) return false;
  if (const auto* text = std::get_if<std::string>(&value)) return re2::RE2::PartialMatch(*text, regex);
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  return list != nullptr && std::any_of(list->begin(), list->end(), [&regex](const std::string& item) {
           return re2::RE2::PartialMatch(item, regex);
         });
}

bool holds(const Condition& condition, const Value& value) {
  const std::vector<Value>& operands = condition.operands;
  const bool listed = std::find(operands.begin(), operands.end(), value) != operands.end();
  switch (condition.op) {
    case Operator::kEmpty:
      return is_empty(value);
    case Operator::kNotEmpty:
      return !is_empty(value);
    case Operator::kIs:
    case Operator::kIn:
      return listed;
    case Operator::kIsNot:
    case Operator::kNotIn:
      return !listed;
    default:
      break;
  }
  if (operands.empty()) return false;
  const Value& operand = operands.front();
  const auto* text = std::get_if<std::string>(&operand);
  switch (condition.op) {
    case Operator::kLess:
      return less_than(value, operand);
    case Operator::kGreater:
      return less_than(operand, value);
    case Operator::kAtLeast:
      return less_than(operand, value) || value == operand;
    case Operator::kAtMost:
      return less_than(value, operand) || value == operand;
    case Operator::kContains:
      return text != nullptr && contains(value, *text);
    case Operator::kMatches:
      return text != nullptr && matches(value, *text);
    default:
      return false;
  }
}

Verdict check_fact(const Condition& condition, const Evidence& evidence) {
  const std::span<const Fact> facts = evidence.find(condition.fact);
  Verdict verdict;
  verdict.facts.push_back(condition.fact);
  if (facts.empty()) {
    verdict.truth = Truth::kUnknown;
    verdict.reasons.push_back(condition.fact + " was not asked");
    return verdict;
  }
  const bool any = condition.quantifier == Quantifier::kAny;
  verdict.truth = truth(!any);
  for (const Fact& fact : facts) {
    if (!fact.measured()) {
      add_new(verdict.reasons, describe(fact.value.error()));
      if (verdict.truth == truth(!any)) verdict.truth = Truth::kUnknown;
    } else if (holds(condition, *fact.value) == any) {
      verdict.truth = truth(any);  // decides, whatever the other subjects are
      break;
    }
  }
  if (verdict.truth != Truth::kUnknown) verdict.reasons.clear();
  return verdict;
}

std::string why_not_applicable(const Verdict& verdict, const Evidence& evidence) {
  std::vector<std::string> seen;
  for (const std::string& path : verdict.facts) {
    for (const Fact& fact : evidence.find(path)) {
      if (!fact.measured()) continue;
      const std::string value = to_string(*fact.value);
      add_new(seen, fmt::format("{} is {}", path, value.empty() ? "empty" : value));
    }
  }
  return join(seen, "; ");
}

}  // namespace

void add_new(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

Verdict check(const Condition& condition, const Evidence& evidence) {
  if (condition.kind == Condition::Kind::kFact) return check_fact(condition, evidence);
  if (condition.kind == Condition::Kind::kNot) {
    Verdict verdict = condition.children.empty() ? Verdict{} : check(condition.children.front(), evidence);
    if (verdict.truth != Truth::kUnknown) verdict.truth = truth(verdict.truth == Truth::kFalse);
    return verdict;
  }
  const bool any = condition.kind == Condition::Kind::kAny;
  std::vector<Verdict> parts;
  Verdict verdict;
  verdict.truth = truth(!any);
  for (const Condition& child : condition.children) {
    parts.push_back(check(child, evidence));
    // all: the least of the parts; any: the greatest (false < unknown < true).
    verdict.truth = any ? std::max(verdict.truth, parts.back().truth) : std::min(verdict.truth, parts.back().truth);
  }
  for (const Verdict& part : parts) {
    if (part.truth == verdict.truth) absorb(verdict, part);
  }
  return verdict;
}

Finding evaluate(const Rule& rule, const Evidence& evidence) {
  Finding finding;
  finding.rule = rule.id;
  if (rule.applies_if) {
    const Verdict applies = check(*rule.applies_if, evidence);
    if (applies.truth != Truth::kTrue) {
      finding.facts = applies.facts;
      finding.outcome = applies.truth == Truth::kFalse ? Outcome::kNotApplicable : Outcome::kNotMeasured;
      finding.reason =
          applies.truth == Truth::kFalse ? why_not_applicable(applies, evidence) : join(applies.reasons, "; ");
      return finding;
    }
  }
  const Verdict pass = check(rule.pass_if, evidence);
  finding.facts = pass.facts;
  switch (pass.truth) {
    case Truth::kTrue:
      finding.outcome = Outcome::kPass;
      break;
    case Truth::kFalse:
      finding.outcome = Outcome::kFail;
      break;
    case Truth::kUnknown:
      finding.outcome = Outcome::kNotMeasured;
      finding.reason = join(pass.reasons, "; ");
      break;
  }
  return finding;
}

}  // namespace meetlat
