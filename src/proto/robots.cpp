#include "proto/robots.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{500} * 1024;  // RFC 9309 section 2.5: at least this much
constexpr std::size_t kMaxPattern = 1024;                   // longer ones match nothing that we would ask for
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxLines = 10'000;
constexpr std::string_view kProductToken = "meetlat";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void append_encoded(std::string& out, unsigned char c) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out.push_back('%');
  out.push_back(kHex[c >> 4]);
  out.push_back(kHex[c & 15]);
}

// RFC 9309 section 2.2.2: both sides in one spelling. Encoded unreserved octets are decoded, all other triplets get
// upper-case digits, and octets outside ASCII (and controls) are encoded. "%2A" and "%24" stay encoded: they are the
// literal characters, not the wildcards. In a path the bare '*' and '$' mean themselves, so they become those.
std::string normalise(std::string_view text, bool pattern) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      const auto octet = static_cast<unsigned char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      if (is_unreserved(octet)) {
        out.push_back(static_cast<char>(octet));
      } else {
        append_encoded(out, octet);
      }
      i += 2;
    } else if (c <= 0x20 || c >= 0x7F || (c == '*' && !pattern) || (c == '$' && (!pattern || i + 1 < text.size()))) {
      append_encoded(out, c);
    } else {
      out.push_back(static_cast<char>(c));
    }
  }
  return out;
}

// The leftmost place for each piece between stars is enough, so the time is bounded by pieces times path length.
bool matches(std::string_view pattern, std::string_view path) {
  const bool anchored = !pattern.empty() && pattern.back() == '$';
  if (anchored) pattern.remove_suffix(1);
  std::size_t at = 0;
  bool first = true;
  while (true) {
    const std::size_t star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    const bool last = star == std::string_view::npos;
    if (first) {
      if (path.substr(0, piece.size()) != piece) return false;
      at = piece.size();
      if (last) return !anchored || at == path.size();
    } else if (last) {
      if (!anchored) return path.find(piece, at) != std::string_view::npos;
      return path.size() >= at + piece.size() && path.substr(path.size() - piece.size()) == piece;
    } else {
      const std::size_t found = path.find(piece, at);
      if (found == std::string_view::npos) return false;
      at = found + piece.size();
    }
    first = false;
    pattern.remove_prefix(star + 1);
  }
}

struct Field {
  std::string_view name;
  std::string_view value;
};

std::optional<Field> parse_field(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return Field{trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
}

// "Meetlat/1.0 (audit)" names the product token "Meetlat": letters, '_' and '-' only.
std::string_view product_token(std::string_view value) {
  std::size_t length = 0;
  while (length < value.size()) {
    const char c = value[length];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-')) break;
    ++length;
  }
  return value.substr(0, length);
}

}  // namespace

Robots Robots::allow_all() {
  return {};
}

Robots Robots::forbid_all(std::string why) {
  Robots robots;
  robots.forbid_all_ = true;
  robots.why_ = std::move(why);
  return robots;
}

Robots Robots::parse(std::string_view bytes) {
  bytes = bytes.substr(0, kMaxBytes);
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  std::vector<Line> ours;      // groups that name us, merged
  std::vector<Line> everyone;  // groups of "*", merged
  bool named = false;
  bool in_agents = false;  // consecutive user-agent lines start one group
  bool for_us = false;
  bool for_everyone = false;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::optional<Field> field = parse_field(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (!field) continue;
    if (iequals(field->name, "user-agent")) {
      if (!in_agents) for_us = for_everyone = false;
      in_agents = true;
      for_everyone = for_everyone || field->value == "*";
      for_us = for_us || iequals(product_token(field->value), kProductToken);
      named = named || for_us;
      continue;
    }
    const bool allow = iequals(field->name, "allow");
    if (!allow && !iequals(field->name, "disallow")) continue;  // other fields do not end a group
    in_agents = false;
    if (field->value.empty() || field->value.size() > kMaxPattern) continue;  // an empty pattern matches nothing
    const Line line{allow, normalise(field->value, true)};
    if (for_us && ours.size() < kMaxLines) ours.push_back(line);
    if (for_everyone && everyone.size() < kMaxLines) everyone.push_back(line);
  }
  Robots robots;
  robots.lines_ = std::move(named ? ours : everyone);
  return robots;
}

bool Robots::allows(std::string_view path_and_query) const {
  if (forbid_all_) return false;
  const std::string path = normalise(path_and_query.empty() ? "/" : path_and_query.substr(0, kMaxPath), false);
  if (path == "/robots.txt") return true;  // implicitly allowed
  bool allowed = true;
  std::size_t longest = 0;
  for (const Line& line : lines_) {
    const std::size_t length = line.pattern.size();
    if (length < longest || !matches(line.pattern, path)) continue;
    allowed = line.allow || (length == longest && allowed);  // equally long: allow wins
    longest = length;
  }
  return allowed;
}

}  // namespace meetlat
