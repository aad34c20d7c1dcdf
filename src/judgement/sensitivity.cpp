#include <algorithm>
#include <random>

#include "judgement/scoring.h"

namespace meetlat {
namespace {

constexpr double kWeightSwing = 0.3;  // of the weight itself
constexpr double kShareSwing = 0.1;   // of a whole share

// std::uniform_real_distribution differs between libraries; this does not.
class Uniform {
 public:
  explicit Uniform(std::uint64_t seed) : engine_(seed) {}
  // In [-1, 1).
  double swing() { return static_cast<double>(engine_() >> 11) * 0x1.0p-52 - 1; }

 private:
  std::mt19937_64 engine_;
};

char letter_of_trial(const Grade& grade, std::span<const double> factors, const Profile& profile, Uniform& uniform) {
  std::vector<double> weights;
  std::vector<double> shares;
  for (std::size_t i = 0; i < grade.categories.size(); ++i) {
    const double moved = uniform.swing() * kShareSwing;  // drawn for each, so that rows do not depend on weights
    weights.push_back(grade.categories[i].weight * factors[i]);
    shares.push_back(std::clamp(grade.categories[i].share.low + moved, 0.0, 1.0));
  }
  char letter = letter_for(weighted_score(weights, shares), profile);
  if (!grade.caps.empty()) letter = worse(letter, grade.caps.front().letter);
  return letter;
}

}  // namespace

Sensitivity sensitivity(const Report& report, const RuleSet&, const Profile& profile, int trials, std::uint64_t seed) {
  Sensitivity result;
  result.trials = std::max(trials, 0);
  std::vector<const Grade*> grades;
  for (const HostReport& host : report.hosts) {
    if (!host.grade.letter) continue;
    grades.push_back(&host.grade);
    result.rows.push_back({host.target.id, *host.grade.letter, 0, {}});
  }
  Uniform uniform(seed);
  for (int trial = 0; trial < result.trials; ++trial) {
    // One set of weights for all hosts of a trial: it is one other opinion of what matters.
    std::vector<double> factors;
    for (std::size_t i = 0; i < profile.categories.size(); ++i) factors.push_back(1 + uniform.swing() * kWeightSwing);
    for (std::size_t i = 0; i < grades.size(); ++i) {
      factors.resize(std::max(factors.size(), grades[i]->categories.size()), 1.0);
      ++result.rows[i].letters[letter_of_trial(*grades[i], factors, profile, uniform)];
    }
  }
  if (result.trials == 0 || result.rows.empty()) return result;
  for (Sensitivity::Row& row : result.rows) {
    row.holds = static_cast<double>(row.letters[row.letter]) / result.trials;
    result.holds += row.holds / static_cast<double>(result.rows.size());
  }
  return result;
}

}  // namespace meetlat
