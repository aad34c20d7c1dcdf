#include "lists/structured.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lists/country.h"
#include "lists/table.h"
#include "lists/vocabulary.h"

namespace meetlat {
namespace {

using Path = std::vector<std::string>;

// A map of one instance, flattened: {"operator": {"url": x}} is the field "operator url".
struct Field {
  std::string key;
  std::string text;
  RoleMatch role;
};

std::string text_of_scalar(const Doc& doc) {
  if (doc.string() != nullptr) return *doc.string();
  if (doc.integer() != nullptr) return std::to_string(*doc.integer());
  if (doc.boolean() != nullptr) return *doc.boolean() ? "yes" : "no";
  return {};
}

void flatten(const Doc& map, const std::string& prefix, int depth, std::vector<Field>& out) {
  for (const Doc::Entry& entry : *map.map()) {
    // "labels" is what file_sd calls the whole description; it says nothing about its members.
    const bool transparent = entry.key == "labels" || entry.key == "attributes" || entry.key == "properties";
    const std::string key = prefix.empty() ? entry.key : prefix + " " + entry.key;
    if (out.size() >= 200) return;
    if (entry.value.map() != nullptr) {
      if (depth < 3) flatten(entry.value, transparent ? prefix : key, depth + 1, out);
    } else if (entry.value.seq() == nullptr) {
      out.push_back({key, text_of_scalar(entry.value), role_of(key)});
    }
  }
}

bool usable(const std::optional<Candidate>& candidate) {
  return candidate && can_be_instance(*candidate);
}

// The field that is the instance: by its key first, then a name that is a host.
const Field* instance_field(const std::vector<Field>& fields) {
  const Field* best = nullptr;
  int best_rank = 0;
  for (const Field& field : fields) {
    const bool named = field.role.role == Role::kInstance;
    const int rank = named ? 1 + field.role.rank : field.role.role == Role::kName ? 1 : 0;
    if (rank <= best_rank || !usable(read_candidate(field.text))) continue;
    // A URL says more than a name; a bare host under a plain key is as good.
    best = &field;
    best_rank = rank;
  }
  return best;
}

// "targets" of Prometheus: usually exporters on their own ports, but black-box checks name the pages themselves.
std::vector<Candidate> page_targets(const Doc& map) {
  std::vector<Candidate> out;
  const Doc* targets = map.find("targets");
  if (targets == nullptr || targets->seq() == nullptr) return out;
  for (const Doc& target : *targets->seq()) {
    if (target.string() == nullptr) continue;
    auto found = read_candidate(*target.string());
    if (usable(found) && (found->has_scheme || found->url.port() == 443)) out.push_back(std::move(*found));
  }
  return out;
}

// Whether a map says by a field that it runs something else than Jitsi.
bool runs_other_software(const std::vector<Field>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Field& field) {
    if (field.role.role != Role::kSoftware || is_placeholder(field.text) || mentions_jitsi(field.text)) return false;
    const auto words = words_of(field.text);
    return !words.empty() && words.front().find_first_not_of("0123456789v") != std::string::npos &&
           words.front() != "yes" && words.front() != "no";
  });
}

class Walker {
 public:
  Walker(const StructuredOptions& options, ListBuilder& list) : options_(options), list_(list) {}

  std::size_t run(const Doc& root) {
    Path path;
    find(root, path, {});
    int best = 0;
    for (const Found& found : found_) best = std::max(best, found.rank);
    if (best < 3) drop_services_beside_others();
    std::size_t taken = 0;
    for (const Found& found : found_) {
      if (found.rank != best || best == 0) continue;
      if (best == 1 && found.instances < options_.least_unnamed) continue;
      emit(found);
      ++taken;
    }
    return taken;
  }

 private:
  struct Found {
    const Doc* doc = nullptr;
    Path path;
    int rank = 0;
    std::size_t instances = 0;
    std::vector<std::string> countries;
  };

  // {"invidious": {"urls": [..]}, "rimgo": {"urls": [..]}}: a catalogue of services. Beside another product's name, a
  // word that says nothing is a product too.
  void drop_services_beside_others() {
    std::vector<Path> others;
    for (const Found& found : found_) {
      const bool other = std::any_of(found.path.begin(), found.path.end(),
                                     [](const std::string& name) { return mentions_other_software(name); });
      if (other) others.push_back(found.path);
    }
    const auto beside = [](const Path& path, const Path& other) {
      const auto [mine, theirs] = std::mismatch(path.begin(), path.end(), other.begin(), other.end());
      return mine != path.end() && theirs != other.end() && mentions_other_software(*theirs) && list_rank({*mine}) == 1;
    };
    std::erase_if(found_, [&](const Found& found) {
      return std::any_of(others.begin(), others.end(), [&](const Path& other) { return beside(found.path, other); });
    });
  }

  // Depth is bounded by the reader's DocLimits.
  void find(const Doc& doc, Path& path, std::vector<std::string> countries) {
    if (!path.empty()) {
      if (auto named = countries_in(path.back()); !named.empty()) countries = std::move(named);
    }
    const std::size_t instances = count(doc);
    if (instances > 0) {
      found_.push_back({&doc, path, list_rank(path), instances, countries});
      return;
    }
    if (const Doc::Seq* seq = doc.seq()) {
      for (const Doc& item : *seq) {
        if (item.seq() != nullptr || item.map() != nullptr) find(item, path, countries);
      }
    } else if (const Doc::Map* map = doc.map()) {
      for (const Doc::Entry& entry : *map) {
        if (entry.value.seq() == nullptr && entry.value.map() == nullptr) continue;
        path.push_back(entry.key);
        find(entry.value, path, countries);
        path.pop_back();
      }
    }
  }

  // How many instances this array or map lists itself; 0 when it is no list of instances.
  static std::size_t count(const Doc& doc) {
    if (const Doc::Seq* seq = doc.seq()) return count_seq(*seq);
    if (const Doc::Map* map = doc.map()) return count_map(*map);
    return 0;
  }

  static std::size_t count_seq(const Doc::Seq& seq) {
    std::size_t strings = 0;
    std::size_t hosts = 0;
    std::size_t maps = 0;
    std::size_t tuples = 0;
    for (const Doc& item : seq) {
      if (item.string() != nullptr) {
        ++strings;
        if (usable(read_candidate(*item.string())) || is_placeholder(*item.string())) ++hosts;
      } else if (item.map() != nullptr && holds_instance(item)) {
        ++maps;
      } else if (item.seq() != nullptr && tuple_instance(*item.seq())) {
        ++tuples;
      }
    }
    if (maps > 0) return maps;
    // Some entries may be spoilt, most may not: a list of words with two hosts in it is no list of hosts.
    if (hosts * 10 >= strings * 7 && hosts > 0) return hosts;
    return tuples * 2 >= seq.size() ? tuples : 0;
  }

  // {"meet.example": {...}} or {"Club": "https://meet.example"}.
  static std::size_t count_map(const Doc::Map& map) {
    std::size_t keys = 0;
    std::size_t values = 0;
    std::size_t strings = 0;
    for (const Doc::Entry& entry : map) {
      const auto key = read_candidate(entry.key);
      if (usable(key) && !key->weak) ++keys;
      if (entry.value.string() == nullptr) continue;
      ++strings;
      const auto value = read_candidate(*entry.value.string());
      // Keys with a meaning of their own make a record, not a list.
      if (usable(value) && role_of(entry.key).role == Role::kUnknown) ++values;
    }
    if (keys * 10 >= map.size() * 7 && keys > 0) return keys;
    return values >= 2 && values * 10 >= map.size() * 7 && strings == map.size() ? values : 0;
  }

  static bool holds_instance(const Doc& map) {
    std::vector<Field> fields;
    flatten(map, {}, 0, fields);
    return instance_field(fields) != nullptr || !page_targets(map).empty();
  }

  static bool tuple_instance(const Doc::Seq& tuple) {
    return std::any_of(tuple.begin(), tuple.end(), [](const Doc& item) {
      return item.string() != nullptr && usable(read_candidate(*item.string()));
    });
  }

  void emit(const Found& found) {
    if (const Doc::Map* map = found.doc->map()) return emit_map(*map, found);
    const Doc::Seq& seq = *found.doc->seq();
    TableRows rows;
    for (const Doc& item : seq) {
      const auto line = static_cast<std::size_t>(std::max(0, item.mark.line));
      if (item.string() != nullptr) {
        emit_text(*item.string(), base_claims(found), line);
      } else if (item.map() != nullptr) {
        emit_record(item, found);
      } else if (item.seq() != nullptr) {
        std::vector<HtmlSpans> row;
        for (const Doc& cell : *item.seq()) row.push_back({HtmlSpan{text_of_scalar(cell), {}}});
        rows.push_back(std::move(row));
      }
    }
    // Tuples are a table without headings.
    ListContext context;
    context.countries = found.countries;
    read_table(rows, false, 0, context, list_);
  }

  void emit_map(const Doc::Map& map, const Found& found) {
    for (const Doc::Entry& entry : map) {
      const auto line = static_cast<std::size_t>(std::max(0, entry.mark.line));
      std::vector<Claim> claims = base_claims(found);
      if (auto key = read_candidate(entry.key); usable(key)) {
        if (entry.value.map() != nullptr) {
          std::vector<Field> fields;
          flatten(entry.value, {}, 0, fields);
          if (runs_other_software(fields)) {
            list_.add_other_software();
            continue;
          }
          add_field_claims(fields, nullptr, claims);
        }
        list_.add(*key, std::move(claims), line);
      } else if (entry.value.string() != nullptr) {
        claims.push_back(list_.claim("name", entry.key));
        emit_text(*entry.value.string(), std::move(claims), line);
      }
    }
  }

  void emit_text(const std::string& text, std::vector<Claim> claims, std::size_t line) {
    if (const auto found = read_candidate(text)) {
      list_.add(*found, std::move(claims), line);
    } else if (is_placeholder(text)) {
      list_.add_placeholder();
    } else {
      list_.note(line, fmt::format("no host name: {}", excerpt(text, 80)));
    }
  }

  void emit_record(const Doc& record, const Found& found) {
    const auto line = static_cast<std::size_t>(std::max(0, record.mark.line));
    std::vector<Field> fields;
    flatten(record, {}, 0, fields);
    if (runs_other_software(fields)) {
      list_.add_other_software();
      return;
    }
    std::vector<Claim> claims = base_claims(found);
    const Field* instance = instance_field(fields);
    add_field_claims(fields, instance, claims);
    if (instance != nullptr) {
      list_.add(*read_candidate(instance->text), std::move(claims), line);
      return;
    }
    const std::vector<Candidate> targets = page_targets(record);
    for (const Candidate& target : targets) list_.add(target, claims, line);
    if (targets.empty()) list_.add_placeholder();
  }

  std::vector<Claim> base_claims(const Found& found) const {
    ListContext context;
    context.countries = found.countries;
    return context_claims(context, list_);
  }

  void add_field_claims(const std::vector<Field>& fields, const Field* instance, std::vector<Claim>& claims) const {
    for (const Field& field : fields) {
      if (&field == instance || is_placeholder(field.text)) continue;
      switch (field.role.role) {
        case Role::kOperator:
          claims.push_back(list_.claim("operator", field.text));
          break;
        case Role::kOperatorUrl:
          claims.push_back(list_.claim("operator-url", field.text));
          break;
        case Role::kOperatorKind:
          claims.push_back(list_.claim("operator-kind", to_lower(field.text)));
          break;
        case Role::kHoster:
          claims.push_back(list_.claim("hoster", field.text));
          break;
        case Role::kPrivacy:
          claims.push_back(policy_claim(list_, field.text, {}));
          break;
        case Role::kCountry:
          for (const std::string& code : countries_in(field.text)) claims.push_back(list_.claim("country", code));
          break;
        case Role::kSoftware:
          claims.push_back(list_.claim("software", field.text));
          break;
        case Role::kAccess:
          claims.push_back(list_.claim("access", field.text));
          break;
        case Role::kDialIn:
        case Role::kRecording:
          add_switch(field, claims);
          break;
        default:
          break;
      }
    }
    drop_private_persons(claims);
  }

  void add_switch(const Field& field, std::vector<Claim>& claims) const {
    const Answer answer = answer_of(field.text);
    if (answer.value != "yes" && answer.value != "no") return;
    claims.push_back(list_.claim(field.role.role == Role::kDialIn ? "dial-in" : "recording", answer.value));
  }

  const StructuredOptions& options_;
  ListBuilder& list_;
  std::vector<Found> found_;
};

}  // namespace

std::size_t read_structured(const Doc& root, const StructuredOptions& options, ListBuilder& list) {
  return Walker(options, list).run(root);
}

}  // namespace meetlat
