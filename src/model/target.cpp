#include "model/target.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace meetlat {

Target Target::from_url(const Url& url) {
  std::string path = url.path();
  // The base path of an instance ends where a file name begins: ".../index.html" is the folder before it.
  const std::size_t slash = path.rfind('/');
  if (path.find('.', slash) != std::string::npos) path.resize(slash + 1);
  while (path.size() > 1 && path.ends_with("//")) path.pop_back();
  if (!path.ends_with('/')) path += '/';
  Target target;
  target.base = url.with_path(path);
  target.id = target.base.authority() + path.substr(0, path.size() - 1);
  return target;
}

const Claim* Target::claim(std::string_view key) const noexcept {
  const auto found = std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.key == key; });
  return found == claims.end() ? nullptr : &*found;
}

Result<Target> parse_target(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no instance: {}; give a host name (meet.example.org), host:port or an https URL",
                            excerpt(text, 100), why));
  };
  text = trim(text);
  if (text.empty()) return bad("it is empty");
  const bool has_scheme = text.find("://") != std::string_view::npos;
  const auto url = Url::parse(has_scheme ? std::string(text) : "https://" + std::string(text));
  if (!url) return bad(describe(url.error()));
  if (!is_ip_literal(url->host())) {
    if (const auto host = normalise_host(url->host()); !host) return bad(describe(host.error()));
  }
  return Target::from_url(*url);
}

Json to_json(const Target& target) {
  Json claims = Json::array();
  for (const Claim& claim : target.claims) {
    Json row{{"key", claim.key}, {"value", claim.value}, {"source", claim.source}};
    if (!claim.remark.empty()) row["remark"] = claim.remark;
    if (!claim.date.empty()) row["date"] = claim.date;
    claims.push_back(std::move(row));
  }
  Json out{{"id", target.id}, {"url", target.base.str()}, {"claims", std::move(claims)}, {"sources", target.sources}};
  for (const ListPlace& place : target.places)
    out["places"].push_back({{"source", place.source}, {"line", place.line}});
  return out;
}

Result<Target> target_from_json(const Json& json) {
  auto url = Url::parse(json_string(json, "url"));
  if (!url) return fail(ErrorCode::kSchema, "a target without a usable 'url': " + describe(url.error()));
  Target target = Target::from_url(*url);
  if (target.id != json_string(json, "id")) {
    return fail(ErrorCode::kSchema,
                fmt::format("target '{}' does not belong to its url", excerpt(json_string(json, "id"))));
  }
  for (const Json& row : json_member(json, "claims")) {
    target.claims.push_back(Claim{json_string(row, "key"), json_string(row, "value"), json_string(row, "remark"),
                                  json_string(row, "source"), json_string(row, "date")});
  }
  target.sources = json_strings(json, "sources");
  for (const Json& row : json_member(json, "places")) {
    const std::int64_t line = json_int(row, "line");
    if (line > 0) target.places.push_back({json_string(row, "source"), static_cast<std::size_t>(line)});
  }
  return target;
}

}  // namespace meetlat
