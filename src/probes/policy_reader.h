// Is this text a privacy policy? First depth: a privacy term in its title, strong cues of several items of Article 13
// GDPR in one language, and the voice of somebody who speaks for a service. When that does not suffice: unsure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "probes/cues.h"
#include "proto/html.h"

namespace meetlat::probes {

// Link texts and paths by which policies and imprints are found (data/policy-discovery.tsv).
class DiscoveryTable {
 public:
  static Result<DiscoveryTable> parse(std::string_view tsv);
  static const Result<DiscoveryTable>& bundled();

  // Does the text name that kind ("privacy", "imprint", "terms", "cookies")? Long texts are no names.
  bool text_names(std::string_view kind, std::string_view text) const;
  // Does the path ("/legal/privacy.html", "/privacyverklaring-2020.pdf")?
  bool path_names(std::string_view kind, std::string_view path) const;
  // Paths of that kind and language in file order, without the leading slash.
  std::vector<std::string> paths(std::string_view kind, std::string_view lang) const;

 private:
  struct Path {
    std::string kind;
    std::string lang;
    std::string path;
  };
  CueTable texts_;
  std::vector<Path> paths_;
};

// Whose policy is looked for.
struct PolicyNames {
  std::string host;
  std::string domain;         // registrable
  std::string operator_name;  // as the host states it, or ""
};

enum class PolicyKind { kPolicy, kUnsure, kNone };

struct PolicyReading {
  PolicyKind kind = PolicyKind::kNone;
  std::string why;                 // words for the trail
  std::string lang;                // of the cues, "de"
  std::vector<std::string> items;  // with strong cues
  bool names_instance = false;     // host, registrable domain or operator
  bool names_service = false;      // the instance, Jitsi or video meetings
  std::string folded;              // at most kTextPart of the text, folded
};

// `link_text` is how the page was linked, or "". Errors: the data tables.
Result<PolicyReading> read_policy(const HtmlDocument& page, std::string_view link_text, const PolicyNames& names);

}  // namespace meetlat::probes
