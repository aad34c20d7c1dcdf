// The notice of findings: what a publisher tells a hoster before publishing. The rules' texts exist in English only, so
// the findings stay English inside a frame in the language of the letter.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "letters/writing.h"

namespace meetlat {
namespace {

using letters::Phrase;
using letters::Sheet;
using letters::Words;
using letters::Writing;

constexpr std::size_t kMostFacts = 6;  // of one path, as in the other reports
constexpr std::size_t kLongestValue = 400;

struct Failure {
  const Finding* finding;
  const Rule* rule;
};

std::vector<Failure> failures_of(const Observed& observed) {
  std::vector<Failure> failures;
  for (const Finding& finding : observed.host.findings) {
    const Rule* rule = observed.rules.rule(finding.rule);
    if (finding.outcome == Outcome::kFail && rule != nullptr) failures.push_back({&finding, rule});
  }
  std::stable_sort(failures.begin(), failures.end(), [](const Failure& a, const Failure& b) {
    if (a.rule->severity != b.rule->severity) return a.rule->severity > b.rule->severity;
    return a.finding->points > b.finding->points;
  });
  return failures;
}

// "jitsi.stun.third_party = stun.example.org (config.js line 12, 2026-11-23T06:03:52Z)"
std::string fact_words(const Fact& fact) {
  std::string words = fact.path;
  if (const std::string subject = to_string(fact.subject); !subject.empty()) words += " of " + subject;
  words += " = " + (fact.measured() ? to_string(*fact.value) : "not measured: " + describe(fact.value.error()));
  std::vector<std::string> place;
  if (!fact.provenance.where.empty()) place.push_back(fact.provenance.where);
  if (fact.provenance.at != Instant{}) place.push_back(format_instant(fact.provenance.at));
  if (!place.empty()) words += " (" + join(place, ", ") + ")";
  return words;
}

std::vector<const Fact*> facts_of(const Failure& failure, const Evidence& evidence) {
  std::vector<std::string> paths = failure.finding->facts;
  for (const std::string& path : failure.rule->shows) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }
  std::vector<const Fact*> facts;
  for (const std::string& path : paths) {
    const auto found = evidence.find(path);
    for (std::size_t i = 0; i < found.size() && i < kMostFacts; ++i) facts.push_back(&found[i]);
  }
  return facts;
}

void write_failure(Writing& writing, int number, const Failure& failure, const Evidence& evidence) {
  Words& words = writing.words;
  const Rule& rule = *failure.rule;
  // The title is a statement that does not hold here; the short text says what was found instead.
  const std::string what = rule.fail_text.empty() ? rule.title + ": no" : rule.fail_text;
  writing.sheet.heading({fmt::format("{}. {} [{}]", number, words.value(what).text, words.value(rule.id).text)});
  std::vector<Phrase> seen;
  std::vector<std::string> commands;
  for (const Fact* fact : facts_of(failure, evidence)) {
    seen.push_back(words.value(fact_words(*fact), kLongestValue));
    const std::string command = excerpt(fact->provenance.check, kLongestValue);
    const bool known = std::find(commands.begin(), commands.end(), command) != commands.end();
    if (!command.empty() && !known && commands.size() < kMostFacts) commands.push_back(command);
  }
  if (!seen.empty()) {
    writing.paragraph("findings.seen");
    writing.sheet.bullets(seen);
  }
  if (!commands.empty()) {
    writing.paragraph("findings.verify");
    for (const std::string& command : commands) writing.sheet.command(command);
  }
  if (rule.remedy.empty()) return;
  writing.paragraph("findings.remedy");
  writing.sheet.paragraph(words.value(rule.remedy, 2000));
}

}  // namespace

Result<std::string> write_findings_notice(const LetterChoice& choice, const LetterFacts& facts,
                                          const Observed& observed, const LetterData& data) {
  const std::vector<Failure> failures = failures_of(observed);
  if (choice.type != LetterType::kFindings || failures.empty()) {
    return fail(ErrorCode::kInvalidArgument, "there is no finding to give notice of");
  }
  Writing writing{choice, facts, data, Words(data.wording, choice.form), Sheet(choice.form)};
  Words& words = writing.words;
  letters::write_notes(writing);
  letters::write_head(writing);
  writing.paragraph("findings.intro", {{"host", writing.host()}});
  writing.paragraph("findings.when", {{"seen", words.date(date_of(observed.host.finished))},
                                      {"version", words.value(observed.tool_version)},
                                      {"rules", words.value(observed.rules.version)}});
  writing.paragraph("findings.publication", {{"publication", words.blank("blank.publication")}});
  if (words.wording().language() != "en") writing.paragraph("findings.english");
  writing.paragraph("findings.lead");
  int number = 0;
  for (const Failure& failure : failures) write_failure(writing, ++number, failure, observed.host.evidence);
  writing.sheet.rule();
  writing.paragraph("findings.unknown");
  writing.paragraph("findings.answer", {{"reply_to", words.value_or(choice.sender.reply_to, "blank.reply_to")}});
  writing.paragraph("findings.opt_out");
  const Due deadline = after_days(choice.date, choice.days, letters::country_of(choice, facts), data.holidays);
  writing.paragraph("findings.deadline", {{"deadline", words.weekday_date(deadline.date)}});
  writing.paragraph("findings.none_before");
  letters::write_end(writing);
  if (auto ok = words.problem(); !ok) return fail(ok.error());
  return writing.sheet.text();
}

}  // namespace meetlat
