// The policy reader: is this document a privacy policy, of whom, and what does it state? Pure: no network, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/document.h"
#include "policy/items.h"
#include "policy/language.h"

namespace meetlat::policy {

enum class Answer { kNo, kUnsure, kYes };
std::string_view to_string(Answer answer) noexcept;  // "no", "unsure", "yes"

enum class Kind {
  kPolicy,
  kPartOfAnother,  // a section of a longer document (terms, imprint) says what a policy says
  kAboutPolicies,  // an article, a guide, documentation: how privacy should be, or is elsewhere
  kTerms,
  kImprint,
  kCookies,  // about cookies alone
  kEmpty,    // nothing to read for a visitor
  kNotReadable,
  kUnknownLanguage,
  kOther,
};
std::string_view to_string(Kind kind) noexcept;  // "policy", "part-of-another", "about-policies", "terms", ...

enum class State { kFound, kStatedNone, kNotFound, kNotApplicable, kNotMeasured };
std::string_view to_string(
    State state) noexcept;  // "found", "stated_none", "not_found", "not_applicable", "not_measured"

struct ItemReading {
  std::string_view item;  // ItemSpec::id
  State state = State::kNotMeasured;
  std::string reason;      // for kNotMeasured: "only a hint", "a PDF without text"
  std::string snippet;     // at most 200 characters around the match, personal data masked; "" when there is none
  std::string heading;     // the heading that it stands below
  std::size_t offset = 0;  // bytes of Reading::text where its sentence begins
  std::string lang;        // of the vocabulary that matched
  int cue = 0;             // line of data/policy/<lang>.tsv; 0 = by form, not by words
};

struct ClaimReading {
  std::string_view claim;  // ClaimSpec::id
  std::string snippet;
  std::size_t offset = 0;
  std::string lang;
  int cue = 0;
};

// Whose policy is looked for; what is empty is not looked for.
struct Names {
  std::string host;
  std::string domain;       // registrable
  std::string operated_by;  // as the host states it
  std::string link_text;    // how the page was linked
};

// Not scored. LIX: Björnsson 1968, words per sentence plus per cent of words with more than six letters.
struct Readability {
  int words = 0;
  int sentences = 0;
  double lix = 0;
  int minutes = 0;  // at 230 words a minute, rounded up
};

// What the decision rests on. Counts are sentences.
struct Signs {
  bool titled = false;    // title, link text or first heading is a privacy term
  bool near_top = false;  // a line near the top is
  bool headed = false;    // some heading is
  bool titled_terms = false;
  bool titled_imprint = false;
  bool titled_cookies = false;
  bool core = false;  // controller, contact or purposes are stated
  int items = 0;      // of Article 13
  int topics = 0;     // categories, cookies, security, logs
  int headings = 0;
  int first = 0;     // speak for the service ("we")
  int generic = 0;   // speak about everybody ("companies must")
  int terms = 0;     // speak of rules of use
  int imprint = 0;   // hold what an imprint holds
  int personal = 0;  // speak of personal data
};

struct Reading {
  Answer is_policy = Answer::kNo;
  Kind kind = Kind::kOther;
  std::string why;  // one sentence: what decided
  Signs signs;
  Form form = Form::kText;
  std::string title;  // of the page, else its first heading
  std::vector<LanguageShare> languages;
  std::vector<ItemReading> items;  // all of items(), in that order
  std::vector<ClaimReading> claims;
  bool names_host = false;
  bool names_domain = false;  // registrable
  bool names_operator = false;
  bool names_service = false;  // Jitsi or video meetings, in any words
  std::vector<std::string> placeholders;
  std::string date;        // the sentence that dates it, ""
  std::string controller;  // whom it names as responsible, at most 120 bytes, not masked; a person has to check it
  std::string contact;     // the first mail address, telephone number or contact page; not masked
  std::string dpo_contact;
  std::string log_sentence;     // the one that says so, masked
  std::optional<int> log_days;  // the longest time that it says logs are kept, in days, rounded up
  Readability readability;
  std::string text;  // normalised: a heading or sentence a line, white space single; what changes are told from

  const ItemReading* item(std::string_view id) const noexcept;
  bool states(std::string_view id) const noexcept;  // found, or stated as none
};

// Errors: a vocabulary that cannot be read. An unreadable document is a Reading.
Result<Reading> read_policy(const Document& document, const Names& names = {});

}  // namespace meetlat::policy
