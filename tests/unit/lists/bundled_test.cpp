#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "list_testing.h"
#include "lists/loader.h"

namespace meetlat {
namespace {

const Result<LoadedList>& bundled() {
  static const Result<LoadedList> list = load_list(kBundledList, LoadOptions{});
  return list;
}

TEST(Bundled, NamesAllItsInstances) {
  ASSERT_TRUE(bundled()) << bundled().error().context;
  EXPECT_EQ(bundled()->record.name, "bundled");
  EXPECT_EQ(bundled()->record.format, "known-instances");
  EXPECT_EQ(bundled()->record.date, "2026-09-25");
  EXPECT_EQ(bundled()->parsed.targets.size(), 351u);
  std::set<std::string> ids;
  for (const Target& target : bundled()->parsed.targets) ids.insert(target.id);
  EXPECT_EQ(ids.size(), 351u);
  EXPECT_EQ(std::count_if(ids.begin(), ids.end(), [](const std::string& id) { return id.find('/') != id.npos; }), 1);
}

TEST(Bundled, KeepsOtherSoftwareAsAClaimForTheProbeToDecide) {
  std::size_t count = 0;
  for (const Target& target : bundled()->parsed.targets) count += target.claim("software") != nullptr ? 1 : 0;
  EXPECT_EQ(count, 4u);
}

TEST(Bundled, ClaimsNameTheirSourceAndDate) {
  std::size_t stun = 0;
  for (const Target& target : bundled()->parsed.targets) {
    EXPECT_FALSE(target.sources.empty()) << target.id;
    for (const Claim& claim : target.claims) {
      EXPECT_FALSE(claim.source.empty()) << target.id << " " << claim.key;
      EXPECT_FALSE(claim.date.empty()) << target.id << " " << claim.key;
    }
    stun += std::any_of(target.claims.begin(), target.claims.end(),
                        [](const Claim& claim) { return claim.key == "non-google-stun" && claim.value == "yes"; });
  }
  EXPECT_EQ(stun, 155u);
}

TEST(Bundled, WhereListsDifferEveryCountrySaysSo) {
  std::size_t differing = 0;
  for (const Target& target : bundled()->parsed.targets) {
    const Claim* country = target.claim("country");
    if (country != nullptr && country->remark.starts_with("lists differ")) ++differing;
  }
  EXPECT_EQ(differing, 21u);
}

TEST(Bundled, NamesNoPrivatePerson) {
  for (const Target& target : bundled()->parsed.targets) {
    const Claim* kind = target.claim("operator-kind");
    if (kind == nullptr || kind->value != "person") continue;
    EXPECT_EQ(target.claim("operator"), nullptr) << target.id;
  }
}

TEST(Bundled, UnknownSchemaVersionIsAnError) {
  const auto list = parse_text(R"({"schema": "jitsi-known-instances/9", "instances": []})");
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().context, testing::HasSubstr("jitsi-known-instances/9"));
}

}  // namespace
}  // namespace meetlat
