// Which client is served? What its files claim and their digests: never more than was looked at.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "model/client_files.h"
#include "probes/client_text.h"
#include "probes/fact_writer.h"
#include "probes/jitsi_page.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

constexpr std::array kFacts{
    FactSpec{"client.lib.claim", "string", "git hash that the library says it was built from, or \"development\""},
    FactSpec{"client.lib.matches_release", "bool",
             "that hash is the one of the stable release that the page's build number claims"},
    FactSpec{"client.versions_agree", "bool", "library and application are asked for with one version"},
    FactSpec{"client.suffix", "string", "what the version has besides the build number of a package; \"\": nothing"},
    FactSpec{"client.files", "strings", "files that were read whole: path, bytes and SHA-256"},
    FactSpec{"client.injected_scripts", "strings",
             "scripts of the page that are not the client's own: host, or digest of an inline one"},
    FactSpec{"client.source_map", "bool", "the library names a source map, and it can be read"},
};
using Writer = probes::FactWriter<kFacts>;

std::string check_of(const Url& url) {
  return probes::curl_body(url) + " | sha256sum";
}

// The body of a file of the client: whole, by status 200, and no page or bot wall in its place.
Result<ExchangePtr> whole_file(Session& session, const Url& url, bool large = false) {
  GetOptions options;
  options.large = large;
  const Result<ExchangePtr> got = session.get(url, options);
  if (!got) return fail(got.error());
  const Exchange& file = **got;
  if (file.status != 200) {
    return fail(ErrorCode::kHttpStatus, fmt::format("{}: status {}", url.str(), file.status));
  }
  if (file.truncated) {
    return fail(ErrorCode::kTooLarge, fmt::format("{}: more than {} bytes", url.str(), file.body.size()));
  }
  const std::string_view start = trim(std::string_view(file.body).substr(0, 2000));
  if (start.empty() || start.front() == '<') {
    return fail(ErrorCode::kNotUnderstood, url.str() + ": a page instead of the file");
  }
  return *got;
}

std::string digest_line(std::string path, const Exchange& file) {
  return to_line({std::move(path), file.body.size(), sha256_hex(file.body)});
}

class ClientProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    static constexpr std::array<std::string_view, 1> kAfter{"jitsi"};
    // Five files and a source map, each with up to 8 redirects, and what the page needs when nobody asked before.
    static constexpr ProbeInfo kInfo{"client", "The client that is served", kFacts, kAfter, 90};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    Writer out(evidence, Subject::target(), session.now());
    if (const Result<void> usable = probes::landing_usable(session); !usable) {
      out.rest_missing(usable.error());
      return;
    }
    const probes::ClientPage page = probes::client_page(session);
    if (!page.marks.client) {
      out.rest_missing(Error{ErrorCode::kNotAttempted, "the page does not load Jitsi Meet's client"});
      return;
    }
    const Url libs = page.marks.libs.empty() ? target.base.with_path(target.base.path() + "libs/") : page.marks.libs;
    put_page(page, target, out);
    const Url library = libs.with_path(libs.path() + "lib-jitsi-meet.min.js");
    const Result<ExchangePtr> lib = whole_file(session, library);
    put_claim(lib, library, page, out);
    put_source_map(session, lib, library, out);
    put_files(session, lib, libs, out);
  }

 private:
  static void put_page(const probes::ClientPage& page, const Target& target, Writer& out) {
    const Url& url = page.exchange->final_url;
    const std::string check = probes::curl_body(url) + " | grep '<script'";
    const std::string& version = page.marks.version_text;
    out.put("client.suffix", probes::version_suffix(version),
            probes::seen(url.str(), page.marks.what, check, page.exchange->at));
    const Result<HtmlDocument> html = parse_html(page.exchange->body);
    if (!html) {
      out.missing("client.injected_scripts", html.error());
      out.missing("client.versions_agree", html.error());
      return;
    }
    const std::vector<std::string> versions = probes::script_versions(*html);
    if (versions.empty()) {
      out.missing("client.versions_agree", Error{ErrorCode::kNotUnderstood, "the page shows no version"});
    } else {
      const bool agree = std::all_of(versions.begin(), versions.end(), [&](const auto& v) { return v == versions[0]; });
      out.put("client.versions_agree", agree,
              probes::seen(url.str(), "?v=" + join(versions, ", ?v="), check, page.exchange->at));
    }
    std::vector<std::string> injected = probes::injected_scripts(*html, url, target.base.host());
    Provenance provenance = probes::seen(url.str(), join(injected, "; "), check, page.exchange->at);
    out.put("client.injected_scripts", std::move(injected), std::move(provenance));
  }

  static void put_claim(const Result<ExchangePtr>& lib, const Url& library, const probes::ClientPage& page,
                        Writer& out) {
    const std::string check = probes::curl_body(library) + " | grep -oE 'version:\"[0-9a-f]{7,40}\"'";
    if (!lib) {
      const Provenance seen = probes::seen(library.str(), lib.error().context, check);
      out.missing("client.lib.claim", lib.error(), seen);
      out.missing("client.lib.matches_release", lib.error(), seen);
      return;
    }
    const std::string claim = probes::library_claim((*lib)->body);
    if (claim.empty()) {
      const Error why{ErrorCode::kNotUnderstood, "no version was found in the library"};
      out.missing("client.lib.claim", why, probes::seen(library.str(), "", check, (*lib)->at));
      out.missing("client.lib.matches_release", why, probes::seen(library.str(), "", check, (*lib)->at));
      return;
    }
    const Provenance seen = probes::seen(library.str(), "claims " + claim, check, (*lib)->at);
    out.put("client.lib.claim", claim, seen);
    const probes::BuildKnowledge build = probes::build_knowledge(page.marks.version_text);
    const bool plain = probes::version_suffix(page.marks.version_text).empty();
    if (!build.place || !build.place->exact() || !plain || build.place->not_older_than->lib.empty()) {
      const Error why =
          !plain ? Error{ErrorCode::kNotUnderstood, "'" + page.marks.version_text + "' is a build of somebody's own"}
                 : build.why_unknown();
      out.missing("client.lib.matches_release", why, seen);
      return;
    }
    const probes::BuildRow& row = *build.place->not_older_than;
    const std::size_t digits = std::min(row.lib.size(), claim.size());
    Provenance compared = seen;
    compared.excerpt = fmt::format("the library claims {}; release {} has {}", claim, row.release.number, row.lib);
    out.put("client.lib.matches_release", claim.substr(0, digits) == row.lib.substr(0, digits), std::move(compared));
  }

  // Only a map that the library itself names is asked for; the beginning is enough.
  static void put_source_map(Session& session, const Result<ExchangePtr>& lib, const Url& library, Writer& out) {
    if (!lib) return out.missing("client.source_map", lib.error());
    const std::string name = probes::source_map_name((*lib)->body);
    if (name.empty()) {
      return out.put("client.source_map", false,
                     probes::seen(library.str(), "names no source map", probes::curl_body(library) + " | tail -c 200",
                                  (*lib)->at));
    }
    const Result<Url> url = library.resolve(name);
    if (!url || url->origin() != library.origin()) {
      return out.missing("client.source_map", Error{ErrorCode::kNotAttempted, "the source map is on another host"});
    }
    constexpr std::size_t kBeginning = 256;
    const Result<ExchangePtr> map = session.get(*url, {.follow = true, .guessed = false, .max_body = kBeginning});
    if (!map) return out.missing("client.source_map", map.error());
    const std::string_view start = trim((*map)->body);
    const bool there =
        (*map)->status == 200 && start.starts_with('{') && start.find("\"version\"") != std::string::npos;
    out.put("client.source_map", there,
            probes::seen(url->str(), fmt::format("{} {}", (*map)->status, excerpt(start.substr(0, 60), 60)),
                         probes::curl_body(*url) + " | head -c 100", (*map)->at));
  }

  static void put_files(Session& session, const Result<ExchangePtr>& lib, const Url& libs, Writer& out) {
    std::vector<std::string> files;
    std::vector<std::string> missed;
    Error last{ErrorCode::kNotAttempted, ""};
    const auto note = [&](const char* name, const Result<ExchangePtr>& file) {
      if (file) {
        files.push_back(digest_line(std::string("libs/") + name, **file));
      } else {
        last = file.error();
        missed.push_back(std::string(name) + ": " + describe(file.error()));
      }
    };
    note("lib-jitsi-meet.min.js", lib);
    if (session.depth().whole_client) {
      for (const char* name :
           {"app.bundle.min.js", "external_api.min.js", "lib-jitsi-meet.e2ee-worker.js", "olm.wasm"}) {
        note(name, whole_file(session, libs.with_path(libs.path() + name), true));
      }
    }
    const Provenance seen =
        probes::seen(libs.str(), join(missed, "; "), check_of(libs.with_path(libs.path() + "lib-jitsi-meet.min.js")));
    if (files.empty()) {
      out.missing("client.files", last, seen);
    } else {
      out.put("client.files", std::move(files), seen);
    }
  }
};

}  // namespace

const Probe& client_probe() noexcept {
  static const ClientProbe probe;
  return probe;
}

}  // namespace meetlat
