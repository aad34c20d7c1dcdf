// Letters of a user to a hoster, and a policy draft for a hoster. Pure: they are written from facts and choices,
// nothing is sent, and nothing about the user is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "letters/authorities.h"
#include "letters/calendar.h"
#include "letters/facts.h"
#include "letters/wording.h"
#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

enum class LetterType { kAccess, kErasure, kObjection, kPortability, kFindings };
std::string_view to_string(LetterType type) noexcept;  // "access", ...
std::optional<LetterType> letter_type_from(std::string_view name) noexcept;

enum class LetterStage {
  kRequest,
  kReminder,   // to the hoster, after the answer was due
  kComplaint,  // to the supervisory authority
};

// How the sender is known to the hoster. Everything may be empty: the letter then has a marked blank.
struct LetterSender {
  std::string name;
  std::string reply_to;
  std::string room;
  std::string display_name;
  std::string from;  // of the meeting, as the user writes it
  std::string to;
  std::string zone;
  std::string address;
};

struct LetterChoice {
  LetterType type = LetterType::kAccess;
  LetterStage stage = LetterStage::kRequest;
  LetterForm form = LetterForm::kText;
  Date date;                     // of the letter
  std::optional<Date> sent;      // the request, for reminder and complaint
  std::optional<Date> received;  // by the hoster; for a request: expected. Default: the day of sending
  int days = 14;                 // for an answer to a reminder or to a notice of findings
  std::string country;           // of the controller: "NL", "DE-BE"; "": as a list claims it
  LetterSender sender;
};

struct LetterData {
  Wording wording;
  Holidays holidays;
  SupervisoryAuthorities authorities;
  // What is installed, in that language.
  static Result<LetterData> load(std::string_view language);
};

// "nl" -> "NL", "uk" -> "GB", "de-be" -> "DE-BE". kInvalidArgument when it is neither a country nor a known region.
Result<std::string> parse_country(std::string_view text, const SupervisoryAuthorities& authorities);

// A request, a reminder or a complaint, with notes for the user above it. kInvalidArgument when dates contradict each
// other, or a reminder or complaint would come before the answer is due; kSchema when the data lack a text.
Result<std::string> write_letter(const LetterChoice& choice, const LetterFacts& facts, const LetterData& data);

// What a notice of findings cites.
struct Observed {
  const HostReport& host;  // kMeasured, with at least one failing finding
  const RuleSet& rules;
  std::string tool_version;
};
Result<std::string> write_findings_notice(const LetterChoice& choice, const LetterFacts& facts,
                                          const Observed& observed, const LetterData& data);

// A privacy policy to start from, in Markdown.
Result<std::string> write_policy_draft(Date date, const LetterFacts& facts, const LetterData& data);

}  // namespace meetlat
