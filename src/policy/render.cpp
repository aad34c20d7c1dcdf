#include "policy/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "base/json.h"
#include "base/personal.h"
#include "base/text.h"

namespace meetlat::policy {

namespace {

Json item_json(const ItemReading& item) {
  Json json{{"state", to_string(item.state)}, {"snippet", mask_personal(item.snippet)}};
  if (!item.reason.empty()) json["reason"] = item.reason;
  if (item.snippet.empty()) return json;
  json["offset"] = item.offset;
  if (!item.heading.empty()) json["heading"] = mask_personal(item.heading);
  if (!item.lang.empty()) json["lang"] = item.lang;
  if (item.cue > 0) json["cue"] = fmt::format("data/policy/{}.tsv:{}", item.lang, item.cue);
  return json;
}

std::string_view sign_of(State state) {
  switch (state) {
    case State::kFound:
      return "found";
    case State::kStatedNone:
      return "says none";
    case State::kNotFound:
      return "not found";
    case State::kNotApplicable:
      return "not due";
    case State::kNotMeasured:
      break;
  }
  return "?";
}

}  // namespace

Json to_json(const Reading& reading) {
  Json json{{"is_policy", to_string(reading.is_policy)},
            {"kind", to_string(reading.kind)},
            {"why", reading.why},
            {"title", mask_personal(reading.title)},
            {"form", to_string(reading.form)},
            {"names_service", reading.names_service},
            {"names_host", reading.names_host},
            {"names_domain", reading.names_domain},
            {"date", mask_personal(reading.date)},
            {"placeholders", reading.placeholders}};
  const Signs& signs = reading.signs;
  json["signs"] = {{"titled", signs.titled},
                   {"near_top", signs.near_top},
                   {"headed", signs.headed},
                   {"titled_terms", signs.titled_terms},
                   {"titled_imprint", signs.titled_imprint},
                   {"titled_cookies", signs.titled_cookies},
                   {"core", signs.core},
                   {"items", signs.items},
                   {"topics", signs.topics},
                   {"headings", signs.headings},
                   {"first", signs.first},
                   {"generic", signs.generic},
                   {"terms", signs.terms},
                   {"imprint", signs.imprint},
                   {"personal", signs.personal}};
  json["languages"] = Json::array();
  json["language_percent"] = Json::object();
  for (const LanguageShare& share : reading.languages) {
    json["languages"].push_back(share.lang);
    json["language_percent"][share.lang] = share.percent;
  }
  json["items"] = Json::object();
  for (const ItemReading& item : reading.items) json["items"][std::string(item.item)] = item_json(item);
  json["claims"] = Json::array();
  for (const ClaimReading& claim : reading.claims) {
    json["claims"].push_back({{"claim", claim.claim},
                              {"snippet", mask_personal(claim.snippet)},
                              {"offset", claim.offset},
                              {"cue", fmt::format("data/policy/{}.tsv:{}", claim.lang, claim.cue)}});
  }
  if (reading.log_days) json["log_days"] = *reading.log_days;
  json["readability"] = {{"words", reading.readability.words},
                         {"sentences", reading.readability.sentences},
                         {"lix", std::round(reading.readability.lix * 10) / 10},
                         {"minutes", reading.readability.minutes}};
  return json;
}

void print(const Reading& reading, int columns, std::ostream& out, bool names_asked) {
  std::string languages;
  for (const LanguageShare& share : reading.languages) {
    languages += fmt::format("{}{} {} %", languages.empty() ? "" : ", ", share.lang, share.percent);
  }
  out << fmt::format("privacy policy  {} ({})\n", to_string(reading.is_policy), reading.why);
  out << fmt::format("kind            {}\n", to_string(reading.kind));
  if (!reading.title.empty()) out << fmt::format("title           {}\n", mask_personal(reading.title));
  out << fmt::format("read as         {}, {}\n", to_string(reading.form),
                     languages.empty() ? "language unknown" : languages);
  out << fmt::format("length          {} {}, {} min, LIX {:.0f}\n", reading.readability.words,
                     reading.readability.words == 1 ? "word" : "words", reading.readability.minutes,
                     reading.readability.lix);
  if (names_asked) {
    out << fmt::format("the instance    {}\n", reading.names_host     ? "is named"
                                               : reading.names_domain ? "is not named, its domain is"
                                                                      : "is not named, nor is its domain");
  }
  for (const std::string& blank : reading.placeholders)
    out << fmt::format("blank left      {}\n", mask_personal(blank));
  out << '\n';
  const std::size_t room = static_cast<std::size_t>(std::max(columns, 80)) - 53;
  for (const ItemReading& item : reading.items) {
    const ItemSpec* spec = find_item(item.item);
    out << fmt::format("  {:38}{:10}  {}\n", spec->title, sign_of(item.state),
                       fit(item.snippet.empty() ? item.reason : mask_personal(item.snippet), room));
  }
  if (!reading.claims.empty()) out << '\n';
  for (const ClaimReading& claim : reading.claims) {
    const auto spec =
        std::find_if(claims().begin(), claims().end(), [&](const ClaimSpec& each) { return each.id == claim.claim; });
    out << fmt::format("  {}: \"{}\"\n", spec->title, mask_personal(claim.snippet));
  }
  out << "\nfound: it says so. says none: it says that there is none. not found: no sentence says so, in words that "
         "are known\n"
         "here. not due: nothing makes it due. ?: not measured, for the reason beside it.\n"
         "Counted above are the items of Article 13 GDPR; the other lines are particulars.\n";
}

}  // namespace meetlat::policy
