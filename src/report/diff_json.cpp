#include "base/json.h"
#include "base/text.h"
#include "report/diff_writer.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::string_view kSchema = "meetlat-diff/1";

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(mask_personal(text));
}

Json instant_json(Instant instant) {
  return instant == Instant{} ? Json(nullptr) : Json(format_instant(instant));
}

Json side_json(const DiffSide& side) {
  return {{"run", side.run},
          {"tool_version", side.tool_version},
          {"rules", {{"version", side.rules_version}, {"digest", side.rules_digest}}},
          {"data_digest", side.data_digest},
          {"vantage", side.vantage},
          {"started", instant_json(side.started)},
          {"finished", instant_json(side.finished)}};
}

Json change_json(const Change& change, const RuleSet& rules) {
  Json causes = Json::array();
  for (const Cause cause : change.causes) causes.push_back(to_string(cause));
  Json facts = Json::array();
  for (const FactChange& fact : change.facts) {
    facts.push_back(
        {{"path", fact.path}, {"before", mask_personal(fact.before)}, {"after", mask_personal(fact.after)}});
  }
  Json lines = Json::array();
  for (const LineChange& line : change.lines) {
    lines.push_back({{"change", line.added ? "added" : "removed"}, {"line", clean(line.line, 4000)}});
  }
  const bool has_rule = !change.rule.empty();
  return {{"category", to_string(category_of(change.kind))},
          {"kind", to_string(change.kind)},
          {"host", change.host},
          {"at", instant_json(change.at)},
          {"causes", std::move(causes)},
          {"rule", has_rule ? Json(change.rule) : Json(nullptr)},
          {"severity", has_rule ? Json(to_string(change.severity)) : Json(nullptr)},
          {"unknown_before", change.unknown_before},
          {"item", text_or_null(change.item)},
          {"before", change.before.empty() ? Json(nullptr) : Json(mask_mail(change.before))},
          {"after", change.after.empty() ? Json(nullptr) : Json(mask_mail(change.after))},
          {"reason", text_or_null(change.reason)},
          {"facts", std::move(facts)},
          {"lines", std::move(lines)},
          {"lines_added", change.lines_added},
          {"lines_removed", change.lines_removed},
          {"other_text", change.other_text},
          {"text", change_words(change, rules)},
          {"update", is_update(change)}};
}

}  // namespace

Result<void> write_diff_json(const Diff& diff, const RuleSet& rules, std::ostream& out) {
  Json summary = Json::object();
  for (int i = 0; i <= static_cast<int>(ChangeCategory::kNotMeasured); ++i) {
    summary[std::string(to_string(static_cast<ChangeCategory>(i)))] = 0;
  }
  Json changes = Json::array();
  for (const Change& change : diff.changes) {
    Json& count = summary[std::string(to_string(category_of(change.kind)))];
    count = count.get<std::size_t>() + 1;
    changes.push_back(change_json(change, rules));
  }
  Json corrections = Json::array();
  for (const DiffCorrection& each : diff.corrections) {
    Json json = correction_json(each.correction);
    json["host"] = each.host;
    corrections.push_back(std::move(json));
  }
  Json notes = Json::array();
  if (diff.demo) notes.push_back(kDemoStamp);
  const Json whole = {{"schema", kSchema},
                      {"base", side_json(diff.base)},
                      {"head", side_json(diff.head)},
                      {"rules", {{"version", diff.rules_version}, {"digest", diff.rules_digest}}},
                      {"profile", diff.profile},
                      {"compared", diff.compared},
                      {"demo", diff.demo},
                      {"other_tool", diff.other_tool},
                      {"rejudged", diff.rejudged},
                      {"backwards", diff.backwards},
                      {"summary", std::move(summary)},
                      {"changes", std::move(changes)},
                      {"corrections", std::move(corrections)},
                      {"notes", std::move(notes)}};
  return deliver(json_text(whole), out);
}

}  // namespace meetlat
