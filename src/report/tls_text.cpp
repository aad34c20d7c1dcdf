#include "report/tls_text.h"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "proto/tls_registry.h"

namespace meetlat {
namespace {

using Strings = std::vector<std::string>;

// Entries are "TLSv1.2 NAME": the names of one version, in their order.
Strings of_version(const Strings* entries, std::string_view version) {
  Strings names;
  if (entries == nullptr) return names;
  for (const std::string& entry : *entries) {
    const std::size_t blank = entry.find(' ');
    if (blank != std::string::npos && entry.substr(0, blank) == version)
      names.push_back(clean(entry.substr(blank + 1), 80));
  }
  return names;
}

const Strings* list_of(const HostReport& host, std::string_view path) {
  for (const Fact& fact : host.evidence.find(path)) {
    if (fact.measured()) return std::get_if<Strings>(&*fact.value);
  }
  return nullptr;
}

std::string mark_of(const std::string& name) {
  const TlsSuite suite = suite_from_name(0, name);
  return suite.broken ? "  broken" : suite.forward_secret ? "" : "  no forward secrecy";
}

}  // namespace

void print_tls(Page& page, const HostReport& host) {
  const Strings* suites = list_of(host, "tls.offers.suites");
  const Strings* versions = list_of(host, "tls.offers.versions");
  if (suites == nullptr || versions == nullptr) return;
  page.blank();
  page.paragraph("TLS: ", fmt::format("all that {} accepts",
                                      clean(host.evidence.find("tls.offers.suites").front().subject.name, 80)));
  for (auto version = versions->rbegin(); version != versions->rend(); ++version) {
    const Strings order = of_version(list_of(host, "tls.offers.order"), *version);
    const Strings groups = of_version(list_of(host, "tls.offers.groups"), *version);
    const Strings names = of_version(suites, *version);
    page.paragraph("  ", clean(*version, 20) + (order.empty() ? "" : ", in the order of the " + order.front()));
    if (!groups.empty()) page.paragraph("    groups: ", join(groups, ", "));
    const Strings signatures = of_version(list_of(host, "tls.offers.signature_algorithms"), *version);
    if (!signatures.empty()) page.paragraph("    signatures: ", join(signatures, ", "));
    for (const std::string& name : names) page.line("    " + name + mark_of(name));
  }
}

}  // namespace meetlat
