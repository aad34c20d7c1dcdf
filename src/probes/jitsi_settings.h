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
#include "probes/jitsi_settings_table.h"

namespace meetlat::probes {

// One setting, read in the way in which JavaScript's `if` and string uses read it.
struct Read {
  bool absent = true;
  std::optional<Error> unknown;
  const JsValue* value = nullptr;
  bool by_default = false;  // of resolve(): absent, and `value` is what the client then takes
  std::string note;         // "p2p.enabled: false (config.js line 12)", "p2p.enabled is not set"
  JsOrigin origin;          // where it was written last; line 0: nowhere, or not known

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
  // All three outlive this. `own_addresses` are those of the host, as text. Without `build`, resolve() knows no
  // release.
  Settings(const Configuration& configuration, const Url& base, std::vector<std::string> own_addresses = {},
           const BuildKnowledge* build = nullptr)
      : configuration_(configuration), base_(base), own_addresses_(std::move(own_addresses)), build_(build) {}

  // As written.
  Read read(std::string_view path) const { return read_from(configuration_.config, path); }
  Read read_interface(std::string_view path) const { return read_from(configuration_.interface_config, path); }
  // As this client takes it: what it does not read is absent, what it may or may not read is unknown, and where nothing
  // is written its default stands in `value` (when the table knows one for this release).
  Read resolve(std::string_view path) const;
  // What data/jitsi/settings.yml says about it; nullptr: nothing.
  static const SettingSpec* spec(std::string_view path);
  // Does this client read it? kYes for what is not in the table.
  Heeded heeded(std::string_view path) const;
  const Url& base() const noexcept { return base_; }
  // Whose is a host that a setting names?
  Owner owner_of(std::string_view host) const;
  // Where and how to look, for a note about some settings.
  Provenance seen(std::string_view note) const;
  // The same for one setting: its file, its line and that line's text.
  Provenance seen(const Read& read) const;

 private:
  Read read_from(const JsConfig& config, std::string_view path) const;
  std::string place_of(const JsOrigin& origin) const;
  const Configuration& configuration_;
  const Url& base_;
  std::vector<std::string> own_addresses_;
  const BuildKnowledge* build_;
};

// A host that a setting leads participants to, and how (an id of probes/party_mechanisms.h).
struct Contact {
  std::string_view mechanism;
  std::string host;
  std::string note;
};

// Collects items from many settings: what is certain, what was seen, and whether something stayed unknown.
struct Gathered {
  std::vector<std::string> items;
  std::vector<std::string> notes;
  std::vector<Contact> contacts;  // the hosts behind the items; the host's own may be among them
  std::optional<Error> unknown;

  void add(std::string item, std::string note);
  void add_contact(std::string_view mechanism, std::string host, std::string note);
  void merge(Gathered other);
  void add_unknown(const Read& read);
  // Is the host that the setting names certainly somebody else's? Where that cannot be told it becomes the unknown.
  bool names_other(std::string_view host, const Read& read, const Settings& settings);
  // Puts the certain items; when there are none and something is unknown, the fact is not measured.
  void put(JitsiWriter::Ref fact, const Settings& settings, JitsiWriter& out);
};

// "etherpad at pad.example.org"
std::string service_at(std::string_view name, std::string_view host);

// Whom the settings lead participants to. The facts below and the probe `parties` are made from the same answers.
Gathered gather_stun(const Settings& settings, const BuildKnowledge& build);  // of others
Gathered gather_analytics(const Settings& settings, const BuildKnowledge& build);
Gathered gather_branding(const Settings& settings);
Gathered gather_integrations(const Settings& settings);
Gathered gather_built_in(const Settings& settings);  // offered without a setting: contacts only
Gathered gather_avatars(const Settings& settings);
Gathered gather_login(const Settings& settings);
struct Signalling {
  Gathered hosts;    // all
  Gathered foreign;  // of others
};
Signalling gather_signalling(const Settings& settings);
// The app that phones are sent to, and the stores it is in: contacts, and the links as items.
struct AppOffer {
  std::optional<bool> promoted;  // nullopt: `links.unknown` says why
  std::string note;
  Gathered links;
};
AppOffer gather_app(const Settings& settings, const BuildKnowledge& build);

// The parts of the probe. Each writes the facts that its name says.
void put_build_facts(const BuildKnowledge& build, const ClientPage& page, const Settings& settings, Session& session,
                     JitsiWriter& out);
void put_stun_facts(const Settings& settings, const BuildKnowledge& build, JitsiWriter& out);
void put_access_facts(const Settings& settings, JitsiWriter& out);
void put_app_facts(const Settings& settings, const BuildKnowledge& build, const Landing& landing, JitsiWriter& out);
void put_other_party_facts(const Settings& settings, JitsiWriter& out);

}  // namespace meetlat::probes
