#include "refserver/persona_fields.h"

#include <fmt/format.h>

namespace meetlat {
namespace {

Error at_mark(const std::string& file, const Mark& mark, std::string_view what) {
  return Error{ErrorCode::kSchema, fmt::format("{}: line {}, column {}: {}", file, mark.line, mark.column, what)};
}

}  // namespace

Fields::Fields(const Doc& doc, const std::string& file, std::optional<Error>& error)
    : doc_(doc), file_(file), error_(error) {
  if (doc_.map() == nullptr) complain(doc_, "a map of keys and values is needed here");
}

void Fields::complain(const Doc& at, std::string_view what) {
  if (!error_) error_ = at_mark(file_, at.mark, what);
}

const Doc* Fields::take(std::string_view key) {
  known_.push_back(key);
  const Doc* found = doc_.find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

bool Fields::read_text(const Doc& doc, std::string_view key, std::string& out) {
  if (const auto* text = doc.string()) {
    out = *text;
  } else if (const auto* integer = doc.integer()) {
    out = std::to_string(*integer);
  } else {
    complain(doc, fmt::format("'{}' must be text", key));
    return false;
  }
  return true;
}

void Fields::text(std::string_view key, std::string& out) {
  if (const Doc* doc = take(key)) read_text(*doc, key, out);
}

void Fields::flag(std::string_view key, bool& out) {
  const Doc* doc = take(key);
  if (doc == nullptr) return;
  if (const bool* value = doc->boolean()) {
    out = *value;
  } else {
    complain(*doc, fmt::format("'{}' must be true or false", key));
  }
}

void Fields::number(std::string_view key, int& out, int lowest, int highest) {
  const Doc* doc = take(key);
  if (doc == nullptr) return;
  const auto* value = doc->integer();
  if (value != nullptr && *value >= lowest && *value <= highest) {
    out = static_cast<int>(*value);
  } else {
    complain(*doc, fmt::format("'{}' must be a whole number from {} to {}", key, lowest, highest));
  }
}

void Fields::texts(std::string_view key, std::vector<std::string>& out) {
  const Doc* doc = take(key);
  if (doc == nullptr) return;
  if (doc->seq() == nullptr) return complain(*doc, fmt::format("'{}' must be a list", key));
  out.clear();
  for (const Doc& item : *doc->seq()) {
    std::string word;
    if (read_text(item, key, word)) out.push_back(std::move(word));
  }
}

void Fields::headers(std::string_view key, HeaderList& out) {
  const Doc* doc = take(key);
  if (doc == nullptr) return;
  if (doc->map() == nullptr) return complain(*doc, fmt::format("'{}' must be a map of header names", key));
  out.clear();
  for (const auto& entry : *doc->map()) {
    std::string value;
    if (entry.value.is_null() || !read_text(entry.value, entry.key, value)) continue;
    out.emplace_back(entry.key, std::move(value));
  }
}

void Fields::scalars(std::string_view key, HeaderList& out) {
  const Doc* doc = take(key);
  if (doc == nullptr) return;
  if (doc->map() == nullptr) return complain(*doc, fmt::format("'{}' must be a map", key));
  out.clear();
  for (const auto& entry : *doc->map()) {
    std::string value;
    if (const bool* flag = entry.value.boolean(); flag != nullptr) {
      value = *flag ? "true" : "false";
    } else if (!read_text(entry.value, entry.key, value)) {
      continue;
    }
    out.emplace_back(entry.key, std::move(value));
  }
}

void Fields::tree(std::string_view key, Doc& out) {
  const Doc* doc = take(key);
  if (doc == nullptr) return;
  if (doc->map() == nullptr) return complain(*doc, fmt::format("'{}' must be a map", key));
  out = *doc;
}

std::optional<Fields> Fields::below(std::string_view key) {
  const Doc* doc = take(key);
  if (doc == nullptr) return std::nullopt;
  return Fields(*doc, file_, error_);
}

std::vector<Fields> Fields::each(std::string_view key) {
  std::vector<Fields> out;
  const Doc* doc = take(key);
  if (doc == nullptr) return out;
  if (doc->seq() == nullptr) {
    complain(*doc, fmt::format("'{}' must be a list", key));
    return out;
  }
  for (const Doc& item : *doc->seq()) out.emplace_back(item, file_, error_);
  return out;
}

void Fields::finish() {
  const auto* map = doc_.map();
  if (map == nullptr || error_) return;
  for (const auto& entry : *map) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    error_ = at_mark(file_, entry.mark, fmt::format("unknown key '{}'", entry.key));
    return;
  }
}

}  // namespace meetlat
