// The baseline: what was known and accepted about each host, small enough to keep beside a project's configuration.
// Gates compare a report with it. What could not be measured is neither better nor worse, and is counted.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/result.h"
#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

struct BaselineHost {
  HostStatus status = HostStatus::kNotFinished;
  std::optional<char> letter;
  std::map<std::string, Severity> failed;  // by rule
  std::set<std::string> not_measured;      // rules
  std::string rules_version;
  std::string date;  // YYYY-MM-DD of the observation
};

struct Baseline {
  std::string tool_version;
  std::string rules_version;
  std::string rules_digest;
  std::string profile;
  std::string profile_version;
  std::string date;             // YYYY-MM-DD of the report
  std::set<std::string> rules;  // every rule that was judged by: a failure of any other one is no news of the host
  // By rule: what it asked (see fingerprint()). A rule that asks something else now is another rule. May be empty.
  std::map<std::string, std::string> fingerprints;
  std::map<std::string, BaselineHost> hosts;
};

// Sixteen hexadecimal digits over the conditions of a rule: the same as long as the same facts give the same outcome,
// whatever its texts, its severity and its points say.
std::string fingerprint(const Rule& rule);

// Hosts that opted out are left out.
Baseline baseline_of(const Report& report, const RuleSet& rules);
// "meetlat-baseline/1", see data/schema/baseline.schema.json.
Json to_json(const Baseline& baseline);
Json make_baseline(const Report& report, const RuleSet& rules);

// kSchema, with the place, for anything else than what make_baseline makes.
Result<Baseline> baseline_from_json(const Json& json);
// As above, with the path in front; kNotFound, kPermission, kParse, kIo.
Result<Baseline> read_baseline(const std::filesystem::path& path);

struct RuleChange {
  std::string host;
  std::string rule;
  Severity severity = Severity::kInfo;
  bool was_not_measured = false;  // the baseline did not know either way
};

struct LetterChange {
  std::string host;
  char before = 'E';
  char after = 'E';
  bool comparable = true;  // judged by one rule set and one profile: else the measure may have moved, not the host
};

struct HostNote {
  std::string host;
  std::string reason;
};

// In the order of the report; hosts that only the baseline has by name.
struct BaselineDiff {
  std::vector<RuleChange> new_failures;           // fails now and did not
  std::vector<RuleChange> fixed;                  // failed and does not now
  std::vector<RuleChange> failures_of_new_rules;  // the baseline's rule set did not have that rule, or asked otherwise
  std::vector<RuleChange> rules_not_measured;     // failed or passed then, not measured now
  std::vector<LetterChange> worse;
  std::vector<LetterChange> better;
  std::vector<std::string> gone;             // only in the baseline, or opted out since
  std::vector<std::string> added;            // only in the report, or measured for the first time
  std::vector<HostNote> hosts_not_measured;  // measured or graded then, not now: why

  // A comparison across rule sets or profiles says as much about those as about the hosts; whoever shows it says so.
  bool other_rules = false;
  bool other_profile = false;
  std::string base_rules;  // versions, for people
  std::string head_rules;

  // A rule that passed and fails now, or a worse letter that can be compared. What the baseline did not know did not
  // get worse.
  bool regressed() const noexcept {
    return std::any_of(worse.begin(), worse.end(), [](const LetterChange& change) { return change.comparable; }) ||
           std::any_of(new_failures.begin(), new_failures.end(),
                       [](const RuleChange& change) { return !change.was_not_measured; });
  }
};

BaselineDiff compare(const Baseline& base, const Report& head, const RuleSet& rules);

}  // namespace meetlat
