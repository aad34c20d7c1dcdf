// What judging produces: findings, then a graded host, then the report that every writer renders.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/evidence.h"
#include "model/review.h"
#include "model/rule.h"
#include "model/target.h"

namespace meetlat {

// One rule applied to one host's evidence. Pure data; texts live in the Rule.
struct Finding {
  std::string rule;  // id
  Outcome outcome = Outcome::kNotMeasured;
  std::string reason;              // for kNotMeasured and kNotApplicable: why, for people; else empty
  std::vector<std::string> facts;  // paths that decided, in the rule's order
  double points = 0;               // what this rule is worth in the score, 0..100 (category weight applied)
};

// The state of a host as a whole. Only kMeasured hosts are graded; all others say why and have no score.
enum class HostStatus {
  kMeasured,
  kNotJitsi,        // something else answers
  kParked,          // a domain parking or default page
  kMoved,           // redirects to another registrable domain
  kChallenged,      // a bot wall answered instead
  kRateLimited,     // 429 or 503 with Retry-After
  kServerError,     // 5xx or unusable HTTP
  kNameGone,        // NXDOMAIN or no address
  kResolverFailed,  // our resolver did not answer: says nothing about the host
  kRefused,         // connection refused
  kUnreachable,     // no route
  kTimedOut,
  kTlsFailed,       // no handshake
  kPrivateAddress,  // AddressGuard refused
  kNotFinished,     // cancelled, or the budget was used up before the landing page
  kExcluded,        // opted out: never contacted
  kFromFiles,       // not a host: settings that were read from files, judged and never graded
};
std::string_view to_string(HostStatus status) noexcept;  // "measured", "not-jitsi", ...
std::optional<HostStatus> host_status_from(std::string_view name) noexcept;
std::string_view words_for(HostStatus status) noexcept;  // "is not a Jitsi Meet", "name does not exist", ...

struct Range {
  double low = 0;   // every not measured rule counted as failed
  double high = 0;  // ... as passed
};

struct AppliedCap {
  std::string id;
  char letter = 'F';
  std::string title;
  std::string confirmation;  // "machine" or "confirmed by a person (date)"
};

struct CategoryScore {
  std::string id;
  std::string title;
  double weight = 0;
  Range share;  // 0..1
};

struct Grade {
  std::optional<char> letter;  // nullopt: not graded
  std::string word;
  Range range;                   // 0..100
  std::vector<AppliedCap> caps;  // those that hold, worst first
  std::vector<CategoryScore> categories;
  std::string main_reason;        // the one main reason: the deciding cap, else the costliest failure
  std::string not_graded_reason;  // set exactly when letter is nullopt
};

// What a guideline says about one host. What was not measured leaves a range of levels.
struct GuidelineResult {
  std::string id;
  std::string version;
  std::string title;
  std::string best;   // the best level that is possible
  std::string worst;  // and the worst
  struct Item {
    std::string title;
    std::string best;
    std::string worst;
    std::string text;                  // of the step, when one is certain
    std::vector<std::string> facts;    // paths that decided
    std::vector<std::string> reasons;  // why it is a range
  };
  std::vector<Item> items;  // every check that is not certainly at the best level; the score first
  bool measured() const noexcept { return best == worst; }
};

struct HostReport {
  Target target;
  HostStatus status = HostStatus::kNotFinished;
  std::string status_reason;
  std::vector<Finding> findings;  // in rule-set order; empty unless kMeasured
  Grade grade;
  std::vector<GuidelineResult> guidelines;  // in the order of the rule set
  Evidence evidence;                        // with the corrections below applied
  std::vector<Correction> corrections;      // what a person corrected, in the order of the items
  std::vector<FindingNote> notes;           // what a person said about findings, in the order of those
  // SHA-256 over everything that was measured, before corrections: whoever has the Run can show that a published report
  // is about just this. Empty when nothing was.
  std::string evidence_sha256;
  Instant started{};
  Instant finished{};
};

// What was left out of a report because the reader asked for a part of it.
struct Selection {
  std::string where;        // the condition, as it was given
  std::size_t of = 0;       // hosts that it was asked about
  std::size_t no = 0;       // for which it does not hold
  std::size_t unknown = 0;  // for which nobody can say, since something was not measured
};

struct ReportHeader {
  std::string tool_version;
  std::string rules_version;
  std::string rules_digest;
  std::string profile;
  std::string profile_version;
  std::string list_digest;
  std::string vantage;
  Instant started{};
  Instant finished{};
  bool demo = false;                 // from the bundled fixtures: stamped DEMO by every writer
  std::string stopped;               // why the run ended early ("probably this side: ..."), or empty
  std::size_t listed = 0;            // targets of the list, measured or not
  std::size_t excluded_unnamed = 0;  // hosts that opted out and are only counted: a published report names none
  std::optional<Selection> selection;
};

struct Report {
  ReportHeader header;
  std::vector<HostReport> hosts;  // ranked: graded by letter then name, then not graded, then by status
};

}  // namespace meetlat
