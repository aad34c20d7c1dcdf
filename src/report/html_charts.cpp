// Pictures of the whole: letters, and each question over all hosts. Every number of a picture stands in a table too.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/html_page.h"

namespace meetlat::html {
namespace {

struct Counts {
  std::string rule;
  std::size_t pass = 0;
  std::size_t fail = 0;
  std::size_t unmeasured = 0;
  std::size_t inapplicable = 0;
  std::size_t all() const { return pass + fail + unmeasured + inapplicable; }
};

std::vector<Counts> count_outcomes(const Page& page) {
  std::map<std::string, Counts, std::less<>> counts;
  for (const HostReport& host : page.report.hosts) {
    if (host.status != HostStatus::kMeasured) continue;
    for (const Finding& finding : host.findings) {
      Counts& row = counts[finding.rule];
      row.rule = finding.rule;
      if (finding.outcome == Outcome::kPass) ++row.pass;
      if (finding.outcome == Outcome::kFail) ++row.fail;
      if (finding.outcome == Outcome::kNotMeasured) ++row.unmeasured;
      if (finding.outcome == Outcome::kNotApplicable) ++row.inapplicable;
    }
  }
  std::vector<Counts> out;
  out.reserve(counts.size());
  for (auto& [id, row] : counts) out.push_back(std::move(row));
  std::stable_sort(out.begin(), out.end(), [](const Counts& a, const Counts& b) {
    return a.fail != b.fail ? a.fail > b.fail : a.unmeasured > b.unmeasured;
  });
  return out;
}

struct Bar {
  char letter = ' ';  // ' ': not graded
  std::size_t count = 0;
};

std::vector<Bar> letter_bars(const Page& page) {
  std::vector<Bar> bars;
  for (const char letter : {'A', 'B', 'C', 'D', 'E', 'F'}) {
    const auto found = page.numbers.letters.find(letter);
    bars.push_back({letter, found == page.numbers.letters.end() ? 0 : found->second});
  }
  bars.push_back({' ', page.numbers.audited - page.numbers.graded});
  return bars;
}

std::string letters_sentence(const Page& page, const std::vector<Bar>& bars) {
  std::string out;
  for (const Bar& bar : bars) {
    if (bar.letter == ' ') continue;
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", bar.letter, bar.count);
  }
  return page.words.say("charts.letters_desc", {{"letters", {out}}, {"ungraded", {std::to_string(bars.back().count)}}})
      .text;
}

void write_letter_bar(const Page& page, const Bar& bar, std::size_t at, double most) {
  constexpr double kBottom = 150;
  constexpr double kTallest = 120;
  const double height = static_cast<double>(bar.count) / most * kTallest;
  const double x = 14 + 72.0 * static_cast<double>(at);
  const std::string css = bar.letter == ' ' ? "fill-none" : fmt::format("fill-{}", static_cast<char>(bar.letter + 32));
  page.out << fmt::format("<rect class=\"{}\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"52\" height=\"{:.1f}\" rx=\"3\"/>", css,
                          x, kBottom - height, height)
           << fmt::format("<text class=\"value\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text>", x + 26, kBottom - height - 7,
                          bar.count)
           << fmt::format("<text class=\"name\" x=\"{:.0f}\" y=\"172\">{}</text>\n", x + 26,
                          bar.letter == ' ' ? "–" : std::string(1, bar.letter));
}

void write_letters(const Page& page) {
  const Words& words = page.words;
  const std::vector<Bar> bars = letter_bars(page);
  std::size_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, bar.count);
  std::ostream& out = page.out;
  out << "<figure class=\"letters\">\n<figcaption>" << words.say("charts.letters") << "</figcaption>\n"
      << "<svg viewBox=\"0 0 520 180\" role=\"img\" aria-labelledby=\"letters-title letters-desc\"><title "
         "id=\"letters-title\">"
      << words.say("charts.letters") << "</title><desc id=\"letters-desc\">" << letters_sentence(page, bars)
      << "</desc>\n<line class=\"axis\" x1=\"0\" x2=\"520\" y1=\"150.5\" y2=\"150.5\"/>\n";
  for (std::size_t i = 0; i < bars.size(); ++i) write_letter_bar(page, bars[i], i, static_cast<double>(most));
  out << "</svg>\n<table class=\"small\"><thead><tr><th scope=\"col\">" << words.say("ranking.grade")
      << "</th><th scope=\"col\">" << words.say("method.source_hosts") << "</th></tr></thead><tbody>\n";
  const auto& names = page.rendering.profile->words;
  for (const Bar& bar : bars) {
    out << "<tr><th scope=\"row\">";
    if (bar.letter == ' ') {
      out << words.say("charts.ungraded");
    } else {
      const auto name = names.find(bar.letter);
      out << letter_mark(bar.letter) << ' ' << (name == names.end() ? Html{} : words.english(name->second));
    }
    out << "</th><td>" << bar.count << "</td></tr>\n";
  }
  out << "</tbody></table></figure>\n";
}

Html title_of(const Page& page, const std::string& id) {
  const Rule* rule = page.rule(id);
  return rule == nullptr ? foreign(id) : page.words.english(rule->title);
}

// SVG has no mixed languages in its texts, so titles are plain there.
void write_outcome_bar(const Page& page, const Counts& row) {
  const Rule* rule = page.rule(row.rule);
  const double all = static_cast<double>(std::max<std::size_t>(row.all(), 1));
  const Html title = rule == nullptr ? foreign(row.rule) : escape(rule->title);
  page.out << "<svg class=\"stack\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" role=\"img\"><title>" << title
           << "</title><desc>"
           << page.words.say("charts.bar", {{"title", title},
                                            {"pass", {std::to_string(row.pass)}},
                                            {"fail", {std::to_string(row.fail)}},
                                            {"unmeasured", {std::to_string(row.unmeasured)}},
                                            {"inapplicable", {std::to_string(row.inapplicable)}}})
           << "</desc>";
  double x = 0;
  const auto part = [&](std::string_view css, std::size_t count) {
    if (count == 0) return;
    const double width = static_cast<double>(count) / all * 100;
    page.out << fmt::format("<rect class=\"{}\" x=\"{:.1f}\" width=\"{:.1f}\" height=\"8\"/>", css, x, width);
    x += width;
  };
  part("fail", row.fail);
  part("unmeasured", row.unmeasured);
  part("pass", row.pass);
  part("inapplicable", row.inapplicable);
  page.out << "</svg>";
}

void write_outcomes(const Page& page) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<h3 id=\"outcomes-title\">" << words.say("charts.outcomes") << "</h3>\n<p class=\"muted\">"
      << words.say("charts.outcomes_lead") << "</p>\n<ul class=\"key\">";
  for (const std::string_view key : {"fail", "unmeasured", "pass", "inapplicable"}) {
    out << "<li><span class=\"swatch " << key << "\"></span>" << words.say(fmt::format("charts.{}", key)) << "</li>";
  }
  out << "</ul>\n<table class=\"outcomes\" aria-labelledby=\"outcomes-title\"><thead><tr><th scope=\"col\" class=\"q\">"
      << words.say("charts.question") << "</th>";
  for (const std::string_view key : {"fail", "unmeasured", "pass", "inapplicable"}) {
    out << "<th scope=\"col\" class=\"n\">" << words.say(fmt::format("charts.{}", key)) << "</th>";
  }
  out << "</tr></thead>\n<tbody>\n";
  for (const Counts& row : count_outcomes(page)) {
    out << "<tr><th scope=\"row\">";
    if (page.rule(row.rule) != nullptr) out << "<a href=\"#" << rule_anchor(row.rule) << "\">";
    out << title_of(page, row.rule);
    if (page.rule(row.rule) != nullptr) out << "</a>";
    write_outcome_bar(page, row);
    out << "</th>";
    for (const auto& [key, count] : {std::pair{"fail", row.fail}, std::pair{"unmeasured", row.unmeasured},
                                     std::pair{"pass", row.pass}, std::pair{"inapplicable", row.inapplicable}}) {
      out << "<td class=\"n\" data-label=\"" << words.say(fmt::format("charts.{}", key)) << "\">" << count << "</td>";
    }
    out << "</tr>\n";
  }
  out << "</tbody></table>\n";
}

}  // namespace

void write_charts(const Page& page) {
  if (page.few || page.numbers.audited == 0) return;
  page.out << "<section id=\"charts\" aria-labelledby=\"charts-title\">\n<h2 id=\"charts-title\">"
           << page.words.say("charts.title") << "</h2>\n";
  write_letters(page);
  write_outcomes(page);
  page.out << "</section>\n";
}

}  // namespace meetlat::html
