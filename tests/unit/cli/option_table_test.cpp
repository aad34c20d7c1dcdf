#include "cli/option_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/file.h"
#include "bench/child.h"
#include "cli/completion.h"
#include "cli/manual.h"

namespace meetlat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A command with options of every kind, one with commands of its own that can also stand alone, and a hidden one.
class OptionTable : public testing::Test {
 protected:
  OptionTable() {
    CLI::App* look = app.add_subcommand("look", "Look at hosts");
    look->add_option("HOST", texts, "A host");
    look->add_option("--format", text, "Form")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
    look->add_option("--jobs", number, "At once")->check(CLI::Range(1, 9));
    look->add_flag("--advice{list}", text, "Advice");
    look->add_flag("--whole,!--no-whole", flag, "All of it");
    look->add_option("--secret", text)->group("");
    CLI::App* history = app.add_subcommand("history", "What was");
    history->add_option("HOST", text, "Only this host");
    history->add_option("--since", text, "From that day on")->type_name("DATE");
    history->add_subcommand("import", "Add Runs")->add_option("FILE", texts, "Runs")->required();
    app.add_subcommand("hidden", "Not for people")->group("");
    name_values(app);
    table = option_table(app);
  }

  const OptionRow& option(const CommandRow& command, const std::string& name) {
    for (const OptionRow& row : command.options) {
      if (row.last_name() == name) return row;
    }
    ADD_FAILURE() << name;
    return command.options.front();
  }

  CLI::App app{"A program", "meetlat"};
  CommandRow table;
  std::string text = "text";
  std::vector<std::string> texts;
  int number = 0;
  bool flag = false;
};

TEST_F(OptionTable, HasWhatIsNotHidden) {
  ASSERT_EQ(table.commands.size(), 2U);
  EXPECT_EQ(table.commands[0].path, "look");
  EXPECT_EQ(table.commands[0].options.size(), 5U);  // with --help
  ASSERT_EQ(table.commands[1].commands.size(), 1U);
  EXPECT_EQ(table.commands[1].commands[0].path, "history import");
}

TEST_F(OptionTable, SaysWhatValuesThereAre) {
  const CommandRow& look = table.commands[0];
  EXPECT_EQ(option(look, "--format").value, "FORMAT");
  EXPECT_THAT(option(look, "--format").choices, ElementsAre("text", "json"));
  EXPECT_EQ(option(look, "--format").fallback, "text");
  EXPECT_EQ(option(look, "--jobs").value, "N");
  EXPECT_EQ(option(look, "--jobs").range, "1 to 9");
  EXPECT_EQ(look.operands[0].value, "HOST");
  EXPECT_TRUE(look.operands[0].repeated);
}

TEST_F(OptionTable, TellsFlagsFromOptions) {
  const CommandRow& look = table.commands[0];
  EXPECT_THAT(option(look, "--no-whole").names, ElementsAre("--whole", "--no-whole"));
  EXPECT_EQ(option(look, "--no-whole").value, "");
  EXPECT_TRUE(option(look, "--advice").optional_value);
  EXPECT_EQ(option(look, "--advice").value, "KIND");
}

TEST_F(OptionTable, MakesAPageOfACommandThatAlsoStandsAlone) {
  auto scratch = ScratchDir::create();
  ASSERT_TRUE(scratch) << describe(scratch.error());
  std::filesystem::create_directory(scratch->path() / "sources");
  const auto written = write_manual(table, scratch->path() / "sources", scratch->path() / "pages");
  ASSERT_TRUE(written) << describe(written.error());
  const auto page = read_file(scratch->path() / "pages" / "meetlat-history.1.scd");
  ASSERT_TRUE(page) << describe(page.error());
  EXPECT_THAT(*page, HasSubstr("*meetlat history* \\[_HOST_\\] \\[_OPTION_\\]...++\n*meetlat history import* _FILE_"));
  EXPECT_THAT(*page, HasSubstr("since* _DATE_\n\tFrom that day on."));
  EXPECT_THAT(*page, HasSubstr("## meetlat history import\n"));
}

TEST_F(OptionTable, OffersHostsBesideTheCommandsOfACommand) {
  const std::string bash = bash_completion(table);
  EXPECT_THAT(bash, HasSubstr("_meetlat_words \"import $(_meetlat_hosts_of_run"));
  EXPECT_THAT(bash, Not(HasSubstr("hidden")));
  EXPECT_THAT(zsh_completion(table), HasSubstr("commands\n      _meetlat_hosts ;;"));
}

}  // namespace
}  // namespace meetlat
