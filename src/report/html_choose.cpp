// The first thing that somebody sees who only looks for a host: three names, and what to do in the call.
#include "report/html_page.h"
#include "report/view.h"

namespace meetlat::html {
namespace {

void write_best(const Page& page, std::size_t i) {
  const HostReport& host = page.report.hosts[i];
  const Words& words = page.words;
  page.out << "<li class=\"pick\"><p class=\"pick-grade\">" << grade_words(page, host.grade)
           << "</p><p class=\"pick-host\">" << link_out(host.target.base.str(), host_name(page, i)) << "</p><p>"
           << operator_of(page, page.views[i]);
  if (!countries_of(host).empty()) page.out << ", " << countries_words(page, host);
  page.out << "</p><p class=\"muted\">" << words.say("choose.seen", {{"date", words.date(host.finished)}})
           << "</p><p><a href=\"#" << page.anchors[i] << "\">" << words.say("choose.details")
           << "<span class=\"hidden\">: " << escape(page.views[i].host) << "</span></a></p></li>\n";
}

}  // namespace

void write_choice(const Page& page) {
  if (page.few) return;
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<section id=\"choose\" class=\"choose\" aria-labelledby=\"choose-title\">\n<h2 id=\"choose-title\">"
      << words.say("choose.title") << "</h2>\n";
  const std::vector<std::size_t> best = picks(page.report, *page.rendering.rules);
  if (best.empty()) {
    out << "<p>" << words.say("choose.none") << "</p>\n";
  } else {
    out << "<p class=\"lead\">" << words.say("choose.lead") << "</p>\n<ol class=\"picks\">\n";
    for (const std::size_t i : best) write_best(page, i);
    out << "</ol>\n<p class=\"muted note\">" << words.say("choose.order") << "</p>\n";
  }
  out << "<div class=\"advice\"><div><h3>" << words.say("choose.in_call") << "</h3>\n<ol class=\"steps\">";
  for (const std::string_view step : {"choose.e2ee", "choose.room", "choose.password", "choose.two"}) {
    out << "<li>" << words.say(step) << "</li>\n";
  }
  out << "</ol></div>\n<div><h3>" << words.say("choose.messenger_title") << "</h3>\n<p>"
      << words.say("choose.messenger") << "</p></div></div>\n</section>\n";
}

}  // namespace meetlat::html
