#include "lists/candidate.h"

#include <libpsl.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "lists/vocabulary.h"

namespace meetlat {
namespace {

// Names with these endings are usually files, although the endings are top-level domains too.
constexpr std::array<std::string_view, 14> kFileLike = {"md", "sh", "py", "rs",  "pl", "zip", "mov",
                                                        "ps", "so", "cc", "app", "do", "im",  "st"};
constexpr std::array<std::string_view, 5> kReserved = {"test", "example", "invalid", "localhost", "internal"};
constexpr std::array<std::string_view, 6> kHidden = {"onion", "i2p", "loki", "local", "localhost", "arpa"};

bool contains(const auto& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view last_label(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : host.substr(dot + 1);
}

// Some countries have only second-level suffixes ("co.za"), so every tail of the name is asked about.
bool has_known_suffix(const std::string& host) {
  if (contains(kReserved, last_label(host))) return true;
  static const psl_ctx_t* const psl = psl_latest(nullptr);
  for (std::size_t dot = host.find('.'); dot != std::string::npos; dot = host.find('.', dot + 1)) {
    if (psl_is_public_suffix2(psl, host.c_str() + dot + 1, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0) return true;
  }
  return false;
}

std::string_view strip_wrapping(std::string_view text) {
  constexpr std::string_view kOpen = "<([\"'`*_{|~";
  constexpr std::string_view kClose = ">)]\"'`*_,;:!}|~";
  text = trim(text);
  // A pattern's "/*" is part of the text, not emphasis.
  const bool pattern = text.ends_with("/*");
  while (!text.empty() && kOpen.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  if (pattern && !text.starts_with('*')) {
    if (text.ends_with("/*")) text.remove_suffix(1);
    return trim(text);
  }
  while (!text.empty() && kClose.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  // Typographic quotes and brackets, two or three bytes each.
  for (const std::string_view mark : {"„", "“", "”", "«", "»", "‘", "’", "‹", "›"}) {
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    if (text.ends_with(mark)) text.remove_suffix(mark.size());
  }
  return trim(text);
}

struct PathShape {
  UrlShape shape = UrlShape::kRoot;
  std::string base = "/";
};

PathShape shape_of(const Url& url, bool fragment) {
  std::string_view path = url.path();
  if (!url.query().empty()) return {UrlShape::kPage, url.path()};
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path.size() <= 1) return {};
  const std::string_view segment = path.substr(1);
  // What a web server answers for "/" anyway.
  if (segment == "index.html" || segment == "index.htm" || segment == "index.php") return {};
  if (fragment) return {UrlShape::kPage, url.path()};
  if (segment.find('/') != std::string_view::npos || segment.find('.') != std::string_view::npos ||
      segment.find('%') != std::string_view::npos || segment.front() == '~' || segment.front() == '@') {
    return {UrlShape::kPage, url.path()};
  }
  return {UrlShape::kBase, std::string(path) + "/"};
}

bool starts_with_scheme(std::string_view text) {
  return starts_with_i(text, "https://") || starts_with_i(text, "http://");
}

bool is_room_placeholder(std::string_view segment) {
  if (segment == "%s" || segment == "%S") return true;
  if (segment.size() < 2 || std::string_view("$:{<[").find(segment.front()) == std::string_view::npos) return false;
  // "${x}" is a program's own text, not a template for readers.
  std::string_view name = segment.substr(1);
  if (segment.front() != '$' && segment.front() != ':') {
    while (!name.empty() && std::string_view("{}>]").find(name.front()) != std::string_view::npos)
      name.remove_prefix(1);
    while (!name.empty() && std::string_view("}>]").find(name.back()) != std::string_view::npos) name.remove_suffix(1);
  }
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

// "https://meet.example/$ROOM" and "https://meet.example/{room}" are the instance and a place for the room's name.
std::string_view without_room(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash <= host || !is_room_placeholder(text.substr(slash + 1))) return text;
  return text.substr(0, slash + 1);
}

std::set<std::string> load_other_places() {
  std::set<std::string> places;
  const auto bytes = read_file(data_path("data/not-instances.txt"), std::size_t{1} << 20);
  if (!bytes) return places;
  for (const std::string& line : split(*bytes, '\n')) {
    const std::string_view name = trim(std::string_view(line).substr(0, line.find('#')));
    if (!name.empty()) places.insert(to_lower(name));
  }
  return places;
}

bool is_decoration(UChar32 c) {
  if (c == 0xfe0f || c == 0x200d || c == 0x20e3 || c == 0xa0 || c == 0x202f) return true;
  if (c >= 0x1f1e6 && c <= 0x1f1ff) return true;  // flags
  if (c < 0x80) return c == ' ' || c == '\t' || c == '*' || c == '-' || c == '+' || c == '>' || c == '~' || c == '|';
  if (u_isUWhiteSpace(c)) return true;
  const auto type = u_charType(c);
  return type == U_OTHER_SYMBOL || type == U_MATH_SYMBOL || type == U_DASH_PUNCTUATION || c == 0x2022 || c == 0xb7 ||
         c == 0x203a || c == 0x2049 || c == 0x203c || u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION);
}

}  // namespace

std::optional<Candidate> read_candidate(std::string_view text) {
  text = without_room(strip_wrapping(text));
  if (text.size() < 4 || text.size() > 2048) return std::nullopt;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '\\' || c == '$' || c == '{' || c == '<') return std::nullopt;
  }
  Candidate out;
  out.has_scheme = starts_with_scheme(text);
  std::string full;
  if (out.has_scheme) {
    full = std::string(text);
  } else {
    if (starts_with_i(text, "*://")) text.remove_prefix(4);
    if (text.starts_with("//")) text.remove_prefix(2);
    const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    const std::size_t colon = authority.find(':');
    if (colon != std::string_view::npos && authority.find_first_not_of("0123456789", colon + 1) != authority.npos) {
      return std::nullopt;  // another scheme, or "Label:text"
    }
    full = "https://" + std::string(text);
  }
  const std::size_t begin = full.find("://") + 3;
  const std::string_view authority = std::string_view(full).substr(begin, full.find_first_of("/?#", begin) - begin);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
  if (authority.find('*') != std::string_view::npos) return std::nullopt;
  auto url = Url::parse(full);
  if (!url) return std::nullopt;
  const std::string& host = url->host();
  const bool literal = is_ip_literal(host);
  if (literal && !out.has_scheme) return std::nullopt;
  const bool dotted = host.find('.') != std::string::npos;
  if (!literal && (!dotted || contains(kHidden, last_label(host)) || !has_known_suffix(host))) return std::nullopt;
  const std::size_t hash = full.find('#');
  const PathShape shape = shape_of(*url, hash != std::string::npos && hash + 1 < full.size());
  out.shape = shape.shape;
  const bool two_labels = std::count(host.begin(), host.end(), '.') == 1;
  out.weak = !out.has_scheme && two_labels && contains(kFileLike, last_label(host));
  out.url = out.shape == UrlShape::kPage ? *url : url->with_path(shape.base);
  return out;
}

std::optional<Candidate> leading_candidate(std::string_view text, std::string_view& rest) {
  text = trim(text);
  std::size_t end = 0;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > 0x20) {
    // A no-break space ends a word too.
    const std::string_view here = text.substr(end);
    if (here.starts_with("\xc2\xa0") || here.starts_with("\xe2\x80\xaf")) break;
    // "a.example,b.example" and "a.example|b" are two words.
    if (text[end] == ',' || text[end] == '|' || text[end] == ';') break;
    ++end;
  }
  auto found = read_candidate(text.substr(0, end));
  if (!found) return found;
  rest = text.substr(end);
  return found;
}

bool can_be_instance(const Candidate& candidate) {
  if (candidate.shape == UrlShape::kPage || is_other_place(candidate.url.host())) return false;
  if (candidate.shape == UrlShape::kRoot) return true;
  // "https://club.example/privacy" has the form of a base path and is none.
  switch (role_of(candidate.url.path()).role) {
    case Role::kPrivacy:
    case Role::kLegal:
    case Role::kOther:
    case Role::kChecker:
    case Role::kSoftware:
      return false;
    default:
      return true;
  }
}

std::string_view skip_separators(std::string_view text) {
  for (std::size_t before = text.size() + 1; before != text.size();) {
    before = text.size();
    text = trim(text);
    for (const std::string_view mark : {"--", "–", "—", "-", ":", ",", ";", "=>", "|"}) {
      if (text.starts_with(mark)) text.remove_prefix(mark.size());
    }
  }
  return text;
}

bool is_placeholder(std::string_view text) {
  const std::string folded = fold(text);
  const std::string_view plain = trim(folded);
  if (plain.empty()) return true;
  if (plain.find_first_not_of("?-_.*/#x ") == std::string_view::npos) return true;
  constexpr std::array<std::string_view, 14> kNothing = {
      "–", "—", "…", "n/a", "na", "tba", "tbd", "todo", "none", "unknown", "unbekannt", "keine", "geen", "null"};
  return contains(kNothing, plain);
}

bool is_other_place(std::string_view host) {
  static const std::set<std::string> places = load_other_places();
  std::string name = to_lower(host);
  while (!name.empty()) {
    if (places.contains(name)) return true;
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) break;
    name.erase(0, dot + 1);
  }
  return false;
}

std::string_view skip_decoration(std::string_view text) {
  while (!text.empty()) {
    int32_t next = 0;
    UChar32 c = 0;
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    const auto length = static_cast<int32_t>(std::min<std::size_t>(text.size(), 8));
    U8_NEXT(bytes, next, length, c);
    if (c < 0 || !is_decoration(c)) {
      if (text.starts_with("[ ]") || text.starts_with("[x]") || text.starts_with("[X]")) {
        text.remove_prefix(3);
        continue;
      }
      break;
    }
    text.remove_prefix(static_cast<std::size_t>(next));
  }
  return text;
}

}  // namespace meetlat
