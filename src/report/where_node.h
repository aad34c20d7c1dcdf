// Inside where: the tree of a condition, and what the names in it stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "judgement/truth.h"
#include "model/report.h"

namespace meetlat {

enum class WhereOperator { kEqual, kNotEqual, kLess, kAtMost, kGreater, kAtLeast, kContains };

enum class WhereField {
  kHost,
  kGrade,
  kScore,
  kCountry,
  kOperator,
  kPolicy,
  kE2ee,
  kStun,
  kLogin,
  kThirdParty,
  kStatus,
  kRule,
  kFact,
};

struct WhereNode {
  enum class Kind { kAnd, kOr, kNot, kCompare };
  Kind kind = Kind::kCompare;
  std::vector<WhereNode> children;
  // kCompare
  WhereField field = WhereField::kHost;
  std::string name;  // kRule: its id; kFact: its path
  WhereOperator op = WhereOperator::kEqual;
  std::string value;                // folded, as it is compared
  std::optional<double> number;     // when the name's values are numbers
  std::optional<bool> truth_value;  // when they are yes and no
};

struct WhereName {
  std::string_view name;
  WhereField field;
  std::string_view values;  // that it can have, separated by spaces; "": any
};
// Of all fields but rules and facts.
const std::vector<WhereName>& where_names();

Truth evaluate(const WhereNode& node, const HostReport& host);

}  // namespace meetlat
