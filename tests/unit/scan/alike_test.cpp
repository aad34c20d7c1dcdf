#include "scan/alike.h"

#include <gtest/gtest.h>

#include <fmt/core.h>

namespace meetlat {
namespace {

constexpr FactSpec kTrusted{"tls.certificate.trusted", "bool", ""};
constexpr FactSpec kIssuer{"tls.certificate.issuer", "string", ""};
constexpr FactSpec kMovedTo{"http.moved_to", "string", ""};

HostRecord with_status(HostStatus status) {
  HostRecord record;
  record.status = status;
  return record;
}

struct Row {
  const char* name;
  HostStatus status;
  int bad;
  int good;
  bool complete;
  bool stops;
};

class Alike : public testing::TestWithParam<Row> {};

TEST_P(Alike, StopsOnlyWhenMostFailAlike) {
  const Row& row = GetParam();
  AlikeWatch watch;
  for (int i = 0; i < row.bad; ++i) watch.add(with_status(row.status));
  for (int i = 0; i < row.good; ++i) watch.add(with_status(HostStatus::kMeasured));
  EXPECT_EQ(!watch.verdict(row.complete).empty(), row.stops) << watch.verdict(row.complete);
}

INSTANTIATE_TEST_SUITE_P(Table, Alike,
                         testing::Values(Row{"NoNetwork", HostStatus::kResolverFailed, 20, 0, false, true},
                                         Row{"NotYetEnough", HostStatus::kResolverFailed, 19, 0, false, false},
                                         Row{"ShortListComplete", HostStatus::kUnreachable, 3, 0, true, true},
                                         Row{"TwoHostsProveNothing", HostStatus::kUnreachable, 2, 0, true, false},
                                         Row{"OldListOfGoneNames", HostStatus::kNameGone, 18, 2, true, false},
                                         Row{"AllNamesGone", HostStatus::kNameGone, 40, 1, true, true},
                                         Row{"ThreeGoneNames", HostStatus::kNameGone, 3, 0, true, false},
                                         Row{"SomeAnswer", HostStatus::kTimedOut, 15, 5, false, false},
                                         Row{"NotJitsiIsNoFailureOfOurs", HostStatus::kNotJitsi, 40, 0, true, false}),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(AlikeWatch, SeesOneIssuerEverywhere) {
  AlikeWatch watch;
  for (int i = 0; i < 25; ++i) {
    HostRecord record = with_status(HostStatus::kMeasured);
    record.evidence.put(kTrusted, Subject::target(), false, {});
    record.evidence.put(kIssuer, Subject::target(), std::string("CN=Corporate Proxy"), {});
    watch.add(record);
  }
  EXPECT_NE(watch.verdict(false).find("CN=Corporate Proxy"), std::string::npos);
}

TEST(AlikeWatch, SeesACaptivePortalButNotOrdinaryMoves) {
  AlikeWatch portal;
  AlikeWatch moves;
  for (int i = 0; i < 25; ++i) {
    HostRecord record = with_status(HostStatus::kMoved);
    record.evidence.put(kMovedTo, Subject::target(), std::string("https://login.hotel.example/"), {});
    portal.add(record);
    record.evidence.put(kMovedTo, Subject::target(), fmt::format("https://new{}.example/", i), {});
    moves.add(record);
  }
  EXPECT_NE(portal.verdict(false).find("captive portal"), std::string::npos);
  EXPECT_EQ(moves.verdict(true), "");
}

}  // namespace
}  // namespace meetlat
