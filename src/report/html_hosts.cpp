// One part for each audited host: who, what at a glance, what limits the letter, the findings, guidelines of others.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "report/html_page.h"
#include "report/layout.h"
#include "report/mask.h"

namespace meetlat::html {
namespace {

void write_pair(const Page& page, std::string_view key, const Html& value) {
  page.out << "<div><dt>" << page.words.say(key) << "</dt><dd>" << value << "</dd></div>\n";
}

Html stated_operator(const Page& page, const HostReport& host, const HostView& view) {
  const Words& words = page.words;
  if (!view.stated.empty()) {
    return words.say("hosts.own_words", {{"name", {"<bdi>" + escape(view.stated).text + "</bdi>"}}});
  }
  if (!view.stated_measured) return words.say("operator.unknown");
  return words.say(host.evidence.is_true("policy.operator_identified") ? "operator.elsewhere" : "operator.none");
}

// "" when it was not measured, or is a whole text, which no report shows.
std::string_view short_text(const HostReport& host, std::string_view path) {
  for (const Fact& fact : host.evidence.find(path)) {
    if (!fact.measured() || fact.is_text) continue;
    if (const auto* text = std::get_if<std::string>(&*fact.value)) return *text;
  }
  return {};
}

Html policy_with_link(const Page& page, const HostReport& host, const HostView& view) {
  Html words = policy_of(page, view);
  const std::string_view url = short_text(host, "policy.url");
  if (url.empty()) return words;
  const Html link = link_out(url, verbatim(url, 200));
  return {words.text + ": " + link.text};
}

void write_glance(const Page& page, const HostReport& host, std::size_t i) {
  const HostView& view = page.views[i];
  const Words& words = page.words;
  page.out << "<dl class=\"glance\">\n";
  write_pair(page, "hosts.address", link_out(host.target.base.str(), verbatim(host.target.base.str(), 200)));
  write_pair(page, "hosts.run_by", stated_operator(page, host, view));
  if (!view.claimed.empty()) {
    const Html name{"<bdi>" + escape(view.claimed).text + "</bdi>"};
    write_pair(page, "hosts.list_says",
               view.claimed_by.empty()
                   ? name
                   : words.say("hosts.list_source", {{"name", name}, {"list", escape(view.claimed_by)}}));
  }
  write_pair(page, "hosts.start", start_of(page, view));
  write_pair(page, "hosts.e2ee", e2ee_of(page, view));
  write_pair(page, "hosts.policy", policy_with_link(page, host, view));
  write_pair(page, "hosts.others", others_of(page, view));
  write_pair(page, "hosts.country", countries_words(page, host));
  if (const std::string_view build = short_text(host, "jitsi.build.web_text"); !build.empty()) {
    write_pair(page, "hosts.build", foreign(build, 60));
  }
  write_pair(page, "hosts.seen",
             words.say("hosts.seen_at", {{"date", words.date(host.finished)}, {"time", minute_of(host.finished)}}));
  if (host.evidence_sha256.size() == 64) {
    write_pair(page, "hosts.digest", {"<code>" + escape(host.evidence_sha256.substr(0, 16)).text + "</code>"});
  }
  page.out << "</dl>\n";
  if (const std::string_view product = short_text(host, "http.intermediary"); !product.empty()) {
    page.out << "<p class=\"note\">" << words.say("hosts.in_front", {{"product", foreign(product, 120)}}) << "</p>\n";
  }
}

void write_caps(const Page& page, const Grade& grade) {
  if (grade.caps.empty()) return;
  const Words& words = page.words;
  page.out << "<h4>" << words.say("hosts.caps") << "</h4>\n<ul class=\"caps\">";
  for (const AppliedCap& cap : grade.caps) {
    const Html by =
        cap.confirmation == "machine" ? words.say("hosts.by_machine") : words.marked_english(foreign(cap.confirmation));
    page.out << "<li>"
             << words.say("hosts.cap", {{"letter", letter_mark(cap.letter)}, {"title", words.english(cap.title)}})
             << " <span class=\"muted\">(" << by << ")</span></li>\n";
  }
  page.out << "</ul>\n";
}

void write_corrections(const Page& page, const HostReport& host) {
  if (host.corrections.empty()) return;
  page.out << "<h4>" << page.words.say("hosts.corrected") << "</h4>\n<ul>";
  for (const Correction& correction : host.corrections) {
    page.out << "<li>"
             << page.words.say("findings.correction",
                               {{"item", foreign(correction.item)},
                                {"now", foreign(correction.now, 200)},
                                {"was", foreign(correction.was, 200)},
                                {"words", page.words.marked_english(foreign(words_for(correction), 1000))}})
             << "</li>\n";
  }
  page.out << "</ul>\n";
}

void write_categories(const Page& page, const Grade& grade) {
  const Words& words = page.words;
  if (std::none_of(grade.categories.begin(), grade.categories.end(),
                   [](const auto& each) { return each.weight > 0; })) {
    return;
  }
  page.out << "<h4>" << words.say("hosts.categories") << "</h4>\n<ul class=\"categories\">";
  for (const CategoryScore& category : grade.categories) {
    if (category.weight <= 0) continue;
    const double low = category.share.low * category.weight;
    const double high = category.share.high * category.weight;
    const std::string points = high - low < 0.05 ? fmt::format("{:.1f}", low) : fmt::format("{:.1f}–{:.1f}", low, high);
    page.out << "<li><span>" << words.english(category.title) << "</span>"
             << score_bar({category.share.low * 100, category.share.high * 100}) << "<span class=\"number\">"
             << words.say("hosts.points_of", {{"points", {points}}, {"weight", {fmt::format("{:g}", category.weight)}}})
             << "</span></li>\n";
  }
  page.out << "</ul>\n";
}

Html level_words(const Page& page, const std::string& best, const std::string& worst) {
  if (best == worst) return page.words.say("guidelines.level", {{"best", escape(best)}});
  return page.words.say("guidelines.levels", {{"best", escape(best)}, {"worst", escape(worst)}});
}

// Of a range that hangs on things that were not asked for, the open parts are no news.
bool says_something(const GuidelineResult& result) {
  return result.measured() || std::any_of(result.items.begin(), result.items.end(),
                                          [](const GuidelineResult::Item& item) { return item.best == item.worst; });
}

void write_guidelines(const Page& page, const HostReport& host) {
  if (std::none_of(host.guidelines.begin(), host.guidelines.end(), says_something)) return;
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<details class=\"minor\"><summary>" << words.say("guidelines.title") << "</summary>\n<p class=\"muted\">"
      << words.say("guidelines.lead") << "</p>\n<dl class=\"levels\" lang=\"en\">";
  for (const GuidelineResult& result : host.guidelines) {
    out << "<dt>" << escape(result.title + " " + result.version) << ": <b>"
        << level_words(page, result.best, result.worst) << "</b></dt>\n";
    for (const GuidelineResult::Item& item : result.items) {
      if (item.best != item.worst && !result.measured() && item.text.empty()) continue;
      out << "<dd>" << escape(item.title) << ": " << level_words(page, item.best, item.worst);
      if (!item.text.empty()) out << " (" << escape(item.text) << ')';
      out << "</dd>\n";
    }
  }
  out << "</dl></details>\n";
}

void write_summary_line(const Page& page, const HostReport& host, std::size_t i) {
  std::ostream& out = page.out;
  out << "<summary><h3>" << host_name(page, i) << "</h3> <span class=\"summary-grade\">"
      << grade_words(page, host.grade);
  if (host.status == HostStatus::kMeasured && host.grade.letter) {
    out << " <span class=\"number\">" << page.words.say("ranking.score_of", {{"range", range_of(host.grade.range)}})
        << "</span>";
  }
  out << "</span></summary>\n";
}

void write_host(const Page& page, std::size_t i) {
  const HostReport& host = page.report.hosts[i];
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<details class=\"host\" id=\"" << page.anchors[i] << '"' << (page.few ? " open" : "") << ">\n";
  write_summary_line(page, host, i);
  out << "<div class=\"host-body\">\n<div class=\"host-main\">\n";
  if (!host.grade.main_reason.empty()) {
    out << "<p class=\"lead\">" << words.say("hosts.reason", {{"reason", words.english(clean(host.grade.main_reason))}})
        << "</p>\n";
  }
  if (host.status == HostStatus::kMeasured && !host.grade.letter) {
    const Html reason = words.marked_english(foreign(host.grade.not_graded_reason, 800));
    out << "<p class=\"lead\">" << words.say("hosts.not_graded_reason", {{"reason", reason}}) << "</p>\n";
  }
  write_caps(page, host.grade);
  write_corrections(page, host);
  write_findings(page, host);
  out << "</div>\n<div class=\"host-side\">\n";
  if (host.status == HostStatus::kMeasured) write_glance(page, host, i);
  write_categories(page, host.grade);
  write_history(page, host);
  write_guidelines(page, host);
  if (page.ranked) out << "<p class=\"back\"><a href=\"#ranking\">" << words.say("hosts.back") << "</a></p>\n";
  out << "</div></div></details>\n";
}

}  // namespace

void write_hosts(const Page& page) {
  const Words& words = page.words;
  std::ostream& out = page.out;
  out << "<section id=\"hosts\" aria-labelledby=\"hosts-title\">\n<h2 id=\"hosts-title\">" << words.say("hosts.title")
      << "</h2>\n<p class=\"lead\">" << words.say(page.few ? "hosts.lead_few" : "hosts.lead") << "</p>\n";
  if (!page.few) {
    out << "<p id=\"open-all\" class=\"tools\" hidden><button type=\"button\" data-open=\"1\">"
        << words.say("hosts.open_all") << "</button> <button type=\"button\" data-open=\"\">"
        << words.say("hosts.close_all") << "</button></p>\n";
  }
  for (std::size_t i = 0; i < page.report.hosts.size(); ++i) {
    const HostStatus status = page.report.hosts[i].status;
    if (status == HostStatus::kMeasured || status == HostStatus::kFromFiles) write_host(page, i);
  }
  out << "</section>\n";
}

}  // namespace meetlat::html
