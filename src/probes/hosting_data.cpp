#include "probes/hosting_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/document.h"
#include "base/file.h"
#include "base/text.h"

namespace meetlat::probes {

namespace {

// Courts repeal decisions and new ones come every year or two.
constexpr std::chrono::days kLawLife{548};

Error schema(const Mark& mark, std::string_view what) {
  return {ErrorCode::kSchema, fmt::format("line {}: {}", mark.line, what)};
}

Result<std::vector<std::string>> texts_of(const Doc& doc) {
  if (doc.seq() == nullptr) return fail(schema(doc.mark, "a list was expected"));
  std::vector<std::string> out;
  for (const Doc& item : *doc.seq()) {
    if (item.string() == nullptr) return fail(schema(item.mark, "a text was expected"));
    out.push_back(*item.string());
  }
  return out;
}

Result<void> read_ranges(const Doc& doc, NetworkOperator& owner) {
  const Result<std::vector<std::string>> texts = texts_of(doc);
  if (!texts) return fail(texts.error());
  for (const std::string& text : *texts) {
    const Result<AddressRange> range = AddressRange::parse(text);
    if (!range) return fail(schema(doc.mark, range.error().context));
    owner.ranges.push_back(*range);
  }
  return {};
}

Result<void> read_numbers(const Doc& doc, NetworkOperator& owner) {
  if (doc.seq() == nullptr) return fail(schema(doc.mark, "a list was expected"));
  for (const Doc& item : *doc.seq()) {
    const std::int64_t* number = item.integer();
    if (number == nullptr || *number <= 0 || *number > 0xffffffff) {
      return fail(schema(item.mark, "no number of a network"));
    }
    owner.as_numbers.push_back(static_cast<std::uint32_t>(*number));
  }
  return {};
}

Result<void> read_member(const Doc::Entry& entry, NetworkOperator& owner) {
  const Doc& value = entry.value;
  for (const auto& [key, flag] : {std::pair<std::string_view, bool*>{"big_tech", &owner.big_tech},
                                  {"worldwide", &owner.worldwide},
                                  {"ends_tls", &owner.ends_tls}}) {
    if (entry.key != key) continue;
    if (value.boolean() == nullptr) return fail(schema(entry.mark, "true or false was expected"));
    *flag = *value.boolean();
    return {};
  }
  if (entry.key == "name" && value.string() != nullptr) {
    owner.name = *value.string();
    return {};
  }
  if (entry.key == "as_numbers") return read_numbers(value, owner);
  if (entry.key == "ranges") return read_ranges(value, owner);
  if (entry.key != "names" && entry.key != "in_front") {
    return fail(schema(entry.mark, fmt::format("'{}' is not known", entry.key)));
  }
  Result<std::vector<std::string>> texts = texts_of(value);
  if (!texts) return fail(texts.error());
  (entry.key == "names" ? owner.names : owner.in_front) = std::move(*texts);
  return {};
}

bool is_or_ends_in(std::string_view name, std::string_view domain) noexcept {
  return name == domain ||
         (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.');
}

std::string_view text_of(const Doc& doc, std::string_view key) {
  const Doc* value = doc.find(key);
  return value == nullptr || value->string() == nullptr ? std::string_view{} : std::string_view{*value->string()};
}

template <class Table>
Result<Table> load(std::string_view file) {
  const Result<std::string> bytes = read_file(data_path(file));
  if (!bytes) return fail(bytes.error());
  Result<Table> table = Table::parse(*bytes);
  if (!table) return fail(table.error().code, fmt::format("{}: {}", file, table.error().context));
  return table;
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  AddressRange range;
  if (slash != std::string_view::npos) {
    const Result<Address> address = Address::parse(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), range.bits);
    if (address && error == std::errc{} && end == digits.data() + digits.size() && range.bits >= 0 &&
        range.bits <= (address->v6 ? 128 : 32)) {
      range.address = *address;
      return range;
    }
  }
  return fail(ErrorCode::kParse, fmt::format("'{}' is no range of addresses", excerpt(text, 60)));
}

bool AddressRange::holds(const Address& other) const noexcept {
  if (other.v6 != address.v6) return false;
  for (int bit = 0; bit < bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int left = bits - bit;
    const int mask = left >= 8 ? 0xff : 0xff << (8 - left) & 0xff;
    if (((address.bytes[at] ^ other.bytes[at]) & mask) != 0) return false;
  }
  return true;
}

Result<NetworkTable> NetworkTable::parse(std::string_view yaml) {
  const Result<Doc> doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  if (doc->seq() == nullptr) return fail(ErrorCode::kSchema, "a list of companies was expected");
  NetworkTable table;
  for (const Doc& item : *doc->seq()) {
    if (item.map() == nullptr) return fail(schema(item.mark, "a company is a map"));
    NetworkOperator owner;
    for (const Doc::Entry& entry : *item.map()) {
      if (const Result<void> read = read_member(entry, owner); !read) return fail(read.error());
    }
    if (owner.name.empty()) return fail(schema(item.mark, "'name' is needed"));
    table.operators_.push_back(std::move(owner));
  }
  return table;
}

OperatorHit NetworkTable::match(const Address& address, std::uint32_t as_number,
                                const std::vector<std::string>& names) const {
  for (const NetworkOperator& owner : operators_) {
    for (const AddressRange& range : owner.ranges) {
      if (range.holds(address)) return {&owner, address.str() + " is in a range that the company publishes"};
    }
  }
  for (const NetworkOperator& owner : operators_) {
    if (as_number != 0 && std::ranges::find(owner.as_numbers, as_number) != owner.as_numbers.end()) {
      return {&owner, fmt::format("{} is announced by AS{}", address.str(), as_number)};
    }
  }
  for (const NetworkOperator& owner : operators_) {
    for (const std::string& domain : owner.names) {
      for (const std::string& name : names) {
        if (is_or_ends_in(name, domain)) {
          return {&owner, fmt::format("{} has the reverse name {}", address.str(), name)};
        }
      }
    }
  }
  return {};
}

OperatorHit NetworkTable::ends_tls(const Address& address) const {
  OperatorHit hit = match(address, 0, {});
  return hit.owner != nullptr && hit.owner->ends_tls ? std::move(hit) : OperatorHit{};
}

const NetworkOperator* NetworkTable::in_front(std::string_view intermediary) const noexcept {
  for (const NetworkOperator& owner : operators_) {
    if (std::ranges::find(owner.in_front, intermediary) != owner.in_front.end()) return &owner;
  }
  return nullptr;
}

Result<Jurisdictions> Jurisdictions::parse(std::string_view yaml) {
  const Result<Doc> doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  Jurisdictions out;
  const Result<Instant> as_of = parse_instant(text_of(*doc, "as_of"));
  if (!as_of) return fail(schema(doc->mark, "'as_of' must be a date"));
  out.as_of_ = *as_of;
  for (const auto& [group, list] : {std::pair{"eu", "countries"}, {"eu", "territories"}, {"eea", "countries"}}) {
    const Doc* part = doc->find(group);
    const Doc* countries = part == nullptr ? nullptr : part->find(list);
    if (countries == nullptr) return fail(schema(doc->mark, fmt::format("'{}: {}' is missing", group, list)));
    const Result<std::vector<std::string>> codes = texts_of(*countries);
    if (!codes) return fail(codes.error());
    out.eea_.insert(codes->begin(), codes->end());
  }
  const Doc* decisions = doc->find("adequacy");
  if (decisions == nullptr || decisions->seq() == nullptr) return fail(schema(doc->mark, "'adequacy' is missing"));
  for (const Doc& item : *decisions->seq()) {
    const std::string_view country = text_of(item, "country");
    Decision decision{std::string(text_of(item, "decision")), std::string(text_of(item, "only")), {}};
    if (country.size() != 2 || decision.title.empty() || !parse_instant(text_of(item, "date"))) {
      return fail(schema(item.mark, "country, decision and date are needed"));
    }
    if (item.find("until") != nullptr) {
      const Result<Instant> until = parse_instant(text_of(item, "until"));
      if (!until) return fail(schema(item.mark, "'until' must be a date"));
      decision.until = *until;
    }
    out.decisions_.emplace(country, std::move(decision));
  }
  return out;
}

bool Jurisdictions::in_eea(std::string_view country) const noexcept {
  return eea_.find(country) != eea_.end();
}

Result<Protection> Jurisdictions::protection(std::string_view country, Instant now) const {
  if (in_eea(country)) return Protection::kEea;
  if (now - as_of_ > kLawLife) {
    return fail(ErrorCode::kDataTooOld,
                fmt::format("decisions on other countries were last looked up on {}", format_date(as_of_)));
  }
  const auto found = decisions_.find(country);
  if (found == decisions_.end()) return Protection::kNone;
  if (found->second.until != Instant{} && now > found->second.until) return Protection::kNone;
  return found->second.only.empty() ? Protection::kDecision : Protection::kPartial;
}

std::string Jurisdictions::decision_words(std::string_view country) const {
  const auto found = decisions_.find(country);
  if (found == decisions_.end()) return {};
  const Decision& decision = found->second;
  return fmt::format("{}: decision {}{}{}", country, decision.title, decision.only.empty() ? "" : ", only for ",
                     decision.only);
}

const Result<NetworkTable>& hosting_networks() {
  static const Result<NetworkTable> table = load<NetworkTable>("data/hosting-networks.yml");
  return table;
}

const Result<Jurisdictions>& jurisdictions() {
  static const Result<Jurisdictions> table = load<Jurisdictions>("data/hosting.yml");
  return table;
}

}  // namespace meetlat::probes
