#include "probes/csp.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace meetlat::probes {

namespace {

bool policy_allows(std::string_view policy) {
  constexpr std::array<std::string_view, 4> kGoverning{"worker-src", "child-src", "script-src", "default-src"};
  std::array<std::optional<bool>, kGoverning.size()> allows;
  for (const std::string& directive : split(policy, ';')) {
    std::vector<std::string> words;
    for (const std::string& word : split(trim(directive), ' ')) {
      if (!word.empty()) words.push_back(to_lower(word));
    }
    if (words.empty()) continue;
    for (std::size_t i = 0; i < kGoverning.size(); ++i) {
      if (words.front() != kGoverning[i] || allows[i]) continue;  // a repeated directive is ignored
      allows[i] = false;
      for (std::size_t w = 1; w < words.size(); ++w) {
        // '*' does not cover blob:, 'strict-dynamic' passes trust on to what a trusted script starts.
        if (words[w] == "blob:" || words[w] == "'strict-dynamic'") allows[i] = true;
      }
    }
  }
  for (const std::optional<bool>& answer : allows) {
    if (answer) return *answer;
  }
  return true;
}

}  // namespace

bool csp_allows_blob_worker(std::string_view header) {
  for (const std::string& policy : split(header.substr(0, 16'000), ',')) {
    if (!policy_allows(policy)) return false;
  }
  return true;
}

}  // namespace meetlat::probes
