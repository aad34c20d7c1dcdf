// Settings of the Jitsi client as facts need them: a value with its provenance, absent for sure, or unknown with the
// reason. Unknown is never absent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/jitsi_facts.h"
#include "probes/jitsi_page.h"

namespace meetlat::probes {

// One setting, read in the way in which JavaScript's `if` and string uses read it.
struct Read {
  bool absent = true;
  std::optional<Error> unknown;
  const JsValue* value = nullptr;
  std::string note;  // "p2p.enabled: false", "p2p.enabled is not set"

  bool truthy() const noexcept;
  // Absent, or null or undefined, which the client takes for absent.
  bool unset() const noexcept;
  // The text of a non-empty string that is no placeholder ("<APP_KEY>"); "" otherwise.
  std::string text() const;
};
// Own: of the same registrable domain or owner, or the host's own address. Nobody's: a name or an address that leads no
// participant anywhere (localhost, a bare word, a private address, a placeholder). Unclear: an address tells no owner.
enum class Owner { kOwn, kOther, kNobody, kUnclear };

class Settings {
 public:
  // Both outlive this. `own_addresses` are those of the host, as text.
  Settings(const Configuration& configuration, const Url& base, std::vector<std::string> own_addresses = {})
      : configuration_(configuration), base_(base), own_addresses_(std::move(own_addresses)) {}

  Read read(std::string_view path) const { return read_from(configuration_.config, path); }
  Read read_interface(std::string_view path) const { return read_from(configuration_.interface_config, path); }
  const Url& base() const noexcept { return base_; }
  // Whose is a host that a setting names?
  Owner owner_of(std::string_view host) const;
  // Where and how to look, for a note about some settings.
  Provenance seen(std::string_view note) const;

 private:
  static Read read_from(const JsConfig& config, std::string_view path);
  const Configuration& configuration_;
  const Url& base_;
  std::vector<std::string> own_addresses_;
};

// Collects items from many settings: what is certain, what was seen, and whether something stayed unknown.
struct Gathered {
  std::vector<std::string> items;
  std::vector<std::string> notes;
  std::optional<Error> unknown;

  void add(std::string item, std::string note);
  void add_unknown(const Read& read);
  // Is the host that the setting names certainly somebody else's? Where that cannot be told it becomes the unknown.
  bool names_other(std::string_view host, const Read& read, const Settings& settings);
  // Puts the certain items; when there are none and something is unknown, the fact is not measured.
  void put(JitsiWriter::Ref fact, const Settings& settings, JitsiWriter& out);
};

// The parts of the probe. Each writes the facts that its name says.
void put_build_facts(const BuildKnowledge& build, const ClientPage& page, Session& session, JitsiWriter& out);
void put_stun_facts(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out);
void put_analytics_fact(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out);
void put_access_facts(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out);
void put_other_party_facts(const Settings& settings, JitsiWriter& out);

}  // namespace meetlat::probes
