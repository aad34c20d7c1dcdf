#include "lists/code.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lists/formats.h"
#include "lists/list_builder.h"
#include "lists/structured.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxNodes = 500'000;
constexpr std::size_t kMaxLiteral = 4096;

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || byte >= 0x80 || c == '_' || c == '$';
}

Doc make(Doc::Seq seq) {
  Doc doc;
  doc.value = std::move(seq);
  return doc;
}

Doc make(Doc::Map map) {
  Doc doc;
  doc.value = std::move(map);
  return doc;
}

// One bracket that is open. '\0' is the file itself.
struct Frame {
  char open = '\0';
  std::string call;        // the word right before '(': "SelectField", "array"
  bool subscript = false;  // x[...]: no list
  Doc::Seq items;
  Doc::Map entries;
  std::string key;  // of the value that comes next
  bool key_by_colon = false;
  std::string word;         // last identifier
  std::optional<Doc> last;  // value that may turn out to be a key
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) { stack_.emplace_back(); }

  Doc run() {
    while (at_ < text_.size() && nodes_ < kMaxNodes) step();
    while (stack_.size() > 1) close();
    commit();
    return finish(std::move(stack_.back()));
  }

 private:
  Frame& top() { return stack_.back(); }

  void step() {
    const char c = text_[at_];
    if (skip_comment()) return;
    if (c == '"' || c == '\'' || c == '`') return literal(c);
    if (is_word(c)) return word();
    switch (c) {
      case '\n':
        ++line_;
        if (stack_.size() == 1) end_line();
        break;
      case '[':
      case '(':
      case '{':
        open(c);
        break;
      case ']':
      case ')':
      case '}':
        if (skipped_ > 0) {
          --skipped_;
        } else if (stack_.size() > 1) {
          close();
        }
        break;
      case ',':
      case ';':
        commit();
        top().word.clear();
        break;
      case ':':
        name_value(true);
        break;
      case '=':
        assign();
        break;
      default:
        break;
    }
    ++at_;
  }

  std::string_view ahead() const { return text_.substr(at_); }

  bool skip_comment() {
    const std::string_view here = ahead();
    const char before = at_ == 0 ? '\n' : text_[at_ - 1];
    const auto skip_to = [&](std::string_view end, std::size_t from) {
      const std::size_t stop = text_.find(end, at_ + from);
      const std::size_t next = stop == std::string_view::npos ? text_.size() : stop + end.size();
      line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                           text_.begin() + static_cast<std::ptrdiff_t>(next), '\n'));
      at_ = next;
      return true;
    };
    if (here.starts_with("/*")) return skip_to("*/", 2);
    if (here.starts_with("<!--")) return skip_to("-->", 4);
    if (here.starts_with("\"\"\"")) return skip_to("\"\"\"", 3);
    if (here.starts_with("'''")) return skip_to("'''", 3);
    const bool hash = here.starts_with('#') && std::isspace(static_cast<unsigned char>(before)) != 0;
    if (hash || (here.starts_with("//") && before != ':')) {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return true;
    }
    return false;
  }

  void literal(char quote) {
    std::string text;
    std::size_t i = at_ + 1;
    for (; i < text_.size() && text_[i] != quote && text_[i] != '\n'; ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size() && text_[i + 1] != '\n') {
        ++i;
        // JSON inside of a script writes "https:\/\/".
        if (text_[i] != '/' && text_[i] != quote) text += '\\';
      }
      if (text.size() < kMaxLiteral) text += text_[i];
    }
    at_ = i < text_.size() && text_[i] == quote ? i + 1 : i;
    if (top().last) commit();
    Doc doc;
    doc.value = std::move(text);
    doc.mark.line = line_;
    top().last = std::move(doc);
    ++nodes_;
  }

  void word() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (top().last) commit();
    top().word = std::string(text_.substr(from, std::min<std::size_t>(at_ - from, 200)));
  }

  void end_line() {
    if (top().last) commit();
    if (top().key_by_colon) top().key.clear();
    top().word.clear();
  }

  void assign() {
    const std::string_view here = ahead();
    const char before = at_ == 0 ? '\0' : text_[at_ - 1];
    if (here.starts_with("=>")) {
      ++at_;
      name_value(true);
    } else if (here.starts_with("==")) {
      while (at_ + 1 < text_.size() && text_[at_ + 1] == '=') ++at_;
    } else if (before != '!' && before != '<' && before != '>') {
      name_value(false);
    }
  }

  // What stands before ':', '=>' or '=' names what follows.
  void name_value(bool colon) {
    Frame& frame = top();
    if (colon && frame.last && frame.last->string() != nullptr && frame.key.empty()) {
      frame.key = *frame.last->string();
      frame.last.reset();
    } else if (!colon && !frame.key.empty() && !frame.last) {
      // "NAME: Type[] =": the name was there already.
    } else {
      if (frame.last) commit();
      if (!frame.word.empty()) frame.key = frame.word;
    }
    frame.key_by_colon = colon;
    frame.word.clear();
  }

  void open(char bracket) {
    if (stack_.size() >= kMaxDepth) {
      ++skipped_;
      return;
    }
    const char before = at_ == 0 ? '\0' : text_[at_ - 1];
    Frame frame;
    frame.open = bracket;
    if (bracket == '(') frame.call = top().word;
    frame.subscript = bracket == '[' && (is_word(before) || before == ']' || before == ')');
    if (top().last) commit();
    stack_.push_back(std::move(frame));
    ++nodes_;
  }

  void close() {
    commit();
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (frame.subscript) return;
    Doc doc = makes_record(frame, stack_.back()) ? record(std::move(frame)) : finish(std::move(frame));
    const bool empty = (doc.seq() != nullptr && doc.seq()->empty()) || (doc.map() != nullptr && doc.map()->empty());
    if (empty) return;
    doc.mark.line = line_;
    top().last = std::move(doc);
  }

  // The pending value takes its place in the innermost bracket.
  void commit() {
    Frame& frame = top();
    if (frame.last) {
      if (!frame.key.empty()) {
        Doc::Entry entry;
        entry.key = std::move(frame.key);
        entry.mark = frame.last->mark;
        entry.value = std::move(*frame.last);
        frame.entries.push_back(std::move(entry));
      } else {
        frame.items.push_back(std::move(*frame.last));
      }
      frame.last.reset();
    }
    frame.key.clear();
    frame.key_by_colon = false;
  }

  static bool is_container(const Doc& doc) { return doc.seq() != nullptr || doc.map() != nullptr; }

  static void add_unnamed(Doc::Seq& items, Doc::Map& entries) {
    for (Doc& item : items) {
      if (!is_container(item)) continue;
      Doc::Entry entry;
      entry.mark = item.mark;
      entry.value = std::move(item);
      entries.push_back(std::move(entry));
    }
  }

  static bool is_list_call(std::string_view call) {
    constexpr std::string_view kLists[] = {"",      "array",      "list",   "tuple",    "set", "Set",
                                           "Array", "List",       "of",     "listOf",   "vec", "return",
                                           "in",    "Collection", "asList", "frozenset"};
    return std::find(std::begin(kLists), std::end(kLists), call) != std::end(kLists);
  }

  // [Server(name: "A", url: "https://meet.example"), Server("B", "https://b.example")]: calls that make the records of
  // a list. A call with one unnamed string fetches or wraps something.
  static bool makes_record(const Frame& frame, const Frame& parent) {
    const bool listed = parent.open == '[' || (parent.open == '(' && !parent.call.empty() && is_list_call(parent.call));
    if (!listed || parent.subscript || frame.open != '(' || is_list_call(frame.call)) return false;
    const bool named = frame.items.empty() && !frame.entries.empty();
    const bool ordered = frame.entries.empty() && frame.items.size() > 1;
    return (named && std::none_of(frame.entries.begin(), frame.entries.end(),
                                  [](const Doc::Entry& entry) { return is_container(entry.value); })) ||
           (ordered && std::none_of(frame.items.begin(), frame.items.end(), is_container));
  }

  static Doc record(Frame frame) {
    return frame.entries.empty() ? make(std::move(frame.items)) : make(std::move(frame.entries));
  }

  static Doc finish(Frame frame) {
    const bool strings =
        std::any_of(frame.items.begin(), frame.items.end(), [](const Doc& d) { return !is_container(d); });
    switch (frame.open) {
      case '[':
        if (frame.entries.size() > frame.items.size()) return make(std::move(frame.entries));
        return make(std::move(frame.items));
      case '(': {
        const bool list = is_list_call(frame.call);
        if (list && frame.entries.size() > frame.items.size()) return make(std::move(frame.entries));
        // new Set([...]) is the array; array('a', 'b') is one itself.
        if (list && strings) return make(std::move(frame.items));
        if (list && frame.items.size() > 1) return make(std::move(frame.items));
        return finish_call(std::move(frame));
      }
      case '{':
        if (frame.entries.empty() && strings) return make(std::move(frame.items));
        [[fallthrough]];
      default:
        add_unnamed(frame.items, frame.entries);
        return make(std::move(frame.entries));
    }
  }

  // Of a call only the arrays and records among its arguments count.
  static Doc finish_call(Frame frame) {
    std::erase_if(frame.entries, [](const Doc::Entry& entry) { return !is_container(entry.value); });
    std::erase_if(frame.items, [](const Doc& item) { return !is_container(item); });
    if (frame.entries.empty() && frame.items.size() == 1) return std::move(frame.items.front());
    add_unnamed(frame.items, frame.entries);
    return make(std::move(frame.entries));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::size_t nodes_ = 0;
  std::size_t skipped_ = 0;
  std::vector<Frame> stack_;
};

class CodeSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "code"; }

  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    return bytes.find_first_of("\"'`") != std::string_view::npos;
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    ListBuilder list(format(), origin);
    // Two at least under a name that says nothing: one string among others is no list.
    read_structured(read_code(bytes), {2}, list);
    return std::move(list).finish();
  }
};

}  // namespace

Doc read_code(std::string_view text) {
  return Reader(text).run();
}

const ListSource& code_source() noexcept {
  static const CodeSource source;
  return source;
}

}  // namespace meetlat
