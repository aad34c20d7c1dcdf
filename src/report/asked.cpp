#include "report/asked.h"

#include <fmt/core.h>

#include <algorithm>

namespace meetlat {
namespace {

// How rule files mark entries for that service.
std::string_view mark_of(Service service) noexcept {
  switch (service) {
    case Service::kTurns:
      return " (turns)";
    case Service::kXmpp:
    case Service::kXmpps:
      return " (xmpp)";
    case Service::kInstance:
      break;
  }
  return "";
}

bool is_marked(std::string_view file) noexcept {
  return file.ends_with(mark_of(Service::kTurns)) || file.ends_with(mark_of(Service::kXmpp));
}

}  // namespace

std::vector<ConfigLines> config_for(const Rule& rule, Service service) {
  const std::string_view mark = mark_of(service);
  std::vector<ConfigLines> out;
  for (const ConfigLines& config : rule.config) {
    if (mark.empty() ? is_marked(config.file) : !config.file.ends_with(mark)) continue;
    out.push_back({config.file.substr(0, config.file.size() - mark.size()), config.lines});
  }
  return out;
}

bool was_not_asked(std::string_view reason) noexcept {
  constexpr std::string_view kNotAsked = " was not asked";
  if (reason.empty()) return false;
  while (!reason.empty()) {
    const std::size_t end = std::min(reason.find("; "), reason.size());
    if (!reason.substr(0, end).ends_with(kNotAsked)) return false;
    reason.remove_prefix(std::min(end + 2, reason.size()));
  }
  return true;
}

std::string not_asked_words(std::size_t rules) {
  return fmt::format("{} not asked, because of --only: an audit without it asks all.",
                     rules == 1 ? "1 rule was" : fmt::format("{} rules were", rules));
}

}  // namespace meetlat
