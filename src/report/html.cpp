// The report as one page that loads nothing: readable without a script, which only sorts, searches and opens. Styles
// and script are files of data/report, read when the page is written like rules and wording are: whoever wants another
// look needs no compiler, and the digests in the page's own Content-Security-Policy are of what was written.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/text.h"
#include "report/html_page.h"
#include "report/layout.h"
#include "report/writers.h"

namespace meetlat {
namespace html {
namespace {

int hex_value(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

// The digest of a Content-Security-Policy: base64 of SHA-256.
std::string csp_digest(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hex = sha256_hex(bytes);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : hex) {
    bits = bits << 4U | static_cast<std::uint32_t>(hex_value(c));
    count += 4;
    if (count >= 6) {
      count -= 6;
      out += kAlphabet[bits >> static_cast<unsigned>(count) & 63U];
    }
  }
  if (count > 0) out += kAlphabet[bits << static_cast<unsigned>(6 - count) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

Result<std::string> asset(std::string_view name) {
  auto bytes = read_file(data_path(fmt::format("data/report/{}", name)));
  // What would end the element that holds it has no business there.
  if (bytes && bytes->find("</") != std::string::npos) {
    return fail(ErrorCode::kSchema, fmt::format("data/report/{}: \"</\" cannot stand in it", name));
  }
  return bytes;
}

Html title_of(const Page& page) {
  const Words& words = page.words;
  if (page.numbers.from_files > 0) return words.say("page.title_files");
  if (page.report.hosts.size() == 1) return words.say("page.title_one", {{"host", escape(page.views.front().host)}});
  return words.say("page.title");
}

void write_head(const Page& page, const std::string& css, const std::string& script) {
  page.out << "<!DOCTYPE html>\n<html lang=\"" << page.words.language() << "\">\n<head>\n<meta charset=\"utf-8\">\n"
           << "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"
           << csp_digest(css) << "'; script-src 'sha256-" << csp_digest(script)
           << "'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
           << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           << "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
           << "<meta name=\"generator\" content=\"meetlat " << escape(page.report.header.tool_version) << "\">\n<title>"
           << (page.report.header.demo ? "DEMO: " : "") << title_of(page) << "</title>\n<style>" << css
           << "</style>\n</head>\n";
}

Html numbers_words(const Page& page) {
  const Words& words = page.words;
  const Tally& numbers = page.numbers;
  const Html listed = words.count("numbers.listed", numbers.listed);
  const Html audited = words.count("numbers.audited", numbers.audited);
  const Html graded = words.count("numbers.graded", numbers.graded);
  std::string letters;
  for (const auto& [letter, count] : numbers.letters) {
    letters += letters.empty() ? "" : ", ";
    letters += "<span class=\"number\">" +
               words.say("numbers.letter", {{"n", {std::to_string(count)}}, {"letter", letter_mark(letter)}}).text +
               "</span>";
  }
  if (letters.empty()) {
    return words.say("numbers.sentence", {{"listed", listed}, {"audited", audited}, {"graded", graded}});
  }
  return words.say("numbers.sentence_letters",
                   {{"listed", listed}, {"audited", audited}, {"graded", graded}, {"letters", {letters}}});
}

Html observed_words(const Page& page) {
  const ReportHeader& header = page.report.header;
  const Words& words = page.words;
  const Html from = minute_of(header.started);
  const Html to = minute_of(header.finished);
  if (header.finished < header.started) {
    return words.say("observed.since", {{"date", words.date(header.started)}, {"from", from}});
  }
  if (format_date(header.started) == format_date(header.finished)) {
    return words.say("observed.day", {{"date", words.date(header.started)}, {"from", from}, {"to", to}});
  }
  return words.say(
      "observed.days",
      {{"first", words.date(header.started)}, {"from", from}, {"last", words.date(header.finished)}, {"to", to}});
}

void write_top(const Page& page) {
  const ReportHeader& header = page.report.header;
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<header class=\"top\">\n<p class=\"brand\">meetlat</p>\n<h1>" << title_of(page) << "</h1>\n";
  if (header.demo) {
    out << "<p class=\"notice\">" << words.say("page.demo") << "</p>\n";
  }
  if (!header.stopped.empty()) {
    out << "<p class=\"notice\">"
        << words.say("page.stopped", {{"reason", words.marked_english(foreign(header.stopped, 600))}}) << "</p>\n";
  }
  const bool files = page.numbers.from_files > 0;
  out << "<p class=\"summary\">" << (files ? words.say("page.offline") : numbers_words(page))
      << "</p>\n<p class=\"muted\">";
  if (header.started != Instant{} && !files) out << observed_words(page) << ' ';
  if (!header.vantage.empty()) {
    out << words.say("observed.vantage", {{"vantage", foreign(header.vantage, 100)}}) << ' ';
  }
  out << words.say("observed.rules", {{"rules", escape(header.rules_version)},
                                      {"profile", escape(header.profile)},
                                      {"version", escape(header.profile_version)}})
      << "</p>\n</header>\n";
}

struct Part {
  std::string_view id;
  std::string_view key;
  bool there = true;
};

void write_contents(const Page& page) {
  if (page.few) return;
  const Tally& numbers = page.numbers;
  const bool others = numbers.graded != numbers.audited || !numbers.others.empty() || numbers.not_reached > 0;
  const std::array<Part, 7> parts{Part{"choose", "nav.choose"},
                                  Part{"ranking", "nav.ranking"},
                                  Part{"hosts", "nav.hosts"},
                                  Part{"others", "nav.others", others},
                                  Part{"charts", "nav.charts", numbers.audited > 0},
                                  Part{"rules", "nav.rules"},
                                  Part{"method", "nav.method"}};
  page.out << "<nav class=\"contents\" aria-label=\"" << page.words.say("page.contents") << "\"><ul>\n";
  for (const Part& part : parts) {
    if (part.there) page.out << "<li><a href=\"#" << part.id << "\">" << page.words.say(part.key) << "</a></li>\n";
  }
  page.out << "</ul></nav>\n";
}

void write_page(const Page& page, const std::string& css, const std::string& script) {
  write_head(page, css, script);
  page.out << "<body>\n<a class=\"skip\" href=\"#" << (page.ranked ? "ranking" : "hosts") << "\">"
           << page.words.say(page.ranked ? "page.skip" : "page.skip_hosts") << "</a>\n";
  write_top(page);
  write_contents(page);
  page.out << "<main>\n";
  write_choice(page);
  if (page.ranked) write_ranking(page);
  write_hosts(page);
  write_others(page);
  write_charts(page);
  write_rules(page);
  write_method(page);
  page.out << "</main>\n";
  write_foot(page);
  page.out << "<script>" << script << "</script>\n</body>\n</html>\n";
}

}  // namespace
}  // namespace html

namespace {

class HtmlWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "html"; }
  std::string_view summary() const noexcept override { return "a page to publish, in one file that loads nothing"; }
  bool for_publication() const noexcept override { return true; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    const auto words = html::Words::load(rendering.lang);
    if (!words) return fail(words.error());
    const auto css = html::asset("page.css");
    if (!css) return fail(css.error());
    const auto script = html::asset("page.js");
    if (!script) return fail(script.error());
    html::write_page(html::Page(report, rendering, *words, out), *css, *script);
    if (auto whole = words->problem(); !whole) return whole;
    return deliver("", out);
  }
};

}  // namespace

const ReportWriter& html_writer() noexcept {
  static const HtmlWriter writer;
  return writer;
}

}  // namespace meetlat
