// Text as words that can be compared: case folded, accents and soft hyphens gone, punctuation left out. Each word knows
// where it stood, so that a snippet can be cut from the text as written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat::policy {

struct Word {
  std::uint32_t begin = 0;  // bytes of the text as written
  std::uint32_t end = 0;
  std::uint32_t at = 0;  // bytes of Words::folded
  std::uint32_t length = 0;
};

// A word is a run of letters and digits; "@" is a word of its own, since it tells addresses. All else separates.
// "Auftrags\u00ADverarbeiter's" gives "auftragsverarbeiter", "s"; "délégué" gives "delegue". Linear.
struct Words {
  std::string folded;  // the folded words, one after the other
  std::vector<Word> words;

  std::string_view operator[](std::size_t index) const noexcept {
    return std::string_view(folded).substr(words[index].at, words[index].length);
  }
  std::size_t size() const noexcept { return words.size(); }
};

// At most 4 GiB of UTF-8; invalid bytes separate.
Words words_of(std::string_view text);
// The words of a pattern: as above, with '*' as a letter. "l'union*" gives "l", "union*".
std::vector<std::string> pattern_words(std::string_view pattern);

}  // namespace meetlat::policy
