#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "judgement/rule_reader.h"

namespace meetlat {
namespace {

class GuidelineReader {
 public:
  GuidelineReader(Reader& reader, const FactNames& facts) : reader_(reader), facts_(facts) {}

  Guideline read(const Doc& doc) {
    reader_.map(doc, "a guideline", {"id", "version", "title", "levels", "checks", "references"}, {"score"});
    if (doc.map() == nullptr) return guideline_;
    guideline_.id = reader_.name(doc, "id");
    guideline_.version = reader_.text(doc, "version");
    guideline_.title = reader_.text(doc, "title");
    guideline_.levels = reader_.texts(doc, "levels");
    guideline_.references = read_references(doc, reader_);
    if (const Doc* score = doc.find("score")) read_score(*score);
    std::set<std::string> ids;
    for (const Doc* item : reader_.items(doc, "checks")) {
      if (!reader_.map(*item, "a check", {"id", "title", "steps"}, {})) continue;
      GuidelineCheck check{reader_.name(*item, "id"), reader_.text(*item, "title"), steps(*item, "steps", false)};
      if (!ids.insert(check.id).second) {
        reader_.complain(item->find("id")->mark, fmt::format("check '{}' occurs twice", check.id));
      }
      guideline_.checks.push_back(std::move(check));
    }
    return std::move(guideline_);
  }

 private:
  std::size_t level(const Doc& doc) {
    const std::string name = reader_.text(doc, "level");
    const auto it = std::ranges::find(guideline_.levels, name);
    if (it == guideline_.levels.end()) {
      const Doc* place = doc.find("level");
      reader_.complain(place == nullptr ? doc.mark : place->mark,
                       fmt::format("no level '{}'{}", name, did_you_mean(name, guideline_.levels)));
      return 0;
    }
    return static_cast<std::size_t>(it - guideline_.levels.begin());
  }

  std::vector<GuidelineStep> steps(const Doc& doc, std::string_view key, bool scored) {
    std::vector<GuidelineStep> out;
    const std::string_view result = scored ? "points" : "level";
    for (const Doc* item : reader_.items(doc, key)) {
      if (!reader_.map(*item, "a step", {result}, {"when", "text"})) continue;
      GuidelineStep step;
      if (scored) {
        step.points = reader_.number(*item, "points", 0, 0, 100);
      } else {
        step.level = level(*item);
      }
      if (const Doc* when = item->find("when")) step.when = read_condition(*when, "when", reader_, facts_);
      step.text = reader_.text(*item, "text");
      if (!out.empty() && !out.back().when) reader_.complain(item->mark, "the step before always holds");
      out.push_back(std::move(step));
    }
    if (!out.empty() && out.back().when) {
      reader_.complain(doc.find(key)->mark, "the last step must hold always; leave out its 'when'");
    }
    return out;
  }

  void read_score(const Doc& doc) {
    if (!reader_.map(doc, "a score", {"parts", "bounds"}, {})) return;
    double sum = 0;
    for (const Doc* item : reader_.items(doc, "parts")) {
      if (!reader_.map(*item, "a part", {"id", "weight", "best", "worst"}, {})) continue;
      GuidelinePart part{reader_.name(*item, "id"), reader_.number(*item, "weight", 0, 0, 100),
                         steps(*item, "best", true), steps(*item, "worst", true)};
      sum += part.weight;
      guideline_.parts.push_back(std::move(part));
    }
    if (std::abs(sum - 100) > 1e-6) {
      reader_.complain(doc.find("parts")->mark, fmt::format("the weights of the parts add up to {}, not to 100", sum));
    }
    double above = 101;
    for (const Doc* item : reader_.items(doc, "bounds")) {
      if (!reader_.map(*item, "a bound", {"level", "least"}, {})) continue;
      const GuidelineBound bound{level(*item), reader_.number(*item, "least", 0, 0, 100)};
      if (bound.least >= above) reader_.complain(item->mark, "bounds go from the best level down");
      above = bound.least;
      guideline_.bounds.push_back(bound);
    }
    if (above > 0) reader_.complain(doc.find("bounds")->mark, "the last bound must begin at 0");
  }

  Reader& reader_;
  const FactNames& facts_;
  Guideline guideline_;
};

}  // namespace

Guideline read_guideline(const Doc& doc, Reader& reader, const FactNames& facts) {
  return GuidelineReader(reader, facts).read(doc);
}

}  // namespace meetlat
