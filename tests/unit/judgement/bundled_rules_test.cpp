// The bundled rules and profiles, against the probes' own fact tables and the project's promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "probes/probe.h"
#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void add_facts(const Condition& condition, std::set<std::string>& out) {
  if (condition.kind == Condition::Kind::kFact) out.insert(condition.fact);
  for (const Condition& child : condition.children) add_facts(child, out);
}

TEST(BundledRules, LoadWithTheFactsOfTheRealProbes) {
  EXPECT_GE(bundled_rules().rules.size(), 28U);
  EXPECT_NE(bundled_rules().profile("default"), nullptr);
  EXPECT_NE(bundled_rules().profile("four-characteristics"), nullptr);
}

// A fact that nobody reads is probed for nothing. These decide a host's status instead of a rule.
TEST(BundledRules, EveryFactOfTheProbesIsReadByARuleOrByTheStatus) {
  std::set<std::string> read{"http.challenge", "http.parked", "http.moved_to", "jitsi.other_software"};
  // What the policy says is compared between runs, goes into letters, and is shown without being scored.
  for (const char* path : {"kind", "log_days", "words", "reading_minutes", "lix", "text", "text_sha256", "controller",
                           "contact", "dpo_contact"}) {
    read.insert(std::string("policy.") + path);
  }
  // What is known of each party is shown in a part of its own in the text report.
  for (const char* path :
       {"class", "sources", "owner", "owner_kind", "owner_country", "country", "data", "stopped_by"}) {
    read.insert(std::string("parties.") + path);
  }
  // Everything that a server's TLS accepts has a part of its own there, too.
  for (const char* path : {"suites", "groups", "order"}) read.insert(std::string("tls.offers.") + path);
  for (const Rule& rule : bundled_rules().rules) {
    add_facts(rule.pass_if, read);
    if (rule.applies_if) add_facts(*rule.applies_if, read);
    read.insert(rule.shows.begin(), rule.shows.end());
  }
  for (const Probe* probe : all_probes()) {
    for (const FactSpec& fact : probe->info().facts) {
      const bool of_text = fact.path.starts_with("policy.states.") || fact.path.starts_with("policy.claims.");
      EXPECT_TRUE(of_text || read.contains(std::string(fact.path))) << fact.path;
    }
  }
}

TEST(BundledRules, WeightsAreThoseOfTheDesign) {
  const std::map<std::string, double> weights{{"policy", 25}, {"third-parties", 25}, {"transport", 15},
                                              {"e2ee", 10},   {"configuration", 10}, {"access", 10},
                                              {"hosting", 5}};
  std::map<std::string, double> found;
  for (const Category& category : bundled_rules().profile("default")->categories) found[category.id] = category.weight;
  EXPECT_EQ(found, weights);
}

TEST(BundledRules, SpeakOfSettingsAndOfWhatWasFound) {
  for (const Rule& rule : bundled_rules().rules) {
    SCOPED_TRACE(rule.id);
    for (const std::string& text : {rule.fail_text, rule.pass_text}) {
      EXPECT_THAT(text, Not(HasSubstr("has none")));
      EXPECT_THAT(text, Not(HasSubstr("violat")));
      EXPECT_THAT(text, Not(HasSubstr("illegal")));
      EXPECT_LE(text.size(), 72U);
      EXPECT_FALSE(text.ends_with('.'));
    }
    EXPECT_FALSE(rule.references.empty());
    // What is without points is a trade-off or news, and no line to paste.
    EXPECT_TRUE(!rule.config.empty() || rule.points == 0) << "name the lines to change";
    EXPECT_GT(rule.why.size(), 60U);
  }
}

TEST(BundledRules, NameAPersonaThatExists) {
  for (const Rule& rule : bundled_rules().rules) {
    const auto file = std::filesystem::path(MEETLAT_TOP_DIR) / "data" / "personas" / (rule.persona + ".yml");
    EXPECT_TRUE(std::filesystem::exists(file)) << rule.id << ": " << file;
  }
}

// TLS, DNS and HTTP: whatever a server keeps to itself, or a network in between, is never held against it.
TEST(BundledRules, OfTransportPassForTheExemplaryHostAndHoldNoSilenceAgainstAnybody) {
  int applying = 0;
  for (const Rule& rule : bundled_rules().rules) {
    if (rule.category != "transport") continue;
    SCOPED_TRACE(rule.id);
    const Finding best = evaluate(rule, Host::exemplary().evidence());
    EXPECT_TRUE(best.outcome == Outcome::kPass || best.outcome == Outcome::kNotApplicable);
    std::set<std::string> all;
    std::set<std::string> deciding;
    add_facts(rule.pass_if, deciding);
    if (rule.applies_if) add_facts(*rule.applies_if, all);
    all.insert(deciding.begin(), deciding.end());
    Host silent;
    for (const std::string& path : all) silent.not_measured(path, ErrorCode::kTimedOut, "no answer");
    const Finding unknown = evaluate(rule, silent.evidence());
    EXPECT_EQ(unknown.outcome, Outcome::kNotMeasured);
    EXPECT_THAT(unknown.reason, HasSubstr("no answer"));
    if (best.outcome != Outcome::kPass) continue;
    ++applying;
    // One that is missing may be made up for by another one, but never counts as a failure.
    for (const std::string& path : all) {
      Host host = Host::exemplary();
      host.not_measured(path, ErrorCode::kTimedOut, "no answer");
      EXPECT_NE(evaluate(rule, host.evidence()).outcome, Outcome::kFail) << path;
    }
  }
  EXPECT_GT(applying, 20);
}

// Nothing may claim that encryption from end to end is in use, only that it is offered.
TEST(BundledRules, NeverSayThatEndToEndEncryptionIsInUse) {
  for (const Rule& rule : bundled_rules().rules) {
    EXPECT_THAT(rule.pass_text, Not(HasSubstr("guarantee"))) << rule.id;
    EXPECT_THAT(rule.pass_text, Not(HasSubstr("encrypted end"))) << rule.id;
  }
}

}  // namespace
}  // namespace meetlat::testing
