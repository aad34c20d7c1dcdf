// What a person recorded: which of it counts, and how corrections change facts and outcomes. Notes about findings are
// judgement/notes.h. Pure; files are history/review.h.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "judgement/notes.h"
#include "model/evidence.h"
#include "model/report.h"
#include "model/review.h"
#include "model/rule.h"

namespace meetlat {

// Looks a fact path up in the probes' tables; nullptr = unknown. Passed in, so that judgement knows no probe.
using FactLookup = std::function<const FactSpec*(std::string_view path)>;

// One that counts, with its value in the type of the fact, or the outcome of the rule.
struct Override {
  Review review;
  std::variant<Value, Outcome> to;
};
using Overrides = std::vector<Override>;

// What judging takes into account.
struct Reviews {
  Overrides overrides;
  Notes notes;
};

struct ResolvedReviews {
  Reviews reviews;
  std::vector<Review> opt_outs;
  std::vector<std::string> warnings;  // one sentence for each record that does not count, and why
};

// What of the records counts on that day (YYYY-MM-DD): not what has expired (but waivers and embargoes, whose end is
// news), names neither a fact nor a rule, or has a value of another type than its fact.
ResolvedReviews resolve(std::span<const Review> reviews, const FactLookup& facts, const RuleSet& rules,
                        std::string_view today);

// The value as it stands in a review, as one of a fact of that type or as an outcome. kInvalidArgument says what is
// wanted. Of a text from the command line, bools, numbers and comma-separated lists are read; the word none stands for
// an empty list. Numbers are not negative, but for days that are left; what is called url is an http or https URL.
Result<std::variant<Value, Outcome>> typed_value(const Value& written, std::string_view item, const FactLookup& facts,
                                                 const RuleSet& rules);

// Of several records about one item, the one that names the host most closely counts, then the latest, then the last.
// Every subject of a fact gets the value; provenance says that and why it was corrected, and what was measured. What
// changes nothing is no correction. A correction of policy.own, policy.verdict or policy.url brings the other two into
// line, unless they are corrected themselves.
std::vector<Correction> correct_facts(const Overrides& overrides, const Target& target, Evidence& evidence);
std::vector<Correction> correct_findings(const Overrides& overrides, const Target& target,
                                         std::vector<Finding>& findings);

}  // namespace meetlat
