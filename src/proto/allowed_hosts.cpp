#include "proto/allowed_hosts.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"
#include "base/url.h"

namespace meetlat {

namespace {

constexpr std::size_t kMost = std::size_t{64} << 10;
constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// A reader of the parameters behind a link: name, optionally with a value, quoted or not.
class LinkReader {
 public:
  explicit LinkReader(std::string_view text) : text_(text.substr(0, kMost)) {}

  std::vector<LinkValue> run() {
    std::vector<LinkValue> links;
    while (at_ < text_.size()) {
      skip([](char c) { return is_blank(c) || c == ','; });
      if (at_ >= text_.size()) break;
      if (text_[at_] != '<') {  // not a link: on to the next comma outside quotes
        skip_value();
        continue;
      }
      const std::size_t end = text_.find('>', at_);
      if (end == kNone) break;
      LinkValue link;
      link.url = std::string(trim(text_.substr(at_ + 1, end - at_ - 1)));
      at_ = end + 1;
      const bool elsewhere = parameters(link);
      if (!elsewhere && !link.url.empty() && !link.rel.empty()) links.push_back(std::move(link));
    }
    return links;
  }

 private:
  template <class Is>
  void skip(Is is) {
    while (at_ < text_.size() && is(text_[at_])) ++at_;
  }

  void skip_value() {
    while (at_ < text_.size() && text_[at_] != ',') {
      if (text_[at_] == '"') {
        quoted();
      } else {
        ++at_;
      }
    }
  }

  std::string quoted() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value.push_back(text_[at_]);
    }
    ++at_;
    return value;
  }

  // Reads up to the comma. True when the link is about another page.
  bool parameters(LinkValue& link) {
    bool elsewhere = false;
    bool have_rel = false;
    while (true) {
      skip(is_blank);
      if (at_ >= text_.size() || text_[at_] == ',') return elsewhere;
      if (text_[at_] != ';') {
        skip_value();
        return elsewhere;
      }
      ++at_;
      skip(is_blank);
      const std::size_t begin = at_;
      skip([](char c) { return !is_blank(c) && c != '=' && c != ';' && c != ',' && c != '"'; });
      const std::string name = to_lower(text_.substr(begin, at_ - begin));
      const std::string value = parameter_value();
      if (name == "anchor") elsewhere = true;
      if (name != "rel" || have_rel) continue;  // only the first one counts
      have_rel = true;
      for (const std::string& word : split(value, ' ')) {
        if (!trim(word).empty()) link.rel.push_back(to_lower(trim(word)));
      }
    }
  }

  std::string parameter_value() {
    skip(is_blank);
    if (at_ >= text_.size() || text_[at_] != '=') return {};
    ++at_;
    skip(is_blank);
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const std::size_t begin = at_;
    skip([](char c) { return !is_blank(c) && c != ';' && c != ','; });
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool holds_sources(std::string_view directive) {
  static constexpr std::array<std::string_view, 6> kNoSources{
      "sandbox", "trusted-types", "require-trusted-types-for", "plugin-types", "require-sri-for", "report-to"};
  return std::find(kNoSources.begin(), kNoSources.end(), directive) == kNoSources.end();
}

// "https:", "data:" and the like; "host:443" is none.
bool is_bare_scheme(std::string_view word) {
  return !word.empty() && word.back() == ':';
}

}  // namespace

std::vector<LinkValue> parse_link_header(std::string_view text) {
  return LinkReader(text).run();
}

std::vector<PolicySource> parse_policy_sources(std::string_view text) {
  std::vector<PolicySource> sources;
  for (const std::string& policy : split(text.substr(0, kMost), ',')) {
    for (const std::string& directive : split(policy, ';')) {
      std::string name;
      for (const std::string& word : split(directive, ' ')) {
        const std::string_view source = trim(word);
        if (source.empty()) continue;
        if (name.empty()) {
          name = to_lower(source);
          if (!holds_sources(name)) break;
        } else if (source.front() != '\'' && !is_bare_scheme(source)) {
          sources.push_back({name, std::string(source)});
        }
      }
    }
  }
  return sources;
}

std::string source_host(std::string_view source) {
  source = trim(source);
  if (const std::size_t scheme = source.find("://"); scheme != kNone) source.remove_prefix(scheme + 3);
  source = source.substr(0, source.find_first_of("/?#"));
  if (source == "*" || source == "*:*") return "*";
  if (source.starts_with("*.")) source.remove_prefix(2);
  if (source.ends_with(":*")) source.remove_suffix(2);
  if (source.find('.') == kNone && source.find(':') == kNone) return {};  // a bare word: "self" without its quotes
  const Result<Url> url = Url::parse("https://" + std::string(source) + "/");
  return url ? url->host() : std::string();
}

std::vector<std::string> quoted_urls(std::string_view text) {
  std::vector<std::string> urls;
  text = text.substr(0, kMost);
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '"') {
      ++at;
      continue;
    }
    std::string value;
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      value.push_back(text[at]);
    }
    ++at;
    if (starts_with_i(value, "https://") || starts_with_i(value, "http://")) urls.push_back(std::move(value));
  }
  return urls;
}

}  // namespace meetlat
