// What the parts of the HTML report share, and the parts themselves. Each writes its piece of the page to `out`.
#pragma once

#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "report/html_words.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writer.h"

namespace meetlat::html {

// Up to so many hosts, the page is about them: their parts are open, and each finding brings its explanation along.
// Beyond, explanations stand once for each rule, or 400 hosts would repeat them 3,000 times.
inline constexpr std::size_t kFewHosts = 3;

struct Page {
  Page(const Report& the_report, const Rendering& the_rendering, const Words& the_words, std::ostream& stream);

  const Report& report;
  const Rendering& rendering;
  const Words& words;
  std::ostream& out;
  Tally numbers;
  std::vector<std::size_t> ranks;    // by index into report.hosts
  std::vector<HostView> views;       // the same; empty ones for hosts that were not audited
  std::vector<std::string> anchors;  // the same: ids of their parts, unique
  std::vector<std::size_t> graded;   // indices, in order of the ranking
  bool few = false;                  // see kFewHosts
  bool ranked = false;               // there is a ranking to show: of one host it would only repeat what its part says

  const Rule* rule(std::string_view id) const noexcept { return rendering.rules->rule(id); }
};

// "<span class=…>A</span> very good", or that there is none.
Html letter_mark(char letter);
Html grade_words(const Page& page, const Grade& grade);
Html range_of(const Range& range);  // "84–91"
// A bar from 0 to 100; decoration beside the number.
Html score_bar(const Range& range);
// A link to somewhere else; plain text when it is no http or https URL.
Html link_out(std::string_view url, const Html& text);
Html minute_of(Instant instant);                     // "19:05"
Html host_name(const Page& page, std::size_t host);  // isolated from the direction of what stands around it
// Words of the short answers of a view.
Html operator_of(const Page& page, const HostView& view);
Html start_of(const Page& page, const HostView& view);
Html e2ee_of(const Page& page, const HostView& view);
Html policy_of(const Page& page, const HostView& view);
Html others_of(const Page& page, const HostView& view);
std::vector<std::string> countries_of(const HostReport& host);  // "NL", ...; empty: not measured
Html countries_words(const Page& page, const HostReport& host);
std::string rule_anchor(std::string_view rule);

// In the order of the page.
void write_choice(const Page& page);
void write_ranking(const Page& page);
void write_hosts(const Page& page);
void write_findings(const Page& page, const HostReport& host);  // a part of a host
void write_history(const Page& page, const HostReport& host);   // a part of a host
void write_others(const Page& page);
void write_charts(const Page& page);
void write_rules(const Page& page);
// Why, remedy, configuration for that kind of server, references.
void write_explanation(const Page& page, const Rule& rule, Service service);
void write_method(const Page& page);
void write_foot(const Page& page);

}  // namespace meetlat::html
