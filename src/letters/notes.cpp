// What the user must know before sending, above the letter: what was prefilled and from where, what is assumed.
#include <algorithm>

#include "letters/writing.h"

namespace meetlat::letters {
namespace {

class Notes {
 public:
  explicit Notes(Writing& writing) : writing_(writing) {}

  void add(std::string_view key, std::initializer_list<Slot> slots = {}) {
    items_.push_back(writing_.words.say(key, slots));
  }
  void add_seen(std::string_view key, const SeenText& seen) {
    if (!seen) return;
    Words& words = writing_.words;
    add(key,
        {{"value", words.value(seen.text)}, {"url", words.url(seen.where)}, {"date", words.date(date_of(seen.at))}});
  }
  void write() { writing_.sheet.bullets(items_); }

 private:
  Writing& writing_;
  std::vector<Phrase> items_;
};

void note_addressee(Writing& writing, Notes& notes) {
  const LetterFacts& facts = writing.facts;
  notes.add_seen("notes.controller", facts.controller);
  if (!facts.controller) notes.add_seen("notes.operator", facts.operator_stated);
  notes.add_seen("notes.contact", facts.contact);
  notes.add_seen("notes.dpo", facts.dpo);
  if (!facts.controller && !facts.operator_stated) notes.add("notes.no_addressee", {{"host", writing.host()}});
  if (facts.imprint) {
    notes.add("notes.imprint", {{"url", writing.words.url(facts.imprint.text)},
                                {"date", writing.words.date(date_of(facts.imprint.at))}});
  }
}

void note_policy(Writing& writing, Notes& notes) {
  const LetterFacts& facts = writing.facts;
  if (facts.policy != PolicyFound::kOwn && facts.policy != PolicyFound::kUnsure) return;
  Words& words = writing.words;
  notes.add("notes.policy",
            {{"url", words.url(facts.policy_url.text)}, {"date", words.date(date_of(facts.policy_url.at))}});
  const std::string& own = words.wording().language();
  if (facts.languages.empty() ||
      std::find(facts.languages.begin(), facts.languages.end(), own) != facts.languages.end()) {
    return;
  }
  std::vector<std::string> names;
  for (const std::string& code : facts.languages) names.push_back(words.language_name(code).text);
  notes.add("notes.policy_languages", {{"languages", words.list(names)}});
}

void note_dates(Writing& writing, Notes& notes) {
  const LetterChoice& choice = writing.choice;
  if (choice.type == LetterType::kFindings) return;
  if (choice.stage == LetterStage::kRequest) {
    notes.add("notes.due", {{"received", writing.words.date(choice.received.value_or(choice.date))}});
  } else {
    const PastRequest past = past_request(writing);
    if (past.assumed) notes.add("notes.received_assumed");
    if (past.due && !past.due->certain) notes.add("notes.due_uncertain");
  }
  if (!choice.country.empty()) return;
  if (writing.facts.claimed_country.empty()) return notes.add("notes.country_unknown");
  notes.add("notes.country_claimed", {{"country", writing.words.country_name(writing.facts.claimed_country)},
                                      {"list", writing.words.value(writing.facts.claimed_country_by)}});
}

void note_germany(Writing& writing, Notes& notes) {
  notes.add("notes.authority_germany");
  for (const SupervisoryAuthority* each : writing.data.authorities.regions_of("DE")) {
    notes.add("notes.authority_region", {{"region", writing.words.value(each->region)},
                                         {"name", writing.words.value(each->name)},
                                         {"web", writing.words.url(each->web)}});
  }
}

void note_authority(Writing& writing, Notes& notes) {
  const SupervisoryAuthority* authority = authority_of(writing);
  Words& words = writing.words;
  if (authority == nullptr) {
    if (country_of(writing.choice, writing.facts) == "DE") return note_germany(writing, notes);
    return notes.add("notes.authority_unknown");
  }
  const Date record = parse_date(authority->record).value_or(writing.choice.date);
  notes.add("notes.authority",
            {{"name", words.value(authority->name)}, {"web", words.url(authority->web)}, {"date", words.date(record)}});
  if (authority->doubt) notes.add("notes.authority_doubt");
  if (!authority->form.empty()) notes.add("notes.authority_form", {{"url", words.url(authority->form)}});
  std::vector<std::string> names;
  for (const std::string& code : authority->languages) names.push_back(words.language_name(code).text);
  notes.add("notes.authority_languages", {{"languages", words.list(names)}});
  if (authority->country == "DE") notes.add("notes.authority_telecom");
  if (authority->country == "CH" || authority->country == "GB") {
    notes.add("notes.authority_outside", {{"country", words.country_name(authority->country)}});
  }
  notes.add("notes.authority_elsewhere");
}

}  // namespace

void write_notes(Writing& writing) {
  Notes notes(writing);
  notes.add("notes.draft");
  const bool request = writing.choice.stage == LetterStage::kRequest && writing.choice.type != LetterType::kFindings;
  if (!writing.facts.measured) notes.add("notes.nothing_measured", {{"host", writing.host()}});
  note_addressee(writing, notes);
  note_policy(writing, notes);
  note_dates(writing, notes);
  if (writing.choice.stage == LetterStage::kComplaint) note_authority(writing, notes);
  if (request) {
    if (writing.choice.type == LetterType::kErasure) notes.add("notes.erasure_first");
    if (writing.choice.type == LetterType::kObjection) notes.add("notes.objection_grounds");
    notes.add("notes.reveal");
    notes.add("notes.no_id");
  }
  writing.sheet.heading(writing.words.say("notes.title"));
  notes.write();
  writing.sheet.rule();
}

}  // namespace meetlat::letters
