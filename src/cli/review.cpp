// meetlat review: what a person says of hosts and findings, by flags and one by one; every change is one record of one
// file.
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
#include "cli/review_walk.h"
#include "cli/rule_source.h"
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
  RuleSource rules;
  bool rejudge = false;
};

void tell_of_rewriting(const std::filesystem::path& file, CliContext& context) {
  context.err << fmt::format(
      "meetlat: warning: {} could not be changed in place; it was written anew, without its comments\n", file.string());
}

Result<void> add(const EditChoice& choice, CliContext& context) {
  const auto rules = find_rules(choice.rules, context.err);
  if (!rules) return fail(rules.error());
  Review review = choice.review;
  if (review.kind == ReviewKind::kOverride) {
    auto value = typed_value(Value{choice.value}, review.item, find_fact, *rules);
    if (!value) return fail(value.error());
    const Outcome* outcome = std::get_if<Outcome>(&*value);
    review.value = outcome != nullptr ? Value{std::string(to_string(*outcome))} : std::get<Value>(*value);
  } else if (review.kind != ReviewKind::kOptOut && resolve({&review, 1}, find_fact, *rules, "").reviews.notes.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' names no rule; 'meetlat rules list' shows them", excerpt(review.item, 80)));
  }
  return record(std::move(review), review_file(choice.file.file), context);
}

// A Run, judged as 'meetlat report' would, with the reviews that there are.
struct Judged {
  RuleSet rules;
  Report report;
};
Result<Judged> judged_run(const EditChoice& choice, CliContext& context) {
  auto rules = find_rules(choice.rules, context.err);
  if (!rules) return fail(rules.error());
  auto run = read_run(choice.run);
  if (!run) return fail(run.error());
  if (auto same = demand_same_rules(*run, choice.run, *rules); !same && !choice.rejudge) return fail(same.error());
  ReviewChoice file = choice.file;
  file.may_be_new = true;  // the first answer begins it
  if (auto ok = check_review_folder(review_file(file.file)); !ok) return fail(ok.error());
  const auto reviews = load_reviews(file, *rules, context.err);
  if (!reviews) return fail(reviews.error());
  exclude(*run, reviews->opt_out);
  Report report = judge(*run, *rules, rules->profiles.front(), reviews->reviews);
  return Judged{*std::move(rules), std::move(report)};
}

Result<void> confirm(const EditChoice& choice, CliContext& context) {
  const auto judged = judged_run(choice, context);
  if (!judged) return fail(judged.error());
  Review review = choice.review;
  auto confirmable = finding_to_confirm(judged->report, review.host, review.item);
  if (!confirmable) return fail(confirmable.error());
  review.host = std::move(confirmable->host);
  review.seen = std::move(confirmable->digest);
  return record(std::move(review), review_file(choice.file.file), context);
}

Result<void> interview(const EditChoice& choice, CliContext& context) {
  const auto judged = judged_run(choice, context);
  if (!judged) return fail(judged.error());
  return walk(judged->report, judged->rules, judged->rules.profiles.front(), review_file(choice.file.file), context);
}

Result<void> remove(const EditChoice& choice, CliContext& context) {
  const std::filesystem::path file = review_file(choice.file.file);
  const auto edit = remove_review(file, choice.id);
  if (!edit) return fail(edit.error());
  context.out << fmt::format("removed {}\n", summary(edit->review));
  if (edit->rewritten) tell_of_rewriting(file, context);
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
      changes =
          changes || !judge(target, *record, rules, rules.profiles.front(), Reviews{{each}, {}}).corrections.empty();
    }
    if (named && !changes) {
      out.push_back(fmt::format("review {} ({}, {}) is unused: the Run says the same", each.review.id, each.review.host,
                                each.review.item));
    }
  }
  return out;
}

// What counts no longer, and what would not be taken as a new record.
std::vector<std::string> doubtful(const std::vector<Review>& reviews) {
  std::vector<std::string> out;
  for (const Review& review : reviews) {
    const std::string name =
        fmt::format("review {} ({}{}{})", review.id, review.host, review.item.empty() ? "" : ", ", review.item);
    const bool over = expired(review, today());
    if (over && review.kind == ReviewKind::kWaiver) {
      out.push_back(fmt::format("{} expired on {}: gates fail while the finding is there", name, review.until));
    } else if (over && review.kind == ReviewKind::kEmbargo) {
      out.push_back(fmt::format("{} expired on {}: the finding is for publication", name, review.until));
    } else if (const auto ok = check_new(review, today()); !ok) {
      out.push_back(fmt::format("{}: {}", name, ok.error().context));
    }
  }
  return out;
}

Result<void> check(const EditChoice& choice, CliContext& context) {
  const auto rules = find_rules(choice.rules, context.err);
  if (!rules) return fail(rules.error());
  const std::filesystem::path file = review_file(choice.file.file);
  const auto reviews = read_reviews(file);
  if (!reviews) return fail(reviews.error());
  const ResolvedReviews resolved = resolve(*reviews, find_fact, *rules, today());
  std::vector<std::string> warnings = resolved.warnings;
  const auto append = [&](std::vector<std::string> more) { warnings.insert(warnings.end(), more.begin(), more.end()); };
  append(doubtful(*reviews));
  append(overruled(*reviews));
  if (!choice.run.empty()) {
    const auto run = read_run(choice.run);
    if (!run) return fail(run.error());
    append(unused_in(*run, *reviews, resolved.reviews.overrides, *rules));
    append(idle_waivers(resolved.reviews.notes, judge(*run, *rules, rules->profiles.front(), resolved.reviews), true));
  }
  for (const std::string& warning : warnings) context.err << "meetlat: warning: " << printable(warning) << '\n';
  const auto notes = std::count_if(resolved.reviews.notes.begin(), resolved.reviews.notes.end(),
                                   [](const Note& note) { return !note.over; });
  context.out << fmt::format(
      "{}: {} records: {} corrections, {} notes on findings and {} opt-outs count, {} warning(s)\n", file.string(),
      reviews->size(), resolved.reviews.overrides.size(), notes, resolved.opt_outs.size(), warnings.size());
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
  app.add_option("--by", choice.review.by,
                 fmt::format("Who says so, of a waiver who answers for it: a role; default: {}",
                             usual_role(choice.review.kind)))
      ->type_name("ROLE");
  app.add_option("--date", choice.review.date, "When that person asked or looked, not in the future; default: today")
      ->type_name("DATE");
}

void add_finding_options(CLI::App& app, EditChoice& choice, bool patterns) {
  app.add_option("--host", choice.review.host,
                 choice.review.kind == ReviewKind::kWaiver
                     ? "Host, its id in a Run, a domain with every name below it, or a pattern with '*'"
                     : "Host, its id in a Run, or a domain with every name below it")
      ->required();
  app.add_option("--item", choice.review.item, patterns ? "A rule's id; '*' stands for any part of it" : "A rule's id")
      ->required();
  add_record_options(app, choice);
}

void add_run_options(CLI::App& app, const Choice& choice) {
  app.add_flag("--rejudge", choice->rejudge, "Judge by the rules of today, even if the Run was judged by others");
  add_rule_options(app, choice->rules, "");
  add_review_option(app, choice->file);
}

}  // namespace

void add_review(CLI::App& app, CliContext& context) {
  CLI::App* review = app.add_subcommand(
      "review", "Confirm, correct, excuse, waive or withhold findings, and exclude hosts on request");
  review->require_subcommand(0, 1);
  const auto fresh = [](ReviewKind kind) {
    auto choice = std::make_shared<EditChoice>();
    choice->review.kind = kind;
    return choice;
  };

  Choice choice = fresh(ReviewKind::kConfirm);
  review->add_option("RUN", choice->run,
                     "Run to walk through on a terminal: each cap that nobody confirmed and each contradiction");
  add_run_options(*review, choice);
  review->callback([choice, review, &context] {
    if (!review->get_subcommands().empty()) return;
    const auto done = choice->run.empty() ? Result<void>(fail(ErrorCode::kInvalidArgument,
                                                              "review wants a RUN or a subcommand; see 'meetlat review "
                                                              "--help'"))
                                          : interview(*choice, context);
    if (!done) report_error(context, done.error());
  });

  choice = fresh(ReviewKind::kOverride);
  CLI::App* one = command(*review, "add", "Correct a fact or the outcome of a rule", choice, context, add);
  one->add_option("--host", choice->review.host, "Host, its id in a Run, or a domain with every name below it")
      ->required();
  one->add_option("--item", choice->review.item, "A fact, such as policy.own, or a rule's id")->required();
  one->add_option(
         "--value", choice->value,
         "What is right: in the fact's type, a list parted by commas (none: an empty one); of a rule pass, fail, "
         "not-applicable or not-measured")
      ->required();
  add_record_options(*one, *choice);
  add_rule_options(*one, choice->rules, "");
  add_review_option(*one, choice->file);

  choice = fresh(ReviewKind::kConfirm);
  one =
      command(*review, "confirm", "Say that a person looked at a finding, and that it is so", choice, context, confirm);
  one->add_option("--run", choice->run, "Run that the person looked at")->required();
  add_finding_options(*one, *choice, false);
  add_run_options(*one, choice);

  struct NoteCommand {
    ReviewKind kind;
    const char* name;
    const char* what;
  };
  for (const NoteCommand& each :
       {NoteCommand{ReviewKind::kExcuse, "excuse", "Show what the operator says about a finding, beside it"},
        NoteCommand{ReviewKind::kEmbargo, "embargo",
                    "Keep a finding out of formats for publication until a day is over"},
        NoteCommand{ReviewKind::kWaiver, "waive", "Keep a finding from failing gates until a day is over"}}) {
    choice = fresh(each.kind);
    one = command(*review, each.name, each.what, choice, context, add);
    add_finding_options(*one, *choice, each.kind != ReviewKind::kExcuse);
    if (each.kind != ReviewKind::kExcuse) one->get_option("--until")->required();
    add_rule_options(*one, choice->rules, "");
    add_review_option(*one, choice->file);
  }

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
  add_rule_options(*one, choice->rules, "");
}

}  // namespace meetlat
