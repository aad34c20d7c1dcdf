// Comma, semicolon or tab separated values (RFC 4180 quoting), with or without a heading.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lists/formats.h"
#include "lists/table.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxRows = 200'000;

// `limit` rows at most.
std::vector<std::vector<std::string>> read_rows(std::string_view bytes, char separator, std::size_t limit) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  const auto end_row = [&] {
    row.push_back(std::move(cell));
    cell.clear();
    const bool blank = row.size() == 1 && trim(row.front()).empty();
    if (!blank) rows.push_back(std::move(row));
    row.clear();
  };
  for (std::size_t i = 0; i < bytes.size() && rows.size() < limit; ++i) {
    const char c = bytes[i];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < bytes.size() && bytes[i + 1] == '"') {
        cell += bytes[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && trim(cell).empty()) {
      quoted = true;
      cell.clear();
    } else if (c == separator && row.size() < 100) {
      row.push_back(std::move(cell));
      cell.clear();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (!cell.empty() || !row.empty()) end_row();
  return rows;
}

// The separator that cuts most rows into the same number of cells, at least two.
std::optional<char> separator_of(std::string_view bytes) {
  bytes = bytes.substr(0, 20'000);
  const std::string_view first = trim(bytes.substr(0, bytes.find('\n')));
  // Program text and markup have commas too.
  if (first.find_first_of("[{(=<|") != std::string_view::npos || first.starts_with('#') || first.starts_with("* ")) {
    return std::nullopt;
  }
  for (const char separator : {'\t', ';', ','}) {
    auto rows = read_rows(bytes, separator, 40);
    if (rows.size() < 2 || rows.front().size() < 2) continue;
    const std::size_t width = rows.front().size();
    const auto same = static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const auto& row) { return row.size() == width; }));
    if (same * 10 >= rows.size() * 8) return separator;
  }
  return std::nullopt;
}

class CsvSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "csv"; }

  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    return separator_of(bytes).has_value();
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    const std::optional<char> separator = separator_of(bytes);
    if (!separator) return fail(ErrorCode::kSchema, "the rows have no common separator");
    TableRows rows;
    for (std::vector<std::string>& row : read_rows(bytes, *separator, kMaxRows)) {
      std::vector<HtmlSpans> cells;
      cells.reserve(row.size());
      for (std::string& cell : row) cells.push_back({HtmlSpan{std::move(cell), {}}});
      rows.push_back(std::move(cells));
    }
    ListBuilder list(format(), origin);
    read_table(rows, false, 1, {}, list);
    return std::move(list).finish();
  }
};

}  // namespace

const ListSource& csv_source() noexcept {
  static const CsvSource source;
  return source;
}

}  // namespace meetlat
