#include "report/badge_words.h"

#include <fmt/core.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/view.h"

namespace meetlat {
namespace {

constexpr const char* kGrey = "#52525b";

const char* colour_of(char letter) noexcept {
  switch (letter) {
    case 'A':
      return "#15803d";
    case 'B':
      return "#0f766e";
    case 'C':
      return "#854d0e";
    case 'D':
      return "#c2410c";
    default:
      return "#b91c1c";
  }
}

void of_one(const HostReport& host, BadgeWords& words) {
  const std::string name = host_words(host.target);
  if (host.status != HostStatus::kMeasured) {
    words.message = "not audited";
    words.unknown = true;
    words.title = fmt::format("{}: not audited, {}", name, words_for(host.status));
  } else if (!host.grade.letter) {
    words.message = "not graded";
    words.title = fmt::format("{}: not graded, {}", name, clean(host.grade.not_graded_reason, 200));
  } else {
    words.message = fmt::format("{} {}", *host.grade.letter, clean(host.grade.word, 30));
    words.colour = colour_of(*host.grade.letter);
    words.title = fmt::format("{}: {}, {} of 100 points", name, words.message, range_words(host.grade.range));
  }
}

void of_many(const Tally& numbers, BadgeWords& words) {
  words.message = fmt::format("{} of {} graded", numbers.graded, numbers.listed);
  words.title = fmt::format("{} of {} graded", numbers.graded, count_words(numbers.listed, "host"));
  words.unknown = numbers.letters.empty();
  if (words.unknown) return;
  const char best = numbers.letters.begin()->first;
  words.message += fmt::format(", best {}", best);
  words.title += fmt::format(", the best with {}", best);
  words.colour = colour_of(best);
}

}  // namespace

BadgeWords badge_words(const Report& report) {
  BadgeWords words{"privacy", "", kGrey, "", false};
  if (report.hosts.size() == 1 && report.header.listed <= 1 && report.hosts.front().status != HostStatus::kExcluded) {
    of_one(report.hosts.front(), words);
  } else {
    of_many(tally(report), words);
  }
  if (report.header.demo) words.message = "DEMO " + words.message;
  words.title += fmt::format(" (meetlat, {}, rules {})", format_date(report.header.started),
                             printable(report.header.rules_version));
  if (report.header.demo) words.title += ". " + std::string(kDemoStamp);
  return words;
}

}  // namespace meetlat
