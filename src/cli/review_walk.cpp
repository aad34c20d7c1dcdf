#include "cli/review_walk.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "cli/host_choice.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "history/review.h"
#include "judgement/notes.h"
#include "judgement/overrides.h"
#include "probes/probe.h"
#include "report/layout.h"
#include "report/summary.h"

namespace meetlat {
namespace {

// Something that a person should look at: by which rules it is so.
struct Question {
  const HostReport* host = nullptr;
  std::string what;
  std::vector<std::string> rules;
};

std::vector<Question> questions_of(const Report& report, const RuleSet& rules, const Profile& profile) {
  std::vector<Question> out;
  for (const HostReport& host : report.hosts) {
    for (OpenPoint& point : open_points(host, rules, profile)) {
      out.push_back({&host,
                     point.applied != nullptr
                         ? fmt::format("Not better than {}: {}", point.applied->letter, point.applied->title)
                         : "Its own words differ from what was seen",
                     std::move(point.rules)});
    }
  }
  return out;
}

class Walk {
 public:
  Walk(const Report& report, const RuleSet& rules, const Profile& profile, const std::filesystem::path& file,
       CliContext& context)
      : report_(report),
        rules_(rules),
        file_(file),
        context_(context),
        questions_(questions_of(report, rules, profile)) {
    const int width = terminal_columns(STDOUT_FILENO);
    columns_ = static_cast<std::size_t>(std::clamp(width, 60, 120));
  }

  Result<void> run() {
    if (questions_.empty()) {
      context_.out << nothing_open();
      return {};
    }
    std::size_t done = 0;
    for (std::size_t i = 0; i < questions_.size() && !ended_; ++i) {
      const bool answered = std::all_of(questions_[i].rules.begin(), questions_[i].rules.end(), [&](const auto& rule) {
        return std::find(confirmed_.begin(), confirmed_.end(), questions_[i].host->target.id + " " + rule) !=
               confirmed_.end();
      });
      if (answered) {  // by the same findings, for another cap of this host
        ++done;
        continue;
      }
      show(i);
      const auto answer = ask(questions_[i]);
      if (!answer) return fail(answer.error());
      done += *answer ? 1 : 0;
    }
    const std::string kept = recorded_ > 0 ? "the records are in " + file_.string() : "nothing was recorded";
    context_.out << fmt::format("{} of {} answered; {}\n", done, questions_.size(), kept);
    if (context_.stop.stop_requested()) return fail(ErrorCode::kCancelled, "what was answered before is kept");
    return {};
  }

 private:
  // Confirmed is not gone: a contradiction that a person confirmed stands all the more.
  std::string nothing_open() const {
    std::size_t caps = 0;
    std::size_t contradictions = 0;
    for (const HostReport& host : report_.hosts) {
      caps += host.grade.caps.size();
      contradictions +=
          static_cast<std::size_t>(std::count_if(host.findings.begin(), host.findings.end(), [&](const Finding& each) {
            const Rule* rule = rules_.rule(each.rule);
            return rule != nullptr && rule->contradiction && each.outcome == Outcome::kFail;
          }));
    }
    if (caps + contradictions == 0) return "Nothing is open: no host has a cap, and none contradicts itself.\n";
    return fmt::format("Nothing is open: {} and {} stand, and a person confirmed what needs it.\n",
                       count_words(caps, "cap"), count_words(contradictions, "contradiction"));
  }

  void show(std::size_t index) {
    const Question& question = questions_[index];
    const HostReport& host = *question.host;
    Page page(columns_);
    page.blank();
    const std::string letter = host.grade.letter ? fmt::format(", grade {}", *host.grade.letter) : "";
    page.line(fmt::format("[{}/{}] {}{}, seen {}", index + 1, questions_.size(), printable(host.target.id), letter,
                          format_date(host.finished)));
    page.paragraph("  ", clean(question.what));
    for (const std::string& id : question.rules) show_rule(page, host, id);
    if (const Claim* claim = host.target.claim("privacy-policy")) {
      page.paragraph("  A list says: ",
                     fmt::format("privacy policy {} ({})", clean(claim->value, 300), clean(claim->source, 200)));
    }
    context_.out << page.text();
  }

  void show_rule(Page& page, const HostReport& host, const std::string& id) {
    const auto finding =
        std::find_if(host.findings.begin(), host.findings.end(), [&](const Finding& each) { return each.rule == id; });
    if (finding == host.findings.end()) return;
    const Rule* rule = rules_.rule(id);
    const bool failed = finding->outcome == Outcome::kFail && rule != nullptr && !rule->fail_text.empty();
    page.paragraph("  - ", fmt::format("{}: {}{}", printable(id), to_string(finding->outcome),
                                       failed ? ", " + printable(rule->fail_text) : ""));
    std::vector<std::string> checks;
    std::set<std::string> told;
    std::vector<std::string> paths = finding->facts;
    if (rule != nullptr) {
      std::copy_if(rule->shows.begin(), rule->shows.end(), std::back_inserter(paths),
                   [&](const auto& path) { return std::find(paths.begin(), paths.end(), path) == paths.end(); });
    }
    for (const std::string& path : paths) {
      for (const Fact& fact : host.evidence.find(path)) {
        const std::string value = fact.measured() ? value_words(fact) : "not measured: " + describe(fact.value.error());
        const std::string where = fact.provenance.where.empty() ? "" : " (" + clean(fact.provenance.where, 200) + ")";
        page.paragraph("      ", fmt::format("{} = {}{}", printable(path), clean(value, 300), where));
        // The words that the machine read: without them nobody could tell whether it read them rightly.
        const std::string there = clean(fact.provenance.excerpt);
        if (!there.empty() && told.insert(where + there).second) page.paragraph("        there: ", there);
        const std::string& check = fact.provenance.check;
        if (!check.empty() && std::find(checks.begin(), checks.end(), check) == checks.end()) checks.push_back(check);
      }
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(checks.size(), 4); ++i) page.verbatim("      check: ", checks[i]);
  }

  // A line of the terminal, without blanks around it; nullopt at its end, or when asked to stop.
  std::optional<std::string> line(const std::string& prompt) {
    context_.out << prompt << std::flush;
    while (context_.in.rdbuf()->in_avail() <= 0) {
      if (context_.stop.stop_requested()) break;
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (::poll(&input, 1, 200) > 0) break;
    }
    std::string text;
    if (context_.stop.stop_requested() || !std::getline(context_.in, text)) {
      ended_ = true;
      context_.out << '\n';
      return std::nullopt;
    }
    return std::string(trim(text));
  }

  // True when something was recorded.
  Result<bool> ask(const Question& question) {
    while (true) {
      const auto answer = line("c confirm, o correct, e excuse, w waive, m embargo, s or Enter skip, q quit > ");
      if (!answer || *answer == "q") {
        ended_ = true;
        return false;
      }
      if (*answer == "s" || answer->empty()) {
        context_.out << "Skipped.\n";
        return false;
      }
      std::optional<ReviewKind> kind;
      if (*answer == "c") kind = ReviewKind::kConfirm;
      if (*answer == "o") kind = ReviewKind::kOverride;
      if (*answer == "e") kind = ReviewKind::kExcuse;
      if (*answer == "w") kind = ReviewKind::kWaiver;
      if (*answer == "m") kind = ReviewKind::kEmbargo;
      if (!kind) {
        context_.out << "One letter: c, o, e, w, m, s or q.\n";
        continue;
      }
      const auto done = take(question, *kind);
      if (done) return true;
      if (ended_) return false;
      // What a person left out or typed wrongly can be typed again; a file that cannot be written cannot.
      if (done.error().code != ErrorCode::kInvalidArgument) return fail(done.error());
      context_.out << "Not recorded: " << printable(done.error().context) << '\n';
    }
  }

  // Asks until `accept` takes what was typed. An empty line ends it without a record, unless `may_be_empty`.
  template <class F>
  Result<void> ask_until(const std::string& prompt, bool may_be_empty, F accept) {
    for (;;) {
      const auto given = line("  " + prompt);
      if (!given) return fail(ErrorCode::kCancelled, "the input ended");
      if (given->empty() && !may_be_empty) return fail(ErrorCode::kInvalidArgument, "nothing was typed");
      const Result<void> good = accept(*given);
      if (good) return {};
      context_.out << "  " << printable(good.error().context)
                   << (may_be_empty ? "; once more\n" : "; once more, or Enter to leave it\n");
    }
  }

  // Is it right so far? What was not asked yet is filled in.
  static Result<void> fits(Review review) {
    if (review.reason.empty()) review.reason = "-";
    review.date = today();
    const bool has_end = review.kind == ReviewKind::kWaiver || review.kind == ReviewKind::kEmbargo;
    if (has_end && review.until.empty()) review.until = review.date;
    if (review.kind == ReviewKind::kConfirm) review.seen.assign(64, '0');
    const auto good = checked(std::move(review));
    if (!good) return fail(good.error());
    if (expired(*good, today())) return fail(ErrorCode::kInvalidArgument, "that day is over already");
    return check_new(*good, today());
  }

  Result<void> ask_value(Review& review) {
    auto asked = ask_until("fact or rule (a fact's path as shown above; Enter: nothing is recorded): ", false,
                           [&](const std::string& text) -> Result<void> {
                             review.item = text;
                             if (find_fact(text) != nullptr || rules_.rule(text) != nullptr) return {};
                             return fail(ErrorCode::kInvalidArgument, "that is neither a fact nor a rule");
                           });
    if (!asked) return asked;
    return ask_until("what is right (none: an empty list; Enter: nothing is recorded): ", false,
                     [&](const std::string& text) -> Result<void> {
                       auto value = typed_value(Value{text}, review.item, find_fact, rules_);
                       if (!value) return fail(value.error());
                       const Outcome* outcome = std::get_if<Outcome>(&*value);
                       review.value =
                           outcome != nullptr ? Value{std::string(to_string(*outcome))} : std::get<Value>(*value);
                       return {};
                     });
  }

  Result<void> ask_field(const std::string& prompt, bool may_be_empty, Review& review, std::string Review::*field) {
    return ask_until(prompt, may_be_empty, [&](const std::string& text) {
      Review next = review;
      next.*field = text;
      auto good = fits(next);
      if (good) review.*field = text;
      return good;
    });
  }

  Result<void> ask_all(Review& review) {
    if (review.kind == ReviewKind::kOverride) {
      if (auto got = ask_value(review); !got) return got;
    }
    if (auto got = ask_field("why, one sentence for everybody to read: ", false, review, &Review::reason); !got) {
      return got;
    }
    if (auto got = ask_field("URL where it can be checked (may be empty): ", true, review, &Review::evidence); !got) {
      return got;
    }
    if (review.kind == ReviewKind::kWaiver || review.kind == ReviewKind::kEmbargo) {
      if (auto got = ask_field("last day (YYYY-MM-DD): ", false, review, &Review::until); !got) return got;
    }
    // An excuse is the operator's word, and whoever confirms something here is a reviewer.
    if (review.kind == ReviewKind::kConfirm || review.kind == ReviewKind::kExcuse) return {};
    return ask_field("who says so, operator or reviewer (Enter: reviewer): ", true, review, &Review::by);
  }

  Result<void> take(const Question& question, ReviewKind kind) {
    Review review;
    review.kind = kind;
    review.host = question.host->target.id;
    review.item = question.rules.front();
    if (auto got = ask_all(review); !got) return got;
    const std::vector<std::string> items =
        kind == ReviewKind::kOverride ? std::vector<std::string>{review.item} : question.rules;
    for (const std::string& item : items) {
      review.item = item;
      if (kind == ReviewKind::kConfirm) {
        const auto finding = std::find_if(question.host->findings.begin(), question.host->findings.end(),
                                          [&](const Finding& each) { return each.rule == item; });
        review.seen = evidence_digest(*finding, question.host->evidence);
      }
      if (auto done = record(review, file_, context_); !done) return done;
      ++recorded_;
      if (kind == ReviewKind::kConfirm) confirmed_.push_back(review.host + " " + item);
    }
    return {};
  }

  const Report& report_;
  const RuleSet& rules_;
  const std::filesystem::path& file_;
  CliContext& context_;
  std::vector<Question> questions_;
  std::vector<std::string> confirmed_;  // host and rule
  std::size_t recorded_ = 0;            // records that are in the file now
  std::size_t columns_ = 80;
  bool ended_ = false;
};

}  // namespace

std::string today() {
  return format_date(Clock::system().now());
}

std::string summary(const Review& review) {
  std::string what;
  switch (review.kind) {
    case ReviewKind::kOverride:
      what = fmt::format("{} is {}", review.item, to_string(review.value.value_or(Value{})));
      break;
    case ReviewKind::kOptOut:
      what = "opted out";
      break;
    case ReviewKind::kConfirm:
      what = "confirmed " + review.item;
      break;
    case ReviewKind::kExcuse:
      what = "excuse for " + review.item;
      break;
    case ReviewKind::kEmbargo:
      what = "embargo on " + review.item;
      break;
    case ReviewKind::kWaiver:
      what = "waived " + review.item;
      break;
  }
  const std::string until = review.until.empty() ? "" : ", until " + review.until;
  const std::string evidence = review.evidence.empty() ? "" : fmt::format(" ({})", review.evidence);
  return printable(fmt::format("{}  {}: {}, by {}, since {}{}: {}{}", review.id, review.host, what, review.by,
                               review.date, until, review.reason, evidence));
}

Result<void> record(Review review, const std::filesystem::path& file, CliContext& context) {
  const bool since_today = review.date.empty();
  if (since_today) review.date = today();
  const bool over = parse_instant(review.until).has_value() && expired(review, today());
  if (over && since_today) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--until {} is over already", printable(review.until)));
  }
  const auto good = checked(std::move(review));
  if (!good) return fail(good.error());
  if (over) return fail(ErrorCode::kInvalidArgument, fmt::format("--until {} is over already", good->until));
  if (auto ok = check_new(*good, today()); !ok) return ok;
  if (auto ok = check_review_folder(file); !ok) return ok;
  std::error_code ignored;
  const bool begins = !std::filesystem::exists(file, ignored);
  const auto edit = add_review(file, *good);
  if (!edit) return fail(edit.error());
  if (begins) context.err << fmt::format("meetlat: {} is new\n", file.string());
  context.out << fmt::format("added {}\n", summary(edit->review));
  if (edit->rewritten) {
    context.err << fmt::format(
        "meetlat: warning: {} could not be changed in place; it was written anew, without its comments\n",
        file.string());
  }
  return {};
}

Result<Confirmable> finding_to_confirm(const Report& report, const std::string& host, const std::string& rule) {
  std::vector<std::string> ids;
  for (const HostReport& each : report.hosts) ids.push_back(each.target.id);
  const auto meant = hosts_meant(host, ids);
  if (!meant) return fail(meant.error());
  if (meant->empty()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--host: the Run holds no {}", printable(host)));
  }
  if (meant->size() > 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--host: the Run holds {} of that name, and a finding is of one: {}", meant->size(),
                            printable(join(*meant, ", "))));
  }
  const std::string& id = meant->front();
  const auto at =
      std::find_if(report.hosts.begin(), report.hosts.end(), [&](const auto& each) { return each.target.id == id; });
  for (const Finding& finding : at->findings) {
    if (finding.rule == rule) return Confirmable{id, evidence_digest(finding, at->evidence)};
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} has no finding '{}' in this Run; 'meetlat report RUN --host {}' shows those that it has",
                          printable(id), excerpt(rule, 80), printable(id)));
}

Result<void> walk(const Report& report, const RuleSet& rules, const Profile& profile, const std::filesystem::path& file,
                  CliContext& context) {
  if (isatty(STDIN_FILENO) == 0) {
    return fail(ErrorCode::kInvalidArgument,
                "'meetlat review RUN' asks questions, and standard input is no terminal; 'meetlat report RUN "
                "--publishable' names what is open, and 'meetlat review confirm', 'excuse', 'waive' and 'embargo' "
                "record an answer");
  }
  return Walk(report, rules, profile, file, context).run();
}

}  // namespace meetlat
