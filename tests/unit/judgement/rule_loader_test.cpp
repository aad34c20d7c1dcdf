#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  const std::size_t at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) out.replace(at, from.size(), to);
  return out;
}

TEST(RuleLoader, ReadsARuleWhole) {
  const RuleFolder folder;
  write_good(folder);
  const Result<RuleSet> rules = folder.load();
  ASSERT_TRUE(rules) << rules.error().context;
  EXPECT_EQ(rules->version, "2026.11");
  EXPECT_EQ(rules->digest.size(), 64U);
  const Rule* rule = rules->rule("tls-new");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->title, "TLS is new");
  EXPECT_EQ(rule->severity, Severity::kHigh);
  EXPECT_DOUBLE_EQ(rule->points, 2);
  ASSERT_TRUE(rule->applies_if);
  EXPECT_EQ(rule->applies_if->operands, std::vector<Value>{false});
  ASSERT_EQ(rule->pass_if.children.size(), 4U);
  EXPECT_EQ(rule->pass_if.children[0].op, Operator::kIn);
  EXPECT_EQ(rule->pass_if.children[0].operands.size(), 2U);
  EXPECT_EQ(rule->pass_if.children[1].quantifier, Quantifier::kAny);
  EXPECT_EQ(rule->pass_if.children[2].kind, Condition::Kind::kNot);
  EXPECT_EQ(rule->pass_if.children[3].op, Operator::kEmpty);
  ASSERT_EQ(rule->config.size(), 1U);
  EXPECT_EQ(rule->config[0].lines, "  ssl_protocols TLSv1.2;\n# kept");
  EXPECT_EQ(rule->persona, "tls-old");
}

TEST(RuleLoader, ReadsWhetherAFailureIsForEverybody) {
  const RuleFolder folder;
  write_good(folder);
  EXPECT_FALSE(folder.load()->rule("tls-new")->embargo);
  folder.write("transport/tls-new.yml", std::string(kRule) + "embargo: true\n");
  EXPECT_TRUE(folder.load()->rule("tls-new")->embargo);
  folder.write("transport/tls-new.yml", std::string(kRule) + "embargo: later\n");
  EXPECT_FALSE(folder.load());
}

TEST(RuleLoader, ReadsAProfileWhole) {
  const RuleFolder folder;
  write_good(folder);
  const Result<RuleSet> rules = folder.load();
  ASSERT_TRUE(rules) << rules.error().context;
  const Profile* profile = rules->profile("default");
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(profile->version, "1");
  EXPECT_DOUBLE_EQ(profile->letters.at('B'), 50);
  EXPECT_EQ(profile->words.at('F'), "worse");
  ASSERT_EQ(profile->caps.size(), 1U);
  EXPECT_EQ(profile->caps[0].letter, 'F');
  EXPECT_EQ(profile->caps[0].when.children.at(0).rule, "tls-new");
}

TEST(RuleLoader, DigestChangesWithEveryByteAndNotWithTheFolder) {
  const RuleFolder one;
  const RuleFolder two;
  write_good(one);
  write_good(two);
  const Result<RuleSet> first = one.load();
  const Result<RuleSet> second = two.load();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->digest, second->digest);
  two.write("profiles/default.yml", std::string(kProfile) + "# a comment\n");
  const Result<RuleSet> third = two.load();
  ASSERT_TRUE(third);
  EXPECT_NE(first->digest, third->digest);
}

struct Fault {
  std::string name;
  std::string from;
  std::string to;
  std::string place;  // ":line:column: "
  std::string says;
};
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class RuleFault : public ::testing::TestWithParam<Fault> {};

TEST_P(RuleFault, IsReportedAtItsPlace) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("transport/tls-new.yml", replaced(kRule, GetParam().from, GetParam().to));
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  EXPECT_THAT(rules.error().context, HasSubstr(folder.file("transport/tls-new.yml") + GetParam().place));
  EXPECT_THAT(rules.error().context, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    RuleLoader, RuleFault,
    ::testing::Values(
        Fault{"UnknownKey", "why:", "whi:", ":13:1: ", "unknown key 'whi' in a rule (did you mean 'why'?)"},
        Fault{"MissingKey", "why: Because.\n", "", ":1:1: ", "lacks the key 'why'"},
        Fault{"DuplicateKey", "why: Because.", "title: Again", ":13:1: ", "'title' occurs twice"},
        Fault{"DeepDuplicateKey", "in: [TLSv1.2, TLSv1.3]", "is: a, is: b", ":9:34: ", "'is' occurs twice"},
        Fault{"UnknownFact", "fact: tls.version,", "fact: tls.versoin,", ":9:14: ", "did you mean 'tls.version'?"},
        Fault{"UnknownShownFact", "[tls.group]", "[tls.gruop]", ":21:8: ", "did you mean 'tls.group'?"},
        Fault{"FactThatIsAWholeText", "fact: tls.version, in: [TLSv1.2, TLSv1.3]", "fact: policy.text, contains: logs",
              ":9:27: ", "of type text"},
        Fault{"FactFarFromAll", "fact: tls.version,", "fact: weather.today,", ":9:14: ", "no probe puts a fact"},
        Fault{"UnknownOperator", "at_least: 1", "atleast: 1", ":10:33: ", "did you mean 'at_least'?"},
        Fault{"OperatorOfAnotherType", "at_least: 15552000", "empty: true", ":10:33: ", "which is of type int"},
        Fault{"OperandOfAnotherType", "at_least: 15552000", "at_least: long", ":10:43: ", "a whole number"},
        Fault{"TextForBool", "is: true}", "is: \"true\"}", ":11:47: ", "true or false"},
        Fault{"NumberForText", "in: [TLSv1.2, TLSv1.3]", "is: 12", ":9:31: ", "put it into quotes"},
        Fault{"NoOperator", "{fact: tls.version, in: [TLSv1.2, TLSv1.3]}", "{fact: tls.version}",
              ":9:7: ", "lacks an operator"},
        Fault{"TwoOperators", "empty: true", "empty: true, contains: x", ":12:51: ", "two operators"},
        Fault{"EmptyList", "in: [TLSv1.2, TLSv1.3]", "in: []", ":9:31: ", "needs a list of values"},
        Fault{"EmptyCondition", "{fact: tls.legacy_only, is: false}", "{}", ":6:13: ", "empty or no condition"},
        Fault{"NoCondition", "{fact: tls.legacy_only, is: false}", "yes", ":6:13: ", "empty or no condition"},
        Fault{"WordThatBeginsNoCondition", "not: {fact", "nott: {fact", ":11:7: ", "did you mean 'not'?"},
        Fault{"BadQuantifier", "subjects: any", "subjects: most", ":10:63: ", "any or all"},
        Fault{"BadPattern", "in: [TLSv1.2, TLSv1.3]", "matches: '('", ":9:36: ", "not a regular expression"},
        Fault{"BadSeverity", "severity: high", "severity: huge", ":4:11: ", "info, low, medium, high, critical"},
        Fault{"NegativePoints", "points: 2", "points: -1", ":5:9: ", "a number from 0 to 100"},
        Fault{"EmptyText", "why: Because.", "why: ''", ":13:6: ", "'why' is empty"},
        Fault{"IdOfAnotherFile", "id: tls-new", "id: tls-old", ":1:5: ", "differs from the file name 'tls-new'"},
        Fault{"CategoryOfAnotherFolder", "category: transport", "category: policy",
              ":3:11: ", "differs from the folder 'transport'"},
        Fault{"IdWithCapitals", "id: tls-new", "id: TLS-new", ":1:5: ", "lower-case letters"},
        Fault{"MissingPersona", "persona: tls-old\n", "", ":1:1: ", "lacks the key 'persona'"},
        Fault{"ReferenceWithoutUrl", ", url: \"https://www.rfc-editor.org/rfc/rfc8446\"", "",
              ":23:5: ", "lacks the key 'url'"},
        Fault{"ReferenceByHttp", "\"https://", "\"http://", ":23:28: ", "https://"},
        Fault{"EmptyReferences", "references:\n  - {title: RFC 8446, url: \"https://www.rfc-editor.org/rfc/rfc8446\"}",
              "references: []", ":22:13: ", "at least one entry"}),
    [](const ::testing::TestParamInfo<Fault>& fault) { return fault.param.name; });

class ProfileFault : public ::testing::TestWithParam<Fault> {};

TEST_P(ProfileFault, IsReportedAtItsPlace) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("profiles/default.yml", replaced(kProfile, GetParam().from, GetParam().to));
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().code, ErrorCode::kSchema);
  EXPECT_THAT(rules.error().context, HasSubstr(folder.file("profiles/default.yml") + GetParam().place));
  EXPECT_THAT(rules.error().context, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    RuleLoader, ProfileFault,
    ::testing::Values(
        Fault{"WeightsNotOneHundred", "weight: 100", "weight: 99", ":5:3: ", "add up to 99, not to 100"},
        Fault{"UnknownCoreRule", "core: [tls-new]", "core: [tls-nwe]",
              ":8:8: ", "no rule 'tls-nwe' (did you mean 'tls-new'?"},
        Fault{"UnknownCapRule", "rule: tls-new, is", "rule: nothing, is", ":13:25: ", "no rule 'nothing'"},
        Fault{"UnknownOutcome", "is: fail", "is: failed", ":13:38: ", "pass, fail, not-applicable, not-measured"},
        Fault{"CategoryWithoutRules", "id: transport, title: Transport, weight: 100",
              "id: transport, title: Transport, weight: 50}\n  - {id: policy, title: P, weight: 50",
              ":6:5: ", "has weight but no rules"},
        Fault{"RuleCountedTwice", "weight: 100}",
              "weight: 50}\n  - {id: more, title: More, weight: 50, rules: [tls-new]}", ":6:49: ", "in two categories"},
        Fault{"LettersNotFalling", "A: 85, B: 50", "A: 85, B: 90", ":6:10: ", "not below that of the letter before"},
        Fault{"LettersDoNotReachZero", ", E: 0", "", ":6:10: ", "must begin at 0"},
        Fault{"MissingWord", "B: so so, ", "", ":7:8: ", "lacks the letter B"},
        Fault{"CapLetter", "letter: F", "letter: G", ":11:13: ", "A to F"},
        Fault{"EmptyCapCondition", "{any: [{rule: tls-new, is: fail}]}", "{}", ":13:11: ", "a condition is"},
        Fault{"VersionAsNumber", "version: \"1\"", "version: 1", ":2:10: ", "must be text"},
        Fault{"IdOfAnotherFile", "id: default", "id: other", ":1:5: ", "differs from the file name"}),
    [](const ::testing::TestParamInfo<Fault>& fault) { return fault.param.name; });

TEST(RuleLoader, SyntaxErrorsNameThePlaceToo) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("transport/tls-new.yml", "id: [a\ntitle: b\n");
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().code, ErrorCode::kParse);
  EXPECT_THAT(rules.error().context, StartsWith(folder.file("transport/tls-new.yml") + ":2:"));
}

TEST(RuleLoader, ReportsAllFaultsAndNoneThatOnlyFollows) {
  const RuleFolder folder;
  write_good(folder);
  std::string text = replaced(kRule, "severity: high", "severity: huge");
  text = replaced(text, "is: true}", "is: 1}");
  folder.write("transport/tls-new.yml", text);
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  const std::string& context = rules.error().context;
  EXPECT_EQ(std::count(context.begin(), context.end(), '\n'), 1) << context;
  EXPECT_THAT(context, HasSubstr(":4:11: "));
  EXPECT_THAT(context, HasSubstr(":11:"));
  EXPECT_THAT(context, Not(HasSubstr("default.yml")));
}

std::string with_line(std::string_view line) {
  std::string text(kRule);
  text.insert(text.find("fail_text"), std::string(line) + "\n");
  return text;
}

TEST(RuleLoader, ReadsWhoCanChangeItAndWhatToMind) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("transport/tls-new.yml", with_line("who: choice\nside_effect: Old programs fail.\nsettings: [a, b]"));
  const auto rules = folder.load();
  ASSERT_TRUE(rules.has_value()) << rules.error().context;
  const Rule& rule = rules->rules.front();
  EXPECT_EQ(rule.who, FixBy::kChoice);
  EXPECT_EQ(rule.side_effect, "Old programs fail.");
  EXPECT_EQ(rule.settings, (std::vector<std::string>{"a", "b"}));
  write_good(folder);
  EXPECT_EQ(folder.load()->rules.front().who, FixBy::kYours);
}

TEST(RuleLoader, RefusesWhatSaysNothingAboutTheChange) {
  for (const auto& [line, word] :
       {std::pair{"who: nobody", "nobody"}, std::pair{"settings: [a.b]", "a.b"},
        std::pair{"same_change_as: no-such-rule", "no-such-rule"}, std::pair{"same_change_as: tls-new", "tls-new"},
        std::pair{"side_effect: []", "side_effect"}}) {
    const RuleFolder folder;
    write_good(folder);
    folder.write("transport/tls-new.yml", with_line(line));
    const auto rules = folder.load();
    ASSERT_FALSE(rules.has_value()) << line;
    EXPECT_THAT(rules.error().context, HasSubstr(word));
  }
}

TEST(RuleLoader, ARuleThatNoProfileReadsIsAFault) {
  const RuleFolder folder;
  write_good(folder);
  std::string text = replaced(kRule, "category: transport", "category: weather");
  folder.write("weather/sunny.yml", replaced(text, "id: tls-new", "id: sunny"));
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  EXPECT_THAT(rules.error().context, HasSubstr(folder.file("weather/sunny.yml")));
}

TEST(RuleLoader, TwoRulesOfOneIdAreAFault) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("policy/tls-new.yml", replaced(kRule, "category: transport", "category: policy"));
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  EXPECT_THAT(rules.error().context, HasSubstr("two rules have the id 'tls-new', in policy and transport"));
}

TEST(RuleLoader, AnEndingThatWouldBeOverlookedIsAFault) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("transport/other.yaml", kRule);
  const Result<RuleSet> rules = folder.load();
  ASSERT_FALSE(rules);
  EXPECT_THAT(rules.error().context, HasSubstr("end in .yml"));
}

TEST(RuleLoader, AFolderWithoutVersionOrRulesOrProfilesDoesNotLoad) {
  const RuleFolder folder;
  EXPECT_FALSE(folder.load());
  write_good(folder);
  folder.remove("profiles/default.yml");
  EXPECT_FALSE(folder.load());
  write_good(folder);
  folder.remove("transport/tls-new.yml");
  EXPECT_FALSE(folder.load());
  write_good(folder);
  folder.write("VERSION", " \n");
  EXPECT_FALSE(folder.load());
}

}  // namespace
}  // namespace meetlat::testing
