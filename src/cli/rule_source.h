// Which rule set a command judges by: the bundled one, that of a folder, or a version that was kept, so that an upgrade
// of meetlat changes no verdict.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "base/result.h"
#include "model/rule.h"

namespace CLI {
class App;
}

namespace meetlat {

struct RuleSource {
  std::string folder;   // --rules-dir; "": none
  std::string version;  // --rules, VERSION or VERSION@DIGEST; "": whatever there is
};

// --rules-dir and --rules, under the heading `group` ("": the usual one).
void add_rule_options(CLI::App& app, RuleSource& source, const std::string& group);

// The folder below the working folder where 'rules save' keeps sets and --rules looks first.
inline constexpr std::string_view kKeptRules = "meetlat-rules";

// Without a version: the folder's set, or the bundled one. With one: the first that has it of DIR and DIR/VERSION when
// a folder was named, else of meetlat-rules/VERSION in the working folder, meetlat/rules/VERSION in the user's data
// folder, and the bundled set. A set that was kept counts before the bundled one of the same version, and when their
// contents differ, that is said on `notes`. kInvalidArgument, with what to do, when none has it; kSchema and others
// when the set cannot be read by this program.
Result<RuleSet> find_rules(const RuleSource& source, std::ostream& notes);

// Copies what `source` names to TO/VERSION and returns that folder. One that is there with the same contents is left
// alone; kInvalidArgument when its contents differ. kPermission, kDiskFull, kIo.
Result<std::filesystem::path> save_rules(const RuleSource& source, const std::filesystem::path& to,
                                         std::ostream& notes);

}  // namespace meetlat
