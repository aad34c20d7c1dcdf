#include "model/target.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

struct ServiceInfo {
  Service service;
  std::string_view scheme;  // with what stands between it and the host in an id
  std::uint16_t port;
  std::string_view words;
};
// Ports by RFC 6120 (14.7), XEP-0368 and RFC 8656 (RFC 7065).
constexpr std::array<ServiceInfo, 3> kServices{{{Service::kXmpp, "xmpp://", 5222, "an XMPP server (TLS by STARTTLS)"},
                                                {Service::kXmpps, "xmpps://", 5223, "an XMPP server (TLS at once)"},
                                                {Service::kTurns, "turns:", 5349, "a TURN server (over TLS)"}}};

const ServiceInfo* info_of(Service service) noexcept {
  const auto found = std::ranges::find(kServices, service, &ServiceInfo::service);
  return found == kServices.end() ? nullptr : &*found;
}

}  // namespace

std::string_view words_for(Service service) noexcept {
  const ServiceInfo* info = info_of(service);
  return info == nullptr ? "a Jitsi Meet" : info->words;
}

Target Target::from_server(Service service, const Url& place) {
  Target target;
  target.base = place.with_path("/");
  target.service = service;
  target.id = target.url();
  return target;
}

std::string Target::url() const {
  const ServiceInfo* info = info_of(service);
  if (info == nullptr) return base.str();
  const bool v6 = base.host().find(':') != std::string::npos;
  std::string out = fmt::format("{}{}{}{}", info->scheme, v6 ? "[" : "", base.host(), v6 ? "]" : "");
  if (base.port() != info->port) out += fmt::format(":{}", base.port());
  return out;
}

Target Target::from_url(const Url& url) {
  std::string path = url.path();
  // The base path of an instance ends where a file name begins: ".../index.html" is the folder before it.
  const std::size_t slash = path.rfind('/');
  if (path.find('.', slash) != std::string::npos) path.resize(slash + 1);
  while (path.size() > 1 && path.ends_with("//")) path.pop_back();
  if (!path.ends_with('/')) path += '/';
  Target target;
  target.base = url.with_path(path);
  target.id = target.base.authority() + path.substr(0, path.size() - 1);
  return target;
}

const Claim* Target::claim(std::string_view key) const noexcept {
  const auto found = std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.key == key; });
  return found == claims.end() ? nullptr : &*found;
}

Result<Target> parse_target(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no instance: {}; give a host name (meet.example.org), host:port or an https URL",
                            excerpt(text, 100), why));
  };
  text = trim(text);
  if (text.empty()) return bad("it is empty");
  const bool has_scheme = text.find("://") != std::string_view::npos;
  const auto url = Url::parse(has_scheme ? std::string(text) : "https://" + std::string(text));
  if (!url) return bad(describe(url.error()));
  if (!is_ip_literal(url->host())) {
    if (const auto host = normalise_host(url->host()); !host) return bad(describe(host.error()));
  }
  return Target::from_url(*url);
}

Result<Target> parse_server(std::string_view text) {
  text = trim(text);
  const std::size_t colon = text.find(':');
  const std::string scheme = to_lower(text.substr(0, std::min(colon, text.size())));
  // "turns:443" is no host with a port: what is meant is said by the scheme.
  const auto info = std::ranges::find_if(kServices, [&](const ServiceInfo& one) {
    return colon != std::string_view::npos && one.scheme.substr(0, one.scheme.find(':')) == scheme;
  });
  if (info == kServices.end()) return parse_target(text);
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no server: {}; give {}HOST or {}HOST:PORT",
                                                         excerpt(text, 100), why, info->scheme, info->scheme));
  };
  std::string_view rest = text.substr(colon + 1);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
  } else if (info->service != Service::kTurns) {
    return bad("there is no // before the host");
  }
  if (info->service == Service::kTurns) {
    // RFC 7065, 3.1. Over UDP it would be DTLS, which is another question.
    if (const std::size_t query = rest.find('?'); query != std::string_view::npos) {
      if (to_lower(rest.substr(query)) != "?transport=tcp") return bad("only TURN over TLS on TCP can be asked");
      rest = rest.substr(0, query);
    }
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos) return bad("more than a host and a port");
  // Without a port of its own it gets the service's; 443 is one like others here.
  const std::size_t bracket = rest.rfind(']');
  const bool has_port = rest.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
  const auto url = Url::parse(fmt::format("https://{}{}/", rest, has_port ? "" : fmt::format(":{}", info->port)));
  if (!url) return bad(describe(url.error()));
  if (!is_ip_literal(url->host())) {
    if (const auto host = normalise_host(url->host()); !host) return bad(describe(host.error()));
  }
  return Target::from_server(info->service, *url);
}

Json to_json(const Target& target) {
  Json claims = Json::array();
  for (const Claim& claim : target.claims) {
    Json row{{"key", claim.key}, {"value", claim.value}, {"source", claim.source}};
    if (!claim.remark.empty()) row["remark"] = claim.remark;
    if (!claim.date.empty()) row["date"] = claim.date;
    claims.push_back(std::move(row));
  }
  Json out{{"id", target.id}, {"url", target.url()}, {"claims", std::move(claims)}, {"sources", target.sources}};
  for (const ListPlace& place : target.places)
    out["places"].push_back({{"source", place.source}, {"line", place.line}});
  return out;
}

Result<Target> target_from_json(const Json& json) {
  const std::string text = json_string(json, "url");
  auto server = parse_server(text);
  // A host without a dot is no operand, but a Run may be about one.
  if (!server || server->is_instance()) {
    auto url = Url::parse(text);
    if (!url) return fail(ErrorCode::kSchema, "a target without a usable 'url': " + describe(url.error()));
    server = Target::from_url(*url);
  }
  Target target = *std::move(server);
  if (target.id != json_string(json, "id")) {
    return fail(ErrorCode::kSchema,
                fmt::format("target '{}' does not belong to its url", excerpt(json_string(json, "id"))));
  }
  for (const Json& row : json_member(json, "claims")) {
    target.claims.push_back(Claim{json_string(row, "key"), json_string(row, "value"), json_string(row, "remark"),
                                  json_string(row, "source"), json_string(row, "date")});
  }
  target.sources = json_strings(json, "sources");
  for (const Json& row : json_member(json, "places")) {
    const std::int64_t line = json_int(row, "line");
    if (line > 0) target.places.push_back({json_string(row, "source"), static_cast<std::size_t>(line)});
  }
  return target;
}

}  // namespace meetlat
