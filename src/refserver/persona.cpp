#include "refserver/persona.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "model/report.h"
#include "refserver/persona_fields.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;
using Kind = PersonaBehaviour::Kind;

template <class E, std::size_t N>
using Words = std::array<std::pair<std::string_view, E>, N>;

constexpr Words<CertificateKind, 6> kCertificateWords{{{"good", CertificateKind::kGood},
                                                       {"expired", CertificateKind::kExpired},
                                                       {"not-yet-valid", CertificateKind::kNotYetValid},
                                                       {"self-signed", CertificateKind::kSelfSigned},
                                                       {"wrong-name", CertificateKind::kWrongName},
                                                       {"unknown-issuer", CertificateKind::kUnknownIssuer}}};
constexpr Words<KeyKind, 3> kKeyWords{
    {{"ec256", KeyKind::kEc256}, {"rsa2048", KeyKind::kRsa2048}, {"rsa1024", KeyKind::kRsa1024}}};
constexpr Words<ChainWish, 7> kChainWords{{{"leaf", ChainWish::kLeaf},
                                           {"complete", ChainWish::kComplete},
                                           {"missing", ChainWish::kMissing},
                                           {"disordered", ChainWish::kDisordered},
                                           {"extra", ChainWish::kExtra},
                                           {"root-sent", ChainWish::kRootSent},
                                           {"sha1", ChainWish::kSha1}}};
constexpr Words<ValidationWish, 5> kValidationWords{{{"none", ValidationWish::kNone},
                                                     {"dv", ValidationWish::kDv},
                                                     {"ov", ValidationWish::kOv},
                                                     {"iv", ValidationWish::kIv},
                                                     {"ev", ValidationWish::kEv}}};
constexpr Words<StapleWish, 6> kStapleWords{{{"none", StapleWish::kNone},
                                             {"good", StapleWish::kGood},
                                             {"revoked", StapleWish::kRevoked},
                                             {"unknown", StapleWish::kUnknown},
                                             {"expired", StapleWish::kExpired},
                                             {"foreign", StapleWish::kForeign}}};
constexpr Words<SctWish, 5> kSctWords{{{"none", SctWish::kNone},
                                       {"two-operators", SctWish::kTwoOperators},
                                       {"one-operator", SctWish::kOneOperator},
                                       {"unknown-log", SctWish::kUnknownLog},
                                       {"invalid", SctWish::kInvalid}}};
constexpr Words<int, 4> kTlsWords{{{"1.0", 0x0301}, {"1.1", 0x0302}, {"1.2", 0x0303}, {"1.3", 0x0304}}};
constexpr std::array<std::pair<std::string_view, ZoneSigning>, 4> kSigningWords = {{
    {"good", ZoneSigning::kGood},
    {"none", ZoneSigning::kNone},
    {"tampered", ZoneSigning::kTampered},
    {"expired", ZoneSigning::kExpired},
}};
constexpr std::array<std::pair<std::string_view, PersonaTlsa>, 3> kTlsaWords = {{
    {"none", PersonaTlsa::kNone},
    {"match", PersonaTlsa::kMatch},
    {"mismatch", PersonaTlsa::kMismatch},
}};
constexpr Words<PlainHttp, 4> kPlainWords{{{"redirect", PlainHttp::kRedirect},
                                           {"serve", PlainHttp::kServe},
                                           {"refuse", PlainHttp::kRefuse},
                                           {"not-found", PlainHttp::kNotFound}}};
constexpr Words<RobotsFile, 4> kRobotsWords{{{"stock", RobotsFile::kStock},
                                             {"open", RobotsFile::kOpen},
                                             {"closed", RobotsFile::kClosed},
                                             {"missing", RobotsFile::kMissing}}};
constexpr Words<PersonaPolicy::At, 3> kPolicyWords{{{"none", PersonaPolicy::At::kNone},
                                                    {"instance", PersonaPolicy::At::kInstance},
                                                    {"parent", PersonaPolicy::At::kParent}}};
constexpr Words<Kind, 12> kBehaviourWords{{{"none", Kind::kNone},
                                           {"answer-all", Kind::kAnswerAll},
                                           {"redirect", Kind::kRedirect},
                                           {"endless-redirect", Kind::kEndlessRedirect},
                                           {"slow-loris", Kind::kSlowLoris},
                                           {"silence", Kind::kSilence},
                                           {"gzip-bomb", Kind::kGzipBomb},
                                           {"everything-200", Kind::kEverything200},
                                           {"endless-body", Kind::kEndlessBody},
                                           {"header-flood", Kind::kHeaderFlood},
                                           {"reset", Kind::kReset},
                                           {"truncated", Kind::kTruncated}}};

void read_tls(Fields& top, Persona& persona) {
  if (auto certificate = top.below("certificate")) {
    certificate->choice("kind", kCertificateWords, persona.tls.certificate);
    certificate->choice("key", kKeyWords, persona.tls.key);
    certificate->number("days_left", persona.tls.days_left, 1, 180);
    certificate->number("lifetime_days", persona.tls.lifetime_days, 0, 3000);
    certificate->choice("chain", kChainWords, persona.tls.chain);
    certificate->choice("validation", kValidationWords, persona.tls.validation);
    certificate->flag("must_staple", persona.tls.must_staple);
    certificate->choice("staple", kStapleWords, persona.tls.staple);
    certificate->choice("scts", kSctWords, persona.tls.scts);
    certificate->flag("scts_in_tls", persona.tls.scts_in_tls);
    certificate->finish();
  }
  if (auto tls = top.below("tls")) {
    tls->choice("min", kTlsWords, persona.tls.min_version);
    tls->choice("max", kTlsWords, persona.tls.max_version);
    tls->text("ciphers", persona.tls.ciphers);
    tls->flag("extended_master_secret", persona.tls.extended_master_secret);
    tls->flag("browsers_only", persona.tls.browsers_only);
    tls->flag("early_data", persona.tls.early_data);
    tls->finish();
  }
}

void read_http(Fields& top, Persona& persona) {
  auto http = top.below("http");
  if (!http) return;
  http->choice("plain", kPlainWords, persona.http.plain);
  http->headers("headers", persona.http.headers);
  http->flag("on_files", persona.http.on_files);
  http->texts("cookies", persona.http.cookies);
  http->number("latency_ms", persona.http.latency_ms, 0, 600'000);
  http->flag("gzip", persona.http.gzip);
  http->finish();
}

void read_hosting(Fields& top, Persona& persona) {
  auto hosting = top.below("hosting");
  if (!hosting) return;
  hosting->text("country", persona.hosting.country);
  if (const Doc* given = hosting->take("country"); given != nullptr && persona.hosting.country.size() != 2) {
    hosting->complain(*given, "'country' must be two letters");
  }
  hosting->text("reverse_name", persona.hosting.reverse_name);
  hosting->finish();
}

void read_dns(Fields& top, Persona& persona) {
  auto dns = top.below("dns");
  if (!dns) return;
  dns->choice("signing", kSigningWords, persona.dns.signing);
  dns->texts("caa", persona.dns.caa);
  dns->choice("tlsa", kTlsaWords, persona.dns.tlsa);
  dns->texts("more", persona.dns.more);
  dns->texts("spoilt", persona.dns.spoilt);
  dns->finish();
}

void read_jitsi(Fields& top, Persona& persona) {
  auto jitsi = top.below("jitsi");
  if (!jitsi) return;
  jitsi->flag("present", persona.jitsi.present);
  jitsi->text("web_build", persona.jitsi.web_build);
  jitsi->text("lib", persona.jitsi.lib);
  jitsi->flag("ssi", persona.jitsi.ssi);
  if (auto e2ee = jitsi->below("e2ee")) {
    e2ee->flag("worker", persona.jitsi.worker);
    e2ee->flag("olm", persona.jitsi.olm);
    e2ee->finish();
  }
  jitsi->choice("robots", kRobotsWords, persona.jitsi.robots);
  jitsi->tree("config", persona.jitsi.config);
  jitsi->tree("interface_config", persona.jitsi.interface_config);
  jitsi->text("config_js", persona.jitsi.config_js);
  jitsi->text("config_tail", persona.jitsi.config_tail);
  jitsi->finish();
}

void read_policy(Fields& top, Persona& persona) {
  if (auto policy = top.below("policy")) {
    policy->choice("at", kPolicyWords, persona.policy.at);
    policy->text("document", persona.policy.document);
    policy->flag("pdf", persona.policy.pdf);
    policy->flag("scanned", persona.policy.scanned);
    policy->text("path", persona.policy.path);
    policy->texts("linked_from", persona.policy.linked_from);
    policy->texts("without", persona.policy.without);
    policy->texts("with", persona.policy.with);
    policy->flag("commented_out", persona.policy.commented_out);
    policy->finish();
  }
  if (auto by = top.below("operator")) {
    by->text("name", persona.operated_by.name);
    by->flag("imprint", persona.operated_by.imprint);
    by->text("welcome", persona.operated_by.welcome);
    by->finish();
  }
  if (auto site = top.below("site")) {
    site->flag("present", persona.parent_present);
    site->choice("robots", kRobotsWords, persona.parent_robots);
    site->finish();
  }
}

void read_behaviour(Fields& top, Persona& persona) {
  auto fields = top.below("behaviour");
  if (!fields) return;
  auto& behaviour = persona.behaviour;
  fields->choice("kind", kBehaviourWords, behaviour.kind);
  fields->flag("parent_too", behaviour.parent_too);
  fields->number("status", behaviour.status, 200, 599);
  fields->text("type", behaviour.type);
  fields->text("body", behaviour.body);
  fields->headers("headers", behaviour.headers);
  fields->text("location", behaviour.location);
  fields->number("every_ms", behaviour.every_ms, 1, 60'000);
  fields->number("megabytes", behaviour.megabytes, 1, 4096);
  fields->finish();
}

void read_files(Fields& top, Persona& persona) {
  auto items = top.each("files");
  if (!items.empty()) persona.files.clear();
  for (Fields& item : items) {
    PersonaFile file;
    item.text("path", file.path);
    constexpr Words<PersonaHost, 3> kHosts{{{"instance", PersonaHost::kInstance},
                                            {"parent", PersonaHost::kParent},
                                            {"elsewhere", PersonaHost::kElsewhere}}};
    item.choice("host", kHosts, file.host);
    item.number("status", file.status, 200, 599);
    item.text("type", file.type);
    item.text("body", file.body);
    item.text("document", file.document);
    item.headers("headers", file.headers);
    item.finish();
    persona.files.push_back(std::move(file));
  }
}

// Reads a document into a persona; used for each file alone (so that errors have its lines) and for the merged one.
std::optional<Error> read_persona(const Doc& doc, const std::string& file, Persona& persona) {
  std::optional<Error> error;
  Fields top(doc, file, error);
  std::string extends;
  top.text("id", persona.id);
  top.text("title", persona.title);
  top.text("extends", extends);
  top.flag("ipv6", persona.ipv6);
  if (auto expect = top.below("expect")) {
    expect->text("status", persona.expect.status);
    if (const Doc* status = expect->take("status"); status != nullptr && !host_status_from(persona.expect.status)) {
      expect->complain(*status, "'" + persona.expect.status + "' is no status of a host");
    }
    expect->text("letter", persona.expect.letter);
    const bool letter =
        persona.expect.letter.size() == 1 && persona.expect.letter[0] >= 'A' && persona.expect.letter[0] <= 'F';
    if (const Doc* given = expect->take("letter"); given != nullptr && !letter) {
      expect->complain(*given, "'letter' must be one of A to F; leave it out for a host that is not graded");
    }
    expect->text("main_reason_contains", persona.expect.main_reason_contains);
    expect->text("note", persona.expect.note);
    expect->scalars("facts", persona.expect.facts);
    expect->finish();
  }
  read_tls(top, persona);
  read_http(top, persona);
  read_hosting(top, persona);
  read_dns(top, persona);
  read_jitsi(top, persona);
  read_policy(top, persona);
  read_xmpp(top, persona.xmpp);
  read_behaviour(top, persona);
  read_files(top, persona);
  top.finish();
  return error;
}

// `over` wins; maps are merged key by key, a null takes a key away, lists and values replace.
Doc merged(const Doc& base, const Doc& over) {
  if (base.map() == nullptr || over.map() == nullptr) return over;
  Doc out = base;
  auto& entries = std::get<Doc::Map>(out.value);
  for (const auto& entry : *over.map()) {
    const auto same =
        std::find_if(entries.begin(), entries.end(), [&](const Doc::Entry& e) { return e.key == entry.key; });
    if (same == entries.end()) {
      if (!entry.value.is_null()) entries.push_back(entry);
    } else if (entry.value.is_null()) {
      entries.erase(same);
    } else {
      same->value = merged(same->value, entry.value);
    }
  }
  return out;
}

struct Source {
  std::string file;
  Doc doc;
};
using Sources = std::map<std::string, Source>;

Result<Doc> with_ancestors(const Sources& sources, const std::string& id, std::set<std::string>& seen) {
  const auto& [file, doc] = sources.at(id);
  const Doc* extends = doc.find("extends");
  if (extends == nullptr || extends->string() == nullptr) return doc;
  const auto where = fmt::format("{}: line {}, column {}", file, extends->mark.line, extends->mark.column);
  if (!seen.insert(id).second) return fail(ErrorCode::kSchema, where + ": 'extends' goes in a circle");
  if (!sources.contains(*extends->string())) {
    return fail(ErrorCode::kSchema, fmt::format("{}: there is no persona '{}' to extend", where, *extends->string()));
  }
  auto base = with_ancestors(sources, *extends->string(), seen);
  if (!base) return base;
  return merged(*base, doc);
}

// What a file must say for itself, whatever it extends.
std::optional<Error> check_alone(const std::string& stem, const Source& source) {
  Persona scratch;
  if (auto error = read_persona(source.doc, source.file, scratch)) return error;
  if (const auto* twice = find_duplicate_key(source.doc)) {
    return Error{ErrorCode::kSchema, fmt::format("{}: line {}, column {}: key '{}' stands here a second time",
                                                 source.file, twice->mark.line, twice->mark.column, twice->key)};
  }
  const auto lacks = [&](std::string_view what) {
    return Error{ErrorCode::kSchema, fmt::format("{}: line 1, column 1: {}", source.file, what)};
  };
  if (scratch.id != stem) return lacks(fmt::format("'id' must be the file's name, '{}'", stem));
  if (scratch.title.empty()) return lacks("'title' is missing");
  if (scratch.expect.status.empty()) return lacks("'expect' with a 'status' is missing");
  return std::nullopt;
}

Result<Sources> read_sources(const fs::path& dir) {
  std::error_code code;
  if (!fs::is_directory(dir, code)) return fail(ErrorCode::kNotFound, dir.string() + ": there is no such folder");
  Sources sources;
  for (const auto& entry : fs::directory_iterator(dir, code)) {
    if (entry.path().extension() != ".yml") continue;
    auto bytes = read_file(entry.path(), std::size_t{1} << 20);
    if (!bytes) return fail(bytes.error());
    const std::string file = entry.path().filename().string();
    auto doc = read_yaml(*bytes);
    if (!doc) return fail(doc.error().code, file + ": " + doc.error().context);
    sources.emplace(entry.path().stem().string(), Source{file, std::move(*doc)});
  }
  if (code) return fail(ErrorCode::kIo, dir.string() + ": " + code.message());
  if (sources.empty()) return fail(ErrorCode::kNotFound, dir.string() + ": no persona (*.yml) is there");
  return sources;
}

Result<void> read_tree(const fs::path& dir, std::map<std::string, std::string, std::less<>>& out) {
  std::error_code code;
  if (!fs::is_directory(dir, code)) return {};
  for (const auto& entry : fs::recursive_directory_iterator(dir, code)) {
    if (!entry.is_regular_file()) continue;
    auto bytes = read_file(entry.path(), std::size_t{4} << 20);
    if (!bytes) return fail(bytes.error());
    out.emplace("/" + entry.path().lexically_relative(dir).generic_string(), std::move(*bytes));
  }
  if (code) return fail(ErrorCode::kIo, dir.string() + ": " + code.message());
  return {};
}

Result<Persona> finished(const Sources& sources, const std::string& id, const fs::path& dir,
                         const std::shared_ptr<const Docroot>& docroot) {
  std::set<std::string> seen;
  auto doc = with_ancestors(sources, id, seen);
  if (!doc) return fail(doc.error());
  Persona persona;
  const auto& file = sources.at(id).file;
  if (auto error = read_persona(*doc, file, persona)) return fail(*error);
  persona.docroot = docroot;
  // What an audit makes of it is never inherited as a whole.
  const Doc* own = sources.at(id).doc.find("expect");
  if (own != nullptr && own->find("letter") == nullptr) persona.expect.letter.clear();
  if (own != nullptr && own->find("main_reason_contains") == nullptr) persona.expect.main_reason_contains.clear();
  if (own != nullptr && own->find("note") == nullptr) persona.expect.note.clear();
  if (own != nullptr && own->find("facts") == nullptr) persona.expect.facts.clear();
  if (persona.tls.min_version > persona.tls.max_version) {
    return fail(ErrorCode::kSchema, file + ": line 1, column 1: tls.min is above tls.max");
  }
  if (persona.policy.at != PersonaPolicy::At::kNone) {
    auto text = read_file(dir / "policies" / (persona.policy.document + ".html"), std::size_t{1} << 20);
    if (!text) return fail(text.error().code, file + ": policy.document: " + text.error().context);
    persona.policy_text = std::move(*text);
    if (persona.policy.path.empty()) persona.policy.path = persona.policy.pdf ? "/privacy.pdf" : "/static/privacy.html";
  }
  for (PersonaFile& each : persona.files) {
    if (each.document.empty()) continue;
    auto text = read_file(dir / "policies" / (each.document + ".html"), std::size_t{1} << 20);
    if (!text) return fail(text.error().code, file + ": files: document: " + text.error().context);
    each.body = std::move(*text);
  }
  return persona;
}

}  // namespace

Result<std::vector<Persona>> load_personas(const fs::path& dir) {
  auto sources = read_sources(dir);
  if (!sources) return fail(sources.error());
  for (const auto& [stem, source] : *sources) {
    if (auto error = check_alone(stem, source)) return fail(*error);
  }
  auto docroot = std::make_shared<Docroot>();
  if (auto read = read_tree(dir / "docroot" / "instance", docroot->instance); !read) return fail(read.error());
  if (auto read = read_tree(dir / "docroot" / "parent", docroot->parent); !read) return fail(read.error());
  std::vector<Persona> out;
  for (const auto& [id, source] : *sources) {
    auto persona = finished(*sources, id, dir, docroot);
    if (!persona) return fail(persona.error());
    out.push_back(std::move(*persona));
  }
  return out;
}

}  // namespace meetlat
