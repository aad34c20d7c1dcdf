#include "base/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace meetlat {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::string_view kSpaces[] = {" ", "\t", "\n", "\r", "\f", "\v", "\xc2\xa0", "\xe2\x80\xaf", "\xef\xbb\xbf"};

// Reads one character; U+FFFD for an invalid sequence. Advances `at` by at least one byte.
UChar32 next_char(std::string_view bytes, std::size_t& at) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto length = static_cast<std::int32_t>(std::min<std::size_t>(bytes.size() - at, 8));
  std::int32_t used = 0;
  UChar32 c = 0;
  U8_NEXT(data + at, used, length, c);
  at += static_cast<std::size_t>(std::max(used, 1));
  return c < 0 ? 0xFFFD : c;
}

bool is_bidi_control(UChar32 c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

int char_width(UChar32 c) {
  const int type = u_charType(c);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR || type == U_CONTROL_CHAR) {
    return 0;
  }
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  if (width == U_EA_FULLWIDTH || width == U_EA_WIDE) return 2;
  return 1;
}

}  // namespace

void append_utf8(std::string& out, std::int32_t code_point) {
  std::uint8_t buffer[4];
  std::int32_t length = 0;
  UBool error = 0;
  U8_APPEND(buffer, length, 4, code_point, error);
  if (error == 0) out.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(length));
}

std::string_view trim(std::string_view text) noexcept {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view space : kSpaces) {
      while (text.starts_with(space)) {
        text.remove_prefix(space.size());
        again = true;
      }
      while (text.ends_with(space)) {
        text.remove_suffix(space.size());
        again = true;
      }
    }
  }
  return text;
}

std::string to_lower(std::string_view ascii) {
  std::string out(ascii);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool iequals(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool icontains(std::string_view haystack, std::string_view needle) noexcept {
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end(),
                     [](char x, char y) { return lower(x) == lower(y); }) != haystack.end() ||
         needle.empty();
}

bool starts_with_i(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(separator, begin);
    parts.emplace_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string fold(std::string_view utf8) {
  static const icu::Normalizer2* const nfkc_casefold = [] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFKCCasefoldInstance(status);
  }();
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(std::min<std::size_t>(utf8.size(), 1U << 30))));
  const icu::UnicodeString folded = nfkc_casefold->normalize(text, status);
  if (U_FAILURE(status) != 0) return to_lower(printable(utf8));
  std::string out;
  out.reserve(utf8.size());
  bool space = true;  // leading white space is dropped
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    UChar32 c = folded.char32At(i);
    if (c == 0x00AD || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF) continue;
    if (c == 0x2019 || c == 0x2018 || c == 0x02BC || c == 0x00B4 || c == 0x0060) c = '\'';
    if (u_isUWhiteSpace(c) != 0 || u_iscntrl(c) != 0) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    append_utf8(out, c);
  }
  return out;
}

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    UChar32 c = next_char(bytes, at);
    if (c == '\t' || c == '\n' || c == '\r') {
      c = ' ';
    } else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_bidi_control(c) || c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
               u_charType(c) == U_UNASSIGNED || u_charType(c) == U_SURROGATE) {
      c = 0xFFFD;
    }
    append_utf8(out, c);
  }
  return out;
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const UChar32 c = next_char(utf8, at);
    width += static_cast<std::size_t>(char_width(c));
  }
  return width;
}

std::string fit(std::string_view utf8, std::size_t columns) {
  if (display_width(utf8) <= columns) return std::string(utf8);
  if (columns == 0) return {};
  std::size_t width = 0;
  std::size_t end = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const UChar32 c = next_char(utf8, at);
    width += static_cast<std::size_t>(char_width(c));
    if (width > columns - 1) break;
    end = at;
  }
  return std::string(utf8.substr(0, end)) + "…";
}

std::string_view first_bytes(std::string_view utf8, std::size_t max_bytes) noexcept {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  std::size_t end = std::min(utf8.size(), max_bytes);
  while (end > 0 && end < utf8.size() && continues(utf8[end])) --end;
  return utf8.substr(0, end);
}

std::string excerpt(std::string_view bytes, std::size_t max_bytes) {
  // Cut before and after: a replacement character is longer than the byte that it stands for.
  const std::string clean = printable(first_bytes(bytes, max_bytes));
  return std::string(trim(first_bytes(clean, max_bytes)));
}

}  // namespace meetlat
