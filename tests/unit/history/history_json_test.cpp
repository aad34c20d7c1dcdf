#include "history/history_json.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "history/store.h"
#include "support/sample_history.h"

namespace meetlat {
namespace {

Json three_runs() {
  const auto bytes = read_file(std::filesystem::path(MEETLAT_TESTS_DIR) / "fuzz/corpus/history/three-runs.json");
  return parse_json(bytes.value()).value();
}

std::string problem(const Json& json) {
  const auto history = history_from_json(json);
  if (history) return "no problem";
  EXPECT_EQ(history.error().code, ErrorCode::kSchema);
  return history.error().context;
}

TEST(HistoryJson, ComesBackAsItWent) {
  const auto history = history_from_json(three_runs());
  ASSERT_TRUE(history) << describe(history.error());
  EXPECT_EQ(to_json(*history), three_runs());
}

TEST(HistoryJson, MakesTheSameDatabaseAgain) {
  std::string folder = (std::filesystem::temp_directory_path() / "meetlat-json-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  {
    HistoryStore first = HistoryStore::open_for_writing(folder + "/first.db").value();
    for (const HistoryRun& run : sample::random_runs(30, 7)) ASSERT_TRUE(first.add(run));
    const std::string exported = dump_json(to_json(first.read({}).value()));
    const History read = history_from_json(parse_json(exported).value()).value();
    HistoryStore second = HistoryStore::open_for_writing(folder + "/second.db").value();
    const auto next = runs_of(read);
    while (const auto run = next()) ASSERT_TRUE(second.add(*run));
    EXPECT_EQ(dump_json(to_json(second.read({}).value())), exported);
  }
  std::filesystem::remove_all(folder);
}

TEST(HistoryJson, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(problem(Json::array()), "schema: this is no meetlat-history/1");
  Json json = three_runs();
  json["runs"][1]["id"] = json["runs"][0]["id"];
  EXPECT_EQ(problem(json), "run 0000000000000001: it stands there twice");
  json = three_runs();
  json["hosts"][0]["sights"][0]["run"] = "f";
  EXPECT_EQ(problem(json), "host alpha.test: a sight of a Run that is not there");
  json = three_runs();
  json["hosts"][0]["sights"][0]["at"] = "2026-12-01T00:00:00Z";
  EXPECT_EQ(problem(json), "host alpha.test: sights are out of order");
  json = three_runs();
  json["hosts"][0]["findings"][0]["last"] = 1;  // the host was not measured then
  EXPECT_EQ(problem(json), "host alpha.test: a finding of hsts-set from sight 0 to 1");
  json = three_runs();
  json["hosts"][0]["findings"][1]["first"] = 0;
  EXPECT_EQ(problem(json), "host alpha.test: findings of hsts-set overlap or are out of order");
  json = three_runs();
  json["hosts"].push_back(json["hosts"][0]);
  EXPECT_EQ(problem(json), "hosts: alpha.test stands there twice");
  json = three_runs();
  for (auto& [digest, text] : json["policies"].items()) text = "another text";
  EXPECT_NE(problem(json).find("is not the digest of its text"), std::string::npos);
  json = three_runs();
  json["hosts"][0]["sights"][0]["letter"] = "Z";
  EXPECT_EQ(problem(json), "host alpha.test: no letter: 'Z'");
}

}  // namespace
}  // namespace meetlat
