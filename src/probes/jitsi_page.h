// What a page says about being Jitsi Meet: by the structure of its index.html, never by a status.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/url.h"
#include "net/session.h"
#include "probes/jitsi_builds.h"

namespace meetlat::probes {

// The marks of the client's index.html.
struct JitsiMarks {
  bool client = false;       // it loads or inlines what only Jitsi Meet's index.html does
  std::string what;          // the mark that was seen
  std::string version_text;  // N of "app.bundle.min.js?v=N"; "" when there is none
  Url libs;                  // the folder that the bundle is loaded from; empty when unknown
};

// Of the worker for end-to-end encryption, as much is read: whoever asks for it asks for as much, so that one request
// is enough.
inline constexpr std::size_t kWorkerBeginning = std::size_t{64} << 10;

// `page` is where the document came from.
JitsiMarks jitsi_marks(const HtmlDocument& html, const Url& page);

// The page that carries the client: the landing page, or, behind a landing page of the operator's own, what a room's
// address answers. `marks.client` is false when neither is Jitsi Meet's.
struct ClientPage {
  JitsiMarks marks;
  ExchangePtr exchange;
  bool is_landing = true;
};
// Asks for a room-like address only when the configuration is readable and names Jitsi's hosts. Precondition: the
// landing page is there.
ClientPage client_page(Session& session);

// Does the configuration look like Jitsi Meet's (hosts.domain with a conference or signalling address)?
bool jitsi_configuration(const Configuration& configuration);

// What is known about the version of the client.
struct BuildKnowledge {
  std::string text;  // as written in the page
  Result<WebBuild> web = fail(ErrorCode::kNotUnderstood, "the page shows no version");
  std::optional<BuildPlace> place;  // when the build is understood and the table could be read
  bool newer_than_table() const noexcept { return place && place->not_newer_than == nullptr; }
  bool surely_at_least(int release) const noexcept { return place && place->surely_at_least(Release{release}); }
  bool surely_before(int release) const noexcept { return place && place->surely_before(Release{release}); }
  // Is the table of releases past its stated life on that day? What is not in it says nothing then.
  bool table_too_old(Instant now) const noexcept;
  // Why something that depends on the release cannot be told.
  Error why_unknown() const;
};
BuildKnowledge build_knowledge(const std::string& version_text);

// What a look at the client's settings begins with.
struct JitsiInstance {
  ClientPage page;
  const Configuration* configuration = nullptr;  // the Session's
  BuildKnowledge build;
};
// Errors: those of landing_usable(); kNotAttempted when neither page nor configuration is Jitsi Meet's.
Result<JitsiInstance> jitsi_instance(Session& session);

}  // namespace meetlat::probes
