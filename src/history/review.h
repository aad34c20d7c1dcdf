// The file of reviews: what a person recorded, written by hand or by 'meetlat review'.
//
//   schema: meetlat-review/1
//   records:
//     - id: 3f2a9c11
//       kind: override                # opt-out, confirm, excuse, embargo, waiver
//       host: meet.example.org        # a host, its id in a Run, or a registrable domain
//       item: policy.own              # a fact, or a rule; of an opt-out none, of all others a rule
//       value: true                   # of an override: in the fact's type; of a rule pass, fail, not-applicable or
//                                     # not-measured
//       reason: the policy is linked from the room list
//       evidence: https://example.org/privacy
//       by: operator                  # a role; without it as usual_role() below
//       date: 2026-11-23
//       until: 2027-11-23             # may be left out, but not of an embargo or a waiver
//       seen: 9f86d0...               # of a confirm: digest of what the person looked at (judgement/notes.h)
//
// A waiver may name several hosts and rules by '*', an embargo several rules.
// The same in JSON is read too. data/schema/review.schema.json describes it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/review.h"

namespace meetlat {

// Fields put into their one form (host normalised, text printable). kInvalidArgument says what is missing or wrong:
// a date that is none, a host that is none, a field that is missing or that its kind does not have, personal data where
// a role belongs.
Result<Review> checked(Review review);

// Who says so when a record does not tell: the operator of what excuses the host and of an opt-out, else the reviewer,
// who keeps the list. So nobody but the operator is ever taken for the operator.
std::string_view usual_role(ReviewKind kind) noexcept;

inline constexpr int kMostWaiverYears = 2;
// What may stand in a file, but makes no sense as a new record on that day (YYYY-MM-DD). kInvalidArgument: dated in the
// future, a waiver of every rule for every host, or one that ends later than kMostWaiverYears from now. Precondition:
// checked().
Result<void> check_new(const Review& review, std::string_view today);

// kParse and kSchema name file, line and column. Strict: an opt-out that was misread would mean a host is contacted.
Result<std::vector<Review>> parse_reviews(std::string_view bytes, std::string_view file_name);
// As above; kNotFound, kPermission, kTooLarge, kIo.
Result<std::vector<Review>> read_reviews(const std::filesystem::path& path);

// What add and remove did to the file.
struct ReviewEdit {
  Review review;           // that was added or removed, with its id
  bool rewritten = false;  // the file's layout did not allow a change in place: comments are lost
};

// Both read, change and replace the file under a lock (a file beside it, NAME.lock, gone afterwards), so that two
// processes at once lose nothing, and whoever reads sees the old file or the new one. Comments and layout stay where
// possible. The file is made when there is none. kInvalidArgument when checked() refuses, or an equal record is there
// already.
Result<ReviewEdit> add_review(const std::filesystem::path& path, const Review& review);
// kNotFound when no record has that id.
Result<ReviewEdit> remove_review(const std::filesystem::path& path, std::string_view id);

// One record as it stands in a file, `indent` blanks before its dash.
std::string review_yaml(const Review& review, std::size_t indent);

}  // namespace meetlat
