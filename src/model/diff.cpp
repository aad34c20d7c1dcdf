#include "model/diff.h"

#include <array>
#include <utility>

namespace meetlat {
namespace {

struct KindRow {
  ChangeKind kind;
  std::string_view name;
  ChangeCategory category;
};
using C = ChangeCategory;
constexpr std::array<KindRow, 22> kKinds{{
    {ChangeKind::kRuleFails, "rule-fails", C::kNew},
    {ChangeKind::kRuleWaived, "rule-waived", C::kWaived},
    {ChangeKind::kWaiverExpired, "waiver-expired", C::kWaiverExpired},
    {ChangeKind::kRuleFixed, "rule-fixed", C::kFixed},
    {ChangeKind::kRuleNotMeasured, "rule-not-measured", C::kNotMeasured},
    {ChangeKind::kLetterWorse, "letter-worse", C::kWorse},
    {ChangeKind::kLetterBetter, "letter-better", C::kBetter},
    {ChangeKind::kNotGraded, "not-graded", C::kNotMeasured},
    {ChangeKind::kPolicyPublished, "policy-published", C::kBetter},
    {ChangeKind::kPolicyWithdrawn, "policy-withdrawn", C::kWorse},
    {ChangeKind::kPolicyMoved, "policy-moved", C::kChanged},
    {ChangeKind::kPolicyChanged, "policy-changed", C::kChanged},
    {ChangeKind::kPolicyEdited, "policy-edited", C::kChanged},
    {ChangeKind::kPolicyStates, "policy-states", C::kBetter},
    {ChangeKind::kPolicyDropped, "policy-dropped", C::kWorse},
    {ChangeKind::kPolicyNotCompared, "policy-not-compared", C::kNotMeasured},
    {ChangeKind::kClientChanged, "client-changed", C::kChanged},
    {ChangeKind::kHostAdded, "host-added", C::kHostAdded},
    {ChangeKind::kHostMeasuredAgain, "host-measured-again", C::kHostAdded},
    {ChangeKind::kHostGone, "host-gone", C::kHostGone},
    {ChangeKind::kHostExcluded, "host-excluded", C::kHostGone},
    {ChangeKind::kHostNotMeasured, "host-not-measured", C::kNotMeasured},
}};

struct CauseRow {
  Cause cause;
  std::string_view name;
  std::string_view words;
};
constexpr std::array<CauseRow, 8> kCauses{{
    {Cause::kHost, "host", "the host changed"},
    {Cause::kTime, "time", "time passed"},
    {Cause::kRules, "rules", "the rules changed"},
    {Cause::kTables, "tables", "meetlat's tables changed"},
    {Cause::kToolOrHost, "tool-or-host", "the host changed, or how meetlat looks did"},
    {Cause::kDepth, "depth", "one of the audits asked for more (--level)"},
    {Cause::kNotMeasured, "not-measured", "something was measured only once"},
    {Cause::kUnknown, "unknown", "not known"},
}};

}  // namespace

std::string_view to_string(ChangeCategory category) noexcept {
  switch (category) {
    case ChangeCategory::kNew:
      return "new";
    case ChangeCategory::kWorse:
      return "worse";
    case ChangeCategory::kWaived:
      return "waived";
    case ChangeCategory::kWaiverExpired:
      return "waiver-expired";
    case ChangeCategory::kFixed:
      return "fixed";
    case ChangeCategory::kBetter:
      return "better";
    case ChangeCategory::kChanged:
      return "changed";
    case ChangeCategory::kHostAdded:
      return "host-added";
    case ChangeCategory::kHostGone:
      return "host-gone";
    case ChangeCategory::kNotMeasured:
      return "not-measured";
  }
  return {};
}

std::string_view to_string(ChangeKind kind) noexcept {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row.name;
  }
  return {};
}

ChangeCategory category_of(ChangeKind kind) noexcept {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row.category;
  }
  return ChangeCategory::kNotMeasured;
}

std::string_view to_string(Cause cause) noexcept {
  for (const CauseRow& row : kCauses) {
    if (row.cause == cause) return row.name;
  }
  return {};
}

std::string_view words_for(Cause cause) noexcept {
  for (const CauseRow& row : kCauses) {
    if (row.cause == cause) return row.words;
  }
  return {};
}

}  // namespace meetlat
