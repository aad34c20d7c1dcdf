// Every format against the files in tests/golden/report. MEETLAT_UPDATE_GOLDEN=1 writes them anew.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "render.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(MEETLAT_TESTS_DIR) / "golden" / "report";

struct Golden {
  const char* file;
  const char* format;
  Options options;
  bool demo = false;
};

const Golden kGoldens[] = {
    {"table-80.txt", "table", {80, false, false}, false},
    {"table-120.txt", "table", {120, false, true}, false},
    {"table-200.txt", "table", {200, false, false}, true},
    {"table-colour-120.txt", "table", {120, true, false}, false},
    {"text-80.txt", "text", {80, false, false}, true},
    {"text-120.txt", "text", {120, false, true}, false},
    {"text-200.txt", "text", {200, false, false}, false},
    {"json.json", "json", {120, false, true}, true},
    {"jsonl.jsonl", "jsonl", {}, false},
    {"markdown.md", "markdown", {}, true},
    {"csv.csv", "csv", {120, false, true}, false},
    {"csv-hosts.csv", "csv-hosts", {}, false},
    {"sarif.json", "sarif", {120, false, true}, true},
    {"junit.xml", "junit", {120, false, true}, false},
    {"gitlab.json", "gitlab", {}, false},
    {"openmetrics.prom", "openmetrics", {}, false},
    {"badge.svg", "badge", {}, false},
    {"shields.json", "shields", {}, true},
    {"list.txt", "list", {}, true},
    {"har.json", "har", {}, false},
    {"html.html", "html", {120, false, true}, true},
};

// A page holds its styles and its script, which have files of their own.
std::string without_assets(std::string text) {
  for (const char* element : {"style", "script"}) {
    const std::size_t begin = text.find(fmt::format("<{}>", element));
    const std::size_t end = text.find(fmt::format("</{}>", element));
    if (begin == std::string::npos || end == std::string::npos) continue;
    const std::size_t from = begin + std::string_view(element).size() + 2;
    text.replace(from, end - from, "...");
  }
  for (std::size_t at = text.find("'sha256-"); at != std::string::npos; at = text.find("'sha256-", at + 1)) {
    text.replace(at + 8, text.find('\'', at + 1) - at - 8, "...");
  }
  return text;
}

std::string rendered(const Golden& golden) {
  const std::string text =
      render(golden.format, golden.demo ? sample::demo_report() : sample::report(), golden.options);
  return std::string_view(golden.format) == "html" ? without_assets(text) : text;
}

class GoldenTest : public testing::TestWithParam<Golden> {};

TEST_P(GoldenTest, Matches) {
  const Golden& golden = GetParam();
  const std::string text = rendered(golden);
  const fs::path path = kGolden / golden.file;
  if (std::getenv("MEETLAT_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file_atomically(path, text).has_value());
    return;
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected.has_value()) << path;
  EXPECT_EQ(text, *expected) << "if this change is wanted, run with MEETLAT_UPDATE_GOLDEN=1 and read the difference";
}

INSTANTIATE_TEST_SUITE_P(Report, GoldenTest, testing::ValuesIn(kGoldens), [](const auto& golden) {
  std::string name = golden.param.file;
  for (char& c : name) {
    if (c == '-' || c == '.') c = '_';
  }
  return name;
});

TEST(GoldenFiles, AreOneOrMoreForEachFormatAndNoneIsLeftOver) {
  std::set<std::string> formats;
  std::set<std::string> files;
  for (const Golden& golden : kGoldens) {
    formats.insert(golden.format);
    files.insert(golden.file);
  }
  for (const ReportWriter* writer : all_report_writers()) EXPECT_EQ(formats.count(std::string(writer->format())), 1U);
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    EXPECT_EQ(files.count(entry.path().filename().string()), 1U) << entry.path();
  }
}

// csv_hosts.cpp is the format csv-hosts.
std::string named_like(std::string file) {
  std::replace(file.begin(), file.end(), '_', '-');
  return file;
}

TEST(Registry, ListsEveryFileThatDefinesAWriter) {
  std::set<std::string> defined;
  for (const auto& entry : fs::directory_iterator(fs::path(MEETLAT_TOP_DIR) / "src" / "report")) {
    const auto text = read_file(entry.path());
    ASSERT_TRUE(text.has_value());
    if (text->find(": public ReportWriter") != std::string::npos)
      defined.insert(named_like(entry.path().stem().string()));
  }
  std::set<std::string> registered;
  for (const ReportWriter* writer : all_report_writers()) {
    registered.insert(std::string(writer->format()));
    EXPECT_FALSE(writer->summary().empty());
    EXPECT_EQ(find_report_writer(writer->format()), writer);
  }
  EXPECT_EQ(registered, defined);
  EXPECT_EQ(registered.size(), all_report_writers().size());
  EXPECT_EQ(find_report_writer("no such format"), nullptr);
}

// The foreign validator, so that one mistake cannot hide in both ends.
TEST(JsonReport, IsValidByItsSchema) {
  const fs::path folder = fs::path(testing::TempDir()) / fmt::format("meetlat-report-schema-{}", getpid());
  const fs::path report = folder / "report.json";
  const fs::path script = fs::path(MEETLAT_TESTS_DIR) / "e2e" / "validate_json.py";
  const fs::path schema = fs::path(MEETLAT_TOP_DIR) / "data" / "schema" / "report.schema.json";
  const auto validate = [&](const std::string& text) {
    EXPECT_TRUE(write_file_atomically(report, text).has_value());
    const std::string command = "python3 '" + script.string() + "' '" + schema.string() + "' '" + report.string() + "'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const int first = validate(render("json", sample::demo_report(), {120, false, true}));
  if (first == 77) {
    // The build machine installs it; without it this test would pass for nothing.
    ASSERT_EQ(std::getenv("CI"), nullptr) << "install python3-jsonschema";
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  EXPECT_EQ(first, 0);
  EXPECT_EQ(validate(render("json", sample::report())), 0);
  EXPECT_EQ(validate(render("json", Report{})), 0);
  // The schema is strict: another member, a graded host without a rank, and an unknown status do not pass.
  std::string text = render("json", sample::report());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? changed : changed.replace(at, from.size(), to);
  };
  EXPECT_EQ(validate(with("\"rank\": 1,", "\"rank\": null,")), 1);
  EXPECT_EQ(validate(with("\"status\": \"measured\"", "\"status\": \"fine\"")), 1);
  EXPECT_EQ(validate(with("\"demo\":", "\"extra\": 1,\n    \"demo\":")), 1);
  fs::remove_all(folder);
}

TEST(JsonSchema, KnowsEveryStatus) {
  const auto schema = read_file(fs::path(MEETLAT_TOP_DIR) / "data" / "schema" / "report.schema.json");
  ASSERT_TRUE(schema.has_value());
  for (int i = 0; i <= static_cast<int>(HostStatus::kFromFiles); ++i) {
    const std::string name(to_string(static_cast<HostStatus>(i)));
    EXPECT_NE(schema->find("\"" + name + "\""), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace meetlat
