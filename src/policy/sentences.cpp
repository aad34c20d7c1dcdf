#include "policy/sentences.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace meetlat::policy {

namespace {

constexpr std::size_t kLongest = 6000;  // bytes

// Lower case, without their dot. Each can stand in the middle of a sentence of a policy in one of the languages.
constexpr std::array<std::string_view, 88> kAbbreviations{
    "abs",  "art",  "artt", "nr",   "no",  "lit",  "let",    "ust",   "pkt",  "odst", "písm", "čl",   "bzw",
    "ggf",  "evtl", "usw",  "etc",  "ca",  "vgl",  "inkl",   "incl",  "excl", "bijv", "bv",   "nl",   "dhr",
    "mevr", "mr",   "mrs",  "ms",   "dr",  "prof", "st",     "str",   "tel",  "fax",  "cf",   "vs",   "ed",
    "eds",  "inc",  "ltd",  "corp", "co",  "gem",  "i.s",    "i.v.m", "d.h",  "z.b",  "u.a",  "e.g",  "i.e",
    "a.o",  "o.a",  "p.ej", "ej",   "pág", "pag",  "núm",    "num",   "sig",  "sigg", "ecc",  "es",   "par",
    "ex",   "env",  "av",   "bd",   "max", "min",  "approx", "resp",  "sog",  "so g", "sec",  "para", "cap",
    "np",   "tzn",  "tj",   "tzv",  "kap", "bl.a", "t.ex",   "dvs",   "zgl",  "sp"};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The run of letters, digits and dots that ends at `end`.
std::string_view last_word(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < 16) {
    const char c = text[begin - 1];
    const bool part = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & '\x80') != 0 || c == '.';
    if (!part) break;
    --begin;
  }
  return text.substr(begin, end - begin);
}

bool ends_sentence(std::string_view text, std::size_t at) {
  std::size_t next = at + 1;
  while (next < text.size() && (text[next] == ')' || text[next] == '"' || text[next] == '\'')) ++next;
  if (next >= text.size() || !is_space(text[next])) return false;
  while (next < text.size() && is_space(text[next])) ++next;
  if (next >= text.size()) return true;
  if (text[at] != '.') return true;
  const char follows = text[next];
  // A small letter goes on with the sentence; what is not ASCII may be a capital.
  if (follows >= 'a' && follows <= 'z') return false;
  // "(art. 6 GDPR). We": not after a number or a quoted name, which the next sentence often goes on about.
  if (at > 1 && text[at - 1] == ')') {
    const char last = text[at - 2];
    return (last >= 'a' && last <= 'z') || (last >= 'A' && last <= 'Z');
  }
  const std::string word = to_lower(last_word(text, at));
  if (word.size() <= 1) return false;
  // "1. Mai", "25.5. 2018": a day goes on; a year or a version ends.
  if (is_digit(word.back()))
    return word.size() > (word.find('.') == std::string::npos ? 3 : 5) || !is_digit(word.front());
  const std::string_view bare =
      std::string_view(word).substr(word.rfind('.') == std::string::npos ? 0 : word.rfind('.') + 1);
  return bare.size() > 1 && std::find(kAbbreviations.begin(), kAbbreviations.end(), word) == kAbbreviations.end() &&
         std::find(kAbbreviations.begin(), kAbbreviations.end(), bare) == kAbbreviations.end();
}

}  // namespace

std::vector<Span> sentences_of(std::string_view text) {
  std::vector<Span> result;
  std::size_t begin = 0;
  const auto cut = [&](std::size_t end) {
    while (begin < end && is_space(text[begin])) ++begin;
    std::size_t stop = end;
    while (stop > begin && is_space(text[stop - 1])) --stop;
    if (stop > begin) result.push_back({begin, stop});
    begin = end;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool ends = (c == '.' || c == '!' || c == '?') && ends_sentence(text, at);
    // What goes on for pages without a full stop is no sentence.
    if (ends || (is_space(c) && at - begin > kLongest) || at - begin > 2 * kLongest) cut(at + 1);
  }
  cut(text.size());
  return result;
}

}  // namespace meetlat::policy
