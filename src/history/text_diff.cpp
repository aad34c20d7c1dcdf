#include "history/text_diff.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

struct Line {
  std::string_view shown;
  std::string folded;
  std::size_t partner = kNowhere;  // its place in the other text
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view shown = trim(text.substr(begin, end - begin));
    std::string folded = fold(shown);
    if (!trim(folded).empty()) out.push_back({shown, std::string(trim(folded)), kNowhere});
    begin = end + 1;
  }
  return out;
}

std::string joined(const std::vector<Line>& lines) {
  std::string out;
  for (const Line& line : lines) {
    if (!out.empty()) out += ' ';
    out += line.folded;
  }
  return out;
}

// Gives equal lines of both texts to each other, in order; returns how many there are.
std::size_t match(std::vector<Line>& before, std::vector<Line>& after) {
  // Ordered, not hashed: nobody can choose lines that collide.
  std::map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t i = before.size(); i-- > 0;) places[before[i].folded].push_back(i);
  std::size_t kept = 0;
  for (std::size_t j = 0; j < after.size(); ++j) {
    const auto at = places.find(after[j].folded);
    if (at == places.end() || at->second.empty()) continue;
    const std::size_t i = at->second.back();
    at->second.pop_back();
    before[i].partner = j;
    after[j].partner = i;
    ++kept;
  }
  return kept;
}

// Both texts without what they share, in the order of the new one. What went stands where its predecessor stands now.
class Merger {
 public:
  Merger(const std::vector<Line>& before, const std::vector<Line>& after, TextDiff& out)
      : before_(before), after_(after), out_(out) {}

  void run() {
    removed_after(kNowhere);
    for (std::size_t j = 0; j < after_.size(); ++j) {
      if (after_[j].partner == kNowhere) {
        put(true, after_[j]);
      } else {
        removed_after(after_[j].partner);
      }
    }
  }
  bool has_sentence() const { return has_sentence_; }

 private:
  // The lines that went and stood right behind that kept line of the old text.
  void removed_after(std::size_t kept) {
    for (std::size_t i = kept == kNowhere ? 0 : kept + 1; i < before_.size() && before_[i].partner == kNowhere; ++i) {
      put(false, before_[i]);
    }
  }
  void put(bool added, const Line& line) {
    ++(added ? out_.added : out_.removed);
    if (out_.lines.size() < kMostLines) out_.lines.push_back({added, std::string(line.shown)});
    has_sentence_ = has_sentence_ || is_sentence(line.shown);
  }

  const std::vector<Line>& before_;
  const std::vector<Line>& after_;
  TextDiff& out_;
  bool has_sentence_ = false;
};

}  // namespace

bool is_sentence(std::string_view line) {
  std::size_t words = 0;
  bool inside = false;
  bool has_letter = false;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    inside = byte > ' ';
    if (!inside) has_letter = false;
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
    if (inside && letter && !has_letter) {
      has_letter = true;
      if (++words == 5) return true;
    }
  }
  const std::string_view text = trim(line);
  return words >= 3 && !text.empty() && std::string_view(".!?;").find(text.back()) != std::string_view::npos;
}

TextDiff diff_texts(std::string_view before, std::string_view after) {
  TextDiff out;
  std::vector<Line> old_lines = lines_of(before);
  std::vector<Line> new_lines = lines_of(after);
  if (joined(old_lines) == joined(new_lines)) {
    out.kept = new_lines.size();
    return out;
  }
  out.kept = match(old_lines, new_lines);
  Merger merger(old_lines, new_lines, out);
  merger.run();
  if (out.added + out.removed == 0) {
    out.verdict = TextVerdict::kReordered;
  } else {
    out.verdict = merger.has_sentence() ? TextVerdict::kChanged : TextVerdict::kEdited;
  }
  return out;
}

}  // namespace meetlat
