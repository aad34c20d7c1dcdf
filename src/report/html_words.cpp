#include "report/html_words.h"

#include <fmt/core.h>
#include <unicode/locid.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <memory>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"
#include "report/layout.h"
#include "report/mask.h"

namespace meetlat::html {
namespace {

using Texts = std::map<std::string, std::string, std::less<>>;

Result<void> flatten(const Doc& doc, const std::string& path, Texts& out) {
  if (const std::string* text = doc.string()) {
    out.emplace(path, *text);
    return {};
  }
  const Doc::Map* map = doc.map();
  if (map == nullptr) return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' is no text", doc.mark.line, path));
  for (const Doc::Entry& entry : *map) {
    if (auto ok = flatten(entry.value, path.empty() ? entry.key : path + "." + entry.key, out); !ok) return ok;
  }
  return {};
}

Result<void> read_terms(const Doc& doc, Texts& out) {
  const Doc::Map* map = doc.map();
  if (map == nullptr) return fail(ErrorCode::kSchema, fmt::format("line {}: 'terms' is no map", doc.mark.line));
  for (const Doc::Entry& entry : *map) {
    const std::string* text = entry.value.string();
    if (text == nullptr) {
      return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' is no text", entry.mark.line, entry.key));
    }
    out.emplace(entry.key, *text);
  }
  return {};
}

icu::Locale locale_of(const std::string& language) {
  return language == "en" ? icu::Locale("en", "GB") : icu::Locale(language.c_str());  // the day first
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

Html escape(std::string_view text) {
  Html out;
  append_escaped(out.text, printable(text));
  return out;
}

Html foreign(std::string_view text, std::size_t max_bytes) {
  return escape(clean(text, max_bytes));
}

Html verbatim(std::string_view text, std::size_t max_bytes) {
  const std::string masked = mask_mail(printable(first_bytes(text, max_bytes * 4)));
  const std::string_view shown = first_bytes(masked, max_bytes);
  Html out = escape(shown);
  if (shown.size() < masked.size()) out.text += "…";
  return out;
}

Html lines(std::string_view text) {
  Html out;
  while (text.ends_with('\n')) text.remove_suffix(1);
  bool first = true;
  for (const std::string& line : split(text, '\n')) {
    if (!first) out.text += '\n';
    first = false;
    append_escaped(out.text, printable(line));
  }
  return out;
}

Result<Words> Words::parse(std::string_view yaml, std::string_view language) {
  const auto doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  if (const Doc::Entry* twice = find_duplicate_key(*doc)) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' stands there twice", twice->mark.line, twice->key));
  }
  const Doc::Map* map = doc->map();
  if (map == nullptr) return fail(ErrorCode::kSchema, "the file has no texts");
  Words words;
  words.language_ = language;
  for (const Doc::Entry& entry : *map) {
    auto ok =
        entry.key == "terms" ? read_terms(entry.value, words.terms_) : flatten(entry.value, entry.key, words.texts_);
    if (!ok) return fail(ok.error());
  }
  return words;
}

Result<Words> Words::load(std::string_view language) {
  if (std::find(kReportLanguages.begin(), kReportLanguages.end(), language) == kReportLanguages.end()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("there is no page in '{}'", printable(language)));
  }
  const auto path = data_path(fmt::format("data/report/{}.yml", language));
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  auto words = parse(*bytes, language);
  if (!words) return fail(words.error().code, path.string() + ": " + words.error().context);
  return words;
}

std::set<std::string> Words::slots_of(std::string_view text) {
  std::set<std::string> slots;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    slots.emplace(text.substr(open + 1, close - open - 1));
  }
  return slots;
}

Html Words::say(std::string_view key, std::initializer_list<Slot> slots) const {
  used_.emplace(key);
  const auto found = texts_.find(key);
  if (found == texts_.end()) {
    if (problem_.empty()) problem_ = fmt::format("'{}' is missing", key);
    return {};
  }
  Html out;
  for (std::string_view text = found->second; !text.empty();) {
    const std::size_t open = text.find('{');
    out.text += escape(text.substr(0, open)).text;
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    const std::string_view name = text.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& each) { return each.name == name; });
    if (slot != slots.end()) {
      out.text += slot->html.text;
    } else if (problem_.empty()) {
      problem_ = fmt::format("'{}' has a slot that is not known here: {}", key, printable(name));
    }
    if (close == std::string_view::npos) break;
    text.remove_prefix(close + 1);
  }
  return out;
}

Html Words::count(std::string_view key, std::size_t number) const {
  const bool one = number == 1 || (number == 0 && language_ == "fr");
  return say(fmt::format("{}.{}", key, one ? "one" : "other"), {{"n", {std::to_string(number)}}});
}

Html Words::english(std::string_view text) const {
  const auto term = terms_.find(text);
  return term != terms_.end() ? escape(term->second) : marked_english(escape(text));
}

Html Words::marked_english(const Html& text) const {
  if (language_ == "en" || text.text.empty()) return text;
  return {"<span lang=\"en\">" + text.text + "</span>"};
}

Html Words::date(Instant instant) const {
  const std::string day = format_date(instant);
  const auto known = dates_.find(day);
  if (known != dates_.end()) return {known->second};
  UErrorCode status = U_ZERO_ERROR;
  icu::SimpleDateFormat format(icu::UnicodeString::fromUTF8("d MMMM y"), locale_of(language_), status);
  icu::UnicodeString text;
  if (U_FAILURE(status) == 0) {
    format.setTimeZone(*icu::TimeZone::getGMT());
    format.format(static_cast<UDate>(instant.time_since_epoch().count()), text);
  }
  std::string shown = U_FAILURE(status) != 0 ? day : utf8(text);
  if (language_ == "fr" && shown.starts_with("1 ")) shown.replace(0, 1, "1er");
  if (language_ == "de" && shown.find(' ') <= 2) shown.insert(shown.find(' '), ".");
  return {dates_.emplace(day, escape(shown).text).first->second};
}

Html Words::country(std::string_view code) const {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (code.size() != 2 || !letter(code[0]) || !letter(code[1])) return foreign(code, 40);
  icu::UnicodeString name;
  icu::Locale("", std::string(code).c_str()).getDisplayCountry(locale_of(language_), name);
  return escape(utf8(name));
}

Result<void> Words::problem() const {
  if (problem_.empty()) return {};
  return fail(ErrorCode::kSchema, fmt::format("data/report/{}.yml: {}", language_, problem_));
}

}  // namespace meetlat::html
