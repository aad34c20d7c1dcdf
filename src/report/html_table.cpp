// The ranking as one table. It is whole without a script; with one it can be sorted and searched, by attributes that
// hold no text of strangers but what stands in the cells anyway.
#include <fmt/core.h>

#include <array>
#include <map>
#include <string_view>

#include "report/html_page.h"
#include "report/layout.h"

namespace meetlat::html {
namespace {

struct Column {
  std::string_view key;    // of its words
  std::string_view label;  // of its cells where the table is a list of cards
  std::string_view css;
};
constexpr std::array kColumns{
    Column{"ranking.rank", "ranking.rank", "c-rank"},
    Column{"ranking.grade", "ranking.grade", "c-grade"},
    Column{"ranking.score", "ranking.score", "c-score"},
    Column{"ranking.host", "ranking.host", "c-host"},
    Column{"ranking.operator", "ranking.operator_short", "c-operator"},
    Column{"ranking.start", "ranking.start", "c-start"},
    Column{"ranking.e2ee", "ranking.e2ee", "c-e2ee"},
    Column{"ranking.policy", "ranking.policy", "c-policy"},
    Column{"ranking.others", "ranking.others", "c-others"},
    Column{"ranking.country", "ranking.country", "c-country"},
};

void open_cell(const Page& page, std::size_t column, std::string_view sort = {}) {
  page.out << "<td class=\"" << kColumns[column].css << "\" data-label=\"" << page.words.say(kColumns[column].label)
           << '"';
  if (!sort.empty()) page.out << " data-sort=\"" << sort << '"';
  page.out << '>';
}

void write_cell(const Page& page, std::size_t column, const Html& content, std::string_view sort = {}) {
  open_cell(page, column, sort);
  page.out << content << "</td>";
}

// What the filters ask for.
void open_row(const Page& page, const HostReport& host, const HostView& view) {
  std::string countries;
  for (const std::string& code : countries_of(host))
    countries += (countries.empty() ? "" : " ") + foreign(code, 10).text;
  const bool encrypts = view.e2ee == "switch" || view.e2ee == "old format";
  page.out << "<tr data-letter=\"" << escape(std::string_view(&*host.grade.letter, 1)) << "\" data-country=\""
           << countries << "\" data-is=\"" << (view.may_start == "no login" ? "open " : "") << (encrypts ? "e2ee " : "")
           << (view.policy == "yes" || view.policy == "pdf" ? "policy " : "")
           << (view.others.empty() && view.others_complete ? "alone" : "") << "\">";
}

void write_row(const Page& page, std::size_t i) {
  const HostReport& host = page.report.hosts[i];
  const HostView& view = page.views[i];
  const Words& words = page.words;
  open_row(page, host, view);
  write_cell(page, 0, {std::to_string(page.ranks[i])});
  write_cell(page, 1, grade_words(page, host.grade));
  write_cell(
      page, 2,
      {"<span class=\"number\">" + range_of(host.grade.range).text + "</span>" + score_bar(host.grade.range).text},
      fmt::format("{:.2f}", host.grade.range.low));
  page.out << "<th scope=\"row\" class=\"c-host\" data-label=\"" << words.say("ranking.host") << "\"><a href=\"#"
           << page.anchors[i] << "\">" << host_name(page, i) << "</a>";
  if (!host.grade.main_reason.empty()) {
    page.out << "<span class=\"why\">" << words.english(clean(host.grade.main_reason)) << "</span>";
  }
  page.out << "</th>";
  write_cell(page, 4, operator_of(page, view));
  write_cell(page, 5, start_of(page, view));
  write_cell(page, 6, e2ee_of(page, view));
  write_cell(page, 7, policy_of(page, view));
  write_cell(page, 8, others_of(page, view), std::to_string(view.others.size() * 2 + (view.others_complete ? 0 : 1)));
  write_cell(page, 9, countries_words(page, host));
  page.out << "</tr>\n";
}

void write_option(const Page& page, std::string_view value, const Html& text) {
  page.out << "<option value=\"" << value << "\">" << text << "</option>";
}

void write_check(const Page& page, std::string_view name) {
  page.out << "<label class=\"check\"><input type=\"checkbox\" name=\"" << name << "\"> "
           << page.words.say(fmt::format("filter.{}", name)) << "</label>\n";
}

void write_countries(const Page& page) {
  std::map<std::string, std::string> names;  // by code, masked and escaped
  for (const std::size_t i : page.graded) {
    for (const std::string& code : countries_of(page.report.hosts[i])) {
      names.emplace(foreign(code, 10).text, page.words.country(code).text);
    }
  }
  std::map<std::string, std::string> codes;
  for (const auto& [code, name] : names) codes.emplace(name, code);
  for (const auto& [name, code] : codes) write_option(page, code, {name});
}

// Hidden until the script, which alone can use it, shows it.
void write_form(const Page& page) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<form id=\"filter\" class=\"filter\" hidden aria-label=\"" << words.say("filter.label") << "\" data-shown=\""
      << words.say("filter.shown", {{"n", {"{n}"}}, {"total", {"{total}"}}}) << "\">\n<label class=\"wide\">"
      << words.say("filter.search")
      << " <input type=\"search\" name=\"search\" autocomplete=\"off\" spellcheck=\"false\"></label>\n<label>"
      << words.say("filter.grade") << " <select name=\"grade\">";
  write_option(page, "F", words.say("filter.all"));
  for (const char letter : {'A', 'B', 'C', 'D'}) {
    const std::string text(1, letter);
    write_option(page, text, letter == 'A' ? Html{text} : words.say("filter.at_least", {{"letter", {text}}}));
  }
  out << "</select></label>\n<label>" << words.say("filter.country") << " <select name=\"country\">";
  write_option(page, "", words.say("filter.anywhere"));
  write_countries(page);
  out << "</select></label>\n<label class=\"sort-choice\">" << words.say("filter.sort") << " <select name=\"sort\">";
  for (std::size_t i = 0; i < kColumns.size(); ++i) write_option(page, std::to_string(i), words.say(kColumns[i].label));
  out << "</select></label>\n<div class=\"checks\">";
  for (const std::string_view name : {"open", "e2ee", "policy", "alone"}) write_check(page, name);
  out << "</div>\n<p class=\"shown\"><output id=\"shown\" aria-live=\"polite\"></output> <button type=\"reset\">"
      << words.say("filter.reset") << "</button></p>\n</form>\n";
}

void write_table(const Page& page) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<table id=\"hosts-table\" class=\"ranking\"><caption class=\"hidden\">" << words.say("ranking.caption")
      << "</caption>\n<thead><tr>";
  for (const Column& column : kColumns) {
    out << "<th scope=\"col\" class=\"" << column.css << "\">" << words.say(column.key) << "</th>";
  }
  out << "</tr></thead>\n<tbody>\n";
  for (const std::size_t i : page.graded) write_row(page, i);
  out << "</tbody></table>\n<p id=\"no-match\" class=\"note\" hidden>" << words.say("filter.none") << "</p>\n";
}

}  // namespace

void write_ranking(const Page& page) {
  const Words& words = page.words;
  page.out << "<section id=\"ranking\" aria-labelledby=\"ranking-title\">\n<h2 id=\"ranking-title\">"
           << words.say("ranking.title") << "</h2>\n";
  if (page.graded.empty()) {
    page.out << "<p>" << words.say("ranking.empty") << "</p>\n</section>\n";
    return;
  }
  page.out << "<p class=\"lead\">" << words.say("ranking.lead") << "</p>\n";
  if (page.graded.size() > kFewHosts) write_form(page);
  write_table(page);
  page.out << "<p class=\"muted note\">" << words.say("ranking.legend") << "</p>\n</section>\n";
}

}  // namespace meetlat::html
