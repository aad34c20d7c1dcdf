#include "policy/reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/kind.h"
#include "policy/marks.h"
#include "policy/reader.h"

namespace meetlat::policy {

namespace {

constexpr int kWordsAMinute = 230;  // silent reading of prose: Brysbaert 2019, 238 in English, fewer in longer words
constexpr std::size_t kNameBytes = 120;
constexpr std::size_t kSnippetBytes = 206;  // 200 and the signs that something was cut off at both ends

// What stands in for an address may be longer than the address.
std::string masked(std::string_view snippet) {
  return excerpt(mask_private(snippet), kSnippetBytes);
}

void take(ItemReading& item, State state, const Tally::Place& place) {
  item.state = state;
  item.reason.clear();
  item.snippet = masked(place.snippet);
  item.heading = mask_private(excerpt(place.heading, 100));
  item.offset = place.offset;
  item.lang = place.lang;
  item.cue = place.cue;
}

// Told by its form, so no line of a vocabulary is behind it.
void take_form(ItemReading& item, std::string snippet, std::size_t offset) {
  item.state = State::kFound;
  item.reason.clear();
  item.snippet = std::move(snippet);
  item.offset = offset;
  item.cue = 0;
}

ItemReading item_reading(const ItemSpec& spec, const Tallies& tallies, std::string_view why_not) {
  ItemReading reading;
  reading.item = spec.id;
  if (!why_not.empty()) {
    reading.reason = why_not;
    return reading;
  }
  const Tally& tally = tallies.of(spec.id);
  // "Recipients" as a heading, and "there are none" below it.
  const bool only_headings = tally.strong == tally.headings;
  if (tally.first_strong && !(only_headings && tally.first_none)) {
    take(reading, State::kFound, *tally.first_strong);
  } else if (tally.first_none) {
    take(reading, State::kStatedNone, *tally.first_none);
  } else if (!spec.only_with.empty() && !tally.first_weak && tallies.strong(spec.only_with) == 0) {
    reading.state = State::kNotApplicable;
    reading.reason = "nothing in the text makes it due";
  } else if (tally.first_weak) {
    take(reading, State::kNotMeasured, *tally.first_weak);
    reading.reason = kOnlyHint;
  } else {
    reading.state = State::kNotFound;
  }
  return reading;
}

ItemReading& at(Reading& reading, std::string_view id) {
  return *std::find_if(reading.items.begin(), reading.items.end(),
                       [&](const ItemReading& item) { return item.item == id; });
}

// Contacts are told by their form.
void find_contacts(const Document& document, const Tallies& tallies, Reading& reading) {
  ItemReading& contact = at(reading, "contact");
  std::size_t begin = 0;
  while (begin < tallies.text.size()) {
    std::size_t end = tallies.text.find('\n', begin);
    if (end == std::string::npos) end = tallies.text.size();
    const std::string_view line = std::string_view(tallies.text).substr(begin, end - begin);
    if (const auto found = find_contact(line); found) {
      const std::string_view hit = line.substr(found->begin, found->end - found->begin);
      const std::string mail = mail_address(hit);
      reading.contact = excerpt(mail.empty() ? hit : std::string_view(mail), kNameBytes);
      return take_form(contact, masked(excerpt(line, kSnippetBytes)), begin);
    }
    begin = end + 1;
  }
  for (const HtmlLink& link : document.links) {
    const bool mail = starts_with_i(link.href, "mailto:") && link.href.find('@') != std::string::npos;
    const bool hidden = link.href.find("/cdn-cgi/l/email-protection") != std::string::npos;
    if (!mail && !hidden && !starts_with_i(link.href, "tel:")) continue;
    reading.contact = excerpt(hidden ? std::string_view("a mail address that a script shows")
                                     : std::string_view(link.href).substr(link.href.find(':') + 1),
                              kNameBytes);
    return take_form(contact, masked(excerpt(link.text, kSnippetBytes)), contact.offset);
  }
  if (contact.state == State::kFound) return;
  if (const auto found = find_postal_address(tallies.text); found) {
    reading.contact =
        excerpt(std::string_view(tallies.text).substr(found->begin, found->end - found->begin), kNameBytes);
    take_form(contact, "[postal address]", found->begin);
  }
}

constexpr std::size_t kBeforeName = 60;  // bytes between the words that announce a name and the name

bool begins_upper(std::string_view text) {
  return !text.empty() && ((text.front() >= 'A' && text.front() <= 'Z') || (text.front() & '\x80') != 0);
}

// What ends a name: a sign, the end of the sentence (but not the points of "e. V."), or the verb.
std::string_view until_name_ends(std::string_view text) {
  std::size_t end = std::min(text.find_first_of(",;(|"), text.size());
  for (const std::string_view verb : {" is ", " ist ", " est ", " è ", " es ", " are ", " sind ", " zijn ", " sono ",
                                      " has ", " hat ", " heeft ", " jest ", " är "}) {
    end = std::min(end, text.find(verb));
  }
  for (std::size_t at = text.find(". "); at < end; at = text.find(". ", at + 1)) {
    const std::string_view next = text.substr(at + 2);
    if (at >= 2 && text[at - 2] == ' ' && next.starts_with("V.")) {  // "e. V."
      end = std::min(end, at + 4);
    } else if (at >= 2 && text[at - 2] == '.') {  // "e.V. "
      end = at + 1;
    } else {
      end = at;
    }
    break;
  }
  text = trim(text.substr(0, end));
  const bool abbreviated = text.size() >= 3 && text.ends_with("V.");
  while (!text.empty() && (text.back() == ':' || (text.back() == '.' && !abbreviated))) text.remove_suffix(1);
  return text;
}

bool is_name(std::string_view text) {
  return text.size() >= 3 && text.size() <= kNameBytes && begins_upper(text) &&
         text.find("://") == std::string_view::npos;
}

std::string_view without_article(std::string_view text) {
  for (const std::string_view article :
       {"La ", "Le ", "Les ", "L'", "L’", "The ", "Der ", "Die ", "Das ", "De ", "Het ", "Il ", "Lo ", "El "}) {
    if (text.starts_with(article)) return trim(text.substr(article.size()));
  }
  return text;
}

// "La Régie est [responsable de traitement]": what stands before the verb, when all its words begin like a name.
std::string_view name_before(std::string_view text) {
  std::size_t verb = std::string_view::npos;
  for (const std::string_view word : {" is ", " ist ", " est ", " è ", " es ", " jest ", " är "}) {
    if (const std::size_t at = text.rfind(word); at != std::string_view::npos) verb = std::min(verb, at);
  }
  if (verb == std::string_view::npos) return {};
  const std::string_view name = without_article(text.substr(0, verb));
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find(' ', begin), name.size());
    const std::string_view word = name.substr(begin, end - begin);
    if (!begins_upper(word) && word.find('.') == std::string_view::npos) return {};
    begin = end + 1;
  }
  return name;
}

// "The data controller responsible for ... is": no name, though a capital begins it.
bool begins_a_sentence(std::string_view text) {
  const std::string_view rest = without_article(text);
  return rest.size() < text.size() && !rest.empty() && !begins_upper(rest);
}

// Whom the text names beside the words that announce the controller: before them, behind them, else in the line below.
// For letters, where a person checks it; "" when no name is surely there.
std::string controller_name(const Tallies& tallies) {
  constexpr std::size_t kLongestBefore = 60;
  const Tally& tally = tallies.of("controller");
  if (!tally.first_strong) return {};
  const std::string& text = tallies.text;
  const Tally::Place& place = *tally.first_strong;
  const std::string_view before = std::string_view(text).substr(place.offset, place.at - place.offset);
  const bool question = std::string_view(text).substr(0, text.find('\n', place.offset)).ends_with('?');
  if (!question && before.size() <= kLongestBefore) {
    if (const std::string_view name = name_before(before); is_name(name)) return printable(name);
  }
  std::size_t begin = place.after;
  for (int lines = 0; lines < 2 && begin < text.size(); ++lines) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view rest = std::string_view(text).substr(begin, end - begin);
    // "is:", "ist der", ")": small words and signs before a name begin with no capital letter.
    std::size_t limit = kBeforeName;
    for (std::size_t at = 0; at < std::min(rest.size(), limit); ++at) {
      const bool at_word = begin + at == 0 || text[begin + at - 1] == ' ' || text[begin + at - 1] == '\n';
      if (!at_word || !begins_upper(rest.substr(at))) continue;
      const std::string_view clause = rest.substr(at, rest.substr(at).find_first_of(",;(|"));
      if (clause.find("://") != std::string_view::npos) return {};  // speaks of an address
      const std::string_view name = until_name_ends(rest.substr(at));
      if (begins_a_sentence(name)) {
        at += name.size();
        limit = at + kBeforeName;
        continue;
      }
      if (is_name(name)) return printable(name);
      break;
    }
    begin = end + 1;
  }
  return {};
}

bool holds_name(std::string_view text, std::string_view name) {
  if (name.size() < 4) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & '\x80') != 0; };
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) return true;
  }
  return false;
}

void find_names(const Names& names, const Tallies& tallies, Reading& reading) {
  const bool asked = !(names.host.empty() && names.domain.empty() && names.operated_by.empty());
  const std::string folded = asked ? fold(tallies.text) : std::string();
  reading.names_host = holds_name(folded, fold(names.host));
  reading.names_domain = holds_name(folded, fold(names.domain));
  reading.names_operator = holds_name(folded, fold(names.operated_by));
  reading.names_service = tallies.strong("service") > 0;
  ItemReading& video = at(reading, "video");
  const Tally& service = tallies.of("service");
  if (video.state != State::kFound && service.first_strong) {
    take(video, State::kFound, *service.first_strong);
  }
}

Readability readability_of(const Tallies& tallies) {
  Readability result;
  result.words = tallies.words;
  result.sentences = tallies.sentences;
  if (tallies.words > 0 && tallies.sentences > 0) {
    const double words = tallies.words;
    result.lix = words / tallies.sentences + 100.0 * tallies.long_words / words;
    result.minutes = (tallies.words + kWordsAMinute - 1) / kWordsAMinute;
  }
  return result;
}

}  // namespace

std::string_view to_string(Answer answer) noexcept {
  switch (answer) {
    case Answer::kYes:
      return "yes";
    case Answer::kUnsure:
      return "unsure";
    case Answer::kNo:
      break;
  }
  return "no";
}

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::kPolicy:
      return "policy";
    case Kind::kPartOfAnother:
      return "part-of-another";
    case Kind::kAboutPolicies:
      return "about-policies";
    case Kind::kTerms:
      return "terms";
    case Kind::kImprint:
      return "imprint";
    case Kind::kCookies:
      return "cookies";
    case Kind::kEmpty:
      return "empty";
    case Kind::kNotReadable:
      return "not-readable";
    case Kind::kUnknownLanguage:
      return "unknown-language";
    case Kind::kOther:
      break;
  }
  return "other";
}

std::string_view to_string(State state) noexcept {
  switch (state) {
    case State::kFound:
      return "found";
    case State::kStatedNone:
      return "stated_none";
    case State::kNotFound:
      return "not_found";
    case State::kNotApplicable:
      return "not_applicable";
    case State::kNotMeasured:
      break;
  }
  return "not_measured";
}

const ItemReading* Reading::item(std::string_view id) const noexcept {
  const auto found = std::find_if(items.begin(), items.end(), [&](const ItemReading& each) { return each.item == id; });
  return found == items.end() ? nullptr : &*found;
}

bool Reading::states(std::string_view id) const noexcept {
  const ItemReading* found = item(id);
  return found != nullptr && (found->state == State::kFound || found->state == State::kStatedNone);
}

Result<Reading> read_policy(const Document& document, const Names& names) {
  Reading reading;
  reading.form = document.form;
  const Languages languages = languages_of(document);
  reading.languages = languages.shares;
  const Result<Tallies> tallies = read_sentences(document, languages);
  if (!tallies) return fail(tallies.error());
  for (const ItemSpec& spec : items()) reading.items.push_back(item_reading(spec, *tallies, document.why_not));
  if (document.why_not.empty()) find_contacts(document, *tallies, reading);
  for (const ClaimSpec& spec : claims()) {
    if (const Tally& tally = tallies->of(spec.id); tally.first_strong) {
      const Tally::Place& place = *tally.first_strong;
      reading.claims.push_back({spec.id, masked(place.snippet), place.offset, place.lang, place.cue});
    }
  }
  find_names(names, *tallies, reading);
  reading.readability = readability_of(*tallies);
  if (const Result<void> ok = decide_kind(document, names, *tallies, reading); !ok) return fail(ok.error());
  if (const ItemReading* date = reading.item("date"); date->state == State::kFound) reading.date = date->snippet;
  reading.controller = controller_name(*tallies);
  reading.placeholders = placeholders_in(tallies->text);
  reading.dpo_contact = tallies->dpo_contact;
  reading.log_days = tallies->log_days;
  reading.log_sentence = mask_private(tallies->log_sentence);
  reading.text = tallies->text;
  const bool unread = reading.kind == Kind::kUnknownLanguage || reading.kind == Kind::kNotReadable;
  std::string blind = unread ? reading.why : document.why_incomplete;
  if (tallies->cut && blind.empty()) blind = "it is longer than 2 MB of text; the rest was not read";
  const bool rest_unknown = tallies->cut || document.blocks_left_out;
  if (rest_unknown && reading.is_policy == Answer::kNo) {
    if (reading.kind == Kind::kEmpty) reading.kind = Kind::kNotReadable;
    reading.is_policy = Answer::kUnsure;
    reading.why += "; " + blind;
  }
  if (!blind.empty()) {
    for (ItemReading& item : reading.items) {
      if (item.state == State::kFound || item.state == State::kStatedNone) continue;
      item.state = State::kNotMeasured;
      item.reason = blind;
    }
  }
  return reading;
}

}  // namespace meetlat::policy
