#include "probes/jitsi_builds.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"

namespace meetlat::probes {

namespace {

// Source checkouts carry a small constant; packages were far above this before the table begins.
constexpr int kSmallestPackageBuild = 1000;

bool to_int(std::string_view text, int& out) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= 0;
}

Result<BuildRow> parse_row(const std::string& line, int number) {
  const std::vector<std::string> cells = split(line, ',');
  BuildRow row;
  int web = 0;
  if (cells.size() < 3 || !to_int(cells[0], row.release.number)) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: release,date,web was expected", number));
  }
  const Result<Instant> day = parse_instant(cells[1]);
  if (!day) return fail(ErrorCode::kParse, fmt::format("line {}: {}", number, day.error().context));
  row.date = cells[1];
  row.day = *day;
  if (cells[2] != "?") {
    if (!to_int(cells[2], web)) return fail(ErrorCode::kSchema, fmt::format("line {}: no web build", number));
    row.web = WebBuild{web};
  }
  return row;
}

}  // namespace

Result<WebBuild> parse_web_build(std::string_view text) {
  std::string_view digits = text;
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    int suffix = 0;
    if (!to_int(text.substr(dot + 1), suffix))
      digits = {};
    else
      digits = text.substr(0, dot);
  }
  WebBuild build;
  if (digits.empty() || !to_int(digits, build.number)) {
    return fail(ErrorCode::kNotUnderstood, fmt::format("'{}' is no build number of a package", excerpt(text, 60)));
  }
  if (build.number < kSmallestPackageBuild) {
    return fail(ErrorCode::kNotUnderstood,
                fmt::format("'{}' is the constant of a source checkout and tells no version", excerpt(text, 60)));
  }
  return build;
}

Result<BuildTable> BuildTable::parse(std::string_view csv) {
  BuildTable table;
  bool header = false;
  int number = 0;
  for (const std::string& raw : split(csv, '\n')) {
    ++number;
    const std::string line(trim(raw));
    if (line.empty() || line.front() == '#') continue;
    if (!header) {
      header = true;
      if (!line.starts_with("release,date,web")) {
        return fail(ErrorCode::kSchema, fmt::format("line {}: the header release,date,web is missing", number));
      }
      continue;
    }
    Result<BuildRow> row = parse_row(line, number);
    if (!row) return fail(row.error());
    table.rows_.push_back(std::move(*row));
  }
  if (table.rows_.empty()) return fail(ErrorCode::kSchema, "the table has no rows");
  std::sort(table.rows_.begin(), table.rows_.end(),
            [](const BuildRow& a, const BuildRow& b) { return a.release < b.release; });
  const BuildRow* last = nullptr;
  for (const BuildRow& row : table.rows_) {
    if (!row.web) continue;
    if (last != nullptr && *row.web <= *last->web) {
      return fail(ErrorCode::kSchema, fmt::format("release {}: its web build is not above that of release {}",
                                                  row.release.number, last->release.number));
    }
    last = &row;
  }
  return table;
}

const Result<BuildTable>& BuildTable::bundled() {
  static const Result<BuildTable> table = []() -> Result<BuildTable> {
    const Result<std::string> bytes = read_file(data_path("data/jitsi/builds.csv"));
    if (!bytes) return fail(bytes.error());
    Result<BuildTable> parsed = parse(*bytes);
    if (!parsed) return fail(parsed.error().code, "data/jitsi/builds.csv: " + parsed.error().context);
    return parsed;
  }();
  return table;
}

BuildPlace BuildTable::place(WebBuild build) const noexcept {
  BuildPlace place;
  for (const BuildRow& row : rows_) {
    if (!row.web) continue;
    if (*row.web <= build) place.not_older_than = &row;
    if (*row.web >= build && place.not_newer_than == nullptr) place.not_newer_than = &row;
  }
  return place;
}

const BuildRow* BuildTable::find(Release release) const noexcept {
  for (const BuildRow& row : rows_) {
    if (row.release == release) return &row;
  }
  return nullptr;
}

Result<std::vector<Advisory>> parse_advisories(std::string_view yaml) {
  const Result<Doc> doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  if (doc->seq() == nullptr) return fail(ErrorCode::kSchema, "a list of advisories was expected");
  std::vector<Advisory> advisories;
  for (const Doc& item : *doc->seq()) {
    const auto text = [&](std::string_view key) {
      const Doc* value = item.find(key);
      return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
    };
    const Doc* fixed_in = item.find("fixed_in");
    const Doc* since = item.find("since");
    const Doc* secrecy = item.find("confidentiality");
    const Result<Instant> day = parse_instant(text("fixed_on"));
    Advisory advisory{text("id"), text("title"), text("component"), {}, {}, {}, false};
    if (advisory.id.empty() || advisory.component.empty() || fixed_in == nullptr || fixed_in->integer() == nullptr ||
        secrecy == nullptr || secrecy->boolean() == nullptr || !day ||
        (since != nullptr && since->integer() == nullptr)) {
      return fail(
          ErrorCode::kSchema,
          fmt::format("line {}: id, component, fixed_in, fixed_on and confidentiality are needed", item.mark.line));
    }
    advisory.fixed_in = Release{static_cast<int>(*fixed_in->integer())};
    advisory.fixed_on = *day;
    if (since != nullptr) advisory.since = Release{static_cast<int>(*since->integer())};
    advisory.confidentiality = *secrecy->boolean();
    advisories.push_back(std::move(advisory));
  }
  return advisories;
}

const Result<std::vector<Advisory>>& bundled_advisories() {
  static const Result<std::vector<Advisory>> advisories = []() -> Result<std::vector<Advisory>> {
    const Result<std::string> bytes = read_file(data_path("data/jitsi/advisories.yml"));
    if (!bytes) return fail(bytes.error());
    Result<std::vector<Advisory>> parsed = parse_advisories(*bytes);
    if (!parsed) return fail(parsed.error().code, "data/jitsi/advisories.yml: " + parsed.error().context);
    return parsed;
  }();
  return advisories;
}

std::vector<const Advisory*> unfixed(const std::vector<Advisory>& advisories, const BuildPlace& place) {
  std::vector<const Advisory*> result;
  for (const Advisory& advisory : advisories) {
    // Between two releases the fix may already be in: only what the next release lacked as well is certain.
    // A client older than the feature does not have its holes.
    const bool has_feature = advisory.since.number == 0 || place.surely_at_least(advisory.since);
    if (advisory.component == "web" && has_feature && place.surely_before(advisory.fixed_in)) {
      result.push_back(&advisory);
    }
  }
  return result;
}

int months_between(Instant from, Instant to) noexcept {
  if (to <= from) return 0;
  const std::chrono::year_month_day a{std::chrono::floor<std::chrono::days>(from)};
  const std::chrono::year_month_day b{std::chrono::floor<std::chrono::days>(to)};
  int months =
      (static_cast<int>(b.year()) - static_cast<int>(a.year())) * 12 +
      (static_cast<int>(static_cast<unsigned>(b.month())) - static_cast<int>(static_cast<unsigned>(a.month())));
  if (b.day() < a.day()) --months;
  return months;
}

}  // namespace meetlat::probes
