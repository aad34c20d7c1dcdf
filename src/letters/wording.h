// The words of letters in one language, and the two ways of writing them down: plain text and Markdown. All wording is
// data (data/letters/<language>.yml); code knows keys only.
#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "letters/calendar.h"

namespace meetlat {

inline constexpr std::array<std::string_view, 6> kLetterLanguages{"en", "nl", "de", "fr", "es", "it"};

enum class LetterForm { kText, kMarkdown };

// The texts of one file, by "section.key".
class Wording {
 public:
  // `language` is one of kLetterLanguages. kParse, kSchema with the place.
  static Result<Wording> parse(std::string_view yaml, std::string_view language);
  // Of the installation; kInvalidArgument for another language.
  static Result<Wording> load(std::string_view language);

  const std::string& language() const noexcept { return language_; }  // "en"
  const std::string* find(std::string_view key) const noexcept;       // nullptr: there is no such text
  const std::map<std::string, std::string, std::less<>>& texts() const noexcept { return texts_; }
  // The {slots} of a text.
  static std::set<std::string> slots_of(std::string_view text);

 private:
  std::string language_;
  std::map<std::string, std::string, std::less<>> texts_;
};

namespace letters {

// Text that is fit for the form: whatever came from elsewhere went through Words::value() before.
struct Phrase {
  std::string text;
};

struct Slot {
  std::string_view name;
  Phrase phrase;
};

// Makes phrases. What is missing in the data is kept and told by problem(), so that no letter goes out with a hole.
class Words {
 public:
  Words(const Wording& wording, LetterForm form) : wording_(wording), form_(form) {}

  Phrase say(std::string_view key, std::initializer_list<Slot> slots = {});
  // "[your name]": what the user has to fill in.
  Phrase blank(std::string_view key, std::initializer_list<Slot> slots = {});
  // The value, or the blank when it is empty.
  Phrase value_or(std::string_view value, std::string_view blank_key);
  // Text of strangers or of the user: printable, on one line, at most `max_bytes`, without a meaning in Markdown.
  Phrase value(std::string_view text, std::size_t max_bytes = 400) const;
  Phrase url(std::string_view text) const;
  Phrase quoted(std::string_view text);
  Phrase checked(const Phrase& phrase);                 // with the mark that says: check this
  Phrase date(Date date);                               // "4 January 2027"
  Phrase weekday_date(Date date);                       // "Monday, 4 January 2027"
  Phrase list(const std::vector<std::string>& values);  // "a, b and c", at most 12 of them, of `value()`s
  Phrase language_name(std::string_view code);          // "German"
  Phrase country_name(std::string_view code);           // "Germany"

  LetterForm form() const noexcept { return form_; }
  const Wording& wording() const noexcept { return wording_; }
  const std::set<std::string>& used() const noexcept { return used_; }
  Result<void> problem() const;  // kSchema: the first text or slot that was asked for and is not there

 private:
  std::string raw(std::string_view key);
  std::string fill(std::string_view key, std::string_view text, std::initializer_list<Slot> slots);
  std::string bracketed(const std::string& text) const;

  const Wording& wording_;
  LetterForm form_;
  std::set<std::string> used_;
  std::string problem_;
};

// A letter being written, block by block. Lines of plain text are at most 76 columns, except for URLs and commands.
class Sheet {
 public:
  explicit Sheet(LetterForm form) : form_(form) {}

  void title(const Phrase& text);
  void heading(const Phrase& text);
  void paragraph(const Phrase& text);
  void lines(const std::vector<Phrase>& lines);  // an address: each stays a line
  void bullets(const std::vector<Phrase>& items);
  void numbered(const std::vector<Phrase>& items, int first = 1);
  void command(std::string_view text);  // verbatim, to be copied; printable() of it
  void rule();
  const std::string& text() const noexcept { return text_; }

 private:
  void block();
  void item(std::string_view mark, const Phrase& text);

  LetterForm form_;
  std::string text_;
};

}  // namespace letters
}  // namespace meetlat
