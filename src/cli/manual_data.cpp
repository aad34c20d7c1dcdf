// What the manual says of rules and of JSON: read from the rule set and the schemas, as the program itself reads them.
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <functional>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/manual.h"
#include "judgement/judge.h"
#include "probes/probe.h"

namespace meetlat {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    const bool space = c == '\n' || c == ' ' || c == '\t';
    if (!space) {
      out += c;
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

// Paragraphs of plain text.
std::string paragraphs(const std::string& text) {
  std::string out;
  std::string open;
  for (const std::string& line : split(text + "\n\n", '\n')) {
    if (!trim(line).empty()) {
      open += line + "\n";
      continue;
    }
    if (!open.empty()) out += scdoc_text(one_line(open)) + "\n\n";
    open.clear();
  }
  return out;
}

std::string literal(const std::string& lines) {
  return "```\n" + std::string(trim(lines)) + "\n```\n\n";
}

std::string references(const std::vector<Reference>& list) {
  std::string out;
  for (const Reference& reference : list) {
    out += fmt::format("- {} <{}>\n", scdoc_text(one_line(reference.title)), scdoc_text(reference.url));
  }
  return out.empty() ? out : out + "\n";
}

std::string_view who_text(FixBy who) {
  switch (who) {
    case FixBy::kYours:
      return "The host's administrator can change it.";
    case FixBy::kUpstream:
      return "It takes another release of Jitsi Meet.";
    case FixBy::kChoice:
      return "The administrator can change it; users lose something that they may want.";
  }
  return "";
}

std::string rule_text(const Rule& rule) {
  std::string out = fmt::format("## {}\n\n*{}*++\nSeverity {}, {:g} point{} inside the category. {}{}\n\n", rule.id,
                                scdoc_text(one_line(rule.title)), to_string(rule.severity), rule.points,
                                rule.points == 1 ? "" : "s", who_text(rule.who),
                                rule.embargo ? " A failure is for the host's operator alone and never published." : "");
  out += paragraphs(rule.why) + "_What to change:_ " + paragraphs(rule.remedy);
  if (!rule.side_effect.empty()) out += "_To be minded:_ " + paragraphs(rule.side_effect);
  if (!rule.same_change_as.empty())
    out += fmt::format("The change of *{}* makes it pass too.\n\n", rule.same_change_as);
  for (const ConfigLines& config : rule.config) out += "*" + scdoc_text(config.file) + "*:\n\n" + literal(config.lines);
  return out + references(rule.references);
}

Result<RuleSet> bundled_rules() {
  return load_rules(data_path("rules"), find_fact);
}

std::string outcome_text(const OutcomeCondition& condition) {
  if (condition.kind == OutcomeCondition::Kind::kRule) {
    return fmt::format("*{}* is {}", condition.rule, to_string(condition.outcome));
  }
  std::string out;
  const char* word = condition.kind == OutcomeCondition::Kind::kAll ? " and " : " or ";
  for (const OutcomeCondition& child : condition.children) {
    const bool group = child.kind != OutcomeCondition::Kind::kRule;
    out += (out.empty() ? "" : word) + (group ? "(" + outcome_text(child) + ")" : outcome_text(child));
  }
  return out;
}

std::string profile_text(const Profile& profile) {
  std::string out = fmt::format("## {}: {} (version {})\n\n", profile.id, scdoc_text(profile.title), profile.version);
  out += "Weights:\n\n";
  for (const Category& category : profile.categories) {
    out += fmt::format("- {:g}: {} (*{}*)", category.weight, scdoc_text(category.title), category.id);
    for (std::size_t i = 0; i < category.rules.size(); ++i) out += (i == 0 ? ": " : ", ") + category.rules[i];
    out += '\n';
  }
  out += "\nLetters, by the lower end of the score:";
  for (const auto& [letter, least] : profile.letters) {
    const auto word = profile.words.find(letter);
    out += fmt::format(" {}{}{} from {:g},", letter, word == profile.words.end() ? "" : " ",
                       word == profile.words.end() ? "" : word->second, least);
  }
  out.back() = '.';
  out += "\n\nNo better letter than that, whatever the score:\n\n";
  for (const Cap& cap : profile.caps) {
    out += fmt::format("- {}: {} ({}).\n", cap.letter, scdoc_text(cap.title), outcome_text(cap.when));
  }
  out += "\nNo letter without these having been measured: " + join(profile.core, ", ") + ".";
  for (const Remark& remark : profile.not_graded) out += " Nor when " + scdoc_text(remark.text) + ".";
  return out + "\n\n";
}

// A value of a schema in words: "text", "list of finding", "number or null".
class SchemaText {
 public:
  explicit SchemaText(const Doc& root) : root_(root) {}
  std::string whole() const;

 private:
  static std::string text_of(const Doc& doc, std::string_view key) {
    const Doc* found = doc.find(key);
    return found != nullptr && found->string() != nullptr ? *found->string() : "";
  }
  static std::string reference(const Doc& doc) {
    const std::string to = text_of(doc, "$ref");
    return to.substr(to.rfind('/') + 1);
  }
  std::string type(const Doc& doc) const;
  std::string values(const Doc& doc) const;
  void properties(const Doc& object, const std::string& prefix, std::string& out) const;
  void member(const std::string& name, const Doc& doc, bool always, std::string& out) const;

  const Doc& root_;
};

std::string scalar(const Doc& doc) {
  if (const std::string* text = doc.string()) return *text;
  if (const std::int64_t* number = doc.integer()) return std::to_string(*number);
  if (const bool* flag = doc.boolean()) return *flag ? "true" : "false";
  return "null";
}

std::string SchemaText::type(const Doc& doc) const {
  if (std::string to = reference(doc); !to.empty()) return to;
  for (const char* key : {"anyOf", "oneOf"}) {
    const Doc* options = doc.find(key);
    if (options == nullptr || options->seq() == nullptr) continue;
    std::vector<std::string> names;
    for (const Doc& option : *options->seq()) names.push_back(type(option));
    return join(names, " or ");
  }
  const Doc* type_name = doc.find("type");
  if (type_name == nullptr) return doc.find("const") != nullptr || doc.find("enum") != nullptr ? "string" : "any value";
  if (const Doc::Seq* several = type_name->seq()) {
    std::vector<std::string> names;
    for (const Doc& name : *several) names.push_back(scalar(name));
    return join(names, " or ");
  }
  const Doc* items = doc.find("items");
  if (scalar(*type_name) == "array" && items != nullptr) return "list of " + type(*items);
  return scalar(*type_name);
}

std::string SchemaText::values(const Doc& doc) const {
  if (const Doc* constant = doc.find("const")) return " Always *" + scdoc_text(scalar(*constant)) + "*.";
  const Doc* listed = doc.find("enum");
  if (listed == nullptr || listed->seq() == nullptr) return "";
  std::string out;
  for (const Doc& value : *listed->seq()) out += (out.empty() ? "*" : ", *") + scdoc_text(scalar(value)) + "*";
  return " One of " + out + ".";
}

void SchemaText::member(const std::string& name, const Doc& doc, bool always, std::string& out) const {
  std::string text = text_of(doc, "description");
  std::string more = values(doc);
  if (const std::string to = reference(doc); text.empty() && !to.empty()) {
    // A definition that is a mere value is said where it is used.
    const Doc* defs = root_.find("$defs");
    const Doc* def = defs == nullptr ? nullptr : defs->find(to);
    if (def != nullptr) text = text_of(*def, "description");
  }
  out += fmt::format("*{}* ({}{})\n\t{}{}\n\n", scdoc_text(name), scdoc_text(type(doc)),
                     always ? "" : ", may be missing", scdoc_text(one_line(text.empty() ? "See there." : text)), more);
  if (doc.find("properties") != nullptr) properties(doc, name + ".", out);
  if (const Doc* items = doc.find("items"); items != nullptr && items->find("properties") != nullptr) {
    properties(*items, name + "[].", out);
  }
}

void SchemaText::properties(const Doc& object, const std::string& prefix, std::string& out) const {
  const Doc* all = object.find("properties");
  if (all == nullptr || all->map() == nullptr) return;
  const Doc* required = object.find("required");
  for (const Doc::Entry& entry : *all->map()) {
    bool always = false;
    if (required != nullptr && required->seq() != nullptr) {
      for (const Doc& name : *required->seq()) always = always || scalar(name) == entry.key;
    }
    member(prefix + entry.key, entry.value, always, out);
  }
}

std::string SchemaText::whole() const {
  std::string out = paragraphs(text_of(root_, "description"));
  properties(root_, "", out);
  const Doc* defs = root_.find("$defs");
  if (defs == nullptr || defs->map() == nullptr) return out;
  for (const Doc::Entry& entry : *defs->map()) {
    out += "## " + scdoc_text(entry.key) + "\n\n" + paragraphs(text_of(entry.value, "description"));
    if (entry.value.find("properties") != nullptr) {
      properties(entry.value, "", out);
    } else {
      out += scdoc_text(type(entry.value)) + "." + values(entry.value) + "\n\n";
    }
  }
  return out;
}

}  // namespace

Result<std::string> manual_rules() {
  const auto rules = bundled_rules();
  if (!rules) return fail(rules.error());
  const Profile* profile = rules->profile("default");
  if (profile == nullptr) return fail(ErrorCode::kSchema, "there is no profile 'default'");
  std::string out;
  for (const Category& category : profile->categories) {
    out += "# RULES: " + upper(category.title) + "\n\n";
    for (const Rule& rule : rules->rules) {
      if (rule.category == category.id) out += rule_text(rule);
    }
  }
  return out;
}

Result<std::string> manual_profiles() {
  const auto rules = bundled_rules();
  if (!rules) return fail(rules.error());
  std::string out;
  for (const Profile& profile : rules->profiles) out += profile_text(profile);
  return out;
}

Result<std::string> manual_guidelines() {
  const auto rules = bundled_rules();
  if (!rules) return fail(rules.error());
  std::string out;
  for (const Guideline& guideline : rules->guidelines) {
    out += fmt::format("*{}*, version {} (*{}*)\n\tLevels: {}.\n\n", scdoc_text(guideline.title),
                       scdoc_text(guideline.version), guideline.id, scdoc_text(join(guideline.levels, ", ")));
  }
  return out;
}

Result<std::string> manual_schema(const std::string& file) {
  const auto text = read_file(data_path("data/schema/" + file));
  if (!text) return fail(text.error());
  const auto doc = read_json(*text);
  if (!doc) return fail(doc.error().code, file + ": " + doc.error().context);
  return SchemaText(*doc).whole();
}

}  // namespace meetlat
