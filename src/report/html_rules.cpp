// What was asked, and for each question why, and what an administrator can change.
#include <fmt/core.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "report/asked.h"
#include "report/html_page.h"

namespace meetlat::html {
namespace {

// Paragraphs are parted by empty lines; other line ends are spaces.
void write_paragraphs(const Page& page, std::string_view text) {
  std::string paragraph;
  const auto flush = [&] {
    if (!paragraph.empty()) page.out << "<p>" << escape(paragraph) << "</p>\n";
    paragraph.clear();
  };
  for (const std::string& line : split(text, '\n')) {
    const std::string_view words = trim(line);
    if (words.empty()) {
      flush();
      continue;
    }
    if (!paragraph.empty()) paragraph += ' ';
    paragraph += words;
  }
  flush();
}

void write_labelled(const Page& page, std::string_view key, std::string_view text) {
  if (trim(text).empty()) return;
  page.out << "<div><dt>" << page.words.say(key) << "</dt><dd lang=\"en\">";
  write_paragraphs(page, text);
  page.out << "</dd></div>\n";
}

}  // namespace

void write_explanation(const Page& page, const Rule& rule, Service service) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<dl class=\"explanation\">\n";
  write_labelled(page, "findings.why", rule.why);
  if (!rule.remedy.empty() || !rule.config.empty()) {
    out << "<div><dt>" << words.say("findings.change") << "</dt><dd lang=\"en\">";
    write_paragraphs(page, rule.remedy);
    for (const ConfigLines& config : config_for(rule, service)) {
      out << "<p class=\"file\"><code>" << escape(config.file) << "</code></p>\n<pre tabindex=\"0\"><code>"
          << lines(config.lines) << "</code></pre>\n";
    }
    out << "</dd></div>\n";
  }
  write_labelled(page, "findings.side_effect", rule.side_effect);
  if (!rule.references.empty()) {
    out << "<div><dt>" << words.say("findings.see") << "</dt><dd lang=\"en\"><ul class=\"plain\">";
    for (const Reference& reference : rule.references) {
      out << "<li>" << link_out(reference.url, escape(reference.title)) << "</li>";
    }
    out << "</ul></dd></div>\n";
  }
  out << "</dl>\n";
  if (rule.who == FixBy::kUpstream) out << "<p class=\"muted\">" << words.say("findings.upstream") << "</p>\n";
  if (rule.who == FixBy::kChoice) out << "<p class=\"muted\">" << words.say("findings.choice") << "</p>\n";
}

void write_rules(const Page& page) {
  if (page.few) return;
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<section id=\"rules\" aria-labelledby=\"rules-title\">\n<h2 id=\"rules-title\">" << words.say("rules.title")
      << "</h2>\n<p class=\"lead\">" << words.say("rules.lead") << "</p>\n";
  for (const Rule& rule : page.rendering.rules->rules) {
    out << "<details class=\"rule\" id=\"" << rule_anchor(rule.id) << "\"><summary><h3>" << words.english(rule.title)
        << "</h3> <span class=\"tag\">" << words.say(fmt::format("severity.{}", to_string(rule.severity)))
        << "</span></summary>\n<div class=\"rule-body\">\n";
    write_explanation(page, rule, Service::kInstance);
    out << "</div></details>\n";
  }
  out << "</section>\n";
}

}  // namespace meetlat::html
