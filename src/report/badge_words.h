// What a badge says: the few words and the colour that the picture and the record for a badge service share.
#pragma once

#include <string>

#include "model/report.h"

namespace meetlat {

struct BadgeWords {
  std::string label;     // "privacy"
  std::string message;   // "B good", "8 of 9 graded, best A"; never empty
  std::string colour;    // "#15803d": white text on it has a contrast of 4.5 or more
  std::string title;     // one sentence: which host, which day, by which rules
  bool unknown = false;  // no host could be audited, or none graded of many
};

BadgeWords badge_words(const Report& report);

}  // namespace meetlat
