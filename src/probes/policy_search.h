// The search for the privacy policy of an instance: the client's own settings, links, template files, the home page of
// the registrable domain, a few guessed paths. Every place that was looked at is kept, in order.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/session.h"
#include "probes/policy_reader.h"

namespace meetlat::probes {

enum class PolicyVerdict { kNotFound, kSomeoneElses, kUnsure, kOwn };  // in rising order

// A page that was found, or the place that a link points to.
struct FoundPolicy {
  PolicyVerdict verdict = PolicyVerdict::kNotFound;
  Url url;
  std::string media_type;
  std::string title;
  std::string why;
  bool linked_from_instance = false;
  bool readable = false;
  bool names_service = false;
  std::string folded;  // text, for later questions; empty when not readable
};

struct PolicySearchResult {
  FoundPolicy best;
  std::optional<Error> incomplete;  // why the search could not look everywhere; nothing when it could
  std::vector<std::string> trail;   // "https://meet.example/privacy : 404"
  Url imprint;                      // empty when none was found
  std::string imprint_note;         // the words of the link

  bool complete() const noexcept { return best.verdict == PolicyVerdict::kOwn || !incomplete; }
};

class PolicySearch {
 public:
  // Precondition: landing_usable(session). `operator_name` is what the host itself states, or "".
  PolicySearch(Session& session, const DiscoveryTable& discovery, std::string operator_name);

  PolicySearchResult run();

 private:
  struct Candidate {
    Url url;
    std::string link_text;  // "" for guesses
    bool from_instance = false;
    bool guessed = false;
    bool is_imprint = false;
    int rank = 0;  // higher is looked at first
    int hops = 0;  // meta refreshes followed
  };

  void read_settings();
  void read_templates();
  void add_links(const std::vector<HtmlLink>& links, const Url& page, bool from_instance);
  void add(Candidate candidate);
  void visit_all(bool imprints);
  void visit(const Candidate& candidate);
  void judge_page(const Candidate& candidate, const Exchange& exchange);
  void judge_pdf(const Candidate& candidate, const Exchange& exchange);
  void judge_text(const Candidate& candidate, const Exchange& exchange, const HtmlDocument& page);
  void look_at_home();
  bool look_at_home_of(const std::string& host);
  std::string absent_host(const Url& url);
  void guess_paths();
  bool has_packaged_robots();
  bool is_app_answer(const Exchange& exchange, const HtmlDocument& page);
  bool is_own_site(const Url& url) const;
  void keep(FoundPolicy found);
  void note(const std::string& place, std::string_view what);
  void cannot_look(const Error& why);
  bool done() const;

  Session& session_;
  const DiscoveryTable& discovery_;
  PolicyNames names_;
  PolicySearchResult result_;
  std::vector<Candidate> waiting_;
  std::set<std::string> seen_;
  int pages_ = 0;
  int requests_before_ = 0;
};

}  // namespace meetlat::probes
