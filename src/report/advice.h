// One ordered list of changes for the administrator of a host, made from the rules that failed. Pure: what is known of
// the host is its report; what a change of the settings would do is asked of a trial that the caller gives.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// For which installation the lines are.
enum class AdviceFor { kBoth, kDebian, kDocker };

// The outcome of a rule if this JavaScript came after the host's settings.
using SettingsTrial = std::function<Outcome(const Rule& rule, const std::string& javascript)>;

struct AdviceOptions {
  AdviceFor system = AdviceFor::kBoth;
  std::string host;                      // stands for HOST in the lines; "" leaves the word
  Service service = Service::kInstance;  // whose lines; plan_advice() takes that of the host
  SettingsTrial trial;                   // may be empty: then lines are those of the rules, untried
};

// Lines for one file. `debian` and `docker` are the places of the same file; one of them may be "".
struct AdviceLines {
  std::string debian;
  std::string docker;
  std::string lines;
};

// One change, which makes one or several failed rules pass.
struct AdviceChange {
  std::vector<const Rule*> rules;  // the one that it is named after first; they live in the RuleSet
  FixBy who = FixBy::kYours;
  std::vector<std::string> side_effects;  // sentences, may be none
  std::string settings;                   // JavaScript for the end of config.js, one statement a line; may be ""
  bool untried = false;                   // there are settings, and no trial showed that all the rules pass with them
  std::vector<AdviceLines> files;         // everything else
  // Rules that do not apply now and may after this change: with them, gain and letter are the best that can come.
  std::size_t opens = 0;
  double points = 0;           // what it adds alone to the lower end of the score
  std::optional<char> letter;  // with this change and all before it
  Range range;                 // likewise
};

// Rules of which nothing can be said, with the common reason.
struct NotJudged {
  std::vector<std::string> titles;
  std::string reason;
};

struct Advice {
  std::vector<AdviceChange> changes;  // the one that gains most first
  std::vector<NotJudged> not_judged;
  std::vector<std::string> may_apply;  // titles of rules that do not apply now and may after these changes
};

// `host` is judged (kMeasured or kFromFiles).
Advice plan_advice(const HostReport& host, const RuleSet& rules, const Profile& profile, const AdviceOptions& options);

// What both renderings say beside the advice.
struct AdviceContext {
  std::string tool_version;
  AdviceOptions options;
  std::size_t columns = 100;  // of text
};

std::string advice_text(const Advice& advice, const HostReport& host, const AdviceContext& context);
std::string advice_markdown(const Advice& advice, const HostReport& host, const AdviceContext& context);
// JavaScript to be pasted at the end of config.js; what belongs elsewhere is in comments.
std::string advice_config(const Advice& advice, const HostReport& host, const AdviceContext& context);

// Inside: "a; b" of rule files as statements, one each, with their inner line ends. Comments are dropped.
std::vector<std::string> settings_statements(std::string_view lines);

}  // namespace meetlat
