#include "lists/outline.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "lists/country.h"
#include "lists/vocabulary.h"

namespace meetlat {
namespace {

struct Heading {
  int level = 0;
  Topic topic = Topic::kNeutral;
  std::vector<std::string> countries;
  std::string access;
  bool official = false;
};

// How an item names its instance.
enum class Form {
  kNone,
  kWritten,   // it starts with the host or URL
  kNamed,     // it starts with a link under another name: "[Club](https://meet.example)"
  kLabelled,  // words, then the URL: "Club: https://meet.example"
};

struct Item {
  const OutlineBlock* block = nullptr;
  ListContext context;
  std::size_t section = 0;
  Form form = Form::kNone;
  Candidate candidate;
  std::string label;  // what stands before it or what the link is called
  std::string rest;   // what stands after it
};

Heading heading_of(const OutlineBlock& block) {
  const std::string text = text_of(block.spans);
  Heading out;
  out.level = block.level;
  out.topic = topic_of(text);
  out.countries = countries_in(skip_decoration(text));
  if (out.countries.empty()) out.countries = countries_in(text);
  if (out.countries.empty() && words_of(text).size() <= 8) out.countries = countries_within(text);
  const std::string access = access_of(text);
  out.access = access;
  constexpr std::string_view kOfficial[] = {"official",  "offizielle", "offiziell", "officiel",
                                            "officiels", "ufficiali",  "oficial",   "officiële"};
  for (const std::string& word : words_of(text)) {
    out.official = out.official || std::find(std::begin(kOfficial), std::end(kOfficial), word) != std::end(kOfficial);
  }
  return out;
}

// Innermost first: what is not neutral decides, but a town or chapter below "Jitsi" is still about Jitsi.
ListContext context_of(const std::vector<Heading>& stack) {
  ListContext out;
  bool decided = false;
  for (auto heading = stack.rbegin(); heading != stack.rend(); ++heading) {
    if (out.countries.empty()) out.countries = heading->countries;
    if (out.access.empty()) out.access = heading->access;
    out.official = out.official || (heading->official && heading == stack.rbegin());
    if (decided || heading->topic == Topic::kNeutral) continue;
    if (heading->topic == Topic::kNamed) {
      out.topic = Topic::kNamed;
    } else {
      if (heading->topic == Topic::kJitsi || out.topic != Topic::kNamed) out.topic = heading->topic;
      decided = true;
    }
  }
  return out;
}

bool usable(const Candidate& candidate) {
  return can_be_instance(candidate) && !candidate.weak;
}

std::string joined_after(const HtmlSpans& spans, std::size_t index, std::string_view rest) {
  std::string out(rest);
  for (std::size_t i = index + 1; i < spans.size(); ++i) out += " " + spans[i].text;
  return out;
}

bool links_elsewhere(const HtmlSpans& spans) {
  return std::any_of(spans.begin(), spans.end(), [](const HtmlSpan& span) {
    const auto url = Url::parse(span.href);
    return url && is_other_place(url->host());
  });
}

// A bare "asp.net is ..." is prose and "builder.room = x" program text; "meet.example (club)" and "meet.example - club"
// are neither.
bool prose_follows(const Candidate& candidate, std::string_view rest) {
  rest = trim(rest);
  if (candidate.has_scheme || rest.empty()) return false;
  return std::isalpha(static_cast<unsigned char>(rest.front())) != 0 ||
         (rest.front() == '=' && !rest.starts_with("=>"));
}

bool take_written(const HtmlSpans& spans, std::size_t index, std::string_view text, Item& item) {
  std::string_view rest;
  auto found = leading_candidate(text, rest);
  if (!found || !usable(*found) || prose_follows(*found, rest)) return false;
  item.form = Form::kWritten;
  item.candidate = std::move(*found);
  item.rest = joined_after(spans, index, skip_separators(rest));
  return true;
}

// "[Club]https://meet.example": a link that somebody wrote without its parentheses.
bool take_bracketed(const HtmlSpans& spans, std::size_t index, std::string_view text, Item& item) {
  const std::size_t close = text.find(']');
  if (!text.starts_with('[') || close == std::string_view::npos || close > 80) return false;
  item.label = std::string(text.substr(1, close - 1));
  return take_written(spans, index, trim(text.substr(close + 1)), item);
}

// "Club: https://meet.example" or "Club: [meet.example](https://meet.example)".
void take_labelled(const HtmlSpans& spans, std::size_t index, std::string_view text, Item& item) {
  std::string_view rest;
  std::optional<Candidate> found;
  const std::size_t scheme = text.find("http");
  if (scheme != std::string_view::npos) {
    found = leading_candidate(text.substr(scheme), rest);
    item.label = std::string(trim(text.substr(0, scheme)));
  } else if (index + 1 < spans.size()) {
    const CellHosts hosts = hosts_in({spans[index + 1]});
    if (!hosts.written.empty()) found = hosts.written.front();
    item.label = std::string(text);
  }
  if (!found || !usable(*found)) return;
  item.form = Form::kLabelled;
  item.candidate = std::move(*found);
  item.rest = std::string(rest);
}

// Fills form, candidate, label and rest.
void read_item(Item& item) {
  const HtmlSpans& spans = item.block->spans;
  std::size_t first = 0;
  while (first < spans.size() && spans[first].href.empty() && skip_decoration(trim(spans[first].text)).empty()) ++first;
  if (first >= spans.size()) return;
  const std::string_view text = skip_decoration(trim(spans[first].text));
  if (spans[first].href.empty()) {
    if (take_bracketed(spans, first, text, item) || take_written(spans, first, text, item)) return;
    take_labelled(spans, first, text, item);
    return;
  }
  const CellHosts hosts = hosts_in({spans[first]});
  if (!hosts.written.empty() && usable(hosts.written.front())) {
    item.form = Form::kWritten;
    item.candidate = hosts.written.front();
  } else if (!hosts.linked.empty() && usable(hosts.linked.front())) {
    item.form = Form::kNamed;
    item.candidate = hosts.linked.front();
    item.label = std::string(text);
  }
  item.rest = joined_after(spans, first, {});
}

struct Plan {
  std::vector<Item> items;
  std::vector<std::pair<const OutlineBlock*, ListContext>> tables;
  bool topical = false;             // some section is about Jitsi and holds candidates
  bool meetings = false;            // something in it speaks of Jitsi or meetings at all
  std::vector<bool> plain_section;  // sections whose items start with their host or link, or say "Server: ..."
  std::vector<bool> other_section;  // sections where a label names other software: "Invidious instances: ..."
};

// A label such as "Privacy", "Source" or "More lists" is about something else than an instance.
bool names_a_place(std::string_view label) {
  const Role role = role_of(label).role;
  // "Betreiber" is a word about an instance, "Verein Beispiel" may be its name.
  const bool club = (role == Role::kOperator || role == Role::kHoster) && words_of(label).size() >= 2;
  // "Which server should I use?" leads to advice.
  if (trim(label).ends_with('?')) return false;
  const bool place = role == Role::kUnknown || role == Role::kName || role == Role::kInstance || club;
  return place && !leads_elsewhere(label) && (mentions_jitsi(label) || !mentions_other_software(label));
}

bool speaks_of_meetings(std::string_view text) {
  if (mentions_jitsi(text)) return true;
  for (const std::string_view word : {"meet", "konferen", "conferen", "video", "visio", "talk", "call", "bellen"}) {
    if (icontains(text, word)) return true;
  }
  return false;
}

Plan survey(const std::vector<OutlineBlock>& blocks) {
  Plan plan;
  std::vector<Heading> stack;
  std::size_t section = 0;
  plan.plain_section.push_back(false);
  plan.other_section.push_back(false);
  for (const OutlineBlock& block : blocks) {
    if (block.kind == OutlineBlock::Kind::kHeading) {
      while (!stack.empty() && stack.back().level >= block.level) stack.pop_back();
      stack.push_back(heading_of(block));
      plan.meetings = plan.meetings || speaks_of_meetings(text_of(block.spans));
      ++section;
      plan.plain_section.push_back(false);
      plan.other_section.push_back(false);
      continue;
    }
    ListContext context = context_of(stack);
    if (block.kind == OutlineBlock::Kind::kTable) {
      plan.topical = plan.topical || context.topic == Topic::kJitsi;
      plan.tables.emplace_back(&block, std::move(context));
      continue;
    }
    Item item;
    item.block = &block;
    item.context = std::move(context);
    item.section = section;
    read_item(item);
    if (item.form == Form::kNone) continue;
    if (item.form == Form::kLabelled && mentions_other_software(item.label) && !mentions_jitsi(item.label)) {
      plan.other_section[section] = true;
    }
    const bool record = role_of(item.label).role == Role::kInstance && names_a_place(item.label);
    if (item.form != Form::kLabelled || record) plan.plain_section[section] = true;
    plan.meetings = plan.meetings || speaks_of_meetings(text_of(block.spans));
    plan.topical = plan.topical || (item.context.topic == Topic::kJitsi && item.form != Form::kLabelled);
    plan.items.push_back(std::move(item));
  }
  return plan;
}

bool about_instances(const ListContext& context, const Plan& plan) {
  switch (context.topic) {
    case Topic::kJitsi:
    case Topic::kNeutral:
      return true;
    case Topic::kNamed:
      return !plan.topical && plan.meetings;
    case Topic::kOther:
      return false;
  }
  return false;
}

bool accept(const Item& item, const Plan& plan) {
  const ListContext& context = item.context;
  if (!about_instances(context, plan)) return false;
  // Where other sections are about Jitsi, this one need not be.
  if (plan.topical && context.topic != Topic::kJitsi && plan.other_section[item.section]) return false;
  const std::size_t words = words_of(item.rest).size();
  switch (item.form) {
    case Form::kWritten:
      return item.block->bullet || words <= 12;
    case Form::kNamed:
      // A project that shows its source code is a tool, not a place to meet.
      if (links_elsewhere(item.block->spans) || !names_a_place(item.label)) return false;
      if (!item.block->bullet && words > 12) return false;
      return context.topic == Topic::kJitsi ||
             (!plan.topical && context.topic == Topic::kNeutral && (!context.countries.empty() || item.section > 0));
    case Form::kLabelled:
      if (!item.block->bullet || words_of(item.label).size() > 6 || !names_a_place(item.label)) return false;
      return role_of(item.label).role == Role::kInstance ||
             (!plan.plain_section[item.section] && context.topic != Topic::kNamed);
    case Form::kNone:
      return false;
  }
  return false;
}

void set_claim(std::vector<Claim>& claims, Claim claim) {
  const auto known = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.key == claim.key; });
  if (known == claims.end()) {
    claims.push_back(std::move(claim));
  } else {
    *known = std::move(claim);
  }
}

// Links after the instance: "by [Club](...)", "[privacy](...)".
void add_link_claims(const HtmlSpans& spans, const ListBuilder& list, std::vector<Claim>& claims) {
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].href.empty()) continue;
    if (role_of(spans[i].text).role == Role::kPrivacy) {
      claims.push_back(policy_claim(list, spans[i].href, spans[i].text));
    } else if (announces_operator(spans[i - 1].text)) {
      claims.push_back(list.claim("operator", spans[i].text));
      claims.push_back(list.claim("operator-url", spans[i].href));
    }
  }
}

void emit(const Item& item, ListBuilder& list) {
  std::vector<Claim> claims = context_claims(item.context, list);
  const std::string_view rest = trim(item.rest);
  add_mark_claims(answer_of(rest), list, claims);
  if (const std::string access = access_of(rest); !access.empty()) {
    set_claim(claims, list.claim("access", access, rest));
  }
  if (const std::string value = no_ip_log_of(rest); !value.empty())
    claims.push_back(list.claim("no-ip-log", value, rest));
  if (denies_policy(rest)) claims.push_back(list.claim("privacy-policy", "no"));
  if (item.context.countries.empty()) {
    for (const std::string& code : countries_within(rest)) claims.push_back(list.claim("country", code));
  }
  add_link_claims(item.block->spans, list, claims);
  if (item.form != Form::kWritten || !item.label.empty()) {
    std::string_view name = trim(item.label);
    while (!name.empty() && std::string_view(":-=>|( ").find(name.back()) != std::string_view::npos)
      name.remove_suffix(1);
    if (!name.empty() && !mentions_jitsi(name) && role_of(name).role != Role::kInstance &&
        name.find("://") == std::string_view::npos) {
      claims.push_back(list.claim(item.form == Form::kWritten ? "operator" : "name", name));
    }
  }
  list.add(item.candidate, std::move(claims), item.block->line);
}

}  // namespace

void read_outline(const std::vector<OutlineBlock>& blocks, ListBuilder& list) {
  const Plan plan = survey(blocks);
  auto table = plan.tables.begin();
  auto item = plan.items.begin();
  // In document order, so that "first listed" means what it says.
  while (table != plan.tables.end() || item != plan.items.end()) {
    if (item == plan.items.end() || (table != plan.tables.end() && table->first < item->block)) {
      if (about_instances(table->second, plan) || (table->second.topic == Topic::kNamed && !plan.topical)) {
        read_table(table->first->rows, table->first->headed, table->first->line, table->second, list);
      }
      ++table;
    } else {
      if (accept(*item, plan)) emit(*item, list);
      ++item;
    }
  }
}

}  // namespace meetlat
