#include "probes/client_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/text.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

bool is_hash(std::string_view text) {
  // Git's short forms or the whole; "0123456789abcdef" is an alphabet that many libraries hold.
  return ((text.size() >= 7 && text.size() <= 12) || text.size() == 40) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

// The quoted text that begins at `at`; "" when there is none of at most 41 bytes.
std::string_view quoted_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return {};
  const std::string_view window = text.substr(at + 1, 42);
  const std::size_t end = window.find(text[at]);
  return end == std::string_view::npos ? std::string_view{} : window.substr(0, end);
}

std::string_view path_of(std::string_view url) {
  return url.substr(0, url.find_first_of("?#"));
}

std::string_view name_of(std::string_view url) {
  const std::string_view path = path_of(url);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// File names of the script elements of index.html in all releases of the table.
bool is_stock_file(std::string_view name) {
  constexpr std::array<std::string_view, 14> kStock{"lib-jitsi-meet.min.js",
                                                    "lib-jitsi-meet.js",
                                                    "app.bundle.min.js",
                                                    "app.bundle.js",
                                                    "config.js",
                                                    "interface_config.js",
                                                    "logging_config.js",
                                                    "do_external_connect.js",
                                                    "external_connect.js",
                                                    "utils.js",
                                                    "analytics.js",
                                                    "brand.js",
                                                    "strophe.js",
                                                    "app.js"};
  return std::find(kStock.begin(), kStock.end(), name) != kStock.end();
}

// Inline scripts of index.html in all releases, known by what only they do.
bool is_stock_inline(std::string_view text) {
  constexpr std::array<std::string_view, 11> kMarks{
      "indexLoadedTime",       "index.html loaded", "manifest-placeholder", "JitsiMeetJS.app",
      "EXCALIDRAW_ASSET_PATH", "IE11 and earlier",  "criticalFiles",        "disableThirdPartyRequests) {",
      "contextRootEndIndex",   "loggingConfig",     "interfaceConfig"};
  if (trim(text).empty()) return true;
  const std::string_view start = text.substr(0, 200'000);
  for (const std::string_view mark : kMarks) {
    if (start.find(mark) != std::string_view::npos) return true;
  }
  for (const std::string_view mark : {"config = {", "config={", "config.hosts", "config = \n"}) {
    if (start.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string library_claim(std::string_view library) {
  // Names of minified code mean something else in every function, so only a constant that stands there counts.
  constexpr std::size_t kMost = 500;
  std::vector<std::string> claims;
  for (const std::string_view key : {"version:", "COMMIT_HASH:", "COMMIT_HASH="}) {
    std::size_t looked = 0;
    for (std::size_t at = library.find(key); at != std::string_view::npos && looked < kMost;
         at = library.find(key, at + key.size()), ++looked) {
      if (at > 0 && is_name_char(library[at - 1])) continue;
      const std::string_view text = quoted_at(library, at + key.size());
      if (is_hash(text) || text == "development") claims.emplace_back(text);
    }
  }
  sort_unique(claims);
  return claims.size() == 1 ? claims.front() : std::string();
}

std::string source_map_name(std::string_view script) {
  constexpr std::string_view kMark = "//# sourceMappingURL=";
  constexpr std::size_t kTail = 2000;
  const std::string_view tail = script.substr(script.size() - std::min(script.size(), kTail));
  const std::size_t at = tail.rfind(kMark);
  if (at == std::string_view::npos) return {};
  std::string_view name = tail.substr(at + kMark.size());
  name = trim(name.substr(0, name.find_first_of("\r\n")));
  return name.starts_with("data:") ? std::string() : std::string(name);
}

std::string version_suffix(std::string_view version) {
  if (version.find_first_not_of("0123456789") == std::string_view::npos) return {};
  const std::size_t dot = version.find('.');
  const bool branded = dot != std::string_view::npos && dot > 0 && dot + 1 < version.size() &&
                       version.substr(0, dot).find_first_not_of("0123456789") == std::string_view::npos &&
                       version.substr(dot + 1).find_first_not_of("0123456789") == std::string_view::npos;
  return std::string(branded ? version.substr(dot + 1) : version);
}

std::vector<std::string> script_versions(const HtmlDocument& html) {
  std::vector<std::string> versions;
  for (const HtmlResource& resource : html.resources) {
    if (resource.element != "script") continue;
    const std::string_view name = name_of(resource.url);
    if (!name.starts_with("lib-jitsi-meet") && !name.starts_with("app.bundle")) continue;
    const std::size_t at = resource.url.find("?v=");
    if (at == std::string::npos) continue;
    const std::string rest = resource.url.substr(at + 3);
    versions.push_back(excerpt(rest.substr(0, rest.find_first_of("&#")), 60));
  }
  return versions;
}

std::vector<std::string> injected_scripts(const HtmlDocument& html, const Url& page, std::string_view own) {
  constexpr std::size_t kMost = 100;
  std::vector<std::string> found;
  Url base = page;
  if (!html.base_href.empty()) {
    if (const Result<Url> other = page.resolve(html.base_href)) base = *other;
  }
  for (const HtmlResource& resource : html.resources) {
    if (resource.element != "script" || is_stock_file(name_of(resource.url)) || found.size() >= kMost) continue;
    const Result<Url> url = base.resolve(resource.url);
    if (!url) continue;
    found.push_back(same_owner(url->host(), own) ? excerpt(url->path(), 200) : "https://" + url->host());
  }
  for (const HtmlScript& script : html.scripts) {
    if (found.size() >= kMost || is_stock_inline(script.text)) continue;
    if (icontains(script.type, "json")) continue;  // data, not code
    found.push_back(fmt::format("inline sha256:{} ({} bytes)", sha256_hex(script.text), script.text.size()));
  }
  sort_unique(found);
  return found;
}

}  // namespace meetlat::probes
