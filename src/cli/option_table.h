// The one table of commands and options, read from CLI11's own: what --help prints, the manual and the completion
// scripts are made from the same rows.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace meetlat {

struct OptionRow {
  std::vector<std::string>
      names;                    // as typed, short ones first: "-o", "--output", "--no-whole-client"; none: an operand
  std::string value;            // what it takes: "FILE", "N", "HOST"; empty for a flag
  bool optional_value = false;  // a flag that may be followed by "=VALUE"
  bool repeated = false;        // several values
  bool required = false;
  std::string group;  // heading that it stands under
  std::string description;
  std::string fallback;               // the value without the option; may be empty
  std::string range;                  // "80 to 200"; may be empty
  std::vector<std::string> choices;   // all values that it takes, or none when they cannot be listed
  std::vector<std::string> excludes;  // long names

  const std::string& last_name() const { return names.empty() ? value : names.back(); }
};

struct CommandRow {
  std::string path;  // "review add"; "" for the program itself
  std::string description;
  std::string footer;               // its own, not what every command inherits; may be empty
  std::vector<std::string> groups;  // headings in the order of --help
  std::vector<OptionRow> options;
  std::vector<OptionRow> operands;
  std::vector<CommandRow> commands;  // those that are not hidden

  // Is there a use of it without one of its commands: does it take more than --help itself?
  bool has_own_use() const { return commands.empty() || !operands.empty() || options.size() > 1; }
};

// Says of every option and operand that takes a value what kind of value: FILE, HOST, SECONDS instead of CLI11's TEXT.
// Call it once, when all commands are there.
void name_values(CLI::App& app);

// Reads the table. Hidden options and commands are left out.
CommandRow option_table(const CLI::App& app);

}  // namespace meetlat
