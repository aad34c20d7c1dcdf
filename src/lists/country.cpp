#include "lists/country.h"

#include <unicode/uldnames.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"

namespace meetlat {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;  // folded name -> code

constexpr std::array<const char*, 8> kLocales = {"en", "de", "nl", "fr", "it", "es", "pt", "pl"};

// Names in use that CLDR does not carry in these languages: former, official and colloquial ones.
constexpr std::array<std::pair<std::string_view, std::string_view>, 26> kAlso = {{
    {"uk", "GB"},
    {"great britain", "GB"},
    {"england", "GB"},
    {"scotland", "GB"},
    {"großbritannien", "GB"},
    {"usa", "US"},
    {"u.s.a.", "US"},
    {"united states of america", "US"},
    {"eeuu", "US"},
    {"ee. uu.", "US"},
    {"czech republic", "CZ"},
    {"tschechische republik", "CZ"},
    {"république tchèque", "CZ"},
    {"russian federation", "RU"},
    {"russische föderation", "RU"},
    {"holland", "NL"},
    {"holanda", "NL"},
    {"the netherlands", "NL"},
    {"unitedstates", "US"},
    {"unitedkingdom", "GB"},
    {"republic of ireland", "IE"},
    {"südkorea", "KR"},
    {"turkey", "TR"},
    {"macedonia", "MK"},
    {"slovak republic", "SK"},
    {"suisse", "CH"},
}};

// UN M49 regions that CLDR names.
constexpr std::array<const char*, 27> kRegions = {"001", "002", "003", "005", "009", "011", "013", "014", "015",
                                                  "017", "018", "019", "021", "029", "030", "034", "035", "039",
                                                  "053", "142", "143", "145", "150", "151", "154", "155", "419"};

std::string display_name(const char* locale, const char* region, bool shortened) {
  UErrorCode status = U_ZERO_ERROR;
  std::array<UDisplayContext, 2> contexts = {UDISPCTX_STANDARD_NAMES,
                                             shortened ? UDISPCTX_LENGTH_SHORT : UDISPCTX_LENGTH_FULL};
  const std::unique_ptr<ULocaleDisplayNames, void (*)(ULocaleDisplayNames*)> names(
      uldn_openForContext(locale, contexts.data(), static_cast<int32_t>(contexts.size()), &status), uldn_close);
  if (U_FAILURE(status)) return {};
  std::array<UChar, 128> buffer{};
  const int32_t length =
      uldn_regionDisplayName(names.get(), region, buffer.data(), static_cast<int32_t>(buffer.size()), &status);
  if (U_FAILURE(status) || length <= 0) return {};
  std::string out;
  icu::UnicodeString(buffer.data(), length).toUTF8String(out);
  return out;
}

Names load_countries() {
  Names out;
  for (const char* const* code = uloc_getISOCountries(); *code != nullptr; ++code) {
    for (const char* locale : kLocales) {
      for (const bool shortened : {false, true}) {
        const std::string name = display_name(locale, *code, shortened);
        if (name.size() > 2) out.emplace(fold(name), *code);
      }
    }
  }
  for (const auto& [name, code] : kAlso) out.insert_or_assign(fold(name), std::string(code));
  return out;
}

Names load_regions() {
  Names out;
  for (const char* region : kRegions) {
    for (const char* locale : kLocales) {
      const std::string name = display_name(locale, region, false);
      if (!name.empty()) out.emplace(fold(name), region);
    }
  }
  return out;
}

const Names& country_names() {
  static const Names names = load_countries();
  return names;
}

bool is_iso_code(std::string_view code) {
  if (code.size() != 2) return false;
  for (const char* const* known = uloc_getISOCountries(); *known != nullptr; ++known) {
    if (code == *known) return true;
  }
  return false;
}

// Flags are pairs of regional indicator symbols, U+1F1E6 for A: four bytes each in UTF-8.
std::vector<std::string> take_flags(std::string& text) {
  std::vector<std::string> out;
  std::string rest;
  std::optional<char> first;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view here = std::string_view(text).substr(i);
    if (here.size() >= 4 && here.starts_with("\xf0\x9f\x87") && static_cast<unsigned char>(here[3]) >= 0xa6 &&
        static_cast<unsigned char>(here[3]) <= 0xbf) {
      const char letter = static_cast<char>('A' + (static_cast<unsigned char>(here[3]) - 0xa6));
      i += 4;
      if (!first) {
        first = letter;
        continue;
      }
      const std::string code = {*first, letter};
      first.reset();
      if (is_iso_code(code)) out.push_back(code);
      rest += ' ';
      continue;
    }
    rest += text[i++];
  }
  text = std::move(rest);
  return out;
}

void add_unique(std::vector<std::string>& list, std::string_view code) {
  if (std::find(list.begin(), list.end(), code) == list.end()) list.emplace_back(code);
}

std::string_view strip_punctuation(std::string_view text) {
  constexpr std::string_view kMarks = " \t:.,;()[]*_#-|\"'";
  while (!text.empty() && kMarks.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kMarks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

// "" when this one piece names no country.
std::string one_country(std::string_view piece) {
  const std::string_view bare = strip_punctuation(trim(piece));
  if (is_iso_code(bare)) return std::string(bare);
  const auto found = country_names().find(fold(bare));
  if (found != country_names().end()) return found->second;
  if (bare.starts_with("the ") || bare.starts_with("The ")) return one_country(bare.substr(4));
  return {};
}

}  // namespace

std::vector<std::string> countries_in(std::string_view text) {
  if (text.size() > 200) return {};
  std::string plain(text);
  std::vector<std::string> out = take_flags(plain);
  const std::string whole = one_country(plain);
  if (!whole.empty()) {
    add_unique(out, whole);
    return out;
  }
  if (strip_punctuation(plain).empty()) return out;
  // "UK / GB", "Germany/France", "Germany (DE)": every piece must name a country.
  for (char& c : plain) {
    if (c == '/' || c == '&' || c == ',' || c == '(' || c == ')' || c == '|' || c == '+') c = '/';
  }
  std::vector<std::string> named;
  for (const std::string& piece : split(plain, '/')) {
    if (strip_punctuation(piece).empty()) continue;
    const std::string code = one_country(piece);
    if (code.empty()) return out;
    add_unique(named, code);
  }
  for (const std::string& code : named) add_unique(out, code);
  return out;
}

std::vector<std::string> countries_within(std::string_view text) {
  std::string plain(text.substr(0, 400));
  std::vector<std::string> out = take_flags(plain);
  for (char& c : plain) {
    if (c == '/' || c == '&' || c == ',' || c == '(' || c == ')' || c == '|' || c == ':' || c == ';') c = ' ';
  }
  std::vector<std::string> words;
  for (const std::string& word : split(fold(plain), ' ')) {
    const std::string_view bare = strip_punctuation(word);
    if (!bare.empty()) words.emplace_back(bare);
    if (words.size() == 12) break;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    // The longest name first, so that "South Africa" is not "Africa".
    for (std::size_t length = std::min<std::size_t>(4, words.size() - i); length > 0; --length) {
      const std::string name = join(
          {words.begin() + static_cast<std::ptrdiff_t>(i), words.begin() + static_cast<std::ptrdiff_t>(i + length)},
          " ");
      const auto found = country_names().find(name);
      if (found == country_names().end()) continue;
      add_unique(out, found->second);
      i += length - 1;
      break;
    }
  }
  return out;
}

bool is_world_region(std::string_view text) {
  static const Names regions = load_regions();
  std::string plain(text.substr(0, 200));
  for (char& c : plain) {
    if (c == '&' || c == ',' || c == '/' || c == '|') c = '/';
  }
  bool any = false;
  for (const std::string& piece : split(plain, '/')) {
    const std::string folded = fold(strip_punctuation(trim(piece)));
    if (folded.empty()) continue;
    // "South & North America": the half before "&" lacks its noun.
    constexpr std::array<std::string_view, 10> kHalves = {"south", "north", "east",  "west",        "central",
                                                          "nord",  "süd",   "latin", "middle east", "oceania"};
    const bool half = std::find(kHalves.begin(), kHalves.end(), folded) != kHalves.end();
    if (!half && !regions.contains(folded)) return false;
    any = true;
  }
  return any;
}

}  // namespace meetlat
