#include "report/parties_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/url.h"
#include "report/summary.h"

namespace meetlat {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t kMostHosts = 500;  // that are looked at; a Run is somebody's file
constexpr std::size_t kMostGroups = 40;  // of one class; the JSON report has all
constexpr std::size_t kMostSources = 3;  // of one group
constexpr std::size_t kMostNames = 60;   // of a class that is shown in one paragraph
constexpr std::size_t kLongestName = 120;

struct ClassWords {
  std::string_view id;    // the value of parties.class
  std::string_view fact;  // its list
  std::string_view heading;
  bool in_detail;
};
constexpr std::array kClasses{
    ClassWords{"loaded", "parties.loaded", "Loaded with the page", true},
    ClassWords{"in-call", "parties.in_call", "Contacted in a call", true},
    ClassWords{"on-use", "parties.on_use", "Contacted when a function is used", true},
    ClassWords{"permitted", "parties.permitted", "Named by headers as allowed, not contacted for sure", false},
    ClassWords{"hinted", "parties.hinted", "Named in the page, not contacted for sure", false},
};

// Hosts about which the same is to be said.
struct Group {
  std::vector<std::pair<std::string, Strings>> hosts;  // by owner: "Google (US), fonts"
  Strings countries;                                   // of their addresses
  Strings data;
  Strings stops;
  Strings sources;
};

const Fact* about(const Evidence& evidence, std::string_view path, const Subject& subject) {
  const auto facts = evidence.find(path);  // ordered by subject
  const auto found = std::lower_bound(facts.begin(), facts.end(), subject,
                                      [](const Fact& fact, const Subject& wanted) { return fact.subject < wanted; });
  return found != facts.end() && found->subject == subject ? &*found : nullptr;
}

std::string text_about(const Evidence& evidence, std::string_view path, const Subject& subject) {
  const Fact* fact = about(evidence, path, subject);
  const auto* text = fact != nullptr && fact->measured() ? std::get_if<std::string>(&*fact->value) : nullptr;
  return text == nullptr ? std::string() : clean(*text, kLongestName);
}

Strings list_about(const Evidence& evidence, std::string_view path, const Subject& subject) {
  Strings shown;
  const Fact* fact = about(evidence, path, subject);
  const auto* many = fact != nullptr && fact->measured() ? std::get_if<Strings>(&*fact->value) : nullptr;
  if (many == nullptr) return shown;
  for (const std::string& one : *many) shown.push_back(clean(one, 300));
  return shown;
}

std::string owner_words(const Evidence& evidence, const Subject& subject) {
  const std::string name = text_about(evidence, "parties.owner", subject);
  if (name.empty()) return {};
  const std::string country = text_about(evidence, "parties.owner_country", subject);
  const std::string kind = text_about(evidence, "parties.owner_kind", subject);
  return name + (country.empty() ? "" : " (" + country + ")") + (kind.empty() ? "" : ", " + kind);
}

void add_new(Strings& all, const Strings& more) {
  for (const std::string& one : more) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
}

void add_host(Group& group, const std::string& owner, std::string host) {
  // Hosts without a known owner are not one owner's.
  auto known = std::find_if(group.hosts.begin(), group.hosts.end(),
                            [&](const auto& each) { return !owner.empty() && each.first == owner; });
  if (known == group.hosts.end()) known = group.hosts.insert(group.hosts.end(), {owner, {}});
  known->second.push_back(std::move(host));
}

// What stops a thing of one kind need not say again which kind.
Strings without_kind(Strings texts) {
  if (texts.size() == 1) {
    if (const std::size_t colon = texts.front().find(": "); colon != std::string::npos)
      texts.front().erase(0, colon + 2);
  }
  return texts;
}

std::vector<Group> groups_of(const Evidence& evidence, std::string_view kind) {
  std::vector<Group> groups;
  auto facts = evidence.find("parties.class");
  for (const Fact& fact : facts.first(std::min(facts.size(), kMostHosts))) {
    const auto* value = fact.measured() ? std::get_if<std::string>(&*fact.value) : nullptr;
    if (value == nullptr || *value != kind || fact.subject.kind != SubjectKind::kHost) continue;
    Group one;
    one.data = list_about(evidence, "parties.data", fact.subject);
    one.stops = list_about(evidence, "parties.stopped_by", fact.subject);
    const auto same = [&](const Group& group) { return group.data == one.data && group.stops == one.stops; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(groups.end(), std::move(one));
    add_host(*group, owner_words(evidence, fact.subject), clean(display_host(fact.subject.name), kLongestName));
    add_new(group->sources, list_about(evidence, "parties.sources", fact.subject));
    add_new(group->countries, list_about(evidence, "parties.country", fact.subject));
  }
  return groups;
}

void labelled(Page& page, std::string_view label, const std::string& text) {
  if (!text.empty()) page.paragraph("      " + pad(label, 12), text);
}

void print_group(Page& page, const Group& group) {
  Strings names;
  for (const auto& [owner, hosts] : group.hosts) {
    names.push_back(join(hosts, ", ") + (owner.empty() ? "" : ": " + owner));
  }
  page.paragraph("    ", join(names, "; "));
  labelled(page, "registered", join(group.countries, ", "));
  labelled(page, "learns", join(group.data, ", "));
  Strings sources(group.sources.begin(),
                  group.sources.begin() + static_cast<std::ptrdiff_t>(std::min(group.sources.size(), kMostSources)));
  if (group.sources.size() > kMostSources)
    sources.push_back(fmt::format("{} more", group.sources.size() - kMostSources));
  labelled(page, "by", join(sources, "; "));
  labelled(page, "stopped by", join(without_kind(group.stops), "; "));
}

// The hosts of a class in one paragraph, each with its owner.
void print_names(Page& page, const HostReport& host, const ClassWords& words) {
  const auto* hosts = host.evidence.get<Strings>(words.fact);
  if (hosts == nullptr || hosts->empty()) return;
  Strings shown;
  for (const std::string& name : *hosts) {
    if (shown.size() == kMostNames) break;
    if (name == "*") {
      shown.emplace_back("any host");
      continue;
    }
    const std::string owner = text_about(host.evidence, "parties.owner", Subject::host(name));
    shown.push_back(clean(display_host(name), kLongestName) + (owner.empty() ? "" : " (" + owner + ")"));
  }
  if (hosts->size() > shown.size()) shown.push_back(fmt::format("and {} more", hosts->size() - shown.size()));
  page.paragraph("  ", fmt::format("{}: {}", words.heading, join(shown, ", ")));
}

void print_class(Page& page, const HostReport& host, const ClassWords& words) {
  const std::vector<Group> groups = groups_of(host.evidence, words.id);
  if (groups.empty()) return;
  page.line("  " + std::string(words.heading));
  for (std::size_t i = 0; i < groups.size() && i < kMostGroups; ++i) print_group(page, groups[i]);
  if (groups.size() > kMostGroups) page.line(fmt::format("    and {} more", groups.size() - kMostGroups));
}

std::size_t count_of(const Evidence& evidence) {
  std::size_t count = 0;
  for (const ClassWords& words : kClasses) {
    if (const auto* hosts = evidence.get<Strings>(words.fact); hosts != nullptr && words.in_detail)
      count += hosts->size();
  }
  return count;
}

}  // namespace

void print_parties(Page& page, const HostReport& host) {
  const auto* unknown = host.evidence.get<Strings>("parties.unknown");
  if (unknown == nullptr) return;
  const std::size_t count = count_of(host.evidence);
  page.blank();
  page.paragraph("WHO ELSE SEES YOU: ", count == 0 && unknown->empty()
                                            ? "nobody, as far as could be read"
                                            : (unknown->empty() ? "" : "at least ") + count_words(count, "other host"));
  for (const ClassWords& words : kClasses) {
    if (words.in_detail) {
      print_class(page, host, words);
    } else {
      print_names(page, host, words);
    }
  }
  if (!unknown->empty()) {
    Strings reasons;
    for (const std::string& why : *unknown) reasons.push_back(clean(why, 300));
    page.paragraph("  ", "Not known: " + join(reasons, "; "));
  }
  page.paragraph("  ",
                 "Read from markup, style sheets, headers and settings. What the client's own scripts contact beyond "
                 "these settings cannot be told from outside.");
}

}  // namespace meetlat
