#include "judgement/overrides.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include "base/text.h"
#include "base/url.h"

namespace meetlat {
namespace {

using Typed = std::variant<Value, Outcome>;

tl::unexpected<Error> wants(std::string_view item, std::string_view what) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("the value of {} shall be {}", excerpt(item, 80), what));
}

template <class T>
bool read_number(std::string_view text, T& out) {
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

Result<Typed> as_bool(const Value& written, std::string_view item) {
  if (const bool* held = std::get_if<bool>(&written)) return Typed{Value{*held}};
  if (const auto* text = std::get_if<std::string>(&written)) {
    if (*text == "true" || *text == "yes") return Typed{Value{true}};
    if (*text == "false" || *text == "no") return Typed{Value{false}};
  }
  return wants(item, "true or false");
}

// Ages, counts, sizes and times are not negative; days that are left are, after the end.
bool may_be_negative(std::string_view path) {
  return path.ends_with("days_left");
}

Result<Typed> as_int(const Value& written, std::string_view item) {
  std::int64_t number = 0;
  const auto* held = std::get_if<std::int64_t>(&written);
  const auto* text = std::get_if<std::string>(&written);
  if (held != nullptr) {
    number = *held;
  } else if (text == nullptr || !read_number(*text, number)) {
    return wants(item, "a whole number");
  }
  if (number < 0 && !may_be_negative(item)) return wants(item, "a whole number, 0 or more");
  return Typed{Value{number}};
}

Result<Typed> as_double(const Value& written, std::string_view item) {
  double number = 0;
  const auto* whole = std::get_if<std::int64_t>(&written);
  const auto* held = std::get_if<double>(&written);
  const auto* text = std::get_if<std::string>(&written);
  if (held != nullptr) {
    number = *held;
  } else if (whole != nullptr) {
    number = static_cast<double>(*whole);
  } else if (text == nullptr || !read_number(*text, number)) {
    return wants(item, "a number");
  }
  if (!std::isfinite(number) || (number < 0 && !may_be_negative(item))) return wants(item, "a number, 0 or more");
  return Typed{Value{number}};
}

// Facts that are addresses of pages are called so.
bool is_url(const FactSpec& spec) {
  const std::string_view last = spec.path.substr(spec.path.rfind('.') + 1);
  return last == "url" || last.ends_with("_url") || last == "urls" || last.ends_with("_urls");
}

// A report links to it.
Result<Typed> with_good_urls(Result<Typed> typed, const FactSpec& spec) {
  if (!typed || !is_url(spec)) return typed;
  const Value& value = std::get<Value>(*typed);
  std::vector<std::string> urls;
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !text->empty()) urls.push_back(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) urls = *list;
  const bool good = std::all_of(urls.begin(), urls.end(), [](const auto& url) { return Url::parse(url).has_value(); });
  return good ? std::move(typed) : Result<Typed>(wants(spec.path, "an http or https URL"));
}

Result<Typed> as_strings(const Value& written, std::string_view item) {
  if (const auto* held = std::get_if<std::vector<std::string>>(&written)) return Typed{Value{*held}};
  const auto* text = std::get_if<std::string>(&written);
  if (text == nullptr) return wants(item, "a list of texts");
  std::vector<std::string> parts;
  for (const std::string& part : split(*text, ',')) {
    if (!trim(part).empty()) parts.emplace_back(trim(part));
  }
  // "There is none" is said, never what is left of a forgotten value.
  if (parts.empty()) return wants(item, "a list parted by commas; the word none stands for an empty one");
  if (parts.size() == 1 && parts.front() == "none") parts.clear();
  return Typed{Value{std::move(parts)}};
}

Result<Typed> as_type(const Value& written, const FactSpec& spec) {
  if (spec.type == "bool") return as_bool(written, spec.path);
  if (spec.type == "int") return as_int(written, spec.path);
  if (spec.type == "double") return as_double(written, spec.path);
  if (spec.type == "strings") return with_good_urls(as_strings(written, spec.path), spec);
  if (spec.type == "string") {
    if (std::holds_alternative<std::string>(written)) return with_good_urls(Typed{written}, spec);
    return wants(spec.path, "a text; put it in quotes");
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} is a whole text, which cannot be corrected; correct what is read from it", spec.path));
}

Result<Typed> as_outcome(const Value& written, std::string_view item) {
  const auto* text = std::get_if<std::string>(&written);
  const auto outcome = text == nullptr ? std::nullopt : outcome_from(*text);
  if (!outcome) return wants(item, "pass, fail, not-applicable or not-measured, since it is a rule");
  return Typed{*outcome};
}

std::string name_of(const Review& review) {
  std::string out = fmt::format("review {} ({}", review.id, review.host);
  if (!review.item.empty()) out += ", " + review.item;
  return excerpt(out + ")", 200);
}

// The record that counts for each item of this host, by item.
template <class Wanted>
std::map<std::string_view, const Override*> chosen_for(const Overrides& overrides, const Target& target) {
  std::map<std::string_view, const Override*> chosen;
  const auto rank = [&](const Override& each) {
    return std::tuple<int, std::string_view>(closeness(each.review, target), each.review.date);
  };
  for (const Override& each : overrides) {
    if (!std::holds_alternative<Wanted>(each.to) || closeness(each.review, target) == 0) continue;
    const auto [at, is_new] = chosen.try_emplace(each.review.item, &each);
    if (!is_new && rank(each) >= rank(*at->second)) at->second = &each;
  }
  return chosen;
}

// What a correction says of other facts, which would contradict it if they stayed. "The policy is there" says that
// there is one of the host's own; what stands in it remains not measured, as nobody read it.
Overrides with_implied(const Overrides& overrides, const Target& target, const Evidence& evidence) {
  Overrides all = overrides;
  const auto chosen = chosen_for<Value>(overrides, target);
  const auto imply = [&](const Override& from, const char* item, Value value) {
    if (chosen.contains(item)) return;
    all.push_back({from.review, std::move(value)});
    all.back().review.item = item;
  };
  const auto own = chosen.find("policy.own");
  const auto verdict = chosen.find("policy.verdict");
  const auto url = chosen.find("policy.url");
  if (own != chosen.end()) {
    const bool is_own = std::get<Value>(own->second->to) == Value{true};
    if (is_own != (evidence.text("policy.verdict") == "own")) {
      imply(*own->second, "policy.verdict", std::string(is_own ? "own" : "not-found"));
    }
  } else if (verdict != chosen.end()) {
    imply(*verdict->second, "policy.own", std::get<Value>(verdict->second->to) == Value{std::string("own")});
  } else if (url != chosen.end() && std::get<Value>(url->second->to) != Value{std::string()}) {
    imply(*url->second, "policy.verdict", std::string("own"));
    imply(*url->second, "policy.own", true);
  }
  return all;
}

Correction correction_of(const Review& review, std::string was, std::string now) {
  return {review.item, std::move(was), std::move(now), review.by,
          review.date, review.until,   review.reason,  review.evidence};
}

bool names_a_rule(const std::string& item, const RuleSet& rules) {
  return std::any_of(rules.rules.begin(), rules.rules.end(),
                     [&](const Rule& rule) { return fnmatch(item.c_str(), rule.id.c_str(), 0) == 0; });
}

std::string seen_words(const Fact& fact) {
  return fact.measured() ? value_words(fact) : "not measured: " + describe(fact.value.error());
}

}  // namespace

Result<std::variant<Value, Outcome>> typed_value(const Value& written, std::string_view item, const FactLookup& facts,
                                                 const RuleSet& rules) {
  if (const FactSpec* spec = facts(item)) return as_type(written, *spec);
  if (rules.rule(item) != nullptr) return as_outcome(written, item);
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("'{}' is neither a fact nor a rule; 'meetlat rules list' names the rules, a report in the form "
                  "json the facts",
                  excerpt(item, 80)));
}

ResolvedReviews resolve(std::span<const Review> reviews, const FactLookup& facts, const RuleSet& rules,
                        std::string_view today) {
  ResolvedReviews out;
  for (const Review& review : reviews) {
    const bool over = expired(review, today);
    const bool ends_with_a_word = review.kind == ReviewKind::kWaiver || review.kind == ReviewKind::kEmbargo;
    if (over && !ends_with_a_word) {
      out.warnings.push_back(fmt::format("{} expired on {} and is not applied", name_of(review), review.until));
      continue;
    }
    if (review.kind == ReviewKind::kOptOut) {
      out.opt_outs.push_back(review);
      continue;
    }
    if (review.kind != ReviewKind::kOverride) {
      if (names_a_rule(review.item, rules)) {
        out.reviews.notes.push_back({review, over});
      } else {
        out.warnings.push_back(fmt::format("{} is not applied: this rule set has no such rule", name_of(review)));
      }
      continue;
    }
    auto value = typed_value(review.value.value_or(Value{}), review.item, facts, rules);
    if (!value) {
      out.warnings.push_back(fmt::format("{} is not applied: {}", name_of(review), value.error().context));
      continue;
    }
    out.reviews.overrides.push_back({review, *std::move(value)});
  }
  return out;
}

std::vector<Correction> correct_facts(const Overrides& overrides, const Target& target, Evidence& evidence) {
  std::vector<Correction> corrections;
  const Overrides all = with_implied(overrides, target, evidence);
  for (const auto& [item, each] : chosen_for<Value>(all, target)) {
    const Value& value = std::get<Value>(each->to);
    const auto found = evidence.find(item);
    std::vector<Fact> facts(found.begin(), found.end());
    const bool nothing_new = !facts.empty() && std::all_of(facts.begin(), facts.end(), [&](const Fact& fact) {
      return fact.measured() && *fact.value == value;
    });
    if (nothing_new) continue;
    std::vector<std::string> was;
    was.reserve(facts.size());
    for (const Fact& fact : facts) was.push_back(seen_words(fact));
    was.erase(std::unique(was.begin(), was.end()), was.end());
    if (facts.empty()) facts.push_back(Fact{std::string(item), Subject::target(), Value{}, {}, false});
    Correction correction =
        correction_of(each->review, was.empty() ? "not asked for" : join(was, "; "), to_string(value));
    for (Fact& fact : facts) {
      fact.value = value;
      fact.provenance.where = correction.evidence;
      fact.provenance.excerpt = excerpt(words_for(correction));
      fact.provenance.at = parse_instant(correction.date).value_or(Instant{});
      evidence.insert(std::move(fact));
    }
    corrections.push_back(std::move(correction));
  }
  return corrections;
}

std::vector<Correction> correct_findings(const Overrides& overrides, const Target& target,
                                         std::vector<Finding>& findings) {
  std::vector<Correction> corrections;
  const auto chosen = chosen_for<Outcome>(overrides, target);
  for (Finding& finding : findings) {
    const auto at = chosen.find(finding.rule);
    if (at == chosen.end()) continue;
    const Outcome outcome = std::get<Outcome>(at->second->to);
    if (outcome == finding.outcome) continue;
    corrections.push_back(
        correction_of(at->second->review, std::string(to_string(finding.outcome)), std::string(to_string(outcome))));
    finding.outcome = outcome;
    const bool needs_reason = outcome == Outcome::kNotMeasured || outcome == Outcome::kNotApplicable;
    finding.reason = needs_reason ? words_for(corrections.back()) : std::string{};
  }
  return corrections;
}

}  // namespace meetlat
