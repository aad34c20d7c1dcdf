// What the commands that write letters and drafts share: meetlat letter, meetlat audit --advice=policy.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "letters/letter.h"
#include "model/run.h"

namespace meetlat {

// Today by the clock and the time zone of this machine.
Date today();

// The record of that host, or nullptr.
const HostRecord* record_of(const Run& run, const std::string& id);

// Drafts a privacy policy for the one host of `run` from its facts.
Result<void> write_advice(const Run& run, const std::string& language, const std::string& output, CliContext& context);

}  // namespace meetlat
