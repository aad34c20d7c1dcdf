// What one document is for the search of an instance's privacy policy: its own, perhaps its own, or none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "net/session.h"
#include "policy/reading.h"

namespace meetlat::probes {

enum class PolicyVerdict { kNotFound, kSomeoneElses, kUnsure, kOwn };  // in rising order

// The step of the search that led to a document.
enum class FoundBy { kConfig, kLink, kTemplate, kStaticFile, kManifest, kPath, kParent, kImprint, kOffDomain };
std::string_view to_string(FoundBy step) noexcept;  // "config", "static-file", "off-domain", ...

// A place that may hold the policy, and why it is looked at.
struct PolicyCandidate {
  Url url;
  std::string link_text;  // words of the link, name of the setting; "" for guesses
  FoundBy found_by = FoundBy::kLink;
  bool from_instance = false;  // linked by the instance itself
  bool named = false;          // a setting or the words of a link call it the privacy policy
  bool is_imprint = false;
  int rank = 0;  // higher is looked at first
  int hops = 0;  // refreshes, frames and links of pages that are no policy, on the way to it
};

// Whose policy is looked for, and in which language it would be best.
struct PolicyWanted {
  std::string host;
  std::string domain;                  // registrable
  std::string operated_by;             // as the host states it, or ""
  std::vector<std::string> languages;  // best first: "de", "en"
};

// A page that was found, or the place that a link points to.
struct FoundPolicy {
  PolicyVerdict verdict = PolicyVerdict::kNotFound;
  Url url;
  std::string media_type;
  std::string title;
  std::string why;
  std::string form;  // as policy.form; "" when it was not opened
  policy::Kind kind = policy::Kind::kOther;
  FoundBy found_by = FoundBy::kLink;
  bool linked_from_instance = false;
  bool readable = false;                   // a web page or text, with something to read
  bool names_service = false;              // this host, Jitsi or video meetings
  std::vector<std::string> third_parties;  // hosts of others that the page loads from
  std::optional<policy::Reading> reading;  // of a document in which there was something to read

  // Is this one better to be shown than `other` of the same verdict?
  bool better_than(const FoundPolicy& other, const PolicyWanted& wanted) const;
};

// Is one of its languages the wanted one? Languages that could not be told are not.
bool is_in_language(const policy::Reading& reading, std::string_view lang);

// Errors: those of open_document and read_policy. `where` is where the exchange ended.
Result<FoundPolicy> judge_document(const Exchange& exchange, const Url& where, const PolicyCandidate& candidate,
                                   const PolicyWanted& wanted);

}  // namespace meetlat::probes
