#include "letters/authorities.h"

#include <fmt/core.h>

#include "base/document.h"

namespace meetlat {
namespace {

Result<void> read_strings(const Doc::Entry& field, std::vector<std::string>& out) {
  const Doc::Seq* list = field.value.seq();
  if (list == nullptr) return fail(ErrorCode::kSchema, fmt::format("line {}: wanted is a list", field.mark.line));
  for (const Doc& each : *list) {
    const std::string* text = each.string();
    if (text == nullptr) return fail(ErrorCode::kSchema, fmt::format("line {}: wanted are texts", each.mark.line));
    out.push_back(*text);
  }
  return {};
}

std::string* member(SupervisoryAuthority& authority, std::string_view key) {
  if (key == "country") return &authority.country;
  if (key == "region") return &authority.region;
  if (key == "name") return &authority.name;
  if (key == "email") return &authority.email;
  if (key == "web") return &authority.web;
  if (key == "form") return &authority.form;
  if (key == "record") return &authority.record;
  return nullptr;
}

Result<void> read_field(const Doc::Entry& field, SupervisoryAuthority& authority) {
  if (field.key == "address") return read_strings(field, authority.address);
  if (field.key == "languages") return read_strings(field, authority.languages);
  if (field.key == "doubt" && field.value.boolean() != nullptr) {
    authority.doubt = *field.value.boolean();
    return {};
  }
  std::string* text = member(authority, field.key);
  if (text == nullptr || field.value.string() == nullptr) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' is not understood", field.mark.line, field.key));
  }
  *text = *field.value.string();
  return {};
}

}  // namespace

Result<SupervisoryAuthorities> SupervisoryAuthorities::parse(std::string_view yaml) {
  const auto doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  const Doc::Seq* list = doc->seq();
  if (list == nullptr) return fail(ErrorCode::kSchema, "wanted is a list of authorities");
  SupervisoryAuthorities authorities;
  for (const Doc& each : *list) {
    const Doc::Map* map = each.map();
    if (map == nullptr) return fail(ErrorCode::kSchema, fmt::format("line {}: wanted is a map", each.mark.line));
    SupervisoryAuthority authority;
    for (const Doc::Entry& field : *map) {
      if (auto ok = read_field(field, authority); !ok) return fail(ok.error());
    }
    if (authority.country.empty() || authority.name.empty() || authority.web.empty() || authority.record.empty() ||
        authority.address.empty() || authority.languages.empty()) {
      return fail(ErrorCode::kSchema,
                  fmt::format("line {}: country, name, address, web, languages and record are needed", each.mark.line));
    }
    authorities.all_.push_back(std::move(authority));
  }
  return authorities;
}

const SupervisoryAuthority* SupervisoryAuthorities::find(std::string_view country) const noexcept {
  for (const SupervisoryAuthority& each : all_) {
    if (each.region.empty() ? each.country == country : each.region == country) return &each;
  }
  return nullptr;
}

std::vector<const SupervisoryAuthority*> SupervisoryAuthorities::regions_of(std::string_view country) const {
  std::vector<const SupervisoryAuthority*> found;
  for (const SupervisoryAuthority& each : all_) {
    if (!each.region.empty() && each.country == country) found.push_back(&each);
  }
  return found;
}

}  // namespace meetlat
