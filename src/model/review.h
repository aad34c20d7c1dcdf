// What a person said after the measuring: a fact or a rule's outcome that was corrected on an appeal, a host that wants
// to be left alone, a remark on a finding. Reviews are data beside the Runs; a stored Run is never altered by one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "model/fact.h"
#include "model/target.h"

namespace meetlat {

enum class ReviewKind {
  kOverride,  // "the item is this"
  kOptOut,    // "do not contact this host, do not show it"
  // The others are about a finding and change neither outcome nor score.
  kConfirm,  // "I looked at what was seen, and it is so"
  kExcuse,   // "it is so, and this is why": shown beside the finding, to everybody
  kEmbargo,  // "not for publication until that day"
  kWaiver,   // "no gate fails because of it until that day"
};
std::string_view to_string(ReviewKind kind) noexcept;  // "override", "opt-out", "confirm", "excuse", ...
std::optional<ReviewKind> review_kind_from(std::string_view name) noexcept;

struct Review {
  std::string id;  // unique in its file, 8 hexadecimal digits when this program chose it
  ReviewKind kind = ReviewKind::kOverride;
  // Target::id, a host name, or a registrable domain with every name below it; normalised. Of a waiver also a pattern
  // of host names with '*': "*.example.org", "*".
  std::string host;
  std::string
      item;  // kOverride: a fact's path or a rule's id; kWaiver, kEmbargo: a rule's id, '*' allowed; else a rule
  std::optional<Value> value;  // kOverride: as written; a rule's is the name of an Outcome
  std::string reason;          // one sentence, for everybody to read
  std::string evidence;        // URL where it can be checked; may be empty
  std::string by;              // who asked, of a waiver who answers for it: a role ("operator"), never a person's name
  std::string date;            // YYYY-MM-DD, since when
  std::string until;  // YYYY-MM-DD, the last day on which it counts; empty: no end, which these have: kEmbargo, kWaiver
  std::string seen;   // kConfirm: digest of what the person looked at, see judgement/notes.h
  Mark mark;          // where it begins in its file; not part of the content
};

// How closely `host` of a review names the target: 3 by its id, 2 by its host name, 1 by its registrable domain or a
// pattern, 0 not.
int closeness(const Review& review, const Target& target);

// Its last day is over. `today` is YYYY-MM-DD.
bool expired(const Review& review, std::string_view today) noexcept;

// An override as it was applied to one host.
struct Correction {
  std::string item;
  std::string was;  // for people, before it was applied: "no", "fail", "not measured: ..."
  std::string now;  // for people
  std::string by;   // the rest as in Review
  std::string date;
  std::string until;
  std::string reason;
  std::string evidence;
};

// A review about a finding of one host, as it stands on the day of the report.
struct FindingNote {
  enum class State {
    kHolds,
    kOver,   // after its last day: only of waivers, and of embargoes on rules that are under embargo anyway
    kStale,  // kConfirm: something else is seen now than the person looked at
  };
  std::string rule;  // id; the one rule that is meant, where the review names several
  ReviewKind kind = ReviewKind::kExcuse;
  State state = State::kHolds;
  std::string id;  // of the review; the rest as there
  std::string by;
  std::string date;
  std::string until;
  std::string reason;
  std::string evidence;
};
std::string_view to_string(FindingNote::State state) noexcept;  // "holds", "over", "stale"
std::optional<FindingNote::State> note_state_from(std::string_view name) noexcept;

// "waived until 2027-01-31 by the operator: REASON (URL)". Not masked.
std::string words_for(const FindingNote& note);

// "corrected on 2026-11-23 at the operator's request: REASON (URL)". Not masked.
std::string words_for(const Correction& correction);

}  // namespace meetlat
