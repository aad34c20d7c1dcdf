// Markdown as GitHub and GitLab show it: for issues, job summaries and pages of a project.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "report/asked.h"
#include "report/columns.h"
#include "report/layout.h"
#include "report/markdown_text.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

std::string row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) out += " " + cell + " |";
  return out + "\n";
}

// Names of hosts are checked names, so the address can be a link; in angle brackets nothing ends it early.
std::string host_link(const Target& target) {
  std::string name = markdown_text(host_words(target));
  const std::string url = target.base.empty() ? std::string{} : printable(target.base.str());
  if (url.empty() || url.find_first_of("<>\\ |`") != std::string::npos) return name;
  return fmt::format("[{}](<{}>)", name, url);
}

std::string ranking(const Report& report, const std::vector<std::size_t>& rank) {
  std::string rows;
  for (std::size_t i = 0; i < report.hosts.size(); ++i) {
    const HostReport& host = report.hosts[i];
    if (rank[i] == 0) continue;
    const HostView view = view_of(host);
    rows += row({fmt::format("{}", rank[i]),
                 fmt::format("**{}** {}", *host.grade.letter, markdown_text(clean(host.grade.word))),
                 range_words(host.grade.range), host_link(host.target), markdown_text(operator_words(view)),
                 markdown_text(view.may_start), markdown_text(view.e2ee), markdown_text(view.policy),
                 markdown_text(others_words(view)), markdown_text(clean(host.grade.main_reason))});
  }
  if (rows.empty()) return {};
  return "## Ranking\n\n" +
         row({"#", "Grade", "Score", "Host", "Who runs it", "May start", "E2EE", "Own policy", "Who else sees you",
              "Main reason"}) +
         "| ---: | --- | ---: | --- | --- | --- | --- | --- | --- | --- |\n" + rows + "\n" +
         std::string(legend_paragraph()) + "\n\n";
}

std::string without_letter(const Report& report, const Rendering& rendering) {
  std::string rows;
  for (const HostReport& host : report.hosts) {
    if (host.grade.letter || host.status == HostStatus::kFromFiles || !is_shown(host, rendering)) continue;
    const bool measured = host.status == HostStatus::kMeasured;
    rows += row({host_link(host.target), measured ? "not graded" : std::string(words_for(host.status)),
                 markdown_text(clean(measured ? host.grade.not_graded_reason : host.status_reason))});
  }
  if (rows.empty()) return {};
  return "## Without a grade\n\n" + row({"Host", "What is known", "Reason"}) + "| --- | --- | --- |\n" + rows + "\n";
}

std::string failure(const Finding& finding, const HostReport& host, const Rendering& rendering) {
  const Rule* rule = rule_of(finding, rendering);
  const std::string title = rule == nullptr ? finding.rule : rule->title;
  const std::string lost = finding.points > 0 ? fmt::format(", {:.1f} points lost", finding.points) : "";
  std::string out = fmt::format("- **{}: no** ({}, {}{})\n", markdown_text(title), markdown_text(finding.rule),
                                to_string(severity_of(finding, rendering)), lost);
  const auto line = [&](std::string_view lead, std::string_view text) {
    if (!text.empty()) out += fmt::format("\n  {}{}\n", lead, markdown_text(text));
  };
  line("Seen: ", seen_words(finding, host));
  line("Note: ", notes_words(host, finding.rule));
  if (rule == nullptr) return out + "\n";
  line("What to change: ", rule->remedy);
  for (const ConfigLines& config : config_for(*rule, host.target.service)) {
    line("In ", config.file + ":");
    out += "\n";
    for (const std::string& code : split(markdown_code(config.lines), '\n'))
      out += code.empty() ? "" : "  " + code + "\n";
  }
  return out + "\n";
}

std::string details(const HostReport& host, const Rendering& rendering) {
  const std::vector<const Finding*> failed = failures(host, rendering);
  std::vector<std::string> open;
  std::size_t left_out = 0;
  for (const Finding& finding : host.findings) {
    if (finding.outcome != Outcome::kNotMeasured) continue;
    if (was_not_asked(finding.reason)) {
      ++left_out;
      continue;
    }
    const Rule* rule = rule_of(finding, rendering);
    open.push_back(rule == nullptr ? finding.rule : rule->title);
  }
  if (failed.empty() && open.empty() && left_out == 0 && host.corrections.empty()) return {};
  std::string out = fmt::format("### {}\n\n", markdown_text(host_words(host.target)));
  if (host.grade.letter) {
    out += fmt::format("Grade {} ({}), {} of 100 points.\n\n", *host.grade.letter,
                       markdown_text(clean(host.grade.word)), range_words(host.grade.range));
  }
  for (const Finding* finding : failed) out += failure(*finding, host, rendering);
  if (!open.empty())
    out += fmt::format("Not measured ({}): {}.\n\n", open.size(), markdown_text(clean(join(open, "; "), 4000)));
  if (left_out > 0) out += markdown_text(not_asked_words(left_out)) + "\n\n";
  for (const Correction& correction : host.corrections) {
    out += "Corrected by a person: " + markdown_text(correction_words(correction)) + "\n\n";
  }
  return out;
}

class MarkdownWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "markdown"; }
  std::string_view summary() const noexcept override { return "the ranking and what failed, as Markdown (GitHub's)"; }
  bool for_publication() const noexcept override { return true; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    const Tally numbers = tally(report);
    std::string text = "# Privacy of video-conferencing hosts\n\n";
    for (const std::string& paragraph : head_paragraphs(report, numbers)) text += markdown_text(paragraph) + "\n\n";
    text += ranking(report, ranks(report, rendering.ranks)) + without_letter(report, rendering);
    std::string hosts;
    for (const HostReport& host : report.hosts) hosts += details(host, rendering);
    if (!hosts.empty()) text += "## What failed, and what to change\n\n" + hosts;
    for (const std::string_view paragraph : foot_paragraphs(numbers)) text += std::string(paragraph) + "\n\n";
    text.pop_back();
    return deliver(text, out);
  }
};

}  // namespace

const ReportWriter& markdown_writer() noexcept {
  static const MarkdownWriter writer;
  return writer;
}

}  // namespace meetlat
