// The part of the text report about everybody else.
#include "render.h"

namespace meetlat {
namespace {

using sample::HostBuilder;
using Strings = std::vector<std::string>;

void about(HostReport& host, const std::string& name, const std::string& path, Value value) {
  Fact fact;
  fact.path = "parties." + path;
  fact.subject = Subject::host(name);
  fact.value = std::move(value);
  host.evidence.insert(fact);
}

void party(HostReport& host, const std::string& name, const std::string& kind, const std::string& owner) {
  about(host, name, "class", kind);
  about(host, name, "owner", owner);
  about(host, name, "owner_country", std::string(owner.empty() ? "" : "NL"));
  about(host, name, "owner_kind", std::string(owner.empty() ? "" : "fonts"));
  about(host, name, "data", Strings{"network address", "name of this site"});
  about(host, name, "stopped_by", Strings{"script: the page; not disableThirdPartyRequests"});
  about(host, name, "sources", Strings{"script: <script> https://" + name + "/a.js"});
}

HostReport met() {
  HostReport host = HostBuilder("https://meet.parent.test/", HostStatus::kMeasured)
                        .fact("parties.loaded", Strings{"a.fonts.test", "b.fonts.test"})
                        .fact("parties.in_call", Strings{"stun.other.test"})
                        .fact("parties.on_use", Strings{})
                        .fact("parties.permitted", Strings{"*", "allowed.other.test"})
                        .fact("parties.hinted", Strings{"hinted.other.test"})
                        .fact("parties.unknown", Strings{})
                        .build();
  party(host, "a.fonts.test", "loaded", "Letters & Co");
  party(host, "b.fonts.test", "loaded", "Letters & Co");
  party(host, "stun.other.test", "in-call", "");
  party(host, "hinted.other.test", "hinted", "");
  party(host, "allowed.other.test", "permitted", "Somebody");
  return host;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(PartiesText, ShowsEachClassWithOwnerDataAndWhatStopsIt) {
  const std::string text = render("text", report_of(met()));
  EXPECT_TRUE(has(text,
                  "WHO ELSE SEES YOU: 3 other hosts\n"
                  "  Loaded with the page\n"
                  "    a.fonts.test, b.fonts.test: Letters & Co (NL), fonts\n"
                  "      learns      network address, name of this site\n"))
      << text;
  EXPECT_TRUE(has(text, "      stopped by  the page; not disableThirdPartyRequests\n"));
  EXPECT_TRUE(has(text, "  Contacted in a call\n    stun.other.test\n"));
  EXPECT_FALSE(has(text, "Contacted when a function is used"));
}

TEST(PartiesText, NamesWhatIsOnlyAllowedOrHintedInALineEach) {
  const std::string text = render("text", report_of(met()));
  EXPECT_TRUE(has(text, "Named by headers as allowed, not contacted for sure: any host, allowed.other.test (Somebody)"))
      << text;
  EXPECT_TRUE(has(text, "Named in the page, not contacted for sure: hinted.other.test"));
}

TEST(PartiesText, SaysWhatIsNotKnown) {
  HostReport host = HostBuilder("https://meet.parent.test/", HostStatus::kMeasured)
                        .fact("parties.loaded", Strings{})
                        .fact("parties.unknown", Strings{"in-call: not understood: p2p.stunServers"})
                        .build();
  const std::string text = render("text", report_of(std::move(host)));
  EXPECT_TRUE(has(text, "WHO ELSE SEES YOU: at least 0 other hosts")) << text;
  EXPECT_FALSE(has(text, "nobody, as far"));
  EXPECT_TRUE(has(text, "Not known: in-call: not understood: p2p.stunServers"));
}

TEST(PartiesText, ShowsTheCountryOfAddressesWhereAProbePutIt) {
  HostReport host = met();
  about(host, "stun.other.test", "country", Strings{"DE", "FR"});
  EXPECT_TRUE(has(render("text", report_of(std::move(host))), "      registered  DE, FR\n"));
}

TEST(PartiesText, IsLeftOutWhereNobodyAsked) {
  HostReport host = HostBuilder("https://meet.parent.test/", HostStatus::kMeasured).build();
  EXPECT_FALSE(has(render("text", report_of(std::move(host))), "WHO ELSE SEES YOU:"));
}

}  // namespace
}  // namespace meetlat
