// What the comparison of Runs knows about facts must be what the probes put.
#include <gtest/gtest.h>

#include "history/diff.h"
#include "probes/probe.h"

namespace meetlat {
namespace {

TEST(AgeingFacts, ArePutByAProbe) {
  for (const AgeingFact& fact : ageing_facts()) {
    EXPECT_NE(find_fact(fact.path), nullptr) << fact.path;
    EXPECT_NE(find_fact(fact.source), nullptr) << fact.source;
    EXPECT_TRUE(fact.ends.empty() || find_fact(fact.ends) != nullptr) << fact.ends;
  }
}

TEST(PolicyFacts, ThatAreComparedArePutByAProbe) {
  for (const char* path : {"policy.own", "policy.url", "policy.search.complete", "policy.search.places", "policy.text",
                           "policy.text_sha256", "policy.languages", "policy.states.retention"}) {
    EXPECT_NE(find_fact(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace meetlat
