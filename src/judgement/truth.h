// Inside judgement: the truth of conditions over facts, by three-valued (Kleene) logic.
#pragma once

#include <string>
#include <vector>

#include "model/evidence.h"
#include "model/rule.h"

namespace meetlat {

enum class Truth { kFalse, kUnknown, kTrue };

// A truth value and what it hangs on.
struct Verdict {
  Truth truth = Truth::kTrue;
  std::vector<std::string> facts;    // paths that decided, in the condition's order, without repeats
  std::vector<std::string> reasons;  // why unknown, without repeats
};

Verdict check(const Condition& condition, const Evidence& evidence);

// Appends what the list lacks.
void add_new(std::vector<std::string>& list, const std::string& item);

}  // namespace meetlat
