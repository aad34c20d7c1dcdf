#include "probes/permissions_policy.h"

#include <utility>

#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostBytes = 16'000;
constexpr std::size_t kMostOrigins = 20;

// One value: a token, or a string without its quotes.
struct Item {
  bool string = false;
  std::string text;
};

// A reader of one structured field; every take moves on, and false means that the field is malformed.
class Field {
 public:
  explicit Field(std::string_view text) : text_(text.substr(0, kMostBytes)) {}

  bool at_end() const noexcept { return at_ >= text_.size(); }
  void skip_blanks() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_key(std::string& key) {
    key.clear();
    while (!at_end()) {
      const char c = text_[at_];
      const bool first = (c >= 'a' && c <= 'z') || c == '*';
      const bool more = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
      if (!first && (key.empty() || !more)) break;
      key += c;
      ++at_;
    }
    return !key.empty();
  }
  bool take_item(Item& item) {
    item = {};
    if (take('"')) {
      item.string = true;
      while (!at_end()) {
        char c = text_[at_++];
        if (c == '"') return take_parameters();
        if (c == '\\') {
          if (at_end() || (text_[at_] != '"' && text_[at_] != '\\')) return false;
          c = text_[at_++];
        }
        item.text += c;
      }
      return false;
    }
    take(kBoolean);
    while (!at_end() && is_token(text_[at_])) item.text += text_[at_++];
    return !item.text.empty() && take_parameters();
  }
  // "(item item)"
  bool take_list(std::vector<Item>& items) {
    items.clear();
    while (true) {
      skip_blanks();
      if (take(')')) return take_parameters();
      Item item;
      if (!take_item(item)) return false;
      items.push_back(std::move(item));
      if (!at_end() && text_[at_] != ' ' && text_[at_] != ')') return false;
    }
  }
  bool take_parameters() {
    while (take(';')) {
      skip_blanks();
      std::string key;
      Item item;
      if (!take_key(key) || (take('=') && !take_item_alone(item))) return false;
    }
    return true;
  }

 private:
  static constexpr char kBoolean = '?';
  static bool is_token(char c) noexcept {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~:/";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  }
  // A parameter's value has no parameters of its own.
  bool take_item_alone(Item& item) {
    if (at_end()) return false;
    if (text_[at_] != '"') {
      take(kBoolean);
      while (!at_end() && is_token(text_[at_])) item.text += text_[at_++];
      return !item.text.empty();
    }
    const std::size_t end = text_.find('"', at_ + 1);
    if (end == std::string_view::npos) return false;
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Allowlist allowlist_of(const std::vector<Item>& items) {
  Allowlist list;
  for (const Item& item : items) {
    if (!item.string && item.text == "*") list.everybody = true;
    if (!item.string && item.text == "self") list.self = true;
    if (item.string && list.origins.size() < kMostOrigins) list.origins.push_back(excerpt(item.text, 120));
  }
  return list;
}

}  // namespace

std::optional<Allowlist> permission_for(std::string_view header, std::string_view feature) {
  Field field(header);
  std::optional<Allowlist> found;
  field.skip_blanks();
  while (!field.at_end()) {
    std::string key;
    if (!field.take_key(key)) return std::nullopt;
    std::vector<Item> items;
    bool mentioned = false;
    if (field.take('=')) {
      mentioned = true;
      if (field.take('(')) {
        if (!field.take_list(items)) return std::nullopt;
      } else {
        Item item;
        if (!field.take_item(item)) return std::nullopt;
        items.push_back(std::move(item));
      }
    } else if (!field.take_parameters()) {
      return std::nullopt;
    }
    // A key alone is the boolean true, which is no allowlist.
    if (key == feature) found = mentioned ? std::optional(allowlist_of(items)) : std::nullopt;
    field.skip_blanks();
    if (field.at_end()) return found;
    if (!field.take(',')) return std::nullopt;
    field.skip_blanks();
    if (field.at_end()) return std::nullopt;  // a comma at the end
  }
  return found;
}

}  // namespace meetlat::probes
