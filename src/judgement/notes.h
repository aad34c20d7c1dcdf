// What a person said about findings without changing them: which of it holds for one host, and what it does to caps and
// gates. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/evidence.h"
#include "model/finding_notes.h"
#include "model/report.h"
#include "model/review.h"
#include "model/rule.h"

namespace meetlat {

// A review of one of the kinds kConfirm to kWaiver that counts.
struct Note {
  Review review;
  bool over = false;  // its last day has passed
};
using Notes = std::vector<Note>;

// SHA-256 over paths, subjects and values, not over where and when they were seen: two Runs that saw the same have the
// same digest. "" of no facts.
std::string evidence_digest(const Evidence& evidence);

// As above, over the outcome and the facts that decided it: what a person looked at who confirms the finding.
std::string evidence_digest(const Finding& finding, const Evidence& evidence);

// Those about the findings of that host. Of several of one kind about one rule, the one that names the host most
// closely counts, then the latest, then the last. Excuses and waivers are about failures only; a confirmation is about
// just what the person saw.
std::vector<FindingNote> notes_for(const Notes& notes, const Target& target, std::span<const Finding> findings,
                                   const Evidence& evidence);

// A cap is confirmed by a person when every finding that it needs is; of alternatives one is enough.
void confirm_caps(HostReport& host, const Profile& profile);

// What a person should look at before it is published: a cap that nobody confirmed, or a finding by which the host's
// own words differ from what was seen.
struct OpenPoint {
  const AppliedCap* applied = nullptr;  // of the host's grade; nullptr: a contradiction
  const Cap* cap = nullptr;             // what was applied
  std::vector<std::string> rules;       // whose findings nobody confirmed; not empty
};
// In the order of the caps, then of the findings. The host and the profile have to outlive them.
std::vector<OpenPoint> open_points(const HostReport& host, const RuleSet& rules, const Profile& profile);

// A sentence for each waiver that no host needs: all that it names were measured, and no finding that it names failed.
// What was not measured may need it. Those that name several hosts are left out unless `patterns` is set, since a Run
// of some hosts says nothing about others.
std::vector<std::string> idle_waivers(const Notes& notes, const Report& report, bool patterns);

// A host as gates see it: failures that are waived today count as passed, and it is graded again.
void apply_waivers(HostReport& host, const RuleSet& rules, const Profile& profile);
// All of them.
Report with_waivers(const Report& report, const RuleSet& rules, const Profile& profile);

}  // namespace meetlat
