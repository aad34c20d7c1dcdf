// What letters and policy drafts take from the facts about a host. A fact that is missing or was not measured is
// unknown: nothing is said about it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/evidence.h"
#include "model/target.h"

namespace meetlat {

// A fact that letters read. `path` ends with '*' for all facts that begin so. `by` is the kind of writing that needs
// it.
struct LetterFactUse {
  enum By { kLetters = 1, kDraft = 2, kBoth = 3 };
  std::string_view path;
  By by = kLetters;
};
// The whole table: nothing else of the evidence is read, except by the notice of findings, which shows what rules name.
std::span<const LetterFactUse> letter_facts_used() noexcept;

// A text of a stranger, with where and when it was seen. Neither printable nor bounded yet: Words::value() does that.
struct SeenText {
  std::string text;
  std::string where;
  Instant at{};
  explicit operator bool() const noexcept { return !text.empty(); }
};

enum class PolicyFound {
  kUnknown,  // not measured
  kOwn,
  kUnsure,        // a document that may be the host's own policy
  kSomeoneElses,  // the link leads to another's document
  kNotFound,      // after a complete search
};

enum class PointState { kUnknown, kFound, kStatedNone, kNotFound, kNotApplicable };

// What the policy says about one point.
struct Point {
  PointState state = PointState::kUnknown;
  std::string quote;  // the words there; may be empty
};

struct LetterFacts {
  std::string host;  // for people: IDN in its own script, with port and base path
  std::string url;
  bool measured = false;           // at least one fact of the table was measured
  Instant seen{};                  // when; meaningless unless `measured`
  std::string claimed_country;     // ISO 3166-1 as a list claims it, or ""
  std::string claimed_country_by;  // that list

  PolicyFound policy = PolicyFound::kUnknown;
  SeenText policy_url;  // also of someone else's document
  // Of the host's own (or unsure) policy only: what stands in somebody else's says nothing about this host.
  SeenText policy_dated;
  SeenText controller;
  SeenText contact;
  SeenText dpo;
  std::vector<std::string> languages;                // ISO 639-1
  std::map<std::string, Point, std::less<>> points;  // by item: "retention"

  SeenText operator_stated;  // who runs it in the host's own words
  SeenText imprint;          // URL

  // nullopt: not measured. Empty: measured, and there was none.
  using Names = std::optional<std::vector<std::string>>;
  Names page, stun, analytics, avatars, integrations, signalling, login;
  Names cookies;  // "name; attributes"
  std::optional<std::string> intermediary;
  std::optional<bool> recording, streaming, transcription, p2p, e2ee;
  std::string login_kind;  // "open", "account", ...; "": not measured
};

LetterFacts read_letter_facts(const Target& target, const Evidence& evidence);

}  // namespace meetlat
