#include "base/personal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kMail = "[mail address]";
constexpr std::string_view kPhone = "[phone number]";
constexpr std::size_t kLongestLocalPart = 64;  // RFC 5321
constexpr std::size_t kLongestDomain = 253;
constexpr std::size_t kFewestDigits = 8;    // shorter ones are too easily something else
constexpr std::size_t kMostDigits = 15;     // ITU E.164
constexpr std::size_t kFewestAfterCue = 6;  // "Tel. 12 34 56"

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
bool is_alnum(char c) {
  return is_digit(c) || is_alpha(c);
}
bool is_local(char c) {
  return is_alnum(c) || is_high(c) || std::string_view("._%+-'").find(c) != std::string_view::npos;
}
bool is_domain(char c) {
  return is_alnum(c) || is_high(c) || c == '-' || c == '.';
}

// One way to write the sign between name and domain, or the dots inside the domain.
struct Sign {
  std::string_view text;
  bool spaced;  // white space around it belongs to the address
};
constexpr std::array kAtSigns = {
    Sign{"@", false},      Sign{"\xef\xbc\xa0", false}, Sign{"%40", false},  Sign{"&#64;", false},
    Sign{"&#x40;", false}, Sign{"&commat;", false},     Sign{"(at)", true},  Sign{"[at]", true},
    Sign{"{at}", true},    Sign{"<at>", true},          Sign{"(ät)", true},  Sign{"[ät]", true},
    Sign{"(@)", true},     Sign{"[@]", true},           Sign{"_at_", false},
};
constexpr std::array kDotSigns = {Sign{"(dot)", true},   Sign{"[dot]", true},   Sign{"{dot}", true},
                                  Sign{"(punkt)", true}, Sign{"[punkt]", true}, Sign{"(point)", true},
                                  Sign{"[.]", true},     Sign{"(.)", true}};

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  const std::size_t limit = std::min(text.size(), at + 3);
  while (at < limit && text[at] == ' ') ++at;
  return at;
}

// Length of the sign at `at` with the spaces after it, or 0.
template <std::size_t N>
std::size_t sign_at(std::string_view text, std::size_t at, const std::array<Sign, N>& signs, bool* spaced = nullptr) {
  for (const Sign& sign : signs) {
    if (!starts_with_i(text.substr(at), sign.text)) continue;
    if (spaced != nullptr) *spaced = sign.spaced;
    const std::size_t end = at + sign.text.size();
    return (sign.spaced ? skip_spaces(text, end) : end) - at;
  }
  return 0;
}

// Where the name before the sign at `at` starts; `at` itself when there is none. Never before `floor`.
std::size_t local_part_start(std::string_view text, std::size_t at, std::size_t floor, bool spaced) {
  std::size_t end = at;
  if (spaced) {
    while (end > floor && at - end < 3 && text[end - 1] == ' ') --end;
  }
  std::size_t start = end;
  while (start > floor && end - start < kLongestLocalPart && is_local(text[start - 1])) --start;
  return start == end ? at : start;
}

// Where the domain that starts at `at` ends; `at` itself when it is none. Wants a dot and a last label of letters.
std::size_t domain_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  std::size_t last_label = at;
  bool dotted = false;
  const std::size_t limit = std::min(text.size(), at + kLongestDomain);
  while (end < limit) {
    const std::size_t gap = skip_spaces(text, end);
    const std::size_t sign = end > last_label ? sign_at(text, gap, kDotSigns) : 0;
    if (sign == 0 && text[end] != '.') {
      if (!is_domain(text[end])) break;
      ++end;
      continue;
    }
    const std::size_t next = sign > 0 ? gap + sign : end + 1;
    // A dot that ends a sentence is no part of the domain.
    if (next >= text.size() || !(is_alnum(text[next]) || is_high(text[next]))) break;
    end = last_label = next;
    dotted = true;
  }
  if (!dotted || end - last_label < 2 || is_digit(text[last_label])) return at;
  return end;
}

// "name at example dot org": only with both words, else every "at" would be one.
std::size_t spelt_domain_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  const std::size_t limit = std::min(text.size(), at + kLongestDomain);
  bool dotted = false;
  while (end < limit) {
    const std::size_t start = end;
    while (end < limit && (is_alnum(text[end]) || text[end] == '-')) ++end;
    if (end == start) return at;
    if (!starts_with_i(text.substr(end), " dot ")) break;
    dotted = true;
    end += 5;
  }
  return dotted ? end : at;
}

// Where something was found; nothing when both ends are equal.
struct Span {
  std::size_t start = 0;
  std::size_t end = 0;
};

Span mail_at(std::string_view text, std::size_t at, std::size_t floor) {
  constexpr std::string_view kStarters = "@%&([{<_- \xef";
  if (kStarters.find(text[at]) == std::string_view::npos) return {};
  if (starts_with_i(text.substr(at), " at ")) {
    const std::size_t end = spelt_domain_end(text, at + 4);
    const std::size_t start = local_part_start(text, at, floor, false);
    if (end > at + 4 && start < at) return {start, end};
    return {};
  }
  bool spaced = false;
  const std::size_t sign = sign_at(text, at, kAtSigns, &spaced);
  if (sign == 0) return {};
  const std::size_t start = local_part_start(text, at, floor, spaced);
  if (start == at) return {};
  const std::size_t end = domain_end(text, at + sign);
  return end == at + sign ? Span{} : Span{start, end};
}

bool after_cue(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 15> kCues = {"tel",       "tél",      "telefon",  "telefoon", "telephone",
                                                      "téléphone", "telefono", "teléfono", "phone",    "mobil",
                                                      "mobile",    "mobiel",   "fon",      "fax",      "gsm"};
  std::size_t end = at;
  while (end > 0 && at - end < 6 && std::string_view(" .:/-(+").find(text[end - 1]) != std::string_view::npos) --end;
  const std::string_view before = text.substr(0, end);
  return std::any_of(kCues.begin(), kCues.end(), [&](std::string_view cue) {
    if (before.size() < cue.size() || !iequals(before.substr(before.size() - cue.size()), cue)) return false;
    return before.size() == cue.size() || !is_alnum(before[before.size() - cue.size() - 1]);
  });
}

// Groups of digits as "030 123-45 67" has them: their lengths and what stands between them.
struct Digits {
  std::vector<std::size_t> groups;
  std::string separators;  // one character for each gap; '*' for several
  std::size_t count = 0;
  std::size_t end = 0;
};

Digits read_digits(std::string_view text, std::size_t at) {
  constexpr std::string_view kSeparators = " -./()";
  Digits digits;
  std::size_t here = at;
  while (here < text.size() && digits.count <= kMostDigits) {
    const std::size_t start = here;
    while (here < text.size() && is_digit(text[here]) && digits.count + (here - start) <= kMostDigits) ++here;
    if (here == start) break;
    digits.groups.push_back(here - start);
    digits.count += here - start;
    digits.end = here;
    const std::size_t gap = here;
    while (here < text.size() && here - gap < 3 && kSeparators.find(text[here]) != std::string_view::npos) ++here;
    if (here == gap || here >= text.size() || !is_digit(text[here])) break;
    digits.separators += here - gap == 1 ? text[gap] : '*';
  }
  return digits;
}

bool looks_like_date_or_address(const Digits& digits) {
  const auto only = [&](char c) { return digits.separators.find_first_not_of(c) == std::string::npos; };
  const auto& g = digits.groups;
  if (g.size() == 4 && only('.')) {  // IPv4, unless a group is too long for one
    return std::all_of(g.begin(), g.end(), [](std::size_t n) { return n <= 3; });
  }
  // A date, alone or followed by something (a time, another date).
  const bool year_first = g.size() >= 3 && g[0] == 4 && g[1] <= 2 && g[2] <= 2;
  const bool year_last = g.size() >= 3 && g[0] <= 2 && g[1] <= 2 && g[2] == 4;
  const bool same = g.size() >= 3 && digits.separators[0] == digits.separators[1] && digits.separators[0] != ' ';
  return same && (year_first || year_last);
}

bool has_phone_shape(std::string_view text, std::size_t at, const Digits& digits) {
  const auto& g = digits.groups;
  if (digits.count > kMostDigits || g.empty()) return false;
  if (after_cue(text, at)) return digits.count >= kFewestAfterCue;
  if (digits.count < kFewestDigits || looks_like_date_or_address(digits)) return false;
  if (at > 0 && text[at - 1] == '+') return true;
  if (text.substr(at, 2) == "00") return g.size() >= 2 || digits.count >= 11;
  // A national number: a leading zero and an area code set apart, or "(030)".
  if (text[at] == '0') return (g.size() >= 2 && g[0] >= 2 && g[0] <= 6) || (digits.count >= 10 && digits.count <= 12);
  const bool grouped_by_three = g.size() == 3 && g[0] == 3 && g[1] == 3 && (g[2] == 3 || g[2] == 4);
  return grouped_by_three && digits.separators.find('.') == std::string::npos;
}

Span phone_at(std::string_view text, std::size_t at, std::size_t floor) {
  if (!is_digit(text[at])) return {};
  if (at > 0) {
    const char before = text[at - 1];
    // Inside a word, a number, a version, a path or an IPv6 address there is no telephone number.
    if (is_alnum(before) || before == '_' || before == '=' || before == '%' || before == '#') return {};
    const bool joined = before == '.' || before == '-' || before == '/' || before == ':' || before == ',';
    if (joined && !after_cue(text, at)) return {};
  }
  const Digits digits = read_digits(text, at);
  if (!has_phone_shape(text, at, digits)) return {};
  if (digits.end < text.size() && (is_alnum(text[digits.end]) || text[digits.end] == '_')) return {};
  std::size_t start = at;
  while (start > floor && at - start < 2 && (text[start - 1] == '+' || text[start - 1] == '(')) --start;
  return {start, digits.end};
}

std::string mask(std::string_view text, bool phones) {
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (const PersonalSpan& found : find_personal(text, phones)) {
    out.append(text.substr(done, found.begin - done));
    out.append(found.kind == PersonalSpan::Kind::kMail ? kMail : kPhone);
    done = found.end;
  }
  out.append(text.substr(done));
  return out;
}

}  // namespace

std::vector<PersonalSpan> find_personal(std::string_view text, bool phones, std::size_t most) {
  std::vector<PersonalSpan> result;
  std::size_t done = 0;  // nothing reaches back before it
  std::size_t at = 0;
  while (at < text.size() && result.size() < most) {
    const Span mail = mail_at(text, at, done);
    const Span phone = phones ? phone_at(text, at, done) : Span{};
    const bool is_mail = mail.start != mail.end;
    const Span found = is_mail ? mail : phone;
    if (found.start == found.end) {
      // A long number is looked at once, as a whole.
      const bool digit = is_digit(text[at]);
      ++at;
      while (digit && at < text.size() && is_digit(text[at])) ++at;
      continue;
    }
    result.push_back({is_mail ? PersonalSpan::Kind::kMail : PersonalSpan::Kind::kPhone, found.start, found.end});
    at = done = found.end;
  }
  return result;
}

std::string plain_mail(std::string_view address) {
  std::string out;
  std::size_t at = 0;
  while (at < address.size()) {
    // The signs begin with a bracket or stand alone; spaces around them belong to them.
    const std::size_t next = skip_spaces(address, at);
    bool spaced = false;
    if (const std::size_t sign = sign_at(address, next, kAtSigns, &spaced); sign > 0) {
      out += '@';
      at = next + sign;
    } else if (const std::size_t dot = sign_at(address, next, kDotSigns); dot > 0) {
      out += '.';
      at = next + dot;
    } else if (starts_with_i(address.substr(at), " at ")) {
      out += '@';
      at += 4;
    } else if (starts_with_i(address.substr(at), " dot ")) {
      out += '.';
      at += 5;
    } else {
      out += address[at++];
    }
  }
  return out;
}

std::string mask_personal(std::string_view text) {
  return mask(text, true);
}

std::string mask_mail(std::string_view text) {
  return mask(text, false);
}

}  // namespace meetlat
