// Who is not in the ranking, how everything was seen, by what, and what nobody can see from outside.
#include <fmt/core.h>

#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "report/html_page.h"

namespace meetlat::html {
namespace {

void write_ungraded(const Page& page) {
  std::ostream& out = page.out;
  bool any = false;
  for (std::size_t i = 0; i < page.report.hosts.size(); ++i) {
    const HostReport& host = page.report.hosts[i];
    if (host.status != HostStatus::kMeasured || host.grade.letter) continue;
    if (!any) out << "<h3>" << page.words.say("others_list.ungraded") << "</h3>\n<ul class=\"plain\">\n";
    any = true;
    out << "<li><a href=\"#" << page.anchors[i] << "\">" << host_name(page, i) << "</a><br><span class=\"muted\">"
        << page.words.marked_english(foreign(host.grade.not_graded_reason)) << "</span></li>\n";
  }
  if (any) out << "</ul>\n";
}

void write_status(const Page& page, HostStatus status, const std::vector<const HostReport*>& hosts) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<details class=\"minor\"><summary>" << words.english(words_for(status)) << ": "
      << words.count("numbers.hosts", hosts.size()) << "</summary>\n<p class=\"muted\">"
      << words.say("others_list.advice", {{"advice", words.english(advice_for(status))}})
      << "</p>\n<ul class=\"plain\">\n";
  for (const HostReport* host : hosts) {
    const auto i = static_cast<std::size_t>(host - page.report.hosts.data());
    out << "<li id=\"" << page.anchors[i] << "\">" << host_name(page, i);
    if (!host->status_reason.empty()) {
      out << "<br><span class=\"muted\">" << words.marked_english(foreign(host->status_reason, 300)) << "</span>";
    }
    for (const Correction& correction : host->corrections) {
      out << "<br>" << words.marked_english(foreign(correction_words(correction), 1000));
    }
    out << "</li>\n";
  }
  out << "</ul></details>\n";
}

void write_unaudited(const Page& page) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  bool any = false;
  for (const auto& [status, hosts] : page.numbers.others) {
    if (status == HostStatus::kExcluded) continue;
    if (!any) out << "<h3>" << words.say("others_list.unaudited") << "</h3>\n";
    any = true;
    write_status(page, status, hosts);
  }
  if (page.numbers.not_reached > 0) {
    out << "<p>" << words.count("others_list.not_reached", page.numbers.not_reached) << "</p>\n";
  }
  if (page.numbers.excluded == 0) return;
  out << "<h3>" << words.say("others_list.excluded") << "</h3>\n<p>"
      << words.count("others_list.excluded_count", page.numbers.excluded) << "</p>\n";
  if (!page.rendering.show_excluded) return;
  write_status(page, HostStatus::kExcluded, page.numbers.others.at(HostStatus::kExcluded));
}

struct Source {
  std::size_t hosts = 0;
  std::string date;  // the newest of its claims; "": it states none
};

std::map<std::string, Source> sources_of(const Report& report) {
  std::map<std::string, Source> out;
  for (const HostReport& host : report.hosts) {
    for (const std::string& source : host.target.sources) ++out[source].hosts;
    for (const Claim& claim : host.target.claims) {
      const auto found = out.find(claim.source);
      if (found != out.end()) found->second.date = std::max(found->second.date, claim.date);
    }
  }
  return out;
}

// Of a file of the user's own only its name: where it lies is nobody's business.
std::string_view public_name(std::string_view source) {
  if (source.find("://") != std::string_view::npos) return source;
  return source.substr(source.find_last_of('/') + 1);  // npos + 1 is 0
}

void write_sources(const Page& page) {
  const auto sources = sources_of(page.report);
  if (sources.empty()) return;
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<h3 id=\"sources-title\">" << words.say("method.sources")
      << "</h3>\n<table class=\"small\" aria-labelledby=\"sources-title\"><thead><tr><th scope=\"col\">"
      << words.say("method.source") << "</th><th scope=\"col\">" << words.say("method.source_hosts")
      << "</th><th scope=\"col\">" << words.say("method.source_date") << "</th></tr></thead><tbody>\n";
  for (const auto& [name, source] : sources) {
    out << "<tr><td>" << link_out(name, verbatim(public_name(name), 300)) << "</td><td>" << source.hosts << "</td><td>";
    const auto date = parse_instant(source.date);
    out << (date ? words.date(*date) : words.say("method.no_date")) << "</td></tr>\n";
  }
  out << "</tbody></table>\n";
}

void write_used(const Page& page) {
  const ReportHeader& header = page.report.header;
  const Words& words = page.words;
  std::ostream& out = page.out;
  const auto pair = [&](std::string_view key, const Html& value) {
    if (!value.text.empty()) out << "<div><dt>" << words.say(key) << "</dt><dd>" << value << "</dd></div>\n";
  };
  const auto with_digest = [&](const Html& what, std::string_view digest) {
    if (digest.empty()) return what;
    return Html{what.text + (what.text.empty() ? "" : " · ") + words.say("method.digest").text + " <code>" +
                escape(digest).text + "</code>"};
  };
  out << "<h3>" << words.say("method.used") << "</h3>\n<dl class=\"glance\">\n";
  pair("method.tool", escape("meetlat " + header.tool_version));
  pair("method.rules", with_digest(escape(header.rules_version), header.rules_digest));
  pair("method.profile", escape(header.profile + " " + header.profile_version));
  pair("method.list", with_digest({}, header.list_digest));
  pair("method.vantage", header.vantage.empty() ? words.say("method.no_vantage") : foreign(header.vantage, 100));
  if (header.started != Instant{}) {
    const std::string last = header.finished < header.started ? "" : " – " + format_instant(header.finished);
    pair("method.observed", escape(format_instant(header.started) + last));
  }
  std::string guidelines;
  for (const Guideline& guideline : page.rendering.rules->guidelines) {
    guidelines += (guidelines.empty() ? "" : ", ") + escape(guideline.title + " " + guideline.version).text;
  }
  pair("method.guidelines", words.marked_english({guidelines}));
  out << "</dl>\n";
}

}  // namespace

void write_others(const Page& page) {
  const Tally& numbers = page.numbers;
  const bool all_graded = numbers.graded == numbers.audited && numbers.others.empty() && numbers.not_reached == 0;
  if (all_graded) return;
  page.out << "<section id=\"others\" aria-labelledby=\"others-title\">\n<h2 id=\"others-title\">"
           << page.words.say("others_list.title") << "</h2>\n";
  write_ungraded(page);
  write_unaudited(page);
  page.out << "</section>\n";
}

void write_method(const Page& page) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<section id=\"method\" aria-labelledby=\"method-title\">\n<h2 id=\"method-title\">"
      << words.say("method.title") << "</h2>\n<ul class=\"method\">\n";
  for (const std::string_view key : {"method.how", "method.letter", "method.one_place", "method.absent",
                                     "method.country", "method.publication", "method.self"}) {
    out << "<li>" << words.say(key) << "</li>\n";
  }
  out << "</ul>\n";
  write_sources(page);
  write_used(page);
  out << "</section>\n";
}

void write_foot(const Page& page) {
  const Words& words = page.words;
  page.out << "<footer class=\"foot\">\n<h2>" << words.say("foot.title") << "</h2>\n";
  if (page.numbers.from_files > 0) {
    page.out << "<p>" << words.say("foot.files") << "</p>\n";
  } else {
    page.out << "<p>" << words.say("foot.logs") << "</p>\n<p>" << words.say("foot.e2ee") << "</p>\n";
  }
  page.out << "</footer>\n";
}

}  // namespace meetlat::html
