#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include "base/text.h"
#include "judgement/rule_reader.h"
#include "report/where.h"
#include "report/where_node.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongest = 4000;
constexpr std::size_t kDeepest = 100;

struct Token {
  enum class Kind { kWord, kText, kOperator, kOpen, kClose, kAnd, kOr, kNot, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
  std::size_t at = 0;  // where it begins
  WhereOperator op = WhereOperator::kEqual;
};

struct Spelling {
  std::string_view text;
  Token::Kind kind;
  WhereOperator op;
};
// The longer ones first.
constexpr std::array kSpellings = {
    Spelling{"!=", Token::Kind::kOperator, WhereOperator::kNotEqual},
    Spelling{"<=", Token::Kind::kOperator, WhereOperator::kAtMost},
    Spelling{">=", Token::Kind::kOperator, WhereOperator::kAtLeast},
    Spelling{"==", Token::Kind::kOperator, WhereOperator::kEqual},
    Spelling{"&&", Token::Kind::kAnd, {}},
    Spelling{"||", Token::Kind::kOr, {}},
    Spelling{"=", Token::Kind::kOperator, WhereOperator::kEqual},
    Spelling{"<", Token::Kind::kOperator, WhereOperator::kLess},
    Spelling{">", Token::Kind::kOperator, WhereOperator::kGreater},
    Spelling{"~", Token::Kind::kOperator, WhereOperator::kContains},
    Spelling{"(", Token::Kind::kOpen, {}},
    Spelling{")", Token::Kind::kClose, {}},
    Spelling{"!", Token::Kind::kNot, {}},
};

constexpr std::string_view kOperators = "= != < <= > >= ~";

std::string field_names() {
  std::vector<std::string> names;
  for (const WhereName& each : where_names()) names.emplace_back(each.name);
  return join(names, ", ") + ", rule:ID, and paths of facts such as tls.version";
}

class Parser {
 public:
  Parser(std::string_view text, const RuleSet& rules, const FactLookup& facts)
      : text_(text), rules_(rules), facts_(facts) {}

  Result<WhereNode> parse() {
    if (text_.size() > kLongest) return fail(ErrorCode::kInvalidArgument, "the condition is too long");
    next();
    auto whole = disjunction(0);
    if (!whole) return whole;
    if (token_.kind == Token::Kind::kClose) return wrong(token_.at, "a parenthesis closes that was not opened");
    if (token_.kind != Token::Kind::kEnd) return wrong(token_.at, "'and' or 'or' is missing before this");
    return whole;
  }

 private:
  // The condition in one line and a caret below the place.
  tl::unexpected<Error> wrong(std::size_t at, const std::string& what, const std::string& advice = {}) const {
    constexpr std::size_t kAround = 60;
    const std::size_t begin = at > kAround ? at - kAround : 0;
    const std::string before = printable(text_.substr(begin, std::min(at, text_.size()) - begin));
    const std::string after = printable(text_.substr(std::min(at, text_.size()), kAround));
    std::string out = fmt::format("the condition (--where): {}\n  {}{}\n  {}^", what, before, after,
                                  std::string(display_width(before), ' '));
    if (!advice.empty()) out += "\n" + advice;
    return fail(ErrorCode::kInvalidArgument, std::move(out));
  }

  static bool ends_word(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
           std::string_view("()=<>~!&|\"'").find(c) != std::string_view::npos;
  }

  void next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    token_ = Token{};
    token_.at = at_;
    if (at_ >= text_.size()) return;
    const std::string_view rest = text_.substr(at_);
    if (rest.front() == '"' || rest.front() == '\'') {
      const std::size_t end = rest.find(rest.front(), 1);
      token_.kind = Token::Kind::kText;
      open_quote_ = end == std::string_view::npos;
      token_.text = std::string(rest.substr(1, open_quote_ ? end : end - 1));
      at_ = open_quote_ ? text_.size() : at_ + end + 1;
      return;
    }
    for (const Spelling& each : kSpellings) {
      if (!rest.starts_with(each.text)) continue;
      token_.kind = each.kind;
      token_.text = each.text;
      token_.op = each.op;
      at_ += each.text.size();
      return;
    }
    std::size_t end = 0;
    while (end < rest.size() && (end == 0 || !ends_word(rest[end]))) ++end;
    token_.kind = Token::Kind::kWord;
    token_.text = std::string(rest.substr(0, end));
    if (iequals(token_.text, "and")) token_.kind = Token::Kind::kAnd;
    if (iequals(token_.text, "or")) token_.kind = Token::Kind::kOr;
    if (iequals(token_.text, "not")) token_.kind = Token::Kind::kNot;
    at_ += end;
  }

  Result<WhereNode> chain(std::size_t depth, Token::Kind between, WhereNode::Kind kind,
                          Result<WhereNode> (Parser::*part)(std::size_t)) {
    auto first = (this->*part)(depth);
    if (!first || token_.kind != between) return first;
    WhereNode node;
    node.kind = kind;
    node.children.push_back(std::move(*first));
    while (token_.kind == between) {
      next();
      auto more = (this->*part)(depth);
      if (!more) return more;
      node.children.push_back(std::move(*more));
    }
    return node;
  }

  Result<WhereNode> disjunction(std::size_t depth) {
    return chain(depth, Token::Kind::kOr, WhereNode::Kind::kOr, &Parser::conjunction);
  }
  Result<WhereNode> conjunction(std::size_t depth) {
    return chain(depth, Token::Kind::kAnd, WhereNode::Kind::kAnd, &Parser::negation);
  }

  Result<WhereNode> negation(std::size_t depth) {
    if (depth > kDeepest) return wrong(token_.at, "too many levels");
    if (token_.kind == Token::Kind::kNot) {
      next();
      auto inner = negation(depth + 1);
      if (!inner) return inner;
      WhereNode node;
      node.kind = WhereNode::Kind::kNot;
      node.children.push_back(std::move(*inner));
      return node;
    }
    if (token_.kind != Token::Kind::kOpen) return comparison();
    const std::size_t open = token_.at;
    next();
    auto inner = disjunction(depth + 1);
    if (!inner) return inner;
    if (token_.kind == Token::Kind::kEnd) return wrong(open, "this parenthesis is not closed");
    if (token_.kind != Token::Kind::kClose) return wrong(token_.at, "'and', 'or' or ')' is missing before this");
    next();
    return inner;
  }

  Result<WhereNode> comparison() {
    if (token_.kind == Token::Kind::kEnd) {
      return wrong(token_.at, "something is missing here", "Known names: " + field_names());
    }
    if (token_.kind != Token::Kind::kWord) {
      return wrong(token_.at, "a name must stand here", "Known names: " + field_names());
    }
    const Token name = token_;
    WhereNode node;
    if (auto known = name_of(name, node); !known) return fail(known.error());
    next();
    if (token_.kind != Token::Kind::kOperator) {
      return wrong(token_.at, fmt::format("after '{}' must come one of {}", printable(name.text), kOperators));
    }
    const Token op = token_;
    node.op = op.op;
    next();
    if (token_.kind != Token::Kind::kWord && token_.kind != Token::Kind::kText) {
      return wrong(token_.at, "a value must stand here; one with spaces or signs goes into quotes");
    }
    if (open_quote_) return wrong(token_.at, "this quote is not closed");
    if (auto fits = value_of(name, op, node); !fits) return fail(fits.error());
    next();
    return node;
  }

  Result<void> name_of(const Token& name, WhereNode& node) {
    const std::string text = to_lower(name.text);
    for (const WhereName& each : where_names()) {
      if (each.name != text) continue;
      node.field = each.field;
      values_ = each.values;
      return {};
    }
    values_ = {};
    std::vector<std::string> near;
    if (text.starts_with("rule:")) {
      node.field = WhereField::kRule;
      node.name = text.substr(5);
      values_ = "pass fail not-applicable not-measured";
      if (rules_.rule(node.name) != nullptr) return {};
      for (const Rule& rule : rules_.rules) near.push_back(rule.id);
      return wrong(name.at,
                   fmt::format("no rule is called '{}'{}", printable(node.name), did_you_mean(node.name, near)),
                   "'meetlat rules list' names them all.");
    }
    if (const FactSpec* spec = facts_(text)) {
      node.field = WhereField::kFact;
      node.name = text;
      fact_type_ = spec->type;
      if (spec->type == "text") return wrong(name.at, "this fact is a whole document, which cannot be asked for");
      return {};
    }
    for (const WhereName& each : where_names()) near.emplace_back(each.name);
    for (const Rule& rule : rules_.rules) {
      near.insert(near.end(), rule.shows.begin(), rule.shows.end());
      near.push_back("rule:" + rule.id);
      add_facts(rule.pass_if, near);
    }
    return wrong(name.at, fmt::format("'{}' is not known{}", printable(name.text), did_you_mean(text, near)),
                 "Known names: " + field_names());
  }

  static void add_facts(const Condition& condition, std::vector<std::string>& into) {
    if (!condition.fact.empty()) into.push_back(condition.fact);
    for (const Condition& child : condition.children) add_facts(child, into);
  }

  static bool is_order(WhereOperator op) noexcept {
    return op != WhereOperator::kEqual && op != WhereOperator::kNotEqual && op != WhereOperator::kContains;
  }

  // Which operators make sense, and what the value is.
  Result<void> value_of(const Token& name, const Token& op, WhereNode& node) {
    const std::string text = token_.text;
    node.value = fold(text);
    const std::string_view type = node.field == WhereField::kFact ? fact_type_ : std::string_view{};
    if (node.field == WhereField::kGrade) return grade_of(op, text, node);
    if (node.field == WhereField::kScore || type == "int" || type == "double") return number_of(name, op, text, node);
    if (type == "bool") return truth_of(name, op, text, node);
    if (is_order(op.op) && type != "string") {
      return wrong(
          op.at, fmt::format("'{}' has no order: use = or !={}", printable(name.text), values_.empty() ? " or ~" : ""));
    }
    if (values_.empty()) return {};
    if (op.op == WhereOperator::kContains) return wrong(op.at, fmt::format("'{}' takes = or != only", name.text));
    const std::vector<std::string> known = split(values_, ' ');
    if (std::find(known.begin(), known.end(), node.value) != known.end()) return {};
    return wrong(
        token_.at,
        fmt::format("'{}' cannot be '{}'{}", printable(name.text), printable(text), did_you_mean(node.value, known)),
        "Known values: " + join(known, ", "));
  }

  Result<void> grade_of(const Token& op, const std::string& text, WhereNode& node) {
    const char letter = text.size() == 1 ? static_cast<char>(text.front() & ~0x20) : ' ';
    if (letter < 'A' || letter > 'F') return wrong(token_.at, "a grade is one of A B C D E F");
    if (op.op == WhereOperator::kContains)
      return wrong(op.at, "a grade is compared by = != < <= > >=; better is greater");
    node.number = -static_cast<int>(letter);
    return {};
  }

  Result<void> number_of(const Token& name, const Token& op, const std::string& text, WhereNode& node) {
    double number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) {
      return wrong(token_.at, fmt::format("'{}' is a number, and this is none", printable(name.text)));
    }
    if (op.op == WhereOperator::kContains) return wrong(op.at, "a number is compared by = != < <= > >=");
    node.number = number;
    return {};
  }

  Result<void> truth_of(const Token& name, const Token& op, const std::string& text, WhereNode& node) {
    const bool yes = iequals(text, "yes") || iequals(text, "true");
    if (!yes && !iequals(text, "no") && !iequals(text, "false")) {
      return wrong(token_.at, fmt::format("'{}' is yes or no", printable(name.text)));
    }
    if (op.op != WhereOperator::kEqual && op.op != WhereOperator::kNotEqual) {
      return wrong(op.at, fmt::format("'{}' takes = or != only", printable(name.text)));
    }
    node.truth_value = yes;
    return {};
  }

  std::string_view text_;
  const RuleSet& rules_;
  const FactLookup& facts_;
  std::size_t at_ = 0;
  Token token_;
  bool open_quote_ = false;
  std::string_view values_;     // of the name that was read last
  std::string_view fact_type_;  // likewise
};

std::string all_statuses() {
  std::string out;
  for (int i = 0; i <= static_cast<int>(HostStatus::kFromFiles); ++i) {
    out += (i > 0 ? " " : "") + std::string(to_string(static_cast<HostStatus>(i)));
  }
  return out;
}

}  // namespace

const std::vector<WhereName>& where_names() {
  static const std::string statuses = all_statuses();
  static const std::vector<WhereName> names = {
      {"host", WhereField::kHost, ""},
      {"grade", WhereField::kGrade, ""},
      {"score", WhereField::kScore, ""},
      {"country", WhereField::kCountry, ""},
      {"operator", WhereField::kOperator, ""},
      {"policy", WhereField::kPolicy, "own unsure not-found someone-elses yes pdf"},
      {"e2ee", WhereField::kE2ee,
       "available available-outdated-format hidden external-key-only disabled blocked-by-csp not-supported switch no"},
      {"stun", WhereField::kStun, ""},
      {"login", WhereField::kLogin, "open account-to-create account token members"},
      {"thirdparty", WhereField::kThirdParty, ""},
      {"status", WhereField::kStatus, statuses},
  };
  return names;
}

Result<Where> Where::parse(std::string_view text, const RuleSet& rules, const FactLookup& facts) {
  auto root = Parser(text, rules, facts).parse();
  if (!root) return fail(root.error());
  return Where(std::string(trim(text)), std::make_shared<const WhereNode>(std::move(*root)));
}

}  // namespace meetlat
