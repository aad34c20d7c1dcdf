// Scripts with which shells complete the command line, from the option table.
#pragma once

#include <string>

#include "cli/option_table.h"

namespace meetlat {

std::string bash_completion(const CommandRow& table);
std::string zsh_completion(const CommandRow& table);

}  // namespace meetlat
