#include "unit/judgement/fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace meetlat::testing {
namespace {

constexpr FactSpec kFacts[] = {
    {"dns.ipv4", "strings", ""},
    {"dns.ipv6", "strings", ""},
    {"dns.status", "string", ""},
    {"tls.version", "string", ""},
    {"tls.cipher_suite", "string", ""},
    {"tls.group", "string", ""},
    {"tls.alpn", "string", ""},
    {"tls.certificate.trusted", "bool", ""},
    {"tls.certificate.trust_error", "string", ""},
    {"tls.certificate.name_matches", "bool", ""},
    {"tls.certificate.names", "strings", ""},
    {"tls.certificate.subject", "string", ""},
    {"tls.certificate.issuer", "string", ""},
    {"tls.certificate.not_before", "string", ""},
    {"tls.certificate.not_after", "string", ""},
    {"tls.certificate.days_left", "int", ""},
    {"tls.certificate.key", "string", ""},
    {"tls.certificate.key_type", "string", ""},
    {"tls.certificate.key_bits", "int", ""},
    {"tls.certificate.signature", "string", ""},
    {"tls.certificate.chain", "strings", ""},
    {"tls.certificate.sha256", "string", ""},
    {"tls.legacy_only", "bool", ""},
    {"tls.recheck.trusted", "bool", ""},
    {"tls.recheck.legacy_only", "bool", ""},
    {"http.status", "int", ""},
    {"http.final_url", "string", ""},
    {"http.redirects_to_https", "bool", ""},
    {"http.plain.status", "string", ""},
    {"http.hsts.max_age", "int", ""},
    {"http.hsts.include_subdomains", "bool", ""},
    {"http.csp", "string", ""},
    {"http.nosniff", "bool", ""},
    {"http.referrer_policy", "string", ""},
    {"http.permissions_policy", "string", ""},
    {"http.frame_options", "string", ""},
    {"http.cookies", "strings", ""},
    {"http.cookies.insecure", "strings", ""},
    {"http.server", "string", ""},
    {"http.intermediary", "string", ""},
    {"http.challenge", "string", ""},
    {"http.parked", "bool", ""},
    {"http.moved_to", "string", ""},
    {"jitsi.present", "bool", ""},
    {"jitsi.other_software", "string", ""},
    {"jitsi.config.readable", "bool", ""},
    {"jitsi.config.sources", "strings", ""},
    {"jitsi.config.problems", "strings", ""},
    {"jitsi.build.web", "int", ""},
    {"jitsi.build.web_text", "string", ""},
    {"jitsi.build.release", "int", ""},
    {"jitsi.build.date", "string", ""},
    {"jitsi.build.age_days", "int", ""},
    {"jitsi.build.releases_behind", "int", ""},
    {"jitsi.build.lib", "string", ""},
    {"jitsi.build.header_release", "string", ""},
    {"jitsi.build.configured_release", "string", ""},
    {"jitsi.build.advisories", "strings", ""},
    {"jitsi.build.oldest_confidentiality_advisory_months", "int", ""},
    {"jitsi.stun.hosts", "strings", ""},
    {"jitsi.stun.third_party", "strings", ""},
    {"jitsi.stun.source", "string", ""},
    {"jitsi.p2p.enabled", "bool", ""},
    {"jitsi.p2p.ice_policy", "string", ""},
    {"jitsi.third_party_requests_disabled", "bool", ""},
    {"jitsi.analytics", "strings", ""},
    {"jitsi.login.kind", "string", ""},
    {"jitsi.login.third_party", "strings", ""},
    {"jitsi.recording.server", "bool", ""},
    {"jitsi.livestreaming", "bool", ""},
    {"jitsi.transcription", "bool", ""},
    {"jitsi.avatars.third_party", "strings", ""},
    {"jitsi.integrations.third_party", "strings", ""},
    {"jitsi.signalling.hosts", "strings", ""},
    {"jitsi.signalling.third_party", "strings", ""},
    {"parties.loaded", "strings", ""},
    {"jitsi.app.promoted", "bool", ""},
    {"jitsi.app.links", "strings", ""},
    {"parties.in_call", "strings", ""},
    {"parties.on_use", "strings", ""},
    {"parties.permitted", "strings", ""},
    {"parties.hinted", "strings", ""},
    {"parties.unknown", "strings", ""},
    {"jitsi.legal.privacy_url", "string", ""},
    {"jitsi.legal.terms_url", "string", ""},
    {"jitsi.operator.stated", "string", ""},
    {"jitsi.prejoin", "bool", ""},
    {"jitsi.display_name_required", "bool", ""},
    {"jitsi.insecure_room_warning", "bool", ""},
    {"client.lib.claim", "string", ""},
    {"client.lib.matches_release", "bool", ""},
    {"client.versions_agree", "bool", ""},
    {"client.suffix", "string", ""},
    {"client.files", "strings", ""},
    {"client.injected_scripts", "strings", ""},
    {"client.source_map", "bool", ""},
    {"e2ee.fail_closed", "bool", ""},
    {"e2ee.sas_verification", "bool", ""},
    {"e2ee.encoded_transform", "bool", ""},
    {"e2ee.verdict", "string", ""},
    {"e2ee.offered", "bool", ""},
    {"e2ee.format_current", "bool", ""},
    {"e2ee.switch_visible", "bool", ""},
    {"e2ee.worker", "bool", ""},
    {"e2ee.olm", "bool", ""},
    {"policy.text", "text", ""},
    {"xmpp.bosh", "bool", ""},
    {"xmpp.websocket", "bool", ""},
    {"xmpp.mechanisms", "strings", ""},
    {"xmpp.guest_mechanisms", "strings", ""},
    {"xmpp.login.kind", "string", ""},
    {"xmpp.login.needed", "string", ""},
    {"xmpp.advisories", "strings", ""},
    {"xmpp.components", "strings", ""},
    {"xmpp.deployment", "strings", ""},
    {"xmpp.server.version", "string", ""},
    {"xmpp.rooms_listed", "int", ""},
    {"xmpp.ice.announced", "bool", ""},
    {"xmpp.ice.hosts", "strings", ""},
    {"xmpp.ice.third_party", "strings", ""},
    {"xmpp.ice.source", "string", ""},
    {"xmpp.ice.contacted", "strings", ""},
    {"xmpp.ice.contacted_third_party", "strings", ""},
    {"xmpp.turn.static_login", "bool", ""},
    {"xmpp.turn.lifetime_seconds", "int", ""},
    {"xmpp.room.start", "string", ""},
    {"xmpp.room.joined", "bool", ""},
    {"xmpp.room.real_addresses", "string", ""},
    {"xmpp.room.features", "strings", ""},
    {"xmpp.room.information", "strings", ""},
    {"xmpp.room.lobby_on", "bool", ""},
    {"xmpp.room.metadata", "strings", ""},
    {"xmpp.focus.version", "string", ""},
    {"xmpp.focus.properties", "strings", ""},
    {"policy.verdict", "string", ""},
    {"policy.own", "bool", ""},
    {"policy.url", "string", ""},
    {"policy.media_type", "string", ""},
    {"policy.title", "string", ""},
    {"policy.linked_from_instance", "bool", ""},
    {"policy.readable", "bool", ""},
    {"policy.names_service", "bool", ""},
    {"policy.search.complete", "bool", ""},
    {"policy.search.places", "int", ""},
    {"policy.search.trail", "strings", ""},
    {"policy.imprint_url", "string", ""},
    {"policy.operator_identified", "bool", ""},
    {"policy.intermediary_disclosed", "bool", ""},
    {"policy.form", "string", ""},
    {"policy.found_by", "string", ""},
    {"policy.languages", "strings", ""},
    {"policy.instance_language", "bool", ""},
    {"policy.placeholders", "strings", ""},
    {"policy.page_third_parties", "strings", ""},
    {"policy.dated", "string", ""},
    {"policy.states.controller", "string", ""},
    {"policy.states.contact", "string", ""},
    {"policy.states.purposes", "string", ""},
    {"policy.states.legal_basis", "string", ""},
    {"policy.states.recipients", "string", ""},
    {"policy.states.retention", "string", ""},
    {"policy.states.transfer", "string", ""},
    {"policy.states.access", "string", ""},
    {"policy.states.rectification", "string", ""},
    {"policy.states.erasure", "string", ""},
    {"policy.states.restriction", "string", ""},
    {"policy.states.objection", "string", ""},
    {"policy.states.portability", "string", ""},
    {"policy.states.withdraw", "string", ""},
    {"policy.states.complaint", "string", ""},
    {"policy.states.date", "string", ""},
    {"policy.claims.no_third_parties", "bool", ""},
    {"policy.claims.no_google", "bool", ""},
    {"policy.claims.e2ee", "bool", ""},
    {"policy.claims.no_recordings", "bool", ""},
    {"policy.claims.no_tracking", "bool", ""},
    {"policy.claims.no_cookies", "bool", ""},
    {"policy.claims.eu_only", "bool", ""},
    {"hosting.country", "string", ""},
    {"hosting.reverse_names", "strings", ""},
    {"hosting.network", "string", ""},
    {"hosting.web.countries", "strings", ""},
    {"hosting.signalling.countries", "strings", ""},
    {"hosting.turn.countries", "strings", ""},
    {"hosting.eu_eea", "bool", ""},
    {"hosting.outside_eu", "strings", ""},
    {"hosting.adequacy", "string", ""},
    {"hosting.data_date", "string", ""},
    {"hosting.operators", "strings", ""},
    {"hosting.big_tech", "strings", ""},
    {"exposed.asked", "bool", ""},
    {"exposed.things", "strings", ""},
    {"exposed.trail", "strings", ""},
    // A type that no fact of this version has.
    {"test.ratio", "double", ""},
};

using Strings = std::vector<std::string>;
const Strings kNone;

}  // namespace

const FactSpec* known_fact(std::string_view path) {
  for (const FactSpec& spec : kFacts) {
    if (spec.path == path) return &spec;
  }
  return nullptr;
}

Host& Host::set(const std::string& path, Value value, Subject subject) {
  facts_.insert_or_assign({path, std::move(subject)}, std::move(value));
  return *this;
}

Host& Host::not_measured(const std::string& path, ErrorCode code, std::string context, Subject subject) {
  facts_.insert_or_assign({path, std::move(subject)}, Error{code, std::move(context)});
  return *this;
}

Host& Host::drop(const std::string& path) {
  std::erase_if(facts_, [&path](const auto& entry) { return entry.first.first == path; });
  return *this;
}

Evidence Host::evidence() const {
  Evidence evidence;
  for (const auto& [key, what] : facts_) {
    const FactSpec* spec = known_fact(key.first);
    if (spec == nullptr) {
      ADD_FAILURE() << "unknown fact in a test: " << key.first;
    } else if (const Value* value = std::get_if<Value>(&what)) {
      evidence.put(*spec, key.second, *value, {});
    } else {
      evidence.not_measured(*spec, key.second, std::get<Error>(what));
    }
  }
  return evidence;
}

Host Host::exemplary() {
  Host host;
  host.text("dns.status", "ok").set("dns.ipv4", Strings{"192.0.2.1"}).set("dns.ipv6", Strings{"2001:db8::1"});
  host.text("tls.version", "TLSv1.3").text("tls.group", "X25519").text("tls.cipher_suite", "TLS_AES_256_GCM_SHA384");
  host.set("tls.certificate.trusted", true).set("tls.certificate.days_left", std::int64_t{60});
  host.text("tls.certificate.key_type", "EC").set("tls.certificate.key_bits", std::int64_t{256});
  host.set("tls.legacy_only", false);
  host.set("http.status", std::int64_t{200}).text("http.plain.status", "redirects-to-https");
  host.set("http.hsts.max_age", std::int64_t{63072000}).set("http.nosniff", true);
  host.text("http.referrer_policy", "no-referrer").set("http.cookies.insecure", kNone);
  host.text("http.intermediary", "").text("http.challenge", "").text("http.moved_to", "").set("http.parked", false);
  host.set("jitsi.present", true).set("jitsi.config.readable", true);
  host.set("jitsi.build.age_days", std::int64_t{100}).set("jitsi.build.advisories", kNone);
  host.set("jitsi.build.oldest_confidentiality_advisory_months", std::int64_t{0});
  host.set("jitsi.p2p.enabled", true).text("jitsi.p2p.ice_policy", "relay");
  host.set("jitsi.stun.third_party", kNone).set("jitsi.analytics", kNone).set("parties.loaded", kNone);
  host.set("jitsi.login.third_party", kNone).text("xmpp.login.needed", "open");
  host.set("xmpp.advisories", kNone);
  host.set("jitsi.signalling.third_party", kNone).set("jitsi.avatars.third_party", kNone);
  host.set("jitsi.integrations.third_party", kNone).set("jitsi.app.promoted", false);
  host.text("jitsi.legal.privacy_url", "https://meet.example.test/static/privacy.html");
  host.set("jitsi.recording.server", false).set("jitsi.livestreaming", false).set("jitsi.transcription", false);
  host.set("jitsi.prejoin", true).set("jitsi.display_name_required", false).set("jitsi.insecure_room_warning", true);
  host.text("e2ee.verdict", "available").set("e2ee.offered", true);
  host.set("e2ee.format_current", true).set("e2ee.switch_visible", true).set("e2ee.fail_closed", true);
  host.set("client.lib.matches_release", true);
  host.text("policy.verdict", "own").set("policy.own", true).set("policy.search.complete", true);
  host.text("policy.url", "https://meet.example.test/static/privacy.html");
  host.set("policy.linked_from_instance", true).set("policy.readable", true).set("policy.names_service", true);
  host.set("policy.operator_identified", true);
  host.text("policy.form", "html").text("policy.found_by", "config").set("policy.instance_language", true);
  host.set("policy.placeholders", kNone).set("policy.page_third_parties", kNone);
  for (const FactSpec& spec : kFacts) {
    if (spec.path.starts_with("policy.states.")) host.text(std::string(spec.path), "found");
    if (spec.path.starts_with("policy.claims.")) host.set(std::string(spec.path), false);
  }
  host.set("http.cookies", kNone);
  host.set("hosting.eu_eea", true).set("hosting.big_tech", kNone).set("exposed.asked", false);
  host.set("xmpp.ice.contacted_third_party", kNone).set("xmpp.turn.static_login", false);
  host.set("xmpp.rooms_listed", std::int64_t{0});
  return host;
}

Host Host::default_install() {
  Host host = exemplary();
  host.text("policy.verdict", "someone-elses").set("policy.own", false).set("policy.operator_identified", false);
  host.text("policy.url", "https://jitsi.org/meet-jit-si-privacy/").text("jitsi.legal.privacy_url", "");
  host.set("jitsi.stun.third_party", Strings{"meet-jit-si-turnrelay.jitsi.net:443"});
  host.text("jitsi.p2p.ice_policy", "all");
  host.set("jitsi.avatars.third_party", Strings{"www.gravatar.com"}).set("jitsi.app.promoted", true);
  host.set("xmpp.ice.contacted_third_party", Strings{"meet-jit-si-turnrelay.jitsi.net:443"});
  host.set("jitsi.avatars.third_party", Strings{"www.gravatar.com"});
  host.set("http.nosniff", false).text("http.referrer_policy", "");
  host.set("jitsi.insecure_room_warning", false).set("dns.ipv6", kNone);
  return host;
}

const RuleSet& bundled_rules() {
  static const RuleSet rules = [] {
    Result<RuleSet> loaded = load_rules(std::filesystem::path(MEETLAT_TOP_DIR) / "rules", known_fact);
    if (!loaded) {
      ADD_FAILURE() << loaded.error().context;
      return RuleSet{};
    }
    return *loaded;
  }();
  return rules;
}

const Profile& default_profile() {
  static const Profile none;
  const Profile* profile = bundled_rules().profile("default");
  return profile == nullptr ? none : *profile;
}

HostReport judged(const Host& host, const Profile& profile) {
  HostRecord record;
  record.host = "meet.example.test";
  record.status = HostStatus::kMeasured;
  record.evidence = host.evidence();
  Target target;
  target.id = record.host;
  return judge(target, record, bundled_rules(), profile);
}

const Finding& finding(const HostReport& report, std::string_view rule) {
  static const Finding none;
  for (const Finding& candidate : report.findings) {
    if (candidate.rule == rule) return candidate;
  }
  ADD_FAILURE() << "no finding of rule " << rule;
  return none;
}

std::string letter_of(const HostReport& report) {
  return report.grade.letter ? std::string(1, *report.grade.letter) : "not graded";
}

RuleFolder::RuleFolder() {
  static int count = 0;
  path_ = std::filesystem::path(::testing::TempDir()) /
          ("meetlat-rules-" + std::to_string(getpid()) + "-" + std::to_string(++count));
  std::filesystem::create_directories(path_);
}

RuleFolder::~RuleFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void RuleFolder::write(const std::string& name, std::string_view text) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

void RuleFolder::remove(const std::string& name) const {
  std::filesystem::remove(path_ / name);
}

}  // namespace meetlat::testing
