// How old the client is: build, release, what was fixed since, and what else on the page names a release.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probes/jitsi_settings.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

void put_advisories(const BuildKnowledge& build, const Provenance& at_page, Session& session, JitsiWriter& out) {
  const Result<std::vector<Advisory>>& advisories = bundled_advisories();
  if (!advisories) {
    out.missing("jitsi.build.advisories", advisories.error());
    out.missing("jitsi.build.oldest_confidentiality_advisory_months", advisories.error());
    return;
  }
  std::vector<std::string> ids;
  std::string titles;
  const Advisory* oldest = nullptr;
  for (const Advisory* advisory : unfixed(*advisories, *build.place)) {
    ids.push_back(advisory->id);
    titles += fmt::format("{}{} (fixed in {}): {}", titles.empty() ? "" : "; ", advisory->id, advisory->fixed_in.number,
                          advisory->title);
    if (advisory->confidentiality && (oldest == nullptr || advisory->fixed_on < oldest->fixed_on)) oldest = advisory;
  }
  sort_unique(ids);
  Provenance seen_list = at_page;
  if (!titles.empty()) seen_list.excerpt = excerpt(fmt::format("web build {}: {}", build.web->number, titles), 200);
  Provenance seen_oldest = at_page;
  if (oldest != nullptr) {
    seen_oldest.excerpt =
        fmt::format("web build {}: {} was fixed on {}", build.web->number, oldest->id, format_date(oldest->fixed_on));
  }
  if (ids.empty() && (build.newer_than_table() || build.table_too_old(session.now()))) {
    // What was found later is not in the table.
    const Error why = build.newer_than_table() ? build.why_unknown() : BuildTable::too_old();
    out.missing("jitsi.build.advisories", why, std::move(seen_list));
    out.missing("jitsi.build.oldest_confidentiality_advisory_months", why, std::move(seen_oldest));
    return;
  }
  const int months = oldest == nullptr ? 0 : months_between(oldest->fixed_on, session.now());
  out.put("jitsi.build.advisories", std::move(ids), std::move(seen_list));
  out.put("jitsi.build.oldest_confidentiality_advisory_months", months, std::move(seen_oldest));
}

// Stable releases after the one that the client is certainly older than or equal to: at least that many.
void put_distance(const BuildKnowledge& build, const Provenance& at_page, Session& session, JitsiWriter& out) {
  const Result<BuildTable>& table = BuildTable::bundled();
  if (!table || build.place->not_newer_than == nullptr) {
    out.missing("jitsi.build.releases_behind", table ? build.why_unknown() : table.error(), at_page);
    return;
  }
  const int behind = table->releases_after(build.place->not_newer_than->release);
  if (behind == 0 && build.table_too_old(session.now())) {
    out.missing("jitsi.build.releases_behind", BuildTable::too_old(), at_page);
    return;
  }
  Provenance provenance = at_page;
  provenance.excerpt = fmt::format("web build {}; the newest stable release in the table is {} of {}",
                                   build.web->number, table->rows().back().release.number, table->rows().back().date);
  out.put("jitsi.build.releases_behind", behind, std::move(provenance));
}

// What the host says about its release in other places. Nobody has to keep these true.
void put_other_claims(const ClientPage& page, const Settings& settings, bool readable, JitsiWriter& out) {
  const Url& url = page.exchange->final_url;
  const std::string* header = page.exchange->header("x-jitsi-release");
  const std::string text = header == nullptr ? std::string() : excerpt(*header, 60);
  out.put("jitsi.build.header_release", text,
          seen(url.str(), header == nullptr ? "no header X-Jitsi-Release" : "X-Jitsi-Release: " + text,
               curl_headers(url), page.exchange->at));
  if (!readable) return;  // not measured, for the reason that all settings share
  const Read configured = settings.read("deploymentInfo.releaseNumber");
  if (configured.unknown) {
    out.missing("jitsi.build.configured_release", *configured.unknown, settings.seen(configured));
    return;
  }
  std::string number = configured.text();
  if (configured.value != nullptr && configured.value->kind == JsValue::Kind::kNumber) {
    number = fmt::format("{}", configured.value->number);
  }
  out.put("jitsi.build.configured_release", excerpt(number, 60), settings.seen(configured));
}

void put_dates(const BuildKnowledge& build, const Provenance& at_page, Session& session, JitsiWriter& out) {
  const BuildPlace& place = *build.place;
  Provenance provenance = at_page;
  const int web = build.web->number;
  if (place.exact()) {
    provenance.excerpt = fmt::format("?v={}: stable release {} of {}", web, place.not_older_than->release.number,
                                     place.not_older_than->date);
    out.put("jitsi.build.release", place.not_older_than->release.number, provenance);
  } else if (place.not_newer_than == nullptr) {
    for (const JitsiWriter::Ref fact : {JitsiWriter::Ref("jitsi.build.release"), JitsiWriter::Ref("jitsi.build.date"),
                                        JitsiWriter::Ref("jitsi.build.age_days"), JitsiWriter::Ref("jitsi.build.lib"),
                                        JitsiWriter::Ref("jitsi.build.releases_behind")}) {
      out.missing(fact, build.why_unknown(), at_page);
    }
    return;
  } else if (place.not_older_than == nullptr) {
    provenance.excerpt = fmt::format("?v={}: older than release {} of {}", web, place.not_newer_than->release.number,
                                     place.not_newer_than->date);
    out.missing("jitsi.build.release", build.why_unknown(), provenance);
    out.missing("jitsi.build.date", build.why_unknown(), provenance);
  } else {
    provenance.excerpt =
        fmt::format("?v={}: no stable release; between {} of {} and {} of {}, so from {} at the earliest", web,
                    place.not_older_than->release.number, place.not_older_than->date,
                    place.not_newer_than->release.number, place.not_newer_than->date, place.not_older_than->date);
    out.missing("jitsi.build.release", build.why_unknown(), provenance);
  }
  put_distance(build, provenance, session, out);
  if (place.exact() && !place.not_older_than->lib.empty()) {
    out.put("jitsi.build.lib", place.not_older_than->lib, provenance);
  } else {
    out.missing("jitsi.build.lib", build.why_unknown(), provenance);
  }
  if (place.not_older_than != nullptr) out.put("jitsi.build.date", place.not_older_than->date, provenance);
  // The age is counted from the next stable release: at least that old is certain.
  const long age = std::max(0L, days_between(place.not_newer_than->day, session.now()));
  out.put("jitsi.build.age_days", static_cast<std::int64_t>(age), provenance);
}

}  // namespace

void put_build_facts(const BuildKnowledge& build, const ClientPage& page, const Settings& settings, Session& session,
                     JitsiWriter& out) {
  put_other_claims(page, settings, session.configuration().readable, out);
  const Url& url = page.exchange->final_url;
  const Provenance at_page =
      seen(url.str(), page.marks.what, fmt::format("{} | grep -o 'app.bundle.min.js?v=[^\"]*'", curl_body(url)),
           page.exchange->at);
  out.put("jitsi.build.web_text", build.text, at_page);
  if (build.web) {
    out.put("jitsi.build.web", build.web->number, at_page);
  } else {
    out.missing("jitsi.build.web", build.web.error(), at_page);
  }
  if (build.place) {
    put_dates(build, at_page, session, out);
    put_advisories(build, at_page, session, out);
    return;
  }
  for (const JitsiWriter::Ref fact :
       {JitsiWriter::Ref("jitsi.build.release"), JitsiWriter::Ref("jitsi.build.date"),
        JitsiWriter::Ref("jitsi.build.age_days"), JitsiWriter::Ref("jitsi.build.advisories"),
        JitsiWriter::Ref("jitsi.build.lib"), JitsiWriter::Ref("jitsi.build.releases_behind"),
        JitsiWriter::Ref("jitsi.build.oldest_confidentiality_advisory_months")}) {
    out.missing(fact, build.why_unknown(), at_page);
  }
}

}  // namespace meetlat::probes
