#include "model/evidence.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/json.h"

namespace meetlat {
namespace {

struct ByPath {
  bool operator()(const Fact& fact, std::string_view path) const { return std::string_view{fact.path} < path; }
  bool operator()(std::string_view path, const Fact& fact) const { return path < std::string_view{fact.path}; }
};

constexpr std::string_view kText = "text";

[[maybe_unused]] bool type_fits(std::string_view type, const Value& value) {
  if (type == kText) return std::holds_alternative<std::string>(value);
  constexpr std::array<std::string_view, 5> kTypes = {"bool", "int", "double", "string", "strings"};
  return kTypes.at(value.index()) == type;
}

}  // namespace

void Evidence::insert(Fact fact) {
  const auto at = std::lower_bound(facts_.begin(), facts_.end(), fact, [](const Fact& a, const Fact& b) {
    return a.path != b.path ? a.path < b.path : a.subject < b.subject;
  });
  if (at != facts_.end() && at->path == fact.path && at->subject == fact.subject) {
    *at = std::move(fact);
  } else {
    facts_.insert(at, std::move(fact));
  }
}

void Evidence::put(const FactSpec& spec, Subject subject, Value value, Provenance provenance) {
  assert(type_fits(spec.type, value));
  insert(Fact{std::string(spec.path), std::move(subject), std::move(value), std::move(provenance), spec.type == kText});
}

void Evidence::not_measured(const FactSpec& spec, Subject subject, Error error, Provenance provenance) {
  insert(Fact{std::string(spec.path), std::move(subject), fail(std::move(error)), std::move(provenance), false});
}

std::span<const Fact> Evidence::find(std::string_view path) const noexcept {
  const auto [first, last] = std::equal_range(facts_.begin(), facts_.end(), path, ByPath{});
  return {first, last};
}

Json to_json(const Evidence& evidence) {
  Json out = Json::array();
  for (const Fact& fact : evidence.all()) out.push_back(to_json(fact));
  return out;
}

Result<Evidence> evidence_from_json(const Json& json) {
  if (!json.is_array()) return fail(ErrorCode::kSchema, "evidence that is no list");
  Evidence evidence;
  for (const Json& item : json) {
    auto fact = fact_from_json(item);
    if (!fact) return fail(fact.error());
    evidence.insert(std::move(*fact));
  }
  return evidence;
}

}  // namespace meetlat
