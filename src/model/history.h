// What is remembered of Runs: written and read by history/store.h, exchanged as JSON by history/history_json.h, drawn
// by report/history_writer.h. Pure data; times are whole seconds.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// One Run and what judged it. Two sights that differ in any of the first seven are not simply comparable.
struct HistoryRunInfo {
  std::string id;  // of the Run
  std::string rules_version;
  std::string rules_digest;
  std::string profile;
  std::string profile_version;
  std::string tool_version;
  std::string data_digest;
  std::string vantage;
  int level = 2;  // net/depth.h
  std::string list_digest;
  std::size_t listed = 0;  // targets of the plan
  Instant started{};
  Instant finished{};
  std::string stopped;  // reason of an early stop, or empty
  bool demo = false;

  friend bool operator==(const HistoryRunInfo&, const HistoryRunInfo&) = default;
};

struct HistoryFinding {
  std::string rule;  // id
  Outcome outcome = Outcome::kNotMeasured;

  friend bool operator==(const HistoryFinding&, const HistoryFinding&) = default;
};

struct HistoryPolicy {
  std::optional<bool> own;  // is there one of the host's own? nullopt: the search was not complete
  std::string url;
  std::string sha256;  // of the normalised text, or empty when none was read

  friend bool operator==(const HistoryPolicy&, const HistoryPolicy&) = default;
};

// One host in one Run.
struct HistorySight {
  Instant at{};         // when the host was done
  std::size_t run = 0;  // index into History::runs; 0 in a HistoryRun
  HostStatus status = HostStatus::kNotFinished;
  std::string reason;  // of a status that is not kMeasured
  std::optional<char> letter;
  Range range;                    // whole hundredths
  std::vector<std::string> caps;  // ids
  std::string main_reason;        // of the letter, or why there is none
  HistoryPolicy policy;
  std::string build;  // of the web client, as the host says

  bool measured() const noexcept { return status == HostStatus::kMeasured; }
};

// A Run on its way into the store.
struct HistoryRun {
  struct Host {
    std::string host;  // Target::id
    HistorySight sight;
    std::vector<HistoryFinding> findings;  // one a rule; empty unless measured
  };
  HistoryRunInfo info;
  std::vector<Host> hosts;
  std::map<std::string, std::string> policies;  // normalised texts by their SHA-256
};

// A rule came out the same in all measured sights from `first` to `last`. A sight in which the host was not measured
// says nothing and ends no interval; one that was not judged by the rule does.
struct HistoryInterval {
  std::string rule;
  Outcome outcome = Outcome::kNotMeasured;
  std::size_t first = 0;  // indices into HostHistory::sights
  std::size_t last = 0;
};

struct HostHistory {
  std::string host;
  std::vector<HistorySight> sights;        // oldest first
  std::vector<HistoryInterval> intervals;  // by rule, then time
};

struct History {
  std::vector<HistoryRunInfo> runs;             // oldest first
  std::vector<HostHistory> hosts;               // by name
  std::map<std::string, std::string> policies;  // those that the sights name
};

// --- what the history of one host says, sight by sight

struct RuleStep {
  std::string rule;
  std::optional<Outcome> before;  // nullopt: it was not judged by this rule
  Outcome after = Outcome::kNotMeasured;
};

enum class PolicyStep { kNone, kPublished, kWithdrawn, kMoved, kEdited, kChanged };

// What is ours and differs between two sights. Where any of it does, a difference is not known to be the host's.
struct SettingSteps {
  bool rules = false;  // the rule set, or the profile that weighs it
  bool tool = false;
  bool tables = false;
  bool level = false;
  bool vantage = false;

  bool any() const noexcept { return rules || tool || tables || level || vantage; }
};

// One sight beside the measured one before it.
struct HistoryStep {
  std::size_t sight = 0;                // index into HostHistory::sights
  std::optional<std::size_t> previous;  // the measured one before; nullopt: this is the first
  SettingSteps settings;
  bool letter_changed = false;
  std::vector<RuleStep> rules;
  PolicyStep policy = PolicyStep::kNone;
  std::size_t lines_added = 0;  // kEdited, kChanged
  std::size_t lines_removed = 0;
  bool build_changed = false;
};

}  // namespace meetlat
