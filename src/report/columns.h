// What the formats of rows and records share: which host stands where, in which words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "report/writer.h"

namespace meetlat {

// "81.2": one decimal, as in the JSON report.
std::string score_words(double score);

// The country of the page's host, when all of its addresses are registered in one; several joined by " "; "?" when not
// measured.
std::string country_words(const HostReport& host);

// The rule of a finding, or nullptr when it was judged by rules that are not at hand.
const Rule* rule_of(const Finding& finding, const Rendering& rendering) noexcept;
Severity severity_of(const Finding& finding, const Rendering& rendering) noexcept;
// What a failed finding says in a few words: the rule's fail_text, else its title, else its id.
std::string failure_words(const Finding& finding, const Rendering& rendering);
// What was seen where, of the facts that decided: "jitsi.stun.third_party = ... (config.js line 41)"; masked and short.
std::string seen_words(const Finding& finding, const HostReport& host);

// Failed findings, the gravest first, then the costliest.
std::vector<const Finding*> failures(const HostReport& host, const Rendering& rendering);

// What a person corrected of the host, each in a sentence; "" when nothing was.
std::string corrections_words(const HostReport& host);
// What a person said about that finding: note_words() of each, parted by semicolons; often empty.
std::string notes_words(const HostReport& host, std::string_view rule);

// Was this host asked at all, and is it shown?
bool is_shown(const HostReport& host, const Rendering& rendering) noexcept;

// Where tools that only know files should put a finding.
struct FilePlace {
  std::string path;      // relative to where the list was named from; no control characters
  std::size_t line = 1;  // 1-based
  bool in_list = false;  // the line of a local list that names the host; else a name that stands for the host
};
FilePlace place_of(const Target& target);

// The same for the same rule, host and place of measuring, whatever else changes. 64 hexadecimal digits.
std::string fingerprint(std::string_view rule, const Target& target, std::string_view vantage);

}  // namespace meetlat
