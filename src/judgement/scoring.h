// Inside judgement: the arithmetic that grade() and sensitivity() share.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "judgement/judge.h"

namespace meetlat {

// The rules that a category of a profile counts.
std::vector<const Rule*> rules_of(const Category& category, const RuleSet& rules);

// 0..100 from weights and shares of the same length; weights need not add up to anything. 0 without any weight.
double weighted_score(std::span<const double> weights, std::span<const double> shares);

// The letter whose lower bound the score reaches. Precondition: the profile's letters end at 0.
char letter_for(double score, const Profile& profile);

// The worse of two letters.
inline char worse(char a, char b) {
  return a > b ? a : b;
}

}  // namespace meetlat
