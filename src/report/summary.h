// What a report says as a whole: the numbers, the ranks, and the sentences above and below every rendering.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"

namespace meetlat {

inline constexpr std::string_view kDemoStamp =
    "DEMO: made-up hosts from the bundled fixtures. Nothing here is about a real host.";

struct Tally {
  std::size_t listed = 0;
  std::size_t audited = 0;  // status kMeasured
  std::size_t graded = 0;
  std::size_t excluded = 0;
  std::size_t from_files = 0;   // settings of files, which are no hosts and not in the other numbers
  std::size_t not_reached = 0;  // listed, but without a record: the run ended before
  std::map<char, std::size_t> letters;
  std::map<HostStatus, std::vector<const HostReport*>> others;  // hosts that were not audited, excluded ones too
};
Tally tally(const Report& report);

// For each host its rank, 1 for the best letter; hosts of one letter share theirs; 0 when not graded.
std::vector<std::size_t> ranks(const Report& report);
// The same, taken from the map where it is not empty.
std::vector<std::size_t> ranks(const Report& report, const std::map<std::string, std::size_t, std::less<>>& known);

// Paragraphs, most important first: DEMO stamp and early stop when there, the numbers, then when and by what.
std::vector<std::string> head_paragraphs(const Report& report, const Tally& tally);

// "Shown is where grade>=B holds: 3 of 9 hosts. 2 were left out because that is not known of them."
std::string selection_words(const Selection& selection);

// What no outsider can see. For under every rendering.
std::vector<std::string_view> foot_paragraphs();
// The same, or for settings that were read from files what they do not tell.
std::vector<std::string_view> foot_paragraphs(const Tally& tally);

// What the short words of a host's line mean.
std::string_view legend_paragraph() noexcept;

// A host's score with one decimal, for programs: rounded down, too.
double shown_score(double score);

// "84-91": rounded down, so that a score never looks better than its letter.
std::string range_words(const Range& range);

// What can be done about a host that was not audited; empty for kMeasured.
std::string_view advice_for(HostStatus status) noexcept;

// "policy.own is yes, was no: corrected on 2026-11-23 at the operator's request: ...". Masked and printable.
std::string correction_words(const Correction& correction);

// "waived until 2027-01-31 (operator): ...". Masked and printable.
std::string note_words(const FindingNote& note);

// "1 host", "2 hosts"
std::string count_words(std::size_t count, std::string_view singular);

}  // namespace meetlat
