// Pages of the manual, in the language of scdoc(5), from the option table and short sources (man/*.scd) that hold what
// no table knows.
//
// The source of a command's page has no title: title, NAME, SYNOPSIS and, unless the source says otherwise, OPTIONS
// come from the table. Lines that begin with @ are replaced:
//   @options       what the command takes; up to @end, "@more OPTION" adds the text that follows to that option.
//                  In a page of nested commands "@more add --host" is the one of "add".
//   @commands      the commands with what each does
//   @rules, @profiles, @guidelines   what the rule set says
//   @schema FILE   a JSON schema of data/schema as tables of what it describes
// man/options.txt has "@more" texts for options that several commands share.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "cli/option_table.h"

namespace meetlat {

// Writes every page as NAME.SECTION.scd below `to`: one for each *.scd of `sources`, and one for each command that has
// none there. kSchema, with file and line, for a directive that is not known, an option or command that does not exist,
// a text about an option that nothing has.
Result<void> write_manual(const CommandRow& table, const std::filesystem::path& sources,
                          const std::filesystem::path& to);

// What manual_data.cpp writes, in the same language. `rules` is the loaded bundled rule set's text for that directive.
Result<std::string> manual_rules();
Result<std::string> manual_profiles();
Result<std::string> manual_guidelines();
Result<std::string> manual_schema(const std::string& file);

// Text in which nothing is markup.
std::string scdoc_text(std::string_view plain);

}  // namespace meetlat
