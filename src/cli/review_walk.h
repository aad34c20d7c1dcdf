// meetlat review RUN: a person walks through what should not be published unseen.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "cli/command.h"
#include "model/report.h"
#include "model/review.h"
#include "model/rule.h"

namespace meetlat {

// Today, YYYY-MM-DD.
std::string today();

// One line: id, host, what it says, who, since when, until when, why.
std::string summary(const Review& review);

// Adds it to the file, which may be new, and says so. kInvalidArgument when it is over already or its folder is not
// there, and as check_new() and add_review() of history/review.h.
Result<void> record(Review review, const std::filesystem::path& file, CliContext& context);

struct Confirmable {
  std::string host;    // its id
  std::string digest;  // of what was seen, which the confirmation keeps
};
// The finding of that host, whose port may be left out. kInvalidArgument when the report has no such host or finding,
// or several hosts of that name.
Result<Confirmable> finding_to_confirm(const Report& report, const std::string& host, const std::string& rule);

// Shows each cap that nobody confirmed and each contradiction, host by host, with what was seen, and asks what to do;
// every answer is in the file at once. Ends at the last one, on 'q', and at the end of the input; kCancelled when asked
// to stop. kInvalidArgument when standard input is no terminal.
Result<void> walk(const Report& report, const RuleSet& rules, const Profile& profile, const std::filesystem::path& file,
                  CliContext& context);

}  // namespace meetlat
