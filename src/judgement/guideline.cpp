#include "judgement/guideline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "judgement/truth.h"

namespace meetlat {
namespace {

// Half a tenth: the noise of adding up, and no score is shown finer than that.
constexpr double kNoise = 0.05;

// Steps that may decide: those whose condition is not known to be false, up to the first that holds.
struct Possible {
  std::vector<const GuidelineStep*> steps;
  std::vector<std::string> facts;
  std::vector<std::string> reasons;
};

Possible possible(const std::vector<GuidelineStep>& ladder, const Evidence& evidence) {
  Possible out;
  for (const GuidelineStep& step : ladder) {
    const Verdict verdict = step.when ? check(*step.when, evidence) : Verdict{};
    if (verdict.truth == Truth::kFalse) continue;
    out.steps.push_back(&step);
    for (const std::string& path : verdict.facts) add_new(out.facts, path);
    if (verdict.truth == Truth::kTrue) break;
    for (const std::string& reason : verdict.reasons) add_new(out.reasons, reason);
  }
  return out;
}

// Indices into the levels: best <= worst.
struct Span {
  std::size_t best = 0;
  std::size_t worst = 0;
};

class Measuring {
 public:
  Measuring(const Guideline& guideline, const Evidence& evidence) : guideline_(guideline), evidence_(evidence) {}

  GuidelineResult run() {
    GuidelineResult result{guideline_.id, guideline_.version, guideline_.title, {}, {}, {}};
    Span all;
    const auto add = [&](const Span& span, GuidelineResult::Item item) {
      all.best = std::max(all.best, span.best);
      all.worst = std::max(all.worst, span.worst);
      if (span.worst == 0) return;
      item.best = guideline_.levels[span.best];
      item.worst = guideline_.levels[span.worst];
      result.items.push_back(std::move(item));
    };
    if (!guideline_.parts.empty()) {
      GuidelineResult::Item item;
      const Span span = score(item);
      add(span, std::move(item));
    }
    for (const GuidelineCheck& each : guideline_.checks) {
      const Possible found = possible(each.steps, evidence_);
      Span span{guideline_.levels.size() - 1, 0};
      for (const GuidelineStep* step : found.steps) {
        span.best = std::min(span.best, step->level);
        span.worst = std::max(span.worst, step->level);
      }
      const bool certain = found.steps.size() == 1;
      add(span, {each.title,
                 {},
                 {},
                 certain ? found.steps.front()->text : std::string(),
                 found.facts,
                 span.best == span.worst ? std::vector<std::string>{} : found.reasons});
    }
    result.best = guideline_.levels[all.best];
    result.worst = guideline_.levels[all.worst];
    return result;
  }

 private:
  std::size_t level_for(double score) const {
    for (const GuidelineBound& bound : guideline_.bounds) {
      if (score >= bound.least) return bound.level;
    }
    return guideline_.levels.size() - 1;
  }

  Span score(GuidelineResult::Item& item) const {
    double low = 0;
    double high = 0;
    bool low_zero = false;
    bool high_zero = false;
    for (const GuidelinePart& part : guideline_.parts) {
      double part_low = 0;
      double part_high = 0;
      for (const auto* ladder : {&part.best, &part.worst}) {
        const Possible found = possible(*ladder, evidence_);
        const auto [least, most] =
            std::ranges::minmax_element(found.steps, {}, [](const GuidelineStep* step) { return step->points; });
        part_low += (*least)->points / 2;
        part_high += (*most)->points / 2;
        for (const std::string& path : found.facts) add_new(item.facts, path);
        for (const std::string& reason : found.reasons) add_new(item.reasons, reason);
      }
      low_zero = low_zero || part_low <= 0;
      high_zero = high_zero || part_high <= 0;
      low += part.weight * part_low / 100;
      high += part.weight * part_high / 100;
    }
    if (low_zero) low = 0;
    if (high_zero) high = 0;
    low += kNoise;
    high += kNoise;
    const Span span{level_for(high), level_for(low)};
    // Cut off, not rounded: a score that is shown as a bound has reached it.
    item.title = high - low < kNoise ? fmt::format("score {:.0f} of 100", std::floor(low))
                                     : fmt::format("score {:.0f} to {:.0f} of 100", std::floor(low), std::floor(high));
    if (span.best == span.worst) item.reasons.clear();
    return span;
  }

  const Guideline& guideline_;
  const Evidence& evidence_;
};

}  // namespace

GuidelineResult measure_by(const Guideline& guideline, const Evidence& evidence) {
  return Measuring(guideline, evidence).run();
}

}  // namespace meetlat
