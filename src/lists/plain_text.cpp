// One host or URL a line, '#', '//' and ';' comments; and user scripts' @match patterns.
#include <algorithm>

#include "base/text.h"
#include "lists/country.h"
#include "lists/formats.h"
#include "lists/list_builder.h"
#include "lists/vocabulary.h"

namespace meetlat {
namespace {

// Calls `each(line number, trimmed line)` for every line.
template <class Each>
void for_lines(std::string_view bytes, Each each) {
  std::size_t number = 0;
  for (std::size_t from = 0; from < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
    each(++number, trim(bytes.substr(from, end - from)));
    from = end + 1;
  }
}

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with("//") || line.starts_with(';');
}

class TextSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "text"; }

  // Most lines must be a host and little else.
  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    std::size_t lines = 0;
    std::size_t hosts = 0;
    for_lines(bytes.substr(0, 100'000), [&](std::size_t, std::string_view line) {
      if (line.empty() || is_comment(line)) return;
      ++lines;
      std::string_view rest;
      const auto found = leading_candidate(line, rest);
      // A separator and more is another format's row.
      const bool row = !rest.empty() && std::string_view(",;\t|").find(rest.front()) != std::string_view::npos &&
                       trim(rest).size() > 1;
      if (found && !row && (is_comment(trim(rest)) || words_of(rest).size() <= 4)) ++hosts;
      // Half a list of placeholders is still a list.
      if (!found && is_placeholder(line)) --lines;
    });
    return hosts > 0 && hosts * 10 >= lines * 7;
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    ListBuilder list(format(), origin);
    for_lines(bytes, [&](std::size_t number, std::string_view line) {
      if (line.empty() || is_comment(line)) return;
      std::string_view rest;
      const auto found = leading_candidate(line, rest);
      if (!found) {
        if (is_placeholder(line)) {
          list.add_placeholder();
        } else {
          list.note(number, "no host name: " + excerpt(line, 80));
        }
        return;
      }
      std::vector<Claim> claims;
      for (const std::string& code : countries_in(skip_separators(rest))) claims.push_back(list.claim("country", code));
      list.add(*found, std::move(claims), number);
    });
    return std::move(list).finish();
  }
};

// What follows "@match" in a line, or "".
std::string_view pattern_in(std::string_view line) {
  for (const std::string_view key : {"@match", "@include"}) {
    const std::size_t at = line.find(key);
    if (at > 8) continue;  // or nowhere
    const std::string_view rest = line.substr(at + key.size());
    if (rest.starts_with(' ') || rest.starts_with('\t')) return trim(rest);
  }
  return {};
}

class UserscriptSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "userscript"; }

  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    return bytes.find("==UserScript==") != std::string_view::npos ||
           bytes.substr(0, 10'000).find("@match ") != std::string_view::npos;
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    ListBuilder list(format(), origin);
    for_lines(bytes, [&](std::size_t number, std::string_view line) {
      std::string_view pattern = pattern_in(line);
      if (pattern.empty()) return;
      const std::size_t scheme = pattern.find("://");
      std::string text(scheme == std::string_view::npos ? pattern : pattern.substr(scheme + 3));
      const std::size_t slash = std::min(text.find('/'), text.size());
      if (text.substr(0, slash).find('*') != std::string::npos) {
        list.note(number, "a pattern for many hosts names none: " + excerpt(pattern, 80));
        return;
      }
      // "/F*" is everything below the base path /F.
      text = "https://" + text.substr(0, text.find('*', slash));
      if (const auto found = read_candidate(text)) {
        list.add(*found, {}, number);
      } else {
        list.note(number, "no host name: " + excerpt(pattern, 80));
      }
    });
    return std::move(list).finish();
  }
};

}  // namespace

const ListSource& text_source() noexcept {
  static const TextSource source;
  return source;
}

const ListSource& userscript_source() noexcept {
  static const UserscriptSource source;
  return source;
}

}  // namespace meetlat
