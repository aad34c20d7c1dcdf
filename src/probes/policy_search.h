// The search for the privacy policy of an instance: the client's settings, links, template files, the home page of the
// registrable domain, a few guessed paths. Every place that was looked at is kept, in order.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/session.h"
#include "policy/discovery.h"
#include "probes/policy_judge.h"

namespace meetlat::probes {

struct PolicySearchResult {
  FoundPolicy best;
  std::optional<Error> incomplete;  // why the search could not look everywhere; nothing when it could
  std::vector<std::string> trail;   // "path: https://meet.example/privacy : 404"
  Url imprint;                      // empty when none was found
  std::string imprint_note;         // the words of the link
  std::string instance_language;    // "de": of the configuration, else of the page; "" when neither says it

  bool complete() const noexcept { return best.verdict == PolicyVerdict::kOwn || !incomplete; }
};

// A piece of text in a settings file with the name that it has there.
struct NamedText {
  std::string name;  // "PRIVACY_POLICY_URL", or the label beside an address
  std::string text;
};

class PolicySearch {
 public:
  // Precondition: landing_usable(session). `operated_by` is what the host itself states, or "".
  PolicySearch(Session& session, const policy::Discovery& discovery, std::string operated_by);

  PolicySearchResult run();

 private:
  // Where links stand and what they are worth.
  struct Place {
    Url page;
    FoundBy step = FoundBy::kLink;
    bool from_instance = false;
    int hops = 0;
    std::string shown = {};  // in the trail instead of the page's address
  };
  // A document and where it ended. `exchange` is null when it is one of the client's makers, which is not opened.
  struct Fetched {
    ExchangePtr exchange;
    Url end;
    bool redirected = false;
  };

  // policy_places.cpp: where to look.
  void learn_languages();
  void read_settings();
  void read_setting(const std::string& path);
  void read_other_settings();
  void read_landing();
  void read_static_files();
  void read_static_file(const Url& url, bool guessed);
  void read_manifest();
  void read_branding();
  void read_json_file(const Url& url, FoundBy step);
  int add_named(const std::vector<NamedText>& texts, const Place& place);
  void add_links(const std::vector<HtmlLink>& links, const std::string& base_href, const Place& place);
  void look_at_home();
  bool look_at_home_of(const std::string& host);
  bool read_home(const Url& url, bool linked);
  void follow_home(const HtmlDocument& page, const Url& at, bool linked);
  std::string absent_host(const Url& url);
  bool has_packaged_robots();
  void guess_paths();
  std::vector<std::string> guesses() const;
  int rank_of(int rank, const Url& url, std::string_view text) const;

  // policy_search.cpp: visiting.
  void add(PolicyCandidate candidate);
  void visit_all(bool imprints);
  void visit(const PolicyCandidate& candidate);
  Result<Fetched> fetch(const Url& url, bool guessed);
  void judge_page(const PolicyCandidate& candidate, const Fetched& fetched);
  bool hidden_by_status(const PolicyCandidate& candidate, const Exchange& exchange);
  bool leads_on(const PolicyCandidate& candidate, const Url& where, const HtmlDocument& page);
  void judge(const PolicyCandidate& candidate, const Fetched& fetched, const HtmlDocument& page);
  bool says_missing(const HtmlDocument& page) const;
  void add_language_variant(const PolicyCandidate& candidate, const FoundPolicy& found, const HtmlDocument& page);
  void somebody_elses(const PolicyCandidate& candidate, const Url& url);
  bool is_behind_wall(const Place& place, const Exchange& exchange, const HtmlDocument& page);
  bool is_app_answer(const Exchange& exchange, const HtmlDocument& page);
  bool is_own_site(const Url& url) const;
  bool is_makers(const Url& url) const;
  bool fits_best() const;
  bool better_waits() const;
  bool done() const;
  void note(FoundBy step, const std::string& place, std::string_view what);
  void cannot_look(const Error& why);

  Session& session_;
  const policy::Discovery& discovery_;
  PolicyWanted wanted_;
  PolicySearchResult result_;
  std::vector<PolicyCandidate> waiting_;
  std::set<std::string> seen_;
  int pages_ = 0;
  int after_own_ = 0;  // pages opened since the first own policy
  int requests_before_ = 0;
};

}  // namespace meetlat::probes
