#include "policy/discovery.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"

namespace meetlat::policy {

namespace {

constexpr std::size_t kAbbreviation = 5;  // letters of "DSGVO"
constexpr std::size_t kShortName = 3;     // words
constexpr std::size_t kNameLength = 100;  // a link text or heading is no longer than that

// "/Legal/Privacy.html/" -> "legal/privacy"
std::string bare_path(std::string_view path) {
  std::string bare = to_lower(path.substr(0, 500));
  while (!bare.empty() && bare.back() == '/') bare.pop_back();
  while (!bare.empty() && bare.front() == '/') bare.erase(0, 1);
  for (const char* extension : {".html", ".htm", ".php", ".pdf", ".md", ".txt", ".xhtml", ".shtml", ".aspx"}) {
    if (bare.ends_with(extension)) return bare.substr(0, bare.size() - std::string_view(extension).size());
  }
  return bare;
}

}  // namespace

Result<Discovery> Discovery::parse(std::string_view tsv) {
  std::string texts;
  std::vector<Path> paths;
  int number = 0;
  for (const std::string& line : split(tsv, '\n')) {
    ++number;
    const std::vector<std::string> cells = split(line, '\t');
    const bool skipped = trim(line).empty() || line.front() == '#' || line == "kind\tlang\twhere\tpattern";
    const bool veto = cells.size() == 4 && cells[2] == "not";
    const bool text = cells.size() == 4 && (cells[2] == "text" || veto);
    // A line of its own in either case, so that positions in errors stay right.
    texts += text && !skipped ? fmt::format("{}\t{}\t{}\n", cells[0], veto ? "not" : "strong", cells[3]) : "\n";
    if (skipped || text) continue;
    if (cells.size() != 4 || cells[2] != "path" || trim(cells[3]).empty()) {
      return fail(ErrorCode::kSchema,
                  fmt::format("line {}: kind, lang, text, not or path, pattern were expected", number));
    }
    paths.push_back({cells[0], cells[1], to_lower(trim(cells[3]))});
  }
  Result<Vocabulary> vocabulary = Vocabulary::parse(texts, "any");
  if (!vocabulary) return fail(vocabulary.error());
  if (paths.empty()) return fail(ErrorCode::kSchema, "the table has no paths");
  Discovery table(std::move(*vocabulary));
  table.paths_ = std::move(paths);
  return table;
}

const Result<Discovery>& Discovery::bundled() {
  static const Result<Discovery> table = []() -> Result<Discovery> {
    const Result<std::string> bytes = read_file(data_path("data/policy-discovery.tsv"));
    if (!bytes) return fail(bytes.error());
    Result<Discovery> parsed = parse(*bytes);
    if (!parsed) return fail(parsed.error().code, "data/policy-discovery.tsv: " + parsed.error().context);
    return parsed;
  }();
  return table;
}

bool Discovery::text_names(std::string_view kind, std::string_view text) const {
  if (text.empty() || text.size() > kNameLength) return false;
  const std::uint32_t wanted = texts_.item(kind);
  const Words words = words_of(text);
  Seen seen;
  texts_.find(words, 0, words.size(), seen);
  std::vector<Match> matches;
  texts_.evaluate(seen, {}, matches);
  const auto says = [&](Strength strength) {
    return std::any_of(matches.begin(), matches.end(), [&](const Match& match) {
      // "GDPR" is how a page is called; "The GDPR and our hobby" is what it is about.
      const bool short_name = match.words == 1 && words[match.word].size() <= kAbbreviation;
      return match.item == wanted && match.strength == strength && (!short_name || words.size() <= kShortName);
    });
  };
  return says(Strength::kStrong) && !says(Strength::kNot);
}

bool Discovery::path_names(std::string_view kind, std::string_view path) const {
  const std::string bare = bare_path(path);
  for (const Path& entry : paths_) {
    if (entry.kind != kind) continue;
    const std::string name = bare_path(entry.path);
    if (bare == name || bare.ends_with("/" + name)) return true;
    // "privacyverklaring-20200330", "de/datenschutz_2024"
    const std::size_t slash = bare.rfind('/');
    const std::string_view last = std::string_view(bare).substr(slash == std::string::npos ? 0 : slash + 1);
    if (name.find('/') == std::string::npos && name.size() >= 5 && last.size() > name.size() &&
        last.starts_with(name) && (last[name.size()] == '-' || last[name.size()] == '_')) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> Discovery::paths(std::string_view kind, std::string_view lang) const {
  std::vector<std::string> result;
  for (const Path& entry : paths_) {
    if (entry.kind == kind && entry.lang == lang) result.push_back(entry.path);
  }
  return result;
}

}  // namespace meetlat::policy
