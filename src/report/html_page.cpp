#include "report/html_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/url.h"

namespace meetlat::html {
namespace {

struct Known {
  std::string_view shown;  // in a HostView
  std::string_view key;    // in the words
};

template <std::size_t N>
Html known(const Page& page, const std::array<Known, N>& table, std::string_view shown) {
  for (const Known& row : table) {
    if (row.shown == shown) return page.words.say(row.key);
  }
  return foreign(shown);
}

constexpr std::array kStart{Known{"no login", "start.open"}, Known{"account", "start.account"},
                            Known{"members", "start.members"}, Known{"token", "start.token"},
                            Known{"?", "start.unknown"}};
constexpr std::array kE2ee{Known{"switch", "e2ee.switch"}, Known{"old format", "e2ee.old"},
                           Known{"hidden", "e2ee.hidden"}, Known{"no", "e2ee.none"}, Known{"?", "e2ee.unknown"}};
constexpr std::array kPolicy{Known{"yes", "policy.own"},         Known{"pdf", "policy.pdf"},
                             Known{"unsure", "policy.unsure"},   Known{"not found", "policy.missing"},
                             Known{"other's", "policy.foreign"}, Known{"?", "policy.unknown"}};
constexpr std::array kWays{Known{"in front", "others.front"}, Known{"signalling", "others.signalling"},
                           Known{"login", "others.login"},    Known{"analytics", "others.analytics"},
                           Known{"STUN", "others.stun"},      Known{"page", "others.page"},
                           Known{"avatars", "others.avatars"}};

// An id that any URL can end with.
std::string anchor_for(std::string_view id, std::set<std::string>& taken) {
  std::string out = "host-";
  for (const char c : id.substr(0, 200)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    out += plain ? c : '_';
  }
  const std::string first = out;
  for (int i = 2; !taken.insert(out).second; ++i) out = fmt::format("{}_{}", first, i);
  return out;
}

}  // namespace

Page::Page(const Report& the_report, const Rendering& the_rendering, const Words& the_words, std::ostream& stream)
    : report(the_report),
      rendering(the_rendering),
      words(the_words),
      out(stream),
      numbers(tally(the_report)),
      ranks(meetlat::ranks(the_report, the_rendering.ranks)) {
  std::set<std::string> taken;
  std::size_t audited = 0;
  for (std::size_t i = 0; i < report.hosts.size(); ++i) {
    const HostReport& host = report.hosts[i];
    const bool judged = host.status == HostStatus::kMeasured || host.status == HostStatus::kFromFiles;
    views.push_back(judged ? view_of(host)
                           : HostView{host_words(host.target), {}, {}, {}, false, {}, {}, {}, {}, false});
    anchors.push_back(anchor_for(host.target.id, taken));
    if (judged) ++audited;
    if (host.status == HostStatus::kMeasured && host.grade.letter) graded.push_back(i);
  }
  few = audited <= kFewHosts;
  ranked = report.hosts.size() > 1;
}

Html letter_mark(char letter) {
  const bool plain = letter >= 'A' && letter <= 'F';
  const Html shown = escape(std::string_view(&letter, 1));
  return {fmt::format("<b class=\"letter letter-{}\">{}</b>",
                      plain ? std::string(1, static_cast<char>(letter + 32)) : "x", shown.text)};
}

Html grade_words(const Page& page, const Grade& grade) {
  if (!grade.letter) return page.words.say("hosts.not_graded");
  return {letter_mark(*grade.letter).text + " <span class=\"word\">" + page.words.english(grade.word).text + "</span>"};
}

Html range_of(const Range& range) {
  std::string text = range_words(range);
  if (const std::size_t hyphen = text.find('-'); hyphen != std::string::npos) text.replace(hyphen, 1, "–");
  return {text};
}

Html score_bar(const Range& range) {
  const double low = std::clamp(range.low, 0.0, 100.0);
  const double high = std::clamp(range.high, low, 100.0);
  std::string open;
  if (high - low >= 0.5) open = fmt::format("<rect class=\"open\" x=\"{:.0f}%\" width=\"{:.0f}%\"/>", low, high - low);
  return {fmt::format("<svg class=\"bar\" aria-hidden=\"true\"><rect class=\"low\" width=\"{:.0f}%\"/>{}</svg>", low,
                      open)};
}

Html link_out(std::string_view url, const Html& text) {
  const auto parsed = Url::parse(url);
  if (!parsed) return text;
  return {
      fmt::format("<a rel=\"noreferrer noopener nofollow\" href=\"{}\">{}</a>", escape(parsed->str()).text, text.text)};
}

Html minute_of(Instant instant) {
  return {format_instant(instant).substr(11, 5)};
}

Html host_name(const Page& page, std::size_t host) {
  return {"<bdi>" + escape(page.views[host].host).text + "</bdi>"};
}

Html operator_of(const Page& page, const HostView& view) {
  if (!view.stated.empty()) return {"<bdi>" + escape(view.stated).text + "</bdi>"};
  if (!view.claimed.empty()) {
    return page.words.say("operator.list", {{"name", {"<bdi>" + escape(view.claimed).text + "</bdi>"}}});
  }
  return page.words.say(view.stated_measured ? "operator.none" : "operator.unknown");
}

Html start_of(const Page& page, const HostView& view) {
  return known(page, kStart, view.may_start);
}

Html e2ee_of(const Page& page, const HostView& view) {
  return known(page, kE2ee, view.e2ee);
}

Html policy_of(const Page& page, const HostView& view) {
  return known(page, kPolicy, view.policy);
}

Html others_of(const Page& page, const HostView& view) {
  std::string out;
  for (const OtherParty& party : view.others) {
    std::string ways;
    for (const std::string& way : party.ways) ways += (ways.empty() ? "" : ", ") + known(page, kWays, way).text;
    const Html name{"<bdi>" + escape(party.name).text + "</bdi>"};
    out += (out.empty() ? "" : ", ") + page.words.say("others.party", {{"name", name}, {"ways", {ways}}}).text;
  }
  if (out.empty() && view.others_complete) return page.words.say("others.none");
  if (!view.others_complete) out += (out.empty() ? "" : ", ") + page.words.say("others.unknown").text;
  return {out};
}

std::vector<std::string> countries_of(const HostReport& host) {
  const auto* countries = host.evidence.get<std::vector<std::string>>("hosting.web.countries");
  return countries == nullptr ? std::vector<std::string>{} : *countries;
}

Html countries_words(const Page& page, const HostReport& host) {
  constexpr std::size_t kMost = 8;
  std::string out;
  std::size_t shown = 0;
  for (const std::string& code : countries_of(host)) {
    if (++shown > kMost) break;
    out += (out.empty() ? "" : ", ") + page.words.country(code).text;
  }
  return out.empty() ? page.words.say("operator.unknown") : Html{out};
}

std::string rule_anchor(std::string_view rule) {
  std::set<std::string> none;
  return "rule-" + anchor_for(rule, none).substr(5);
}

}  // namespace meetlat::html
