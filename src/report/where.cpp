#include "report/where.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "base/text.h"
#include "report/view.h"
#include "report/where_node.h"

namespace meetlat {
namespace {

Truth truth(bool value) noexcept {
  return value ? Truth::kTrue : Truth::kFalse;
}

Truth negated(Truth value) noexcept {
  if (value == Truth::kUnknown) return value;
  return truth(value == Truth::kFalse);
}

template <class T>
bool ordered(WhereOperator op, const T& left, const T& right) {
  switch (op) {
    case WhereOperator::kEqual:
      return left == right;
    case WhereOperator::kNotEqual:
      return left != right;
    case WhereOperator::kLess:
      return left < right;
    case WhereOperator::kAtMost:
      return left <= right;
    case WhereOperator::kGreater:
      return left > right;
    case WhereOperator::kAtLeast:
      return left >= right;
    case WhereOperator::kContains:
      return false;
  }
  return false;
}

// Of several values of one field one must be equal, or hold the text; for "!=" none may be equal. When `complete` is
// false there may be more than these.
Truth among(const WhereNode& node, const std::vector<std::string>& values, bool complete) {
  const auto matches = [&](const std::string& value) {
    const std::string folded = fold(value);
    return node.op == WhereOperator::kContains ? folded.find(node.value) != std::string::npos : folded == node.value;
  };
  const bool found = std::any_of(values.begin(), values.end(), matches);
  const Truth held = found ? Truth::kTrue : complete ? Truth::kFalse : Truth::kUnknown;
  return node.op == WhereOperator::kNotEqual ? negated(held) : held;
}

std::vector<std::string> words_of(const HostReport& host, WhereField field, bool& known) {
  const Evidence& evidence = host.evidence;
  const HostView view = view_of(host);
  const auto fact = [&](std::string_view path, const std::string& shown) {
    const std::string* value = evidence.get<std::string>(path);
    known = value != nullptr;
    return known ? std::vector<std::string>{*value, shown} : std::vector<std::string>{};
  };
  switch (field) {
    case WhereField::kPolicy:
      return fact("policy.verdict", view.policy);
    case WhereField::kE2ee:
      return fact("e2ee.verdict", view.e2ee);
    case WhereField::kLogin:
      return fact("xmpp.login.needed", view.may_start);
    case WhereField::kOperator:
      known = view.stated_measured;
      return known ? std::vector<std::string>{view.stated} : std::vector<std::string>{};
    case WhereField::kCountry: {
      const auto* countries = evidence.get<std::vector<std::string>>("hosting.web.countries");
      known = countries != nullptr;
      return known ? *countries : std::vector<std::string>{};
    }
    default:
      known = true;
      return {host.target.id, host.target.base.host(), host_words(host.target)};
  }
}

Truth compare_words(const WhereNode& node, const HostReport& host) {
  bool known = false;
  const std::vector<std::string> values = words_of(host, node.field, known);
  if (node.field == WhereField::kOperator && known && values.front().empty() && !node.value.empty()) {
    return Truth::kUnknown;  // who does not say who he is may still be that one
  }
  if (node.field == WhereField::kCountry && node.op == WhereOperator::kEqual && known) {
    return truth(!values.empty() && std::all_of(values.begin(), values.end(),
                                                [&](const std::string& each) { return fold(each) == node.value; }));
  }
  return known ? among(node, values, true) : Truth::kUnknown;
}

// "none" stands for nobody, where that is known.
Truth compare_parties(const WhereNode& node, const HostReport& host) {
  const SeenParties seen = parties_seen(host, node.field == WhereField::kStun ? "STUN" : "");
  if (node.value != "none") return among(node, seen.names, seen.complete);
  const Truth none = !seen.names.empty() ? Truth::kFalse : seen.complete ? Truth::kTrue : Truth::kUnknown;
  return node.op == WhereOperator::kNotEqual ? negated(none) : none;
}

Truth compare_grade(const WhereNode& node, const HostReport& host) {
  if (!host.grade.letter || host.status != HostStatus::kMeasured) return Truth::kUnknown;
  // 'A' is the best and the least character: better is greater.
  return truth(ordered(node.op, -static_cast<int>(*host.grade.letter), static_cast<int>(*node.number)));
}

Truth compare_rule(const WhereNode& node, const HostReport& host) {
  const auto finding = std::find_if(host.findings.begin(), host.findings.end(),
                                    [&](const Finding& each) { return each.rule == node.name; });
  if (finding == host.findings.end()) return Truth::kUnknown;
  const bool equal = to_string(finding->outcome) == node.value;
  const bool asked_for_that = node.value == to_string(Outcome::kNotMeasured);
  if (finding->outcome == Outcome::kNotMeasured && !asked_for_that) return Truth::kUnknown;
  return truth(equal == (node.op == WhereOperator::kEqual));
}

struct CompareValue {
  const WhereNode& node;
  Truth operator()(bool value) const {
    return truth((value == node.truth_value.value_or(false)) == (node.op == WhereOperator::kEqual));
  }
  Truth operator()(std::int64_t value) const { return (*this)(static_cast<double>(value)); }
  Truth operator()(double value) const { return truth(ordered(node.op, value, node.number.value_or(0))); }
  Truth operator()(const std::string& value) const {
    if (node.op == WhereOperator::kContains) return among(node, {value}, true);
    return truth(ordered(node.op, fold(value), node.value));
  }
  Truth operator()(const std::vector<std::string>& value) const { return among(node, value, true); }
};

Truth compare_fact(const WhereNode& node, const HostReport& host) {
  const auto facts = host.evidence.find(node.name);
  if (facts.empty()) return Truth::kUnknown;
  Truth all = Truth::kTrue;
  for (const Fact& fact : facts) {
    const Truth one = fact.measured() ? std::visit(CompareValue{node}, *fact.value) : Truth::kUnknown;
    all = std::min(all, one);
  }
  return all;
}

Truth compare(const WhereNode& node, const HostReport& host) {
  const bool measured = host.status == HostStatus::kMeasured;
  switch (node.field) {
    case WhereField::kStatus:
      return truth((to_string(host.status) == node.value) == (node.op == WhereOperator::kEqual));
    case WhereField::kGrade:
      return compare_grade(node, host);
    case WhereField::kScore:
      return measured ? truth(ordered(node.op, host.grade.range.low, node.number.value_or(0))) : Truth::kUnknown;
    case WhereField::kStun:
    case WhereField::kThirdParty:
      return compare_parties(node, host);
    case WhereField::kRule:
      return compare_rule(node, host);
    case WhereField::kFact:
      return compare_fact(node, host);
    default:
      return compare_words(node, host);
  }
}

void collect(const WhereNode& node, std::set<std::string>& names) {
  if (!node.name.empty()) names.insert(node.name);
  for (const WhereNode& child : node.children) collect(child, names);
}

}  // namespace

Truth evaluate(const WhereNode& node, const HostReport& host) {
  switch (node.kind) {
    case WhereNode::Kind::kCompare:
      return compare(node, host);
    case WhereNode::Kind::kNot:
      return negated(evaluate(node.children.front(), host));
    default:
      break;
  }
  const bool conjunction = node.kind == WhereNode::Kind::kAnd;
  Truth all = truth(conjunction);
  for (const WhereNode& child : node.children) {
    const Truth one = evaluate(child, host);
    all = conjunction ? std::min(all, one) : std::max(all, one);
  }
  return all;
}

Truth Where::holds(const HostReport& host) const {
  return evaluate(*root_, host);
}

std::vector<std::string> Where::names() const {
  std::set<std::string> names;
  collect(*root_, names);
  return {names.begin(), names.end()};
}

Report selected(const Report& report, const Where& where) {
  Report out;
  out.header = report.header;
  Selection selection{where.text(), report.hosts.size(), 0, 0};
  for (const HostReport& host : report.hosts) {
    const Truth held = where.holds(host);
    if (held == Truth::kTrue) {
      out.hosts.push_back(host);
    } else {
      ++(held == Truth::kFalse ? selection.no : selection.unknown);
    }
  }
  out.header.listed = out.hosts.size();
  out.header.selection = std::move(selection);
  return out;
}

}  // namespace meetlat
