// Rules and profiles as data. Loaded by judgement/rule_loader.h; never built in code.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/fact.h"

namespace meetlat {

enum class Severity { kInfo, kLow, kMedium, kHigh, kCritical };
std::string_view to_string(Severity severity) noexcept;
std::optional<Severity> severity_from(std::string_view name) noexcept;

// How a comparison treats several subjects of one path.
enum class Quantifier { kAny, kAll };
enum class Operator {
  kIs,
  kIsNot,
  kAtLeast,
  kAtMost,
  kLess,
  kGreater,
  kContains,
  kEmpty,
  kNotEmpty,
  kIn,
  kNotIn,
  kMatches
};

// A boolean expression over facts; exactly one alternative is used, by `kind`.
struct Condition {
  enum class Kind { kFact, kAll, kAny, kNot };
  Kind kind = Kind::kAll;
  std::vector<Condition> children;  // kAll, kAny: any number; kNot: exactly one
  // kFact
  std::string fact;
  Quantifier quantifier = Quantifier::kAll;
  Operator op = Operator::kIs;
  std::vector<Value> operands;  // one, or several for kIn and kNotIn; none for kEmpty and kNotEmpty
};

struct Reference {
  std::string title;
  std::string url;
};

// Marked configuration lines that an administrator changes.
struct ConfigLines {
  std::string file;   // "/etc/jitsi/meet/HOST-config.js"
  std::string lines;  // verbatim
};

// Who can make a rule pass.
enum class FixBy {
  kYours,     // the host's administrator, in its configuration or on its server
  kUpstream,  // a release of Jitsi Meet: by updating, or by waiting for one
  kChoice,    // the administrator, but users lose something that they may want
};
std::string_view to_string(FixBy by) noexcept;  // "yours", "upstream", "choice"
std::optional<FixBy> fix_by_from(std::string_view name) noexcept;

struct Rule {
  std::string id;        // a statement answerable by yes or no: "privacy-policy-published"
  std::string title;     // the same as a sentence for people
  std::string category;  // id of a category, see Profile
  Severity severity = Severity::kMedium;
  double points = 1;  // weight inside its category
  std::optional<Condition> applies_if;
  Condition pass_if;
  std::string why;     // why it matters, two or three sentences
  std::string remedy;  // what to change, for the administrator
  std::vector<ConfigLines> config;
  FixBy who = FixBy::kYours;
  std::string side_effect;            // what else the change does, or what to know before; may be empty
  std::vector<std::string> settings;  // keys of config.js that make it fail where they are set: removing them may do
  std::string same_change_as;  // id of a rule whose change makes this one pass too, where both fail; may be empty
  std::string pass_text;       // short text for tables and reports when it passes; may be empty
  std::string fail_text;  // short main reason when it fails: "no privacy policy found"; never "has none", "violates"
  std::vector<std::string> shows;  // fact paths that the report shows as what was seen, beside those in pass_if
  std::vector<Reference> references;
  std::string persona;   // id of the bundled persona that fails it
  bool embargo = false;  // a failure would help an attacker: for the host's operator, never for publication
  bool contradiction =
      false;  // a failure says that the host's own words differ from what was seen: a person shall look
};

enum class Outcome { kPass, kFail, kNotApplicable, kNotMeasured };
std::string_view to_string(Outcome outcome) noexcept;  // "pass", "fail", "not-applicable", "not-measured"
std::optional<Outcome> outcome_from(std::string_view name) noexcept;

// A boolean expression over rule outcomes, for caps and gates of a profile.
struct OutcomeCondition {
  enum class Kind { kRule, kAll, kAny };
  Kind kind = Kind::kRule;
  std::vector<OutcomeCondition> children;
  std::string rule;
  Outcome outcome = Outcome::kFail;
};

struct Cap {
  std::string id;     // "no-own-policy"
  char letter = 'C';  // the best letter that remains
  std::string title;  // named in the report: "no own policy found after a complete search"
  OutcomeCondition when;
};

// A sentence of a profile that is said when its condition over rule outcomes holds.
struct Remark {
  std::string id;
  std::string text;
  OutcomeCondition when;
};

struct Category {
  std::string id;                  // "policy"
  std::string title;               // "Own privacy policy"
  double weight = 0;               // all weights of a profile add up to 100
  std::vector<std::string> rules;  // ids; empty = every rule whose category is this id
};

struct Profile {
  std::string id;       // "default"
  std::string version;  // "1"; changes whenever a letter could
  std::string title;
  std::vector<Category> categories;
  std::map<char, double> letters;     // lower bounds: A 85, B 70, C 55, D 40, E 0
  std::map<char, std::string> words;  // A "very good", ... as shown beside the letter
  std::vector<Cap> caps;
  std::vector<std::string> core;     // rules that must be measured (or not applicable), else the host is not graded
  std::vector<Remark> not_graded;    // further reasons not to grade: "seen once, not confirmed by a second look"
  std::vector<Remark> good_reasons;  // main reason of the best letter: the first that holds
};

// Guidelines that others publish: what they call good and bad, beside our own profiles and never mixed into them.

// The first step whose condition holds decides; one without a condition always holds, and a ladder ends with one.
struct GuidelineStep {
  std::optional<Condition> when;
  std::size_t level = 0;  // index into Guideline::levels, of checks
  double points = 0;      // 0..100, of a score's parts
  std::string text;       // what is then said beside the level; may be empty
};

struct GuidelineCheck {
  std::string id;
  std::string title;
  std::vector<GuidelineStep> steps;
};

// Half of a part is its best, half its worst.
struct GuidelinePart {
  std::string id;
  double weight = 0;  // the weights of a score add up to 100
  std::vector<GuidelineStep> best;
  std::vector<GuidelineStep> worst;
};

struct GuidelineBound {
  std::size_t level = 0;
  double least = 0;  // score from which on it is not worse than that
};

// The level of a host is the worst that any check, or the score, gives it.
struct Guideline {
  std::string id;       // "ncsc-nl-2025-05"
  std::string version;  // of the guideline itself, as its publisher calls it
  std::string title;
  std::vector<std::string> levels;  // best first
  std::vector<GuidelineCheck> checks;
  std::vector<GuidelinePart> parts;    // empty: there is no score
  std::vector<GuidelineBound> bounds;  // best first; the last begins at 0. A part of 0 points makes the score 0.
  std::vector<Reference> references;
};

struct RuleSet {
  std::string version;      // date-like version of rules/, "2026.11"
  std::string digest;       // SHA-256 over the loaded files' names and bytes, in path order
  std::vector<Rule> rules;  // by id
  std::vector<Profile> profiles;
  std::vector<Guideline> guidelines;
  const Rule* rule(std::string_view id) const noexcept;
  const Profile* profile(std::string_view id) const noexcept;
};

}  // namespace meetlat
