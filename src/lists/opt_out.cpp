#include "lists/opt_out.h"

#include <fmt/core.h>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"
#include "base/url.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

Result<std::string> read_pattern(std::string_view text, std::string_view where) {
  text = trim(text);
  const bool wildcard = text.starts_with("*.");
  const auto host = normalise_host(wildcard ? text.substr(2) : text);
  if (!host) {
    return fail(ErrorCode::kSchema, fmt::format("{}: '{}' is no host name; write meet.example.org or *.example.org",
                                                where, excerpt(text, 80)));
  }
  return (wildcard ? "*." : "") + *host;
}

std::string string_of(const Doc& map, std::string_view key) {
  const Doc* found = map.find(key);
  return found != nullptr && found->string() != nullptr ? *found->string() : std::string{};
}

Result<std::vector<OptOut::Entry>> parse_json_form(std::string_view bytes, std::string_view file_name) {
  const auto doc = read_json(bytes);
  if (!doc) return fail(doc.error().code, fmt::format("{}: {}", file_name, doc.error().context));
  const Doc* list = doc->find("opt_outs");
  if (list == nullptr || list->seq() == nullptr) {
    return fail(ErrorCode::kSchema, fmt::format("{}: an opt-out file needs a list \"opt_outs\"", file_name));
  }
  std::vector<OptOut::Entry> out;
  std::size_t number = 0;
  for (const Doc& item : *list->seq()) {
    const std::string where = fmt::format("{}: opt_outs[{}]", file_name, number++);
    const std::string text = item.string() != nullptr ? *item.string() : string_of(item, "host");
    auto pattern = read_pattern(text, where);
    if (!pattern) return fail(pattern.error());
    out.push_back({std::move(*pattern), string_of(item, "since"), string_of(item, "reason")});
  }
  return out;
}

}  // namespace

Result<OptOut> OptOut::parse(std::string_view bytes, std::string_view file_name) {
  OptOut out;
  const std::string_view text = trim(bytes);
  if (text.starts_with('{') || text.starts_with('[')) {
    auto entries = parse_json_form(bytes, file_name);
    if (!entries) return fail(entries.error());
    out.entries_ = std::move(*entries);
    return out;
  }
  std::size_t number = 0;
  for (const std::string& line : split(bytes, '\n')) {
    ++number;
    const std::string_view item = trim(std::string_view(line).substr(0, line.find('#')));
    if (item.empty()) continue;
    auto pattern = read_pattern(item, fmt::format("{}:{}", file_name, number));
    if (!pattern) return fail(pattern.error());
    out.entries_.push_back({std::move(*pattern), {}, {}});
  }
  return out;
}

Result<OptOut> OptOut::load(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kMaxBytes);
  if (!bytes) return fail(bytes.error());
  return parse(*bytes, path.string());
}

void OptOut::add(const OptOut& other) {
  entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
}

const OptOut::Entry* OptOut::find(std::string_view host) const noexcept {
  for (const Entry& entry : entries_) {
    const std::string_view pattern = entry.pattern;
    if (!pattern.starts_with("*.")) {
      if (pattern == host) return &entry;
      continue;
    }
    const std::string_view domain = pattern.substr(2);
    if (host == domain ||
        (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.')) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace meetlat
