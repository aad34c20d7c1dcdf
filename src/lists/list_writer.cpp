#include "lists/list_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::array<std::string_view, 4> kFormats = {"table", "json", "txt", "csv"};

// What a list says, in one cell: the first claim, and that others differ.
std::string said(const Target& target, std::string_view key) {
  std::vector<std::string> values;
  for (const Claim& claim : target.claims) {
    if (claim.key != key || claim.value.empty()) continue;
    if (std::find(values.begin(), values.end(), claim.value) == values.end()) values.push_back(claim.value);
  }
  return join(values, ", ");
}

std::string run_by(const Target& target) {
  if (said(target, "operator-kind") == "person") return "(a private person)";
  return said(target, "operator");
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out = fit(printable(text), width);
  const std::size_t used = display_width(out);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string shown_id(const Target& target) {
  const std::string host = display_host(target.base.host());
  std::string id = target.id;
  if (id.starts_with(target.base.host())) id.replace(0, target.base.host().size(), host);
  return id;
}

void table_rows(std::string& out, const std::vector<const Target*>& targets, const std::array<std::size_t, 5>& widths) {
  for (const Target* target : targets) {
    std::string line = padded(shown_id(*target), widths[0]) + "  " + padded(said(*target, "country"), widths[1]) +
                       "  " + padded(said(*target, "non-google-stun"), widths[2]) + "  " +
                       padded(run_by(*target), widths[3]) + "  " + padded(said(*target, "hoster"), widths[4]);
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
}

std::string render_table(const MergedList& list, const ListRendering& rendering) {
  std::size_t longest = 20;
  for (const Target& target : list.targets) longest = std::max(longest, display_width(shown_id(target)));
  const std::size_t columns = std::max<std::size_t>(rendering.columns, 80);
  std::array<std::size_t, 5> widths{std::min<std::size_t>(longest, 42), 7, 15, 0, 0};
  const std::size_t rest = columns - widths[0] - widths[1] - widths[2] - 8;
  widths[3] = rest / 2;
  widths[4] = rest - widths[3];
  std::string out = padded("Instance", widths[0]) + "  " + padded("Country", widths[1]) + "  " +
                    padded("Non-Google STUN", widths[2]) + "  " + padded("Operator", widths[3]) + "  Hoster\n";
  std::vector<const Target*> targets;
  for (const Target& target : list.targets) targets.push_back(&target);
  table_rows(out, targets, widths);
  if (rendering.show_excluded && !list.excluded.empty()) {
    out += "\nOpted out, left alone:\n";
    for (const ExcludedTarget& excluded : list.excluded) {
      out += fmt::format("{}  {}{}{}\n", shown_id(excluded.target), excluded.rule, excluded.reason.empty() ? "" : ": ",
                         printable(excluded.reason));
    }
  }
  out += "\nWhat stands here is what the lists say; nothing was measured.\n";
  return out;
}

Json record_json(const ListRecord& record) {
  Json out{{"name", record.name},
           {"format", record.format},
           {"sha256", record.sha256},
           {"retrieved", record.retrieved},
           {"date", record.date},
           {"instances", record.targets},
           {"placeholders", record.placeholders},
           {"other_software", record.other_software},
           {"from_cache", record.from_cache}};
  if (record.from_cache) out["cache_age_days"] = record.cache_age_days;
  return out;
}

std::string render_json(const MergedList& list, const ListRendering& rendering) {
  Json lists = Json::array();
  for (const ListRecord& record : list.lists) lists.push_back(record_json(record));
  Json instances = Json::array();
  for (const Target& target : list.targets) instances.push_back(to_json(target));
  Json out{{"schema", "meetlat-list/1"},        {"digest", list.digest()}, {"lists", std::move(lists)},
           {"instances", std::move(instances)}, {"repeats", list.repeats}, {"excluded_count", list.excluded.size()}};
  if (rendering.show_excluded) {
    Json excluded = Json::array();
    for (const ExcludedTarget& item : list.excluded) {
      excluded.push_back({{"id", item.target.id}, {"rule", item.rule}, {"reason", item.reason}});
    }
    out["excluded"] = std::move(excluded);
  }
  return dump_json(out, 1) + "\n";
}

std::string csv_cell(std::string_view text) {
  std::string out = printable(text);
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!out.empty() && kFormula.find(out.front()) != std::string_view::npos) out.insert(0, 1, '\'');
  if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string render_csv(const MergedList& list) {
  constexpr std::array<std::string_view, 12> kKeys = {"country", "operator",        "operator-url", "operator-kind",
                                                      "hoster",  "non-google-stun", "on-big-tech",  "privacy-policy",
                                                      "access",  "dial-in",         "recording",    "software"};
  std::string out = "instance,url";
  for (const std::string_view key : kKeys) out += fmt::format(",{}", key);
  out += ",sources\r\n";
  for (const Target& target : list.targets) {
    out += csv_cell(target.id) + "," + csv_cell(target.base.str());
    for (const std::string_view key : kKeys) out += "," + csv_cell(said(target, key));
    out += "," + csv_cell(join(target.sources, " ")) + "\r\n";
  }
  return out;
}

}  // namespace

std::span<const std::string_view> list_formats() noexcept {
  return kFormats;
}

std::string render_list(const MergedList& list, const ListRendering& rendering) {
  if (rendering.format == "json") return render_json(list, rendering);
  if (rendering.format == "csv") return render_csv(list);
  if (rendering.format == "txt") {
    std::string out;
    for (const Target& target : list.targets) out += target.base.str() + "\n";
    return out;
  }
  return render_table(list, rendering);
}

}  // namespace meetlat
