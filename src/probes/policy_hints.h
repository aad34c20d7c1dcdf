// Small pure parts of the search for the policy: languages of addresses, ranks of candidates, texts in settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/error.h"
#include "probes/policy_search.h"
#include "proto/html.h"
#include "proto/js_config.h"

namespace meetlat::probes {

// Higher is looked at first: what the client is set to, words of links, addresses of links, terms, imprints.
constexpr int kRankSetting = 60;
constexpr int kRankText = 50;
constexpr int kRankPath = 40;
constexpr int kRankTerms = 20;
constexpr int kRankImprint = 10;
constexpr int kOffSite = 5;  // taken off for a page of another domain

// Failures that mean that there is nothing, against those that mean that we could not look.
bool nothing_there(ErrorCode code);

// "de" of "de-AT", "deCH", "de_DE"; "" of what is no language.
std::string language_code(std::string_view tag);
// The language that most hosters of a country domain write in; "" when the domain says nothing.
std::string_view language_of_domain(std::string_view host);
// "de" of "/de/privacy", "/legal/de-at/", "?lang=de"; "" when the address says nothing.
std::string language_of_url(const Url& url);
// Does the link on `page` lead to the same page in that language?
bool is_language_link(const HtmlLink& link, const Url& url, const Url& page, std::string_view lang);

// "PRIVACY_POLICY_URL", "privacyPolicyUrl" as words: "privacy policy url".
std::string words_of_key(std::string_view key);
// All texts below, with their keys; an address beside a label has that label as its name. At most 2,000.
std::vector<NamedText> texts_of(const JsValue& value);
std::vector<NamedText> texts_of(const Doc& value);

}  // namespace meetlat::probes
