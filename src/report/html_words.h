// The words of the HTML report in one language, and the only way by which text becomes HTML. All wording is data
// (data/report/<language>.yml); code knows keys only.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace meetlat {

inline constexpr std::array<std::string_view, 4> kReportLanguages{"en", "nl", "de", "fr"};

namespace html {

// Markup that may stand between tags and, when it came from escape(), in quoted attributes. Never made from text by
// anything but escape() and what calls it.
struct Html {
  std::string text;
};
inline std::ostream& operator<<(std::ostream& out, const Html& html) {
  return out << html.text;
}

// Text as HTML: printable (no control characters, no bidi controls, valid UTF-8, one line) and with the four characters
// replaced that mean something between tags or in an attribute; every attribute of the page has double quotes.
Html escape(std::string_view text);
// The same of what a stranger wrote: personal data masked, at most about `max_bytes`.
Html foreign(std::string_view text, std::size_t max_bytes = 400);
// The same of URLs and commands: only mail addresses are masked, since digits mean something else there.
Html verbatim(std::string_view text, std::size_t max_bytes = 500);
// Several lines that are to be copied, line ends kept.
Html lines(std::string_view text);

struct Slot {
  std::string_view name;
  Html html;
};

// The texts of one file, by "section.key".
class Words {
 public:
  // `language` is one of kReportLanguages. kParse, kSchema with the place.
  static Result<Words> parse(std::string_view yaml, std::string_view language);
  // Of the installation; kInvalidArgument for another language.
  static Result<Words> load(std::string_view language);

  const std::string& language() const noexcept { return language_; }  // "en"
  const std::map<std::string, std::string, std::less<>>& texts() const noexcept { return texts_; }
  // English texts of rules and profiles, and what they are in this language.
  const std::map<std::string, std::string, std::less<>>& terms() const noexcept { return terms_; }
  static std::set<std::string> slots_of(std::string_view text);  // its {slots}

  // What is missing in the data is kept and told by problem(), so that no page goes out with a hole.
  Html say(std::string_view key, std::initializer_list<Slot> slots = {}) const;
  // "key.one" or "key.other" with {n} filled in, by the plural rule of the language.
  Html count(std::string_view key, std::size_t number) const;
  // A text of the rule set, which is written in English: translated where the data has it, else marked as English.
  Html english(std::string_view text) const;
  // A text that is never translated, such as a reason: marked as English on other pages.
  Html marked_english(const Html& text) const;
  Html date(Instant instant) const;           // "23 November 2026"
  Html country(std::string_view code) const;  // "Netherlands" for "NL"; the code itself where ICU knows none
  Result<void> problem() const;               // kSchema: the first text or slot that was missing
  const std::set<std::string>& used() const noexcept { return used_; }

 private:
  std::string language_;
  std::map<std::string, std::string, std::less<>> texts_;
  std::map<std::string, std::string, std::less<>> terms_;
  mutable std::string problem_;
  mutable std::set<std::string> used_;
  mutable std::map<std::string, std::string> dates_;  // ICU formatters are dear, and most hosts share a date
};

}  // namespace html
}  // namespace meetlat
