#include "probes/policy_hints.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMaxTexts = 2000;
constexpr int kMaxDepth = 20;

// How pages name a language in their menus: in that language, and as a code.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kLanguageNames{{
    {"english", "en"},    {"englisch", "en"},   {"anglais", "en"},  {"engels", "en"},     {"deutsch", "de"},
    {"german", "de"},     {"duits", "de"},      {"allemand", "de"}, {"nederlands", "nl"}, {"dutch", "nl"},
    {"français", "fr"},   {"french", "fr"},     {"italiano", "it"}, {"italian", "it"},    {"español", "es"},
    {"castellano", "es"}, {"português", "pt"},  {"polski", "pl"},   {"čeština", "cs"},    {"česky", "cs"},
    {"svenska", "sv"},    {"in english", "en"},
}};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void walk(const JsValue& value, const std::string& name, int depth, std::vector<NamedText>& out) {
  if (depth > kMaxDepth || out.size() >= kMaxTexts) return;
  if (value.kind == JsValue::Kind::kString) out.push_back({name, value.string});
  for (const JsValue& item : value.items) walk(item, name, depth + 1, out);
  for (const auto& [key, member] : value.members) walk(member, key, depth + 1, out);
}

const std::string* text_under(const Doc& map, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const Doc* found = map.find(key);
    if (found != nullptr && found->string() != nullptr) return found->string();
  }
  return nullptr;
}

void walk(const Doc& value, const std::string& name, int depth, std::vector<NamedText>& out) {
  if (depth > kMaxDepth || out.size() >= kMaxTexts) return;
  if (const std::string* text = value.string(); text != nullptr) out.push_back({name, *text});
  if (const Doc::Seq* items = value.seq(); items != nullptr) {
    for (const Doc& item : *items) walk(item, name, depth + 1, out);
  }
  const Doc::Map* members = value.map();
  if (members == nullptr) return;
  // {"name": "Privacy policy", "url": "/p/7"}
  const std::string* label = text_under(value, {"name", "title", "label", "text", "short_name"});
  const std::string* address = text_under(value, {"url", "href", "link"});
  if (label != nullptr && address != nullptr) out.push_back({*label, *address});
  for (const Doc::Entry& member : *members) walk(member.value, member.key, depth + 1, out);
}

// The path's segments; the query is the last one.
std::vector<std::string> segments_of(const Url& url) {
  std::vector<std::string> segments = split(url.path(), '/');
  segments.push_back(url.query());
  return segments;
}

std::string language_of_segment(const std::string& segment) {
  std::string_view text = segment;
  for (const char* key : {"lang=", "language=", "locale=", "hl="}) {
    if (const std::size_t at = text.find(key); at != std::string_view::npos) {
      text.remove_prefix(at + std::string_view(key).size());
      return language_code(text.substr(0, text.find('&')));
    }
  }
  const bool alone = text.size() == 2 || (text.size() == 5 && (text[2] == '-' || text[2] == '_'));
  return alone ? language_code(text) : std::string();
}

}  // namespace

std::string language_code(std::string_view tag) {
  tag = trim(tag);
  std::size_t end = 0;
  while (end < tag.size() && tag[end] >= 'a' && tag[end] <= 'z') ++end;
  // "DE" alone is written for "de"; "deCH" and "de-CH" end where the country begins.
  if (end == 0) {
    while (end < tag.size() && is_letter(tag[end])) ++end;
  }
  if (end < 2 || end > 3) return {};
  if (end < tag.size() && !is_letter(tag[end]) && tag[end] != '-' && tag[end] != '_') return {};
  return to_lower(tag.substr(0, end));
}

std::string_view language_of_domain(std::string_view host) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kDomains{{{".de", "de"},
                                                                                    {".at", "de"},
                                                                                    {".ch", "de"},
                                                                                    {".li", "de"},
                                                                                    {".nl", "nl"},
                                                                                    {".be", "nl"},
                                                                                    {".fr", "fr"},
                                                                                    {".it", "it"},
                                                                                    {".es", "es"},
                                                                                    {".pt", "pt"},
                                                                                    {".br", "pt"},
                                                                                    {".pl", "pl"},
                                                                                    {".cz", "cs"},
                                                                                    {".se", "sv"}}};
  for (const auto& [domain, lang] : kDomains) {
    if (host.ends_with(domain)) return lang;
  }
  return {};
}

std::string language_of_url(const Url& url) {
  for (const std::string& segment : segments_of(url)) {
    if (std::string lang = language_of_segment(segment); !lang.empty()) return lang;
  }
  return {};
}

bool is_language_link(const HtmlLink& link, const Url& url, const Url& page, std::string_view lang) {
  if (!link.hreflang.empty()) return language_code(link.hreflang) == lang;
  // The same address with another language in the same place.
  const std::vector<std::string> here = segments_of(page);
  const std::vector<std::string> there = segments_of(url);
  if (here.size() == there.size()) {
    int different = 0;
    bool languages = true;
    for (std::size_t i = 0; i < here.size(); ++i) {
      if (here[i] == there[i]) continue;
      ++different;
      languages = languages && !language_of_segment(here[i]).empty() && language_of_segment(there[i]) == lang;
    }
    if (different == 1 && languages) return true;
  }
  const std::string words = fold(link.text);
  if (words.empty() || words.size() > 30) return false;
  if (words == lang) return true;
  return std::any_of(kLanguageNames.begin(), kLanguageNames.end(),
                     [&](const auto& entry) { return entry.second == lang && words == entry.first; });
}

std::string words_of_key(std::string_view key) {
  std::string words;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && i > 0 && key[i - 1] >= 'a' && key[i - 1] <= 'z') words += ' ';
    words += c == '_' || c == '-' || c == '.' ? ' ' : c;
  }
  return to_lower(words);
}

std::vector<NamedText> texts_of(const JsValue& value) {
  std::vector<NamedText> texts;
  walk(value, "", 0, texts);
  return texts;
}

std::vector<NamedText> texts_of(const Doc& value) {
  std::vector<NamedText> texts;
  walk(value, "", 0, texts);
  return texts;
}

}  // namespace meetlat::probes
