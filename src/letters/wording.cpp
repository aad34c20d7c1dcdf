#include "letters/wording.h"

#include <fmt/core.h>
#include <unicode/listformatter.h>
#include <unicode/locid.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <memory>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostListed = 12;
constexpr std::size_t kLongestUrl = 500;

Result<void> flatten(const Doc& doc, const std::string& path, std::map<std::string, std::string, std::less<>>& out) {
  if (const std::string* text = doc.string()) {
    out.emplace(path, *text);
    return {};
  }
  const Doc::Map* map = doc.map();
  if (map == nullptr) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' is no text", doc.mark.line, path));
  }
  for (const Doc::Entry& entry : *map) {
    if (auto ok = flatten(entry.value, path.empty() ? entry.key : path + "." + entry.key, out); !ok) return ok;
  }
  return {};
}

icu::Locale locale_of(std::string_view language) {
  // British English: dates with the day first, lists without a comma before "and".
  const std::string code(language);
  return language == "en" ? icu::Locale("en", "GB") : icu::Locale(code.c_str());
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// One part of a date, as "MMMM" or "EEEE".
std::string date_part(const char* pattern, Date date, const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  icu::SimpleDateFormat format(icu::UnicodeString::fromUTF8(pattern), locale, status);
  if (U_FAILURE(status)) return {};
  format.setTimeZone(*icu::TimeZone::getGMT());
  icu::UnicodeString text;
  const std::chrono::sys_time<std::chrono::milliseconds> instant = std::chrono::sys_days(date);
  format.format(static_cast<UDate>(instant.time_since_epoch().count()), text);
  return utf8(text);
}

// A letter that is a Markdown document keeps the words of strangers as words.
std::string escape_markdown(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#+!|~&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<Wording> Wording::parse(std::string_view yaml, std::string_view language) {
  const auto doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  if (const Doc::Entry* twice = find_duplicate_key(*doc)) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' stands there twice", twice->mark.line, twice->key));
  }
  Wording wording;
  wording.language_ = language;
  if (auto ok = flatten(*doc, "", wording.texts_); !ok) return fail(ok.error());
  return wording;
}

Result<Wording> Wording::load(std::string_view language) {
  if (std::find(kLetterLanguages.begin(), kLetterLanguages.end(), language) == kLetterLanguages.end()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("there are no letters in '{}'", printable(language)));
  }
  const auto path = data_path(fmt::format("data/letters/{}.yml", language));
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  auto wording = parse(*bytes, language);
  if (!wording) return fail(wording.error().code, path.string() + ": " + wording.error().context);
  return wording;
}

const std::string* Wording::find(std::string_view key) const noexcept {
  const auto found = texts_.find(key);
  return found == texts_.end() ? nullptr : &found->second;
}

std::set<std::string> Wording::slots_of(std::string_view text) {
  std::set<std::string> slots;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    slots.emplace(text.substr(open + 1, close - open - 1));
  }
  return slots;
}

namespace letters {

std::string Words::raw(std::string_view key) {
  used_.emplace(key);
  if (const std::string* text = wording_.find(key)) return *text;
  if (problem_.empty()) problem_ = fmt::format("'{}' is missing", key);
  return {};
}

std::string Words::fill(std::string_view key, std::string_view text, std::initializer_list<Slot> slots) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    const std::string_view name = text.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& each) { return each.name == name; });
    if (slot != slots.end()) {
      out += slot->phrase.text;
    } else if (problem_.empty()) {
      problem_ = fmt::format("'{}' has a slot that is not known here: {}", key, printable(name));
    }
    if (close == std::string_view::npos) break;
    text.remove_prefix(close + 1);
  }
  return out;
}

std::string Words::bracketed(const std::string& text) const {
  return form_ == LetterForm::kMarkdown ? "**\\[" + text + "\\]**" : "[" + text + "]";
}

Phrase Words::say(std::string_view key, std::initializer_list<Slot> slots) {
  return {fill(key, raw(key), slots)};
}

Phrase Words::blank(std::string_view key, std::initializer_list<Slot> slots) {
  return {bracketed(fill(key, raw(key), slots))};
}

Phrase Words::value_or(std::string_view text, std::string_view blank_key) {
  return text.empty() ? blank(blank_key) : value(text);
}

Phrase Words::value(std::string_view text, std::size_t max_bytes) const {
  const std::string shown(trim(excerpt(text, max_bytes)));
  return {form_ == LetterForm::kMarkdown ? escape_markdown(shown) : shown};
}

Phrase Words::url(std::string_view text) const {
  const std::string shown = excerpt(text, kLongestUrl);
  const bool plain = shown.find_first_of(" <>\\") == std::string::npos;
  if (form_ == LetterForm::kMarkdown) return {plain ? "<" + shown + ">" : escape_markdown(shown)};
  return {shown};
}

Phrase Words::quoted(std::string_view text) {
  return say("quote", {{"text", value(text)}});
}

Phrase Words::checked(const Phrase& phrase) {
  return {phrase.text + " " + bracketed(raw("check"))};
}

Phrase Words::date(Date date) {
  const icu::Locale locale = locale_of(wording_.language());
  const unsigned day = static_cast<unsigned>(date.day());
  const Phrase shown_day{day == 1 ? raw("dates.first_day") : std::to_string(day)};
  return say("dates.long", {{"day", shown_day},
                            {"month", {date_part("MMMM", date, locale)}},
                            {"year", {std::to_string(static_cast<int>(date.year()))}}});
}

Phrase Words::weekday_date(Date date) {
  const icu::Locale locale = locale_of(wording_.language());
  const unsigned day = static_cast<unsigned>(date.day());
  const Phrase shown_day{day == 1 ? raw("dates.first_day") : std::to_string(day)};
  return say("dates.weekday", {{"weekday", {date_part("EEEE", date, locale)}},
                               {"day", shown_day},
                               {"month", {date_part("MMMM", date, locale)}},
                               {"year", {std::to_string(static_cast<int>(date.year()))}}});
}

Phrase Words::list(const std::vector<std::string>& values) {
  std::vector<icu::UnicodeString> items;
  for (const std::string& each : values) {
    if (items.size() == kMostListed) {
      items.push_back(icu::UnicodeString::fromUTF8("…"));
      break;
    }
    items.push_back(icu::UnicodeString::fromUTF8(value(each, 200).text));
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::ListFormatter> format(
      icu::ListFormatter::createInstance(locale_of(wording_.language()), status));
  if (U_FAILURE(status)) return {join(values, ", ")};
  icu::UnicodeString text;
  format->format(items.data(), static_cast<std::int32_t>(items.size()), text, status);
  return {utf8(text)};
}

Phrase Words::language_name(std::string_view code) {
  icu::UnicodeString name;
  icu::Locale(std::string(code).c_str()).getDisplayLanguage(locale_of(wording_.language()), name);
  return value(utf8(name));
}

Phrase Words::country_name(std::string_view code) {
  icu::UnicodeString name;
  icu::Locale("", std::string(code.substr(0, 2)).c_str()).getDisplayCountry(locale_of(wording_.language()), name);
  return value(utf8(name));
}

Result<void> Words::problem() const {
  if (problem_.empty()) return {};
  return fail(ErrorCode::kSchema, fmt::format("data/letters/{}.yml: {}", wording_.language(), problem_));
}

}  // namespace letters
}  // namespace meetlat
