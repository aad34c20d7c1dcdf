#include "probes/policy_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "policy/document.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// Hosts of others that a browser asks by itself when it shows the document.
std::vector<std::string> loads_from(const policy::Document& document, const Url& where) {
  std::vector<std::string> hosts;
  for (const HtmlResource& resource : document.resources) {
    if (resource.element == "form") continue;  // sent by a person, not by the page
    if (resource.element.starts_with("noscript:") || resource.element.starts_with("template:")) continue;
    if (const Result<Url> url = where.resolve(resource.url); url) hosts.push_back(url->host());
  }
  return third_parties(hosts, where.host());
}

std::string form_of(const policy::Document& document, const policy::Reading& reading) {
  if (document.cannot_read_pdf) return {};  // says nothing about the file
  if (document.form == policy::Form::kPdf) return document.why_not.empty() ? "pdf" : "pdf-without-text";
  if (reading.kind == policy::Kind::kNotReadable) return "script-only";
  return std::string(policy::to_string(document.form));
}

// Does what was read count, and as whose?
PolicyVerdict verdict_of(const policy::Reading& reading, const PolicyCandidate& candidate, bool own_site, bool ours) {
  if (reading.kind == policy::Kind::kNotReadable) {
    // Whoever names a document on the own site as the privacy policy has one, whether it can be read here or not. A
    // page that a script fills may as well turn out to be anything else.
    if (!candidate.named) return PolicyVerdict::kNotFound;
    return own_site && reading.form == policy::Form::kPdf ? PolicyVerdict::kOwn : PolicyVerdict::kUnsure;
  }
  // A link to the policy in the margin makes no policy of an imprint.
  if (candidate.is_imprint && reading.kind == policy::Kind::kOther) return PolicyVerdict::kNotFound;
  // What is in no known language is judged by what it is called.
  if (reading.kind == policy::Kind::kUnknownLanguage && !candidate.named) return PolicyVerdict::kNotFound;
  switch (reading.is_policy) {
    case policy::Answer::kYes:
      return ours ? PolicyVerdict::kOwn : PolicyVerdict::kUnsure;
    case policy::Answer::kUnsure:
      return PolicyVerdict::kUnsure;
    case policy::Answer::kNo:
      break;
  }
  return PolicyVerdict::kNotFound;
}

}  // namespace

std::string_view to_string(FoundBy step) noexcept {
  switch (step) {
    case FoundBy::kConfig:
      return "config";
    case FoundBy::kLink:
      return "link";
    case FoundBy::kTemplate:
      return "template";
    case FoundBy::kStaticFile:
      return "static-file";
    case FoundBy::kManifest:
      return "manifest";
    case FoundBy::kPath:
      return "path";
    case FoundBy::kParent:
      return "parent";
    case FoundBy::kImprint:
      return "imprint";
    case FoundBy::kOffDomain:
      break;
  }
  return "off-domain";
}

bool is_in_language(const policy::Reading& reading, std::string_view lang) {
  return std::any_of(reading.languages.begin(), reading.languages.end(),
                     [&](const policy::LanguageShare& share) { return share.lang == lang; });
}

bool FoundPolicy::better_than(const FoundPolicy& other, const PolicyWanted& wanted) const {
  // How well the languages fit: 0 is the best.
  const auto misses = [&](const FoundPolicy& found) {
    if (!found.reading) return wanted.languages.size() + 1;
    std::size_t index = 0;
    while (index < wanted.languages.size() && !is_in_language(*found.reading, wanted.languages[index])) ++index;
    return index;
  };
  const auto key = [&](const FoundPolicy& found) {
    return std::make_tuple(found.verdict, found.reading.has_value(), found.names_service,
                           -static_cast<int>(misses(found)));
  };
  return key(*this) > key(other);
}

Result<FoundPolicy> judge_document(const Exchange& exchange, const Url& where, const PolicyCandidate& candidate,
                                   const PolicyWanted& wanted) {
  const std::string* type = exchange.header("content-type");
  const Result<policy::Document> document =
      policy::open_document(exchange.body, {type == nullptr ? std::string() : *type, where.path()});
  if (!document) return fail(document.error());
  Result<policy::Reading> reading =
      policy::read_policy(*document, {wanted.host, wanted.domain, wanted.operated_by, candidate.link_text});
  if (!reading) return fail(reading.error());
  FoundPolicy found;
  found.url = where;
  found.media_type = document->form == policy::Form::kPdf ? "application/pdf" : exchange.media_type();
  found.title = reading->title.empty() ? excerpt(candidate.link_text, 120) : reading->title;
  found.form = form_of(*document, *reading);
  found.kind = reading->kind;
  found.found_by = candidate.found_by;
  found.linked_from_instance = candidate.from_instance;
  found.why = reading->why;
  const bool own_site = same_owner(where.host(), wanted.host);
  const bool ours =
      own_site || reading->names_host || reading->names_domain || (reading->names_operator && candidate.from_instance);
  found.verdict = verdict_of(*reading, candidate, own_site, ours);
  if (found.verdict > PolicyVerdict::kNotFound && !ours) found.why += "; it does not name this instance";
  if (candidate.is_imprint && found.verdict == PolicyVerdict::kNotFound) found.why = "no policy in this page";
  if (!own_site && candidate.from_instance) found.found_by = FoundBy::kOffDomain;
  found.third_parties = loads_from(*document, where);
  if (reading->kind == policy::Kind::kNotReadable || reading->kind == policy::Kind::kEmpty) return found;
  found.names_service = reading->names_service || reading->names_host;
  found.readable = document->form != policy::Form::kPdf;
  found.reading = *std::move(reading);
  return found;
}

}  // namespace meetlat::probes
