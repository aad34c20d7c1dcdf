// What is to be audited, and what public lists claim about it. Claims are never facts: they are shown as the
// list's claims and nothing is judged by them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/result.h"
#include "base/url.h"

namespace meetlat {

// One statement of one list.
struct Claim {
  std::string key;     // "country" (ISO 3166-1 alpha-2), "non-google-stun", "on-big-tech", "dial-in", "recording",
                       // "official", "access", "hoster", "operator", "operator-url", "operator-kind",
                       // "privacy-policy" (URL), "software", "no-ip-log", ...
  std::string value;   // "yes", "no", "unsure", or text; remarks are kept in `remark`
  std::string remark;  // what the cell said beside it ("only Frontend"), may be empty
  std::string source;  // list origin: file name, URL, or source id of the bundled data
  std::string date;    // "YYYY-MM-DD" when the list states it, else of its retrieval; may be empty

  friend bool operator==(const Claim&, const Claim&) = default;
};

// A line of a list that names a target.
struct ListPlace {
  std::string source;    // as in Target::sources
  std::size_t line = 0;  // 1-based

  friend bool operator==(const ListPlace&, const ListPlace&) = default;
};

// What kind of server a target is. All but the first are asked about TLS and their name only, never by HTTP, and are
// judged without a grade.
enum class Service {
  kInstance,  // a Jitsi Meet: https://HOST/
  kXmpp,      // xmpp://HOST, port 5222: TLS begins when the client asks for it (STARTTLS; RFC 6120, 5; RFC 7590)
  kXmpps,     // xmpps://HOST, port 5223: XMPP over TLS at once (XEP-0368)
  kTurns,     // turns:HOST, port 5349: TURN over TLS (RFC 7065, RFC 8656)
};

// "an XMPP server (TLS by STARTTLS)"
std::string_view words_for(Service service) noexcept;

struct Target {
  // Unique in a Run: authority plus base path without the last slash, "meet.example/F"; of other servers its URL.
  std::string id;
  // The instance; its path ends with '/'. Of other servers host and port are meant, and the rest is "https" and "/".
  Url base;
  Service service = Service::kInstance;
  std::vector<Claim> claims;         // in the order of the sources
  std::vector<std::string> sources;  // where it was listed, in order, no repeats
  std::vector<ListPlace> places;     // the first line of each source that names it, where a source has lines

  // From a URL. The path becomes a base path ending in '/'.
  static Target from_url(const Url& url);
  static Target from_server(Service service, const Url& place);
  bool is_instance() const noexcept { return service == Service::kInstance; }
  // "https://meet.example/F/", "xmpp://chat.example", "turns:turn.example:443"
  std::string url() const;
  // First claim of that key, or nullptr.
  const Claim* claim(std::string_view key) const noexcept;

  friend bool operator==(const Target&, const Target&) = default;
};

// The operand of `audit` and a line of a plain list: URL, host, host:port or host/base; https when no scheme is
// given. kInvalidArgument with advice when it is none of these.
Result<Target> parse_target(std::string_view text);

// As parse_target(), and also a server that is asked about TLS only: xmpp://HOST[:PORT], xmpps://HOST[:PORT],
// turns:HOST[:PORT] or turns://HOST[:PORT], of which "?transport=tcp" is ignored. Reads what Target::id and
// Target::url() write.
Result<Target> parse_server(std::string_view text);

Json to_json(const Target& target);
Result<Target> target_from_json(const Json& json);

}  // namespace meetlat
