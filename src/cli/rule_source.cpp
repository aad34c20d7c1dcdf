#include "cli/rule_source.h"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "judgement/judge.h"
#include "probes/probe.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownDigest = 12;
constexpr std::size_t kLeastDigest = 8;  // digits that name a set: fewer could mean another one by chance

struct Pin {
  std::string version;
  std::string digest;  // its first digits, or empty
};

std::string short_digest(const RuleSet& rules) {
  return rules.digest.substr(0, kShownDigest);
}

// A version becomes the name of a folder, so nothing that leads elsewhere is one.
Result<Pin> pin_from(const std::string& text) {
  const std::size_t at = text.find('@');
  Pin pin{text.substr(0, at), at == std::string::npos ? std::string{} : text.substr(at + 1)};
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_' || c == '+';
  };
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const bool version = !pin.version.empty() && pin.version.front() != '.' && pin.version.size() <= 64 &&
                       std::all_of(pin.version.begin(), pin.version.end(), plain);
  const bool digest = at == std::string::npos || (pin.digest.size() >= kLeastDigest && pin.digest.size() <= 64 &&
                                                  std::all_of(pin.digest.begin(), pin.digest.end(), hexadecimal));
  if (version && digest) return pin;
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("--rules wants a version as 'meetlat rules check' prints it, or VERSION@DIGEST with at least "
                          "{} digits, not '{}'; a folder is --rules-dir",
                          kLeastDigest, printable(text)));
}

fs::path user_rules() {
  const char* set = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  // The base directory specification: a relative one is to be ignored.
  if (set != nullptr && set[0] == '/') return fs::path(set) / "meetlat" / "rules";
  if (home != nullptr && home[0] != '\0') return fs::path(home) / ".local/share/meetlat/rules";
  return {};
}

// In the order in which they count.
std::vector<fs::path> places(const RuleSource& source, const Pin& pin) {
  if (!source.folder.empty()) return {source.folder, fs::path(source.folder) / pin.version};
  std::vector<fs::path> out{fs::path(kKeptRules) / pin.version};
  if (const fs::path user = user_rules(); !user.empty()) out.push_back(user / pin.version);
  out.push_back(data_path("rules"));
  return out;
}

std::optional<std::string> version_in(const fs::path& folder) {
  const auto text = read_file(folder / "VERSION", 1024);
  return text ? std::optional(std::string(trim(*text))) : std::nullopt;
}

tl::unexpected<Error> not_found(const RuleSource& source, const Pin& pin, const std::vector<std::string>& others) {
  std::vector<std::string> looked;
  for (const fs::path& place : places(source, pin)) looked.push_back(place.string());
  std::string text = fmt::format("--rules: no rule set {}{} in {}", pin.version,
                                 pin.digest.empty() ? "" : "@" + pin.digest, join(looked, ", "));
  if (!others.empty()) text += fmt::format("; there is {}", join(others, ", "));
  text += fmt::format(
      ". Keep a set beside your project with the meetlat that brings it ('meetlat rules save' writes {}/VERSION), or "
      "name another version",
      kKeptRules);
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

// Half a rule set would be another one, so one that cannot be read whole is refused.
tl::unexpected<Error> unreadable(const Pin& pin, const fs::path& folder, const Error& error) {
  return fail(error.code,
              fmt::format("this meetlat ({}) cannot judge by rule set {} in {}: use a meetlat of its time, or pin a "
                          "newer set. {}",
                          MEETLAT_VERSION, pin.version, folder.string(), error.context));
}

Result<RuleSet> pinned(const RuleSource& source, const Pin& pin, std::ostream& notes) {
  std::optional<RuleSet> found;
  fs::path from;
  std::vector<std::string> others;
  for (const fs::path& place : places(source, pin)) {
    const auto version = version_in(place);
    if (!version) continue;
    if (*version != pin.version) {
      others.push_back(fmt::format("{} in {}", printable(*version), place.string()));
      continue;
    }
    auto rules = load_rules(place, find_fact);
    if (!rules) {
      // Which digest it has is not known either.
      if (!found && pin.digest.empty()) return unreadable(pin, place, rules.error());
      others.push_back(fmt::format("one in {} that cannot be read", place.string()));
      continue;
    }
    if (!rules->digest.starts_with(pin.digest)) {
      others.push_back(fmt::format("{}@{} in {}", pin.version, short_digest(*rules), place.string()));
      continue;
    }
    if (!found) {
      found = std::move(*rules);
      from = place;
    } else if (found->digest != rules->digest) {
      notes << fmt::format(
          "meetlat: warning: two rule sets are called {}: that in {} is taken ({}), that in {} differs ({}); --rules "
          "{}@{} names one of them\n",
          pin.version, printable(from.string()), short_digest(*found), printable(place.string()), short_digest(*rules),
          pin.version, short_digest(*found));
    }
  }
  if (!found) return not_found(source, pin, others);
  return std::move(*found);
}

fs::path plain_folder(const RuleSource& source) {
  return source.folder.empty() ? data_path("rules") : fs::path(source.folder);
}

// The files that a rule set consists of, and nothing else that lies beside them.
Result<void> copy_rules(const fs::path& from, const fs::path& to) {
  std::vector<fs::path> files{"VERSION"};
  std::error_code error;
  for (fs::recursive_directory_iterator at(from, error), end; !error && at != end; at.increment(error)) {
    if (at.depth() != 1 || at->path().extension() != ".yml") continue;
    files.push_back(at->path().lexically_relative(from));
  }
  if (error) return fail(error_from_errno(error.value(), from.string()));
  for (const fs::path& file : files) {
    const auto bytes = read_file(from / file);
    if (!bytes) return fail(bytes.error());
    if (auto written = write_file_atomically(to / file, *bytes); !written) return written;
  }
  return {};
}

// Where the set of that digest lies: what was found by its version is looked for again, since a RuleSet does not know
// its folder.
Result<fs::path> folder_of(const RuleSource& source, const RuleSet& rules) {
  std::vector<fs::path> candidates{plain_folder(source)};
  if (!source.version.empty()) candidates = places(source, Pin{rules.version, {}});
  for (const fs::path& place : candidates) {
    const auto loaded = load_rules(place, find_fact);
    if (loaded && loaded->digest == rules.digest) return place;
  }
  return fail(ErrorCode::kIo, "the rule set changed while it was read");
}

}  // namespace

void add_rule_options(CLI::App& app, RuleSource& source, const std::string& group) {
  auto* folder = app.add_option("--rules-dir", source.folder, "Rule set to judge by, instead of the bundled one");
  auto* version =
      app.add_option(
             "--rules", source.version,
             "Judge by this version of the rules, as 'meetlat rules save' kept it: an upgrade changes no verdict")
          ->type_name("VERSION");
  if (group.empty()) return;
  folder->group(group);
  version->group(group);
}

Result<RuleSet> find_rules(const RuleSource& source, std::ostream& notes) {
  if (source.version.empty()) return load_rules(plain_folder(source), find_fact);
  const auto pin = pin_from(source.version);
  if (!pin) return fail(pin.error());
  return pinned(source, *pin, notes);
}

Result<fs::path> save_rules(const RuleSource& source, const fs::path& to, std::ostream& notes) {
  const auto rules = find_rules(source, notes);
  if (!rules) return fail(rules.error());
  if (auto named = pin_from(rules->version); !named) return fail(named.error());
  const auto from = folder_of(source, *rules);
  if (!from) return fail(from.error());
  fs::path target = to / rules->version;
  std::error_code ignored;
  if (fs::exists(target, ignored)) {
    const auto there = load_rules(target, find_fact);
    if (there && there->digest == rules->digest) return target;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} holds another rule set of that name ({}; this one is {}); remove it first, if nobody "
                            "pins it any more",
                            target.string(), there ? short_digest(*there) : "unreadable", short_digest(*rules)));
  }
  // Made aside: a set that is half there would be taken for one.
  const fs::path aside = to / fmt::format(".{}.{}", rules->version, ::getpid());
  auto copied = copy_rules(*from, aside);
  if (copied) {
    const auto copy = load_rules(aside, find_fact);
    std::error_code error;
    if (!copy || copy->digest != rules->digest) {
      copied = fail(ErrorCode::kIo, "the rule set changed while it was copied");
    } else if (fs::rename(aside, target, error); error) {
      copied = fail(error_from_errno(error.value(), target.string()));
    }
  }
  if (copied) return target;
  fs::remove_all(aside, ignored);
  return fail(copied.error());
}

}  // namespace meetlat
