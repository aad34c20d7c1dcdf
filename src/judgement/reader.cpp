#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "judgement/rule_reader.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostLines = 20;

// Edits (insert, delete, replace, swap of neighbours) between two short names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + same});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

std::string listed(std::initializer_list<std::string_view> first, std::initializer_list<std::string_view> second) {
  std::vector<std::string> names(first.begin(), first.end());
  names.insert(names.end(), second.begin(), second.end());
  return join(names, ", ");
}

bool holds(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void Problems::add(ErrorCode code, std::string text) {
  if (lines_.empty()) code_ = code;
  lines_.push_back(std::move(text));
}

Error Problems::joined() const {
  std::vector<std::string> shown(lines_.begin(),
                                 lines_.begin() + static_cast<std::ptrdiff_t>(std::min(lines_.size(), kMostLines)));
  if (lines_.size() > kMostLines) shown.push_back(fmt::format("and {} more", lines_.size() - kMostLines));
  return {code_, join(shown, "\n")};
}

std::string nearest(std::string_view wrong, const std::vector<std::string>& known) {
  if (wrong.size() > 200) return {};
  std::string best;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 4) + 1;
  for (const std::string& name : known) {
    const std::size_t edits = distance(wrong, name);
    if (edits < least) {
      least = edits;
      best = name;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  const std::string near = nearest(wrong, known);
  return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
}

void Reader::complain(Mark mark, std::string_view text, ErrorCode code) {
  problems_.add(code, fmt::format("{}:{}:{}: {}", file_, mark.line, mark.column, text));
}

bool Reader::map(const Doc& doc, std::string_view what, std::initializer_list<std::string_view> required,
                 std::initializer_list<std::string_view> optional) {
  const Doc::Map* map = doc.map();
  if (map == nullptr) {
    complain(doc.mark, fmt::format("{} must be a map with the keys {}", what, listed(required, optional)));
    return false;
  }
  bool fine = true;
  std::vector<std::string> known(required.begin(), required.end());
  known.insert(known.end(), optional.begin(), optional.end());
  for (const Doc::Entry& entry : *map) {
    if (holds(required, entry.key) || holds(optional, entry.key)) continue;
    complain(entry.mark, fmt::format("unknown key '{}' in {}{}; allowed: {}", entry.key, what,
                                     did_you_mean(entry.key, known), listed(required, optional)));
    fine = false;
  }
  for (const std::string_view key : required) {
    if (doc.find(key) != nullptr) continue;
    complain(doc.mark, fmt::format("{} lacks the key '{}'", what, key));
    fine = false;
  }
  return fine;
}

std::string Reader::text(const Doc& map, std::string_view key) {
  const Doc* doc = map.find(key);
  if (doc == nullptr) return {};
  const std::string* text = doc->string();
  if (text == nullptr) {
    complain(doc->mark, fmt::format("'{}' must be text; put numbers, true and false into quotes", key));
    return {};
  }
  std::string trimmed(trim(*text));
  if (trimmed.empty()) complain(doc->mark, fmt::format("'{}' is empty", key));
  return trimmed;
}

double Reader::number(const Doc& map, std::string_view key, double fallback, double low, double high) {
  const Doc* doc = map.find(key);
  if (doc == nullptr) return fallback;
  double value = 0;
  if (!doc->number(value) || !(value >= low && value <= high)) {
    complain(doc->mark, fmt::format("'{}' must be a number from {} to {}", key, low, high));
    return fallback;
  }
  return value;
}

std::vector<const Doc*> Reader::items(const Doc& map, std::string_view key) {
  std::vector<const Doc*> items;
  const Doc* doc = map.find(key);
  if (doc == nullptr) return items;
  const Doc::Seq* list = doc->seq();
  if (list == nullptr || list->empty()) {
    complain(doc->mark, fmt::format("'{}' must be a list with at least one entry", key));
    return items;
  }
  for (const Doc& item : *list) items.push_back(&item);
  return items;
}

std::vector<std::string> Reader::texts(const Doc& map, std::string_view key) {
  std::vector<std::string> texts;
  for (const Doc* item : items(map, key)) {
    if (item->string() == nullptr) {
      complain(item->mark, fmt::format("the entries of '{}' must be text", key));
    } else {
      texts.push_back(*item->string());
    }
  }
  return texts;
}

std::string Reader::name(const Doc& map, std::string_view key) {
  std::string text = this->text(map, key);
  const bool good = std::all_of(text.begin(), text.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!good) {
    complain(map.find(key)->mark, fmt::format("'{}' may hold lower-case letters, digits and hyphens only", key));
  }
  return text;
}

}  // namespace meetlat
