#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "judgement/rule_reader.h"

namespace meetlat {
namespace {

class ProfileReader {
 public:
  ProfileReader(Reader& reader, const std::vector<Rule>& rules, const std::vector<std::string>& rule_ids)
      : reader_(reader), rules_(rules), rule_ids_(rule_ids) {}

  Profile read(const Doc& doc) {
    reader_.map(doc, "a profile", {"id", "version", "title", "categories", "letters", "words", "core"},
                {"caps", "not_graded", "good_reasons"});
    if (doc.map() == nullptr) return profile_;
    profile_.id = reader_.name(doc, "id");
    profile_.version = reader_.text(doc, "version");
    profile_.title = reader_.text(doc, "title");
    letters(doc);
    words(doc);
    categories(doc);
    for (const Doc* item : reader_.items(doc, "core")) {
      if (std::string id = rule_name(*item); !id.empty()) profile_.core.push_back(std::move(id));
    }
    caps(doc);
    profile_.not_graded = remarks(doc, "not_graded");
    profile_.good_reasons = remarks(doc, "good_reasons");
    return std::move(profile_);
  }

 private:
  // "" after a complaint.
  std::string rule_name(const Doc& doc) {
    const std::string* id = doc.string();
    if (id == nullptr) {
      reader_.complain(doc.mark, "a rule's id is needed here");
      return {};
    }
    if (std::find(rule_ids_.begin(), rule_ids_.end(), *id) == rule_ids_.end()) {
      reader_.complain(doc.mark, fmt::format("no rule '{}'{}", *id, did_you_mean(*id, rule_ids_)));
      return {};
    }
    return *id;
  }

  static bool is_letter(std::string_view text) { return text.size() == 1 && text[0] >= 'A' && text[0] <= 'F'; }

  void letters(const Doc& doc) {
    const Doc* map = doc.find("letters");
    if (map == nullptr) return;
    if (map->map() == nullptr || map->map()->empty()) {
      reader_.complain(map->mark, "letters must be a map of letters to their lower bounds, such as {A: 85, E: 0}");
      return;
    }
    for (const Doc::Entry& entry : *map->map()) {
      double bound = 0;
      if (!is_letter(entry.key) || !entry.value.number(bound) || bound < 0 || bound > 100) {
        reader_.complain(entry.mark, "a letter is A to F, its lower bound a number from 0 to 100");
      } else {
        profile_.letters[entry.key[0]] = bound;
      }
    }
    double above = 101;
    for (const auto& [letter, bound] : profile_.letters) {
      if (bound >= above) {
        reader_.complain(map->mark, fmt::format("the bound of {} is not below that of the letter before it", letter));
      }
      above = bound;
    }
    if (!profile_.letters.empty() && profile_.letters.rbegin()->second > 0) {
      reader_.complain(map->mark, "the last letter must begin at 0, so that every score has a letter");
    }
  }

  void words(const Doc& doc) {
    const Doc* map = doc.find("words");
    if (map == nullptr) return;
    if (map->map() == nullptr) {
      reader_.complain(map->mark, "words must be a map of letters to words, such as {A: very good}");
      return;
    }
    for (const Doc::Entry& entry : *map->map()) {
      if (!is_letter(entry.key)) {
        reader_.complain(entry.mark, fmt::format("'{}' is no letter from A to F", entry.key));
      } else {
        profile_.words[entry.key[0]] = reader_.text(*map, entry.key);
      }
    }
    for (const auto& [letter, bound] : profile_.letters) need_word(letter, map->mark);
  }

  void need_word(char letter, Mark mark) {
    if (!profile_.words.contains(letter)) {
      reader_.complain(mark, fmt::format("words lacks the letter {}, which this profile can give", letter));
    }
  }

  void categories(const Doc& doc) {
    double sum = 0;
    std::set<std::string> ids;
    std::set<std::string> used;
    for (const Doc* item : reader_.items(doc, "categories")) {
      if (!reader_.map(*item, "a category", {"id", "title", "weight"}, {"rules"})) continue;
      Category category;
      category.id = reader_.name(*item, "id");
      category.title = reader_.text(*item, "title");
      category.weight = reader_.number(*item, "weight", 0, 0, 100);
      sum += category.weight;
      if (!ids.insert(category.id).second) {
        reader_.complain(item->find("id")->mark, fmt::format("category '{}' occurs twice", category.id));
      }
      if (item->find("rules") != nullptr) {
        for (const Doc* rule : reader_.items(*item, "rules")) {
          std::string id = rule_name(*rule);
          if (id.empty()) continue;
          count_once(used, id, rule->mark);
          category.rules.push_back(std::move(id));
        }
      } else {
        by_folder(*item, category, used);
      }
      profile_.categories.push_back(std::move(category));
    }
    if (const Doc* list = doc.find("categories"); list != nullptr && std::abs(sum - 100) > 1e-6) {
      reader_.complain(list->mark, fmt::format("the weights of the categories add up to {}, not to 100", sum));
    }
  }

  void by_folder(const Doc& item, const Category& category, std::set<std::string>& used) {
    bool any = false;
    for (const Rule& rule : rules_) {
      if (rule.category != category.id) continue;
      any = true;
      count_once(used, rule.id, item.mark);
    }
    if (!any && category.weight > 0) {
      reader_.complain(item.mark, fmt::format("category '{}' has weight but no rules", category.id));
    }
  }

  void count_once(std::set<std::string>& used, const std::string& rule, Mark mark) {
    if (!used.insert(rule).second) {
      reader_.complain(mark, fmt::format("rule '{}' is counted in two categories", rule));
    }
  }

  OutcomeCondition when(const Doc& doc) {
    OutcomeCondition condition;
    const Doc::Map* map = doc.map();
    if (map == nullptr || map->empty()) {
      reader_.complain(doc.mark, "a condition is {rule: ID, is: OUTCOME}, all: (a list) or any: (a list)");
      return condition;
    }
    const std::string& key = map->front().key;
    if (key == "all" || key == "any") {
      condition.kind = key == "all" ? OutcomeCondition::Kind::kAll : OutcomeCondition::Kind::kAny;
      if (map->size() > 1) {
        reader_.complain((*map)[1].mark, fmt::format("'{}' does not belong beside '{}'", (*map)[1].key, key));
      }
      for (const Doc* item : reader_.items(doc, key)) condition.children.push_back(when(*item));
      return condition;
    }
    if (!reader_.map(doc, "a condition on a rule", {"rule", "is"}, {})) return condition;
    condition.rule = rule_name(*doc.find("rule"));
    const Doc* word = doc.find("is");
    const std::optional<Outcome> outcome = word->string() == nullptr ? std::nullopt : outcome_from(*word->string());
    if (outcome) {
      condition.outcome = *outcome;
    } else {
      reader_.complain(word->mark, "an outcome is one of pass, fail, not-applicable, not-measured");
    }
    return condition;
  }

  void caps(const Doc& doc) {
    std::set<std::string> ids;
    for (const Doc* item : reader_.items(doc, "caps")) {
      if (!reader_.map(*item, "a cap", {"id", "letter", "title", "when"}, {})) continue;
      Cap cap;
      cap.id = reader_.name(*item, "id");
      cap.title = reader_.text(*item, "title");
      const std::string letter = reader_.text(*item, "letter");
      if (is_letter(letter)) {
        cap.letter = letter[0];
        need_word(cap.letter, item->find("letter")->mark);
      } else {
        reader_.complain(item->find("letter")->mark, "a cap's letter is one of A to F");
      }
      if (!ids.insert(cap.id).second) {
        reader_.complain(item->find("id")->mark, fmt::format("cap '{}' occurs twice", cap.id));
      }
      cap.when = when(*item->find("when"));
      profile_.caps.push_back(std::move(cap));
    }
  }

  std::vector<Remark> remarks(const Doc& doc, std::string_view key) {
    std::vector<Remark> list;
    for (const Doc* item : reader_.items(doc, key)) {
      if (!reader_.map(*item, "an entry of " + std::string(key), {"id", "text", "when"}, {})) continue;
      list.push_back({reader_.name(*item, "id"), reader_.text(*item, "text"), when(*item->find("when"))});
    }
    return list;
  }

  Reader& reader_;
  const std::vector<Rule>& rules_;
  const std::vector<std::string>& rule_ids_;
  Profile profile_;
};

}  // namespace

Profile read_profile(const Doc& doc, Reader& reader, const std::vector<Rule>& rules,
                     const std::vector<std::string>& rule_ids) {
  return ProfileReader(reader, rules, rule_ids).read(doc);
}

}  // namespace meetlat
