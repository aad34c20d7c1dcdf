#include "report/markdown_text.h"

#include <fmt/core.h>
#include <algorithm>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kWordJoiner = "\xe2\x81\xa0";  // no width, and no break

bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string markdown_text(std::string_view text) {
  const std::string shown = printable(text);
  std::string out;
  out.reserve(shown.size() + shown.size() / 8);
  for (std::size_t at = 0; at < shown.size(); ++at) {
    const char c = shown[at];
    const std::string_view rest = std::string_view(shown).substr(at);
    const char next = rest.size() > 1 ? rest[1] : ' ';
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '@' && is_word(next)) {
      out += "@" + std::string(kWordJoiner);  // a mention is looked for after all escapes are gone
    } else if (c == '#' && is_word(next)) {
      out += "\\#" + std::string(kWordJoiner);  // so is the number of an issue
    } else if (std::string_view("\\`*_{}[]#|~$").find(c) != std::string_view::npos || (c == ':' && next == '/')) {
      out += '\\';
      out += c;
    } else if (starts_with_i(rest, "www.")) {
      out += rest.substr(0, 3);
      out += "\\.";
      at += 3;
    } else {
      out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view lines) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : lines) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  std::string out = fence + "\n";
  for (const std::string& line : split(lines.ends_with('\n') ? lines.substr(0, lines.size() - 1) : lines, '\n')) {
    // Indentation means something in code, and printable() keeps spaces.
    out += printable(line) + "\n";
  }
  return out + fence + "\n";
}

}  // namespace meetlat
