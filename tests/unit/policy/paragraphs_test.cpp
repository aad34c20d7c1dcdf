#include "policy/paragraphs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace meetlat::policy {
namespace {

TEST(Paragraphs, HardWrappedTextBecomesParagraphs) {
  EXPECT_EQ(
      paragraphs_of("Privacy notice\n"
                    "\n"
                    "The association is responsible for the processing of personal data on\n"
                    "this instance, and answers questions about the processing within two\n"
                    "weeks.\n"
                    "\n"
                    "Log files are kept for fourteen days and are then removed. They have\n"
                    "the Internet address.\n"),
      "Privacy notice\n\n"
      "The association is responsible for the processing of personal data on this instance, and answers questions "
      "about the processing within two weeks.\n\n"
      "Log files are kept for fourteen days and are then removed. They have the Internet address.");
}

TEST(Paragraphs, ListItemsStayApartAndKeepTheirWrappedLines) {
  EXPECT_EQ(paragraphs_of("We process the following personal data of those who take part in a meeting:\n"
                          "- the name that is entered by the participant, which the server does not\n"
                          "  keep anywhere;\n"
                          "- the address;\n"
                          "* cookies\n"
                          "• sound and picture\n"
                          "1. the time\n"
                          "(b) the room\n"),
            "We process the following personal data of those who take part in a meeting:\n\n"
            "- the name that is entered by the participant, which the server does not keep anywhere;\n\n"
            "- the address;\n\n* cookies\n\n• sound and picture\n\n1. the time\n\n(b) the room");
}

TEST(Paragraphs, ABulletOnItsOwnLineBelongsToTheNext) {
  EXPECT_EQ(paragraphs_of("•\nthe name\n•\nThe address\n"), "• the name\n\n• The address");
}

TEST(Paragraphs, ANumberThatWasWrappedToALinesStartIsNoItem) {
  EXPECT_EQ(
      paragraphs_of("The legal basis of the processing of these log files is Article 6 (1)\n"
                    "(f) of the Regulation, and the log files are removed after no more than\n"
                    "14. This sentence shows that a number may stand there.\n"),
      "The legal basis of the processing of these log files is Article 6 (1) (f) of the Regulation, and the log files "
      "are removed after no more than 14. This sentence shows that a number may stand there.");
}

TEST(Paragraphs, HeadingsStayApartWithoutBlankLines) {
  EXPECT_EQ(paragraphs_of("1. Who is responsible\n"
                          "The association is responsible for the processing of the personal data of\n"
                          "participants.\n"
                          "RETENTION OF LOGS\n"
                          "Log files are kept for fourteen days and are then removed by the server.\n"
                          "Contact\n"
                          "Write to the board of the association, which answers within two weeks or\n"
                          "so.\n"),
            "1. Who is responsible\n\n"
            "The association is responsible for the processing of the personal data of participants.\n\n"
            "RETENTION OF LOGS\n\n"
            "Log files are kept for fourteen days and are then removed by the server.\n\n"
            "Contact\n\n"
            "Write to the board of the association, which answers within two weeks or so.");
}

TEST(Paragraphs, MarkdownHeadingsAndTablesAndRulers) {
  EXPECT_EQ(
      paragraphs_of(
          "# Privacy\nWe keep nothing at all.\n\nLogs\n----\nNone are kept.\n***\n| a | b |\n|---|---|\n| c | d |\n"),
      "# Privacy\n\nWe keep nothing at all.\n\nLogs\n\nNone are kept.\n\n| a | b |\n\n| c | d |");
}

TEST(Paragraphs, AddressesKeepTheirLines) {
  EXPECT_EQ(paragraphs_of("The controller of the data that are processed on this instance of Jitsi is\n"
                          "the association, which can be reached there:\n"
                          "Vereniging Voorbeeld\n"
                          "Straat 1\n"
                          "1234 AB Plaats\n"
                          "privacy@voorbeeld.test\n"),
            "The controller of the data that are processed on this instance of Jitsi is the association, which can be "
            "reached there:\n\nVereniging Voorbeeld\n\nStraat 1\n\n1234 AB Plaats\n\nprivacy@voorbeeld.test");
}

TEST(Paragraphs, ColumnsOfAPlainTextTableStayApart) {
  EXPECT_EQ(paragraphs_of("Purpose      Basis          Period\nMeetings     contract       none\n"),
            "Purpose Basis Period\n\nMeetings contract none");
}

TEST(Paragraphs, TextOfOneLineAParagraphStaysAsItWas) {
  const std::string long_line(60, 'w');
  const std::string first = "We " + long_line + " " + long_line + " " + long_line + " keep nothing.";
  const std::string second = "You " + long_line + " " + long_line + " " + long_line + " have rights.";
  EXPECT_EQ(paragraphs_of(first + "\n" + second + "\nContact us by mail.\n"),
            first + "\n\n" + second + "\n\nContact us by mail.");
}

TEST(Paragraphs, ItsOwnOutputStaysAsItIs) {
  const std::string once = paragraphs_of(
      "Title\n\nThe association is responsible for the processing of personal data on\nthis instance.\n\n- a\n- b\n");
  EXPECT_EQ(paragraphs_of(once), once);
}

TEST(Paragraphs, AnIndentedFirstLineBeginsAParagraph) {
  EXPECT_EQ(paragraphs_of("    The association is responsible for the processing of personal data.\n"
                          "    The log files are kept for fourteen days, and they are then removed\n"
                          "by the server.\n"),
            "The association is responsible for the processing of personal data.\n\n"
            "The log files are kept for fourteen days, and they are then removed by the server.");
}

struct Division {
  const char* what;
  const char* lines;
  const char* joined;
};

class Hyphen : public testing::TestWithParam<Division> {};

TEST_P(Hyphen, AtALinesEnd) {
  EXPECT_EQ(paragraphs_of(GetParam().lines), GetParam().joined);
}

INSTANTIATE_TEST_SUITE_P(
    , Hyphen,
    testing::Values(
        Division{"divided", "de grondslag voor de verwer-\nking ervan", "de grondslag voor de verwerking ervan"},
        Division{"compound_of_capitals", "het bewaren van een IP-\nadres hier", "het bewaren van een IP-adres hier"},
        Division{"before_a_capital", "nach der Datenschutz-\nGrundverordnung", "nach der Datenschutz-Grundverordnung"},
        Division{"one_letter", "bereikbaar is via e-\nmail alleen", "bereikbaar is via e-mail alleen"},
        Division{"more_hyphens", "there is no end-to-\nend encryption", "there is no end-to-end encryption"},
        Division{"suspended", "wir speichern Log-\nund Sitzungsdaten", "wir speichern Log- und Sitzungsdaten"},
        Division{"as_elsewhere", "an opt-out or else the opt-\nout of it", "an opt-out or else the opt-out of it"},
        Division{"as_elsewhere_whole", "the logfile and other log-\nfile entries",
                 "the logfile and other logfile entries"},
        Division{"soft", "personenbezogene Da\u00ad\nten von uns", "personenbezogene Daten von uns"},
        Division{"typographic", "personenbezogene Da\u2010\nten von uns", "personenbezogene Daten von uns"},
        Division{"a_dash", "keeps nothing at all -\nnot even logs", "keeps nothing at all - not even logs"}),
    [](const testing::TestParamInfo<Division>& test) { return test.param.what; });

TEST(Paragraphs, AParagraphGoesOnOverTheEndOfAPage) {
  EXPECT_EQ(paragraphs_of(
                "We keep the log files of the server that mixes the sound for\n\f14 days and no longer than that.\n"),
            "We keep the log files of the server that mixes the sound for\f14 days and no longer than that.");
  EXPECT_EQ(paragraphs_of("We keep them for the purpose of the processing and verwer-\n\n\f\nking of the data.\n"),
            "We keep them for the purpose of the processing and verwerking\fof the data.");
  EXPECT_EQ(paragraphs_of("This page ends with a sentence.\n\fThe next begins with another.\n\f"),
            "This page ends with a sentence.\n\n\fThe next begins with another.\n\n\f");
}

TEST(Paragraphs, HeadersFootersAndPageNumbersDoNotInterrupt) {
  EXPECT_EQ(paragraphs_of("Privacy notice of the host\n"
                          "The association is responsible for the processing of the data of\n"
                          "Version 4, May 2021\n"
                          "Page 1 of 3\n"
                          "\fPrivacy notice of the host\n"
                          "participants, and for nothing else but these. They may ask for all of the\n"
                          "Version 4, May 2021\n"
                          "Page 2 of 3\n"
                          "\fPrivacy notice of the host\n"
                          "data that are kept.\n"
                          "Version 4, May 2021\n"
                          "Page 3 of 3\n"),
            "Privacy notice of the host\n\n"
            "The association is responsible for the processing of the data of\fparticipants, and for nothing else but "
            "these. They may ask for all of the\fdata that are kept.\n\n"
            "Version 4, May 2021");
}

TEST(Paragraphs, NumbersInTheMiddleOfAPageStay) {
  EXPECT_EQ(paragraphs_of("Days\n\n14\n\nThat is all.\n"), "Days\n\n14\n\nThat is all.");
  EXPECT_EQ(paragraphs_of("One page with a number\n\n3\n"), "One page with a number\n\n3") << "there is no other page";
}

TEST(Paragraphs, OddBytesAreHarmless) {
  EXPECT_EQ(paragraphs_of(""), "");
  EXPECT_EQ(paragraphs_of("\n \n\t\n"), "");
  EXPECT_EQ(paragraphs_of("a\x01\x1b[31m b\xC2\x85 c\r\nd"), "a [31m b c d");
  EXPECT_EQ(paragraphs_of("\xEF\xBB\xBFtitle \xFF"), "title \xFF");
}

// Quadratic code would not come back from these.
TEST(Paragraphs, LargeHostileTextsEnd) {
  const std::size_t size = 4'000'000;
  std::string lines;
  for (std::size_t i = 0; i < size / 4; ++i) lines += "ab-\n";
  EXPECT_LT(paragraphs_of(lines).size(), size);
  EXPECT_EQ(paragraphs_of(std::string(size, 'x')).size(), size);
  EXPECT_EQ(paragraphs_of(std::string(size, ' ')), "");
  std::string pages;
  for (std::size_t i = 0; i < size / 8; ++i) pages += "Head 1\n\f";
  const std::string out = paragraphs_of(pages);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\f'), static_cast<std::ptrdiff_t>(size / 8));
}

}  // namespace
}  // namespace meetlat::policy
