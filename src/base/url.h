// An absolute http or https URL, normalised; parsing by libcurl's URL API (WHATWG-like, RFC 3986).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace meetlat {

class Url {
 public:
  Url() = default;  // empty(); only for containers

  // Absolute http(s) URL. Host is lower-cased and IDN becomes ASCII (UTS #46, non-transitional, by ICU);
  // default ports vanish; an empty path becomes "/"; user names and fragments are dropped.
  // kParse with the reason when it is none. Refuses control characters and spaces.
  static Result<Url> parse(std::string_view text);

  // RFC 3986 section 5 resolution of `reference` against this URL. kParse for schemes other than http(s).
  Result<Url> resolve(std::string_view reference) const;

  bool empty() const noexcept { return host_.empty(); }
  bool is_https() const noexcept { return https_; }
  std::string_view scheme() const noexcept { return https_ ? "https" : "http"; }
  const std::string& host() const noexcept { return host_; }    // ASCII, lower case; IPv6 without brackets
  std::uint16_t port() const noexcept { return port_; }         // effective port, default filled in
  const std::string& path() const noexcept { return path_; }    // starts with '/', percent-encoding as given
  const std::string& query() const noexcept { return query_; }  // without '?'
  std::string origin() const;                                   // "https://host" or "https://host:8443"
  std::string authority() const;                                // "host" or "host:8443", brackets for IPv6
  std::string str() const;                                      // the whole URL

  // The same origin with another path (must start with '/', may hold a query).
  Url with_path(std::string_view path_and_query) const;
  // The same URL by another scheme: default port stays default.
  Url with_scheme(bool https) const;

  friend bool operator==(const Url&, const Url&) = default;
  friend auto operator<=>(const Url&, const Url&) = default;

 private:
  bool https_ = true;
  std::string host_;
  std::uint16_t port_ = 443;
  std::string path_ = "/";
  std::string query_;
};

// A bare host name as a list may write it ("Meet.Example.", "münchen.example"): ASCII, lower case, no trailing
// dot. kParse when it is not a possible DNS name (labels, lengths, at least one dot) or IP address literal.
Result<std::string> normalise_host(std::string_view text);

// Unicode form of an ASCII host for display; the ASCII form again when it mixes scripts (homographs) or fails.
std::string display_host(std::string_view ascii_host);

// Is it an IPv4 or IPv6 literal (no brackets)?
bool is_ip_literal(std::string_view host) noexcept;

// "example.co.uk" for "meet.example.co.uk" by the public suffix list (libpsl); the host itself when it is an IP
// literal or a public suffix.
std::string registrable_domain(std::string_view host);
// Do two hosts belong to one registrable domain?
bool same_site(std::string_view host_a, std::string_view host_b);

}  // namespace meetlat
