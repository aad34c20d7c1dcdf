// What a Jitsi client and its server say to each other in XMPP, as far as an audit needs it: framing by BOSH (XEP-0124,
// XEP-0206) and WebSocket (RFC 7395), anonymous login, binding, service discovery, external services. Pure: builders
// make elements, readers take elements of strangers, and both ends use the same. Rooms are in proto/xmpp_room.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proto/xml.h"

namespace meetlat::xmpp {

inline constexpr std::string_view kClientNs = "jabber:client";
inline constexpr std::string_view kStreamsNs = "http://etherx.jabber.org/streams";
inline constexpr std::string_view kStreamErrorNs = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view kStanzaErrorNs = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view kSaslNs = "urn:ietf:params:xml:ns:xmpp-sasl";
inline constexpr std::string_view kBindNs = "urn:ietf:params:xml:ns:xmpp-bind";
inline constexpr std::string_view kSessionNs = "urn:ietf:params:xml:ns:xmpp-session";
inline constexpr std::string_view kFramingNs = "urn:ietf:params:xml:ns:xmpp-framing";
inline constexpr std::string_view kBoshNs = "http://jabber.org/protocol/httpbind";
inline constexpr std::string_view kXboshNs = "urn:xmpp:xbosh";
inline constexpr std::string_view kDiscoInfoNs = "http://jabber.org/protocol/disco#info";
inline constexpr std::string_view kDiscoItemsNs = "http://jabber.org/protocol/disco#items";
inline constexpr std::string_view kServicesNs = "urn:xmpp:extdisco:2";
inline constexpr std::string_view kOldServicesNs = "urn:xmpp:extdisco:1";
inline constexpr std::string_view kVersionNs = "jabber:iq:version";
inline constexpr std::string_view kDataFormNs = "jabber:x:data";
inline constexpr std::string_view kPingNs = "urn:xmpp:ping";

// --- Addresses (RFC 7622 in rough: the parts, not their normalisation)
std::string_view bare_jid(std::string_view jid) noexcept;      // "a@b" of "a@b/c"
std::string_view jid_resource(std::string_view jid) noexcept;  // "c" of "a@b/c"; "" when there is none
std::string_view jid_domain(std::string_view jid) noexcept;    // "b"

// --- BOSH
struct BoshOpen {
  std::string to;         // the domain
  std::int64_t rid = 0;   // of the first request; each further one is greater by one
  int wait_seconds = 60;  // the longest that the server may keep a request
  int hold = 1;           // requests that it may keep
  std::string lang = "en";
};
XmlElement bosh_open(const BoshOpen& open);
XmlElement bosh_body(std::string_view sid, std::int64_t rid);                          // children may be added
XmlElement bosh_restart(std::string_view sid, std::int64_t rid, std::string_view to);  // after login
XmlElement bosh_terminate(std::string_view sid, std::int64_t rid);

struct BoshBody {
  bool terminate = false;
  std::string condition;  // of a terminate: "item-not-found", "policy-violation" ...; "" for a plain end
  std::string sid, to, from, rid;
  std::int64_t wait = 0, requests = 0;  // 0: not said
  bool restart = false;
  std::vector<XmlElement> stanzas;
};
// kParse and kTooLarge as parse_xml; kNotUnderstood for XML that is no <body/> of BOSH.
Result<BoshBody> read_bosh(std::string_view bytes);

// --- WebSocket: each message is one element
XmlElement ws_open(std::string_view to);  // a client's; add "from" and "id" for a server's
XmlElement ws_close();

// --- Streams
struct StreamFeatures {
  std::vector<std::string> mechanisms;  // of SASL, as sent; at most 32, each at most 64 bytes
  bool bind = false;
  bool session = false;  // RFC 3921's, wanted and not optional
  bool stream_management = false;
  bool starttls = false;
  std::vector<std::string> names;  // of all features, "name ns"
};
XmlElement stream_features(const StreamFeatures& features);  // the server's; `names` and `starttls` are not written
// nullopt when the element is no <stream:features/>.
std::optional<StreamFeatures> read_features(const XmlElement& element);
// The condition of a <stream:error/>; nullopt when it is none.
std::optional<std::string> read_stream_error(const XmlElement& element);

XmlElement auth_anonymous();
XmlElement sasl_success();
XmlElement sasl_failure(std::string_view condition);
enum class SaslAnswer { kSuccess, kFailure, kOther };
struct SaslOutcome {
  SaslAnswer answer = SaslAnswer::kOther;
  std::string condition;  // of a failure: "not-authorized", "temporary-auth-failure" ...
};
SaslOutcome read_sasl(const XmlElement& element);

// --- Stanzas. Inside BOSH bodies careless servers leave out "jabber:client", which is accepted.
bool is_stanza(const XmlElement& element, std::string_view name) noexcept;
XmlElement iq(std::string_view type, std::string_view id, std::string_view to);  // to "": none
XmlElement iq_get(std::string_view id, std::string_view to, XmlElement payload);
XmlElement iq_set(std::string_view id, std::string_view to, XmlElement payload);
XmlElement iq_result(const XmlElement& request);  // addressed back; add the payload
XmlElement iq_error(const XmlElement& request, std::string_view type, std::string_view condition);
XmlElement presence(std::string_view to, std::string_view type = {});

struct StanzaError {
  std::string type;       // "auth", "cancel", "wait" ...
  std::string condition;  // "service-unavailable" ...; "undefined-condition" when none was given
  std::string text;       // at most 200 printable bytes
};
// nullopt when the stanza is not of type "error".
std::optional<StanzaError> read_error(const XmlElement& stanza);

// --- Payloads
XmlElement bind_request();
XmlElement bind_result(std::string_view jid);
std::string read_bind(const XmlElement& iq);  // the full address; "" when it is no answer to a bind
XmlElement session_request();

struct Identity {
  std::string category, type, name;
  friend bool operator==(const Identity&, const Identity&) = default;
};
struct FormField {
  std::string var, type;
  std::vector<std::string> values;
};
struct DataForm {                 // XEP-0004
  std::string type;               // "result", "form", "submit"
  std::vector<FormField> fields;  // at most 200
  std::string form_type() const;  // the value of FORM_TYPE; ""
  const FormField* find(std::string_view var) const noexcept;
  std::string value(std::string_view var) const;  // the first value; ""
};
XmlElement data_form(const DataForm& form);
std::optional<DataForm> read_form(const XmlElement& x);

struct DiscoInfo {
  std::vector<Identity> identities;   // at most 200
  std::vector<std::string> features;  // at most 1000
  std::vector<DataForm> forms;        // at most 20
  bool has_feature(std::string_view feature) const noexcept;
};
XmlElement disco_info_query(std::string_view node = {});
XmlElement disco_info_result(const DiscoInfo& info);
// Of an <iq/> or <message/> that holds the answer; nullopt when it holds none.
std::optional<DiscoInfo> read_disco_info(const XmlElement& stanza);

struct DiscoItem {
  std::string jid, name, node;
};
XmlElement disco_items_query(std::string_view node = {});
XmlElement disco_items_result(const std::vector<DiscoItem>& items);
// `most`: items beyond that many are left out.
std::optional<std::vector<DiscoItem>> read_disco_items(const XmlElement& iq, std::size_t most = 1000);

struct Service {     // XEP-0215
  std::string type;  // "stun", "turn", "turns", and whatever else
  std::string host;
  std::string transport;  // "udp", "tcp", ""
  std::int64_t port = 0;  // 0: not said
  // A login for it. Secrets: never to be stored or shown.
  std::string username, password;
  std::string expires;  // as sent: XEP-0082's form; ""
  bool restricted = false;
};
XmlElement services_query(std::string_view name_space = kServicesNs);
XmlElement services_result(const std::vector<Service>& services, std::string_view name_space = kServicesNs);
// At most 100. nullopt when the iq is no such result.
std::optional<std::vector<Service>> read_services(const XmlElement& iq);
// The point in time that a username holds, alone or with ":name" after it, as seconds since 1970: the login ends then,
// since it was made for that (draft-uberti-behave-turn-rest-00 section 2.2).
std::optional<std::int64_t> name_expiry(const Service& service);
// When the login of a service ends by its own word: "expires", or name_expiry(). nullopt: it does not say, so it may
// never end. "expires" alone is weak: servers write it beside names and passwords that stay the same for ever.
std::optional<std::int64_t> credential_expiry(const Service& service);

struct SoftwareVersion {  // XEP-0092
  std::string name, version, os;
};
XmlElement version_query();
XmlElement version_result(const SoftwareVersion& version);
std::optional<SoftwareVersion> read_version(const XmlElement& iq);

}  // namespace meetlat::xmpp
