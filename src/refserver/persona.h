// A persona: one made-up hoster, described by a file in data/personas. Only differences from the persona that it
// extends are written there, so a reader sees what is special. Plain data; the pages are made from it by Site.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.h"
#include "base/result.h"
#include "refserver/persona_xmpp.h"
#include "refserver/zones.h"

namespace meetlat {

// What an audit must make of a persona; checked by the end-to-end tests.
struct Expectation {
  std::string status;                // a host status: "measured", "not-jitsi", ...
  std::string letter;                // "A" ... "F", or "" when not graded
  std::string main_reason_contains;  // part of the one main reason, any case; "" = any
  std::string note;                  // for people: what it shows
  // Facts and the values that they must have: "policy.verdict" -> "own"; "" = not measured. Lists are joined by ", ",
  // and "none" when they are empty.
  std::vector<std::pair<std::string, std::string>> facts;
};

// The hosts of a persona: meet.<id>.test, the operator's <id>.test, and somebody else's <id>-elsewhere.test.
enum class PersonaHost { kInstance, kParent, kElsewhere };

enum class CertificateKind { kGood, kExpired, kNotYetValid, kSelfSigned, kWrongName, kUnknownIssuer };
enum class KeyKind { kEc256, kRsa2048, kRsa1024 };
// What is sent with the leaf, and how it is signed: by the root itself; or by an intermediate that is sent, is missing,
// stands behind its own issuer, has a stranger's certificate or the root behind it, or is itself signed over SHA-1.
enum class ChainWish { kLeaf, kComplete, kMissing, kDisordered, kExtra, kRootSent, kSha1 };
// The policy identifier of the CA/Browser Forum in the leaf.
enum class ValidationWish { kNone, kDv, kOv, kIv, kEv };
// The stapled OCSP answer. kForeign is signed by a stranger.
enum class StapleWish { kNone, kGood, kRevoked, kUnknown, kExpired, kForeign };
// Certificate timestamps. kUnknownLog adds one of a log that no table knows to one of a known log; one of kInvalid is
// about something else.
enum class SctWish { kNone, kTwoOperators, kOneOperator, kUnknownLog, kInvalid };

struct PersonaTls {
  CertificateKind certificate = CertificateKind::kGood;
  KeyKind key = KeyKind::kEc256;
  int min_version = 0x0303;  // as on the wire: 0x0301 is TLS 1.0, 0x0304 TLS 1.3
  int max_version = 0x0304;
  std::string ciphers;                 // OpenSSL list for TLS 1.2 and below; "" = sensible
  bool extended_master_secret = true;  // RFC 7627, in TLS 1.2 and below
  bool browsers_only = false;          // hangs up on hellos without modes for pre-shared keys, as no browser sends
  int days_left = 60;                  // until the certificate expires, where `certificate` does not say otherwise
  int lifetime_days = 0;               // of the whole certificate; 0: it began 30 days ago
  ChainWish chain = ChainWish::kLeaf;
  ValidationWish validation = ValidationWish::kNone;
  bool must_staple = false;
  StapleWish staple = StapleWish::kNone;
  SctWish scts = SctWish::kNone;
  bool scts_in_tls = false;  // in the TLS extension and not in the certificate
  bool early_data = false;   // tickets allow it; it is never taken
};

enum class PlainHttp { kRedirect, kServe, kRefuse, kNotFound };

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct PersonaHttp {
  PlainHttp plain = PlainHttp::kRedirect;
  HeaderList headers;                // added to every answer of the instance
  bool on_files = true;              // false: to its pages (HTML) alone
  std::vector<std::string> cookies;  // Set-Cookie values on HTML pages of the instance
  int latency_ms = 0;                // before every answer
  bool gzip = true;
};

enum class RobotsFile { kStock, kOpen, kClosed, kMissing };

struct PersonaJitsi {
  bool present = true;
  std::string web_build = "9268";  // as in "?v=9268"
  std::string lib = "341009ce";    // git hash that the library claims
  bool ssi = true;                 // false: index.html shows its include comments, config.js is a file of its own
  bool worker = true;              // is the E2EE worker there?
  bool olm = true;                 // is olm.wasm there?
  RobotsFile robots = RobotsFile::kStock;
  Doc config;               // map, rendered as config.js
  Doc interface_config;     // map, rendered as interface_config.js
  std::string config_js;    // replaces the rendered config.js when not empty
  std::string config_tail;  // JavaScript after the object: assignments
};

// Where and how the policy is published.
struct PersonaPolicy {
  enum class At { kNone, kInstance, kParent };
  At at = At::kNone;
  std::string document = "en";           // policies/<document>.html
  bool pdf = false;                      // the text as a PDF
  bool scanned = false;                  // ... without a text layer, as a scanner makes it
  std::string path;                      // on its host
  std::vector<std::string> linked_from;  // any of "config", "welcome", "parent", "imprint"
  std::vector<std::string> without;      // sections left out, by their names in the document
  std::vector<std::string> with;         // optional sections put in, by their names
  bool commented_out = false;            // the whole text stands in an HTML comment
};

struct PersonaFile {
  PersonaHost host = PersonaHost::kInstance;
  std::string path;  // exact, starts with '/'
  int status = 200;
  std::string type = "text/html";
  std::string body;
  std::string document;  // policies/<document>.html is the body
  HeaderList headers;
};

// Misbehaviour of the whole instance, before any file is looked for.
struct PersonaBehaviour {
  enum class Kind {
    kNone,
    kAnswerAll,        // one answer to everything: status, type, body, headers
    kRedirect,         // everything goes to `location`
    kEndlessRedirect,  // every answer redirects to yet another path
    kSlowLoris,        // a byte every `every_ms`, for ever
    kSilence,          // the connection is accepted and nothing is ever said
    kGzipBomb,         // a small body that inflates to `megabytes`
    kEverything200,    // the landing page with 200 for every path, files included
    kEndlessBody,      // a body that does not end
    kHeaderFlood,      // header lines without end
    kReset,            // the connection is reset after the request
    kTruncated,        // the connection ends in the middle of the promised body
  };
  Kind kind = Kind::kNone;
  bool parent_too = false;
  int status = 200;
  std::string type = "text/html";
  std::string body;
  HeaderList headers;
  std::string location;
  int every_ms = 1000;
  int megabytes = 64;
};

// What the outside world would say of the persona's address. Tables and name servers know nothing of loopback, so the
// server writes both down: into the table for --geo, and as the first name of the address in the hosts file.
struct PersonaHosting {
  std::string country = "DE";  // where the address is registered; "??": unknown
  std::string reverse_name;    // "": the name of the instance
};

enum class PersonaTlsa { kNone, kMatch, kMismatch };

// What the name server says of the hosts beside their addresses.
struct PersonaDns {
  ZoneSigning signing = ZoneSigning::kGood;
  std::vector<std::string> caa;  // at the operator's domain, as in a zone file: "0 issue \"ca.test\""
  PersonaTlsa tlsa = PersonaTlsa::kNone;
  std::vector<std::string> more;    // more names below the operator's domain, with the address of the others: "turn"
  std::vector<std::string> spoilt;  // those of them whose signatures are wrong
};

struct PersonaOperator {
  std::string name = "Jitsi Meet";  // who runs it; {{operator}}
  bool imprint = true;              // does the parent site have an imprint page?
  std::string welcome;              // HTML of the welcome page's additional content, before the policy link
};

// Files that all Jitsi personas share, by path below data/personas/docroot/{instance,parent}.
struct Docroot {
  std::map<std::string, std::string, std::less<>> instance;
  std::map<std::string, std::string, std::less<>> parent;
};

struct Persona {
  std::string id;     // "google-stun"; its hosts are meet.google-stun.test, google-stun.test, www.google-stun.test
  std::string title;  // what it shows, one line
  Expectation expect;
  PersonaTls tls;
  PersonaHttp http;
  PersonaJitsi jitsi;
  PersonaPolicy policy;
  PersonaOperator operated_by;
  PersonaHosting hosting;
  PersonaDns dns;
  PersonaXmpp xmpp;
  PersonaBehaviour behaviour;
  bool ipv6 = true;            // has its hosts an AAAA record? (loopback has one IPv6 address only: all share it)
  bool parent_present = true;  // false: the operator's site answers 404 to everything
  RobotsFile parent_robots = RobotsFile::kOpen;
  std::vector<PersonaFile> files;
  std::string policy_text;                 // the document's raw text; "" when there is no policy
  std::shared_ptr<const Docroot> docroot;  // never null once loaded
};

// All personas of a folder, by id. Errors name file, line and column: kParse, kSchema (unknown key, wrong type, unknown
// value, `extends` of an unknown persona or in a circle), kNotFound.
Result<std::vector<Persona>> load_personas(const std::filesystem::path& dir);

}  // namespace meetlat
