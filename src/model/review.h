// What a person said after the measuring: a fact or a rule's outcome that was corrected on an appeal, a host that wants
// to be left alone. Reviews are data beside the Runs; a stored Run is never altered by one.
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
};
std::string_view to_string(ReviewKind kind) noexcept;  // "override", "opt-out"
std::optional<ReviewKind> review_kind_from(std::string_view name) noexcept;

struct Review {
  std::string id;  // unique in its file, 8 hexadecimal digits when this program chose it
  ReviewKind kind = ReviewKind::kOverride;
  std::string host;            // Target::id, a host name, or a registrable domain with every name below it; normalised
  std::string item;            // kOverride: a fact's path or a rule's id
  std::optional<Value> value;  // kOverride: as written; a rule's is the name of an Outcome
  std::string reason;          // one sentence, for everybody to read
  std::string evidence;        // URL where it can be checked; may be empty
  std::string by;              // who asked, as a role ("operator"), never a person's name
  std::string date;            // YYYY-MM-DD, since when
  std::string until;           // YYYY-MM-DD, the last day on which it counts; empty: no end
  Mark mark;                   // where it begins in its file; not part of the content
};

// How closely `host` of a review names the target: 3 by its id, 2 by its host name, 1 by its registrable domain, 0 not.
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

// "corrected on 2026-11-23 at the operator's request: REASON (URL)". Not masked.
std::string words_for(const Correction& correction);

}  // namespace meetlat
