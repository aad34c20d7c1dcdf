// End-to-end encryption: does the instance offer it? "Offered" is all that an outsider can say.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "probes/csp.h"
#include "probes/fact_writer.h"
#include "probes/jitsi_page.h"
#include "probes/jitsi_settings.h"
#include "probes/marks.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{
        "e2ee.verdict", "string",
        "available, available-outdated-format, hidden, external-key-only, disabled, blocked-by-csp, not-supported"},
    FactSpec{"e2ee.offered", "bool", "participants can turn it on (available, available-outdated-format, hidden)"},
    FactSpec{"e2ee.format_current", "bool", "the client uses the frame format of release 5870 and later"},
    FactSpec{"e2ee.fail_closed", "bool",
             "frames that cannot be decrypted are dropped; before release 7830 the server could slip in others"},
    FactSpec{"e2ee.sas_verification", "bool", "participants can compare characters to see that nobody is in between"},
    FactSpec{"e2ee.encoded_transform", "bool", "offered to Firefox and Safari too (enableEncodedTransformSupport)"},
    FactSpec{"e2ee.switch_visible", "bool", "the dialog with its switch has a button"},
    FactSpec{"e2ee.worker", "bool", "the worker file is real JavaScript"},
    FactSpec{"e2ee.olm", "bool", "olm.wasm is real WebAssembly"},
};
using Writer = probes::FactWriter<kFacts>;

constexpr int kFirst = 4548;           // first release with end-to-end encryption
constexpr int kSeparateWorker = 5073;  // from here on the worker and olm.wasm are files of their own
constexpr int kCurrentFormat = 5870;
constexpr int kFailClosed = 7830;  // JSA-2022-0001
constexpr int kSas = 8138;         // came with the builds 8127 to 8138
constexpr int kBeforeSas = 8044;   // the release before those
constexpr std::size_t kWorkerPart = probes::kWorkerBeginning;
constexpr std::size_t kWasmPart = 64;

// Present, missing, or (error) not known.
using Presence = Result<bool>;

struct File {
  Presence there = fail(ErrorCode::kNotAttempted, "");
  Provenance provenance;
};

// Errors of the host as a whole and refusals are no statement about the file.
Presence status_presence(const Exchange& exchange, bool content_is_right) {
  if (exchange.status == 200 || exchange.status == 206) return content_is_right;
  if (exchange.status == 404 || exchange.status == 410) return false;
  return fail(ErrorCode::kHttpStatus, fmt::format("{}: status {}", exchange.url.str(), exchange.status));
}

bool looks_like_script(std::string_view body) {
  const std::string_view start = trim(body.substr(0, kWorkerPart));
  if (start.empty() || start.front() == '<' || start.front() == '{' || start.front() == '[') return false;
  const bool code = start.find("function") != std::string_view::npos || start.find("=>") != std::string_view::npos;
  return code && (start.find(';') != std::string_view::npos || start.find("()") != std::string_view::npos);
}

File fetch(Session& session, const Url& url, std::size_t part, bool is_wasm) {
  File file;
  const Result<ExchangePtr> answer = session.get(url, {.follow = true, .guessed = false, .max_body = part});
  const std::string check = fmt::format("{} | head -c 64 | xxd", probes::curl_body(url));
  if (!answer) {
    file.there = fail(answer.error());
    file.provenance = probes::seen(url.str(), answer.error().context, check);
    return file;
  }
  if (const Result<probes::MarkTable>& walls = probes::bot_walls(); walls) {
    if (const Result<HtmlDocument> page = parse_html((*answer)->body); page && page->is_html) {
      if (const probes::MarkHit wall = walls->match(**answer, &*page); !wall.name.empty()) {
        file.there = fail(ErrorCode::kChallenged, fmt::format("{}: {}", url.str(), wall.name));
        file.provenance = probes::seen(url.str(), wall.what, check, (*answer)->at);
        return file;
      }
    }
  }
  const std::string_view body = (*answer)->body;
  const bool right = is_wasm ? body.starts_with(std::string_view("\0asm", 4)) : looks_like_script(body);
  file.there = status_presence(**answer, right);
  file.provenance = probes::seen(
      url.str(), fmt::format("{} {}: {}", (*answer)->status, (*answer)->media_type(), excerpt(body.substr(0, 60), 60)),
      check, (*answer)->at);
  return file;
}

// Everything that the verdict is made of.
struct Sight {
  probes::BuildKnowledge build;
  File worker;
  File olm;
  Result<bool> disabled = false;
  Result<bool> external = false;
  Result<bool> visible = true;
  bool csp_allows = true;
  std::string note;
};

// A switch as three answers.
Result<bool> switch_of(const probes::Read& read, std::string& note) {
  if (read.unknown) return fail(*read.unknown);
  if (!read.absent || read.origin.line > 0) note += (note.empty() ? "" : "; ") + read.note;
  return read.truthy();
}

// e2ee.disabled is ignored by older clients; the table of settings knows which.
Result<bool> is_disabled(const probes::Settings& settings, std::string& note) {
  Result<bool> testing = switch_of(settings.resolve("testing.disableE2EE"), note);
  if (testing && *testing) return true;
  const probes::Read written = settings.read("e2ee.disabled");
  if (!written.unknown && !written.truthy()) return testing;  // off in clients that read it and in those that do not
  Result<bool> direct = switch_of(settings.resolve("e2ee.disabled"), note);
  if (direct && *direct) return true;
  if (!testing) return testing;
  return direct;
}

// The button of the security dialog, which holds the switch. The list in config.js goes before the older one.
Result<bool> has_button(const probes::Settings& settings, const probes::BuildKnowledge& build, std::string& note) {
  const bool own_button = build.surely_before(kSeparateWorker);  // before the dialog there was a button 'e2ee'
  probes::Read list = settings.read("toolbarButtons");
  const bool is_list = list.value != nullptr && list.value->kind == JsValue::Kind::kArray;
  if (!is_list && !list.unknown) list = settings.read_interface("TOOLBAR_BUTTONS");
  if (list.unknown) return fail(*list.unknown);
  if (list.value == nullptr || list.value->kind != JsValue::Kind::kArray) return true;
  for (const JsValue& item : list.value->items) {
    if (item.kind == JsValue::Kind::kUnknown) return fail(ErrorCode::kNotUnderstood, "toolbarButtons: " + item.unknown);
    if (item.kind == JsValue::Kind::kString && (item.string == "security" || (own_button && item.string == "e2ee"))) {
      return true;
    }
  }
  note += (note.empty() ? "" : "; ") + list.note + " without 'security'";
  return false;
}

struct Verdict {
  Result<std::string> verdict;
  Result<bool> offered;
};

Verdict offered(const char* verdict) {
  return {std::string(verdict), true};
}
Verdict refused(const char* verdict) {
  return {std::string(verdict), false};
}
Verdict unknown(const Error& why) {
  return {fail(why), fail(why)};
}

// The support rule of the client: (olm or an external key) and not disabled and a worker that may run.
Verdict judge(const Sight& sight) {
  const probes::BuildKnowledge& build = sight.build;
  if (build.surely_before(kFirst)) return refused("not-supported");
  if (sight.disabled && *sight.disabled) return refused("disabled");
  const bool files_not_needed = build.surely_before(kSeparateWorker);
  // What a client newer than the table needs is not known: its files may have other names.
  const bool files_needed = build.surely_at_least(kSeparateWorker) && !build.newer_than_table();
  if (!files_not_needed) {
    const bool worker_missing = sight.worker.there && !*sight.worker.there;
    const bool olm_missing = sight.olm.there && !*sight.olm.there;
    const bool key_from_outside = sight.external && *sight.external;
    if (worker_missing || (olm_missing && !key_from_outside)) {
      if (olm_missing && !worker_missing && !sight.external) return unknown(sight.external.error());
      return files_needed ? refused("not-supported") : unknown(build.why_unknown());
    }
    if (!sight.worker.there) return unknown(sight.worker.there.error());
    if (!sight.olm.there && !key_from_outside) return unknown(sight.olm.there.error());
  }
  if (!sight.disabled) return unknown(sight.disabled.error());
  if (!sight.csp_allows) return refused("blocked-by-csp");
  if (!sight.external) return unknown(sight.external.error());
  if (*sight.external) return refused("external-key-only");
  if (files_not_needed && !build.surely_at_least(kFirst)) return unknown(build.why_unknown());
  if (!sight.visible) return {fail(sight.visible.error()), true};
  if (!*sight.visible) return offered("hidden");
  if (build.surely_at_least(kCurrentFormat)) return offered("available");
  if (build.surely_before(kCurrentFormat)) return offered("available-outdated-format");
  return {fail(build.why_unknown()), true};  // the files are there, only their age is not known
}

class E2eeProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 1> kAfter{"jitsi"};
    // Two files, and what the landing page, the configuration and a room-like address need when nobody asked before.
    static constexpr ProbeInfo kInfo{"e2ee", "End-to-end encryption", kFacts, kAfter, 54};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    Writer out(evidence, Subject::target(), session.now());
    const Result<probes::JitsiInstance> jitsi = probes::jitsi_instance(session);
    if (!jitsi) {
      out.rest_missing(jitsi.error());
      return;
    }
    const probes::ClientPage& page = jitsi->page;
    const Configuration& configuration = *jitsi->configuration;
    Sight sight;
    sight.build = jitsi->build;
    put_format(sight.build, page, out);
    const Url libs = page.marks.libs.empty() ? target.base.with_path(target.base.path() + "libs/") : page.marks.libs;
    look_at_files(session, libs, sight, out);
    if (!configuration.readable) {
      out.rest_missing(configuration.why_not);
      return;
    }
    const probes::Settings settings(configuration, target.base, {}, &sight.build);
    sight.disabled = is_disabled(settings, sight.note);
    sight.external = switch_of(settings.resolve("e2ee.externallyManagedKey"), sight.note);
    const probes::Read transform = settings.resolve("enableEncodedTransformSupport");
    if (transform.unknown) {
      out.missing("e2ee.encoded_transform", *transform.unknown, settings.seen(transform));
    } else {
      out.put("e2ee.encoded_transform", transform.truthy(), settings.seen(transform));
    }
    sight.visible = has_button(settings, sight.build, sight.note);
    // Policies of the header and of the page all hold; a list of policies is joined by commas (CSP3, 2.2.2).
    std::string csp = join(page.exchange->all_headers("content-security-policy"), ", ");
    const std::string& in_page = session.landing()->html.csp;
    if (!in_page.empty()) csp += (csp.empty() ? "" : ", ") + in_page;
    sight.csp_allows = probes::csp_allows_blob_worker(csp);
    if (!sight.csp_allows) sight.note += (sight.note.empty() ? "" : "; ") + ("Content-Security-Policy: " + csp);
    put_verdict(sight, settings, out);
  }

 private:
  static void put_format(const probes::BuildKnowledge& build, const probes::ClientPage& page, Writer& out) {
    const Url& url = page.exchange->final_url;
    const Provenance provenance = probes::seen(url.str(), page.marks.what, probes::curl_body(url), page.exchange->at);
    const auto put = [&](Writer::Ref fact, int first, int last_without) {
      Provenance seen = provenance;
      seen.excerpt = fmt::format("{}; since release {}", excerpt(provenance.excerpt, 120), first);
      if (build.surely_at_least(first)) {
        out.put(fact, true, std::move(seen));
      } else if (build.surely_before(last_without + 1)) {
        out.put(fact, false, std::move(seen));
      } else {
        out.missing(fact, build.why_unknown(), std::move(seen));
      }
    };
    put("e2ee.format_current", kCurrentFormat, kCurrentFormat - 1);
    put("e2ee.fail_closed", kFailClosed, kFailClosed - 1);
    put("e2ee.sas_verification", kSas, kBeforeSas);
  }

  static void look_at_files(Session& session, const Url& libs, Sight& sight, Writer& out) {
    if (sight.build.surely_before(kSeparateWorker)) {
      const Error why{ErrorCode::kNotAttempted, "clients before release 5073 have it inside the library"};
      out.missing("e2ee.worker", why);
      out.missing("e2ee.olm", why);
      return;
    }
    const auto put_file = [&](Writer::Ref fact, const File& file) {
      if (file.there) {
        out.put(fact, *file.there, file.provenance);
      } else {
        out.missing(fact, file.there.error(), file.provenance);
      }
    };
    sight.worker = fetch(session, libs.with_path(libs.path() + "lib-jitsi-meet.e2ee-worker.js"), kWorkerPart, false);
    put_file("e2ee.worker", sight.worker);
    sight.olm = fetch(session, libs.with_path(libs.path() + "olm.wasm"), kWasmPart, true);
    put_file("e2ee.olm", sight.olm);
  }

  static void put_verdict(const Sight& sight, const probes::Settings& settings, Writer& out) {
    const Verdict verdict = judge(sight);
    Provenance provenance = settings.seen(sight.note);
    if (sight.note.empty() && !sight.worker.provenance.where.empty()) provenance = sight.worker.provenance;
    if (sight.visible) {
      out.put("e2ee.switch_visible", *sight.visible, settings.seen(sight.note));
    } else {
      out.missing("e2ee.switch_visible", sight.visible.error());
    }
    if (verdict.verdict) {
      out.put("e2ee.verdict", *verdict.verdict, provenance);
    } else {
      out.missing("e2ee.verdict", verdict.verdict.error(), provenance);
    }
    if (verdict.offered) {
      out.put("e2ee.offered", *verdict.offered, provenance);
    } else {
      out.missing("e2ee.offered", verdict.offered.error(), provenance);
    }
  }
};

}  // namespace

const Probe& e2ee_probe() noexcept {
  static const E2eeProbe probe;
  return probe;
}

}  // namespace meetlat
