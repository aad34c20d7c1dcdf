// What the facts about one host say in the few words of a table. Pure; everything is masked and printable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// Somebody beside the host who learns of a visitor.
struct OtherParty {
  std::string name;               // "google.com", "Amplitude", ...
  std::vector<std::string> ways;  // "STUN", "page", "login", "analytics", "signalling", "in front"
};

struct HostView {
  std::string host;        // for people: IDN in its own script, with port and base path
  std::string stated;      // who runs it in the host's own words; empty when not stated or not measured
  std::string claimed;     // who runs it as a list has it; empty when no list says
  std::string claimed_by;  // that list
  bool stated_measured = false;
  std::string may_start;           // "no login", "account", "members", "token", "?"
  std::string e2ee;                // "switch", "old format", "hidden", "no", "?"
  std::string policy;              // "yes", "pdf", "unsure", "not found", "other's", "?"
  std::vector<OtherParty> others;  // gravest first
  bool others_complete = false;    // false: something of it was not measured
};

// Under which names others appear that learn of a visitor: registrable domains, their first labels, hosts, products and
// owners.
struct SeenParties {
  std::vector<std::string> names;
  bool complete = false;  // false: something was not measured, so there may be more
};
// By that way (see OtherParty::ways), or by any when it is empty.
SeenParties parties_seen(const HostReport& host, std::string_view way);

HostView view_of(const HostReport& host);

// For somebody who only wants to choose: at most three hosts with the letter A, B or C where anybody may start a
// meeting and whose own words do not contradict what was seen; the better letter first, then the higher lower end of the
// score as it is shown, then as in the report. Indices.
std::vector<std::size_t> picks(const Report& report, const RuleSet& rules);
std::string host_words(const Target& target);

// "X", "list: X", "not stated" or "?".
std::string operator_words(const HostView& view);
// "google.com (STUN, page), Amplitude (analytics)", "none seen", with "?" when something was not measured.
std::string others_words(const HostView& view);

}  // namespace meetlat
