#include "probes/policy_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kTextPart = 200'000;  // bytes of text that are read for cues
constexpr std::size_t kNameLength = 100;    // a link text or heading is no longer than that
constexpr std::size_t kShortest = 250;      // bytes; less says nothing about processing
constexpr std::size_t kSentence = 100;      // less than that is no statement
constexpr int kItems = 3;
constexpr int kManyItems = 5;
constexpr int kNearlyAll = 8;
constexpr int kVoiceRatio = 8;  // "we" for each "the companies"

Result<CueTable> load_cues(const char* file) {
  const Result<std::string> bytes = read_file(data_path(file));
  if (!bytes) return fail(bytes.error());
  Result<CueTable> table = CueTable::parse(*bytes);
  if (!table) return fail(table.error().code, fmt::format("{}: {}", file, table.error().context));
  return table;
}

const Result<CueTable>& item_cues() {
  static const Result<CueTable> table = load_cues("data/policy-cues.tsv");
  return table;
}

const Result<CueTable>& voices() {
  static const Result<CueTable> table = load_cues("data/policy-voice.tsv");
  return table;
}

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

Result<DiscoveryTable> DiscoveryTable::parse(std::string_view tsv) {
  DiscoveryTable table;
  for (const auto& [number, cells] : tsv_rows(tsv)) {
    if (cells.size() != 4 || trim(cells[3]).empty()) {
      return fail(ErrorCode::kSchema, fmt::format("line {}: kind, lang, text or path, pattern were expected", number));
    }
    const std::string pattern(trim(cells[3]));
    if (cells[2] == "text") {
      table.texts_.add(Cue{cells[0], cells[1], true}, pattern);
    } else if (cells[2] == "path") {
      table.paths_.push_back({cells[0], cells[1], to_lower(pattern)});
    } else {
      return fail(ErrorCode::kSchema, fmt::format("line {}: neither text nor path", number));
    }
  }
  if (table.paths_.empty()) return fail(ErrorCode::kSchema, "the table has no paths");
  return table;
}

const Result<DiscoveryTable>& DiscoveryTable::bundled() {
  static const Result<DiscoveryTable> table = []() -> Result<DiscoveryTable> {
    const Result<std::string> bytes = read_file(data_path("data/policy-discovery.tsv"));
    if (!bytes) return fail(bytes.error());
    Result<DiscoveryTable> parsed = parse(*bytes);
    if (!parsed) return fail(parsed.error().code, "data/policy-discovery.tsv: " + parsed.error().context);
    return parsed;
  }();
  return table;
}

bool DiscoveryTable::text_names(std::string_view kind, std::string_view text) const {
  if (trim(text).empty() || text.size() > kNameLength) return false;
  return total(texts_, texts_.count(fold(text)), kind, "") > 0;
}

bool DiscoveryTable::path_names(std::string_view kind, std::string_view path) const {
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

std::vector<std::string> DiscoveryTable::paths(std::string_view kind, std::string_view lang) const {
  std::vector<std::string> result;
  for (const Path& entry : paths_) {
    if (entry.kind == kind && entry.lang == lang) result.push_back(entry.path);
  }
  return result;
}

namespace {

// Where a heading with a privacy term was found. Headings are short lines of the visible text.
struct Headline {
  bool at_top = false;    // title, link text or one of the first lines
  bool anywhere = false;  // some short line
  bool about_terms = false;
};

Headline headline_of(const HtmlDocument& page, std::string_view link_text, const DiscoveryTable& discovery) {
  Headline headline;
  headline.at_top = discovery.text_names("privacy", link_text) ||
                    discovery.text_names("privacy", std::string_view(page.title).substr(0, kNameLength));
  headline.about_terms = discovery.text_names("terms", std::string_view(page.title).substr(0, kNameLength));
  std::size_t start = 0;
  int lines = 0;
  const std::string_view text = std::string_view(page.text).substr(0, kTextPart);
  while (start < text.size() && lines < 400) {
    std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = trim(text.substr(start, end - start));
    start = end + 1;
    if (line.empty()) continue;
    ++lines;
    if (line.size() > kNameLength || line.ends_with('.')) continue;
    if (lines <= 8 && discovery.text_names("terms", line)) headline.about_terms = true;
    if (discovery.text_names("privacy", line)) {
      headline.anywhere = true;
      if (lines <= 8) headline.at_top = true;
    }
  }
  headline.anywhere = headline.anywhere || headline.at_top;
  return headline;
}

bool has_contact(const HtmlDocument& page, std::string_view folded) {
  for (const HtmlLink& link : page.links) {
    if (starts_with_i(link.href, "mailto:") || starts_with_i(link.href, "tel:")) return true;
  }
  for (const char* at : {"(at)", "[at]", "[email", "{at}"}) {
    if (folded.find(at) != std::string_view::npos) return true;
  }
  for (std::size_t at = folded.find('@'); at != std::string_view::npos; at = folded.find('@', at + 1)) {
    if (at > 0 && at + 1 < folded.size() && folded[at - 1] != ' ' && folded[at + 1] != ' ') return true;
  }
  return false;
}

bool holds_word(std::string_view folded, std::string_view word) {
  if (word.size() < 3) return false;
  for (std::size_t at = folded.find(word); at != std::string_view::npos; at = folded.find(word, at + 1)) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & '\x80') != 0; };
    const bool left = at == 0 || !is_letter(folded[at - 1]);
    const std::size_t end = at + word.size();
    if (left && (end == folded.size() || !is_letter(folded[end]))) return true;
  }
  return false;
}

void set_names(const PolicyNames& names, const CueCounts& voice_counts, const CueTable& voice, PolicyReading& reading) {
  const std::string_view text = reading.folded;
  reading.names_instance = holds_word(text, fold(names.host)) || holds_word(text, fold(names.domain)) ||
                           (names.operator_name.size() >= 4 && holds_word(text, fold(names.operator_name)));
  reading.names_service = holds_word(text, fold(names.host)) || total(voice, voice_counts, "service", "any") > 0;
}

// The rule. Kept in one place, so that it can be read as one.
void decide(const Headline& headline, bool contact, int first, int generic, int terms, PolicyReading& reading) {
  const std::vector<std::string>& items = reading.items;
  const auto has = [&](const char* item) { return std::find(items.begin(), items.end(), item) != items.end(); };
  const int count = static_cast<int>(items.size()) + (contact && !has("contact") ? 1 : 0);
  const bool core = contact || has("controller") || has("purposes") || count >= kNearlyAll;
  // Articles about everybody's rights name as many items; they speak of companies and of "this article".
  const bool own_voice = generic * kVoiceRatio <= first && (first > 0 || has("controller"));
  const bool terms_rule = headline.about_terms && terms >= count;
  const std::string seen = fmt::format("{} items ({})", items.size(), join(items, ", "));
  const bool house_rules = count < kItems && terms > count;
  if (!headline.anywhere || items.empty() || house_rules) {
    reading.kind = PolicyKind::kNone;
    reading.why = headline.anywhere ? "a privacy heading, but no policy text" : "no privacy heading";
  } else if (headline.at_top && count >= kItems && items.size() >= 2 && core && own_voice && !terms_rule) {
    reading.kind = PolicyKind::kPolicy;
    reading.why = "privacy policy, " + seen;
  } else if (!headline.at_top && count >= kManyItems && has("controller") && own_voice && !terms_rule) {
    reading.kind = PolicyKind::kPolicy;
    reading.why = "privacy policy within another page, " + seen;
  } else if (headline.at_top || count >= kManyItems) {
    reading.kind = PolicyKind::kUnsure;
    reading.why = "perhaps a privacy policy, " + seen;
  } else {
    reading.kind = PolicyKind::kNone;
    reading.why = "mentions privacy only, " + seen;
  }
}

}  // namespace

Result<PolicyReading> read_policy(const HtmlDocument& page, std::string_view link_text, const PolicyNames& names) {
  const Result<CueTable>& items = item_cues();
  const Result<CueTable>& voice = voices();
  const Result<DiscoveryTable>& discovery = DiscoveryTable::bundled();
  if (!items) return fail(items.error());
  if (!voice) return fail(voice.error());
  if (!discovery) return fail(discovery.error());
  PolicyReading reading;
  reading.folded = fold(std::string_view(page.text).substr(0, kTextPart));
  const CueCounts voice_counts = voice->count(reading.folded);
  set_names(names, voice_counts, *voice, reading);
  if (reading.folded.size() < kShortest) {
    reading.why = reading.folded.empty() ? "an empty page" : "hardly any text";
    // "We store nothing." may be all that there is to say.
    const bool called_so = discovery->text_names("privacy", link_text) &&
                           discovery->text_names("privacy", std::string_view(page.title).substr(0, kNameLength));
    if (called_so && reading.folded.size() >= kSentence) {
      reading.kind = PolicyKind::kUnsure;
      reading.why = "called a privacy policy, but with hardly any text";
    }
    return reading;
  }
  BestLanguage best = best_language(*items, items->count(reading.folded));
  reading.lang = std::move(best.lang);
  reading.items = std::move(best.items);
  decide(headline_of(page, link_text, *discovery), has_contact(page, reading.folded),
         total(*voice, voice_counts, "first", reading.lang), total(*voice, voice_counts, "generic", reading.lang),
         total(*voice, voice_counts, "terms", reading.lang), reading);
  return reading;
}

}  // namespace meetlat::probes
