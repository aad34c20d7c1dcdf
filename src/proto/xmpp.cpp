#include "proto/xmpp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/clock.h"
#include "base/text.h"

namespace meetlat::xmpp {

namespace {

constexpr std::size_t kMostMechanisms = 32;
constexpr std::size_t kMostNames = 64;
constexpr std::size_t kMostIdentities = 200;
constexpr std::size_t kMostFeatures = 1000;
constexpr std::size_t kMostForms = 20;
constexpr std::size_t kMostFields = 200;
constexpr std::size_t kMostServices = 100;

XmlElement element(std::string_view name, std::string_view ns) {
  return XmlElement(std::string(name), std::string(ns));
}

void set_if(XmlElement& target, const char* name, std::string_view value) {
  if (!value.empty()) target.set(name, std::string(value));
}

std::int64_t number(std::string_view text, std::int64_t otherwise = 0) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

bool is_true(std::string_view text) noexcept {
  return text == "true" || text == "1";
}

// The first child that is no character data but a condition of that namespace.
std::string condition_of(const XmlElement& parent, std::string_view ns) {
  for (const XmlElement& child : parent.children) {
    if (child.ns == ns && child.name != "text") return excerpt(child.name, 60);
  }
  return {};
}

// The payload of an <iq type="result"/>, or of a message that carries the same.
const XmlElement* payload(const XmlElement& stanza, std::string_view name, std::string_view ns) noexcept {
  const bool answer = (is_stanza(stanza, "iq") && stanza.attribute("type") == "result") || is_stanza(stanza, "message");
  return answer ? stanza.child(name, ns) : nullptr;
}

}  // namespace

std::string_view bare_jid(std::string_view jid) noexcept {
  return jid.substr(0, jid.find('/'));
}
std::string_view jid_resource(std::string_view jid) noexcept {
  const std::size_t slash = jid.find('/');
  return slash == std::string_view::npos ? std::string_view{} : jid.substr(slash + 1);
}
std::string_view jid_domain(std::string_view jid) noexcept {
  const std::string_view bare = bare_jid(jid);
  const std::size_t at = bare.find('@');
  return at == std::string_view::npos ? bare : bare.substr(at + 1);
}

// --- BOSH

XmlElement bosh_open(const BoshOpen& open) {
  XmlElement body = element("body", kBoshNs);
  body.set("to", open.to)
      .set("xml:lang", open.lang)
      .set("wait", fmt::format("{}", open.wait_seconds))
      .set("hold", fmt::format("{}", open.hold))
      .set("content", "text/xml; charset=utf-8")
      .set("ver", "1.6")
      .set("rid", fmt::format("{}", open.rid))
      .set("xmpp:version", "1.0")
      .set("xmlns:xmpp", std::string(kXboshNs));
  return body;
}

XmlElement bosh_body(std::string_view sid, std::int64_t rid) {
  XmlElement body = element("body", kBoshNs);
  body.set("rid", fmt::format("{}", rid)).set("sid", std::string(sid));
  return body;
}

XmlElement bosh_restart(std::string_view sid, std::int64_t rid, std::string_view to) {
  XmlElement body = bosh_body(sid, rid);
  body.set("to", std::string(to))
      .set("xml:lang", "en")
      .set("xmpp:restart", "true")
      .set("xmlns:xmpp", std::string(kXboshNs));
  return body;
}

XmlElement bosh_terminate(std::string_view sid, std::int64_t rid) {
  XmlElement body = bosh_body(sid, rid);
  body.set("type", "terminate");
  return body;
}

Result<BoshBody> read_bosh(std::string_view bytes) {
  Result<XmlElement> root = parse_xml(bytes);
  if (!root) return fail(root.error());
  if (!root->is("body", kBoshNs)) return fail(ErrorCode::kNotUnderstood, "XML that is no body of BOSH");
  BoshBody body;
  // "error" asks for the request again, which nobody does here.
  const std::string_view type = root->attribute("type");
  body.terminate = type == "terminate" || type == "error";
  body.condition = excerpt(root->attribute("condition"), 60);
  body.sid = root->attribute("sid");
  body.to = root->attribute("to");
  body.from = root->attribute("from");
  body.rid = root->attribute("rid");
  body.wait = number(root->attribute("wait"));
  body.requests = number(root->attribute("requests"));
  for (const auto& [name, value] : root->attributes) {
    if (name.ends_with(":restart") || name == "restart") body.restart = is_true(value);
  }
  body.stanzas = std::move(root->children);
  return body;
}

// --- WebSocket

XmlElement ws_open(std::string_view to) {
  XmlElement open = element("open", kFramingNs);
  set_if(open, "to", to);
  open.set("version", "1.0");
  return open;
}

XmlElement ws_close() {
  return element("close", kFramingNs);
}

// --- Streams

XmlElement stream_features(const StreamFeatures& features) {
  XmlElement out = element("features", kStreamsNs);
  out.prefix = "stream";
  if (!features.mechanisms.empty()) {
    XmlElement list = element("mechanisms", kSaslNs);
    for (const std::string& mechanism : features.mechanisms) {
      list.add(element("mechanism", kSaslNs).with_text(mechanism));
    }
    out.add(std::move(list));
  }
  if (features.bind) out.add(element("bind", kBindNs).add(element("required", kBindNs)));
  if (features.session) out.add(element("session", kSessionNs));
  if (features.stream_management) out.add(element("sm", "urn:xmpp:sm:3"));
  return out;
}

std::optional<StreamFeatures> read_features(const XmlElement& features) {
  if (!features.is("features", kStreamsNs)) return std::nullopt;
  StreamFeatures out;
  for (const XmlElement& feature : features.children) {
    if (out.names.size() < kMostNames) out.names.push_back(excerpt(feature.name + " " + feature.ns, 120));
    if (feature.is("bind", kBindNs)) out.bind = true;
    if (feature.is("session", kSessionNs)) out.session = feature.child("optional") == nullptr;
    if (feature.name == "sm" && feature.ns.starts_with("urn:xmpp:sm:")) out.stream_management = true;
    if (feature.name == "starttls") out.starttls = true;
    if (!feature.is("mechanisms", kSaslNs)) continue;
    for (const XmlElement& mechanism : feature.children) {
      if (mechanism.name != "mechanism" || out.mechanisms.size() >= kMostMechanisms) continue;
      if (std::string name = excerpt(trim(mechanism.text), 64); !name.empty())
        out.mechanisms.push_back(std::move(name));
    }
  }
  return out;
}

std::optional<std::string> read_stream_error(const XmlElement& error) {
  if (!error.is("error", kStreamsNs)) return std::nullopt;
  std::string condition = condition_of(error, kStreamErrorNs);
  return condition.empty() ? "undefined-condition" : condition;
}

XmlElement auth_anonymous() {
  return element("auth", kSaslNs).set("mechanism", "ANONYMOUS");
}
XmlElement sasl_success() {
  return element("success", kSaslNs);
}
XmlElement sasl_failure(std::string_view condition) {
  return element("failure", kSaslNs).add(element(condition, kSaslNs));
}

SaslOutcome read_sasl(const XmlElement& answer) {
  if (answer.is("success", kSaslNs)) return {SaslAnswer::kSuccess, {}};
  if (!answer.is("failure", kSaslNs)) return {};
  std::string condition = condition_of(answer, kSaslNs);
  return {SaslAnswer::kFailure, condition.empty() ? "not-authorized" : condition};
}

// --- Stanzas

bool is_stanza(const XmlElement& stanza, std::string_view name) noexcept {
  return stanza.name == name && (stanza.ns == kClientNs || stanza.ns == kBoshNs || stanza.ns.empty());
}

XmlElement iq(std::string_view type, std::string_view id, std::string_view to) {
  XmlElement out = element("iq", kClientNs);
  out.set("type", std::string(type)).set("id", std::string(id));
  set_if(out, "to", to);
  return out;
}

XmlElement iq_get(std::string_view id, std::string_view to, XmlElement content) {
  return iq("get", id, to).add(std::move(content));
}
XmlElement iq_set(std::string_view id, std::string_view to, XmlElement content) {
  return iq("set", id, to).add(std::move(content));
}

XmlElement iq_result(const XmlElement& request) {
  XmlElement out = iq("result", request.attribute("id"), request.attribute("from"));
  set_if(out, "from", request.attribute("to"));
  return out;
}

XmlElement iq_error(const XmlElement& request, std::string_view type, std::string_view condition) {
  XmlElement out = iq("error", request.attribute("id"), request.attribute("from"));
  set_if(out, "from", request.attribute("to"));
  XmlElement error = element("error", kClientNs);
  error.set("type", std::string(type)).add(element(condition, kStanzaErrorNs));
  return out.add(std::move(error));
}

XmlElement presence(std::string_view to, std::string_view type) {
  XmlElement out = element("presence", kClientNs);
  set_if(out, "to", to);
  set_if(out, "type", type);
  return out;
}

std::optional<StanzaError> read_error(const XmlElement& stanza) {
  if (stanza.attribute("type") != "error") return std::nullopt;
  StanzaError out;
  out.condition = "undefined-condition";
  const XmlElement* error = stanza.child("error");
  if (error == nullptr) return out;
  out.type = excerpt(error->attribute("type"), 20);
  if (std::string condition = condition_of(*error, kStanzaErrorNs); !condition.empty()) {
    out.condition = std::move(condition);
  }
  if (const XmlElement* text = error->child("text")) out.text = excerpt(text->text, 200);
  return out;
}

// --- Payloads

XmlElement bind_request() {
  return element("bind", kBindNs);
}
XmlElement bind_result(std::string_view jid) {
  return element("bind", kBindNs).add(element("jid", kBindNs).with_text(std::string(jid)));
}
std::string read_bind(const XmlElement& stanza) {
  const XmlElement* bind = payload(stanza, "bind", kBindNs);
  const XmlElement* jid = bind == nullptr ? nullptr : bind->child("jid", kBindNs);
  return jid == nullptr || jid->text.size() > 3071 ? std::string() : std::string(trim(jid->text));
}
XmlElement session_request() {
  return element("session", kSessionNs);
}

std::string DataForm::form_type() const {
  return value("FORM_TYPE");
}
const FormField* DataForm::find(std::string_view var) const noexcept {
  const auto found = std::ranges::find(fields, var, &FormField::var);
  return found == fields.end() ? nullptr : &*found;
}
std::string DataForm::value(std::string_view var) const {
  const FormField* field = find(var);
  return field == nullptr || field->values.empty() ? std::string() : field->values.front();
}

XmlElement data_form(const DataForm& form) {
  XmlElement x = element("x", kDataFormNs);
  x.set("type", form.type);
  for (const FormField& one : form.fields) {
    XmlElement field = element("field", kDataFormNs);
    field.set("var", one.var);
    set_if(field, "type", one.type);
    for (const std::string& value : one.values) field.add(element("value", kDataFormNs).with_text(value));
    x.add(std::move(field));
  }
  return x;
}

std::optional<DataForm> read_form(const XmlElement& x) {
  if (!x.is("x", kDataFormNs)) return std::nullopt;
  DataForm form;
  form.type = x.attribute("type");
  for (const XmlElement& child : x.children) {
    if (child.name != "field" || form.fields.size() >= kMostFields) continue;
    FormField field{std::string(child.attribute("var")), std::string(child.attribute("type")), {}};
    for (const XmlElement& value : child.children) {
      if (value.name == "value") field.values.push_back(value.text);
    }
    form.fields.push_back(std::move(field));
  }
  return form;
}

bool DiscoInfo::has_feature(std::string_view feature) const noexcept {
  return std::ranges::find(features, feature) != features.end();
}

XmlElement disco_info_query(std::string_view node) {
  XmlElement query = element("query", kDiscoInfoNs);
  set_if(query, "node", node);
  return query;
}

XmlElement disco_info_result(const DiscoInfo& info) {
  XmlElement query = element("query", kDiscoInfoNs);
  for (const Identity& one : info.identities) {
    XmlElement identity = element("identity", kDiscoInfoNs);
    identity.set("category", one.category).set("type", one.type);
    set_if(identity, "name", one.name);
    query.add(std::move(identity));
  }
  for (const std::string& feature : info.features) query.add(element("feature", kDiscoInfoNs).set("var", feature));
  for (const DataForm& form : info.forms) query.add(data_form(form));
  return query;
}

std::optional<DiscoInfo> read_disco_info(const XmlElement& stanza) {
  const XmlElement* query = payload(stanza, "query", kDiscoInfoNs);
  if (query == nullptr) return std::nullopt;
  DiscoInfo info;
  for (const XmlElement& child : query->children) {
    if (child.name == "identity" && info.identities.size() < kMostIdentities) {
      info.identities.push_back({std::string(child.attribute("category")), std::string(child.attribute("type")),
                                 std::string(child.attribute("name"))});
    } else if (child.name == "feature" && info.features.size() < kMostFeatures) {
      info.features.emplace_back(child.attribute("var"));
    } else if (info.forms.size() < kMostForms) {
      if (std::optional<DataForm> form = read_form(child)) info.forms.push_back(*std::move(form));
    }
  }
  return info;
}

XmlElement disco_items_query(std::string_view node) {
  XmlElement query = element("query", kDiscoItemsNs);
  set_if(query, "node", node);
  return query;
}

XmlElement disco_items_result(const std::vector<DiscoItem>& items) {
  XmlElement query = element("query", kDiscoItemsNs);
  for (const DiscoItem& one : items) {
    XmlElement item = element("item", kDiscoItemsNs);
    item.set("jid", one.jid);
    set_if(item, "name", one.name);
    set_if(item, "node", one.node);
    query.add(std::move(item));
  }
  return query;
}

std::optional<std::vector<DiscoItem>> read_disco_items(const XmlElement& stanza, std::size_t most) {
  const XmlElement* query = payload(stanza, "query", kDiscoItemsNs);
  if (query == nullptr) return std::nullopt;
  std::vector<DiscoItem> items;
  for (const XmlElement& child : query->children) {
    if (child.name != "item" || items.size() >= most) continue;
    items.push_back({std::string(child.attribute("jid")), std::string(child.attribute("name")),
                     std::string(child.attribute("node"))});
  }
  return items;
}

XmlElement services_query(std::string_view name_space) {
  return element("services", name_space);
}

XmlElement services_result(const std::vector<Service>& services, std::string_view name_space) {
  XmlElement list = element("services", name_space);
  for (const Service& one : services) {
    XmlElement service = element("service", name_space);
    service.set("type", one.type).set("host", one.host);
    if (one.port != 0) service.set("port", fmt::format("{}", one.port));
    set_if(service, "transport", one.transport);
    set_if(service, "username", one.username);
    set_if(service, "password", one.password);
    set_if(service, "expires", one.expires);
    if (one.restricted) service.set("restricted", "1");
    list.add(std::move(service));
  }
  return list;
}

std::optional<std::vector<Service>> read_services(const XmlElement& stanza) {
  const XmlElement* list = payload(stanza, "services", kServicesNs);
  if (list == nullptr) list = payload(stanza, "services", kOldServicesNs);
  if (list == nullptr) return std::nullopt;
  std::vector<Service> services;
  for (const XmlElement& child : list->children) {
    if (child.name != "service" || services.size() >= kMostServices) continue;
    Service service;
    service.type = to_lower(child.attribute("type"));
    service.host = child.attribute("host");
    service.transport = to_lower(child.attribute("transport"));
    service.port = number(child.attribute("port"));
    service.username = child.attribute("username");
    service.password = child.attribute("password");
    service.expires = child.attribute("expires");
    service.restricted = is_true(child.attribute("restricted"));
    services.push_back(std::move(service));
  }
  return services;
}

std::optional<std::int64_t> name_expiry(const Service& service) {
  // Plain numbers are customer numbers as well; only what lies between 2001 and 2100 is taken for a time.
  constexpr std::int64_t kEarliest = 1'000'000'000;
  constexpr std::int64_t kLatest = 4'102'444'800;
  const std::string_view name = service.username;
  const std::int64_t at = number(name.substr(0, name.find(':')), 0);
  return at >= kEarliest && at <= kLatest ? std::optional<std::int64_t>(at) : std::nullopt;
}

std::optional<std::int64_t> credential_expiry(const Service& service) {
  if (service.expires.empty()) return name_expiry(service);
  // Time zones other than Z are allowed and never seen; the day is enough then.
  Result<Instant> at = parse_instant(service.expires);
  if (!at) at = parse_instant(std::string_view(service.expires).substr(0, 10));
  if (!at) return name_expiry(service);
  return std::chrono::duration_cast<std::chrono::seconds>(at->time_since_epoch()).count();
}

XmlElement version_query() {
  return element("query", kVersionNs);
}

XmlElement version_result(const SoftwareVersion& version) {
  XmlElement query = element("query", kVersionNs);
  query.add(element("name", kVersionNs).with_text(version.name));
  query.add(element("version", kVersionNs).with_text(version.version));
  if (!version.os.empty()) query.add(element("os", kVersionNs).with_text(version.os));
  return query;
}

std::optional<SoftwareVersion> read_version(const XmlElement& stanza) {
  const XmlElement* query = payload(stanza, "query", kVersionNs);
  if (query == nullptr) return std::nullopt;
  const auto text = [&](const char* name) {
    const XmlElement* child = query->child(name);
    return child == nullptr ? std::string() : excerpt(trim(child->text), 100);
  };
  return SoftwareVersion{text("name"), text("version"), text("os")};
}

}  // namespace meetlat::xmpp
