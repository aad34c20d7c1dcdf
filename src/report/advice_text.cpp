// The list of changes, for reading: in a terminal and as Markdown.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/advice.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/view.h"

namespace meetlat {
namespace {

std::string who_words(FixBy who) {
  switch (who) {
    case FixBy::kYours:
      return "Yours to change.";
    case FixBy::kUpstream:
      return "Comes with a release of Jitsi Meet: update, or wait for one.";
    case FixBy::kChoice:
      return "A choice: users lose something by it.";
  }
  return {};
}

std::string grade_words(std::optional<char> letter, const Range& range) {
  return letter ? fmt::format("{} {}", *letter, range_words(range)) : "no letter, " + range_words(range);
}

// What a change brings: points and what becomes of the letter, points alone (settings from files), or nothing that is
// weighed (servers that are no instance).
enum class Weight { kLetter, kPoints, kNone };

Weight weight_of(const HostReport& host) {
  if (!host.target.is_instance()) return Weight::kNone;
  return host.status == HostStatus::kMeasured ? Weight::kLetter : Weight::kPoints;
}

// "+4.2 points; with 1-3: B 74-80. Yours to change."
std::string gain_words(const Advice& advice, std::size_t index, Weight weight) {
  const AdviceChange& change = advice.changes[index];
  if (weight == Weight::kNone) return who_words(change.who);
  std::string out = fmt::format("+{:.1f} points{}", std::max(0.0, change.points), change.opens > 0 ? " at most" : "");
  if (weight == Weight::kLetter) {
    const std::string with = index == 0 ? "with it" : fmt::format("with 1-{}", index + 1);
    const bool opened =
        std::any_of(advice.changes.begin(), advice.changes.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                    [](const AdviceChange& each) { return each.opens > 0; });
    out += fmt::format("; {}: {}{}", with, opened ? "at most " : "", grade_words(change.letter, change.range));
  }
  return out + ". " + who_words(change.who);
}

std::string now_words(const HostReport& host) {
  if (host.status == HostStatus::kFromFiles)
    return "Settings read from files: no letter, the points are what rules weigh.";
  const Grade& grade = host.grade;
  if (weight_of(host) == Weight::kNone) return fmt::format("Not graded: {}.", clean(grade.not_graded_reason));
  if (!grade.letter)
    return fmt::format("Now: not graded, {} ({}).", range_words(grade.range), clean(grade.not_graded_reason));
  return fmt::format("Now: {} ({}), {} of 100 points: {}.", *grade.letter, clean(grade.word), range_words(grade.range),
                     clean(grade.main_reason));
}

// Caps that would hold even after all of it are no business of this list; the last change says what is left.
std::string then_words(const Advice& advice, const HostReport& host) {
  if (advice.changes.empty()) return "No rule failed, so there is nothing to change.";
  if (weight_of(host) != Weight::kLetter) return {};
  const AdviceChange& last = advice.changes.back();
  return fmt::format("With everything below: {}{}.", advice.may_apply.empty() ? "" : "at most ",
                     grade_words(last.letter, last.range));
}

std::string places(const AdviceLines& lines) {
  if (lines.debian.empty()) return printable(lines.docker) + " (Docker)";
  return printable(lines.debian) + (lines.docker.empty() ? "" : " (Docker: " + printable(lines.docker) + ")");
}

std::string config_places(const AdviceContext& context) {
  const std::string host = context.options.host.empty() ? "HOST" : context.options.host;
  std::string debian = fmt::format("/etc/jitsi/meet/{}-config.js", host);
  std::string docker = "~/.jitsi-meet-cfg/web/custom-config.js";
  if (context.options.system == AdviceFor::kDebian) return debian;
  if (context.options.system == AdviceFor::kDocker) return docker;
  return fmt::format("{} (Docker: {})", debian, docker);
}

std::vector<std::string> rule_ids(const AdviceChange& change) {
  std::vector<std::string> ids;
  for (const Rule* rule : change.rules) ids.push_back(printable(rule->id));
  return ids;
}

// What to do, each text once.
std::vector<std::string> remedies(const AdviceChange& change) {
  std::vector<std::string> out;
  for (const Rule* rule : change.rules) {
    if (rule != change.rules.front() && rule->same_change_as == change.rules.front()->id) continue;
    std::string text = printable(rule->remedy);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

constexpr std::string_view kUntried =
    "Whether these lines are enough cannot be told from the settings alone: look at the host again afterwards.";

void print_change(Page& page, const Advice& advice, std::size_t number, Weight weight, const AdviceContext& context) {
  const AdviceChange& change = advice.changes[number - 1];
  page.blank();
  page.paragraph(fmt::format("{:>2}. ", number), printable(change.rules.front()->title));
  page.paragraph("    ", gain_words(advice, number - 1, weight));
  page.paragraph("    Rules: ", join(rule_ids(change), ", "));
  for (const std::string& text : remedies(change)) page.paragraph("    Do: ", text);
  for (const std::string& text : change.side_effects) page.paragraph("    Mind: ", printable(text));
  if (!change.settings.empty()) {
    page.line("    " + config_places(context) + ":");
    page.verbatim("      | ", change.settings);
    if (change.untried) page.paragraph("    ", kUntried);
  }
  for (const AdviceLines& file : change.files) {
    page.line("    " + places(file) + ":");
    page.verbatim("      | ", file.lines);
  }
}

std::string may_apply_words(const Advice& advice) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> shown(
      advice.may_apply.begin(),
      advice.may_apply.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, advice.may_apply.size())));
  const std::size_t more = advice.may_apply.size() - shown.size();
  return fmt::format("At most: {} not applied today may apply then, and be failed: {}{}.",
                     advice.may_apply.size() == 1 ? "a rule" : fmt::format("{} rules", advice.may_apply.size()),
                     join(shown, "; "), more > 0 ? fmt::format("; and {} more", more) : "");
}

std::string not_judged_words(const NotJudged& part, const HostReport& host) {
  if (host.status == HostStatus::kFromFiles && part.reason == describe(Error{ErrorCode::kOffline, ""})) {
    return count_words(part.titles.size(), "rule") + " to which only the host itself can answer.";
  }
  constexpr std::size_t kShown = 6;
  const std::size_t count = part.titles.size();
  std::vector<std::string> shown(part.titles.begin(),
                                 part.titles.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, count)));
  std::string out = join(shown, "; ");
  if (count > kShown) out += fmt::format("; and {} more", count - kShown);
  return fmt::format("{}, because: {}.", out, part.reason.empty() ? "not measured" : part.reason);
}

std::string seen_words(const HostReport& host, const AdviceContext& context) {
  if (host.status == HostStatus::kFromFiles) return "meetlat " + printable(context.tool_version);
  return fmt::format("as seen on {}, meetlat {}", format_date(host.finished), printable(context.tool_version));
}

bool is_demo(const HostReport& host) {
  const std::string& name = host.target.base.host();
  return name.ends_with(".test") || name.ends_with(".invalid") || name.ends_with(".example");
}

std::string closing_words(Weight weight) {
  const std::string_view mind = "Some changes depend on your users and your law: read what is to be minded.";
  if (weight == Weight::kNone) return std::string(mind);
  return fmt::format("Points are added to the lower end of the score, and each line counts on those before it. {}",
                     mind);
}

}  // namespace

std::string advice_text(const Advice& advice, const HostReport& host, const AdviceContext& context) {
  Page page(std::clamp<std::size_t>(context.columns, 80, 200));
  const Weight weight = weight_of(host);
  if (is_demo(host)) page.paragraph("", kDemoStamp);
  page.paragraph("", fmt::format("What to change: {} ({})", host_words(host.target), seen_words(host, context)));
  page.paragraph("", now_words(host));
  if (const std::string then = then_words(advice, host); !then.empty()) page.paragraph("", then);
  for (std::size_t i = 0; i < advice.changes.size(); ++i) print_change(page, advice, i + 1, weight, context);
  if (!advice.not_judged.empty()) {
    page.blank();
    page.line("Cannot be judged:");
    for (const NotJudged& part : advice.not_judged) page.paragraph("  - ", not_judged_words(part, host));
  }
  page.blank();
  if (!advice.may_apply.empty()) page.paragraph("", may_apply_words(advice));
  if (!advice.changes.empty()) page.paragraph("", closing_words(weight));
  return page.text();
}

namespace {

// Text of rules in Markdown: what could be markup is not.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_<>[]#|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string fenced(std::string_view lines, std::string_view language) {
  return fmt::format("```{}\n{}\n```\n\n", language, lines);
}

std::string change_markdown(const Advice& advice, std::size_t number, Weight weight, const AdviceContext& context) {
  const AdviceChange& change = advice.changes[number - 1];
  std::string out = fmt::format("## {}. {}\n\n", number, escaped(change.rules.front()->title));
  out += fmt::format("**{}**\n\n", escaped(gain_words(advice, number - 1, weight)));
  std::vector<std::string> ids;
  for (const std::string& id : rule_ids(change)) ids.push_back("`" + id + "`");
  out += "Rules: " + join(ids, ", ") + "\n\n";
  for (const std::string& text : remedies(change)) out += escaped(text) + "\n\n";
  for (const std::string& text : change.side_effects) out += "> Mind: " + escaped(text) + "\n\n";
  if (!change.settings.empty()) {
    out += escaped(config_places(context)) + ":\n\n" + fenced(change.settings, "js");
    if (change.untried) out += escaped(kUntried) + "\n\n";
  }
  for (const AdviceLines& file : change.files) out += escaped(places(file)) + ":\n\n" + fenced(file.lines, "");
  return out;
}

}  // namespace

std::string advice_markdown(const Advice& advice, const HostReport& host, const AdviceContext& context) {
  const Weight weight = weight_of(host);
  std::string out = fmt::format("# What to change: {}\n\n", escaped(host_words(host.target)));
  if (is_demo(host)) out += fmt::format("**{}**\n\n", kDemoStamp);
  out += escaped(seen_words(host, context)) + "\n\n" + escaped(now_words(host)) + "\n\n";
  if (const std::string then = then_words(advice, host); !then.empty()) out += escaped(then) + "\n\n";
  for (std::size_t i = 0; i < advice.changes.size(); ++i) {
    out += change_markdown(advice, i + 1, weight, context);
  }
  if (!advice.not_judged.empty()) {
    out += "## Cannot be judged\n\n";
    for (const NotJudged& part : advice.not_judged) out += "- " + escaped(not_judged_words(part, host)) + "\n";
    out += '\n';
  }
  if (!advice.may_apply.empty()) out += escaped(may_apply_words(advice)) + "\n\n";
  if (!advice.changes.empty()) out += escaped(closing_words(weight)) + "\n";
  return out;
}

namespace {

// A comment of any number of lines.
std::string commented(std::string_view text, std::string_view lead) {
  std::string out;
  for (const std::string& line : split(text, '\n')) {
    const std::string whole = fmt::format("//{}{}", lead, printable(line));
    out += whole.substr(0, whole.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string wrapped(const std::string& text) {
  constexpr std::size_t kColumns = 100;
  return commented(join(wrap(printable(text), kColumns), "\n"), " ");
}

std::string rules_failed(const AdviceChange& change) {
  std::string out;
  for (const Rule* rule : change.rules) out += commented(fmt::format("{}: {}", rule->id, rule->fail_text), " ");
  return out;
}

std::string reasons(const AdviceChange& change) {
  std::string out = rules_failed(change);
  if (change.who == FixBy::kChoice) out += commented(who_words(change.who), " ");
  for (const std::string& text : change.side_effects) out += wrapped("Mind: " + text);
  return out;
}

}  // namespace

std::string advice_config(const Advice& advice, const HostReport& host, const AdviceContext& context) {
  std::string out =
      commented(fmt::format("Settings for {}, {}.", host_words(host.target), seen_words(host, context)), " ");
  if (is_demo(host)) out += commented(kDemoStamp, " ");
  out += commented("For the end of " + config_places(context), " ");
  std::string elsewhere;
  bool any = false;
  for (const AdviceChange& change : advice.changes) {
    if (!change.settings.empty()) {
      any = true;
      out += "\n" + reasons(change);
      if (change.untried) out += commented(kUntried, " ");
      out += change.settings + "\n";
    }
    if (change.files.empty()) continue;
    elsewhere += "//\n" + (change.settings.empty() ? reasons(change) : rules_failed(change));
    for (const AdviceLines& file : change.files)
      elsewhere += commented(places(file), "   ") + commented(file.lines, "       ");
  }
  if (!any) out += "//\n// No change of these settings is needed.\n";
  if (!elsewhere.empty()) out += "\n// What belongs into other files:\n" + elsewhere;
  return out;
}

}  // namespace meetlat
