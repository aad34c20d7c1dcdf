#include "judgement/rule_reader.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace meetlat {
namespace {

struct OperatorName {
  std::string_view key;
  Operator op;
  std::string_view types;  // fact types that it fits
};
constexpr std::array<OperatorName, 12> kOperators{{
    {"is", Operator::kIs, "bool int double string"},
    {"is_not", Operator::kIsNot, "bool int double string"},
    {"at_least", Operator::kAtLeast, "int double"},
    {"at_most", Operator::kAtMost, "int double"},
    {"less_than", Operator::kLess, "int double"},
    {"more_than", Operator::kGreater, "int double"},
    {"contains", Operator::kContains, "string strings"},
    {"empty", Operator::kEmpty, "string strings"},
    {"in", Operator::kIn, "int string"},
    {"not_in", Operator::kNotIn, "int string"},
    {"matches", Operator::kMatches, "string strings"},
    {"not_empty", Operator::kNotEmpty, "string strings"},
}};

bool fits(const OperatorName& op, std::string_view type) {
  const std::vector<std::string> types = split(op.types, ' ');
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string operators_for(std::string_view type) {
  std::vector<std::string> names;
  for (const OperatorName& op : kOperators) {
    if (fits(op, type)) names.emplace_back(op.key);
  }
  return join(names, ", ");
}

// Every string that is one edit away from `wrong` and that the tables know: a typing error is found even when no other
// rule uses the fact.
std::string one_edit_away(std::string_view wrong, const FactLookup& lookup) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_.";
  if (wrong.size() > 80) return {};
  const auto known = [&lookup](const std::string& text) { return lookup(text) != nullptr; };
  for (std::size_t i = 0; i <= wrong.size(); ++i) {
    std::string text(wrong);
    if (i < wrong.size()) {
      text.erase(i, 1);
      if (known(text)) return text;
      text = wrong;
    }
    if (i + 1 < wrong.size()) {
      std::swap(text[i], text[i + 1]);
      if (known(text)) return text;
    }
    for (const char letter : kLetters) {
      text = wrong;
      if (i < wrong.size()) {
        text[i] = letter;
        if (known(text)) return text;
        text = wrong;
      }
      text.insert(i, 1, letter);
      if (known(text)) return text;
    }
  }
  return {};
}

class ConditionReader {
 public:
  ConditionReader(Reader& reader, const FactNames& facts) : reader_(reader), facts_(facts) {}

  Condition read(const Doc& doc, std::string_view what) {
    Condition condition;
    const Doc::Map* map = doc.map();
    if (map == nullptr || map->empty()) {
      reader_.complain(doc.mark, fmt::format("{} is empty or no condition; write {{fact: PATH, OPERATOR: VALUE}} or "
                                             "all:, any: (a list) or not: (one condition)",
                                             what));
      return condition;
    }
    const std::string& key = map->front().key;
    if (key == "all" || key == "any") {
      condition.kind = key == "all" ? Condition::Kind::kAll : Condition::Kind::kAny;
      only_key(doc, key);
      for (const Doc* item : reader_.items(doc, key)) condition.children.push_back(read(*item, "this part"));
    } else if (key == "not") {
      condition.kind = Condition::Kind::kNot;
      only_key(doc, key);
      condition.children.push_back(read(map->front().value, "'not'"));
    } else {
      fact(doc, condition);
    }
    return condition;
  }

  const FactSpec* find(const Doc& doc, const std::string& path) {
    const FactSpec* spec = facts_.lookup(path);
    if (spec == nullptr) {
      std::string near = nearest(path, facts_.seen);
      if (near.empty()) near = one_edit_away(path, facts_.lookup);
      reader_.complain(doc.mark, fmt::format("no probe puts a fact '{}'{}", path,
                                             near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
    }
    return spec;
  }

 private:
  void only_key(const Doc& doc, std::string_view key) {
    for (const Doc::Entry& entry : *doc.map()) {
      if (entry.key != key) {
        reader_.complain(
            entry.mark,
            fmt::format("'{}' does not belong beside '{}'; put both into one all: or any: list", entry.key, key));
      }
    }
  }

  void fact(const Doc& doc, Condition& condition) {
    condition.kind = Condition::Kind::kFact;
    const Doc* path = doc.find("fact");
    if (path == nullptr || path->string() == nullptr) {
      std::vector<std::string> keys{"all", "any", "not", "fact"};
      reader_.complain(doc.map()->front().mark,
                       fmt::format("'{}' begins no condition; allowed: fact, all, any, not{}", doc.map()->front().key,
                                   did_you_mean(doc.map()->front().key, keys)));
      return;
    }
    condition.fact = *path->string();
    const FactSpec* spec = find(*path, condition.fact);
    const OperatorName* chosen = nullptr;
    for (const Doc::Entry& entry : *doc.map()) {
      if (entry.key == "fact") continue;
      if (entry.key == "subjects") {
        quantifier(entry.value, condition);
        continue;
      }
      const auto* op = std::find_if(kOperators.begin(), kOperators.end(),
                                    [&entry](const OperatorName& name) { return name.key == entry.key; });
      if (op == kOperators.end()) {
        unknown_operator(entry, spec);
      } else if (chosen != nullptr) {
        reader_.complain(entry.mark,
                         fmt::format("two operators, '{}' and '{}', in one condition", chosen->key, entry.key));
      } else {
        chosen = op;
        if (spec != nullptr) operand(entry, *op, *spec, condition);
      }
    }
    if (chosen == nullptr) {
      reader_.complain(doc.mark, fmt::format("the condition on '{}' lacks an operator; allowed: {}", condition.fact,
                                             operators_for(spec == nullptr ? "string" : spec->type)));
    }
  }

  void unknown_operator(const Doc::Entry& entry, const FactSpec* spec) {
    std::vector<std::string> known{"subjects"};
    for (const OperatorName& op : kOperators) known.emplace_back(op.key);
    reader_.complain(entry.mark, fmt::format("unknown operator '{}'{}; allowed here: {}, and subjects: any or all",
                                             entry.key, did_you_mean(entry.key, known),
                                             operators_for(spec == nullptr ? "string" : spec->type)));
  }

  void quantifier(const Doc& doc, Condition& condition) {
    const std::string* word = doc.string();
    if (word != nullptr && *word == "any") {
      condition.quantifier = Quantifier::kAny;
    } else if (word == nullptr || *word != "all") {
      reader_.complain(doc.mark, "subjects must be any or all");
    }
  }

  void operand(const Doc::Entry& entry, const OperatorName& op, const FactSpec& spec, Condition& condition) {
    if (!fits(op, spec.type)) {
      reader_.complain(entry.mark, fmt::format("'{}' does not fit '{}', which is of type {}; allowed: {}", op.key,
                                               spec.path, spec.type, operators_for(spec.type)));
      return;
    }
    condition.op = op.op;
    if (op.op == Operator::kEmpty || op.op == Operator::kNotEmpty) {
      const bool* yes = entry.value.boolean();
      if (yes == nullptr) {
        reader_.complain(entry.value.mark, fmt::format("'{}' must be true or false", op.key));
        return;
      }
      condition.op = *yes == (op.op == Operator::kEmpty) ? Operator::kEmpty : Operator::kNotEmpty;
      return;
    }
    if (op.op == Operator::kIn || op.op == Operator::kNotIn) {
      const Doc::Seq* list = entry.value.seq();
      if (list == nullptr || list->empty()) {
        reader_.complain(entry.value.mark, fmt::format("'{}' needs a list of values, such as [a, b]", op.key));
        return;
      }
      for (const Doc& item : *list) add_value(item, spec, spec.type, condition);
      return;
    }
    const bool element = op.op == Operator::kContains || op.op == Operator::kMatches;
    add_value(entry.value, spec, element ? std::string_view("string") : spec.type, condition);
    if (op.op == Operator::kMatches && !condition.operands.empty()) {
      const re2::RE2 pattern(std::get<std::string>(condition.operands.front()), re2::RE2::Quiet);
      if (!pattern.ok()) {
        reader_.complain(entry.value.mark, fmt::format("not a regular expression of RE2: {}", pattern.error()));
      }
    }
  }

  void add_value(const Doc& doc, const FactSpec& spec, std::string_view type, Condition& condition) {
    double number = 0;
    if (type == "bool" && doc.boolean() != nullptr) {
      condition.operands.emplace_back(*doc.boolean());
    } else if (type == "int" && doc.integer() != nullptr) {
      condition.operands.emplace_back(*doc.integer());
    } else if (type == "double" && doc.number(number)) {
      condition.operands.emplace_back(number);
    } else if (type == "string" && doc.string() != nullptr) {
      condition.operands.emplace_back(*doc.string());
    } else {
      const std::string_view hint = type == "bool"     ? "true or false"
                                    : type == "int"    ? "a whole number"
                                    : type == "double" ? "a number"
                                                       : "text; put it into quotes";
      reader_.complain(doc.mark, fmt::format("this value does not fit '{}', which is of type {}: it must be {}",
                                             spec.path, spec.type, hint));
    }
  }

  Reader& reader_;
  const FactNames& facts_;
};

void read_config(const Doc& doc, Reader& reader, Rule& rule) {
  if (doc.find("config") == nullptr) return;
  for (const Doc* item : reader.items(doc, "config")) {
    if (!reader.map(*item, "an entry of config", {"file", "lines"}, {})) continue;
    ConfigLines config{reader.text(*item, "file"), reader.text(*item, "lines")};
    // Verbatim: the first line keeps its indentation.
    if (const std::string* lines = item->find("lines")->string(); lines != nullptr && !config.lines.empty()) {
      config.lines = lines->substr(lines->find_first_not_of('\n'));
      config.lines.erase(config.lines.find_last_not_of(" \n") + 1);
    }
    rule.config.push_back(std::move(config));
  }
}

// False when it is not there.
bool read_flag(const Doc& doc, std::string_view key, Reader& reader) {
  const Doc* flag = doc.find(key);
  if (flag == nullptr) return false;
  if (flag->boolean() == nullptr) reader.complain(flag->mark, fmt::format("{} must be true or false", key));
  return flag->boolean() != nullptr && *flag->boolean();
}

}  // namespace

std::vector<Reference> read_references(const Doc& doc, Reader& reader) {
  std::vector<Reference> references;
  for (const Doc* item : reader.items(doc, "references")) {
    if (!reader.map(*item, "a reference", {"title", "url"}, {})) continue;
    Reference reference{reader.text(*item, "title"), reader.text(*item, "url")};
    if (!reference.url.empty() && !reference.url.starts_with("https://")) {
      reader.complain(item->find("url")->mark, "a reference's url must begin with https://");
    }
    references.push_back(std::move(reference));
  }
  return references;
}

Condition read_condition(const Doc& doc, std::string_view what, Reader& reader, const FactNames& facts) {
  return ConditionReader(reader, facts).read(doc, what);
}

Rule read_rule(const Doc& doc, Reader& reader, const FactNames& facts) {
  Rule rule;
  reader.map(doc, "a rule",
             {"id", "title", "category", "severity", "pass_if", "why", "remedy", "fail_text", "references", "persona"},
             {"points", "applies_if", "config", "pass_text", "shows", "who", "side_effect", "settings",
              "same_change_as", "embargo", "contradiction"});
  if (doc.map() == nullptr) return rule;
  rule.id = reader.name(doc, "id");
  rule.title = reader.text(doc, "title");
  rule.category = reader.name(doc, "category");
  if (const std::string word = reader.text(doc, "severity"); !word.empty()) {
    if (const std::optional<Severity> severity = severity_from(word)) {
      rule.severity = *severity;
    } else {
      reader.complain(doc.find("severity")->mark,
                      fmt::format("unknown severity '{}'; allowed: info, low, medium, high, critical", word));
    }
  }
  rule.points = reader.number(doc, "points", 1, 0, 100);
  ConditionReader conditions(reader, facts);
  if (const Doc* applies = doc.find("applies_if")) rule.applies_if = conditions.read(*applies, "applies_if");
  if (const Doc* pass = doc.find("pass_if")) rule.pass_if = conditions.read(*pass, "pass_if");
  rule.why = reader.text(doc, "why");
  rule.remedy = reader.text(doc, "remedy");
  read_config(doc, reader, rule);
  if (const std::string word = reader.text(doc, "who"); !word.empty()) {
    if (const std::optional<FixBy> who = fix_by_from(word)) {
      rule.who = *who;
    } else {
      reader.complain(doc.find("who")->mark, fmt::format("unknown who '{}'; allowed: yours, upstream, choice", word));
    }
  }
  rule.side_effect = reader.text(doc, "side_effect");
  if (const Doc* settings = doc.find("settings")) {
    rule.settings = reader.texts(doc, "settings");
    static const re2::RE2 kName("[A-Za-z_][A-Za-z0-9_]*");
    for (const std::string& name : rule.settings) {
      if (!re2::RE2::FullMatch(name, kName)) {
        reader.complain(settings->mark, fmt::format("'{}' is no top-level key of config.js", name));
      }
    }
  }
  if (doc.find("same_change_as") != nullptr) rule.same_change_as = reader.name(doc, "same_change_as");
  rule.pass_text = reader.text(doc, "pass_text");
  rule.fail_text = reader.text(doc, "fail_text");
  if (const Doc* shows = doc.find("shows")) {
    rule.shows = reader.texts(doc, "shows");
    for (const std::string& path : rule.shows) conditions.find(*shows, path);
  }
  rule.references = read_references(doc, reader);
  rule.persona = reader.name(doc, "persona");
  rule.embargo = read_flag(doc, "embargo", reader);
  rule.contradiction = read_flag(doc, "contradiction", reader);
  return rule;
}

}  // namespace meetlat
