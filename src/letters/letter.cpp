#include "letters/letter.h"

#include <fmt/core.h>
#include <unicode/uloc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "letters/writing.h"

namespace meetlat {
namespace {

using letters::Sheet;
using letters::Words;
using letters::Writing;

constexpr std::array<std::pair<LetterType, std::string_view>, 5> kTypes{{{LetterType::kAccess, "access"},
                                                                         {LetterType::kErasure, "erasure"},
                                                                         {LetterType::kObjection, "objection"},
                                                                         {LetterType::kPortability, "portability"},
                                                                         {LetterType::kFindings, "findings"}}};

template <class T>
Result<T> load_table(const char* file) {
  const auto path = data_path(file);
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  auto table = T::parse(*bytes);
  if (!table) return fail(table.error().code, path.string() + ": " + table.error().context);
  return table;
}

Result<void> refuse(std::string why) {
  return fail(ErrorCode::kInvalidArgument, std::move(why));
}

Result<void> check_dates(const Writing& writing) {
  const LetterChoice& choice = writing.choice;
  const auto later = [](const std::optional<Date>& a, const std::optional<Date>& b) { return a && b && *a > *b; };
  if (choice.stage == LetterStage::kRequest) {
    if (choice.sent) return refuse("--sent is for --reminder and --complaint");
    if (later(choice.date, choice.received)) return refuse("--received is before the date of the letter");
    return {};
  }
  if (later(choice.sent, choice.received)) return refuse("--received is before --sent");
  if (later(choice.sent, choice.date)) return refuse("--sent is after the date of the letter");
  if (later(choice.received, choice.date)) return refuse("--received is after the date of the letter");
  const letters::PastRequest past = letters::past_request(writing);
  if (past.due && choice.date <= past.due->date) {
    return refuse(fmt::format("an answer to a request received on {} is due by {}: too early for this letter",
                              iso_date(*past.received), iso_date(past.due->date)));
  }
  return {};
}

}  // namespace

std::string_view to_string(LetterType type) noexcept {
  for (const auto& [each, name] : kTypes) {
    if (each == type) return name;
  }
  return {};
}

std::optional<LetterType> letter_type_from(std::string_view name) noexcept {
  for (const auto& [type, each] : kTypes) {
    if (each == name) return type;
  }
  return std::nullopt;
}

Result<LetterData> LetterData::load(std::string_view language) {
  auto wording = Wording::load(language);
  if (!wording) return fail(wording.error());
  auto holidays = load_table<Holidays>("data/public-holidays.yml");
  if (!holidays) return fail(holidays.error());
  auto authorities = load_table<SupervisoryAuthorities>("data/supervisory-authorities.yml");
  if (!authorities) return fail(authorities.error());
  return LetterData{std::move(*wording), std::move(*holidays), std::move(*authorities)};
}

namespace {

// Assigned in ISO 3166-1, by ICU's list.
bool is_country(const std::string& code) {
  const char* const* countries = uloc_getISOCountries();
  for (; countries != nullptr && *countries != nullptr; ++countries) {
    if (code == *countries) return true;
  }
  return false;
}

}  // namespace

Result<std::string> parse_country(std::string_view text, const SupervisoryAuthorities& authorities) {
  std::string code(text);
  std::transform(code.begin(), code.end(), code.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  if (code == "UK") return std::string("GB");  // reserved in ISO 3166 for just this use
  if (code == "EL") return std::string("GR");  // the code that EU institutions use
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() == 2 && std::all_of(code.begin(), code.end(), letter) && is_country(code)) return code;
  std::vector<std::string> regions;
  for (const SupervisoryAuthority& each : authorities.all()) {
    if (!each.region.empty() && each.region == code) return code;
    if (!each.region.empty()) regions.push_back(each.region);
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("'{}' is no country; wanted are two letters such as NL, or one of {}", excerpt(text, 20),
                          join(regions, ", ")));
}

Result<std::string> write_letter(const LetterChoice& choice, const LetterFacts& facts, const LetterData& data) {
  Writing writing{choice, facts, data, Words(data.wording, choice.form), Sheet(choice.form)};
  if (choice.type == LetterType::kFindings) return fail(ErrorCode::kInvalidArgument, "that is no request");
  if (auto ok = check_dates(writing); !ok) return fail(ok.error());
  letters::write_notes(writing);
  letters::write_head(writing);
  if (choice.stage == LetterStage::kRequest) letters::write_request(writing);
  if (choice.stage == LetterStage::kReminder) letters::write_reminder(writing);
  if (choice.stage == LetterStage::kComplaint) letters::write_complaint(writing);
  letters::write_end(writing);
  if (auto ok = writing.words.problem(); !ok) return fail(ok.error());
  return writing.sheet.text();
}

namespace letters {

std::string country_of(const LetterChoice& choice, const LetterFacts& facts) {
  return choice.country.empty() ? facts.claimed_country : choice.country.substr(0, 2);
}

PastRequest past_request(const Writing& writing) {
  PastRequest past;
  past.received = writing.choice.received ? writing.choice.received : writing.choice.sent;
  past.assumed = past.received && !writing.choice.received;
  if (past.received) {
    past.due = after_months(*past.received, 1, country_of(writing.choice, writing.facts), writing.data.holidays);
  }
  return past;
}

const SupervisoryAuthority* authority_of(const Writing& writing) {
  const std::string& chosen = writing.choice.country;
  return writing.data.authorities.find(chosen.empty() ? writing.facts.claimed_country : chosen);
}

Phrase date_or(Writing& writing, const std::optional<Date>& date, std::string_view blank_key) {
  return date ? writing.words.date(*date) : writing.words.blank(blank_key);
}

}  // namespace letters
}  // namespace meetlat
