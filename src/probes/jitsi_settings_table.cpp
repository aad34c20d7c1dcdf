#include "probes/jitsi_settings_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/document.h"
#include "base/file.h"
#include "probes/jitsi_page.h"

namespace meetlat::probes {

namespace {

JsValue js_value(const Doc& doc) {
  JsValue value;
  if (const bool* flag = doc.boolean()) {
    value.kind = JsValue::Kind::kBool;
    value.boolean = *flag;
  } else if (const std::string* text = doc.string()) {
    value.kind = JsValue::Kind::kString;
    value.string = *text;
  } else if (doc.number(value.number)) {
    value.kind = JsValue::Kind::kNumber;
  } else if (doc.seq() != nullptr) {
    value.kind = JsValue::Kind::kArray;
    for (const Doc& item : *doc.seq()) value.items.push_back(js_value(item));
  }
  return value;
}

// Reads one entry; the first thing that is wrong with it stays.
class EntryReader {
 public:
  explicit EntryReader(const Doc& doc) : doc_(doc) {}

  Result<SettingSpec> read() {
    if (doc_.map() == nullptr) return refuse(doc_, "a map was expected");
    SettingSpec spec;
    for (const Doc::Entry& entry : *doc_.map()) member(entry, spec);
    constexpr std::array<std::string_view, 7> kTypes{"bool", "number", "text", "url", "list", "map", "any"};
    if (std::find(kTypes.begin(), kTypes.end(), spec.type) == kTypes.end()) complain(doc_, "'type' is missing");
    if (spec.key.empty()) complain(doc_, "'key' is missing");
    if (spec.dead_since.number != 0 && spec.until >= spec.dead_since) complain(doc_, "'until' is not before its end");
    if (error_) return fail(*error_);
    return spec;
  }

 private:
  static tl::unexpected<Error> refuse(const Doc& at, std::string_view what) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: {}", at.mark.line, what));
  }
  void complain(const Doc& at, std::string_view what) {
    if (!error_) error_ = Error{ErrorCode::kSchema, fmt::format("line {}: {}", at.mark.line, what)};
  }

  void member(const Doc::Entry& entry, SettingSpec& spec) {
    const std::array<std::pair<std::string_view, std::string*>, 4> texts{
        {{"key", &spec.key}, {"type", &spec.type}, {"replaced_by", &spec.replaced_by}, {"to", &spec.recipient}}};
    for (const auto& [name, out] : texts) {
      if (entry.key == name) return text(entry.value, *out);
    }
    const std::array<std::pair<std::string_view, Release*>, 4> releases{{{"since", &spec.since},
                                                                         {"unread_until", &spec.unread_until},
                                                                         {"until", &spec.until},
                                                                         {"dead_since", &spec.dead_since}}};
    for (const auto& [name, out] : releases) {
      if (entry.key == name) return release(entry.value, *out);
    }
    if (entry.key == "unread" && entry.value.boolean() != nullptr) {
      spec.unread = *entry.value.boolean();
    } else if (entry.key == "absent") {
      defaults(entry.value, spec);
    } else {
      complain(entry.value, "'" + entry.key + "' is no property of a setting");
    }
  }

  void text(const Doc& value, std::string& out) {
    if (value.string() == nullptr) return complain(value, "a text was expected");
    out = *value.string();
  }

  void release(const Doc& value, Release& out) {
    if (value.integer() == nullptr || *value.integer() <= 0 || *value.integer() > 1'000'000) {
      return complain(value, "the number of a stable release was expected");
    }
    out.number = static_cast<int>(*value.integer());
  }

  void defaults(const Doc& value, SettingSpec& spec) {
    if (value.seq() == nullptr) {
      spec.absent.push_back(SettingDefault{js_value(value), {}, {}});
      return;
    }
    for (const Doc& item : *value.seq()) {
      SettingDefault one;
      const Doc* what = item.find("value");
      if (what == nullptr) return complain(item, "'value' is missing");
      one.value = js_value(*what);
      if (const Doc* from = item.find("from")) release(*from, one.from);
      if (const Doc* until = item.find("until")) release(*until, one.until);
      spec.absent.push_back(std::move(one));
    }
  }

  const Doc& doc_;
  std::optional<Error> error_;
};

Result<std::vector<SettingSpec>> read_part(const Doc& doc, std::string_view name) {
  const Doc* part = doc.find(name);
  if (part == nullptr || part->seq() == nullptr) {
    return fail(ErrorCode::kSchema, fmt::format("the list '{}' is missing", name));
  }
  std::vector<SettingSpec> specs;
  for (const Doc& item : *part->seq()) {
    Result<SettingSpec> spec = EntryReader(item).read();
    if (!spec) return fail(spec.error());
    specs.push_back(std::move(*spec));
  }
  std::sort(specs.begin(), specs.end(), [](const SettingSpec& a, const SettingSpec& b) { return a.key < b.key; });
  const auto twice = std::adjacent_find(specs.begin(), specs.end(),
                                        [](const SettingSpec& a, const SettingSpec& b) { return a.key == b.key; });
  if (twice != specs.end()) return fail(ErrorCode::kSchema, fmt::format("'{}' stands there twice", twice->key));
  return specs;
}

bool surely_up_to(const BuildKnowledge& build, Release last) noexcept {
  return build.surely_before(last.number + 1);
}

}  // namespace

Heeded SettingSpec::heeded(const BuildKnowledge& build) const noexcept {
  if (unread) return Heeded::kNo;
  if (since.number != 0 && !build.surely_at_least(since.number)) {
    const bool before =
        unread_until.number != 0 ? surely_up_to(build, unread_until) : build.surely_before(since.number);
    return before ? Heeded::kNo : Heeded::kUnclear;
  }
  if (dead_since.number == 0) return Heeded::kYes;
  if (build.newer_than_table() || build.surely_at_least(dead_since.number)) return Heeded::kNo;
  const bool alive = until.number != 0 ? surely_up_to(build, until) : build.surely_before(dead_since.number);
  return alive ? Heeded::kYes : Heeded::kUnclear;
}

const JsValue* SettingSpec::default_for(const BuildKnowledge& build) const noexcept {
  for (const SettingDefault& one : absent) {
    const bool old_enough = one.until.number == 0 || surely_up_to(build, one.until);
    const bool new_enough = one.from.number == 0 || build.surely_at_least(one.from.number);
    // A default that changed before may have changed again after the table was made.
    const bool settled = one.from.number == 0 || !build.newer_than_table();
    if (old_enough && new_enough && settled) return &one.value;
  }
  return nullptr;
}

Result<SettingTable> SettingTable::parse(std::string_view yaml) {
  const Result<Doc> doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  if (const Doc::Entry* twice = find_duplicate_key(*doc)) {
    return fail(ErrorCode::kSchema, fmt::format("line {}: '{}' stands there twice", twice->mark.line, twice->key));
  }
  SettingTable table;
  Result<std::vector<SettingSpec>> config = read_part(*doc, "config");
  if (!config) return fail(config.error());
  Result<std::vector<SettingSpec>> of_interface = read_part(*doc, "interface_config");
  if (!of_interface) return fail(of_interface.error());
  table.config_ = std::move(*config);
  table.interface_ = std::move(*of_interface);
  return table;
}

const Result<SettingTable>& SettingTable::bundled() {
  static const Result<SettingTable> table = []() -> Result<SettingTable> {
    const Result<std::string> bytes = read_file(data_path("data/jitsi/settings.yml"));
    if (!bytes) return fail(bytes.error());
    Result<SettingTable> parsed = parse(*bytes);
    if (!parsed) return fail(parsed.error().code, "data/jitsi/settings.yml: " + parsed.error().context);
    return parsed;
  }();
  return table;
}

const SettingSpec* SettingTable::find(std::string_view key, bool of_interface) const noexcept {
  const std::vector<SettingSpec>& specs = of_interface ? interface_ : config_;
  const auto found = std::lower_bound(specs.begin(), specs.end(), key,
                                      [](const SettingSpec& spec, std::string_view text) { return spec.key < text; });
  return found != specs.end() && found->key == key ? &*found : nullptr;
}

}  // namespace meetlat::probes
