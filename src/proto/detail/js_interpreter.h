// Reads a script from front to back, keeping what each name holds for certain. Nothing that loops or is called runs,
// except a short list of pure string and array methods; whatever code that was not run may assign becomes unknown.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/detail/js_token.h"
#include "proto/detail/js_value.h"

namespace meetlat::detail {

// What a piece of code that is not run may do to a place such as config.p2p.
struct JsEffect {
  std::string root;
  std::vector<std::string> path;
  bool assigns = false;  // puts an unknown value there; otherwise it may change the object that is there
  bool reads = false;    // ... though only where the object is changed by another name
  bool renamed = false;  // changes an object by a name that is not a watched root

  auto operator<=>(const JsEffect&) const = default;
};

// The roots whose state is watched for unread regions.
inline constexpr std::array<std::string_view, 2> kWatchedRoots = {"config", "interfaceConfig"};

class JsInterpreter {
 public:
  JsInterpreter();
  // `source` is valid UTF-8; its first line has the number `first_line` in the file that holds it. True when it assigns
  // one of the watched roots or a member of it.
  bool run(std::string source, int index, int first_line = 1);
  // A text that is no script: whatever it was to set is unknown.
  void give_up_source(int index, std::string_view why);

  const JsVal* global(std::string_view name) const;
  bool assigned(std::string_view root) const { return assigned_.count(root) != 0; }
  bool incomplete(std::size_t root) const { return incomplete_.at(root); }
  const std::vector<std::string>& problems() const noexcept { return problems_; }
  int line_of(const JsPlace& place) const;
  int index_of(const JsPlace& place) const;  // the number that the caller gave to that source
  std::string excerpt_of(const JsPlace& place) const;

 private:
  using Kind = JsToken::Kind;
  using Scope = std::map<std::string, JsVal, std::less<>>;

  // Where an expression's value lives.
  struct Ref {
    bool valid = false;
    bool unknown_key = false;
    bool discard = false;        // a member of a text or number: assigning does nothing
    JsObject* object = nullptr;  // nullptr: a variable
    std::string name;
    std::vector<std::string> path;  // members below, of a value that is unknown
  };
  struct Expr {
    JsVal value;
    Ref ref;
  };
  struct Source {
    int index = -1;
    int first_line = 1;
    std::string text;
    std::vector<std::uint32_t> line_starts;
  };
  struct Call {
    Ref callee;
    JsVal callee_value;
    JsVal self;  // what a method is called on
    std::string method;
    std::vector<JsVal> arguments;
    bool spread = false;
  };
  class Nesting;

  // --- tokens (js_statement.cpp)
  const JsToken& peek(std::size_t ahead = 0) const;
  bool at(std::string_view text) const;
  bool accept(std::string_view text);
  void expect(std::string_view text);
  void skip_to(std::size_t index) { pos_ = index; }
  std::size_t after_bracket(std::size_t index) const;  // behind the bracket that closes the one at index
  JsPlace place(std::size_t index) const;
  int current_source() const noexcept { return static_cast<int>(sources_.size()) - 1; }
  bool dry() const noexcept { return dry_ > 0; }

  // --- statements (js_statement.cpp)
  void statements(std::size_t end);
  void statement();
  void statement_body();
  void note_includes();
  void run_includes(std::uint32_t before);
  bool keyword_statement(std::string_view word);
  void block();
  void declaration(bool block_scoped);
  void if_statement();
  void opaque_statement(std::string_view what);
  void skip_body_of(std::string_view word);
  void end_of_statement();
  void recover(std::size_t begin);
  void stop(std::string_view why);
  void problem(std::uint32_t offset, std::string_view what);
  void mark_incomplete(std::size_t begin, std::size_t end);

  // --- effects of code that is not run (js_effects.cpp)
  void survey();
  std::size_t function_end(std::size_t index) const;
  std::size_t expression_end(std::size_t index) const;
  std::vector<JsEffect> effects_of(std::size_t begin, std::size_t end) const;
  std::size_t chain(std::size_t index, JsEffect& effect, bool& computed) const;
  void apply(const JsEffect& effect, std::string_view why);
  void apply_region(std::size_t begin, std::size_t end, std::string_view why);
  void disturb(bool call);
  void taint(JsObject* object, std::string_view why);
  void may_be_unknown(const JsVal& value);

  // --- expressions (js_expression.cpp)
  Expr fail_here();
  JsVal unknown_here(std::string_view why) const;
  Expr expression();
  Expr assignment();
  Expr conditional();
  Expr binary(int min_precedence);
  Expr logical(const Expr& left, std::string_view op, int precedence);
  JsVal operate(std::string_view op, const JsVal& a, const JsVal& b);
  bool affordable(const JsVal& text);
  JsVal add(const JsVal& a, const JsVal& b);
  Expr unary();
  Expr increment(bool prefix, std::string_view op, const Expr& target);
  Expr type_of();
  Expr postfix();
  Expr member(const Expr& base, std::string_view key);
  Expr unknown_member(const Expr& base);
  Expr index(const Expr& base);
  Expr call(const Expr& callee, const JsVal& self, std::string_view method);

  // --- literals and names (js_literal.cpp)
  Expr primary();
  Expr name();
  Expr word(std::string_view text);
  Expr parenthesised();
  JsVal array_literal();
  JsVal object_literal();
  bool property(JsObject& object);
  bool property_key(std::string& key, bool& known);
  void put_property(JsObject& object, const std::string& key, bool known, JsVal value);
  void spread_into(JsObject& object, const JsVal& from);
  void recover_in_literal(std::size_t begin, std::size_t open, JsObject& object);
  JsVal template_literal(const JsToken& token);
  JsVal template_text(std::string_view raw);
  JsVal evaluate_piece(std::string_view piece, std::uint32_t offset);
  JsVal function_value(std::size_t begin);

  // --- places (js_places.cpp)
  static Ref unreadable_ref();
  JsVal* find_variable(std::string_view name);
  void declare(const std::string& name, JsVal value, bool block_scoped);
  void doubt(std::string_view name);
  void write(const Ref& ref, JsVal value);
  void set_at(JsObject* object, const std::string& name, JsVal value);
  JsVal* get_at(JsObject* object, const std::string& name);

  // --- calls (js_builtins.cpp)
  JsVal invoke(const Call& call);
  bool known_call(const Call& call, JsVal& result);
  bool string_method(const Call& call, JsVal& result);
  JsVal split(const std::string& text, const Call& call);
  bool array_method(const Call& call, JsVal& result);
  JsVal map_or_filter(const Call& call);
  bool object_method(const Call& call, JsVal& result);
  JsVal has_own(const JsVal& object, const JsVal& key) const;
  JsVal run_function(const JsVal& function, const std::vector<JsVal>& arguments);
  void escape(const JsVal& value, std::string_view why);

  JsHeap heap_;
  std::vector<Scope> scopes_{1};
  std::deque<Source> sources_;
  std::set<std::string, std::less<>> assigned_;
  std::array<bool, kWatchedRoots.size()> incomplete_{};
  std::vector<std::string> problems_;
  std::vector<JsEffect> function_effects_;
  std::vector<JsObject*> escaped_;
  std::size_t disturb_budget_ = 2'000'000;
  std::size_t call_budget_ = 4'000'000;

  // The script being read.
  const JsTokens* tokens_ = nullptr;
  std::size_t pos_ = 0;
  std::size_t limit_ = 0;          // the statement list that is being read ends here
  std::uint32_t base_offset_ = 0;  // of the tokens in the source
  int dry_ = 0;                    // reading without doing
  int depth_ = 0;
  int template_depth_ = 0;
  bool error_ = false;
  bool stopped_ = false;
  // Why the script may have ended before the place that is being read: a name was used that nobody may have defined.
  std::string doubt_;
  // What a server puts between statements from files that are not here, in order: offset, and which roots it may set.
  std::vector<std::pair<std::uint32_t, std::array<bool, kWatchedRoots.size()>>> includes_;
  std::size_t next_include_ = 0;
  std::set<std::string_view> declared_;  // somewhere in this script
};

// Counts one level of nesting; too_deep() past the limit.
class JsInterpreter::Nesting {
 public:
  explicit Nesting(JsInterpreter& owner) : owner_(owner) { ++owner_.depth_; }
  ~Nesting() { --owner_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  bool too_deep() const noexcept { return owner_.depth_ > kMax; }

 private:
  static constexpr int kMax = 600;  // an array in an array costs three levels of grammar
  JsInterpreter& owner_;
};

}  // namespace meetlat::detail
