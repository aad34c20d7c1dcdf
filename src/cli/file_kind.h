// What a file of ours is, for whoever named it where another one is wanted.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace meetlat {

// "a Run", "a JSON report", "a report of the format jsonl", "a baseline", "a history"; "" when it is none that is
// known.
std::string file_kind(std::string_view bytes);

// The error of reading these bytes, with what is wanted there ("a JSON report, which --format json makes") and what the
// file looks like. Only of kParse and kSchema.
Error wanted_instead(const Error& error, std::string_view bytes, std::string_view wanted);

}  // namespace meetlat
