// Jitsi Meet's releases: which build a page shows, from when it is, and what was fixed later. Web builds (?v=9268) and
// release numbers (stable-11031) are two number spaces with overlapping ranges, so they are two types.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace meetlat::probes {

struct WebBuild {
  int number = 0;
  friend auto operator<=>(const WebBuild&, const WebBuild&) = default;
};

struct Release {
  int number = 0;
  friend auto operator<=>(const Release&, const Release&) = default;
};

// "9268" or "4370.993" (8x8's suffix). kNotUnderstood for what operators make of it ("5142-3-5-2") and for the number
// of source checkouts ("139").
Result<WebBuild> parse_web_build(std::string_view text);

struct BuildRow {
  Release release;
  std::string date;  // YYYY-MM-DD
  Instant day{};
  std::optional<WebBuild> web;
  // "" where it is not known.
  std::string jicofo;  // "1183" of 1.0-1183
  std::string jvb;     // "2.3-295"
  std::string lib;     // git hash of lib-jitsi-meet, 8 digits
};

// Where a web build stands in the table.
struct BuildPlace {
  const BuildRow* not_older_than = nullptr;  // newest row that is not above the build; nullptr: older than the table
  const BuildRow* not_newer_than = nullptr;  // oldest row that is not below it; nullptr: newer than the table
  bool exact() const noexcept { return not_older_than != nullptr && not_older_than == not_newer_than; }
  // Is the client certainly of that release or a later one? Certainly of an earlier one?
  bool surely_at_least(Release release) const noexcept {
    return not_older_than != nullptr && not_older_than->release >= release;
  }
  bool surely_before(Release release) const noexcept {
    return not_newer_than != nullptr && not_newer_than->release < release;
  }
};

class BuildTable {
 public:
  // CSV with a header line "release,date,web[,jicofo,jvb,lib]"; '#' comments, of which "# read: 2026-08-20" says when
  // its sources were read and "# life: 300" for how many days that holds. kParse or kSchema with the line.
  static Result<BuildTable> parse(std::string_view csv);
  // The table of the installation, read once per process.
  static const Result<BuildTable>& bundled();

  // Pointers into the table. Never guesses: a build above the newest known web build has no upper row.
  BuildPlace place(WebBuild build) const noexcept;
  const BuildRow* find(Release release) const noexcept;
  // Stable releases in the table that are newer.
  int releases_after(Release release) const noexcept;
  // When its stated life ends; the end of time when it states none.
  Instant good_until() const noexcept { return good_until_; }
  // kDataTooOld, for what cannot be told after that day.
  static Error too_old();
  const std::vector<BuildRow>& rows() const noexcept { return rows_; }  // oldest first

 private:
  std::vector<BuildRow> rows_;
  Instant good_until_ = Instant::max();
};

// A version of something that counts by itself: "0.12.4" (Prosody), "1.0-940" (jicofo), "2.3-295-g8d5c0037b" (bridge).
// Such numbers are compared within one component only.
struct ComponentVersion {
  std::string component;     // "prosody", "jicofo", "jvb", "jigasi"
  std::vector<int> numbers;  // 0, 12, 4
};
// kNotUnderstood when there are not at least two numbers ("trunk", "nightly build 104").
Result<ComponentVersion> parse_component_version(std::string_view component, std::string_view text);

struct Advisory {
  std::string id;
  std::string title;
  std::string component;  // "web", "prosody", "jicofo", "jvb", "jigasi", "docker"
  Release since;          // the release that brought what it is about; 0: not known, so any
  Release fixed_in;       // 0: not part of a release of Jitsi
  // First versions with the fix in the component's own numbers, one for each branch that got it.
  std::vector<ComponentVersion> fixed;
  Instant fixed_on{};
  bool confidentiality = false;
};

// YAML as data/jitsi/advisories.yml. kParse or kSchema with the line.
Result<std::vector<Advisory>> parse_advisories(std::string_view yaml);
const Result<std::vector<Advisory>>& bundled_advisories();

// Advisories of the web client that a client at that place certainly lacks the fix of.
std::vector<const Advisory*> unfixed(const std::vector<Advisory>& advisories, const BuildPlace& place);

// Advisories of a component whose own version was seen, which that version lacks the fix of by its number.
// Distributions put fixes into older versions without changing what they announce: say so where the component comes
// from one.
std::vector<const Advisory*> unfixed(const std::vector<Advisory>& advisories, const ComponentVersion& version);

// Whole calendar months from `from` to `to`; 0 when `to` is earlier.
int months_between(Instant from, Instant to) noexcept;

}  // namespace meetlat::probes
