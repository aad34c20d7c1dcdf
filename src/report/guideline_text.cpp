#include "report/guideline_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "report/mask.h"

namespace meetlat {
namespace {

std::string level_words(const std::string& best, const std::string& worst) {
  return best == worst ? best : fmt::format("{} to {}", best, worst);
}

// "Protocol versions: insufficient (TLS 1.0 is accepted)"
std::string item_words(const GuidelineResult::Item& item) {
  std::string out = fmt::format("{}: {}", item.title, level_words(item.best, item.worst));
  if (!item.text.empty()) out += fmt::format(" ({})", item.text);
  if (item.best != item.worst && !item.reasons.empty())
    out += "; not measured: " + clean(join(item.reasons, "; "), 300);
  return out;
}

// Of a range that hangs on things that were not asked for, the open parts are no news.
bool says_something(const GuidelineResult& result) {
  return result.measured() ||
         std::ranges::any_of(result.items, [](const GuidelineResult::Item& item) { return item.best == item.worst; });
}

}  // namespace

void print_guidelines(Page& page, const HostReport& host) {
  if (std::ranges::none_of(host.guidelines, says_something)) return;
  page.blank();
  page.line("BY OTHERS' GUIDELINES (they say nothing about who runs the host, and decide nothing here)");
  for (const GuidelineResult& result : host.guidelines) {
    page.paragraph("  ", fmt::format("{} {}: {}", printable(result.title), printable(result.version),
                                     level_words(result.best, result.worst)));
    for (const GuidelineResult::Item& item : result.items) page.paragraph("    ", printable(item_words(item)));
  }
}

}  // namespace meetlat
