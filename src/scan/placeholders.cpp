// What a template would fill in stands in files that are not deployed yet. The reader of settings knows {{ ... }} and
// server-side includes as values that are not known; other spellings are turned into that one.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "scan/offline.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostNotes = 12;

bool attribute(const std::string& include, const char* name, std::string& value) {
  return re2::RE2::PartialMatch(include, fmt::format(R"re({}=["']([^"']*)["'])re", name), &value);
}

// What nginx puts in place of an include on a page without tenant; false where that depends on more than the page.
bool rendered(const std::string& include, std::string_view host, std::string& value) {
  std::string variable;
  if (!re2::RE2::PartialMatch(include, R"(^<!--#\s*echo\s)") || !attribute(include, "var", variable)) return false;
  if (variable == "subdomain" || variable == "subdir") return attribute(include, "default", value);
  if ((variable == "http_host" || variable == "host") && !host.empty()) {
    value = host;
    return true;
  }
  return false;
}

bool in_comment_line(std::string_view before) {
  const std::size_t line = before.rfind('\n');
  const std::string_view start = trim(line == std::string_view::npos ? before : before.substr(line + 1));
  return start.starts_with("//") || start.starts_with("*") || start.starts_with("/*");
}

}  // namespace

std::string mark_placeholders(const NamedFile& file, std::string_view host, std::vector<std::string>& notes) {
  static const re2::RE2 kPlaceholder(R"((<!--#[^\n]{0,300}?-->))"
                                     R"(|(\{\{[^\n]{0,300}?\}\}|\{%[^\n]{0,300}?%\}))"
                                     R"(|(<%[^\n]{0,300}?%>|__[A-Z][A-Z0-9_]{0,60}__|\$\{[A-Z][A-Z0-9_]{0,60}\}))");
  const std::string_view all = file.bytes;
  const bool has_template_literals = all.find('`') != std::string_view::npos;
  std::string out;
  re2::StringPiece include;
  re2::StringPiece known;
  re2::StringPiece other;
  std::size_t copied = 0;  // bytes of `all` that are in `out`
  std::size_t line = 1;
  std::size_t found = 0;
  re2::StringPiece rest(all.data(), all.size());
  while (re2::RE2::FindAndConsume(&rest, kPlaceholder, &include, &known, &other)) {
    const re2::StringPiece& part = !include.empty() ? include : !known.empty() ? known : other;
    const std::string_view match(part.data(), part.size());
    const auto begin = static_cast<std::size_t>(match.data() - all.data());
    line += static_cast<std::size_t>(std::count(all.begin() + static_cast<std::ptrdiff_t>(copied),
                                                all.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    out += all.substr(copied, begin - copied);
    copied = begin + match.size();
    std::string value;
    if (!include.empty() && rendered(std::string(match), host, value)) {
      out += value;
      continue;
    }
    const bool of_javascript = !other.empty() && match.starts_with('$') && has_template_literals;
    out +=
        other.empty() || of_javascript ? std::string(match) : "{{" + to_lower(match.substr(2, match.size() - 4)) + "}}";
    // Settings that the page includes are files of their own here.
    const bool of_settings = !include.empty() && match.find("config.js") != std::string_view::npos;
    if (of_settings || of_javascript || in_comment_line(all.substr(0, begin))) continue;
    if (++found <= kMostNotes) {
      notes.push_back(fmt::format("{}:{}: {} is filled in elsewhere, so what depends on it is not known",
                                  printable(file.name), line, excerpt(match, 60)));
    }
  }
  out += all.substr(copied);
  if (found > kMostNotes) {
    notes.push_back(fmt::format("{}: and {} more of that kind", printable(file.name), found - kMostNotes));
  }
  return out;
}

}  // namespace meetlat
