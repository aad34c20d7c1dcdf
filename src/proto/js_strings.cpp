#include "proto/js_strings.h"

#include <cstddef>
#include <set>

#include "base/text.h"
#include "proto/detail/js_token.h"

namespace meetlat {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostUrls = 500;
constexpr std::size_t kLongestUrl = 2000;

bool is_absolute(std::string_view text) {
  if (text.starts_with("//")) return text.size() > 2 && text[2] != '/' && text.find('.') != std::string_view::npos;
  for (const std::string_view scheme : {"https://", "http://", "wss://", "ws://"}) {
    if (starts_with_i(text, scheme)) return text.size() > scheme.size();
  }
  return false;
}

// What stands before the first ${ of a template; "" when that ends within the host of an address.
std::string_view template_start(std::string_view text) {
  if (text.starts_with('`')) text.remove_prefix(1);
  if (text.ends_with('`')) text.remove_suffix(1);
  const std::size_t end = text.find("${");
  if (end == std::string_view::npos) return text;
  const std::string_view start = text.substr(0, end);
  const std::size_t host = start.find("//");
  if (host == std::string_view::npos || start.find('/', host + 2) == std::string_view::npos) return {};
  return start;
}

}  // namespace

std::vector<std::string> script_urls(std::string_view script) {
  using Kind = detail::JsToken::Kind;
  std::vector<std::string> urls;
  std::set<std::string, std::less<>> known;
  const detail::JsTokens read = detail::tokenize_js(first_bytes(script, kMostBytes));
  for (const detail::JsToken& token : read.tokens) {
    std::string_view text;
    if (token.kind == Kind::kString && token.string) text = *token.string;
    if (token.kind == Kind::kTemplate) text = template_start(token.text);
    text = trim(text);
    if (!is_absolute(text) || text.size() > kLongestUrl) continue;
    if (urls.size() >= kMostUrls || !known.emplace(text).second) continue;
    urls.emplace_back(text);
  }
  return urls;
}

}  // namespace meetlat
