// Inside the advice: lines of rules for one host and one kind of installation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/advice.h"

namespace meetlat {

// The lines of one failed rule.
struct RuleLines {
  const Rule* rule = nullptr;
  std::vector<std::string> settings;  // statements for config.js
  std::vector<AdviceLines> files;     // the rest, as far as it is for that installation
  bool untried = false;
};

// HOST filled in. With a trial only the statements that it takes to make the rule pass.
RuleLines lines_for(const Rule& rule, const AdviceOptions& options);

// "config.p2p.stunServers" of an assignment or a deletion; "" of a statement that only makes sure that an object is
// there (config.p2p = config.p2p || {}) and of any other.
std::string assigned_path(std::string_view statement);

// Statements of several rules as one text: what is there twice once, of two assignments to one path the longer, and
// objects made sure of only where something below them is set.
std::vector<std::string> merge_statements(const std::vector<std::string>& all);

}  // namespace meetlat
