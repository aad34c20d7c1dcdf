// Synthetic hosts for the judgement tests: facts by name, no network, no probes.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "judgement/judge.h"

namespace meetlat::testing {

// The facts of the probes, and "test.ratio", a double.
const FactSpec* known_fact(std::string_view path);

// A host described by facts. Everything is about the target unless a subject is given.
class Host {
 public:
  // A host on which every rule of the bundled rule set passes or does not apply.
  static Host exemplary();
  // Jitsi Meet as a package installs it, without anybody's care for privacy.
  static Host default_install();

  Host& set(const std::string& path, Value value, Subject subject = {});
  Host& text(const std::string& path, std::string value) { return set(path, std::move(value)); }
  Host& not_measured(const std::string& path, ErrorCode code, std::string context = "", Subject subject = {});
  Host& drop(const std::string& path);

  Evidence evidence() const;

 private:
  std::map<std::pair<std::string, Subject>, std::variant<Value, Error>> facts_;
};

// The bundled rules, loaded once with known_fact; fails the test when they do not load.
const RuleSet& bundled_rules();
const Profile& default_profile();

// A host judged by the bundled rules.
HostReport judged(const Host& host, const Profile& profile = default_profile());
const Finding& finding(const HostReport& report, std::string_view rule);
// "A", or "not graded".
std::string letter_of(const HostReport& report);

// A folder that is removed at the end, for rule files of a test's own.
class RuleFolder {
 public:
  RuleFolder();
  ~RuleFolder();
  RuleFolder(const RuleFolder&) = delete;
  RuleFolder& operator=(const RuleFolder&) = delete;

  void write(const std::string& name, std::string_view text) const;
  void remove(const std::string& name) const;
  Result<RuleSet> load() const { return load_rules(path_, known_fact); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// A faultless rule and profile to begin with.
inline constexpr std::string_view kRule = R"(id: tls-new
title: TLS is new
category: transport
severity: high
points: 2
applies_if: {fact: tls.legacy_only, is: false}
pass_if:
  all:
    - {fact: tls.version, in: [TLSv1.2, TLSv1.3]}
    - {fact: http.hsts.max_age, at_least: 15552000, subjects: any}
    - not: {fact: jitsi.recording.server, is: true}
    - {fact: jitsi.stun.third_party, empty: true}
why: Because.
remedy: Change it.
config:
  - file: /etc/nginx/nginx.conf
    lines: |2
        ssl_protocols TLSv1.2;
      # kept
fail_text: TLS is old
shows: [tls.group]
references:
  - {title: RFC 8446, url: "https://www.rfc-editor.org/rfc/rfc8446"}
persona: tls-old
)";
inline constexpr std::string_view kProfile = R"(id: default
version: "1"
title: Default
categories:
  - {id: transport, title: Transport, weight: 100}
letters: {A: 85, B: 50, E: 0}
words: {A: good, B: so so, E: bad, F: worse}
core: [tls-new]
caps:
  - id: old
    letter: F
    title: TLS is old
    when: {any: [{rule: tls-new, is: fail}]}
)";
// Writes both, and a VERSION.
void write_good(const RuleFolder& folder);

}  // namespace meetlat::testing
