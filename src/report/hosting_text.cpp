#include "report/hosting_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/mask.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongestReason = 300;
constexpr std::size_t kMostAddresses = 8;
constexpr std::size_t kLabel = 13;

const Fact* fact_of(const HostReport& host, std::string_view path) {
  const auto facts = host.evidence.find(path);
  return facts.empty() ? nullptr : &facts.front();
}

std::string value_of(const Fact& fact, std::string_view empty) {
  if (!fact.measured()) return "not measured: " + clean(describe(fact.value.error()), kLongestReason);
  const auto* list = std::get_if<std::vector<std::string>>(&*fact.value);
  if (list != nullptr && list->empty()) return std::string(empty);
  return clean(value_words(fact), kLongestReason);
}

void print_value(Page& page, const HostReport& host, std::string_view label, std::string_view path,
                 std::string_view empty) {
  if (const Fact* fact = fact_of(host, path)) page.paragraph("  " + pad(label, kLabel), value_of(*fact, empty));
}

// "web meet.example.test 192.0.2.1: DE, host1.example.net, AS64500 Example Ltd"
void print_addresses(Page& page, const HostReport& host) {
  const auto countries = host.evidence.find("hosting.country");
  for (std::size_t i = 0; i < countries.size() && i < kMostAddresses; ++i) {
    const Fact& country = countries[i];
    if (country.subject.kind != SubjectKind::kAddress) continue;
    std::vector<std::string> known;
    if (country.measured()) known.push_back(clean(value_words(country), 20));
    for (const std::string_view path : {"hosting.reverse_names", "hosting.network"}) {
      for (const Fact& fact : host.evidence.find(path)) {
        if (fact.subject == country.subject && fact.measured()) known.push_back(value_of(fact, "no reverse name"));
      }
    }
    if (!country.measured()) known.push_back("country " + value_of(country, ""));
    page.paragraph("  " + pad("", kLabel), fmt::format("{}, {}: {}", clean(country.provenance.excerpt, 120),
                                                       clean(country.subject.name, 60), join(known, ", ")));
  }
  if (countries.size() > kMostAddresses) {
    page.line(fmt::format("  {}and {} more", pad("", kLabel), countries.size() - kMostAddresses));
  }
}

std::string law_words(const HostReport& host) {
  const Fact& inside = *fact_of(host, "hosting.eu_eea");
  if (!inside.measured()) return value_of(inside, "");
  if (host.evidence.is_true("hosting.eu_eea")) return "every address of the host itself";
  std::string out = "no";
  if (const Fact* outside = fact_of(host, "hosting.outside_eu")) out += ": " + value_of(*outside, "");
  const std::string_view law = host.evidence.text("hosting.adequacy");
  const Fact* adequacy = fact_of(host, "hosting.adequacy");
  if (law == "decision") out += "; the Commission found the protection there adequate";
  if (law == "partial") out += "; found adequate for some recipients only, which an address does not tell";
  if (law == "none") out += "; no adequacy decision covers all of it";
  if ((law == "decision" || law == "partial") && !adequacy->provenance.excerpt.empty()) {
    out += " (" + clean(adequacy->provenance.excerpt, kLongestReason) + ")";
  }
  return out;
}

}  // namespace

void print_in_front(Page& page, const HostReport& host) {
  const std::string_view product = host.evidence.text("http.intermediary");
  if (product.empty()) return;
  page.paragraph(
      "In front: ",
      fmt::format("{0} ends the encryption. What is said here of certificate, TLS and addresses of the page is "
                  "{0}'s and not the host's own; how {0} reaches the host was not seen.",
                  clean(product, 120)));
}

void print_hosting(Page& page, const HostReport& host) {
  const Fact* web = fact_of(host, "hosting.web.countries");
  if (web == nullptr || fact_of(host, "hosting.eu_eea") == nullptr) return;
  page.blank();
  const Fact* date = fact_of(host, "hosting.data_date");
  const bool dated = date != nullptr && date->measured();
  page.paragraph("HOSTING: ", dated ? fmt::format("registration data ({} of {}): where blocks of addresses are "
                                                  "registered is mostly, not always, where machines stand",
                                                  clean(date->provenance.where, 120), clean(value_words(*date), 20))
                                    : "no country is known");
  print_value(page, host, "Page", "hosting.web.countries", "none");
  print_value(page, host, "Signalling", "hosting.signalling.countries", "no host beside that of the page");
  print_value(page, host, "STUN, TURN", "hosting.turn.countries", "none named");
  print_addresses(page, host);
  page.paragraph("  " + pad("EU or EEA", kLabel), law_words(host));
  print_value(page, host, "Networks", "hosting.operators", "not known");
}

}  // namespace meetlat
