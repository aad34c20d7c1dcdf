// Is this text a host or URL that could be an instance? Judged by form alone, never by asking anybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/url.h"

namespace meetlat {

enum class UrlShape {
  kRoot,  // "https://meet.example/", "meet.example:8443"
  kBase,  // one path segment without an extension, "https://meet.example/F"
  kPage,  // a query, a deeper path or a file: a document, a profile, a checker, seldom an instance
};

struct Candidate {
  Url url;  // the instance's base; for kPage the URL as written
  UrlShape shape = UrlShape::kRoot;
  bool has_scheme = false;
  bool weak = false;  // "notes.md": as likely a file name as a host
};

// The whole of `text`: URL, host, host:port, host/base, also in <>, quotes, backticks or asterisks, with a trailing
// "/*" of a match pattern or a placeholder for a room ("/$ROOM", "/{room}"). Needs a known public suffix (or one of
// those reserved for tests) when it has no scheme. Mail addresses, hidden services and single labels are no candidates.
std::optional<Candidate> read_candidate(std::string_view text);

// The same for the first word of `text`; `rest` is all that follows it.
std::optional<Candidate> leading_candidate(std::string_view text, std::string_view& rest);

// `text` without leading spaces and separators such as ":", "--" or ",".
std::string_view skip_separators(std::string_view text);

// Can it be an instance? Pages, policies, imprints and well-known other places cannot.
bool can_be_instance(const Candidate& candidate);

// A cell or value that says "nothing here yet": empty, "?", "-", "n/a", "tba", ...
bool is_placeholder(std::string_view text);

// A well-known place that is never an instance: source code hosts, app stores, social networks, encyclopaedias,
// certificate checkers (data/not-instances.txt; subdomains included).
bool is_other_place(std::string_view host);

// `text` without leading emoji, bullets, arrows, check boxes and spaces.
std::string_view skip_decoration(std::string_view text);

}  // namespace meetlat
