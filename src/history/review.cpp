#include "history/review.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/document.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kSchema = "meetlat-review/1";
constexpr std::size_t kLargestFile = std::size_t{16} << 20;
constexpr std::size_t kLongestReason = 500;
constexpr std::size_t kLongestRole = 40;
constexpr std::string_view kKinds = "override, opt-out, confirm, excuse, embargo or waiver";

tl::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kInvalidArgument, std::move(what));
}

// A role: lower-case words. So nobody's name gets into a report by accident.
bool is_role(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRole &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == ' ' || c == '-'; });
}

Result<void> check_date(std::string_view key, std::string_view text) {
  if (text.size() == 10 && parse_instant(text)) return {};
  constexpr std::string_view kForm = "0000-00-00";
  const bool looks_so = text.size() == kForm.size() &&
                        std::equal(text.begin(), text.end(), kForm.begin(),
                                   [](char c, char form) { return form == '-' ? c == '-' : c >= '0' && c <= '9'; });
  if (looks_so) return wrong(fmt::format("'{}': there is no day {}", key, text));
  return wrong(fmt::format("'{}' shall be YYYY-MM-DD", key));
}

// Only of '*', and of what every name has: it matches everything.
bool matches_all(std::string_view pattern, char in_every_name) {
  return pattern.find('*') != std::string_view::npos &&
         std::all_of(pattern.begin(), pattern.end(), [&](char c) { return c == '*' || c == in_every_name; });
}

// The same day, that many years later. 29 February stays one: as a text it is between 28 February and 1 March.
std::string years_later(std::string_view date, int years) {
  const auto then = parse_instant(date);
  if (!then) return {};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(*then)};
  return fmt::format("{:04}{}", static_cast<int>(day.year()) + years, date.substr(4));
}

bool is_item(std::string_view text, bool pattern) {
  return !text.empty() && text.size() <= 120 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
           (pattern && c == '*');
  });
}

// Names with '*' in them: "*", "*.example.org".
bool is_host_pattern(std::string_view text) {
  return text.find('*') != std::string_view::npos && is_item(text, true);
}

bool is_digest(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<void> check_value_and_seen(const Review& review) {
  const bool wants_value = review.kind == ReviewKind::kOverride;
  if (wants_value && !review.value) return wrong("an override wants a value");
  if (!wants_value && review.value) return wrong(fmt::format("of kind {} there is no value", to_string(review.kind)));
  const bool wants_seen = review.kind == ReviewKind::kConfirm;
  if (wants_seen && !is_digest(review.seen)) {
    return wrong("a confirm wants 'seen', the digest of what was looked at; 'meetlat review confirm' puts it");
  }
  if (!wants_seen && !review.seen.empty()) return wrong("only a confirm has 'seen'");
  return {};
}

Result<void> check_kind(const Review& review) {
  if (auto held = check_value_and_seen(review); !held) return held;
  switch (review.kind) {
    case ReviewKind::kOptOut:
      if (const auto target = parse_target(review.host); target && target->id != target->base.host()) {
        return wrong("an opt-out is about a host as a whole: no port, no path");
      }
      return review.item.empty() ? Result<void>{} : wrong("an opt-out has no item");
    case ReviewKind::kOverride:
      if (is_item(review.item, false)) return {};
      return wrong("an override wants an item: a fact such as policy.own, or a rule's id");
    case ReviewKind::kConfirm:
    case ReviewKind::kExcuse:
      if (is_item(review.item, false)) return {};
      return wrong(fmt::format("of kind {} 'item' is a rule's id", to_string(review.kind)));
    case ReviewKind::kEmbargo:
      if (!is_item(review.item, true)) {
        return wrong("an embargo wants an item: a rule's id; '*' stands for any part of one");
      }
      return review.until.empty() ? wrong("an embargo wants 'until', the last day of it") : Result<void>{};
    case ReviewKind::kWaiver:
      if (!is_item(review.item, true))
        return wrong("a waiver wants an item: a rule's id; '*' stands for any part of one");
      return review.until.empty() ? wrong("a waiver wants 'until', its last day: nothing is waived for ever")
                                  : Result<void>{};
  }
  return {};
}

// A field of a record, and where it goes.
struct TextField {
  std::string_view key;
  std::string Review::*member;
};
constexpr std::array<TextField, 9> kTexts{{{"id", &Review::id},
                                           {"host", &Review::host},
                                           {"item", &Review::item},
                                           {"reason", &Review::reason},
                                           {"evidence", &Review::evidence},
                                           {"by", &Review::by},
                                           {"date", &Review::date},
                                           {"until", &Review::until},
                                           {"seen", &Review::seen}}};

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<std::vector<Review>> read(const Doc& doc) {
    if (const Doc::Entry* twice = find_duplicate_key(doc)) {
      return at(twice->mark, fmt::format("the key '{}' occurs twice", excerpt(twice->key, 60)));
    }
    if (doc.map() == nullptr) return at(doc.mark, fmt::format("no reviews: it begins with 'schema: {}'", kSchema));
    for (const Doc::Entry& entry : *doc.map()) {
      if (entry.key != "schema" && entry.key != "records") {
        return at(entry.mark, fmt::format("unknown key '{}'; known are schema and records", excerpt(entry.key, 60)));
      }
    }
    const Doc* schema = doc.find("schema");
    if (schema == nullptr || schema->string() == nullptr || *schema->string() != kSchema) {
      return at(schema == nullptr ? doc.mark : schema->mark, fmt::format("'schema' shall be {}", kSchema));
    }
    std::vector<Review> out;
    const Doc* records = doc.find("records");
    if (records == nullptr || records->is_null()) return out;
    if (records->seq() == nullptr) return at(records->mark, "'records' shall be a list");
    std::set<std::string> ids;
    for (const Doc& item : *records->seq()) {
      auto review = record(item);
      if (!review) return fail(review.error());
      if (!ids.insert(review->id).second) {
        return at(item.mark, fmt::format("two records have the id '{}'", excerpt(review->id, 40)));
      }
      out.push_back(*std::move(review));
    }
    return out;
  }

 private:
  tl::unexpected<Error> at(const Mark& mark, std::string_view what) const {
    return fail(ErrorCode::kSchema, fmt::format("{}:{}:{}: {}", file_, mark.line, mark.column, what));
  }

  Result<Review> record(const Doc& doc) {
    if (doc.map() == nullptr) return at(doc.mark, "a record shall be a map with kind, host and reason");
    Review review;
    bool has_kind = false;
    for (const Doc::Entry& entry : *doc.map()) {
      if (entry.key == "kind") {
        const auto kind = review_kind_from(entry.value.string() == nullptr ? "" : *entry.value.string());
        if (!kind) return at(entry.value.mark, fmt::format("'kind' shall be {}", kKinds));
        review.kind = *kind;
        has_kind = true;
      } else if (entry.key == "value") {
        auto held = value(entry.value);
        if (!held) return fail(held.error());
        review.value = *std::move(held);
      } else if (auto read = text(entry, review); !read) {
        return fail(read.error());
      }
    }
    if (!has_kind) return at(doc.mark, fmt::format("'kind' is missing: {}", kKinds));
    if (review.id.empty()) return at(doc.mark, "'id' is missing: any short name that no other record has");
    auto good = checked(std::move(review));
    if (!good) return at(doc.mark, good.error().context);
    good->mark = doc.mark;
    return good;
  }

  Result<void> text(const Doc::Entry& entry, Review& review) const {
    const auto field =
        std::find_if(kTexts.begin(), kTexts.end(), [&](const TextField& each) { return each.key == entry.key; });
    if (field == kTexts.end()) {
      std::string known = "kind, value";
      for (const TextField& each : kTexts) known += fmt::format(", {}", each.key);
      return at(entry.mark, fmt::format("unknown key '{}'; known are {}", excerpt(entry.key, 60), known));
    }
    if (entry.value.string() != nullptr) {
      review.*(field->member) = *entry.value.string();
    } else if (entry.value.integer() != nullptr && entry.key == "id") {
      review.id = fmt::format("{}", *entry.value.integer());  // an id of digits alone, without quotes
    } else {
      return at(entry.value.mark, fmt::format("'{}' shall be a text; put it in quotes", entry.key));
    }
    return {};
  }

  Result<Value> value(const Doc& doc) const {
    if (const bool* held = doc.boolean()) return Value{*held};
    if (const std::int64_t* held = doc.integer()) return Value{*held};
    if (const std::string* held = doc.string()) return Value{printable(*held)};
    double number = 0;
    if (doc.number(number)) return Value{number};
    if (doc.seq() == nullptr) return at(doc.mark, "'value' shall be true, false, a number, a text or a list of texts");
    std::vector<std::string> items;
    for (const Doc& item : *doc.seq()) {
      if (item.string() == nullptr) return at(item.mark, "a list as 'value' holds texts only");
      items.push_back(printable(*item.string()));
    }
    return Value{std::move(items)};
  }

  std::string_view file_;
};

}  // namespace

Result<Review> checked(Review review) {
  for (std::string Review::*member : {&Review::id, &Review::reason, &Review::evidence, &Review::by}) {
    review.*member = std::string(trim(printable(review.*member)));
  }
  const bool pattern = review.kind == ReviewKind::kWaiver && is_host_pattern(review.host);
  const auto target = parse_target(pattern ? "pattern.invalid" : review.host);
  if (!target) {
    return wrong(fmt::format("'{}' is no host; write meet.example.org, or example.org for all of a domain",
                             excerpt(review.host, 80)));
  }
  if (!pattern) review.host = target->id;
  if (auto kind = check_kind(review); !kind) return fail(kind.error());
  if (review.id.size() > 40) return wrong("an id has at most 40 characters");
  if (review.reason.empty()) return wrong("'reason' is missing: one sentence for everybody to read");
  if (review.reason.size() > kLongestReason) {
    return wrong(fmt::format("'reason' has more than {} characters", kLongestReason));
  }
  if (!review.evidence.empty()) {
    const auto url = Url::parse(review.evidence);
    if (!url) return wrong("'evidence' shall be an http or https URL");
    review.evidence = url->str();
  }
  if (review.by.empty()) review.by = std::string(usual_role(review.kind));
  if (!is_role(review.by)) return wrong("'by' is a role in small letters, such as operator, never a name");
  if (auto date = check_date("date", review.date); !date) return fail(date.error());
  if (!review.until.empty()) {
    if (auto until = check_date("until", review.until); !until) return fail(until.error());
  }
  if (!review.until.empty() && review.until < review.date) return wrong("'until' is before 'date'");
  return review;
}

std::string_view usual_role(ReviewKind kind) noexcept {
  return kind == ReviewKind::kExcuse || kind == ReviewKind::kOptOut ? "operator" : "reviewer";
}

Result<void> check_new(const Review& review, std::string_view today) {
  if (review.date > today) {
    return wrong(fmt::format(
        "'date' {} is in the future: it says when somebody asked or looked; 'until' is the last day", review.date));
  }
  if (review.kind != ReviewKind::kWaiver) return {};
  if (matches_all(review.host, '.') && matches_all(review.item, '-')) {
    return wrong("a waiver of everything for everybody would switch every gate off; name a host or rules");
  }
  const std::string last = years_later(today, kMostWaiverYears);
  if (review.until > last) {
    return wrong(fmt::format("a waiver ends within {} years: 'until' is {} at the latest", kMostWaiverYears, last));
  }
  return {};
}

Result<std::vector<Review>> parse_reviews(std::string_view bytes, std::string_view file_name) {
  if (trim(bytes).empty()) return std::vector<Review>{};
  const bool is_json = trim(bytes).starts_with('{');
  const auto doc = is_json ? read_json(bytes) : read_yaml(bytes);
  if (!doc) return fail(doc.error().code, fmt::format("{}: {}", file_name, doc.error().context));
  return Reader(file_name).read(*doc);
}

Result<std::vector<Review>> read_reviews(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kLargestFile);
  if (!bytes) return fail(bytes.error());
  return parse_reviews(*bytes, path.string());
}

}  // namespace meetlat
