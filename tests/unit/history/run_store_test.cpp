#include "history/run_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"

namespace meetlat {
namespace {

constexpr FactSpec kFlag{"test.flag", "bool", ""};

class RunStore : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("run_store_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "run.jsonl";
  }
  static RunHeader header() {
    RunHeader header;
    header.id = "0123456789abcdef";
    header.started = *parse_instant("2026-11-23T06:00:00Z");
    header.targets = {*parse_target("a.example"), *parse_target("b.example")};
    header.excluded = {{*parse_target("c.example"), "asked by mail"}};
    return header;
  }
  static HostRecord record(const std::string& host) {
    HostRecord record;
    record.host = host;
    record.started = *parse_instant("2026-11-23T06:00:01Z");
    record.finished = *parse_instant("2026-11-23T06:00:02Z");
    record.status = HostStatus::kMeasured;
    record.evidence.put(kFlag, Subject::target(), true, {});
    return record;
  }
  void append_raw(const std::string& text) const { std::ofstream(path_, std::ios::app | std::ios::binary) << text; }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(RunStore, KeepsFurtherLooksApartFromWhatWasSeenFirst) {
  {
    auto writer = RunWriter::create(path_, header());
    ASSERT_TRUE(writer.has_value()) << describe(writer.error());
    ASSERT_TRUE(writer->add(record("a.example")).has_value());
    ASSERT_TRUE(writer->finish(*parse_instant("2026-11-23T06:01:00Z"), "").has_value());
    HostRecord look = record("a.example");
    look.status = HostStatus::kTimedOut;
    look.evidence = {};
    ASSERT_TRUE(writer->add_look(look).has_value());
  }
  const auto run = read_run(path_);
  ASSERT_TRUE(run.has_value()) << describe(run.error());
  ASSERT_EQ(run->hosts.size(), 1U);
  EXPECT_EQ(run->hosts[0].status, HostStatus::kMeasured);
  EXPECT_EQ(run->hosts[0].evidence.all().size(), 1U);
  EXPECT_EQ(run->finished, *parse_instant("2026-11-23T06:01:00Z")) << "the Run is at its end all the same";
  const auto looks = read_looks(path_);
  ASSERT_TRUE(looks.has_value()) << describe(looks.error());
  ASSERT_EQ(looks->size(), 1U);
  EXPECT_EQ(looks->at(0).status, HostStatus::kTimedOut);
  {
    auto writer = RunWriter::append_to(path_);
    ASSERT_TRUE(writer.has_value());
    ASSERT_TRUE(writer->add_look(record("never.example")).has_value());
  }
  EXPECT_FALSE(read_run(path_).has_value());
}

TEST_F(RunStore, ReadsBackWhatWasWritten) {
  {
    auto writer = RunWriter::create(path_, header());
    ASSERT_TRUE(writer.has_value()) << describe(writer.error());
    ASSERT_TRUE(writer->add(record("a.example")).has_value());
    Evidence again;
    again.put(kFlag, Subject::host("a.example"), false, {});
    ASSERT_TRUE(writer->add_recheck("a.example", again).has_value());
    ASSERT_TRUE(writer->finish(*parse_instant("2026-11-23T06:01:00Z"), "interrupted").has_value());
  }
  const auto run = read_run(path_);
  ASSERT_TRUE(run.has_value()) << describe(run.error());
  EXPECT_EQ(run->header.targets.size(), 2U);
  EXPECT_EQ(run->header.excluded.at(0).reason, "asked by mail");
  ASSERT_EQ(run->hosts.size(), 1U);
  EXPECT_EQ(run->hosts[0].evidence.all().size(), 2U);
  EXPECT_EQ(run->stopped, "interrupted");
}

TEST_F(RunStore, DropsATornLastLineAndGoesOn) {
  {
    auto writer = RunWriter::create(path_, header());
    ASSERT_TRUE(writer->add(record("a.example")).has_value());
  }
  append_raw(R"({"type":"host","host":"b.exa)");
  EXPECT_EQ(read_run(path_)->hosts.size(), 1U);
  {
    auto writer = RunWriter::append_to(path_);
    ASSERT_TRUE(writer.has_value()) << describe(writer.error());
    ASSERT_TRUE(writer->add(record("b.example")).has_value());
  }
  EXPECT_EQ(read_run(path_)->hosts.size(), 2U);
}

TEST_F(RunStore, DropsALastLineOfZerosAfterPowerLoss) {
  {
    auto writer = RunWriter::create(path_, header());
    ASSERT_TRUE(writer->add(record("a.example")).has_value());
  }
  append_raw(std::string(100, '\0') + "\n");
  EXPECT_EQ(read_run(path_)->hosts.size(), 1U);
  ASSERT_TRUE(RunWriter::append_to(path_)->add(record("b.example")).has_value());
  EXPECT_EQ(read_run(path_)->hosts.size(), 2U);
}

TEST_F(RunStore, AResumedRunIsNotAtItsEnd) {
  {
    auto writer = RunWriter::create(path_, header());
    ASSERT_TRUE(writer->finish(*parse_instant("2026-11-23T06:01:00Z"), "interrupted").has_value());
  }
  ASSERT_TRUE(RunWriter::append_to(path_)->add(record("b.example")).has_value());
  EXPECT_EQ(read_run(path_)->stopped, "");
}

TEST_F(RunStore, AfterAFaultOfThisSideOnlyMeasuredHostsCount) {
  {
    auto writer = RunWriter::create(path_, header());
    ASSERT_TRUE(writer->add(record("a.example")).has_value());
    HostRecord gone = record("b.example");
    gone.status = HostStatus::kNameGone;
    ASSERT_TRUE(writer->add(gone).has_value());
    ASSERT_TRUE(writer->finish(*parse_instant("2026-11-23T06:01:00Z"), std::string(kThisSide) + ": x").has_value());
  }
  ASSERT_EQ(read_run(path_)->hosts.size(), 1U);
  EXPECT_EQ(read_run(path_)->hosts[0].host, "a.example");
  ASSERT_TRUE(RunWriter::append_to(path_)->add(record("b.example")).has_value());
  EXPECT_EQ(read_run(path_)->hosts.size(), 2U);
}

TEST_F(RunStore, NamesTheLineThatIsBroken) {
  ASSERT_TRUE(RunWriter::create(path_, header()).has_value());
  append_raw("no json\n");
  append_raw(R"({"type":"end","finished":"2026-11-23T06:01:00Z","stopped":""})"
             "\n");
  const auto run = read_run(path_);
  ASSERT_FALSE(run.has_value());
  EXPECT_NE(run.error().context.find("run.jsonl:2:"), std::string::npos) << run.error().context;
}

TEST_F(RunStore, RefusesWhatIsNoRun) {
  append_raw("{}\n");
  EXPECT_EQ(read_run(path_).error().code, ErrorCode::kSchema);
  EXPECT_EQ(RunWriter::create(path_, header()).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(read_run(folder_ / "missing").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(RunWriter::create("/dev/full", header()).error().code, ErrorCode::kDiskFull);
}

TEST_F(RunStore, ASecondWriterIsKeptOut) {
  auto writer = RunWriter::create(path_, header());
  ASSERT_TRUE(writer.has_value());
  EXPECT_EQ(RunWriter::append_to(path_).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace meetlat
