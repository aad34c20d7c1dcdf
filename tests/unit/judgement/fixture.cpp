#include "unit/judgement/fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "probes/probe.h"

namespace meetlat::testing {
namespace {

// A type that no fact of this version has.
constexpr FactSpec kRatio{"test.ratio", "double", ""};

using Strings = std::vector<std::string>;
const Strings kNone;

}  // namespace

const FactSpec* known_fact(std::string_view path) {
  return path == kRatio.path ? &kRatio : find_fact(path);
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
  host.text("dns.dnssec", "secure").set("dns.caa.restricts", true).text("dns.dane", "match");
  host.set("tls.certificate.trusted", true).set("tls.certificate.days_left", std::int64_t{60});
  host.text("tls.certificate.key_type", "EC").set("tls.certificate.key_bits", std::int64_t{256});
  host.text("tls.certificate.validation", "DV").set("tls.certificate.lifetime_excess", std::int64_t{0});
  host.set("tls.certificate.must_staple", false);
  host.text("tls.staple.status", "none").text("tls.chain.anchor", "known root");
  host.set("tls.chain.key_strength", std::int64_t{128}).set("tls.chain.signature_strength", std::int64_t{128});
  host.set("tls.sct.operator_count", std::int64_t{2}).set("tls.session.early_data", false);
  host.set("tls.legacy_only", false).set("tls.offers.tls13", true).set("tls.offers.tls12", true);
  host.set("tls.offers.legacy", false).set("tls.accepts.weak", false).set("tls.dh.bits", std::int64_t{0});
  host.set("tls.extended_master_secret", true).set("tls.secure_renegotiation", true).set("tls.compression", false);
  host.set("tls.offers.post_quantum", true);
  host.set("http.status", std::int64_t{200}).text("http.plain.status", "redirects-to-https");
  host.set("http.hsts.max_age", std::int64_t{63072000}).set("http.nosniff", true);
  host.text("http.referrer_policy", "no-referrer").set("http.cookies.insecure", kNone);
  host.set("http.cookies.longest_days", std::int64_t{0});
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
  host.set("parties.in_call", kNone);
  for (const FactSpec& spec : find_probe("policy")->info().facts) {
    if (spec.path.starts_with("policy.states.")) host.text(std::string(spec.path), "found");
    if (spec.path.starts_with("policy.claims.")) host.set(std::string(spec.path), false);
  }
  host.set("http.cookies", kNone).text("http.csp.scripts", "inline");
  for (const char* feature : {"camera", "microphone", "display_capture"}) {
    host.text(std::string("http.permissions.") + feature, "self");
  }
  host.set("http.versions_shown", kNone).set("http.headers_lost", kNone).text("http.security_txt", "valid");
  host.set("names.checked", kNone).set("names.bogus", kNone).set("names.unsigned", kNone);
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

void write_good(const RuleFolder& folder) {
  folder.write("VERSION", "2026.11\n");
  folder.write("transport/tls-new.yml", kRule);
  folder.write("profiles/default.yml", kProfile);
}

}  // namespace meetlat::testing
