// The lines of a plain text and what each looks like; the lower half of paragraphs.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat::policy {

struct TextLine {
  enum Kind : std::uint8_t {
    kBlank,  // also a ruler
    kText,
    kBullet,   // begins with a bullet that is nothing else
    kNumber,   // begins with "2.", "(f)", "-": a list item, or a sentence that was wrapped there
    kAlone,    // a heading of Markdown, a row of a table, a page's header: joined with nothing
    kDropped,  // a page number or a repeated header or footer
  };
  std::uint32_t begin = 0;   // in TextLines::clean
  std::uint32_t size = 0;    // bytes
  std::uint32_t width = 0;   // characters
  std::uint16_t indent = 0;  // columns of white space before
  Kind kind = kBlank;
  std::uint8_t pages_before = 0;  // "\f" between the line before and this one; a blank line begins after 255
};

struct TextLines {
  std::string clean;  // the text with single spaces and no line breaks
  std::vector<TextLine> lines;

  std::string_view text(const TextLine& line) const { return std::string_view(clean).substr(line.begin, line.size); }
};

// Reads at most 4 GB. The end has a blank line when "\f" ends the text.
TextLines lines_of(std::string_view text);

std::size_t width_of(std::string_view utf8);                   // characters
bool begins_lower(std::string_view utf8);                      // is the first character a small letter?
bool is_all_caps(std::string_view utf8);                       // at least two letters, none of them small
bool ends_sentence(std::string_view utf8);                     // . ! ? … : behind closing quotes and brackets
bool ends_clause(std::string_view utf8);                       // , or ;
bool is_bare_bullet(std::string_view utf8);                    // a bullet and nothing behind it
bool is_letter_before(std::string_view utf8, std::size_t at);  // is the character that ends before `at` a letter?

}  // namespace meetlat::policy
