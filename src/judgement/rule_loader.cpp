#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "judgement/rule_reader.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRuleFile = std::size_t{256} * 1024;
constexpr std::string_view kProfiles = "profiles";
constexpr std::string_view kGuidelines = "guidelines";

struct Source {
  std::string name;    // below the rules folder: "policy/privacy-policy-published.yml"
  std::string folder;  // "policy"
  std::string stem;    // "privacy-policy-published"
  std::string bytes;
  std::optional<Doc> doc;
};

Result<std::vector<fs::path>> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with('.')) paths.push_back(it->path());
  }
  if (error) return fail(error_from_errno(error.value(), "rules folder " + folder.string()));
  std::sort(paths.begin(), paths.end());
  return paths;
}

// "line 3, column 7: what" of the document readers becomes "file:3:7: what".
std::string at_place(const std::string& file, const std::string& context) {
  int line = 0;
  int column = 0;
  int used = 0;
  // NOLINTNEXTLINE(cert-err34-c): the count of conversions and `used` tell all that could go wrong
  if (std::sscanf(context.c_str(), "line %d, column %d: %n", &line, &column, &used) == 2 && used > 0) {
    return fmt::format("{}:{}:{}: {}", file, line, column,
                       std::string_view(context).substr(static_cast<std::size_t>(used)));
  }
  return fmt::format("{}:1:1: {}", file, context);
}

void complain_of_duplicates(const Doc& doc, Reader& reader) {
  if (const Doc::Entry* twice = find_duplicate_key(doc)) {
    reader.complain(twice->mark, fmt::format("the key '{}' occurs twice in one map; keep one of them", twice->key));
  }
}

Result<Source> read_source(const fs::path& top, const fs::path& path, Problems& problems) {
  Result<std::string> bytes = read_file(path, kMaxRuleFile);
  if (!bytes) return fail(bytes.error());
  Source source;
  source.name = path.lexically_relative(top).generic_string();
  source.folder = path.parent_path().filename().string();
  source.stem = path.stem().string();
  source.bytes = std::move(*bytes);
  Result<Doc> doc = read_yaml(source.bytes);
  if (!doc) {
    problems.add(doc.error().code, at_place(path.string(), doc.error().context));
    return source;
  }
  Reader reader(path.string(), problems);
  complain_of_duplicates(*doc, reader);
  source.doc = std::move(*doc);
  return source;
}

Result<std::vector<Source>> read_sources(const fs::path& top, Problems& problems) {
  const Result<std::vector<fs::path>> folders = entries(top);
  if (!folders) return fail(folders.error());
  std::vector<Source> sources;
  for (const fs::path& folder : *folders) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) continue;
    const Result<std::vector<fs::path>> files = entries(folder);
    if (!files) return fail(files.error());
    for (const fs::path& file : *files) {
      if (file.extension() == ".yaml") {
        problems.add(ErrorCode::kSchema,
                     fmt::format("{}:1:1: rules and profiles end in .yml; this would be ignored", file.string()));
      }
      if (file.extension() != ".yml") continue;
      Result<Source> source = read_source(top, file, problems);
      if (!source) return fail(source.error());
      sources.push_back(std::move(*source));
    }
  }
  return sources;
}

void collect_facts(const Doc& doc, const FactLookup& lookup, std::vector<std::string>& out) {
  if (const Doc::Map* map = doc.map()) {
    for (const Doc::Entry& entry : *map) {
      if (entry.key == "fact" && entry.value.string() != nullptr && lookup(*entry.value.string()) != nullptr) {
        out.push_back(*entry.value.string());
      }
      collect_facts(entry.value, lookup, out);
    }
  } else if (const Doc::Seq* list = doc.seq()) {
    for (const Doc& item : *list) collect_facts(item, lookup, out);
  }
}

void complain_of_name(const Doc& doc, Reader& reader, std::string_view key, std::string_view value,
                      std::string_view wanted, std::string_view what) {
  const Doc* place = doc.find(key);
  if (place == nullptr || value == wanted) return;
  reader.complain(place->mark, fmt::format("{} '{}' differs from the {} '{}'", key, value, what, wanted));
}

std::vector<Rule> read_rules(const fs::path& top, const std::vector<Source>& sources, const FactNames& facts,
                             Problems& problems) {
  std::vector<Rule> rules;
  for (const Source& source : sources) {
    if (source.folder == kProfiles || source.folder == kGuidelines || !source.doc) continue;
    Reader reader((top / source.name).string(), problems);
    Rule rule = read_rule(*source.doc, reader, facts);
    complain_of_name(*source.doc, reader, "id", rule.id, source.stem, "file name");
    complain_of_name(*source.doc, reader, "category", rule.category, source.folder, "folder");
    rules.push_back(std::move(rule));
  }
  for (const Rule& rule : rules) {
    if (rule.same_change_as.empty()) continue;
    const auto leads = [&rule](const Rule& each) {
      return each.id == rule.same_change_as && each.same_change_as.empty() && each.id != rule.id;
    };
    if (std::none_of(rules.begin(), rules.end(), leads)) {
      problems.add(ErrorCode::kSchema,
                   fmt::format("{}:1:1: same_change_as names '{}', which is no other rule with a change of its own",
                               (top / rule.category / (rule.id + ".yml")).string(), rule.same_change_as));
    }
  }
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  for (std::size_t i = 1; i < rules.size(); ++i) {
    if (rules[i].id == rules[i - 1].id && !rules[i].id.empty()) {
      problems.add(ErrorCode::kSchema, fmt::format("{}: two rules have the id '{}', in {} and {}", top.string(),
                                                   rules[i].id, rules[i - 1].category, rules[i].category));
    }
  }
  return rules;
}

std::vector<Profile> read_profiles(const fs::path& top, const std::vector<Source>& sources,
                                   const std::vector<Rule>& rules, const std::vector<std::string>& rule_ids,
                                   Problems& problems) {
  std::vector<Profile> profiles;
  for (const Source& source : sources) {
    if (source.folder != kProfiles || !source.doc) continue;
    Reader reader((top / source.name).string(), problems);
    profiles.push_back(read_profile(*source.doc, reader, rules, rule_ids));
    complain_of_name(*source.doc, reader, "id", profiles.back().id, source.stem, "file name");
  }
  return profiles;
}

std::vector<Guideline> read_guidelines(const fs::path& top, const std::vector<Source>& sources, const FactNames& facts,
                                       Problems& problems) {
  std::vector<Guideline> guidelines;
  for (const Source& source : sources) {
    if (source.folder != kGuidelines || !source.doc) continue;
    Reader reader((top / source.name).string(), problems);
    guidelines.push_back(read_guideline(*source.doc, reader, facts));
    complain_of_name(*source.doc, reader, "id", guidelines.back().id, source.stem, "file name");
  }
  return guidelines;
}

void collect_rules(const OutcomeCondition& condition, std::vector<std::string>& out) {
  if (condition.kind == OutcomeCondition::Kind::kRule) out.push_back(condition.rule);
  for (const OutcomeCondition& child : condition.children) collect_rules(child, out);
}

// A rule that no profile reads is a mistake in its category or a forgotten line of a profile.
void complain_of_unread(const fs::path& top, const std::vector<Rule>& rules, const std::vector<Profile>& profiles,
                        Problems& problems) {
  std::vector<std::string> read;
  std::vector<std::string> categories;
  for (const Profile& profile : profiles) {
    for (const Category& category : profile.categories) {
      if (category.rules.empty()) categories.push_back(category.id);
      read.insert(read.end(), category.rules.begin(), category.rules.end());
    }
    for (const Cap& cap : profile.caps) collect_rules(cap.when, read);
    for (const Remark& remark : profile.not_graded) collect_rules(remark.when, read);
    read.insert(read.end(), profile.core.begin(), profile.core.end());
  }
  for (const Rule& rule : rules) {
    if (std::find(categories.begin(), categories.end(), rule.category) != categories.end()) continue;
    if (std::find(read.begin(), read.end(), rule.id) != read.end()) continue;
    problems.add(ErrorCode::kSchema,
                 fmt::format("{}:1:1: no profile has a category '{}' or names this rule, so nothing would read it",
                             (top / rule.category / (rule.id + ".yml")).string(), rule.category));
  }
}

std::string digest_of(const std::string& version, const std::vector<Source>& sources) {
  std::string all = fmt::format("VERSION {}\n{}\n", version.size(), version);
  for (const Source& source : sources)
    all += fmt::format("{} {}\n{}\n", source.name, source.bytes.size(), source.bytes);
  return sha256_hex(all);
}

}  // namespace

Result<RuleSet> load_rules(const fs::path& folder, const FactLookup& facts) {
  Result<std::string> version = read_file(folder / "VERSION", 1024);
  if (!version) return fail(version.error());
  RuleSet set;
  set.version = std::string(trim(*version));
  if (set.version.empty())
    return fail(ErrorCode::kSchema, (folder / "VERSION").string() + ":1:1: the version is empty");

  Problems problems;
  const Result<std::vector<Source>> sources = read_sources(folder, problems);
  if (!sources) return fail(sources.error());
  FactNames names{facts, {}};
  std::vector<std::string> rule_ids;
  for (const Source& source : *sources) {
    if (source.doc) collect_facts(*source.doc, facts, names.seen);
    // By file name, so that one faulty rule does not make every profile that names it look faulty too.
    if (source.folder != kProfiles && source.folder != kGuidelines) rule_ids.push_back(source.stem);
  }
  set.rules = read_rules(folder, *sources, names, problems);
  set.guidelines = read_guidelines(folder, *sources, names, problems);
  set.profiles = read_profiles(folder, *sources, set.rules, rule_ids, problems);
  if (set.rules.empty()) problems.add(ErrorCode::kSchema, folder.string() + ": there is no rule");
  if (set.profiles.empty()) problems.add(ErrorCode::kSchema, (folder / kProfiles).string() + ": there is no profile");
  if (problems.empty()) complain_of_unread(folder, set.rules, set.profiles, problems);
  if (!problems.empty()) return fail(problems.joined());
  set.digest = digest_of(set.version, *sources);
  return set;
}

}  // namespace meetlat
