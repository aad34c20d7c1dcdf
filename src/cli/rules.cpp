// meetlat rules list/show/check/save: what the rule set says, and a copy of it that outlives an upgrade.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/text.h"
#include "cli/command.h"
#include "cli/rule_source.h"
#include "judgement/judge.h"

namespace meetlat {
namespace {

struct RulesChoice {
  RuleSource source;
  std::string id;
  std::string to{kKeptRules};
};

Result<void> list(const RulesChoice& choice, CliContext& context) {
  const auto rules = find_rules(choice.source, context.err);
  if (!rules) return fail(rules.error());
  for (const Rule& rule : rules->rules) {
    context.out << fmt::format("{:<14} {:<9} {:<36} {}\n", rule.category, to_string(rule.severity), rule.id,
                               rule.title);
  }
  return {};
}

Result<void> show(const RulesChoice& choice, CliContext& context) {
  const auto rules = find_rules(choice.source, context.err);
  if (!rules) return fail(rules.error());
  const Rule* rule = rules->rule(choice.id);
  if (rule == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("no rule '{}'; see 'meetlat rules list'", printable(choice.id)));
  }
  std::ostream& out = context.out;
  out << fmt::format(
      "{}\n{}\n\ncategory {}, severity {}, {:g} points inside it\n\nWhy it matters\n{}\n\nWhat to change\n{}\n",
      rule->id, rule->title, rule->category, to_string(rule->severity), rule->points, rule->why, rule->remedy);
  if (!rule->side_effect.empty()) out << "\nTo be minded\n" << rule->side_effect << '\n';
  out << fmt::format("\nWho can change it: {}\n", to_string(rule->who));
  for (const ConfigLines& config : rule->config) out << fmt::format("\n{}:\n{}\n", config.file, config.lines);
  if (!rule->references.empty()) out << "\nReferences\n";
  for (const Reference& reference : rule->references) out << fmt::format("- {} <{}>\n", reference.title, reference.url);
  return {};
}

Result<void> check(const RulesChoice& choice, CliContext& context) {
  const auto rules = find_rules(choice.source, context.err);
  if (!rules) return fail(rules.error());
  context.out << fmt::format("rule set {}: {} rules, {} profiles, digest {}\n", rules->version, rules->rules.size(),
                             rules->profiles.size(), rules->digest);
  return {};
}

Result<void> save(const RulesChoice& choice, CliContext& context) {
  const auto folder = save_rules(choice.source, choice.to, context.err);
  if (!folder) return fail(folder.error());
  context.out << folder->string() << '\n';
  const std::string version = printable(folder->filename().string());
  // A folder of another name is found by naming it.
  const std::string where = choice.to == kKeptRules ? "" : fmt::format("--rules-dir {} ", printable(choice.to));
  context.err << fmt::format("meetlat: {}--rules {} judges by it, whatever later versions of meetlat bring\n", where,
                             version);
  return {};
}

template <class F>
CLI::App* add(CLI::App& rules, const char* name, const char* what, const std::shared_ptr<RulesChoice>& choice,
              CliContext& context, F run) {
  CLI::App* command = rules.add_subcommand(name, what);
  add_rule_options(*command, choice->source, {});
  command->callback([choice, run, &context] {
    if (auto done = run(*choice, context); !done) report_error(context, done.error());
  });
  return command;
}

}  // namespace

void add_rules(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<RulesChoice>();
  CLI::App* rules = app.add_subcommand("rules", "What the rule set says");
  rules->require_subcommand(1);
  add(*rules, "list", "One line a rule", choice, context, list);
  add(*rules, "show", "One rule in full", choice, context, show)
      ->add_option("RULE", choice->id, "Id of the rule")
      ->required();
  add(*rules, "check", "Load a rule set and name its errors", choice, context, check);
  add(*rules, "save", "Keep this rule set as DIR/VERSION, so that --rules finds it after an upgrade", choice, context,
      save)
      ->add_option("DIR", choice->to, "Folder to keep it below")
      ->capture_default_str();
}

}  // namespace meetlat
