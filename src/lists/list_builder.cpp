#include "lists/list_builder.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxNotes = 50;
constexpr std::size_t kMaxValue = 300;

}  // namespace

Url instance_url(const Url& url) {
  return !url.is_https() && url.port() == 80 ? url.with_scheme(true) : url;
}

Claim ListBuilder::claim(std::string_view key, std::string_view value, std::string_view remark) const {
  return Claim{std::string(key), excerpt(trim(value), kMaxValue), excerpt(trim(remark), kMaxValue), origin_.name,
               origin_.date};
}

void ListBuilder::note(std::size_t line, std::string_view text) {
  if (list_.notes.size() > kMaxNotes) return;
  if (list_.notes.size() == kMaxNotes) {
    list_.notes.emplace_back("... more of the same");
    return;
  }
  list_.notes.push_back(line == 0 ? std::string(text) : fmt::format("line {}: {}", line, text));
}

bool ListBuilder::add(const Candidate& candidate, std::vector<Claim> claims, std::size_t line) {
  const std::string shown = excerpt(candidate.url.str(), 120);
  if (candidate.shape == UrlShape::kPage) {
    note(line, fmt::format("not an instance's address, a page: {}", shown));
    return false;
  }
  if (is_other_place(candidate.url.host())) {
    note(line, fmt::format("a well-known place that is no instance: {}", shown));
    return false;
  }
  if (!can_be_instance(candidate)) {
    note(line, fmt::format("not an instance's address, a document: {}", shown));
    return false;
  }
  Target target = Target::from_url(instance_url(candidate.url));
  target.claims = std::move(claims);
  target.sources.push_back(origin_.name);
  if (line > 0) target.places.push_back({origin_.name, line});
  set_.add(std::move(target));
  return true;
}

ParsedList ListBuilder::finish() && {
  list_.targets = std::move(set_).take();
  return std::move(list_);
}

Claim policy_claim(const ListBuilder& list, std::string_view href, std::string_view text) {
  href = trim(href);
  if (const auto absolute = Url::parse(href)) return list.claim("privacy-policy", absolute->str(), text);
  if (!list.origin().url.empty()) {
    if (const auto resolved = list.origin().url.resolve(href)) {
      return list.claim("privacy-policy", resolved->str(), text);
    }
  }
  return list.claim("privacy-policy", href, "relative to the site that publishes the list");
}

}  // namespace meetlat
