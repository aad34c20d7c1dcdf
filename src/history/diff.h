// What changed between two Runs, each change with its cause as far as it can be known. Pure: the same Runs, rules and
// profile give the same Diff. What could not be measured on one side is neither better nor worse.
#pragma once

#include <span>
#include <string_view>

#include "history/baseline.h"
#include "model/diff.h"
#include "model/rule.h"
#include "model/run.h"

namespace meetlat {

struct DiffInput {
  const RunHeader& base_run;
  const Report& base;  // both judged by `rules` and one profile
  const RunHeader& head_run;
  const Report& head;
  const RuleSet& rules;
  // BASE as it was judged when it was made, when those rules are at hand: then what the rules changed is told apart.
  const Report* base_as_judged = nullptr;
  const RuleSet* base_rules = nullptr;
};

Diff diff(const DiffInput& input);

// A fact that changes while the host stays as it is: the same `source` gives another `path` on another day (`by_time`)
// or by another table of ours (`by_tables`); of `by_time` with `ends` only once that date is over. A test checks that
// the probes put all of them.
struct AgeingFact {
  std::string_view path;
  std::string_view source;
  bool by_time;
  bool by_tables;
  std::string_view ends;  // a fact that holds a date, or empty
};
std::span<const AgeingFact> ageing_facts() noexcept;

}  // namespace meetlat
