#include "probes/csp.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostBytes = 16'000;
constexpr std::size_t kMostPolicies = 20;
constexpr std::size_t kMostDirectives = 100;  // there are about thirty

using Sources = std::vector<std::string>;

CspPolicy parse_policy(std::string_view text) {
  CspPolicy policy;
  for (const std::string& directive : split(text, ';')) {
    Sources words;
    std::string blanks = to_lower(directive);  // any ASCII white space separates
    std::ranges::replace_if(
        blanks, [](char c) { return c == '\t' || c == '\n' || c == '\f' || c == '\r'; }, ' ');
    for (std::string& word : split(blanks, ' ')) {
      if (!word.empty()) words.push_back(std::move(word));
    }
    if (words.empty()) continue;
    if (policy.size() == kMostDirectives) break;
    std::string name = std::move(words.front());
    words.erase(words.begin());
    const bool repeated = std::ranges::any_of(policy, [&](const auto& known) { return known.first == name; });
    if (!repeated) policy.emplace_back(std::move(name), std::move(words));
  }
  return policy;
}

// The first of these directives that the policy has, or nullptr.
const Sources* governing(const CspPolicy& policy, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (const auto& [directive, sources] : policy) {
      if (directive == name) return &sources;
    }
  }
  return nullptr;
}

bool has(const Sources& sources, std::string_view word) {
  return std::ranges::find(sources, word) != sources.end();
}

bool has_nonce_or_hash(const Sources& sources) {
  return std::ranges::any_of(sources, [](const std::string& source) {
    return source.starts_with("'nonce-") || source.starts_with("'sha256-") || source.starts_with("'sha384-") ||
           source.starts_with("'sha512-");
  });
}

// 0 anywhere, 1 inline, 2 strict.
int script_strictness(const CspPolicy& policy) {
  const Sources* sources = governing(policy, {"script-src-elem", "script-src", "default-src"});
  if (sources == nullptr) return 0;
  const bool named = has_nonce_or_hash(*sources);
  // With a nonce or hash, 'strict-dynamic' takes the place of hosts and schemes.
  const bool dynamic = named && has(*sources, "'strict-dynamic'");
  for (const std::string_view hole : {"*", "https:", "http:", "data:", "https://*", "http://*"}) {
    if (!dynamic && has(*sources, hole)) return 0;
  }
  return has(*sources, "'unsafe-inline'") && !named ? 1 : 2;
}

bool allows_blob_worker(const CspPolicy& policy) {
  const Sources* sources = governing(policy, {"worker-src", "child-src", "script-src", "default-src"});
  // '*' does not cover blob:, 'strict-dynamic' passes trust on to what a trusted script starts.
  return sources == nullptr || has(*sources, "blob:") || has(*sources, "'strict-dynamic'");
}

bool allows_eval(const CspPolicy& policy) {
  const Sources* sources = governing(policy, {"script-src", "default-src"});
  return sources == nullptr || has(*sources, "'unsafe-eval'");
}

}  // namespace

std::vector<CspPolicy> parse_csp(std::string_view header) {
  std::vector<CspPolicy> policies;
  for (const std::string& text : split(header.substr(0, kMostBytes), ',')) {
    if (policies.size() == kMostPolicies) break;
    CspPolicy policy = parse_policy(text);
    if (!policy.empty()) policies.push_back(std::move(policy));
  }
  return policies;
}

bool csp_allows_blob_worker(std::string_view header) {
  const std::vector<CspPolicy> policies = parse_csp(header);
  return std::ranges::all_of(policies, allows_blob_worker);
}

std::string_view csp_scripts(const std::vector<CspPolicy>& policies) {
  int strictest = 0;
  for (const CspPolicy& policy : policies) strictest = std::max(strictest, script_strictness(policy));
  constexpr std::array<std::string_view, 3> kWords{"anywhere", "inline", "strict"};
  return kWords.at(static_cast<std::size_t>(strictest));
}

std::vector<std::string> csp_open(const std::vector<CspPolicy>& policies) {
  const auto none_has = [&policies](std::initializer_list<std::string_view> names) {
    return std::ranges::none_of(policies, [&](const CspPolicy& policy) { return governing(policy, names) != nullptr; });
  };
  std::vector<std::string> open;
  if (std::ranges::all_of(policies, allows_eval)) open.emplace_back("eval");
  if (none_has({"object-src", "default-src"})) open.emplace_back("plugins");
  if (none_has({"base-uri"})) open.emplace_back("base");
  if (none_has({"form-action"})) open.emplace_back("forms");
  if (none_has({"frame-src", "child-src", "default-src"})) open.emplace_back("frames");
  return open;
}

bool csp_frame_ancestors(const std::vector<CspPolicy>& policies, std::vector<std::string>& sources) {
  for (const CspPolicy& policy : policies) {
    if (const Sources* found = governing(policy, {"frame-ancestors"})) {
      sources = *found;
      return true;
    }
  }
  return false;
}

}  // namespace meetlat::probes
