// meetlat review: what a person corrects and excludes. By flags; every change is one record of one file.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/review_options.h"
#include "history/review.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "probes/probe.h"

namespace meetlat {
namespace {

struct EditChoice {
  ReviewChoice file;
  Review review;
  std::string value;
  std::string id;
  std::string run;
  std::string rules_dir;
};

std::string today() {
  return format_date(Clock::system().now());
}

Result<RuleSet> load(const EditChoice& choice) {
  return load_rules(choice.rules_dir.empty() ? data_path("rules") : std::filesystem::path(choice.rules_dir), find_fact);
}

std::string summary(const Review& review) {
  std::string what = review.kind == ReviewKind::kOptOut
                         ? "opted out"
                         : fmt::format("{} is {}", review.item, to_string(review.value.value_or(Value{})));
  const std::string until = review.until.empty() ? "" : ", until " + review.until;
  const std::string evidence = review.evidence.empty() ? "" : fmt::format(" ({})", review.evidence);
  return printable(fmt::format("{}  {}: {}, by {}, since {}{}: {}{}", review.id, review.host, what, review.by,
                               review.date, until, review.reason, evidence));
}

void tell_of_edit(const ReviewEdit& edit, std::string_view what, const std::filesystem::path& file,
                  CliContext& context) {
  context.out << fmt::format("{} {}\n", what, summary(edit.review));
  if (edit.rewritten) {
    context.err << fmt::format(
        "meetlat: warning: {} could not be changed in place; it was written anew, without its "
        "comments\n",
        file.string());
  }
}

Result<void> add(const EditChoice& choice, CliContext& context) {
  const auto rules = load(choice);
  if (!rules) return fail(rules.error());
  Review review = choice.review;
  if (review.date.empty()) review.date = today();
  if (review.kind == ReviewKind::kOverride) {
    auto value = typed_value(Value{choice.value}, review.item, find_fact, *rules);
    if (!value) return fail(value.error());
    const Outcome* outcome = std::get_if<Outcome>(&*value);
    review.value = outcome != nullptr ? Value{std::string(to_string(*outcome))} : std::get<Value>(*value);
  }
  if (expired(review, today())) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--until {} is over already", printable(review.until)));
  }
  const std::filesystem::path file = review_file(choice.file.file);
  const auto edit = add_review(file, review);
  if (!edit) return fail(edit.error());
  tell_of_edit(*edit, "added", file, context);
  return {};
}

Result<void> remove(const EditChoice& choice, CliContext& context) {
  const std::filesystem::path file = review_file(choice.file.file);
  const auto edit = remove_review(file, choice.id);
  if (!edit) return fail(edit.error());
  tell_of_edit(*edit, "removed", file, context);
  return {};
}

Result<void> list(const EditChoice& choice, CliContext& context) {
  const std::filesystem::path file = review_file(choice.file.file);
  const auto reviews = read_reviews(file);
  if (!reviews && reviews.error().code == ErrorCode::kNotFound && choice.file.file.empty()) {
    context.err << fmt::format("meetlat: no reviews: there is no {}\n", file.string());
    return {};
  }
  if (!reviews) return fail(reviews.error());
  for (const Review& review : *reviews) {
    context.out << summary(review) << (expired(review, today()) ? " [expired]" : "") << '\n';
  }
  return {};
}

// Of the same host and item, only the record that counts has any effect.
std::vector<std::string> overruled(const std::vector<Review>& reviews) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < reviews.size(); ++i) {
    for (std::size_t j = 0; j < reviews.size(); ++j) {
      const Review& a = reviews[i];
      const Review& b = reviews[j];
      if (i == j || a.kind != b.kind || a.host != b.host || a.item != b.item || expired(b, today())) continue;
      if (b.date > a.date || (b.date == a.date && j > i)) {
        out.push_back(fmt::format("review {} ({}) is unused: {} came later", a.id, a.host, b.id));
        break;
      }
    }
  }
  return out;
}

// Records that name no host of the Run, and corrections that change nothing in it.
std::vector<std::string> unused_in(const Run& run, const std::vector<Review>& reviews, const Overrides& overrides,
                                   const RuleSet& rules) {
  std::vector<std::string> out;
  for (const Review& review : reviews) {
    const bool listed = std::any_of(run.header.targets.begin(), run.header.targets.end(),
                                    [&](const Target& target) { return closeness(review, target) > 0; });
    const bool excluded = std::any_of(run.header.excluded.begin(), run.header.excluded.end(),
                                      [&](const ExcludedHost& host) { return closeness(review, host.target) > 0; });
    if (!listed && !excluded) {
      out.push_back(fmt::format("review {} ({}) is unused: the Run has no such host", review.id, review.host));
    }
  }
  for (const Override& each : overrides) {
    bool named = false;
    bool changes = false;
    for (const Target& target : run.header.targets) {
      if (closeness(each.review, target) == 0) continue;
      const auto record = std::find_if(run.hosts.begin(), run.hosts.end(),
                                       [&](const HostRecord& host) { return host.host == target.id; });
      if (record == run.hosts.end()) continue;
      named = true;
      changes = changes || !judge(target, *record, rules, rules.profiles.front(), {each}).corrections.empty();
    }
    if (named && !changes) {
      out.push_back(fmt::format("review {} ({}, {}) is unused: the Run says the same", each.review.id, each.review.host,
                                each.review.item));
    }
  }
  return out;
}

Result<void> check(const EditChoice& choice, CliContext& context) {
  const auto rules = load(choice);
  if (!rules) return fail(rules.error());
  const std::filesystem::path file = review_file(choice.file.file);
  const auto reviews = read_reviews(file);
  if (!reviews) return fail(reviews.error());
  const ResolvedReviews resolved = resolve(*reviews, find_fact, *rules, today());
  std::vector<std::string> warnings = resolved.warnings;
  const auto append = [&](std::vector<std::string> more) { warnings.insert(warnings.end(), more.begin(), more.end()); };
  append(overruled(*reviews));
  if (!choice.run.empty()) {
    const auto run = read_run(choice.run);
    if (!run) return fail(run.error());
    append(unused_in(*run, *reviews, resolved.overrides, *rules));
  }
  for (const std::string& warning : warnings) context.err << "meetlat: warning: " << printable(warning) << '\n';
  context.out << fmt::format("{}: {} records: {} corrections and {} opt-outs count, {} warning(s)\n", file.string(),
                             reviews->size(), resolved.overrides.size(), resolved.opt_outs.size(), warnings.size());
  return {};
}

using Choice = std::shared_ptr<EditChoice>;

template <class F>
CLI::App* command(CLI::App& review, const char* name, const char* what, const Choice& choice, CliContext& context,
                  F run) {
  CLI::App* out = review.add_subcommand(name, what);
  out->callback([choice, run, &context] {
    if (auto done = run(*choice, context); !done) report_error(context, done.error());
  });
  return out;
}

void add_record_options(CLI::App& app, EditChoice& choice) {
  app.add_option("--reason", choice.review.reason, "One sentence for everybody to read")->required();
  app.add_option("--evidence", choice.review.evidence, "Where it can be checked")->type_name("URL");
  app.add_option("--until", choice.review.until, "Last day on which it counts")->type_name("DATE");
  app.add_option("--by", choice.review.by, "Who asked, as a role; default: operator")->type_name("ROLE");
  app.add_option("--date", choice.review.date, "Since when; default: today")->type_name("DATE");
}

}  // namespace

void add_review(CLI::App& app, CliContext& context) {
  CLI::App* review = app.add_subcommand("review", "Correct findings on an appeal, and exclude hosts on request");
  review->require_subcommand(1);
  const auto fresh = [](ReviewKind kind) {
    auto choice = std::make_shared<EditChoice>();
    choice->review.kind = kind;
    return choice;
  };

  Choice choice = fresh(ReviewKind::kOverride);
  CLI::App* one = command(*review, "add", "Correct a fact or the outcome of a rule", choice, context, add);
  one->add_option("--host", choice->review.host, "Host, its id in a Run, or a domain with every name below it")
      ->required();
  one->add_option("--item", choice->review.item, "A fact, such as policy.own, or a rule's id")->required();
  one->add_option("--value", choice->value,
                  "What is right: in the fact's type, a list parted by commas; of a rule pass, fail, not-applicable or "
                  "not-measured")
      ->required();
  add_record_options(*one, *choice);
  one->add_option("--rules-dir", choice->rules_dir, "Rule set whose rules can be named, instead of the bundled one");
  add_review_option(*one, choice->file);

  choice = fresh(ReviewKind::kOptOut);
  one = command(*review, "opt-out", "Exclude a host that asked for it: never contacted, never shown", choice, context,
                add);
  one->add_option("HOST", choice->review.host, "Host, or a domain with every name below it")->required();
  add_record_options(*one, *choice);
  add_review_option(*one, choice->file);

  choice = fresh(ReviewKind::kOverride);
  one = command(*review, "list", "One line a record", choice, context, list);
  add_review_option(*one, choice->file);

  choice = fresh(ReviewKind::kOverride);
  one = command(*review, "remove", "Take a record back", choice, context, remove);
  one->add_option("ID", choice->id, "Id of the record, as 'review list' shows it")->required();
  add_review_option(*one, choice->file);

  choice = fresh(ReviewKind::kOverride);
  one = command(*review, "check", "Check a file and name records that are expired or unused", choice, context, check);
  one->add_option("FILE", choice->file.file, "The file; default: review.yml in the configuration folder")
      ->envname("MEETLAT_REVIEWS");
  one->add_option("--run", choice->run, "Name also what this Run has no use for");
  one->add_option("--rules-dir", choice->rules_dir, "Rule set whose rules can be named, instead of the bundled one");
}

}  // namespace meetlat
