// Conditions over hosts: what they mean, what is not known, and what is said about a wrong one.
#include "report/where.h"

#include <gtest/gtest.h>

#include "probes/probe.h"
#include "render.h"
#include "report/summary.h"

namespace meetlat {
namespace {

Truth ask(std::string_view text, const HostReport& host) {
  const auto where = Where::parse(text, sample::rules(), find_fact);
  if (!where) {
    ADD_FAILURE() << text << ": " << where.error().context;
    return Truth::kUnknown;
  }
  return where->holds(host);
}

std::string refusal(std::string_view text) {
  const auto where = Where::parse(text, sample::rules(), find_fact);
  if (where) {
    ADD_FAILURE() << text << " was taken";
    return {};
  }
  EXPECT_EQ(where.error().code, ErrorCode::kInvalidArgument);
  return where.error().context;
}

struct Case {
  const char* text;
  Truth stun;       // of bravo: B, 81.25, STUN of bigsearch.test
  Truth ungraded;   // of golf: measured, but no facts of the table
  Truth timed_out;  // of a host that did not answer
};

constexpr Truth kYes = Truth::kTrue;
constexpr Truth kNo = Truth::kFalse;
constexpr Truth kOpen = Truth::kUnknown;

const Case kCases[] = {
    {"grade>=B", kYes, kOpen, kOpen},
    {"grade>=A", kNo, kOpen, kOpen},
    {"grade<A", kYes, kOpen, kOpen},
    {"grade=b", kYes, kOpen, kOpen},
    {"grade!=B", kNo, kOpen, kOpen},
    {"score>=81.25", kYes, kNo, kOpen},
    {"score > 81.25", kNo, kNo, kOpen},
    {"stun=none", kNo, kOpen, kOpen},
    {"stun=bigsearch", kYes, kOpen, kOpen},
    {"stun=bigsearch.test", kYes, kOpen, kOpen},
    {"stun!=BigSearch", kNo, kOpen, kOpen},
    {"stun!=google", kYes, kOpen, kOpen},
    {"thirdparty~fonts", kYes, kOpen, kOpen},
    {"thirdparty=amplitude", kNo, kOpen, kOpen},
    {"e2ee=switch", kYes, kOpen, kOpen},
    {"e2ee=available", kYes, kOpen, kOpen},
    {"policy=own", kYes, kOpen, kOpen},
    {"login=open", kYes, kOpen, kOpen},
    {"operator~voorbeeld", kOpen, kOpen, kOpen},  // bravo states nobody: it may still be that one
    {"operator=''", kYes, kOpen, kOpen},
    {"status=measured", kYes, kYes, kNo},
    {"status!=timed-out", kYes, kYes, kNo},
    {"host~meet.test", kYes, kYes, kYes},
    {"host=bravo.meet.test", kYes, kNo, kNo},
    {"rule:stun-own=fail", kYes, kOpen, kOpen},
    {"rule:stun-own!=fail", kNo, kOpen, kOpen},
    {"rule:own-policy-published=pass", kYes, kOpen, kOpen},
    {"rule:own-policy-published=not-measured", kNo, kYes, kOpen},
    {"rule:own-policy-published!=not-measured", kYes, kNo, kOpen},
    {"e2ee.offered=yes", kYes, kOpen, kOpen},
    {"e2ee.offered!=true", kNo, kOpen, kOpen},
    // Unknown stays unknown through "not", and gives way where the other part decides.
    {"not grade>=B", kNo, kOpen, kOpen},
    {"! ! grade>=B", kYes, kOpen, kOpen},
    {"grade>=B or status=timed-out", kYes, kOpen, kYes},
    {"grade>=B and status!=measured", kNo, kNo, kOpen},
    {"grade>=B && (stun=google || score<90)", kYes, kOpen, kOpen},
    {"status=timed-out or status=measured and grade=A", kNo, kOpen, kYes},
    {"(status=timed-out or status=measured) and grade=A", kNo, kOpen, kOpen},
};

TEST(Where, SaysYesNoOrNotKnown) {
  const HostReport timed_out = sample::HostBuilder("https://juliet.meet.test/", HostStatus::kTimedOut, "x").build();
  for (const Case& each : kCases) {
    EXPECT_EQ(ask(each.text, sample::stun_host()), each.stun) << each.text;
    EXPECT_EQ(ask(each.text, sample::ungraded_host()), each.ungraded) << each.text;
    EXPECT_EQ(ask(each.text, timed_out), each.timed_out) << each.text;
  }
}

TEST(Where, WantsEverySubjectOfAFactAndEveryCountry) {
  const auto host = sample::HostBuilder("https://two.test/", HostStatus::kMeasured)
                        .fact("tls.certificate.trusted", true, "", "", "", Subject::address("192.0.2.1:443"))
                        .fact("tls.certificate.trusted", false, "", "", "", Subject::address("192.0.2.2:443"))
                        .fact("hosting.web.countries", std::vector<std::string>{"NL", "US"})
                        .build();
  EXPECT_EQ(ask("tls.certificate.trusted=yes", host), kNo);
  EXPECT_EQ(ask("tls.certificate.trusted!=yes", host), kNo);
  EXPECT_EQ(ask("country=nl", host), kNo);
  EXPECT_EQ(ask("country~nl", host), kYes);
  EXPECT_EQ(ask("country!=US", host), kNo);
  EXPECT_EQ(ask("country!=DE", host), kYes);
}

TEST(Where, DoesNotClearAHostOfWhichAPartWasNotMeasured) {
  const auto half = sample::HostBuilder("https://half.test/", HostStatus::kMeasured)
                        .unknown("jitsi.stun.third_party", ErrorCode::kNotUnderstood, "config.js")
                        .build();
  EXPECT_EQ(ask("stun!=google", half), kOpen);
  EXPECT_EQ(ask("thirdparty=none", sample::poor_host()), kNo);
  EXPECT_EQ(ask("thirdparty!=amplitude", sample::poor_host()), kOpen);  // its page could not be read
}

TEST(Where, MarksThePlaceOfAnErrorAndNamesWhatIsKnown) {
  EXPECT_EQ(
      refusal("grade>=B and contry=NL"),
      "the condition (--where): 'contry' is not known (did you mean 'country'?)\n"
      "  grade>=B and contry=NL\n"
      "               ^\n"
      "Known names: host, grade, score, country, operator, policy, e2ee, stun, login, thirdparty, status, rule:ID, "
      "and paths of facts such as tls.version");
  const std::pair<const char*, const char*> cases[] = {
      {"", "something is missing here"},
      {"grade", "after 'grade' must come one of = != < <= > >= ~"},
      {"grade>=", "a value must stand here"},
      {"grade>=Q", "a grade is one of A B C D E F"},
      {"grade~A", "better is greater"},
      {"score>=high", "is a number, and this is none"},
      {"policy>own", "has no order"},
      {"policy=onw", "did you mean 'own'?"},
      {"status=masured", "did you mean 'measured'?"},
      {"rule:stun-onw=fail", "did you mean 'stun-own'?"},
      {"rule:stun-own=failed", "Known values: pass, fail, not-applicable, not-measured"},
      {"e2ee.offered=maybe", "is yes or no"},
      {"e2ee.offered~yes", "takes = or != only"},
      {"(grade=A", "this parenthesis is not closed"},
      {"grade=A)", "closes that was not opened"},
      {"grade=A grade=B", "'and' or 'or' is missing"},
      {"host='x", "this quote is not closed"},
      {"and grade=A", "a name must stand here"},
      {"grade=A and", "something is missing here"},
      {"policy.text=x", "not"},
  };
  for (const auto& [text, words] : cases) {
    const std::string said = refusal(text);
    EXPECT_NE(said.find(words), std::string::npos) << text << ": " << said;
    EXPECT_NE(said.find("^"), std::string::npos) << text;
  }
}

TEST(Where, BoundsWhatItReads) {
  refusal(std::string(200, '('));
  refusal(std::string(200, '!') + "grade=A");
  refusal("host=" + std::string(5000, 'x'));
  std::string many = "grade=A";
  while (many.size() < 3900) many += " or grade=A";
  EXPECT_EQ(ask(many, sample::best_host()), kYes);
}

TEST(Where, ReadsHostileConditionsWithoutHarm) {
  for (const char* text :
       {"\x1b[2J=1", "\xff\xfe=1", "|", "& &", "host=\"\x9b\" or", "=", "!=", "''='x'", "rule:=pass"}) {
    const std::string said = refusal(text);
    for (const char c : said) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << text;
  }
}

TEST(Selected, ShowsOnlyWhatIsCertainAndCountsTheRest) {
  const auto where = Where::parse("grade>=B", sample::rules(), find_fact);
  ASSERT_TRUE(where.has_value());
  const Report part = selected(sample::report(), *where);
  ASSERT_EQ(part.hosts.size(), 3U);
  ASSERT_TRUE(part.header.selection.has_value());
  EXPECT_EQ(part.header.selection->of, 16U);
  EXPECT_EQ(part.header.selection->no, 3U);
  EXPECT_EQ(part.header.selection->unknown, 10U);
  const std::string sentence =
      "Shown is where grade>=B holds: 3 of 16 hosts. 10 were left out because that is not known of them.";
  EXPECT_EQ(selection_words(*part.header.selection), sentence);
  for (const char* format : {"table", "text", "markdown", "list", "har"}) {
    std::string text = render(format, part, {200, false, false});
    std::erase(text, '\\');
    EXPECT_NE(text.find(format == std::string("markdown") ? "Shown is where grade&gt;=B holds"
                                                          : "Shown is where grade>=B holds"),
              std::string::npos)
        << format;
  }
  EXPECT_NE(render("json", part).find("\"where\": \"grade>=B\""), std::string::npos);
}

TEST(Where, NamesTheRulesAndFactsThatItAsks) {
  const auto where =
      Where::parse("rule:stun-own=fail and (e2ee.offered=yes or rule:stun-own=pass)", sample::rules(), find_fact);
  ASSERT_TRUE(where.has_value());
  EXPECT_EQ(where->names(), (std::vector<std::string>{"e2ee.offered", "stun-own"}));
}

}  // namespace
}  // namespace meetlat
