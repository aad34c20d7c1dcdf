#include "policy/marks.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>

#include "base/personal.h"
#include "base/text.h"

namespace meetlat::policy {

namespace {

// Classes of letters make large automata: with the usual 8 MB long texts would fall back to slower matching, and RE2
// would say so on standard error.
re2::RE2::Options options() {
  re2::RE2::Options options(RE2::Quiet);
  options.set_max_mem(std::int64_t{64} << 20);
  return options;
}

const RE2& blank_pattern() {
  static const RE2 pattern(
      R"((?i)(\{\{[^{}<>%]{1,60}\}\}|\[(?:your|insert|company|name of|ihr|name der|name des|firma|uw|votre|nom de|nombre|su |indirizzo|nome)[^\[\]]{0,60}\]|<(?:your|insert|ihr|name|company)[^<>]{0,60}>|[a-z0-9._-]{1,40}@\.{2,}|\bx{3,}\b|\b(?:max|erika) mustermann\b|\bmusterfirma\b|\bmusterstra(?:ß|ss)e\b|\blorem ipsum\b|\b[a-z0-9._-]+@(?:example|domain|beispiel|yourdomain|yoursite)\.(?:com|org|net|de|nl)\b))",
      options());
  return pattern;
}

bool all_digits(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Span> find_postal_address(std::string_view text) {
  // A year is no postal code: "March 3, 2021 Version". Codes of four digits that look like one are given up.
  static const RE2 pattern(
      R"(((?:\p{L}[^\n,;|@:]{2,50}\s\d{1,4}\s?[a-zA-Z]?|\d{1,4}[a-zA-Z]?(?:[-\x{2013}]\d{1,4})?,?\s\p{L}[^\n,;|@:]{3,50}) ?(?:,|\n|\||\x{00B7}|\x{2013}|-) ?(?:[A-Z]{1,2}[- ])?(?:\d{5}|(?:1[0-8]|2[1-9]|[3-9]\d)\d\d|\d{4} ?[A-Z]{2}|\d{3} \d{2}|\d{2}-\d{3}) \p{Lu}[\p{L}-]{2,}|\p{Lu}[^\n,;|@:]{2,50}\s\d{1,4}\s?[a-zA-Z]?, ?\d{4} ?[A-Z]{2}\b|\b[A-Z]{1,2}\d[A-Z0-9]? \d[A-Z]{2}\b))",
      options());
  re2::StringPiece found;
  if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern, &found)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return Span{begin, begin + found.size()};
}

std::string mask_private(std::string_view text) {
  std::string out;
  for (auto found = find_postal_address(text); found; found = find_postal_address(text)) {
    out += text.substr(0, found->begin);
    out += "[postal address]";
    text.remove_prefix(found->end);
  }
  return mask_personal(out.append(text));
}

std::optional<Span> find_contact(std::string_view text) {
  // What a content network puts in the place of an address that only a script shows.
  for (const std::string_view hidden : {"[email protected]", "[email\xC2\xA0protected]"}) {
    if (const std::size_t at = text.find(hidden); at != std::string_view::npos) return Span{at, at + hidden.size()};
  }
  const std::vector<PersonalSpan> found = find_personal(text, true, 1);
  if (found.empty()) return std::nullopt;
  return Span{found.front().begin, found.front().end};
}

std::string mail_address(std::string_view text) {
  const std::vector<PersonalSpan> found = find_personal(text, false, 1);
  if (found.empty()) return {};
  return plain_mail(text.substr(found.front().begin, found.front().end - found.front().begin));
}

bool has_year(const Words& words, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const std::string_view word = words[i];
    if (!all_digits(word)) continue;
    const bool year = word.size() == 4 && word.starts_with("20") && word[2] <= '4';
    const bool compact = word.size() == 8 && word.starts_with("20");
    // "15.02.21"
    const bool short_date = word.size() == 2 && i >= begin + 2 && all_digits(words[i - 1]) &&
                            all_digits(words[i - 2]) && words[i - 1].size() <= 2 && words[i - 2].size() <= 2 &&
                            word >= "15" && word <= "49";
    if (year || compact || short_date) return true;
  }
  return false;
}

std::vector<std::string> placeholders_in(std::string_view text) {
  std::vector<std::string> result;
  re2::StringPiece rest(text.data(), text.size());
  std::string found;
  while (result.size() < 20 && RE2::FindAndConsume(&rest, blank_pattern(), &found)) {
    found = excerpt(found, 60);
    if (std::find(result.begin(), result.end(), found) == result.end()) result.push_back(found);
  }
  return result;
}

}  // namespace meetlat::policy
