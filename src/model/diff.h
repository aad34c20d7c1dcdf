// What changed between two Runs: computed by history/diff.h, drawn by report/diff_writer.h. Pure data; the texts of
// rules live in the Rule.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// How a reader sorts changes, what matters most first.
enum class ChangeCategory {
  kWorse,          // a worse letter; a policy or a statement of it went
  kWaiverExpired,  // a rule fails whose waiver is over
  kNew,            // a rule fails that did not
  kBetter,         // a better letter; a policy or a statement of it came
  kFixed,          // a rule failed and does not now
  kWaived,         // a rule fails that did not, and that is waived
  kChanged,        // neither: a policy moved or reads otherwise
  kHostAdded,      // only HEAD has it, or it was not measured before
  kHostGone,       // only BASE has it, or it opted out since
  kNotMeasured,    // was known and is not now, or cannot be compared: says nothing about the host
};
std::string_view to_string(ChangeCategory category) noexcept;  // "new", "worse", ... "not-measured"

enum class ChangeKind {
  kRuleFails,
  kRuleWaived,
  kWaiverExpired,
  kRuleFixed,
  kRuleNotMeasured,
  kLetterWorse,
  kLetterBetter,
  kNotGraded,
  kPolicyPublished,
  kPolicyWithdrawn,
  kPolicyMoved,
  kPolicyChanged,      // sentences of it
  kPolicyEdited,       // headings, dates, menus around it: no whole sentence
  kPolicyStates,       // states an item that it did not
  kPolicyDropped,      // no longer states an item
  kPolicyNotCompared,  // found once and not looked for completely the other time, or texts that cannot be compared
  kClientChanged,      // serves other files than before under the same build number
  kHostAdded,
  kHostMeasuredAgain,
  kHostGone,
  kHostExcluded,  // opted out since
  kHostNotMeasured,
};
std::string_view to_string(ChangeKind kind) noexcept;  // "rule-fails", "policy-published", ...
ChangeCategory category_of(ChangeKind kind) noexcept;

// Why, as far as two Runs can tell.
enum class Cause {
  kHost,         // what was seen of the host differs, by the same tool and tables
  kTime,         // the same thing grew older
  kRules,        // the same facts, judged by other rules
  kTables,       // the same thing seen, our tables say something else about it
  kToolOrHost,   // seen by another version of the tool or other tables: may be ours
  kDepth,        // one of the audits asked for more (--level, --join)
  kNotMeasured,  // something could not be measured, or could now
  kUnknown,
};
std::string_view to_string(Cause cause) noexcept;  // "host", "time", "rules", "tables", "tool-or-host", ...
std::string_view words_for(Cause cause) noexcept;  // "the host changed", ...

// A fact that decided and differs.
struct FactChange {
  std::string path;
  std::string before;  // for people; not masked
  std::string after;
};

// A sentence or heading that only one of two texts has.
struct LineChange {
  bool added = false;
  std::string line;  // as it stands there; not masked
};

struct Change {
  ChangeKind kind = ChangeKind::kHostNotMeasured;
  std::string host;  // Target::id
  Instant at{};      // when HEAD saw the host; its end when it did not
  std::vector<Cause> causes;

  std::string rule;                     // kRule*
  Severity severity = Severity::kInfo;  // of that rule
  bool unknown_before = false;          // kRuleFails: BASE could not measure it, so nobody knows since when
  std::string item;                     // kPolicyStates, kPolicyDropped: "retention"
  std::string before;                   // a letter, an outcome, a URL, a state
  std::string after;
  std::string
      reason;  // main reason of a letter, words of a waiver, why not measured, how the search went; may be empty

  std::vector<FactChange> facts;
  std::vector<LineChange> lines;  // at most kMostLines of history/text_diff.h
  std::size_t lines_added = 0;    // all of them
  std::size_t lines_removed = 0;
  bool other_text = false;  // kPolicyChanged: hardly a line stayed
};

struct DiffSide {
  std::string run;  // id of the Run
  std::string tool_version;
  std::string rules_version;  // that it was first judged by
  std::string rules_digest;
  std::string data_digest;
  std::string vantage;
  Instant started{};
  Instant finished{};
};

struct DiffCorrection {
  std::string host;
  Correction correction;
};

struct Diff {
  DiffSide base;
  DiffSide head;
  std::string rules_version;  // both are judged by these rules
  std::string rules_digest;
  std::string profile;
  std::size_t compared = 0;                 // hosts that both measured
  bool demo = false;                        // one of them is from the bundled fixtures
  bool other_tool = false;                  // versions of the tool or of its tables differ: changes may be ours
  bool rejudged = false;                    // at least one was first judged by other rules
  bool backwards = false;                   // HEAD is older than BASE
  std::vector<Change> changes;              // by category, then host, then kind
  std::vector<DiffCorrection> corrections;  // of HEAD
};

}  // namespace meetlat
