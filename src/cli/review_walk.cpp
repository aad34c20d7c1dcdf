#include "cli/review_walk.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "cli/output_options.h"
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
      : rules_(rules), file_(file), context_(context), questions_(questions_of(report, rules, profile)) {
    const int width = terminal_columns(STDOUT_FILENO);
    columns_ = static_cast<std::size_t>(std::clamp(width, 60, 120));
  }

  Result<void> run() {
    if (questions_.empty()) {
      context_.out << "Nothing is open: every cap is confirmed by a person, and nothing contradicts.\n";
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
    context_.out << fmt::format("{} of {} answered; the records are in {}\n", done, questions_.size(), file_.string());
    return {};
  }

 private:
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
    std::vector<std::string> paths = finding->facts;
    if (rule != nullptr) paths.insert(paths.end(), rule->shows.begin(), rule->shows.end());
    for (const std::string& path : paths) {
      for (const Fact& fact : host.evidence.find(path)) {
        const std::string value = fact.measured() ? value_words(fact) : "not measured: " + describe(fact.value.error());
        const std::string where = fact.provenance.where.empty() ? "" : " (" + clean(fact.provenance.where, 200) + ")";
        page.paragraph("      ", fmt::format("{} = {}{}", printable(path), clean(value, 300), where));
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
      const auto answer = line("c confirm, o correct, e excuse, w waive, m embargo, s skip, q quit > ");
      if (!answer || *answer == "q") {
        ended_ = true;
        return false;
      }
      if (*answer == "s" || answer->empty()) return false;
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
      // What a person typed wrongly can be typed again; a file that cannot be written cannot.
      if (done.error().code != ErrorCode::kInvalidArgument) return fail(done.error());
      context_.out << "Not recorded: " << printable(done.error().context) << '\n';
    }
  }

  Result<void> take(const Question& question, ReviewKind kind) {
    Review review;
    review.kind = kind;
    review.host = question.host->target.id;
    std::vector<std::string> items = question.rules;
    const auto text = [&](const char* prompt, std::string& into) -> Result<void> {
      const auto given = line(prompt);
      if (!given) return fail(ErrorCode::kCancelled, "the input ended");
      into = *given;
      return {};
    };
    if (kind == ReviewKind::kOverride) {
      items.resize(1);
      if (auto got = text("  fact or rule (a fact's path as shown above): ", items[0]); !got) return got;
      std::string written;
      if (auto got = text("  what is right: ", written); !got) return got;
      auto value = typed_value(Value{written}, items[0], find_fact, rules_);
      if (!value) return fail(value.error());
      const Outcome* outcome = std::get_if<Outcome>(&*value);
      review.value = outcome != nullptr ? Value{std::string(to_string(*outcome))} : std::get<Value>(*value);
    }
    if (auto got = text("  why, one sentence for everybody to read: ", review.reason); !got) return got;
    if (auto got = text("  URL where it can be checked (may be empty): ", review.evidence); !got) return got;
    const bool has_end = kind == ReviewKind::kWaiver || kind == ReviewKind::kEmbargo;
    if (has_end) {
      if (auto got = text("  last day (YYYY-MM-DD): ", review.until); !got) return got;
    }
    review.by = kind == ReviewKind::kConfirm ? "reviewer" : "operator";
    for (const std::string& item : items) {
      review.item = item;
      if (kind == ReviewKind::kConfirm) {
        const auto finding = std::find_if(question.host->findings.begin(), question.host->findings.end(),
                                          [&](const Finding& each) { return each.rule == item; });
        review.seen = evidence_digest(*finding, question.host->evidence);
      }
      if (auto done = record(review, file_, context_); !done) return done;
      if (kind == ReviewKind::kConfirm) confirmed_.push_back(review.host + " " + item);
    }
    return {};
  }

  const RuleSet& rules_;
  const std::filesystem::path& file_;
  CliContext& context_;
  std::vector<Question> questions_;
  std::vector<std::string> confirmed_;  // host and rule
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
  if (review.date.empty()) review.date = today();
  if (expired(review, today())) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("--until {} is over already", printable(review.until)));
  }
  const auto edit = add_review(file, review);
  if (!edit) return fail(edit.error());
  context.out << fmt::format("added {}\n", summary(edit->review));
  if (edit->rewritten) {
    context.err << fmt::format(
        "meetlat: warning: {} could not be changed in place; it was written anew, without its comments\n",
        file.string());
  }
  return {};
}

Result<std::string> digest_to_confirm(const Report& report, const std::string& host, const std::string& rule) {
  for (const HostReport& each : report.hosts) {
    if (each.target.id != host) continue;
    for (const Finding& finding : each.findings) {
      if (finding.rule == rule) return evidence_digest(finding, each.evidence);
    }
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} has no finding '{}' in this Run; 'meetlat report RUN --host {}' shows those that it has",
                    printable(host), excerpt(rule, 80), printable(host)));
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("--host: the Run holds no {}", printable(host)));
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
