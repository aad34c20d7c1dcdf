#include "probes/jitsi_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "net/address.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

// Keys and identifiers of accounts are no business of a report.
bool is_secret(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const std::string_view name = dot == std::string_view::npos ? path : path.substr(dot + 1);
  return icontains(name, "key") || icontains(name, "secret") || icontains(name, "clientid") ||
         icontains(name, "callstatsid") || icontains(name, "password");
}

std::string value_text(std::string_view path, const JsValue& value) {
  switch (value.kind) {
    case JsValue::Kind::kBool:
      return value.boolean ? "true" : "false";
    case JsValue::Kind::kNull:
      return "null";
    case JsValue::Kind::kNumber:
      return fmt::format("{}", value.number);
    case JsValue::Kind::kString:
      return is_secret(path) ? "(set)" : fmt::format("'{}'", excerpt(value.string, 120));
    case JsValue::Kind::kArray:
      return fmt::format("[{} {}]", value.items.size(), value.items.size() == 1 ? "entry" : "entries");
    case JsValue::Kind::kObject:
      return "{...}";
    default:
      return "?";
  }
}

}  // namespace

bool Read::truthy() const noexcept {
  if (value == nullptr) return false;
  switch (value->kind) {
    case JsValue::Kind::kBool:
      return value->boolean;
    case JsValue::Kind::kNumber:
      return value->number != 0;
    case JsValue::Kind::kString:
      return !value->string.empty();
    case JsValue::Kind::kArray:
    case JsValue::Kind::kObject:
      return true;
    default:
      return false;
  }
}

bool Read::unset() const noexcept {
  return absent || (!unknown && value != nullptr && value->kind == JsValue::Kind::kNull);
}

std::string Read::text() const {
  if (value == nullptr || value->kind != JsValue::Kind::kString) return {};
  const std::string_view trimmed = trim(value->string);
  if (trimmed.empty() || trimmed.front() == '<') return {};
  return std::string(trimmed.substr(0, 2000));
}

// "config.js line 12", "page line 40"; "" when it is not known.
std::string Settings::place_of(const JsOrigin& origin) const {
  if (origin.line <= 0) return {};
  const auto index = static_cast<std::size_t>(origin.source);
  if (origin.source < 0 || index >= configuration_.sources.size()) return fmt::format("line {}", origin.line);
  std::string_view source = configuration_.sources[index];
  if (source.ends_with("(inlined)")) return fmt::format("page line {}", origin.line);
  source = source.substr(0, source.find_first_of("?#"));
  return fmt::format("{} line {}", excerpt(source.substr(source.rfind('/') + 1), 60), origin.line);
}

Read Settings::read_from(const JsConfig& config, std::string_view path) const {
  const Setting setting = config.find(path);
  Read read;
  read.origin = setting.origin;
  switch (setting.state) {
    case Setting::State::kAbsent:
      read.note = fmt::format("{} is not set", path);
      break;
    case Setting::State::kUnknown:
      read.absent = false;
      read.note = fmt::format("{} could not be evaluated", path);
      read.unknown = Error{ErrorCode::kNotUnderstood, fmt::format("{}: {}", path, excerpt(setting.why, 150))};
      if (&config == &configuration_.interface_config && !config.found_object()) {
        read.unknown->context = fmt::format("{}: no interface_config.js was found or read", path);
      }
      break;
    case Setting::State::kValue:
      read.absent = false;
      read.value = setting.value;
      read.note = fmt::format("{}: {}", path, value_text(path, *setting.value));
      if (const std::string place = place_of(setting.origin); !place.empty()) read.note += " (" + place + ")";
      break;
  }
  return read;
}

const SettingSpec* Settings::spec(std::string_view path) {
  const Result<SettingTable>& table = SettingTable::bundled();
  return table ? table->find(path) : nullptr;
}

Heeded Settings::heeded(std::string_view path) const {
  static const BuildKnowledge kNothing;
  const SettingSpec* known = spec(path);
  return known == nullptr ? Heeded::kYes : known->heeded(build_ == nullptr ? kNothing : *build_);
}

Read Settings::resolve(std::string_view path) const {
  static const BuildKnowledge kNothing;
  const BuildKnowledge& build = build_ == nullptr ? kNothing : *build_;
  Read read = this->read(path);
  const SettingSpec* known = spec(path);
  if (known == nullptr) return read;
  if (!read.unset()) {
    const Heeded heeded = known->heeded(build);
    if (heeded == Heeded::kYes) return read;
    if (heeded == Heeded::kUnclear) {
      read.unknown = Error{ErrorCode::kNotUnderstood, read.note + ", and whether this client reads that is not known"};
      read.value = nullptr;
      return read;
    }
    read = Read{true, {}, nullptr, false, read.note + ", which this client does not read", read.origin};
  }
  if (const JsValue* taken = known->default_for(build)) {
    read.absent = true;
    read.by_default = true;
    read.value = taken;
    read.note += fmt::format(", so the client takes {}", value_text(path, *taken));
  } else if (!known->absent.empty()) {
    read.unknown = Error{ErrorCode::kNotUnderstood, read.note + ", and what this client does then is not known"};
  }
  return read;
}

Provenance Settings::seen(const Read& read) const {
  Provenance provenance = seen(read.note);
  const auto index = static_cast<std::size_t>(read.origin.source);
  if (read.origin.line > 0 && read.origin.source >= 0 && index < configuration_.sources.size()) {
    provenance.where = fmt::format("{} line {}", configuration_.sources[index], read.origin.line);
  }
  return provenance;
}

Provenance Settings::seen(std::string_view note) const {
  const std::string where = configuration_.sources.empty() ? base_.str() : join(configuration_.sources, ", ");
  return probes::seen(where, note, curl_body(base_.with_path(base_.path() + "config.js")));
}

Owner Settings::owner_of(std::string_view host) const {
  if (same_owner(host, base_.host())) return Owner::kOwn;
  if (is_ip_literal(host)) {
    if (std::find(own_addresses_.begin(), own_addresses_.end(), host) != own_addresses_.end()) return Owner::kOwn;
    const Result<Address> address = Address::parse(host);
    return address && !AddressGuard::special_purpose(*address).empty() ? Owner::kNobody : Owner::kUnclear;
  }
  if (host.find('.') == std::string_view::npos || host.ends_with(".localhost")) return Owner::kNobody;
  const std::string domain = registrable_domain(host);
  if (domain == "example.com" || domain == "example.org" || domain == "example.net") return Owner::kNobody;
  return Owner::kOther;
}

bool Gathered::names_other(std::string_view host, const Read& read, const Settings& settings) {
  if (host.empty()) return false;
  const Owner owner = settings.owner_of(host);
  if (owner == Owner::kUnclear && !unknown) {
    unknown = Error{ErrorCode::kNotUnderstood, read.note + ": an address tells no owner"};
  }
  return owner == Owner::kOther;
}

void Gathered::add(std::string item, std::string note) {
  items.push_back(std::move(item));
  notes.push_back(std::move(note));
}

void Gathered::add_contact(std::string_view mechanism, std::string host, std::string note) {
  if (!host.empty()) contacts.push_back({mechanism, std::move(host), std::move(note)});
}

void Gathered::merge(Gathered other) {
  std::move(other.items.begin(), other.items.end(), std::back_inserter(items));
  std::move(other.notes.begin(), other.notes.end(), std::back_inserter(notes));
  std::move(other.contacts.begin(), other.contacts.end(), std::back_inserter(contacts));
  if (!unknown) unknown = std::move(other.unknown);
}

void Gathered::add_unknown(const Read& read) {
  if (read.unknown && !unknown) unknown = read.unknown;
}

void Gathered::put(JitsiWriter::Ref fact, const Settings& settings, JitsiWriter& out) {
  if (items.empty() && unknown) {
    out.missing(fact, *unknown, settings.seen(unknown->context));
    return;
  }
  sort_unique(items);
  Provenance provenance = settings.seen(join(notes, "; "));
  out.put(fact, std::move(items), std::move(provenance));
}

}  // namespace meetlat::probes
