#include "policy/kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/discovery.h"

namespace meetlat::policy {

namespace {

constexpr std::size_t kNameLength = 100;  // bytes of what can be a title
constexpr std::size_t kLittleText = 250;  // bytes; less says nothing about processing
constexpr std::size_t kNoText = 40;
constexpr int kTopBlocks = 8;
constexpr int kFirstBlocks = 3;
constexpr int kItems = 3;
constexpr int kManyItems = 5;
constexpr int kNearlyAll = 8;
constexpr int kFewItems = 2;
constexpr int kWordsAnItem = 500;  // of a long text: an item more is wanted for each
constexpr int kGeneric = 3;
constexpr int kVoiceRatio = 6;
constexpr int kMarkedArticle = 2;
constexpr int kManyVoices = 20;
constexpr int kDense = 3;
constexpr int kDenseWords = 60;
constexpr int kShortWords = 1500;
constexpr std::size_t kFewNamed = 5;  // items that a reason names

// What a policy is about; the rest (cookies, video, security ...) stands in other texts as well.
constexpr std::array<std::string_view, 18> kOfArticle13{
    "controller",  "contact",   "dpo",         "purposes", "legal_basis",   "legit_interest",
    "recipients",  "transfer",  "retention",   "access",   "rectification", "erasure",
    "restriction", "objection", "portability", "withdraw", "complaint",     "automated"};

// Names that a text has: its title, how it is linked, its first heading; then those near its top.
void look_at_names(const Document& document, const Names& names, const Discovery& discovery, Signs& signs) {
  const auto look = [&](std::string_view text, bool is_title) {
    if (text.size() > kNameLength) return;
    if (discovery.text_names("privacy", text)) (is_title ? signs.titled : signs.near_top) = true;
    if (discovery.text_names("terms", text)) signs.titled_terms = signs.titled_terms || is_title;
    if (discovery.text_names("imprint", text)) signs.titled_imprint = signs.titled_imprint || is_title;
    if (discovery.text_names("cookies", text)) signs.titled_cookies = signs.titled_cookies || is_title;
  };
  look(names.link_text, true);
  look(document.title, true);
  int top = 0;
  bool heading_seen = false;
  for (const Block& block : document.blocks) {
    if (++top > kTopBlocks) break;
    const bool heading = block.kind == Block::Kind::kHeading;
    const bool line = block.kind == Block::Kind::kText && top <= kFirstBlocks && !trim(block.text).ends_with('.');
    if (heading || line) look(block.text, heading ? !heading_seen : top == 1);
    heading_seen = heading_seen || heading;
  }
  for (const Block& block : document.blocks) {
    if (block.kind != Block::Kind::kHeading || block.text.size() > kNameLength) continue;
    ++signs.headings;
    if (discovery.text_names("privacy", block.text)) signs.headed = true;
  }
  signs.headed = signs.headed || signs.titled || signs.near_top;
}

std::string title_of(const Document& document) {
  if (!trim(document.title).empty()) return excerpt(trim(document.title), 120);
  for (const Block& block : document.blocks) {
    if (block.kind == Block::Kind::kHeading) return excerpt(block.text, 120);
  }
  return {};
}

// " (contact, purposes)": few are named, many only counted, since what is stated stands with the items.
std::string named(const std::vector<std::string>& items) {
  return items.empty() || items.size() > kFewNamed ? std::string() : " (" + join(items, ", ") + ")";
}

void set(Reading& reading, Answer answer, Kind kind, std::string why) {
  reading.is_policy = answer;
  reading.kind = kind;
  reading.why = std::move(why);
}

// A page that is something else may hold a whole policy below a heading of its own. Its items, or nothing.
Result<std::vector<std::string>> items_of_section(const Document& document, const Discovery& discovery) {
  Document section;
  section.lang = document.lang;
  int level = 0;
  for (const Block& block : document.blocks) {
    const bool heading = block.kind == Block::Kind::kHeading;
    const bool named = heading && block.text.size() <= kNameLength && discovery.text_names("privacy", block.text) &&
                       !discovery.text_names("terms", block.text) && !discovery.text_names("imprint", block.text);
    if (named && (level == 0 || block.level <= level)) {
      level = block.level;
    } else if (heading && level > 0 && block.level <= level) {
      level = 0;
    }
    if (level > 0) section.blocks.push_back(block);
  }
  std::vector<std::string> stated;
  if (section.blocks.empty()) return stated;
  const Result<Tallies> tallies = read_sentences(section, languages_of(section));
  if (!tallies) return fail(tallies.error());
  for (const std::string_view id : kOfArticle13) {
    const Tally& tally = tallies->of(id);
    if (tally.first_strong || tally.first_none) stated.emplace_back(id);
  }
  return stated;
}

// Guides and articles tell what others have to do; a policy tells what "we" do.
bool speaks_of_others(const Signs& signs) {
  const bool often = signs.generic >= kGeneric && signs.generic * kVoiceRatio >= signs.first;
  return often || (signs.first == 0 && signs.generic == kGeneric - 1);
}

// Long texts that name a few items in passing are documentation.
bool says_much_of(const Signs& signs, int words) {
  return signs.items + signs.topics >= kFewItems + std::min(words / kWordsAnItem, kNearlyAll - kFewItems);
}

// Short texts of small hosts: hardly an item in the law's words, but every other sentence about data.
bool dense(const Signs& signs, int words) {
  return signs.first >= 1 && signs.personal >= kDense && signs.personal * kDenseWords >= words && signs.terms <= 1;
}

// The rule, kept in one place so that it can be read as one. Measured by tests/measure/policies.py.
void decide(const std::string& seen, Reading& reading) {
  const Signs& signs = reading.signs;
  const int words = reading.readability.words;
  const bool own_voice = signs.first > 0 || reading.states("controller") || signs.items >= kManyItems;
  const bool otherwise_titled = signs.titled_terms || signs.titled_imprint;
  const bool titled = signs.titled || signs.near_top;
  const bool rules = signs.terms > signs.items + 1 && signs.terms >= signs.personal;
  if (speaks_of_others(signs) && signs.items + signs.generic >= kItems) {
    return set(reading, Answer::kNo, Kind::kAboutPolicies, "speaks of what others have to do, " + seen);
  }
  int rights = 0;
  for (const std::string_view id : {"access", "erasure", "objection", "complaint"})
    rights += reading.states(id) ? 1 : 0;
  if (signs.titled_cookies && !signs.titled && rights < 2 &&
      (!reading.states("controller") || signs.items < kManyItems)) {
    return set(reading, Answer::kNo, Kind::kCookies, "about cookies alone, " + seen);
  }
  if (titled && !otherwise_titled && own_voice && signs.terms <= 2 * signs.items + 1) {
    const bool few = signs.items >= kFewItems && signs.items + signs.topics >= kItems && signs.generic < kGeneric &&
                     signs.generic <= signs.first && signs.terms <= signs.items + 1;
    const bool short_and_plain = signs.items >= kFewItems && signs.first >= kItems && signs.terms + signs.generic == 0;
    const bool others = signs.items >= 1 && signs.items + signs.topics >= kItems && signs.generic == 0;
    const bool enough = (few || others || short_and_plain) && says_much_of(signs, words);
    if (enough || dense(signs, words)) return set(reading, Answer::kYes, Kind::kPolicy, "a privacy policy: " + seen);
  }
  // One title for both: "Terms and privacy".
  if (signs.titled && signs.titled_terms && signs.core && signs.items >= kManyItems && signs.items > signs.terms) {
    return set(reading, Answer::kYes, Kind::kPartOfAnother, "part of another page: " + seen);
  }
  if (signs.items >= kManyItems && signs.core && own_voice && !signs.titled_terms && !rules &&
      says_much_of(signs, words)) {
    const bool many_voices = signs.first >= kManyVoices && signs.generic == 0;
    if (signs.headed || signs.items >= kNearlyAll || signs.personal >= kNearlyAll || many_voices) {
      const bool part = signs.titled_imprint && !signs.titled;
      return set(reading, Answer::kYes, part ? Kind::kPartOfAnother : Kind::kPolicy,
                 (part ? "part of another page: " : "a privacy policy: ") + seen);
    }
    return set(reading, Answer::kUnsure, Kind::kOther, "says what policies say, under another name: " + seen);
  }
  if (signs.titled_terms) return set(reading, Answer::kNo, Kind::kTerms, "terms of use, " + seen);
  if (signs.titled_imprint) return set(reading, Answer::kNo, Kind::kImprint, "an imprint, " + seen);
  if (rules) return set(reading, Answer::kNo, Kind::kTerms, "rules of use, " + seen);
  if (titled && (signs.items >= 1 || signs.personal >= kDense) && own_voice && words < kShortWords) {
    return set(reading, Answer::kUnsure, Kind::kOther,
               "called a privacy policy, but says little of what one says: " + seen);
  }
  if (signs.headed && signs.items >= kItems && own_voice) {
    return set(reading, Answer::kUnsure, Kind::kPartOfAnother, "a section on privacy in another text: " + seen);
  }
  set(reading, Answer::kNo, Kind::kOther,
      titled ? "a heading of privacy, and little that a policy says: " + seen : "no privacy policy: " + seen);
}

}  // namespace

Result<void> decide_kind(const Document& document, const Names& names, const Tallies& tallies, Reading& reading) {
  const Result<Discovery>& discovery = Discovery::bundled();
  if (!discovery) return fail(discovery.error());
  reading.title = title_of(document);
  if (tallies.text.size() < kNoText) {
    const bool blind = document.needs_script || !document.why_not.empty();
    set(reading, blind ? Answer::kUnsure : Answer::kNo, blind ? Kind::kNotReadable : Kind::kEmpty,
        !document.why_not.empty() ? document.why_not
        : document.needs_script   ? "its text comes by script only"
                                  : "an empty page");
    return {};
  }
  Signs& signs = reading.signs;
  look_at_names(document, names, *discovery, signs);
  std::vector<std::string> stated;
  for (const std::string_view id : kOfArticle13) {
    if (reading.states(id)) stated.emplace_back(id);
  }
  signs.items = static_cast<int>(stated.size());
  for (const std::string_view id : {"categories", "cookies", "security", "logs"}) {
    if (reading.states(id)) ++signs.topics;
  }
  signs.core = reading.states("controller") || reading.states("contact") || reading.states("purposes");
  signs.first = tallies.strong("first");
  // What is marked as an article needs fewer words to be one.
  signs.generic = tallies.strong("generic") + (document.is_article ? kMarkedArticle : 0);
  signs.terms = tallies.strong("terms");
  signs.imprint = tallies.strong("imprint");
  signs.personal = tallies.strong("personal_data");
  const std::string seen = fmt::format("{} of {} items{}", stated.size(), kOfArticle13.size(), named(stated));
  if (tallies.text.size() < kLittleText) {
    // "We store nothing." may be all that there is to say.
    const bool called_so = signs.titled && tallies.text.size() >= 100;
    set(reading, called_so ? Answer::kUnsure : Answer::kNo, Kind::kOther,
        called_so ? "called a privacy policy, with hardly any text" : "hardly any text");
    return {};
  }
  decide(seen, reading);
  if (reading.kind == Kind::kTerms || reading.kind == Kind::kImprint) {
    const Result<std::vector<std::string>> section = items_of_section(document, *discovery);
    if (!section) return fail(section.error());
    const std::string part = fmt::format("{} items{}", section->size(), named(*section));
    // A title that names both is a promise of both.
    if (const int count = static_cast<int>(section->size()); count >= (signs.titled ? kItems : kNearlyAll)) {
      set(reading, Answer::kYes, Kind::kPartOfAnother, "a section of another page: " + part);
    } else if (count >= kItems) {
      set(reading, Answer::kUnsure, Kind::kPartOfAnother, "a short section of another page: " + part);
    }
  }
  const bool language_known = std::any_of(reading.languages.begin(), reading.languages.end(),
                                          [](const LanguageShare& share) { return Vocabulary::knows(share.lang); });
  if (!language_known && reading.is_policy != Answer::kYes) {
    set(reading, Answer::kUnsure, Kind::kUnknownLanguage,
        reading.languages.empty()
            ? "its language could not be told"
            : fmt::format("written in a language without vocabulary here ({})", reading.languages.front().lang));
  }
  return {};
}

}  // namespace meetlat::policy
