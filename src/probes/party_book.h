// Everybody else whom a page or a client leads participants to, gathered host by host from several sources. Hosts of
// the audited site and of its owner are no parties; an address without an owner makes its class incomplete.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/fact.h"
#include "probes/jitsi_settings.h"
#include "probes/party_mechanisms.h"

namespace meetlat::probes {

struct Party {
  PartyClass kind = PartyClass::kHinted;     // the strongest of its mechanisms
  std::vector<const Mechanism*> mechanisms;  // without repeats, in order of appearance
  std::vector<std::string> sources;          // "script https://... in https://meet.example.org/", at most 12
  Provenance first;                          // of the first source
};

class PartyBook {
 public:
  // `settings` outlives this.
  explicit PartyBook(const Settings& settings) : settings_(settings) {}

  // `host` as a URL has it. `seen` is where, with what stood there. Past 200 parties the class becomes incomplete.
  void add(std::string_view mechanism, const std::string& host, const Provenance& seen);
  void add(const Gathered& gathered, PartyClass kind);  // its contacts, and what it could not tell
  // The list of this class is not whole.
  void add_unknown(PartyClass kind, const Error& why);
  // A policy allows every host.
  void allow_everybody(const Provenance& seen);

  const std::map<std::string, Party, std::less<>>& parties() const noexcept { return parties_; }
  const std::vector<Error>& unknown(PartyClass kind) const { return unknown_[static_cast<std::size_t>(kind)]; }
  const Provenance* everybody_allowed() const noexcept { return everybody_ ? &*everybody_ : nullptr; }
  const Settings& settings() const noexcept { return settings_; }

 private:
  const Settings& settings_;
  std::map<std::string, Party, std::less<>> parties_;
  std::array<std::vector<Error>, kPartyClasses.size()> unknown_;
  std::optional<Provenance> everybody_;
};

// What the pages say: markup, style sheets of the site (a few are fetched), headers, web manifest.
// Precondition of both: the landing page is there.
void read_page_parties(Session& session, PartyBook& book);
// Addresses that stand as text in scripts of the page. Settings stand there, too, so this comes after them.
void read_script_hints(Session& session, PartyBook& book);

}  // namespace meetlat::probes
