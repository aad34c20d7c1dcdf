// What the web client makes of a setting, release by release: its default, whether this client reads it at all, who
// gets data by it. The table is data/jitsi/settings.yml.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probes/jitsi_builds.h"
#include "proto/js_config.h"

namespace meetlat::probes {

struct BuildKnowledge;

// Does the client read a setting? kUnclear: that changed between two releases, and the build may be on either side.
enum class Heeded { kYes, kNo, kUnclear };

// What the client takes where a setting is not written, for the releases between the two (0: no limit on that side).
struct SettingDefault {
  JsValue value;
  Release from;
  Release until;
};

struct SettingSpec {
  std::string key;   // "p2p.stunServers", below its file's object
  std::string type;  // "bool", "number", "text", "url", "list", "map", "any"
  std::vector<SettingDefault> absent;
  // 0 where the table says nothing.
  Release since;         // first stable release that reads it
  Release unread_until;  // last stable release before `since` that is known not to
  Release until;         // last stable release that is known to read it
  Release dead_since;    // first stable release that is known not to
  bool unread = false;   // no client reads it
  std::string replaced_by;
  std::string recipient;  // who gets data when it is set; "" nobody by itself

  // A build newer than the table reads what the newest release of the table reads.
  Heeded heeded(const BuildKnowledge& build) const noexcept;
  // nullptr: the client has nothing then, or it is not known what.
  const JsValue* default_for(const BuildKnowledge& build) const noexcept;
};

class SettingTable {
 public:
  // YAML as data/jitsi/settings.yml. kParse or kSchema with the line.
  static Result<SettingTable> parse(std::string_view yaml);
  // The table of the installation, read once per process.
  static const Result<SettingTable>& bundled();

  // nullptr: not in the table. Pointers into the table.
  const SettingSpec* find(std::string_view key, bool of_interface = false) const noexcept;
  const std::vector<SettingSpec>& config() const noexcept { return config_; }
  const std::vector<SettingSpec>& interface_config() const noexcept { return interface_; }

 private:
  std::vector<SettingSpec> config_;  // both sorted by key
  std::vector<SettingSpec> interface_;
};

}  // namespace meetlat::probes
