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
constexpr int kItems = 3;
constexpr int kManyItems = 5;
constexpr int kNearlyAll = 8;

// What a policy is about; the rest (cookies, video, security ...) stands in other texts as well.
constexpr std::array<std::string_view, 18> kOfArticle13{
    "controller",  "contact",   "dpo",         "purposes", "legal_basis",   "legit_interest",
    "recipients",  "transfer",  "retention",   "access",   "rectification", "erasure",
    "restriction", "objection", "portability", "withdraw", "complaint",     "automated"};

struct Signs {
  bool titled = false;  // title, link text or one of the first lines is a privacy term
  bool headed = false;  // some heading is
  bool titled_terms = false;
  bool titled_imprint = false;
  bool titled_cookies = false;
  bool many_topics = false;
  int items = 0;
  bool core = false;  // controller, contact or purposes
  int first = 0;
  int generic = 0;
  int terms = 0;
  int imprint = 0;
  int cookies = 0;
};

void look_at_names(const Document& document, const Names& names, const Discovery& discovery, Signs& signs) {
  const auto look = [&](std::string_view text) {
    if (text.size() > kNameLength) return;
    signs.titled = signs.titled || discovery.text_names("privacy", text);
    signs.titled_terms = signs.titled_terms || discovery.text_names("terms", text);
    signs.titled_imprint = signs.titled_imprint || discovery.text_names("imprint", text);
    signs.titled_cookies = signs.titled_cookies || discovery.text_names("cookies", text);
  };
  look(names.link_text);
  look(std::string_view(document.title).substr(0, kNameLength));
  int top = 0;
  for (const Block& block : document.blocks) {
    if (block.text.size() > kNameLength || trim(block.text).ends_with('.')) {
      if (++top > kTopBlocks * 3) break;
      continue;
    }
    const bool heading = block.kind == Block::Kind::kHeading;
    if (top < kTopBlocks && (heading || block.kind == Block::Kind::kText)) look(block.text);
    ++top;
  }
  for (const Block& block : document.blocks) {
    if (block.kind != Block::Kind::kHeading || block.text.size() > kNameLength) continue;
    if (discovery.text_names("privacy", block.text)) signs.headed = true;
  }
  signs.headed = signs.headed || signs.titled;
}

std::string title_of(const Document& document) {
  if (!trim(document.title).empty()) return excerpt(trim(document.title), 120);
  for (const Block& block : document.blocks) {
    if (block.kind == Block::Kind::kHeading) return excerpt(block.text, 120);
  }
  return {};
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

// The rule, kept in one place so that it can be read as one.
void decide(const Signs& signs, const std::string& seen, Reading& reading) {
  const bool own_voice = signs.first > 0 || reading.states("controller");
  const bool speaks_of_others = signs.generic * 6 > signs.first + 2;
  const bool terms_rule = signs.titled_terms && signs.terms >= signs.items;
  if (signs.titled_cookies && !reading.states("controller") && signs.items < kManyItems) {
    return set(reading, Answer::kNo, Kind::kCookies, "about cookies alone, " + seen);
  }
  if (signs.titled && signs.items >= kItems && signs.core && own_voice && !speaks_of_others && !terms_rule) {
    return set(reading, Answer::kYes, Kind::kPolicy, "a privacy policy: " + seen);
  }
  if (speaks_of_others && signs.items >= kItems) {
    return set(reading, Answer::kNo, Kind::kAboutPolicies, "speaks of what others have to do, " + seen);
  }
  if (signs.items >= kManyItems && signs.core && own_voice && !terms_rule) {
    const bool part = signs.titled_imprint || signs.titled_terms;
    if (signs.headed && part) return set(reading, Answer::kYes, Kind::kPartOfAnother, "part of another page: " + seen);
    if (signs.items >= kNearlyAll || signs.headed)
      return set(reading, Answer::kYes, Kind::kPolicy, "a privacy policy: " + seen);
    return set(reading, Answer::kUnsure, Kind::kOther, "says what policies say, under another name: " + seen);
  }
  if (signs.titled_terms && signs.terms > 0) return set(reading, Answer::kNo, Kind::kTerms, "terms of use, " + seen);
  if (signs.titled_imprint) return set(reading, Answer::kNo, Kind::kImprint, "an imprint, " + seen);
  if (signs.terms > signs.items && signs.items < kItems) {
    return set(reading, Answer::kNo, Kind::kTerms, "rules of use, " + seen);
  }
  if (signs.titled && signs.items >= 1) {
    return set(reading, Answer::kUnsure, Kind::kOther,
               "called a privacy policy, but says little of what one says: " + seen);
  }
  if (signs.headed && signs.items >= kItems) {
    return set(reading, Answer::kUnsure, Kind::kPartOfAnother, "a section on privacy in another text: " + seen);
  }
  set(reading, Answer::kNo, Kind::kOther,
      signs.titled ? "a heading of privacy, and nothing that a policy says" : "not about privacy, " + seen);
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
  Signs signs;
  look_at_names(document, names, *discovery, signs);
  std::vector<std::string> stated;
  for (const std::string_view id : kOfArticle13) {
    if (reading.states(id)) stated.emplace_back(id);
  }
  signs.items = static_cast<int>(stated.size());
  signs.core = reading.states("controller") || reading.states("contact") || reading.states("purposes");
  signs.first = tallies.strong("first");
  signs.generic = tallies.strong("generic");
  signs.terms = tallies.strong("terms");
  signs.imprint = tallies.strong("imprint");
  const std::string seen = fmt::format("{} of {} items ({})", stated.size(), kOfArticle13.size(), join(stated, ", "));
  if (tallies.text.size() < kLittleText) {
    // "We store nothing." may be all that there is to say.
    const bool called_so = signs.titled && tallies.text.size() >= 100;
    set(reading, called_so ? Answer::kUnsure : Answer::kNo, Kind::kOther,
        called_so ? "called a privacy policy, with hardly any text" : "hardly any text");
    return {};
  }
  decide(signs, seen, reading);
  if (reading.kind == Kind::kTerms || reading.kind == Kind::kImprint) {
    const Result<std::vector<std::string>> section = items_of_section(document, *discovery);
    if (!section) return fail(section.error());
    const std::string part = fmt::format("{} items ({})", section->size(), join(*section, ", "));
    if (section->size() >= kManyItems) {
      set(reading, Answer::kYes, Kind::kPartOfAnother, "a section of another page: " + part);
    } else if (section->size() >= kItems) {
      set(reading, Answer::kUnsure, Kind::kPartOfAnother, "a short section of another page: " + part);
    }
  }
  const auto& known = Vocabulary::languages();
  const bool language_known = std::any_of(
      reading.languages.begin(), reading.languages.end(),
      [&](const LanguageShare& share) { return std::find(known.begin(), known.end(), share.lang) != known.end(); });
  if (!language_known && reading.is_policy != Answer::kYes) {
    set(reading, Answer::kUnsure, Kind::kUnknownLanguage,
        reading.languages.empty()
            ? "its language could not be told"
            : fmt::format("written in a language without vocabulary here ({})", reading.languages.front().lang));
  }
  return {};
}

}  // namespace meetlat::policy
