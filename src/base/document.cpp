#include "base/document.h"

#include <fmt/core.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/text.h"

namespace meetlat {
namespace {

std::string at(const Mark& mark) {
  return fmt::format("line {}, column {}", mark.line, mark.column);
}

// Thrown inside the readers only; never leaves this file.
class Refused : public std::runtime_error {
 public:
  Refused(ErrorCode code, const std::string& what) : std::runtime_error(what), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

// Builds a Doc from a stream of begin/end/scalar events, whatever library sends them. The open containers are on a
// stack of values rather than pointers, so a growing sequence moves nothing that is still referred to.
class Builder {
 public:
  explicit Builder(const DocLimits& limits) : limits_(limits) {}

  void begin_seq(Mark mark) { open(Doc{Doc::Seq{}, mark}); }
  void begin_map(Mark mark) { open(Doc{Doc::Map{}, mark}); }
  void end() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    place(std::move(frame.doc));
  }
  void key(std::string text, Mark mark) {
    stack_.back().key = std::move(text);
    stack_.back().key_mark = mark;
    stack_.back().has_key = true;
  }
  void scalar(Doc doc) {
    count();
    place(std::move(doc));
  }
  bool wants_key() const {
    return !stack_.empty() && std::holds_alternative<Doc::Map>(stack_.back().doc.value) && !stack_.back().has_key;
  }
  Doc take() { return std::move(root_); }

 private:
  struct Frame {
    Doc doc;
    std::string key;
    Mark key_mark;
    bool has_key = false;
  };
  void count() {
    if (++nodes_ > limits_.max_nodes) {
      throw Refused(ErrorCode::kTooLarge, fmt::format("more than {} values", limits_.max_nodes));
    }
  }
  void open(Doc doc) {
    count();
    if (stack_.size() >= static_cast<std::size_t>(limits_.max_depth)) {
      throw Refused(ErrorCode::kTooLarge, fmt::format("nested deeper than {}", limits_.max_depth));
    }
    stack_.push_back(Frame{std::move(doc), {}, {}, false});
  }
  void place(Doc doc) {
    if (stack_.empty()) {
      root_ = std::move(doc);
      return;
    }
    Frame& frame = stack_.back();
    if (auto* items = std::get_if<Doc::Seq>(&frame.doc.value)) {
      items->push_back(std::move(doc));
      return;
    }
    std::get<Doc::Map>(frame.doc.value).push_back(Doc::Entry{std::move(frame.key), frame.key_mark, std::move(doc)});
    frame.has_key = false;
  }

  DocLimits limits_;
  std::size_t nodes_ = 0;
  std::vector<Frame> stack_;
  Doc root_;
};

std::optional<std::int64_t> as_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<double> as_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  // The core schema demands a digit and knows .inf and .nan by other names; from_chars would accept "inf" and "nan".
  if (text.find_first_of("0123456789") == std::string_view::npos ||
      text.find_first_of("xXiInN_") != std::string_view::npos) {
    return std::nullopt;
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// YAML 1.2 core schema, section 10.3.2, without octal and hexadecimal (no file of ours has them).
Doc typed_scalar(const std::string& text, Mark mark) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Doc{nullptr, mark};
  if (text == "true" || text == "True" || text == "TRUE") return Doc{true, mark};
  if (text == "false" || text == "False" || text == "FALSE") return Doc{false, mark};
  if (const auto number = as_integer(text)) return Doc{*number, mark};
  if (const auto number = as_double(text)) return Doc{*number, mark};
  return Doc{text, mark};
}

class YamlEvents final : public YAML::EventHandler {
 public:
  explicit YamlEvents(const DocLimits& limits) : builder_(limits) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { scalar(Doc{nullptr, convert(mark)}, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused(ErrorCode::kUnsupported, at(convert(mark)) + ": YAML aliases are not accepted");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    const bool plain = tag == "?" || tag.empty();
    scalar(plain ? typed_scalar(value, convert(mark)) : Doc{value, convert(mark)}, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    refuse_as_key(mark);
    builder_.begin_seq(convert(mark));
  }
  void OnSequenceEnd() override { builder_.end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    refuse_as_key(mark);
    builder_.begin_map(convert(mark));
  }
  void OnMapEnd() override { builder_.end(); }

  Doc take() { return builder_.take(); }

 private:
  static Mark convert(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }
  void refuse_as_key(const YAML::Mark& mark) const {
    if (builder_.wants_key()) {
      throw Refused(ErrorCode::kParse, at(convert(mark)) + ": a key must be a plain word, not a list or map");
    }
  }
  void scalar(Doc doc, const std::string& text) {
    if (builder_.wants_key()) {
      builder_.key(text, doc.mark);
    } else {
      builder_.scalar(std::move(doc));
    }
  }

  Builder builder_;
};

class JsonEvents final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonEvents(const DocLimits& limits, std::string_view bytes) : builder_(limits), bytes_(bytes) {}

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(static_cast<std::int64_t>(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return scalar(static_cast<double>(value));
    }
    return scalar(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    builder_.begin_map({});
    return true;
  }
  bool key(string_t& value) override {
    builder_.key(std::move(value), {});
    return true;
  }
  bool end_object() override {
    builder_.end();
    return true;
  }
  bool start_array(std::size_t) override {
    builder_.begin_seq({});
    return true;
  }
  bool end_array() override {
    builder_.end();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    const std::size_t end = std::min(position == 0 ? 0 : position - 1, bytes_.size());
    Mark mark{1, 1};
    for (std::size_t i = 0; i < end; ++i) {
      if (bytes_[i] == '\n') {
        ++mark.line;
        mark.column = 1;
      } else {
        ++mark.column;
      }
    }
    error_ = fmt::format("{}: no JSON from here: '{}'", at(mark), excerpt(bytes_.substr(end), 20));
    return false;
  }

  Doc take() { return builder_.take(); }
  const std::string& error() const { return error_; }

 private:
  template <class T>
  bool scalar(T value) {
    Doc doc;
    doc.value = std::move(value);
    builder_.scalar(std::move(doc));
    return true;
  }

  Builder builder_;
  std::string_view bytes_;
  std::string error_;
};

Mark convert(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

void walk_toml(const toml::node& node, Builder& builder);

void walk_table(const toml::table& table, Builder& builder) {
  builder.begin_map(convert(table.source()));
  // toml++ sorts by key; the file's order is what a reader expects.
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [name, value] : table) entries.emplace_back(&name, &value);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto& x = a.first->source().begin;
    const auto& y = b.first->source().begin;
    return x.line != y.line ? x.line < y.line : x.column < y.column;
  });
  for (const auto& [name, value] : entries) {
    builder.key(std::string(name->str()), convert(name->source()));
    walk_toml(*value, builder);
  }
  builder.end();
}

// Recursion is bounded: the parser refuses nesting past 256 and the builder past max_depth.
void walk_toml(const toml::node& node, Builder& builder) {
  const Mark mark = convert(node.source());
  if (const auto* table = node.as_table()) {
    walk_table(*table, builder);
  } else if (const auto* array = node.as_array()) {
    builder.begin_seq(mark);
    for (const toml::node& item : *array) walk_toml(item, builder);
    builder.end();
  } else if (const auto* text = node.as_string()) {
    builder.scalar(Doc{text->get(), mark});
  } else if (const auto* flag = node.as_boolean()) {
    builder.scalar(Doc{flag->get(), mark});
  } else if (const auto* integer = node.as_integer()) {
    builder.scalar(Doc{integer->get(), mark});
  } else if (const auto* real = node.as_floating_point()) {
    builder.scalar(Doc{real->get(), mark});
  } else {
    std::ostringstream words;  // dates and times keep their text
    node.visit([&](const auto& value) {
      if constexpr (toml::is_date<decltype(value)> || toml::is_time<decltype(value)> ||
                    toml::is_date_time<decltype(value)>) {
        words << value.get();
      }
    });
    builder.scalar(Doc{words.str(), mark});
  }
}

}  // namespace

bool Doc::number(double& out) const noexcept {
  if (const std::int64_t* whole = integer()) {
    out = static_cast<double>(*whole);
    return true;
  }
  if (const double* real = std::get_if<double>(&value)) {
    out = *real;
    return true;
  }
  return false;
}

const Doc* Doc::find(std::string_view key) const noexcept {
  const Map* entries = map();
  if (entries == nullptr) return nullptr;
  for (const Entry& entry : *entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Result<Doc> read_yaml(std::string_view bytes, const DocLimits& limits) {
  try {
    std::istringstream stream{std::string(bytes)};
    YAML::Parser parser(stream);
    YamlEvents events(limits);
    if (!parser.HandleNextDocument(events)) return Doc{};
    return events.take();
  } catch (const Refused& refused) {
    return fail(refused.code(), refused.what());
  } catch (const YAML::Exception& error) {
    const Mark mark{error.mark.line + 1, error.mark.column + 1};
    return fail(ErrorCode::kParse, fmt::format("{}: {}", at(mark), error.msg));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kParse, fmt::format("not readable as YAML: {}", error.what()));
  }
}

Result<Doc> read_toml(std::string_view bytes, const DocLimits& limits) {
  try {
    const toml::table table = toml::parse(bytes);
    Builder builder(limits);
    walk_table(table, builder);
    return builder.take();
  } catch (const Refused& refused) {
    return fail(refused.code(), refused.what());
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kParse, fmt::format("{}: {}", at(convert(error.source())), error.description()));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kParse, fmt::format("not readable as TOML: {}", error.what()));
  }
}

Result<Doc> read_json(std::string_view bytes, const DocLimits& limits) {
  try {
    JsonEvents events(limits, bytes);
    if (!nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &events)) {
      return fail(ErrorCode::kParse, events.error());
    }
    return events.take();
  } catch (const Refused& refused) {
    return fail(refused.code(), refused.what());
  } catch (const std::exception& error) {
    return fail(ErrorCode::kParse, fmt::format("not readable as JSON: {}", error.what()));
  }
}

const Doc::Entry* find_duplicate_key(const Doc& doc) noexcept {
  if (const Doc::Seq* items = doc.seq()) {
    for (const Doc& item : *items) {
      if (const Doc::Entry* found = find_duplicate_key(item)) return found;
    }
  }
  const Doc::Map* entries = doc.map();
  if (entries == nullptr) return nullptr;
  std::set<std::string_view> seen;
  for (const Doc::Entry& entry : *entries) {
    if (!seen.insert(entry.key).second) return &entry;
    if (const Doc::Entry* found = find_duplicate_key(entry.value)) return found;
  }
  return nullptr;
}

}  // namespace meetlat
