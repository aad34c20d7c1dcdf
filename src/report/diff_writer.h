// What changed between two Runs, drawn. Like every report: printable, personal data masked, dated, never accusing.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/diff.h"
#include "model/rule.h"

namespace meetlat {

// Every change with its cause, for reading; `columns` 80 to 200. kIo, kDiskFull when the stream fails.
Result<void> write_diff_text(const Diff& diff, const RuleSet& rules, std::size_t columns, std::ostream& out);
// "meetlat-diff/1", see data/schema/diff.schema.json.
Result<void> write_diff_json(const Diff& diff, const RuleSet& rules, std::ostream& out);
// One dated line a host and change, newest first, as a blog would carry them. Only what the host itself did, as far as
// two Runs can tell; the others are in the other forms.
Result<void> write_diff_updates(const Diff& diff, const RuleSet& rules, std::ostream& out);

// Changed lines of a policy that change_words() quotes instead of counting them.
inline constexpr std::size_t kQuotedLines = 2;

// Is it among the updates?
bool is_update(const Change& change) noexcept;

// The change as a sentence about its host: "published a privacy policy (https://...)". Masked and printable.
std::string change_words(const Change& change, const RuleSet& rules);
// The causes in words, parted by "; ", or empty.
std::string cause_words(const Change& change);
// What an item of a policy is called: "retention" is "how long data are kept".
std::string policy_item_words(std::string_view item);
// The host for people, from its id.
std::string host_words(const std::string& id);

}  // namespace meetlat
