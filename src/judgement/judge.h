// Pure judging: the same evidence, rules and profile give the same report on any machine, at any time. "Now" is the
// time of the evidence.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "judgement/overrides.h"
#include "model/report.h"
#include "model/rule.h"
#include "model/run.h"

namespace meetlat {

// Loads rules/<category>/<id>.yml, rules/profiles/*.yml, rules/guidelines/*.yml and rules/VERSION below `folder`.
// Errors name file, line and column: syntax (kParse), unknown or duplicate keys, unknown facts, ids that differ from
// the file name, wrong types, weights that do not add up to 100, unknown rules in caps and core (kSchema).
Result<RuleSet> load_rules(const std::filesystem::path& folder, const FactLookup& facts);

// Three-valued (Kleene) logic: false if any part decides so, kNotMeasured when the decision hangs on a fact that was
// not measured.
Finding evaluate(const Rule& rule, const Evidence& evidence);

// Status from facts alone.
struct StatusVerdict {
  HostStatus status = HostStatus::kNotFinished;
  std::string reason;
};
StatusVerdict classify(const Evidence& evidence);

// Sets Finding::points: the rule's share of its category's weight, where rules that do not apply leave their share to
// the others, and categories without any applicable rule leave their weight to the other categories. 0 for rules that
// the profile does not score.
void assign_points(std::span<Finding> findings, const RuleSet& rules, const Profile& profile);

// The range, the letter of its lower end, then the caps. A cap at the last letter (F) decides even when the core was
// not measured, since nothing unknown could change it; every other host without a measured core is not graded.
Grade grade(std::span<const Finding> findings, const RuleSet& rules, const Profile& profile);

// One host, judged after its facts were corrected, and graded after its findings were; then the notes about its
// findings are added, which change nothing else but the words of a cap's confirmation. Hosts that are not kMeasured get
// no findings and no grade.
HostReport judge(const Target& target, const HostRecord& record, const RuleSet& rules, const Profile& profile,
                 const Reviews& reviews = {});

// Settings that were read from files: findings, with what they are worth, and neither a grade nor a range.
HostReport judge_files(const std::string& name, const Evidence& evidence, const RuleSet& rules, const Profile& profile);

// A whole Run, ranked.
Report judge(const Run& run, const RuleSet& rules, const Profile& profile, const Reviews& reviews = {});

// How often letters hold when weights move by up to +-30 % and category shares by up to +-0.1 (uniform, seeded).
struct Sensitivity {
  struct Row {
    std::string host;
    char letter = 'E';
    double holds = 0;  // share of trials with the same letter, 0..1
    std::map<char, int> letters;
  };
  int trials = 0;
  double holds = 0;  // mean over hosts
  std::vector<Row> rows;
};
Sensitivity sensitivity(const Report& report, const RuleSet& rules, const Profile& profile, int trials,
                        std::uint64_t seed);

}  // namespace meetlat
