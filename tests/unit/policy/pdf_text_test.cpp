#include "policy/pdf_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/confinement.h"
#include "base/file.h"

namespace meetlat::policy {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

// The files of tests/support/make_pdfs.py, made once.
class Pdf : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / ("meetlat-pdfs-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    const std::string command = "python3 -B " MEETLAT_TESTS_DIR "/support/make_pdfs.py '" + folder_.string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  void SetUp() override {
    if (confinement::landlock_abi() == 0) GTEST_SKIP() << "this kernel or container offers no Landlock";
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static std::string bytes_of(const std::string& name) {
    const auto bytes = read_file(folder_ / (name + ".pdf"));
    EXPECT_TRUE(bytes) << name;
    return bytes ? *bytes : std::string();
  }

  static PdfText read(const std::string& name) {
    PdfLimits limits;
    limits.cpu_seconds = 2;
    limits.wall = std::chrono::seconds(60);  // a busy machine must not decide; the CPU limit does
    return read_pdf(bytes_of(name), limits);
  }

  static std::filesystem::path folder_;
};

std::filesystem::path Pdf::folder_;

TEST_F(Pdf, GivesParagraphs) {
  const PdfText pdf = read("plain");
  EXPECT_EQ(pdf.state, PdfText::kText) << pdf.why;
  EXPECT_EQ(pdf.why, "");
  EXPECT_EQ(pdf.pages, 1);
  EXPECT_THAT(pdf.text, HasSubstr("on this instance. Log files are kept for fourteen days and are then removed."));
  EXPECT_THAT(pdf.text, Not(HasSubstr("\n")));
}

TEST_F(Pdf, PagesAreSeparatedAndTheirFurnitureDoesNotInterrupt) {
  const PdfText pdf = read("three_pages");
  EXPECT_EQ(pdf.state, PdfText::kText) << pdf.why;
  EXPECT_EQ(pdf.pages, 3);
  EXPECT_EQ(std::count(pdf.text.begin(), pdf.text.end(), '\f'), 2);
  EXPECT_THAT(pdf.text, HasSubstr("are kept for the purpose of\frecordings"));
  EXPECT_THAT(pdf.text, Not(HasSubstr("Page 2")));
  EXPECT_EQ(pdf.text.find("Version 4, May 2021"), pdf.text.rfind("Version 4, May 2021"));
  EXPECT_NE(pdf.text.find("Version 4, May 2021"), std::string::npos) << "the date of a policy must not get lost";
}

TEST_F(Pdf, ColumnsAndTableRowsAreReadInOrder) {
  EXPECT_THAT(read("columns").text,
              HasSubstr("of erasure.\n\nThe right column goes on with the supervisory authority."));
  EXPECT_THAT(read("table").text,
              HasSubstr("Purpose Basis Period\n\nMeetings Art. 6(1)(b) none\n\nLog files Art. 6(1)(f) 14 days"));
}

TEST_F(Pdf, HyphensAreJudgedWordByWord) {
  const PdfText pdf = read("hyphens");
  EXPECT_THAT(pdf.text, HasSubstr("de verwerking ervan"));
  EXPECT_THAT(pdf.text, HasSubstr("als een IP-adres in"));
  EXPECT_THAT(pdf.text, HasSubstr("\n\nContact\n\nVereniging Voorbeeld"));
}

TEST_F(Pdf, APictureOfTextIsNoText) {
  const PdfText pdf = read("image_only");
  EXPECT_EQ(pdf.state, PdfText::kNoTextLayer);
  EXPECT_EQ(pdf.pages, 3);
  EXPECT_EQ(read("scanned_cover").state, PdfText::kText) << "one page of three";
}

TEST_F(Pdf, APasswordToOpenIsAnObstacleOneAgainstCopyingIsNot) {
  EXPECT_EQ(read("user_password").state, PdfText::kEncrypted);
  const PdfText pdf = read("owner_password");
  EXPECT_EQ(pdf.state, PdfText::kText) << pdf.why;
  EXPECT_THAT(pdf.text, HasSubstr("right of access"));
}

TEST_F(Pdf, DamagedFilesAreBrokenOrSayThatSomethingMayBeMissing) {
  for (const char* name :
       {"truncated", "garbage", "empty", "no_pages", "page_loop", "page_count_lie", "deep_content"}) {
    const PdfText pdf = read(name);
    EXPECT_EQ(pdf.state, PdfText::kBroken) << name;
    EXPECT_NE(pdf.why, "") << name;
  }
  for (const char* name : {"length_loop", "deep_arrays"}) {
    const PdfText pdf = read(name);
    EXPECT_EQ(pdf.state, PdfText::kText) << name;
    EXPECT_THAT(pdf.why, HasSubstr("damaged")) << name;
  }
  EXPECT_EQ(read_pdf("<html>no PDF</html>").state, PdfText::kBroken);
  EXPECT_EQ(read_pdf("").state, PdfText::kBroken);
}

TEST_F(Pdf, LoopsEnd) {
  EXPECT_EQ(read("xref_loop").state, PdfText::kText);
  EXPECT_THAT(read("form_loop").state, AnyOf(PdfText::kNoTextLayer, PdfText::kBroken, PdfText::kTooCostly));
}

TEST_F(Pdf, BombsCostNoMoreThanTheLimits) {
  for (const char* name : {"bomb_spaces", "bomb_text", "bomb_states"}) {
    const PdfText pdf = read(name);
    EXPECT_EQ(pdf.state, PdfText::kTooCostly) << name << ": " << pdf.why;
    EXPECT_NE(pdf.why, "") << name;
  }
}

TEST_F(Pdf, TooManyPagesAreNotReadAsAWhole) {
  const PdfText pdf = read("pages_10000");
  EXPECT_EQ(pdf.state, PdfText::kTooCostly);
  EXPECT_EQ(pdf.pages, 200);
  EXPECT_THAT(pdf.text, HasSubstr("word word"));
}

TEST_F(Pdf, LimitsOfSizeAndTextHold) {
  PdfLimits limits;
  limits.bytes = 100;
  EXPECT_EQ(read_pdf(bytes_of("plain"), limits).state, PdfText::kTooCostly);
  limits = {};
  limits.text = 50;
  EXPECT_EQ(read_pdf(bytes_of("plain"), limits).state, PdfText::kTooCostly);
}

TEST_F(Pdf, ActionsAndAttachmentsDoNothing) {
  const PdfText pdf = read("actions");
  EXPECT_EQ(pdf.state, PdfText::kText) << pdf.why;
  EXPECT_THAT(pdf.text, Not(HasSubstr("touch")));
}

TEST_F(Pdf, CanBeCancelled) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(read_pdf(bytes_of("bomb_spaces"), {}, stop.get_token()).state, PdfText::kTooCostly);
}

TEST_F(Pdf, ManyThreadsTakeTurns) {
  const std::string bytes = bytes_of("plain");
  const std::string expected = read("plain").text;
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 24; ++i) {
      threads.emplace_back([&] {
        PdfLimits limits;
        limits.wall = limits.queue = std::chrono::seconds(200);
        if (read_pdf(bytes, limits).text == expected) ++right;
      });
    }
  }
  EXPECT_EQ(right, 24);
}

}  // namespace
}  // namespace meetlat::policy
