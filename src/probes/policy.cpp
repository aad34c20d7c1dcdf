// The privacy policy: is there one of the hoster's own, and where did we look?
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "probes/policy_facts.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

using Writer = probes::PolicyWriter;
using probes::PolicySearchResult;
using probes::PolicyVerdict;

const char* verdict_text(PolicyVerdict verdict) {
  switch (verdict) {
    case PolicyVerdict::kOwn:
      return "own";
    case PolicyVerdict::kUnsure:
      return "unsure";
    case PolicyVerdict::kSomeoneElses:
      return "someone-elses";
    case PolicyVerdict::kNotFound:
      break;
  }
  return "not-found";
}

Provenance seen_best(const PolicySearchResult& result, const Url& base) {
  if (result.best.url.empty()) {
    return probes::seen(base.str(), fmt::format("not found after {} places", result.trail.size()),
                        probes::curl_body(base));
  }
  return probes::seen(result.best.url.str(), fmt::format("{}: {}", result.best.title, result.best.why),
                      probes::check_document(result.best));
}

void put_verdict(const PolicySearchResult& result, const Url& base, Writer& out) {
  const Provenance provenance = seen_best(result, base);
  const PolicyVerdict verdict = result.best.verdict;
  // Where nobody could look, something better may be: an incomplete search can neither cap nor clear.
  if (!result.complete()) {
    out.missing("policy.verdict", *result.incomplete, provenance);
  } else {
    out.put("policy.verdict", verdict_text(verdict), provenance);
  }
  if (verdict == PolicyVerdict::kOwn) {
    out.put("policy.own", true, provenance);
  } else if (verdict == PolicyVerdict::kUnsure) {
    out.missing("policy.own", Error{ErrorCode::kNotUnderstood, "unsure: " + result.best.why}, provenance);
  } else if (!result.complete()) {
    out.missing("policy.own", *result.incomplete, provenance);
  } else {
    out.put("policy.own", false, provenance);
  }
}

void put_page(const PolicySearchResult& result, const Url& base, Writer& out) {
  const probes::FoundPolicy& best = result.best;
  const Provenance provenance = seen_best(result, base);
  if (best.verdict == PolicyVerdict::kNotFound) {
    const Error why = result.incomplete ? *result.incomplete : Error{ErrorCode::kNotAttempted, "no policy was found"};
    if (result.incomplete) {
      out.missing("policy.url", why, provenance);
    } else {
      out.put("policy.url", "", provenance);
    }
    for (const Writer::Ref fact :
         {Writer::Ref("policy.media_type"), Writer::Ref("policy.title"), Writer::Ref("policy.linked_from_instance"),
          Writer::Ref("policy.readable"), Writer::Ref("policy.names_service")}) {
      out.missing(fact, why, provenance);
    }
    return;
  }
  out.put("policy.url", best.url.str(), provenance);
  out.put("policy.title", best.title, provenance);
  out.put("policy.linked_from_instance", best.linked_from_instance, provenance);
  if (best.verdict == PolicyVerdict::kSomeoneElses) {
    const Error why{ErrorCode::kNotAttempted, "somebody else's documents are not opened"};
    out.missing("policy.media_type", why, provenance);
    out.missing("policy.readable", why, provenance);
    out.missing("policy.names_service", why, provenance);
    return;
  }
  out.put("policy.media_type", excerpt(best.media_type, 100), provenance);
  out.put("policy.readable", best.readable, provenance);
  if (best.reading) {
    out.put("policy.names_service", best.names_service, provenance);
  } else {
    out.missing("policy.names_service", Error{ErrorCode::kUnsupported, best.why}, provenance);
  }
}

void put_operator(const PolicySearchResult& result, const Evidence& evidence, const Url& base, Writer& out) {
  const std::string stated(evidence.text("jitsi.operator.stated"));
  const bool own = result.best.verdict == PolicyVerdict::kOwn;
  if (!result.imprint.empty()) {
    const Provenance provenance =
        probes::seen(result.imprint.str(), result.imprint_note, probes::curl_body(result.imprint));
    out.put("policy.imprint_url", result.imprint.str(), provenance);
    out.put("policy.operator_identified", true, provenance);
    return;
  }
  if (result.complete() && !own) {
    out.put("policy.imprint_url", "", probes::seen(base.str(), "no imprint is linked", probes::curl_body(base)));
  } else {
    // With an own policy the search ended before every place was asked for an imprint.
    out.missing("policy.imprint_url",
                result.incomplete ? *result.incomplete : Error{ErrorCode::kNotAttempted, "the search had ended"});
  }
  if (own || !stated.empty()) {
    out.put("policy.operator_identified", true, own ? seen_best(result, base) : probes::seen(base.str(), stated, ""));
  } else if (!result.complete()) {
    out.missing("policy.operator_identified", *result.incomplete);
  } else {
    out.put("policy.operator_identified", false,
            probes::seen(base.str(), fmt::format("nothing in {} places", result.trail.size()), ""));
  }
}

// "Google Front End" is disclosed by "Google".
bool text_names(const std::string& folded, std::string_view product) {
  const std::string name = fold(product);
  const std::string first = name.substr(0, name.find(' '));
  return folded.find(name) != std::string::npos || (first.size() >= 5 && folded.find(first) != std::string::npos);
}

void put_intermediary(const PolicySearchResult& result, const Evidence& evidence, const Url& base, Writer& out) {
  const std::string product(evidence.text("http.intermediary"));
  const Provenance provenance = seen_best(result, base);
  const auto missing = [&](ErrorCode code, const char* why) {
    out.missing("policy.intermediary_disclosed", Error{code, why}, provenance);
  };
  if (product.empty()) return missing(ErrorCode::kNotAttempted, "no intermediary shows itself");
  if (!result.complete()) {
    out.missing("policy.intermediary_disclosed", *result.incomplete, provenance);
    return;
  }
  if (result.best.verdict == PolicyVerdict::kUnsure) return missing(ErrorCode::kNotUnderstood, "the policy is unsure");
  if (result.best.verdict == PolicyVerdict::kOwn && !result.best.reading) {
    return missing(ErrorCode::kUnsupported, result.best.why.c_str());
  }
  const bool named = result.best.verdict == PolicyVerdict::kOwn && text_names(fold(result.best.reading->text), product);
  out.put("policy.intermediary_disclosed", named, provenance);
}

class PolicyProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 2> kAfter{"http", "jitsi"};
    // The search stops at 30 requests; the last page may be redirected 8 times and ask for a robots.txt and a random
    // path, each with as many redirects, and landing page and configuration are asked for when nobody did before.
    static constexpr ProbeInfo kInfo{"policy", "Privacy policy", probes::kPolicyFacts, kAfter, 70};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    Writer out(evidence, Subject::target(), session.now());
    if (const Result<void> usable = probes::landing_usable(session); !usable) {
      out.put("policy.search.complete", false,
              probes::seen(target.base.str(), describe(usable.error()), probes::curl_body(target.base)));
      out.rest_missing(usable.error());
      return;
    }
    const bool* present = evidence.get<bool>("jitsi.present");
    if (present != nullptr && !*present) {
      out.rest_missing(Error{ErrorCode::kNotAttempted, "the page is not Jitsi Meet"});
      return;
    }
    const Result<policy::Discovery>& discovery = policy::Discovery::bundled();
    if (!discovery) {
      out.rest_missing(discovery.error());
      return;
    }
    probes::PolicySearch search(session, *discovery, std::string(evidence.text("jitsi.operator.stated")));
    const PolicySearchResult result = search.run();
    const Provenance at_base = probes::seen(target.base.str(), result.incomplete ? describe(*result.incomplete) : "",
                                            probes::curl_body(target.base));
    out.put("policy.search.complete", result.complete(), at_base);
    out.put("policy.search.places", static_cast<std::int64_t>(result.trail.size()), at_base);
    out.put("policy.search.trail", result.trail, at_base);
    put_verdict(result, target.base, out);
    put_page(result, target.base, out);
    probes::put_contents(result, out);
    put_operator(result, evidence, target.base, out);
    put_intermediary(result, evidence, target.base, out);
  }
};

}  // namespace

const Probe& policy_probe() noexcept {
  static const PolicyProbe probe;
  return probe;
}

}  // namespace meetlat
