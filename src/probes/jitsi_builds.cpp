#include "probes/jitsi_builds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
  const std::array<std::string*, 3> others{&row.jicofo, &row.jvb, &row.lib};
  for (std::size_t i = 0; i < others.size() && i + 3 < cells.size(); ++i) {
    if (cells[i + 3] != "?") *others[i] = cells[i + 3];
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
  std::optional<Instant> read_on;
  int life = 0;
  bool header = false;
  int number = 0;
  for (const std::string& raw : split(csv, '\n')) {
    ++number;
    const std::string line(trim(raw));
    if (line.starts_with("# read: ")) {
      const Result<Instant> day = parse_instant(trim(std::string_view(line).substr(8)));
      if (!day) return fail(ErrorCode::kParse, fmt::format("line {}: {}", number, day.error().context));
      read_on = *day;
    }
    if (line.starts_with("# life: ") && !to_int(trim(std::string_view(line).substr(8)), life)) {
      return fail(ErrorCode::kSchema, fmt::format("line {}: a number of days was expected", number));
    }
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
  if (read_on && life > 0) table.good_until_ = *read_on + std::chrono::hours{24} * life;
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

int BuildTable::releases_after(Release release) const noexcept {
  return static_cast<int>(
      std::count_if(rows_.begin(), rows_.end(), [release](const BuildRow& row) { return row.release > release; }));
}

Error BuildTable::too_old() {
  return {ErrorCode::kDataTooOld,
          "the table of releases is older than its stated life; update the program or its data"};
}

const BuildRow* BuildTable::find(Release release) const noexcept {
  for (const BuildRow& row : rows_) {
    if (row.release == release) return &row;
  }
  return nullptr;
}

Result<ComponentVersion> parse_component_version(std::string_view component, std::string_view text) {
  ComponentVersion version{std::string(component), {}};
  std::string_view rest = trim(text);
  while (!rest.empty() && version.numbers.size() < 6) {
    const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
    int number = 0;
    if (end == 0 || !to_int(rest.substr(0, end), number)) break;
    version.numbers.push_back(number);
    rest.remove_prefix(end);
    if (rest.empty() || (rest.front() != '.' && rest.front() != '-')) break;
    rest.remove_prefix(1);
  }
  if (version.numbers.size() < 2) {
    return fail(ErrorCode::kNotUnderstood, fmt::format("'{}' is no version that can be compared", excerpt(text, 60)));
  }
  return version;
}

namespace {

// "fixed" of an advisory: texts in the component's own numbers.
bool read_fixed(const Doc& item, Advisory& advisory) {
  const Doc* fixed = item.find("fixed");
  if (fixed == nullptr) return true;
  if (fixed->seq() == nullptr || fixed->seq()->empty()) return false;
  for (const Doc& one : *fixed->seq()) {
    if (one.string() == nullptr) return false;
    Result<ComponentVersion> version = parse_component_version(advisory.component, *one.string());
    if (!version) return false;
    advisory.fixed.push_back(std::move(*version));
  }
  return true;
}

}  // namespace

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
    Advisory advisory{text("id"), text("title"), text("component"), {}, {}, {}, {}, false};
    const bool versions = read_fixed(item, advisory);
    if (advisory.id.empty() || advisory.component.empty() || !versions ||
        (fixed_in == nullptr ? advisory.fixed.empty() : fixed_in->integer() == nullptr) || secrecy == nullptr ||
        secrecy->boolean() == nullptr || !day || (since != nullptr && since->integer() == nullptr)) {
      return fail(ErrorCode::kSchema,
                  fmt::format("line {}: id, component, fixed_in or fixed, fixed_on and confidentiality are needed",
                              item.mark.line));
    }
    if (fixed_in != nullptr) advisory.fixed_in = Release{static_cast<int>(*fixed_in->integer())};
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

std::vector<const Advisory*> unfixed(const std::vector<Advisory>& advisories, const ComponentVersion& version) {
  std::vector<const Advisory*> result;
  const std::vector<int>& seen = version.numbers;
  // Of one branch: all numbers but the last of the fixed version are the same.
  const auto same_branch = [&](const ComponentVersion& fixed) {
    const std::ptrdiff_t length = static_cast<std::ptrdiff_t>(fixed.numbers.size()) - 1;
    return static_cast<std::ptrdiff_t>(seen.size()) > length &&
           std::equal(fixed.numbers.begin(), fixed.numbers.begin() + length, seen.begin());
  };
  for (const Advisory& advisory : advisories) {
    if (advisory.component != version.component || advisory.fixed.empty()) continue;
    const auto branch = std::find_if(advisory.fixed.begin(), advisory.fixed.end(), same_branch);
    const auto lowest =
        std::min_element(advisory.fixed.begin(), advisory.fixed.end(),
                         [](const ComponentVersion& a, const ComponentVersion& b) { return a.numbers < b.numbers; });
    if (seen < (branch != advisory.fixed.end() ? branch : lowest)->numbers) result.push_back(&advisory);
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
