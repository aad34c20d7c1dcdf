#include "lists/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "lists/country.h"

namespace meetlat {
namespace {

bool any_usable(const std::vector<Candidate>& candidates) {
  return std::any_of(candidates.begin(), candidates.end(), can_be_instance);
}

struct Column {
  RoleMatch role;
  std::size_t filled = 0;   // cells that hold anything
  std::size_t written = 0;  // cells whose words are a host
  std::size_t linked = 0;   // cells that only link to one
  std::size_t links = 0;    // cells with a link anywhere
  std::size_t countries = 0;
  std::set<std::string> hosts;       // of instances
  std::set<std::string> link_hosts;  // of all links
};

// Cells of row `row`, column `column`, or an empty one: rows may be short.
const HtmlSpans& cell_at(const std::vector<HtmlSpans>& row, std::size_t column) {
  static const HtmlSpans empty;
  return column < row.size() ? row[column] : empty;
}

void measure(const HtmlSpans& cell, Column& column) {
  if (trim(text_of(cell)).empty() && cell.empty()) return;
  ++column.filled;
  const CellHosts hosts = hosts_in(cell);
  if (any_usable(hosts.written)) {
    ++column.written;
  } else if (any_usable(hosts.linked)) {
    ++column.linked;
  }
  for (const auto* list : {&hosts.written, &hosts.linked}) {
    for (const Candidate& candidate : *list) {
      if (can_be_instance(candidate)) column.hosts.insert(candidate.url.host());
    }
  }
  bool link = false;
  for (const HtmlSpan& span : cell) {
    if (const auto url = Url::parse(span.href)) {
      column.link_hosts.insert(url->host());
      link = true;
    }
  }
  if (link) ++column.links;
  if (!countries_in(text_of(cell)).empty()) ++column.countries;
}

// How well a column serves as the one that names the instance; 0 = not at all.
int instance_score(const Column& column, std::size_t position, const ListContext& context) {
  const std::size_t hits = column.written + column.linked;
  if (hits == 0) return 0;
  // A column whose links all go to one host is a checker's or a shop's.
  if (column.written == 0 && column.links >= 3 && column.link_hosts.size() == 1) return 0;
  const bool mostly = hits * 2 >= column.filled;
  int score = 0;
  switch (column.role.role) {
    case Role::kInstance:
      score = 1000 + 100 * column.role.rank;
      break;
    case Role::kName:
    case Role::kUnknown:
      if (!mostly || (column.written == 0 && context.topic == Topic::kNamed)) return 0;
      score = 500;
      break;
    case Role::kOperator:
    case Role::kHoster:
    case Role::kSoftware:
    case Role::kAccess:
      // "Provider" may be the column that links to the instances when no other does.
      if (!mostly || context.topic == Topic::kNamed) return 0;
      score = 100;
      break;
    default:
      return 0;
  }
  score += static_cast<int>(60 * column.written / std::max<std::size_t>(1, column.filled));
  score += static_cast<int>(20 * column.linked / std::max<std::size_t>(1, column.filled));
  return score + std::max(0, 20 - static_cast<int>(std::min<std::size_t>(position, 20)));
}

bool looks_like_header(const std::vector<HtmlSpans>& row) {
  bool known = false;
  for (const HtmlSpans& cell : row) {
    const CellHosts hosts = hosts_in(cell);
    if (any_usable(hosts.written) || any_usable(hosts.linked)) return false;
    known = known || role_of(text_of(cell)).role != Role::kUnknown;
  }
  return known;
}

std::string first_link(const HtmlSpans& cell) {
  for (const HtmlSpan& span : cell) {
    if (!span.href.empty()) return span.href;
  }
  return {};
}

// A heading such as "Non-Google STUN" makes a tick a "yes" to that; "Google STUN" the other way round.
void add_stun_claim(const Answer& answer, bool negated, const ListBuilder& list, std::vector<Claim>& claims) {
  if (answer.value.empty() || answer.value == "text") return;
  std::string value = answer.value;
  if (!negated && value == "yes") {
    value = "no";
  } else if (!negated && value == "no") {
    value = "yes";
  }
  claims.push_back(list.claim("non-google-stun", value, answer.remark));
}

// The lists mark bad hosting with a cross: under "On Amazon, ..." a cross says that it is there, and a tick says
// nothing certain. Under "Not on ..." marks mean what they say.
void add_big_tech_claim(const Answer& answer, bool negated, const ListBuilder& list, std::vector<Claim>& claims) {
  if (answer.value.empty()) return;
  std::string value = answer.value;
  if (negated) {
    value = value == "yes" ? "no" : value == "unsure" ? "unsure" : "yes";
  } else if (answer.mark && value == "yes") {
    value = "unsure";
  } else if ((answer.mark && value == "no") || value == "text") {
    value = "yes";
  }
  if (value == "yes" && limits(answer.remark)) value = "partly";
  claims.push_back(list.claim("on-big-tech", value, answer.remark));
}

void add_policy_claims(const HtmlSpans& cell, const ListBuilder& list, std::vector<Claim>& claims) {
  const std::string href = first_link(cell);
  const std::string text = text_of(cell);
  if (!href.empty()) {
    claims.push_back(policy_claim(list, href, text));
    return;
  }
  if (const auto url = Url::parse(text)) {
    claims.push_back(policy_claim(list, url->str(), {}));
    return;
  }
  const Answer answer = answer_of(text);
  if (denies_policy(text) || answer.value == "no") {
    claims.push_back(list.claim("privacy-policy", "no"));
  }
}

// Anything but a version number or nothing.
bool names_software(std::string_view text) {
  const auto words = words_of(text);
  return !is_placeholder(text) && !words.empty() && words.front().find_first_not_of("0123456789v") != std::string::npos;
}

class TableReader {
 public:
  TableReader(const TableRows& rows, bool headed, std::size_t first_line, const ListContext& context, ListBuilder& list)
      : rows_(rows), line_(first_line), context_(context), list_(list) {
    headed_ = headed || (!rows.empty() && looks_like_header(rows.front()));
  }

  std::size_t run() {
    measure_all();
    if (!choose()) return 0;
    std::size_t named = 0;
    for (std::size_t i = headed_ ? 1 : 0; i < rows_.size(); ++i) {
      if (read_row(rows_[i], line_ == 0 ? 0 : line_ + i)) ++named;
    }
    return named;
  }

 private:
  void measure_all() {
    std::size_t width = 0;
    for (const auto& row : rows_) width = std::max(width, std::min<std::size_t>(row.size(), 100));
    columns_.resize(width);
    for (std::size_t c = 0; c < width; ++c) {
      if (headed_) columns_[c].role = role_of(text_of(cell_at(rows_.front(), c)));
      // The first rows are enough to know a column by.
      const std::size_t sample = std::min<std::size_t>(rows_.size(), 2000);
      for (std::size_t i = headed_ ? 1 : 0; i < sample; ++i) measure(cell_at(rows_[i], c), columns_[c]);
      if (columns_[c].role.role == Role::kUnknown && columns_[c].countries * 5 >= columns_[c].filled * 3 &&
          columns_[c].filled > 0) {
        columns_[c].role.role = Role::kCountry;
      }
    }
  }

  bool choose() {
    int best = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const int score = instance_score(columns_[c], c, context_);
      if (score > best) {
        best = score;
        instance_ = c;
      }
    }
    return best > 0;
  }

  bool read_row(const std::vector<HtmlSpans>& row, std::size_t line) {
    const HtmlSpans& cell = cell_at(row, instance_);
    const CellHosts hosts = hosts_in(cell);
    const std::vector<Candidate>& found = any_usable(hosts.written) ? hosts.written : hosts.linked;
    if (found.empty()) {
      const std::string text = text_of(cell);
      const bool blank =
          std::all_of(row.begin(), row.end(), [](const HtmlSpans& c) { return trim(text_of(c)).empty(); });
      if (blank) return false;
      if (is_placeholder(text)) {
        list_.add_placeholder();
      } else {
        list_.note(line, fmt::format("no host name: {}", excerpt(text, 80)));
      }
      return false;
    }
    std::vector<Claim> claims = context_claims(context_, list_);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (c == instance_) {
        add_mark_claims(answer_of(text_of(cell)), list_, claims);
        continue;
      }
      if (!add_claims(columns_[c].role, cell_at(row, c), claims)) {
        list_.add_other_software();
        return false;
      }
    }
    drop_private_persons(claims);
    bool any = false;
    for (const Candidate& candidate : found) any = list_.add(candidate, claims, line) || any;
    return any;
  }

  // False when the row says that it is other software.
  bool add_claims(const RoleMatch& role, const HtmlSpans& cell, std::vector<Claim>& claims) {
    const std::string text = text_of(cell);
    if (trim(text).empty() && cell.empty()) return true;
    switch (role.role) {
      case Role::kCountry:
        for (const std::string& code : countries_in(text)) claims.push_back(list_.claim("country", code));
        break;
      case Role::kStun: {
        const Answer answer = answer_of(text);
        add_stun_claim(answer, role.negated, list_, claims);
        add_mark_claims(answer, list_, claims);
        break;
      }
      case Role::kBigTech: {
        const Answer answer = answer_of(text);
        add_big_tech_claim(answer, role.negated, list_, claims);
        add_mark_claims(answer, list_, claims);
        break;
      }
      case Role::kDialIn:
      case Role::kRecording:
      case Role::kIpLog:
        add_yes_no(role, text, claims);
        break;
      case Role::kPrivacy:
        add_policy_claims(cell, list_, claims);
        break;
      case Role::kSoftware:
        if (mentions_jitsi(text)) {
          claims.push_back(list_.claim("software", text));
        } else if (names_software(text)) {
          return false;
        }
        break;
      case Role::kAccess:
        if (!is_placeholder(text)) claims.push_back(list_.claim("access", text));
        break;
      case Role::kHoster:
      case Role::kOperator:
      case Role::kOperatorUrl:
      case Role::kOperatorKind:
        add_operator(role.role, cell, text, claims);
        break;
      case Role::kUnknown:
        add_mark_claims(answer_of(text), list_, claims);
        break;
      default:
        break;
    }
    return true;
  }

  void add_yes_no(const RoleMatch& role, const std::string& text, std::vector<Claim>& claims) const {
    const Answer answer = answer_of(text);
    const bool ip = role.role == Role::kIpLog;
    const std::string_view key = ip ? "no-ip-log" : role.role == Role::kDialIn ? "dial-in" : "recording";
    std::string value = answer.value;
    if (ip && !role.negated && (value == "yes" || value == "no")) value = value == "yes" ? "no" : "yes";
    if (ip && value == "text") value = no_ip_log_of(text + " ip log");
    if (!value.empty() && value != "text") {
      claims.push_back(list_.claim(key, value, answer.remark));
    } else {
      add_mark_claims(answer, list_, claims);
    }
  }

  void add_operator(Role role, const HtmlSpans& cell, const std::string& text, std::vector<Claim>& claims) const {
    const std::string href = first_link(cell);
    if (is_placeholder(text) && href.empty()) return;
    if (role == Role::kOperatorUrl) {
      claims.push_back(list_.claim("operator-url", href.empty() ? text : href));
    } else if (role == Role::kOperatorKind) {
      claims.push_back(list_.claim("operator-kind", to_lower(text)));
    } else if (role == Role::kHoster) {
      claims.push_back(list_.claim("hoster", text, href));
    } else {
      claims.push_back(list_.claim("operator", text));
      if (!href.empty()) claims.push_back(list_.claim("operator-url", href));
    }
  }

  const TableRows& rows_;
  std::size_t line_;
  const ListContext& context_;
  ListBuilder& list_;
  bool headed_ = false;
  std::vector<Column> columns_;
  std::size_t instance_ = 0;
};

}  // namespace

CellHosts hosts_in(const HtmlSpans& cell) {
  CellHosts out;
  for (const HtmlSpan& span : cell) {
    const std::string_view text = trim(skip_decoration(trim(span.text)));
    if (span.href.empty()) {
      std::string_view rest = text;
      while (auto found = leading_candidate(skip_decoration(skip_separators(rest)), rest)) {
        if (!found->weak || found->has_scheme || out.written.empty()) out.written.push_back(std::move(*found));
      }
      continue;
    }
    auto by_text = read_candidate(text);
    auto by_link = read_candidate(span.href);
    if (by_text && by_link && same_site(by_text->url.host(), by_link->url.host())) {
      // The words name the place; the link adds scheme and base path when it is the same host.
      const bool same_host = by_text->url.host() == by_link->url.host();
      out.written.push_back(same_host && by_link->shape != UrlShape::kPage ? std::move(*by_link) : std::move(*by_text));
    } else if (by_text) {
      out.written.push_back(std::move(*by_text));
    } else if (by_link) {
      out.linked.push_back(std::move(*by_link));
    }
  }
  return out;
}

std::vector<Claim> context_claims(const ListContext& context, const ListBuilder& list) {
  std::vector<Claim> out;
  for (const std::string& code : context.countries) out.push_back(list.claim("country", code));
  if (!context.access.empty()) out.push_back(list.claim("access", context.access));
  if (context.official) out.push_back(list.claim("official", "yes"));
  return out;
}

void add_mark_claims(const Answer& answer, const ListBuilder& list, std::vector<Claim>& claims) {
  if (answer.dial_in) claims.push_back(list.claim("dial-in", "yes"));
  if (answer.recording) claims.push_back(list.claim("recording", "yes"));
}

void drop_private_persons(std::vector<Claim>& claims) {
  const bool person = std::any_of(claims.begin(), claims.end(), [](const Claim& claim) {
    constexpr std::string_view kPerson[] = {"person", "persona", "privatperson", "persoon", "personne", "individual"};
    return claim.key == "operator-kind" &&
           std::find(std::begin(kPerson), std::end(kPerson), to_lower(claim.value)) != std::end(kPerson);
  });
  if (!person) return;
  std::erase_if(claims, [](const Claim& claim) { return claim.key == "operator" || claim.key == "operator-url"; });
}

std::size_t read_table(const TableRows& rows, bool headed, std::size_t first_line, const ListContext& context,
                       ListBuilder& list) {
  if (rows.empty() || context.topic == Topic::kOther) return 0;
  return TableReader(rows, headed, first_line, context, list).run();
}

}  // namespace meetlat
