#include "model/fact.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::array<std::pair<SubjectKind, std::string_view>, 5> kKinds = {{
    {SubjectKind::kTarget, "target"},
    {SubjectKind::kHost, "host"},
    {SubjectKind::kAddress, "address"},
    {SubjectKind::kOrigin, "origin"},
    {SubjectKind::kUrl, "url"},
}};

std::string_view kind_name(SubjectKind kind) {
  for (const auto& [value, name] : kKinds) {
    if (value == kind) return name;
  }
  return "target";
}

Json value_to_json(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

Result<Value> value_from_json(const Json& json) {
  if (json.is_boolean()) return Value{json.get<bool>()};
  if (json.is_number_integer()) return Value{json.get<std::int64_t>()};
  if (json.is_number()) return Value{json.get<double>()};
  if (json.is_string()) return Value{json.get<std::string>()};
  if (!json.is_array()) return fail(ErrorCode::kSchema, "a fact's value of no known type");
  std::vector<std::string> items;
  for (const Json& item : json) {
    if (!item.is_string()) return fail(ErrorCode::kSchema, "a fact's list holds something else than text");
    items.push_back(item.get<std::string>());
  }
  return Value{std::move(items)};
}

}  // namespace

std::string to_string(const Subject& subject) {
  if (subject.kind == SubjectKind::kTarget) return {};
  return fmt::format("{} {}", kind_name(subject.kind), subject.name);
}

std::string to_string(const Value& value) {
  struct Words {
    std::string operator()(bool held) const { return held ? "yes" : "no"; }
    std::string operator()(std::int64_t held) const { return fmt::format("{}", held); }
    std::string operator()(double held) const { return fmt::format("{:g}", held); }
    std::string operator()(const std::string& held) const { return held.empty() ? "none" : held; }
    std::string operator()(const std::vector<std::string>& held) const {
      return held.empty() ? "none" : join(held, ", ");
    }
  };
  return std::visit(Words{}, value);
}

std::string value_words(const Fact& fact) {
  const auto* text = std::get_if<std::string>(&*fact.value);
  if (!fact.is_text || text == nullptr) return to_string(*fact.value);
  return fmt::format("{} bytes of text, sha256 {}", text->size(), sha256_hex(*text));
}

Json to_json(const Fact& fact) {
  Json out{{"path", fact.path}};
  if (fact.subject.kind != SubjectKind::kTarget) {
    out["subject"] = {{"kind", kind_name(fact.subject.kind)}, {"name", fact.subject.name}};
  }
  if (fact.value) {
    out[fact.is_text ? "text" : "value"] = value_to_json(*fact.value);
  } else {
    out["not_measured"] = {{"code", to_string(fact.value.error().code)}, {"reason", fact.value.error().context}};
  }
  if (!fact.provenance.where.empty()) out["where"] = fact.provenance.where;
  if (!fact.provenance.excerpt.empty()) out["excerpt"] = fact.provenance.excerpt;
  if (!fact.provenance.check.empty()) out["check"] = fact.provenance.check;
  if (fact.provenance.at != Instant{}) out["at"] = format_instant(fact.provenance.at);
  return out;
}

Result<Fact> fact_from_json(const Json& json) {
  Fact fact;
  fact.path = json_string(json, "path");
  if (fact.path.empty()) return fail(ErrorCode::kSchema, "a fact without 'path'");
  if (const Json& subject = json_member(json, "subject"); subject.is_object()) {
    const std::string kind = json_string(subject, "kind");
    bool known = false;
    for (const auto& [value, name] : kKinds) {
      if (name != kind) continue;
      fact.subject.kind = value;
      known = true;
    }
    if (!known)
      return fail(ErrorCode::kSchema, fmt::format("fact {}: unknown kind of subject '{}'", fact.path, excerpt(kind)));
    fact.subject.name = json_string(subject, "name");
  }
  if (const Json& why = json_member(json, "not_measured"); why.is_object()) {
    const auto code = error_code_from(json_string(why, "code"));
    fact.value = fail(code.value_or(ErrorCode::kNotUnderstood), json_string(why, "reason"));
  } else if (const Json& text = json_member(json, "text"); text.is_string()) {
    fact.is_text = true;
    fact.value = Value{text.get<std::string>()};
  } else {
    fact.value = value_from_json(json_member(json, "value"));
    if (!fact.value)
      return fail(ErrorCode::kSchema, fmt::format("fact {}: {}", fact.path, describe(fact.value.error())));
  }
  fact.provenance.where = json_string(json, "where");
  fact.provenance.excerpt = json_string(json, "excerpt");
  fact.provenance.check = json_string(json, "check");
  if (const std::string at = json_string(json, "at"); !at.empty()) {
    const auto instant = parse_instant(at);
    if (!instant) return fail(instant.error());
    fact.provenance.at = *instant;
  }
  return fact;
}

}  // namespace meetlat
