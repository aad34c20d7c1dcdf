#include "probes/policy_facts.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/personal.h"
#include "base/text.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

using Ref = PolicyWriter::Ref;

constexpr std::size_t kMaxText = 200'000;  // bytes of policy.text

std::vector<std::string> languages_of(const policy::Reading& reading) {
  std::vector<std::string> languages;
  for (const policy::LanguageShare& share : reading.languages) languages.push_back(share.lang);
  return languages;
}

Provenance seen_place(const FoundPolicy& found, std::string_view snippet, std::string_view heading,
                      std::size_t offset) {
  Provenance provenance = seen_document(found, mask_personal(snippet));
  if (snippet.empty()) return provenance;
  provenance.where += heading.empty() ? fmt::format(" (byte {} of its text)", offset)
                                      : fmt::format(" (below \"{}\")", excerpt(mask_personal(heading), 100));
  return provenance;
}

void put_items(const FoundPolicy& found, PolicyWriter& out) {
  for (const policy::ItemReading& item : found.reading->items) {
    const std::optional<Ref> fact = Ref::find(fmt::format("policy.states.{}", item.item));
    if (!fact) continue;
    const Provenance provenance = seen_place(found, item.snippet, item.heading, item.offset);
    if (item.state == policy::State::kNotMeasured) {
      out.missing(*fact, Error{ErrorCode::kNotUnderstood, item.reason}, provenance);
    } else {
      out.put(*fact, policy::to_string(item.state), provenance);
    }
  }
}

// What a policy claims is held against what was measured, so only a policy that is surely this host's counts.
void put_claims(const FoundPolicy& found, PolicyWriter& out) {
  for (const policy::ClaimSpec& spec : policy::claims()) {
    const std::optional<Ref> fact = Ref::find(fmt::format("policy.claims.{}", policy::short_id(spec)));
    if (!fact) continue;
    if (found.verdict != PolicyVerdict::kOwn) {
      out.missing(*fact, Error{ErrorCode::kNotUnderstood, "it is not sure that this is the host's own policy"},
                  seen_document(found, found.why));
      continue;
    }
    const policy::ClaimReading* claimed = nullptr;
    for (const policy::ClaimReading& claim : found.reading->claims) {
      if (claim.claim == spec.id) claimed = &claim;
    }
    if (claimed == nullptr) {
      out.put(*fact, false, seen_document(found, ""));
    } else {
      out.put(*fact, true, seen_place(found, claimed->snippet, "", claimed->offset));
    }
  }
}

// Somebody that the policy names: "" when its item was looked for and not found, unknown when that is not sure.
void put_somebody(const FoundPolicy& found, Ref fact, const std::string& name, std::string_view item,
                  PolicyWriter& out) {
  const policy::ItemReading* read = found.reading->item(item);
  if (name.empty() && read != nullptr && read->state == policy::State::kNotMeasured) {
    return out.missing(fact, Error{ErrorCode::kNotUnderstood, read->reason}, seen_document(found, ""));
  }
  out.put(fact, name, seen_document(found, read == nullptr ? std::string() : mask_personal(read->snippet)));
}

void put_language(const PolicySearchResult& result, PolicyWriter& out) {
  const policy::Reading& reading = *result.best.reading;
  const std::vector<std::string> languages = languages_of(reading);
  const Provenance provenance = seen_document(result.best, join(languages, ", "));
  out.put("policy.languages", languages, provenance);
  if (result.instance_language.empty()) {
    out.missing("policy.instance_language",
                Error{ErrorCode::kNotAttempted, "the instance does not say in which language it is"}, provenance);
  } else if (languages.empty()) {
    out.missing("policy.instance_language",
                Error{ErrorCode::kNotUnderstood, "the language of the policy could not be told"}, provenance);
  } else {
    out.put("policy.instance_language", is_in_language(reading, result.instance_language), provenance);
  }
}

void put_text(const FoundPolicy& found, PolicyWriter& out) {
  const policy::Reading& reading = *found.reading;
  const Provenance provenance = seen_document(found, found.title);
  std::vector<std::string> placeholders;
  for (const std::string& blank : reading.placeholders) placeholders.push_back(excerpt(blank));
  out.put("policy.placeholders", placeholders, provenance);
  out.put("policy.page_third_parties", found.third_parties, provenance);
  out.put("policy.dated", reading.date, seen_document(found, mask_personal(reading.date)));
  out.put("policy.words", reading.readability.words, provenance);
  out.put("policy.reading_minutes", reading.readability.minutes, provenance);
  out.put("policy.lix", reading.readability.lix, provenance);
  out.put("policy.text", std::string(first_bytes(reading.text, kMaxText)), provenance);
  out.put("policy.text_sha256", sha256_hex(reading.text), provenance);
  put_somebody(found, "policy.controller", reading.controller, "controller", out);
  put_somebody(found, "policy.contact", reading.contact, "contact", out);
  put_somebody(found, "policy.dpo_contact", reading.dpo_contact, "dpo", out);
  const policy::ItemReading* logs = reading.item("logs");
  const Provenance at_logs =
      logs == nullptr ? provenance : seen_place(found, logs->snippet, logs->heading, logs->offset);
  if (reading.log_days) {
    out.put("policy.log_days", *reading.log_days, seen_document(found, reading.log_sentence));
  } else {
    out.missing("policy.log_days", Error{ErrorCode::kNotAttempted, "it says no time for which logs are kept"}, at_logs);
  }
}

// Facts about what is written in the document: none of them without something to read.
void contents_missing(const Error& why, const Provenance& provenance, PolicyWriter& out) {
  for (const Ref fact :
       {Ref("policy.languages"), Ref("policy.instance_language"), Ref("policy.placeholders"),
        Ref("policy.page_third_parties"), Ref("policy.dated"), Ref("policy.words"), Ref("policy.reading_minutes"),
        Ref("policy.lix"), Ref("policy.text"), Ref("policy.text_sha256"), Ref("policy.controller"),
        Ref("policy.contact"), Ref("policy.dpo_contact"), Ref("policy.log_days")}) {
    out.missing(fact, why, provenance);
  }
  for (const FactSpec& spec : kPolicyFacts) {
    if (!spec.path.starts_with("policy.states.") && !spec.path.starts_with("policy.claims.")) continue;
    if (const std::optional<Ref> fact = Ref::find(spec.path); fact) out.missing(*fact, why, provenance);
  }
}

}  // namespace

std::string check_document(const FoundPolicy& found) {
  const bool pdf = icontains(found.media_type, "pdf");
  return curl_body(found.url) + (pdf ? " | pdftotext -layout - -" : "");
}

Provenance seen_document(const FoundPolicy& found, std::string_view text) {
  return seen(found.url.str(), text, check_document(found));
}

void put_contents(const PolicySearchResult& result, PolicyWriter& out) {
  const FoundPolicy& best = result.best;
  if (best.verdict < PolicyVerdict::kUnsure) {
    const bool foreign = best.verdict == PolicyVerdict::kSomeoneElses;
    const Error why = result.incomplete && !foreign
                          ? *result.incomplete
                          : Error{ErrorCode::kNotAttempted,
                                  foreign ? "somebody else's documents are not opened" : "no policy was found"};
    for (const Ref fact : {Ref("policy.kind"), Ref("policy.found_by"), Ref("policy.form")}) out.missing(fact, why);
    return contents_missing(why, {}, out);
  }
  const Provenance provenance = seen_document(best, best.why);
  out.put("policy.kind", policy::to_string(best.kind), provenance);
  out.put("policy.found_by", to_string(best.found_by), provenance);
  if (best.form.empty()) {
    out.missing("policy.form", Error{ErrorCode::kUnsupported, best.why}, provenance);
  } else {
    out.put("policy.form", best.form, provenance);
  }
  if (!best.reading) return contents_missing(Error{ErrorCode::kUnsupported, best.why}, provenance, out);
  put_language(result, out);
  put_text(best, out);
  put_items(best, out);
  put_claims(best, out);
}

}  // namespace meetlat::probes
