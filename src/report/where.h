// Conditions over the hosts of a report: "grade>=B and country=NL and stun!=google". Three-valued: what was not
// measured is neither true nor false, and a host is shown only when the condition is certainly true.
//
//   condition   or-parts joined by "and", "or" (&&, ||), "not" (!), parentheses; "and" binds closer than "or"
//   comparison  NAME OP VALUE, OP one of = != < <= > >= ~ (contains); a value in quotes may hold anything
//   names       host grade score country operator policy e2ee stun login thirdparty status, rule:ID, and paths of facts
//
// Text is compared without regard to case. Of a field with several values (parties, a fact that is a list) "=" and "~"
// hold when one does, "!=" when none is equal; "country=" wants every address of the page to be there. Of a fact with
// several subjects every one must hold, for "!=" too.
// "grade>=B" means B or better; "score" is the lower end of its range.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "judgement/overrides.h"
#include "judgement/truth.h"
#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

struct WhereNode;

class Where {
 public:
  // kInvalidArgument with the place marked by a caret, and what is known there. At most 4,000 bytes and 100 levels.
  static Result<Where> parse(std::string_view text, const RuleSet& rules, const FactLookup& facts);

  Truth holds(const HostReport& host) const;
  const std::string& text() const noexcept { return text_; }
  // The rules ("id") and facts (paths) that it asks about, without repeats.
  std::vector<std::string> names() const;

 private:
  Where(std::string text, std::shared_ptr<const WhereNode> root) : text_(std::move(text)), root_(std::move(root)) {}

  std::string text_;
  std::shared_ptr<const WhereNode> root_;
};

// The hosts for which it certainly holds; the header says what was left out.
Report selected(const Report& report, const Where& where);

}  // namespace meetlat
