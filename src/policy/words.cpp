#include "policy/words.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace meetlat::policy {

namespace {

enum class Class : std::uint8_t { kSeparator, kWord, kSkip };

struct Folded {
  Class kind = Class::kSeparator;
  std::string text;
};

// Letters that Unicode does not decompose although people type them without their stroke, and one that it should not.
const char* without_stroke(UChar32 c) noexcept {
  switch (c) {
    case 0x0142:
      return "l";
    case 0x00F8:
      return "o";
    case 0x0111:
      return "d";
    case 0x00E6:
      return "ae";
    case 0x0153:
      return "oe";
    case 0x0131:
      return "i";
    case 0x00E5:
      return "aa";  // a letter of its own in Nordic languages: "år" (year) is not "är" (is)
    default:
      return nullptr;
  }
}

Folded fold_char(UChar32 c) {
  Folded result;
  const int type = u_charType(c);
  if (c == 0x00AD || type == U_FORMAT_CHAR || type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK) {
    result.kind = Class::kSkip;
    return result;
  }
  if (u_isalnum(c) == 0) return result;
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  static const icu::Normalizer2* const decompose = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status) != 0 || casefold == nullptr || decompose == nullptr) return result;
  const icu::UnicodeString cased = casefold->normalize(icu::UnicodeString(c), status);
  result.kind = Class::kWord;
  if (const char* whole = without_stroke(cased.char32At(0)); whole != nullptr && cased.countChar32() == 1) {
    result.text = whole;
    return result;
  }
  const icu::UnicodeString split = decompose->normalize(cased, status);
  for (std::int32_t i = 0; i < split.length(); i = split.moveIndex32(i, 1)) {
    const UChar32 part = split.char32At(i);
    if (u_charType(part) == U_NON_SPACING_MARK) continue;
    if (const char* plain = without_stroke(part); plain != nullptr) {
      result.text += plain;
    } else {
      icu::UnicodeString(part).toUTF8String(result.text);
    }
  }
  if (result.text.empty()) result.kind = Class::kSkip;
  return result;
}

// European letters from a table; whatever else there is by asking ICU.
constexpr UChar32 kTable = 0x250;

const std::array<Folded, kTable>& table() {
  static const std::array<Folded, kTable> made = [] {
    std::array<Folded, kTable> all;
    for (UChar32 c = 0; c < kTable; ++c) all[static_cast<std::size_t>(c)] = fold_char(c);
    return all;
  }();
  return made;
}

template <class Sink>
void each_char(std::string_view text, Sink&& sink) {
  const std::array<Folded, kTable>& known = table();
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(std::min<std::size_t>(text.size(), 0xFFFF0000));
  Folded other;
  for (std::int64_t i = 0; i < size;) {
    const std::int64_t begin = i;
    UChar32 c = 0;
    U8_NEXT(data, i, size, c);
    if (c >= 0 && c < kTable) {
      sink(c, known[static_cast<std::size_t>(c)], begin, i);
    } else {
      other = c < 0 ? Folded() : fold_char(c);
      sink(c, other, begin, i);
    }
  }
}

}  // namespace

Words words_of(std::string_view text) {
  Words result;
  result.folded.reserve(text.size());
  result.words.reserve(text.size() / 6 + 1);
  bool open = false;
  each_char(text, [&](UChar32 c, const Folded& folded, std::int64_t begin, std::int64_t end) {
    const bool at_sign = c == '@';
    if (folded.kind == Class::kSkip) return;
    if (folded.kind == Class::kSeparator && !at_sign) {
      open = false;
      return;
    }
    if (!open || at_sign) {
      result.words.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                              static_cast<std::uint32_t>(result.folded.size()), 0});
    }
    Word& word = result.words.back();
    if (at_sign) {
      result.folded += '@';
    } else {
      result.folded += folded.text;
    }
    word.end = static_cast<std::uint32_t>(end);
    word.length = static_cast<std::uint32_t>(result.folded.size()) - word.at;
    open = !at_sign;
  });
  return result;
}

std::vector<std::string> pattern_words(std::string_view pattern) {
  std::vector<std::string> result;
  bool open = false;
  each_char(pattern, [&](UChar32 c, const Folded& folded, std::int64_t, std::int64_t) {
    if (folded.kind == Class::kSkip) return;
    const bool own = c == '@';
    const bool letter = folded.kind == Class::kWord || c == '*';
    if (!own && !letter) {
      open = false;
      return;
    }
    if (!open || own) result.emplace_back();
    if (own || c == '*') {
      result.back() += static_cast<char>(c);
    } else {
      result.back() += folded.text;
    }
    open = !own;
  });
  return result;
}

}  // namespace meetlat::policy
