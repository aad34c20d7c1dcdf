#include "probes/owners.h"

#include <functional>
#include <map>

#include "base/document.h"
#include "base/file.h"
#include "base/url.h"

namespace meetlat::probes {

namespace {

using Table = std::map<std::string, DomainOwner, std::less<>>;

std::string text_of(const Doc& row, std::string_view key) {
  const Doc* value = row.find(key);
  return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

Table read_table() {
  Table table;
  const Result<std::string> bytes = read_file(data_path("data/owners.yml"));
  const Result<Doc> doc = bytes ? read_yaml(*bytes) : Result<Doc>(fail(bytes.error()));
  if (!doc || doc->seq() == nullptr) return table;
  for (const Doc& row : *doc->seq()) {
    DomainOwner owner{text_of(row, "owner"), text_of(row, "kind"), text_of(row, "country")};
    if (const Doc* same = row.find("same_owner"); same != nullptr && same->boolean() != nullptr) {
      owner.one_organisation = *same->boolean();
    }
    const Doc* domains = row.find("domains");
    if (owner.name.empty() || domains == nullptr || domains->seq() == nullptr) continue;
    for (const Doc& domain : *domains->seq()) {
      if (domain.string() != nullptr) table.emplace(*domain.string(), owner);
    }
  }
  return table;
}

}  // namespace

const DomainOwner* owner_of_domain(std::string_view host) {
  static const Table table = read_table();
  while (host.find('.') != std::string_view::npos) {
    if (const auto found = table.find(host); found != table.end()) return &found->second;
    host.remove_prefix(host.find('.') + 1);
  }
  return nullptr;
}

bool same_owner(std::string_view host_a, std::string_view host_b) {
  if (registrable_domain(host_a) == registrable_domain(host_b)) return true;
  const DomainOwner* a = owner_of_domain(host_a);
  const DomainOwner* b = owner_of_domain(host_b);
  return a != nullptr && b != nullptr && a->one_organisation && b->one_organisation && a->name == b->name;
}

}  // namespace meetlat::probes
