#include <gtest/gtest.h>

#include "base/json.h"
#include "model/evidence.h"
#include "model/run.h"
#include "model/target.h"

namespace meetlat {
namespace {

constexpr FactSpec kFlag{"test.flag", "bool", ""};
constexpr FactSpec kNames{"test.names", "strings", ""};

TEST(Target, OperandFormsBecomeOneId) {
  const auto id = [](const char* text) { return parse_target(text)->id; };
  EXPECT_EQ(id("meet.example.org"), "meet.example.org");
  EXPECT_EQ(id("https://Meet.example.org/"), "meet.example.org");
  EXPECT_EQ(id("meet.example.org:8443"), "meet.example.org:8443");
  EXPECT_EQ(id("https://meet.example.org/F/"), "meet.example.org/F");
  EXPECT_EQ(id("https://meet.example.org/index.html"), "meet.example.org");
  EXPECT_EQ(parse_target("meet.example.org/F")->base.str(), "https://meet.example.org/F/");
  for (const char* bad : {"", "?", "localhost", "not a host", "ftp://meet.example.org", "meet..example"}) {
    EXPECT_EQ(parse_target(bad).error().code, ErrorCode::kInvalidArgument) << bad;
  }
}

TEST(Target, ServersBesideInstancesHaveIdsOfTheirOwn) {
  struct Row {
    const char* text;
    const char* id;
    Service service;
    int port;
  };
  for (const Row& row : {Row{"xmpp://Chat.example.org", "xmpp://chat.example.org", Service::kXmpp, 5222},
                         Row{"xmpp://chat.example.org:5222/", "xmpp://chat.example.org", Service::kXmpp, 5222},
                         Row{"xmpp://chat.example.org:443", "xmpp://chat.example.org:443", Service::kXmpp, 443},
                         Row{"xmpps://chat.example.org", "xmpps://chat.example.org", Service::kXmpps, 5223},
                         Row{"turns:turn.example.org", "turns:turn.example.org", Service::kTurns, 5349},
                         Row{"turns://turn.example.org:443", "turns:turn.example.org:443", Service::kTurns, 443},
                         Row{"turns:turn.example.org?transport=tcp", "turns:turn.example.org", Service::kTurns, 5349},
                         Row{"turns:[2001:db8::1]:443", "turns:[2001:db8::1]:443", Service::kTurns, 443},
                         Row{"meet.example.org/F", "meet.example.org/F", Service::kInstance, 443},
                         Row{"turns.example.org:8443", "turns.example.org:8443", Service::kInstance, 8443}}) {
    const Result<Target> target = parse_server(row.text);
    ASSERT_TRUE(target) << row.text << ": " << describe(target.error());
    EXPECT_EQ(target->id, row.id) << row.text;
    EXPECT_EQ(target->service, row.service) << row.text;
    EXPECT_EQ(target->base.port(), row.port) << row.text;
    EXPECT_EQ(*target_from_json(to_json(*target)), *target) << row.text;
    EXPECT_EQ(parse_server(target->id)->id, target->id) << row.text;
  }
}

TEST(Target, ServersThatCannotBeAskedAreRefused) {
  for (const char* bad : {"xmpp:chat.example.org", "xmpp://", "xmpp://chat", "xmpp://chat.example.org/room",
                          "xmpp://user@chat.example.org", "xmpps://chat.example.org:0",
                          "xmpps://chat.example.org:99999", "turns:turn.example.org?transport=udp",
                          "turns:", "turn:turn.example.org", "turns:turn.example.org:x", "xmpp://a b.example"}) {
    EXPECT_EQ(parse_server(bad).error().code, ErrorCode::kInvalidArgument) << bad;
  }
  // A list of hosters holds instances only.
  EXPECT_FALSE(parse_target("xmpp://chat.example.org"));
  EXPECT_FALSE(parse_target("turns:turn.example.org"));
}

TEST(Target, JsonReadsBack) {
  Target target = *parse_target("https://meet.example.org/F");
  target.claims.push_back({"country", "NL", "", "list.md", "2023-12-31"});
  target.sources = {"list.md"};
  EXPECT_EQ(*target_from_json(to_json(target)), target);
  EXPECT_FALSE(target_from_json(Json{{"id", "x"}, {"url", "https://y.example/"}}).has_value());
}

TEST(Evidence, ReplacesByPathAndSubjectAndSorts) {
  Evidence evidence;
  evidence.put(kNames, Subject::host("b.example"), std::vector<std::string>{"x"}, {});
  evidence.put(kFlag, Subject::target(), true, {});
  evidence.put(kFlag, Subject::target(), false, {});
  evidence.not_measured(kNames, Subject::host("a.example"), Error{ErrorCode::kTimedOut, "no answer"});
  ASSERT_EQ(evidence.all().size(), 3U);
  EXPECT_FALSE(evidence.is_true("test.flag"));
  const auto names = evidence.find("test.names");
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[0].subject.name, "a.example");
  EXPECT_FALSE(names[0].measured());
  EXPECT_NE(evidence.get<std::vector<std::string>>("test.names"), nullptr);
  EXPECT_TRUE(evidence.find("test.other").empty());
}

TEST(Text, IsKeptWholeInARunAndShownByLengthAndDigest) {
  constexpr FactSpec kPolicy{"test.policy", "text", ""};
  HostRecord record;
  record.host = "meet.example.org";
  record.evidence.put(kPolicy, Subject::target(), std::string("We keep no logs."), {});
  record.evidence.not_measured(kPolicy, Subject::host("b.example"), Error{ErrorCode::kTimedOut, ""});
  const auto back = host_record_from_json(to_json(record));
  ASSERT_TRUE(back.has_value()) << describe(back.error());
  EXPECT_EQ(back->evidence.text("test.policy"), "We keep no logs.");
  const Fact& fact = back->evidence.find("test.policy").front();
  EXPECT_TRUE(fact.is_text);
  EXPECT_EQ(value_words(fact),
            "16 bytes of text, sha256 3eca1ef4a4b21bc63ee4445bab8f821c0de7657563207b1f4930426cf7e2b846");
  Fact plain = fact;
  plain.is_text = false;
  EXPECT_EQ(value_words(plain), "We keep no logs.");
}

TEST(Run, HostRecordsReadBackByteForByte) {
  HostRecord record;
  record.host = "meet.example.org";
  record.started = *parse_instant("2026-11-23T06:00:00Z");
  record.finished = *parse_instant("2026-11-23T06:00:05Z");
  record.status = HostStatus::kTimedOut;
  record.evidence.put(kFlag, Subject::target(), true,
                      Provenance{"https://meet.example.org/", "x", "curl", record.started});
  record.evidence.not_measured(kNames, Subject::address("192.0.2.1:443"), Error{ErrorCode::kTlsFailed, "alert 40"});
  record.transcript.push_back({record.started, "http", "GET https://meet.example.org/", "200", "192.0.2.1:443", 5, 7});
  const Json json = to_json(record);
  const auto back = host_record_from_json(json);
  ASSERT_TRUE(back.has_value()) << describe(back.error());
  EXPECT_EQ(dump_json(to_json(*back)), dump_json(json));
}

TEST(Names, EveryStatusReadsBack) {
  for (int i = 0; i <= static_cast<int>(HostStatus::kFromFiles); ++i) {
    const auto status = static_cast<HostStatus>(i);
    EXPECT_EQ(host_status_from(to_string(status)), status) << i;
    EXPECT_FALSE(words_for(status).empty());
  }
}

}  // namespace
}  // namespace meetlat
