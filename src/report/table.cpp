// One line a host on wide terminals, two or three on narrow ones; what does not fit is cut before the letter, the
// host and the main reason are.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kWholeRow = 160;     // from here on everything stands in one row
constexpr std::size_t kReasonBelow = 112;  // from here on only the reason stands below

struct Row {
  std::size_t rank = 0;
  char letter = 'E';
  std::string word;
  std::string score;
  std::string reason;
  HostView view;
};

struct Column {
  std::string title;
  std::vector<std::string> cells;
  std::size_t least = 0;      // width of a flexible column before it grows; 0: as wide as its content
  std::size_t max_lines = 0;  // 0 = as many as it needs; else cut with an ellipsis
  std::size_t width = 0;
};

// A flexible column may grow up to `most`.
struct Growth {
  std::size_t column = 0;
  std::size_t most = 0;
};

struct Layout {
  std::vector<Column> columns;
  std::vector<Growth> growth;  // the first takes first
};

std::vector<Row> graded_rows(const Report& report, const Rendering& rendering) {
  std::vector<Row> rows;
  const std::vector<std::size_t> rank = ranks(report, rendering.ranks);
  for (std::size_t i = 0; i < report.hosts.size(); ++i) {
    const HostReport& host = report.hosts[i];
    if (rank[i] == 0) continue;
    rows.push_back({rank[i], *host.grade.letter, clean(host.grade.word), range_words(host.grade.range),
                    clean(host.grade.main_reason), view_of(host)});
  }
  return rows;
}

// As wide as the longest word of the title and the longest cell.
std::size_t natural_width(const Column& column) {
  std::size_t width = 0;
  for (const std::string& word : split(column.title, ' ')) width = std::max(width, display_width(word));
  for (const std::string& cell : column.cells) width = std::max(width, display_width(cell));
  return width;
}

void set_widths(Layout& layout, std::size_t total) {
  std::size_t used = kGap * (layout.columns.size() - 1);
  for (Column& column : layout.columns) {
    column.width = column.least > 0 ? column.least : natural_width(column);
    used += column.width;
  }
  for (const Growth& growth : layout.growth) {
    Column& column = layout.columns[growth.column];
    const std::size_t wanted = std::min(natural_width(column), growth.most);
    const std::size_t more = wanted > column.width ? wanted - column.width : 0;
    const std::size_t left = total > used ? total - used : 0;
    const std::size_t given = std::min(more, left);
    column.width += given;
    used += given;
  }
}

std::vector<std::string> cell_lines(const std::string& cell, const Column& column) {
  std::vector<std::string> lines = wrap(cell, column.width);
  if (column.max_lines > 0 && lines.size() > column.max_lines) {
    lines.resize(column.max_lines);
    lines.back() = fit(lines.back() + " …", column.width);
    if (!lines.back().ends_with("…")) lines.back() += "…";
  }
  return lines;
}

// Cells beside each other; `mark` stands for the first character of the second column, which is the letter.
void print_cells(Page& page, const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& cells,
                 const std::string& mark) {
  std::size_t height = 1;
  for (const auto& lines : cells) height = std::max(height, lines.size());
  for (std::size_t line = 0; line < height; ++line) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string part = pad(line < cells[i].size() ? cells[i][line] : "", columns[i].width);
      if (i == 1 && line == 0 && !mark.empty()) part.replace(0, 1, mark);
      text += (i > 0 ? std::string(kGap, ' ') : "") + part;
    }
    page.line(text);
  }
}

void print_row(Page& page, const std::vector<Column>& columns, std::size_t row, const std::string& mark) {
  std::vector<std::vector<std::string>> cells;
  cells.reserve(columns.size());
  for (const Column& column : columns) cells.push_back(cell_lines(column.cells[row], column));
  print_cells(page, columns, cells, mark);
}

void print_titles(Page& page, const std::vector<Column>& columns) {
  std::vector<std::vector<std::string>> titles;
  std::string rule;
  for (const Column& column : columns) {
    titles.push_back(wrap(column.title, column.width));
    if (!rule.empty()) rule.append(kGap, ' ');
    rule.append(column.width, '-');
  }
  // Short titles stand on the last line, next to what they are about.
  std::size_t height = 1;
  for (const auto& lines : titles) height = std::max(height, lines.size());
  for (auto& lines : titles) lines.insert(lines.begin(), height - lines.size(), "");
  print_cells(page, columns, titles, "");
  page.line(rule);
}

template <class F>
std::vector<std::string> cells_of(const std::vector<Row>& rows, F&& cell) {
  std::vector<std::string> out;
  out.reserve(rows.size());
  for (const Row& row : rows) out.push_back(cell(row));
  return out;
}

Layout layout_for(const std::vector<Row>& rows, std::size_t total) {
  Layout layout;
  const auto add = [&](std::string title, auto cell, std::size_t least = 0, std::size_t max_lines = 0) {
    layout.columns.push_back({std::move(title), cells_of(rows, cell), least, max_lines, 0});
    return layout.columns.size() - 1;
  };
  add("#", [](const Row& row) { return fmt::format("{}", row.rank); });
  add("grade", [](const Row& row) { return fmt::format("{} {}", row.letter, row.word); });
  add("score", [](const Row& row) { return row.score; });
  const std::size_t host = add(
      "host", [](const Row& row) { return row.view.host; }, 16);
  const auto e2ee = [](const Row& row) { return row.view.e2ee; };
  const auto policy = [](const Row& row) { return row.view.policy; };
  if (total < kReasonBelow) {
    layout.growth = {{host, total}};
    add("E2EE", e2ee);
    add("own policy", policy);
    set_widths(layout, total);
    return layout;
  }
  const std::size_t who = add(
      "who runs it", [](const Row& row) { return operator_words(row.view); }, 12, 3);
  add("may start", [](const Row& row) { return row.view.may_start; });
  add("E2EE", e2ee);
  add("own policy", policy);
  const std::size_t others = add(
      "who else sees you", [](const Row& row) { return others_words(row.view); }, 16, 4);
  if (total < kWholeRow) {
    layout.growth = {{host, 26}, {who, 18}, {others, 26}, {who, 24}, {host, 40}, {others, total}};
  } else {
    const std::size_t reason = add(
        "main reason", [](const Row& row) { return row.reason; }, 24);
    layout.growth = {{host, 26}, {who, 18}, {reason, 36}, {others, 28},   {reason, 44},
                     {host, 44}, {who, 32}, {others, 40}, {reason, total}};
  }
  set_widths(layout, total);
  return layout;
}

std::string run_by_words(const HostView& view) {
  if (!view.stated.empty()) return "run by " + fit(view.stated, 40);
  if (!view.claimed.empty()) return fmt::format("run by {} as a list says", fit(view.claimed, 40));
  return view.stated_measured ? "who runs it is not stated" : "who runs it: ?";
}

// What a narrow table has no column for, on lines of its own: the main reason first and whole.
void print_below(Page& page, const Row& row, std::size_t indent) {
  constexpr std::size_t kMostLines = 2;
  const std::string lead(indent, ' ');
  if (!row.reason.empty()) page.paragraph(lead, row.reason);
  if (page.columns() >= kReasonBelow) return;
  const std::string rest = fmt::format("{}; may start: {}; also sees you: {}", run_by_words(row.view),
                                       row.view.may_start, others_words(row.view));
  std::vector<std::string> lines = wrap(rest, page.columns() - indent);
  if (lines.size() > kMostLines) {
    lines.resize(kMostLines);
    lines.back() = fit(lines.back(), page.columns() - indent - 2) + " …";
  }
  for (const std::string& line : lines) page.line(lead + line);
}

void print_graded(Page& page, const std::vector<Row>& rows, bool colour) {
  if (rows.empty()) return;
  const std::vector<Column> columns = layout_for(rows, page.columns()).columns;
  page.blank();
  print_titles(page, columns);
  const std::size_t indent = columns[0].width + kGap;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    print_row(page, columns, i, letter_mark(rows[i].letter, colour));
    if (page.columns() < kWholeRow) print_below(page, rows[i], indent);
  }
}

void print_not_graded(Page& page, const Report& report, std::size_t count) {
  if (count == 0) return;
  page.blank();
  page.line(fmt::format("Audited but not graded ({}):", count));
  for (const HostReport& host : report.hosts) {
    if (host.status != HostStatus::kMeasured || host.grade.letter) continue;
    page.paragraph("  ", host_words(host.target) + ": " + clean(host.grade.not_graded_reason));
  }
}

// The few words that a status leaves open: what answers instead, where it moved to.
std::string detail_words(const HostReport& host) {
  std::string_view path;
  if (host.status == HostStatus::kNotJitsi) path = "jitsi.other_software";
  if (host.status == HostStatus::kMoved) path = "http.moved_to";
  if (host.status == HostStatus::kChallenged) path = "http.challenge";
  const std::string detail = path.empty() ? std::string{} : clean(host.evidence.text(path), 80);
  return host_words(host.target) + (detail.empty() ? "" : " (" + detail + ")");
}

void print_not_audited(Page& page, const Tally& numbers, bool show_excluded) {
  bool titled = false;
  for (const auto& [status, hosts] : numbers.others) {
    if (status == HostStatus::kExcluded && !show_excluded) continue;
    if (!titled) {
      page.blank();
      page.line("Not audited:");
      titled = true;
    }
    // Of those that nobody came to, the names say nothing.
    constexpr std::size_t kNamed = 5;
    const bool short_list = status == HostStatus::kNotFinished && hosts.size() > kNamed;
    std::vector<std::string> names;
    for (const HostReport* host : hosts) {
      if (short_list && names.size() == kNamed) break;
      names.push_back(detail_words(*host));
    }
    if (short_list) names.push_back(fmt::format("and {} more", hosts.size() - kNamed));
    page.paragraph("  ", fmt::format("{} ({}): {}", words_for(status), hosts.size(), join(names, ", ")));
  }
}

void print_corrected(Page& page, const Report& report) {
  bool titled = false;
  for (const HostReport& host : report.hosts) {
    for (const Correction& correction : host.corrections) {
      if (!titled) {
        page.blank();
        page.line("Corrected by a person:");
        titled = true;
      }
      page.paragraph("  ", host_words(host.target) + ": " + correction_words(correction));
    }
  }
}

void print_choice(Page& page, const Report& report, const RuleSet& rules) {
  const std::vector<std::size_t> best = picks(report, rules);
  page.blank();
  if (best.empty()) {
    page.line("No host with the letter A, B or C where anybody may start a meeting and no claim is contradicted was found.");
  } else {
    page.line("If you only want to choose, these did best, and nothing was seen against their own words:");
  }
  for (const std::size_t i : best) {
    const HostReport& host = report.hosts[i];
    page.paragraph("  ", fmt::format("{} {}: {}, last seen {}", *host.grade.letter, clean(host.grade.word),
                                     printable(host.target.url()), format_date(host.finished)));
  }
  page.paragraph(
      "In the call: ",
      "turn on end-to-end encryption (in the menu under security) and compare the code that each of you sees, "
      "by voice; until then the server can hear and see a call of three or more. Take a long, random room name, "
      "for each meeting a new one, and set a password that you tell some other way than the link. In a call of "
      "two, both may see each other's IP address.");
  page.paragraph(
      "When something else is better: ",
      "for a handful of people who have each other's number, a messenger that always encrypts calls end to end, "
      "such as Signal. A Jitsi host is for meetings where people come in by a link, without an account.");
  page.blank();
}

class TableWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "table"; }
  std::string_view summary() const noexcept override { return "the ranking, aligned for a terminal"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Page page(std::clamp<std::size_t>(rendering.columns, 80, 200));
    const Tally numbers = tally(report);
    for (const std::string& text : head_paragraphs(report, numbers)) page.paragraph("", text);
    if (rendering.choosing) print_choice(page, report, *rendering.rules);
    const std::vector<Row> rows = graded_rows(report, rendering);
    print_graded(page, rows, rendering.colour);
    print_not_graded(page, report, numbers.audited - numbers.graded);
    print_not_audited(page, numbers, rendering.show_excluded);
    print_corrected(page, report);
    page.blank();
    if (!rows.empty()) page.paragraph("", legend_paragraph());
    for (const std::string_view text : foot_paragraphs(numbers)) page.paragraph("", text);
    return deliver(page.text(), out);
  }
};

}  // namespace

const ReportWriter& table_writer() noexcept {
  static const TableWriter writer;
  return writer;
}

}  // namespace meetlat
