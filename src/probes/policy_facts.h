// The facts of the policy probe, and those of them that say what is in the document.
#pragma once

#include <array>

#include "base/url.h"
#include "probes/fact_writer.h"
#include "probes/policy_search.h"

namespace meetlat::probes {

inline constexpr std::array kPolicyFacts{
    FactSpec{"policy.verdict", "string", "own, unsure, someone-elses or not-found (after a complete search)"},
    FactSpec{"policy.own", "bool",
             "an own policy was found; not measured when unsure or when the search is incomplete"},
    FactSpec{"policy.url", "string", "where it is; \"\": nowhere found"},
    FactSpec{"policy.media_type", "string", "its media type"},
    FactSpec{"policy.title", "string", "its title, else the words of the link"},
    FactSpec{"policy.linked_from_instance", "bool", "the instance itself links it"},
    FactSpec{"policy.readable", "bool", "a web page or text; false for a PDF and for a page that only a script fills"},
    FactSpec{"policy.names_service", "bool", "it names this instance, Jitsi or video meetings"},
    FactSpec{"policy.search.complete", "bool", "the search could look everywhere, or found an own policy"},
    FactSpec{"policy.search.places", "int", "places that were looked at"},
    FactSpec{"policy.search.trail", "strings", "these places in order, with what was there"},
    FactSpec{"policy.imprint_url", "string", "the imprint; \"\": none found"},
    FactSpec{"policy.operator_identified", "bool", "by an imprint, an own policy or the host's own words"},
    FactSpec{"policy.intermediary_disclosed", "bool", "the own policy names the product that ends TLS in front"},
    FactSpec{
        "policy.kind", "string",
        "what was found is: policy, part-of-another, about-policies, terms, imprint, cookies, empty, not-readable, "
        "unknown-language or other"},
    FactSpec{"policy.found_by", "string",
             "the step that led there: config, link, template, static-file, manifest, path, parent, imprint or "
             "off-domain"},
    FactSpec{"policy.form", "string", "html, markdown, text, json, pdf, pdf-without-text or script-only"},
    FactSpec{"policy.languages", "strings", "its languages, the main one first"},
    FactSpec{"policy.instance_language", "bool",
             "one of them is the instance's (defaultLanguage, else the page's); not measured when that is unknown"},
    FactSpec{"policy.placeholders", "strings", "blanks of a template that nobody filled in"},
    FactSpec{"policy.page_third_parties", "strings", "hosts of others that the policy page itself loads from"},
    FactSpec{"policy.dated", "string", "the sentence that dates it; \"\": none"},
    FactSpec{"policy.words", "int", "words"},
    FactSpec{"policy.reading_minutes", "int", "minutes to read it at 230 words a minute"},
    FactSpec{"policy.lix", "double", "readability, LIX: words a sentence plus per cent of words over six letters"},
    FactSpec{"policy.text", "text", "its normalised text, a sentence a line; the first 200,000 bytes"},
    FactSpec{"policy.text_sha256", "string", "SHA-256 of the whole normalised text"},
    FactSpec{"policy.controller", "string", "who it says is responsible; \"\": nobody"},
    FactSpec{"policy.contact", "string", "the first way to reach somebody that it names; \"\": none"},
    FactSpec{"policy.dpo_contact", "string", "mail address of the data protection officer; \"\": none"},
    FactSpec{"policy.log_days", "int", "the longest time in days that it says logs are kept; not measured when none"},
    // One for each policy::items() and one for each policy::claims(), in their order; a test compares them.
    FactSpec{"policy.states.controller", "string", "controller: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.contact", "string", "contact: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.dpo", "string", "data protection officer: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.purposes", "string", "purposes: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.legal_basis", "string", "legal basis: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.legit_interest", "string",
             "legitimate interest: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.recipients", "string", "recipients: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.transfer", "string",
             "transfer to third countries: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.retention", "string",
             "how long data are kept: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.access", "string", "right of access: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.rectification", "string",
             "right to rectification: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.erasure", "string", "right to erasure: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.restriction", "string",
             "right to restriction: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.objection", "string", "right to object: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.portability", "string",
             "right to data portability: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.withdraw", "string",
             "withdrawal of consent: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.complaint", "string",
             "complaint to a supervisory authority: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.mandatory", "string",
             "whether data must be given: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.automated", "string",
             "automated decisions: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.source", "string", "where data come from: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.categories", "string", "which data: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.date", "string", "date of the policy: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.security", "string", "security measures: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.cookies", "string", "cookies: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.video", "string", "video meetings: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.logs", "string", "what is logged: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.recordings", "string", "recordings: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.media_access", "string",
             "whether the operator can see or hear: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.stun_turn", "string",
             "STUN and TURN servers: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.states.e2ee", "string", "end-to-end encryption: found, stated_none, not_found or not_applicable"},
    FactSpec{"policy.claims.no_third_parties", "bool", "the own policy says that nothing goes to third parties"},
    FactSpec{"policy.claims.no_google", "bool", "the own policy says that Google is not used"},
    FactSpec{"policy.claims.eu_only", "bool",
             "the own policy says that data stay in the EU, the EEA or one of their countries"},
    FactSpec{"policy.claims.e2ee", "bool", "the own policy says that meetings are end-to-end encrypted"},
    FactSpec{"policy.claims.no_recordings", "bool", "the own policy says that meetings are not recorded"},
    FactSpec{"policy.claims.no_tracking", "bool", "the own policy says that there is no analysis or tracking"},
    FactSpec{"policy.claims.no_cookies", "bool", "the own policy says that no cookies are set"},
};
using PolicyWriter = FactWriter<kPolicyFacts>;

// Puts every fact about what the best document says, or why it is not known.
void put_contents(const PolicySearchResult& result, PolicyWriter& out);

// How to read the document by hand.
std::string check_document(const FoundPolicy& found);

// Where a document was seen: its address, and `text` as excerpt.
Provenance seen_document(const FoundPolicy& found, std::string_view text);

}  // namespace meetlat::probes
